/** A content matrix with its constraints, compiled to numbers: which elements go together, and which pairs never can. */
import { FREE } from './cover-arrays.ts'
import { ELEMENT_KINDS, type ElementKind } from './types.ts'

/** An element's own number; no two elements share one, whatever their axes. */
export type ElementId = number
/** One element of each axis that has any; an existing cell may lack some. */
export type Cell = Partial<Record<ElementKind, ElementId>>
export type Pair = readonly [ElementId, ElementId]

export interface Matrix {
  /** An axis that is absent or empty takes no part. */
  axes: Partial<Record<ElementKind, readonly ElementId[]>>
  /** Never in one cell. Says nothing of an element and itself, or of one outside the matrix. */
  forbidden: readonly { a: ElementId; b: ElementId; reason: string }[]
  /** Where `a` is, `b` must be. If `b` is not in the matrix, `a` cannot be used at all. */
  required: readonly { a: ElementId; b: ElementId }[]
}

/** Why no cell can hold a pair. */
export type Obstacle =
  | { kind: 'FORBIDDEN'; reason: string }
  /** `element`, one of the two, requires `requires`, which leaves no room for the other. */
  | { kind: 'REQUIRED'; element: ElementId; requires: ElementId }
  /** No element of this axis goes with both. */
  | { kind: 'NO_THIRD'; axis: ElementKind }
  /** Each other axis has an element that goes with both, but these do not go with each other. */
  | { kind: 'NO_REST' }
export interface Impossible {
  pair: Pair
  reason: Obstacle
}

/** Elements are 0, 1, 2, ... through all axes from here on; a row has one per axis, or FREE. */
export type Row = number[]

/** A number per unordered pair of elements. */
export class PairTable {
  readonly size: number
  readonly #cells: Int32Array
  constructor(size: number) {
    this.size = size
    this.#cells = new Int32Array(size * size)
  }
  get(a: number, b: number): number {
    return this.#cells[a * this.size + b] ?? 0
  }
  set(a: number, b: number, value: number): void {
    this.#cells[a * this.size + b] = value
    this.#cells[b * this.size + a] = value
  }
  add(a: number, b: number, more: number): void {
    this.set(a, b, this.get(a, b) + more)
  }
}

export interface Grid {
  kinds: ElementKind[]
  /** Elements per axis, and their ids. */
  axes: number[][]
  ids: ElementId[]
  at: ReadonlyMap<ElementId, number>
  /** Axes whose pairs count; of a single axis, [0, 0]: an element alone stands as a pair with itself. */
  joins: [number, number][]
  /** 1: neither forbids the other. */
  goes: PairTable
  /** 1: some whole cell holds both. */
  can: PairTable
}

export function compile(matrix: Matrix): Grid {
  const kinds = ELEMENT_KINDS.filter((kind) => matrix.axes[kind]?.length)
  const ids: ElementId[] = []
  const axes = kinds.map((kind) => [...new Set(matrix.axes[kind])].map((id) => ids.push(id) - 1))
  const at = new Map(ids.map((id, index) => [id, index]))
  if (at.size < ids.length) throw new RangeError('an element is on two axes')
  const size = ids.length
  const grid: Grid = {
    kinds,
    axes,
    ids,
    at,
    joins: joinsOf(axes.length),
    goes: together(axes, size),
    can: new PairTable(size),
  }
  for (const { a, b } of matrix.forbidden) forbid(grid, at.get(a), at.get(b))
  for (const { a, b } of matrix.required) require(grid, at.get(a), at.get(b))
  for (const [a, b] of pairsOf(grid))
    if (grid.goes.get(a, b) && extendable(grid, grid.goes, rowWith(grid, [a, b]))) grid.can.set(a, b, 1)
  return grid
}

function joinsOf(axes: number): [number, number][] {
  const all = Array.from({ length: axes }, (_, i) => i)
  return axes === 1 ? [[0, 0]] : all.flatMap((i) => all.slice(i + 1).map((j): [number, number] => [i, j]))
}

function together(axes: number[][], size: number): PairTable {
  const goes = new PairTable(size)
  const axisOf = axes.flatMap((axis, i) => axis.map(() => i))
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) if (a === b || axisOf[a] !== axisOf[b]) goes.set(a, b, 1)
  return goes
}

function forbid({ goes }: Grid, a: number | undefined, b: number | undefined): void {
  if (a !== undefined && b !== undefined && a !== b) goes.set(a, b, 0)
}

/** `a` goes with nothing but `b` on the axis of `b`; with nothing at all when that is not there, or is its own. */
function require({ goes, axes }: Grid, a: number | undefined, b: number | undefined): void {
  if (a === undefined || a === b) return
  const axis = axes.find((elements) => b !== undefined && elements.includes(b))
  const unusable = axis === undefined || axis.includes(a)
  for (const other of unusable ? axes.flat() : axis) if (unusable || other !== b) goes.set(a, other, 0)
}

/** Every pair of elements of two axes. */
export function pairsOf({ axes, joins }: Grid): [number, number][] {
  return joins.flatMap(([i, j]) =>
    (axes[i] ?? []).flatMap((a) =>
      i === j ? [[a, a] as [number, number]] : (axes[j] ?? []).map((b): [number, number] => [a, b]),
    ),
  )
}

export function rowWith({ axes }: Grid, elements: readonly number[]): Row {
  return axes.map((axis) => elements.find((element) => axis.includes(element)) ?? FREE)
}

/** The pairs that a row covers. */
export function pairsIn({ joins }: Grid, row: Row): [number, number][] {
  const pairs: [number, number][] = []
  for (const [i, j] of joins) {
    const a = row[i] ?? FREE
    const b = row[j] ?? FREE
    if (a !== FREE && b !== FREE) pairs.push([a, b])
  }
  return pairs
}

/** Does `element` go, by this table, with all of the row but what stands on `axis`? */
export function fits(table: PairTable, row: Row, axis: number, element: number): boolean {
  for (let i = 0; i < row.length; i++) {
    const other = i === axis ? element : (row[i] ?? FREE)
    if (other !== FREE && (i !== axis || row.length === 1) && table.get(element, other) === 0) return false
  }
  return true
}

/** Can the free axes of a row whose fixed ones go together be filled? By trying, at most all of four axes. */
export function extendable(grid: Grid, table: PairTable, row: Row): boolean {
  const axis = row.indexOf(FREE)
  if (axis < 0) return true
  for (const element of grid.axes[axis] ?? []) {
    if (!fits(table, row, axis, element)) continue
    row[axis] = element
    const done = extendable(grid, table, row)
    row[axis] = FREE
    if (done) return true
  }
  return false
}

/** Back to ids. */
export function cellOf({ kinds, ids }: Grid, row: Row): Cell {
  return Object.fromEntries(kinds.map((kind, i) => [kind, ids[row[i] ?? FREE] as ElementId]))
}
