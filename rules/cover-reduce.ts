/**
 * Makes a plan that covers everything smaller: takes a row away and has others take over what only it covered, by
 * changing one element each where nothing is lost; what may be anything is changed by chance between the passes, so that
 * the next one meets other rows (after Nayeri, Colbourn, Konjevod 2013).
 */
import type { Draft } from './cover-draft.ts'
import { fits, pairsIn, type Row } from './cover-grid.ts'
import { dice } from './cover-seed.ts'

/** Passes in a row that may take nothing away; passes over all; rows looked at over all, so that large plans end. */
const PATIENCE = 4
const PASSES = 24
const LOOKS = 20_000

/** Never makes a covered pair uncovered, never goes below `floor`. */
export function reduce(draft: Draft, floor: number): void {
  const holders = byElement(draft)
  const passes = Math.min(PASSES, Math.ceil(LOOKS / (draft.rows.length + 1)))
  let idle = 0
  for (let pass = 0; pass < passes && idle < PATIENCE && draft.rows.length > floor; pass++) {
    if (pass > 0) for (const row of draft.rows) shake(draft, row, holders)
    const gone = dissolved(draft, holders, floor)
    draft.rows = draft.rows.filter((row) => !gone.has(row))
    idle = gone.size > 0 ? 0 : idle + 1
  }
}

function dissolved(draft: Draft, holders: Set<Row>[], floor: number): Set<Row> {
  const weight = new Map(draft.rows.map((row) => [row, essential(draft, row)]))
  const order = [...draft.rows].sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0))
  const gone = new Set<Row>()
  for (const row of order) {
    if (draft.rows.length - gone.size <= floor) break
    if (dissolve(draft, row, holders)) gone.add(row)
  }
  return gone
}

/** Puts any element that goes where the row's own covers nothing that others do not. */
function shake(draft: Draft, row: Row, holders: Set<Row>[]): void {
  for (const [axis, elements] of draft.grid.axes.entries()) {
    const from = row[axis] as number
    if (row.some((other, i) => i !== axis && draft.left.get(from, other) >= 0)) continue
    const to = elements[dice(draft.random, elements.length)] as number
    if (to !== from && fits(draft.grid.can, row, axis, to)) apply(draft, holders, { row, axis, from, to })
  }
}

function byElement(draft: Draft): Set<Row>[] {
  const holders = draft.grid.ids.map(() => new Set<Row>())
  for (const row of draft.rows) for (const element of row) holders[element]?.add(row)
  return holders
}

/** Pairs that would miss a video without this row. */
const essential = ({ grid, left }: Draft, row: Row): number =>
  pairsIn(grid, row).filter(([a, b]) => left.get(a, b) >= 0).length

interface Change {
  row: Row
  axis: number
  from: number
  to: number
}

function dissolve(draft: Draft, row: Row, holders: Set<Row>[]): boolean {
  for (const element of row) holders[element]?.delete(row)
  draft.count(row, -1)
  const done: Change[] = []
  for (const [a, b] of pairsIn(draft.grid, row)) {
    if (draft.left.get(a, b) <= 0) continue
    const change = takeOver(draft, holders, a, b) ?? takeOver(draft, holders, b, a)
    if (change === null) {
      for (const back of done.reverse()) apply(draft, holders, { ...back, from: back.to, to: back.from })
      for (const element of row) holders[element]?.add(row)
      draft.count(row, 1)
      return false
    }
    apply(draft, holders, change)
    done.push(change)
  }
  return true
}

/** A row with `a` whose element on the axis of `b` can become `b`. */
function takeOver({ grid, left }: Draft, holders: Set<Row>[], a: number, b: number): Change | null {
  const axis = grid.axes.findIndex((elements) => elements.includes(b))
  for (const row of holders[a] ?? []) {
    const from = row[axis] as number
    if (from === b || from === a) continue
    const spare = row.every((other, i) => i === axis || left.get(from, other) < 0)
    if (spare && fits(grid.can, row, axis, b)) return { row, axis, from, to: b }
  }
  return null
}

function apply(draft: Draft, holders: Set<Row>[], { row, axis, from, to }: Change): void {
  draft.count(row, -1)
  holders[from]?.delete(row)
  row[axis] = to
  holders[to]?.add(row)
  draft.count(row, 1)
}
