/** Why a line is in a plan, as data and as a sentence. */
import type { Draft } from './cover-draft.ts'
import { type ElementId, type Grid, type Pair, pairsIn, type Row } from './cover-grid.ts'
import type { Given, KolChoice } from './propose-kols.ts'

export interface Why {
  /** Pairs that were in fewer than `times` videos before this line. */
  covers: Pair[]
  /** Videos before this line: those that exist and the lines above. */
  pairs: { pair: Pair; before: number }[]
  elements: { id: ElementId; before: number }[]
  kol: KolChoice
  /** One sentence in English. */
  text: string
}

/** What elements and KOLs are called in sentences. */
export interface Names {
  element(id: ElementId): string
  kol(id: number): string
}
export const BY_ID: Names = { element: (id) => String(id), kol: (id) => `KOL ${id}` }

export const idsOf = ({ ids }: Grid, [a, b]: readonly [number, number]): Pair => [
  ids[a] as number,
  ids[b] as number,
]

/** For a row that the draft does not count yet. */
export function explain(
  draft: Draft,
  times: number,
  row: Row,
  { kolId, choice: kol }: Given,
  names: Names,
): Why {
  const { grid, left, uses } = draft
  const pairs = pairsIn(grid, row).map((pair) => ({
    pair: idsOf(grid, pair),
    before: times - left.get(...pair),
  }))
  const elements = row.map((element) => ({ id: grid.ids[element] as number, before: uses[element] ?? 0 }))
  const covers = pairs.filter(({ before }) => before < times).map(({ pair }) => pair)
  const text = `${gap(covers.length, pairs.length, times)}; ${rarest(elements, names)}; ${chosen(kol, kolId, names)}.`
  return { covers, pairs, elements, kol, text }
}

function gap(covers: number, of: number, times: number): string {
  if (covers === 0) return 'All its pairs are covered, it evens them out'
  const pairs = `${covers} of its ${of} pair${of === 1 ? '' : 's'}`
  return times === 1 ? `Covers ${pairs} for the first time` : `Adds a missing video to ${pairs}`
}

function rarest(elements: Why['elements'], names: Names): string {
  const [first, ...others] = [...elements].sort((a, b) => a.before - b.before)
  const name = others.length === 0 ? 'its element' : 'its rarest element'
  return `${name}, ${first ? names.element(first.id) : 'none'}, has ${count(first?.before ?? 0, 'video')} so far`
}

function chosen(kol: KolChoice, kolId: number | null, names: Names): string {
  if (kol.kind === 'NO_KOLS') return 'no KOLs were given to choose from'
  if (kol.kind === 'NONE_FREE' || kolId === null) return 'no KOL can take on another video'
  return kol.known === 0
    ? `${names.kol(kolId)} is new to its elements`
    : `${names.kol(kolId)} has had ${count(kol.known, 'element')} of it`
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`
