/** Matrices to cover, and the slow but plain way to say what can be. */
import fc from 'fast-check'
import type { Cell, ElementId, Matrix } from '../../rules/cover-grid.ts'
import { ELEMENT_KINDS } from '../../rules/types.ts'

/** Axes of these sizes; ids go 1, 2, 3, ... through all of them. */
export function matrixOf(sizes: readonly number[], constraints: Partial<Matrix> = {}): Matrix {
  const axes: Record<string, number[]> = {}
  let id = 1
  for (const [i, size] of sizes.entries())
    axes[ELEMENT_KINDS[i] as string] = Array.from({ length: size }, () => id++)
  return { axes, forbidden: [], required: [], ...constraints }
}

/** Small matrices with any constraints, also between elements of one axis, repeated, or with an id from elsewhere. */
export const anyMatrix = (most: number): fc.Arbitrary<Matrix> =>
  fc.array(fc.nat(most), { minLength: 4, maxLength: 4 }).chain((sizes) => {
    const id = fc.integer({ min: 1, max: sizes.reduce((a, b) => a + b, 1) })
    return fc.record({
      axes: fc.constant(matrixOf(sizes).axes),
      forbidden: fc.array(fc.record({ a: id, b: id, reason: fc.constant('legal') }), { maxLength: 8 }),
      required: fc.array(fc.record({ a: id, b: id }), { maxLength: 3 }),
    })
  })

export const existingOf = (matrix: Matrix) =>
  fc.array(
    fc.record({
      elements: fc.record(
        Object.fromEntries(
          ELEMENT_KINDS.map((kind) => [kind, fc.constantFrom(...(matrix.axes[kind] ?? []), 999)]),
        ),
      ) as fc.Arbitrary<Cell>,
      count: fc.nat(3),
    }),
    { maxLength: 6 },
  )

export function allowed({ forbidden, required }: Matrix, cell: Cell): boolean {
  const ids = new Set(Object.values(cell))
  const across = (a: ElementId, b: ElementId) => a !== b && ids.has(a) && ids.has(b)
  return (
    !forbidden.some(({ a, b }) => across(a, b)) && required.every(({ a, b }) => !ids.has(a) || ids.has(b))
  )
}

/** Every allowed cell, by trying all. */
export function cellsOf(matrix: Matrix): Cell[] {
  let cells: Cell[] = [{}]
  for (const kind of ELEMENT_KINDS)
    if (matrix.axes[kind]?.length)
      cells = cells.flatMap((cell) => (matrix.axes[kind] ?? []).map((id) => ({ ...cell, [kind]: id })))
  return cells.filter((cell) => Object.keys(cell).length > 0 && allowed(matrix, cell))
}

/** Pairs of a cell as `a b`, the axes in order; an element alone on the only axis is a pair with itself. */
export function pairsOfCell(cell: Cell, axes: number): string[] {
  const ids = ELEMENT_KINDS.map((kind) => cell[kind]).filter((id) => id !== undefined)
  if (axes === 1) return ids.map((id) => `${id} ${id}`)
  return ids.flatMap((a, i) => ids.slice(i + 1).map((b) => `${a} ${b}`))
}

export function allPairs(matrix: Matrix): string[] {
  const free = { ...matrix, forbidden: [], required: [] }
  return [...new Set(cellsOf(free).flatMap((cell) => pairsOfCell(cell, axesOf(matrix))))]
}

export const axesOf = ({ axes }: Matrix): number => ELEMENT_KINDS.filter((kind) => axes[kind]?.length).length

/** Videos per pair; elements that are not in the matrix are none. */
export function tally(
  matrix: Matrix,
  videos: readonly { elements: Cell; count: number }[],
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { elements, count } of videos) {
    const known = Object.entries(elements).filter(([kind, id]) => matrix.axes[kind as 'NEED']?.includes(id))
    for (const pair of pairsOfCell(Object.fromEntries(known), axesOf(matrix)))
      counts.set(pair, (counts.get(pair) ?? 0) + count)
  }
  return counts
}
