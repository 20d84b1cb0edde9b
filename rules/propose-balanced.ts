/**
 * BALANCED: cells whose elements, then pairs of elements, are in as equally many videos as can be, with what exists.
 *
 * Without constraints and existing videos, any two elements of an axis differ by at most 1, and any two pairs of the same
 * two axes by at most 2, mostly 1 (no proof: test/rules/propose-balanced.test.ts up to 10 per axis, 3 was seen at 50 per
 * axis); by 0 where the axes are of one size and `videos` is a multiple of its orthogonal array. What exists is evened
 * out: as long as elements differ, only the least used get videos.
 */
import { coveringRows, FREE } from './cover-arrays.ts'
import { Draft, type Existing } from './cover-draft.ts'
import { extendable, fits, type Grid, pairsOf, type Row } from './cover-grid.ts'
import { dice, seeded, shuffled } from './cover-seed.ts'

/** Cells tried for each place. */
const TRIES = 6
/** Swaps tried per cell, and at most. */
const SWAPS_EACH = 1000
const SWAPS = 1_000_000

/** `videos` rows; none where no cell is possible. */
export function balancedRows(grid: Grid, existing: readonly Existing[], videos: number, seed: string): Row[] {
  const draft = new Draft(grid, existing, 0, seeded(`${seed} balanced`))
  takeArrays(draft, videos)
  while (draft.rows.length < videos) {
    const row = evenest(draft)
    if (row === null) break
    draft.add(row)
  }
  swap(draft, Math.min(SWAPS, SWAPS_EACH * draft.rows.length))
  return draft.rows
}

/** Whole orthogonal arrays, as many as there is room for, are exactly even: nothing may exist or be excluded. */
function takeArrays(draft: Draft, videos: number): void {
  const { axes, can, joins } = draft.grid
  const size = axes[0]?.length ?? 0
  const alike = axes.every((axis) => axis.length === size) && joins.length > 0
  const levels = coveringRows(axes.map((axis) => axis.length))
  if (!alike || levels.length !== size ** Math.min(2, axes.length)) return
  if (draft.uses.some((uses) => uses > 0) || pairsOf(draft.grid).some(([a, b]) => can.get(a, b) === 0)) return
  while (draft.rows.length + levels.length <= videos) {
    const names = axes.map((axis) => shuffled(axis, draft.random))
    for (const row of levels) draft.add(row.map((level, axis) => names[axis]?.[level] ?? FREE))
  }
}

function evenest(draft: Draft): Row | null {
  let best: Row | null = null
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < TRIES; tries++) {
    const { row, cost } = begun(draft)
    if (cost >= least) continue
    least = cost
    best = row
  }
  return best
}

/** Axis by axis in any order, the element of the fewest videos, then of the fewest beside those already chosen. */
function begun(draft: Draft): { row: Row; cost: number } {
  const { grid, random, uses } = draft
  const row: Row = grid.axes.map(() => FREE)
  let total = grid.axes.length > 0 ? 0 : Number.POSITIVE_INFINITY
  for (const [axis, elements] of shuffled([...grid.axes.entries()], random)) {
    let best = FREE
    let least = Number.POSITIVE_INFINITY
    for (const element of elements) {
      const cost = (uses[element] ?? 0) * 1e6 + videosBeside(draft, row, element) + random()
      if (cost >= least || !goesOn(draft, row, axis, element)) continue
      least = cost
      best = element
    }
    row[axis] = best
    total += least
  }
  return { row, cost: total }
}

/** The tally of a draft with nothing asked for counts down from 0. */
const videosBeside = ({ left }: Draft, row: Row, element: number): number =>
  row.reduce((sum, other) => (other === FREE ? sum : sum - left.get(element, other)), 0)

function goesOn({ grid }: Draft, row: Row, axis: number, element: number): boolean {
  return fits(grid.can, row, axis, element) && extendable(grid, grid.can, row.with(axis, element))
}

/** Exchanges elements of an axis between two rows where the squares of the pair counts do not rise. */
function swap(draft: Draft, swaps: number): void {
  const { grid, random, rows } = draft
  for (let at = 0; at < swaps && rows.length > 1; at++) {
    const one = rows[dice(random, rows.length)] as Row
    const two = rows[dice(random, rows.length)] as Row
    const axis = dice(random, grid.axes.length)
    const [a, b] = [one[axis] as number, two[axis] as number]
    if (a === b || rise(draft, one, two, axis) > 0) continue
    if (!fits(grid.can, one, axis, b) || !fits(grid.can, two, axis, a)) continue
    for (const row of [one, two]) draft.count(row, -1)
    one[axis] = b
    two[axis] = a
    for (const row of [one, two]) draft.count(row, 1)
  }
}

/** How the sum of squared pair counts changes, halved. */
function rise({ left }: Draft, one: Row, two: Row, axis: number): number {
  const [a, b] = [one[axis] as number, two[axis] as number]
  let change = 0
  for (let i = 0; i < one.length; i++) {
    const [x, y] = [one[i] as number, two[i] as number]
    if (i === axis || x === y) continue
    change += 2 + left.get(a, x) + left.get(b, y) - left.get(b, x) - left.get(a, y)
  }
  return change
}
