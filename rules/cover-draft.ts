/** Rows in the making, and what they leave to cover. */
import { FREE } from './cover-arrays.ts'
import {
  type Cell,
  extendable,
  fits,
  type Grid,
  PairTable,
  pairsIn,
  pairsOf,
  type Row,
} from './cover-grid.ts'
import type { Random } from './cover-seed.ts'

/** A cell that has `count` videos, planned or published. */
export interface Existing {
  elements: Cell
  count: number
}

export class Draft {
  readonly grid: Grid
  readonly random: Random
  rows: Row[] = []
  /** Per pair: videos still missing; below 0, that many more than asked for. */
  readonly left: PairTable
  /** Per element: pairs that miss videos, and videos. */
  readonly open: number[]
  readonly uses: number[]

  constructor(grid: Grid, existing: readonly Existing[], times: number, random: Random) {
    this.grid = grid
    this.random = random
    this.left = new PairTable(grid.ids.length)
    this.open = grid.ids.map(() => 0)
    this.uses = grid.ids.map(() => 0)
    for (const [a, b] of pairsOf(grid)) if (grid.can.get(a, b)) this.#change(a, b, times)
    for (const { elements, count } of existing) this.count(rowOf(grid, elements), count)
  }

  add(row: Row): void {
    this.rows.push(row)
    this.count(row, 1)
  }

  /** `more` videos of a row that is not, or no longer, among the rows. */
  count(row: Row, more: number): void {
    for (const element of row) if (element !== FREE) this.uses[element] = (this.uses[element] ?? 0) + more
    for (const [a, b] of pairsIn(this.grid, row)) this.#change(a, b, -more)
  }

  /** Pairs of the row that miss a video. */
  gain(row: Row): number {
    let gain = 0
    for (const [i, j] of this.grid.joins) {
      const [a, b] = [row[i] ?? FREE, row[j] ?? FREE]
      if (a !== FREE && b !== FREE && this.left.get(a, b) > 0) gain++
    }
    return gain
  }

  /** Fills the free axes, each time with the element of the most missing pairs; null: nothing goes. */
  complete(partial: Row): Row | null {
    const row = [...partial]
    while (row.includes(FREE)) {
      const [axis, element] = this.#best(row)
      if (element === FREE) return null
      row[axis] = element
    }
    return row
  }

  /** The density step of AETG (Cohen, Dalal, Fredman, Patton 1997); ties: what has more to cover, then what is less used. */
  #best(row: Row): [axis: number, element: number] {
    let best: [number, number] = [0, FREE]
    let top = -Infinity
    for (const [axis, elements] of this.grid.axes.entries()) {
      if (row[axis] !== FREE) continue
      for (const element of elements) {
        if (!fits(this.grid.can, row, axis, element)) continue
        const score = this.#score(row, element)
        if (score > top && this.#leadsOn(row, axis, element)) {
          top = score
          best = [axis, element]
        }
      }
    }
    return best
  }

  #score(row: Row, element: number): number {
    let gain = 0
    for (const other of row) if (other !== FREE && this.left.get(element, other) > 0) gain++
    return gain * 1e6 + (this.open[element] ?? 0) * 1e3 - (this.uses[element] ?? 0) + this.random()
  }

  #leadsOn(row: Row, axis: number, element: number): boolean {
    row[axis] = element
    const leads = extendable(this.grid, this.grid.can, row)
    row[axis] = FREE
    return leads
  }

  #change(a: number, b: number, more: number): void {
    const before = this.left.get(a, b)
    this.left.set(a, b, before + more)
    const opened = Number(before + more > 0) - Number(before > 0)
    if (opened === 0) return
    this.open[a] = (this.open[a] ?? 0) + opened
    this.open[b] = (this.open[b] ?? 0) + opened
  }
}

/** An existing cell; elements that the matrix does not have are left out. */
export const rowOf = ({ kinds, axes, at }: Grid, cell: Cell): Row =>
  kinds.map((kind, i) => {
    const element = at.get(cell[kind] ?? Number.NaN)
    return element !== undefined && axes[i]?.includes(element) ? element : FREE
  })
