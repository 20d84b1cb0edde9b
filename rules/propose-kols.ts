/** Which KOL makes which line of a plan. */
import type { Cell, ElementId } from './cover-grid.ts'
import { seeded, shuffled } from './cover-seed.ts'
import type { Tier } from './types.ts'

export interface Kol {
  id: number
  /** 垂类; null: not known, which is never taken for a repetition. */
  vertical: string | null
  tier: Tier | null
  /** Videos that this KOL can still take on. */
  free: number
}

export type KolChoice =
  /** `load`: lines of this plan given before; `known`: elements of the line that this KOL has had already. */
  | { kind: 'CHOSEN'; load: number; known: number }
  /** The plan was asked for without KOLs. */
  | { kind: 'NO_KOLS' }
  /** Every KOL has all the videos that they can take on. */
  | { kind: 'NONE_FREE' }

export interface Given {
  kolId: number | null
  choice: KolChoice
}

/** What a cell has been given already. */
export interface Past {
  elements: Cell
  count: number
  kolId?: number | null
}

interface Desk {
  kol: Kol
  load: number
  /** Videos per element. */
  had: Map<ElementId, number>
}

/**
 * Goes through the lines in order. Takes a KOL of the fewest lines, so that any two with videos left differ by at most 1;
 * among these whoever had the elements least, then whose vertical and then whose tier had them least.
 */
export function giveKols(
  cells: readonly Cell[],
  kols: readonly Kol[],
  past: readonly Past[],
  seed: string,
): Given[] {
  const desks = shuffled(kols, seeded(`${seed} kols`)).map((kol): Desk => ({ kol, load: 0, had: new Map() }))
  const groups = new Map<string, Map<ElementId, number>>()
  const note = ({ kol, had }: Desk, cell: Cell, count: number) => {
    for (const tally of [had, ...labels(kol).map((label) => groupOf(groups, label))])
      for (const id of idsOf(cell)) tally.set(id, (tally.get(id) ?? 0) + count)
  }
  for (const { elements, count, kolId } of past) {
    const desk = desks.find(({ kol }) => kol.id === kolId)
    if (desk) note(desk, elements, count)
  }
  return cells.map((cell) => {
    const desk = choose(desks, groups, cell)
    if (desk === null) return { kolId: null, choice: { kind: kols.length > 0 ? 'NONE_FREE' : 'NO_KOLS' } }
    const known = idsOf(cell).filter((id) => desk.had.has(id)).length
    note(desk, cell, 1)
    return { kolId: desk.kol.id, choice: { kind: 'CHOSEN', load: desk.load++, known } }
  })
}

const idsOf = (cell: Cell): ElementId[] => Object.values(cell)

const labels = ({ vertical, tier }: Kol): string[] => [
  ...(vertical === null ? [] : [`vertical ${vertical}`]),
  ...(tier === null ? [] : [`tier ${tier}`]),
]

function groupOf(groups: Map<string, Map<ElementId, number>>, label: string): Map<ElementId, number> {
  const group = groups.get(label) ?? new Map<ElementId, number>()
  groups.set(label, group)
  return group
}

function choose(
  desks: readonly Desk[],
  groups: Map<string, Map<ElementId, number>>,
  cell: Cell,
): Desk | null {
  const free = desks.filter(({ kol, load }) => load + 1 <= kol.free)
  const least = Math.min(...free.map(({ load }) => load))
  const times = (tally: Map<ElementId, number> | undefined) =>
    idsOf(cell).reduce((sum, id) => sum + (tally?.get(id) ?? 0), 0)
  const cost = ({ kol, had }: Desk) => [
    times(had),
    times(groups.get(`vertical ${kol.vertical}`)),
    times(groups.get(`tier ${kol.tier}`)),
  ]
  let best: { desk: Desk; cost: number[] } | null = null
  for (const desk of free) {
    if (desk.load > least) continue
    const mine = cost(desk)
    if (best === null || before(mine, best.cost)) best = { desk, cost: mine }
  }
  return best?.desk ?? null
}

function before(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && (a[at] as number) < (b[at] as number)
}
