/**
 * COVERING: every pair of elements of two axes that can be together is in at least `times` videos, by as few as possible.
 *
 * Rows of a known array (cover-arrays.ts) whose pairs are missing come first, where a constraint breaks one it is cut to
 * what goes together, a greedy search completes the rest, and a last step takes rows away. Several such drafts, from
 * "all rows of the array" to "only search", are made and the smallest is kept.
 *
 * Reached without constraints: cover-arrays.ts. With some hundred random constraints and with random existing cells:
 * 1.03 to 1.10 of the floor (itself often out of reach), four axes of 30 in 0.5 s, four of 50 in 1 s, `times` 3 in 2 s.
 */
import { coveringRows, FREE } from './cover-arrays.ts'
import { Draft, type Existing } from './cover-draft.ts'
import { extendable, fits, type Grid, pairsOf, type Row, rowWith } from './cover-grid.ts'
import { reduce } from './cover-reduce.ts'
import { dice, seeded, shuffled } from './cover-seed.ts'

export interface Task {
  grid: Grid
  existing: readonly Existing[]
  times: number
  seed: string
}

/** Pairs of a row of the array that may be lost or covered already for the row to be taken; null: no array at all. */
const LOSSES = [5, 1, 0, null]
/** Rows tried before one is taken. */
const TRIES = 16

/** Whole rows; empty where nothing is missing or nothing can be. The same task gives the same rows. */
export function coverRows(task: Task): Row[] {
  const floor = floorOf(fresh(task, 'floor'))
  let best: Row[] | null = null
  for (const loss of LOSSES) {
    if (best !== null && best.length <= floor) break
    const draft = fresh(task, 'draft')
    if (loss !== null) takeArray(draft, task.times, loss)
    search(draft, Number.POSITIVE_INFINITY)
    reduce(draft, floor)
    if (best === null || draft.rows.length < best.length) best = draft.rows
  }
  return inOrder(task, best ?? [])
}

export const fresh = ({ grid, existing, times, seed }: Task, part: string): Draft =>
  new Draft(grid, existing, times, seeded(`${seed} ${part}`))

/** No plan can have fewer rows: each has one element of an axis, which needs as many as it misses on another axis. */
export function floorOf({ grid, left }: Draft): number {
  const missing = grid.joins.map(() => new Map<number, number>())
  for (const [at, join] of grid.joins.entries())
    for (const [a, b] of pairsOf({ ...grid, joins: [join] }))
      for (const element of new Set([a, b]))
        missing[at]?.set(element, (missing[at].get(element) ?? 0) + Math.max(0, left.get(a, b)))
  const needs = (element: number) => Math.max(0, ...missing.map((of) => of.get(element) ?? 0))
  const sums = grid.axes.map((axis) => axis.reduce((sum, element) => sum + needs(element), 0))
  return Math.max(0, ...sums)
}

function takeArray(draft: Draft, times: number, loss: number): void {
  const { grid, random } = draft
  const levels = coveringRows(grid.axes.map((axis) => axis.length))
  for (let copy = 0; copy < times; copy++) {
    const names = grid.axes.map((axis) => shuffled(axis, random))
    let rows = shuffled(levels, random).map((row) => row.map((level, axis) => names[axis]?.[level] ?? FREE))
    for (let lost = 0; lost <= loss && lost < grid.joins.length; lost++)
      rows = rows.filter((row) => !taken(draft, row, grid.joins.length - lost))
  }
}

/** Adds the row, cut and filled again, if that many of its pairs are missing. */
function taken(draft: Draft, row: Row, least: number): boolean {
  if (draft.gain(row) < least) return false
  const partial = trimmed(draft, row)
  const whole = partial && draft.gain(partial) >= least ? draft.complete(partial) : null
  if (whole !== null) draft.add(whole)
  return whole !== null
}

/** The part of a row that can be, with the most missing pairs; without the elements that add none. */
function trimmed(draft: Draft, row: Row): Row | null {
  let best: Row | null = null
  let top = 0
  for (let kept = 2 ** row.length - 1; kept > 0; kept--) {
    const part = row.map((element, axis) => ((kept >> axis) & 1 ? element : FREE))
    const gain = draft.gain(part)
    if (gain < top || gain === 0 || !possible(draft.grid, part)) continue
    top = gain
    best = part
    if (kept === 2 ** row.length - 1 && gain === draft.grid.joins.length) break
  }
  return best
}

const possible = (grid: Grid, row: Row): boolean =>
  row.every((element, axis) => element === FREE || fits(grid.can, row, axis, element)) &&
  extendable(grid, grid.can, [...row])

/** Adds rows, each the best of a few that begin with a missing pair, until nothing is missing or there are `most`. */
export function search(draft: Draft, most: number): void {
  const missing = pairsOf(draft.grid).filter(([a, b]) => draft.left.get(a, b) > 0)
  while (draft.rows.length < most) {
    let best: Row | null = null
    let top = 0
    for (let tries = 0; tries < TRIES; tries++) {
      const pair = anyMissing(draft, missing)
      const row = pair && draft.complete(rowWith(draft.grid, pair))
      const gain = row ? draft.gain(row) : 0
      if (gain <= top) continue
      top = gain
      best = row
    }
    if (best === null) return
    draft.add(best)
  }
}

/** A pair of the list that is still missing; forgets the others that it meets. */
function anyMissing({ left, random }: Draft, missing: [number, number][]): [number, number] | null {
  while (missing.length > 0) {
    const at = dice(random, missing.length)
    const pair = missing[at] as [number, number]
    if (left.get(...pair) > 0) return pair
    missing[at] = missing.at(-1) as [number, number]
    missing.pop()
  }
  return null
}

/** Rows tried for one place in the order. */
const WINDOW = 64

/** What covers most first; among equals, what has the elements least used so far. Rows that add nothing come last. */
export function inOrder(task: Task, rows: readonly Row[]): Row[] {
  const draft = fresh(task, 'order')
  const byGain: Row[][] = task.grid.joins.map(() => []).concat([[]])
  for (const row of rows) byGain[draft.gain(row)]?.push(row)
  for (let gain = byGain.length - 1; gain >= 0; ) {
    const bucket = byGain[gain] ?? []
    const at = leastUsed(draft, bucket)
    const [row] = bucket.splice(at, 1)
    if (row === undefined) gain--
    else if (draft.gain(row) === gain) draft.add(row)
    else byGain[draft.gain(row)]?.push(row)
  }
  return draft.rows
}

function leastUsed({ uses }: Draft, bucket: readonly Row[]): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at < Math.min(WINDOW, bucket.length); at++) {
    const sum = (bucket[at] ?? []).reduce((total, element) => total + (uses[element] ?? 0), 0)
    if (sum >= least) continue
    best = at
    least = sum
  }
  return best
}
