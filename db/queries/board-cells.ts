/** Cells as the board's statement packs them, rolled up to the pairs of elements of its rows and columns. */
import type { BoardGroup } from '../../rules/types.ts'
import { unpack } from '../pack.ts'

/** Of each cell with published videos; the plays beside them are cell by cell, most first. */
export const SEEN_COLUMNS = [
  'cellId',
  'published',
  'watched',
  'flagged',
  'rated',
  'ratedPlays',
  'interactions',
  'spendKnown',
  'spendFen',
  'gmvKnown',
  'gmvFen',
  'bothKnown',
  'bothSpendFen',
  'bothGmvFen',
  'playsKnown',
  'bestId',
] as const
type SeenColumn = (typeof SEEN_COLUMNS)[number]

/** Big-endian doubles; null: no row at all. `id`, `r` and `c` are of each cell; an axis that is empty is 0. */
export type PackedCells = Record<
  SeenColumn | 'plays' | 'id' | 'r' | 'c' | 'plannedCellId' | 'planned',
  Buffer | null
>

const SUMS = SEEN_COLUMNS.slice(1, 14) as Exclude<SeenColumn, 'cellId' | 'playsKnown' | 'bestId'>[]

/** Pairs with at least one planned or published video. */
export function rollUp(packed: PackedCells): BoardGroup[] {
  const groups = new Groups(unpack(packed.id), unpack(packed.r), unpack(packed.c))
  const plannedIn = unpack(packed.plannedCellId)
  const planned = unpack(packed.planned)
  for (const [at, cellId] of plannedIn.entries()) groups.of(cellId).planned += planned[at] as number
  const seen = Object.fromEntries(SEEN_COLUMNS.map((name) => [name, unpack(packed[name])])) as Record<
    SeenColumn,
    Float64Array
  >
  const plays = unpack(packed.plays)
  let from = 0
  for (const [at, cellId] of seen.cellId.entries()) {
    const group = groups.of(cellId)
    for (const name of SUMS) group[name] += seen[name][at] as number
    const size = seen.playsKnown[at] as number
    if (size > 0) groups.add(group, plays.subarray(from, from + size), seen.bestId[at] as number)
    from += size
  }
  return groups.all()
}

class Groups {
  private readonly byCell = new Map<number, { row: number; column: number }>()
  private readonly byPair = new Map<string, BoardGroup>()
  private readonly parts = new Map<BoardGroup, Float64Array[]>()

  constructor(ids: Float64Array, rows: Float64Array, columns: Float64Array) {
    for (const [at, id] of ids.entries()) {
      this.byCell.set(id, { row: rows[at] as number, column: columns[at] as number })
    }
  }

  of(cellId: number): BoardGroup {
    const { row = 0, column = 0 } = this.byCell.get(cellId) ?? {}
    const key = `${row} ${column}`
    const known = this.byPair.get(key)
    if (known) return known
    const sums = Object.fromEntries(SUMS.map((name) => [name, 0])) as Record<(typeof SUMS)[number], number>
    const none = { planned: 0, ...sums, plays: new Float64Array(), best: null }
    const made: BoardGroup = { row: row || null, column: column || null, ...none }
    this.byPair.set(key, made)
    this.parts.set(made, [])
    return made
  }

  /** `plays` of one cell, most first; `bestId` is the video of the first. */
  add(group: BoardGroup, plays: Float64Array, bestId: number): void {
    this.parts.get(group)?.push(plays)
    const most = plays[0] as number
    if (!group.best || group.best.plays < most) group.best = { videoId: bestId, plays: most }
  }

  all(): BoardGroup[] {
    for (const [group, parts] of this.parts) group.plays = joined(parts)
    return [...this.byPair.values()]
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
