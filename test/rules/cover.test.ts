import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { coverRows, floorOf, fresh } from '../../rules/cover.ts'
import { coveringRows, FREE } from '../../rules/cover-arrays.ts'
import { cellOf, compile, type Matrix } from '../../rules/cover-grid.ts'
import { impossible } from '../../rules/cover-obstacle.ts'
import { dice, seeded } from '../../rules/cover-seed.ts'
import {
  allowed,
  allPairs,
  anyMatrix,
  cellsOf,
  existingOf,
  matrixOf,
  pairsOfCell,
  tally,
} from './cover-world.ts'

// Seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

/** Pairs of levels of two factors that no row has. */
function holes(rows: number[][], sizes: number[]): number {
  let holes = 0
  for (const [i, a] of sizes.entries())
    for (const [j, b] of sizes.entries()) {
      if (j <= i) continue
      const held = rows.filter((row) => row[i] !== FREE && row[j] !== FREE)
      holes += a * b - new Set(held.map((row) => `${row[i]} ${row[j]}`)).size
    }
  return holes
}

test('four axes of 1 to 50: v^2 rows, but 5 for 2, 37 for 6 and 197 for 14', () => {
  const above: Record<number, number> = {}
  for (let v = 1; v <= 50; v++) {
    const rows = coveringRows([v, v, v, v])
    expect(holes(rows, [v, v, v, v]), `${v}`).toBe(0)
    if (rows.length > v * v) above[v] = rows.length
  }
  expect(above).toEqual({ 2: 5, 6: 37, 14: 197 })
})

test('any sizes: the product of the two largest, at most 1 more', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 4 }), (sizes) => {
      const rows = coveringRows(sizes)
      const [a = 0, b = 1] = sizes.toSorted((x, y) => y - x)
      expect(holes(rows, sizes)).toBe(0)
      expect(rows.length).toBeLessThanOrEqual(a * b + 1)
      expect(rows.length === a * b || (sizes.length === 4 && [2, 6, 14].includes(b))).toBe(true)
    }),
    { numRuns: 60 },
  )
})

const rowsOf = (
  matrix: Matrix,
  times = 1,
  existing: Parameters<typeof fresh>[0]['existing'] = [],
  seed = 'a',
) => {
  const grid = compile(matrix)
  return coverRows({ grid, existing, times, seed }).map((row) => cellOf(grid, row))
}

test.each([
  [[5, 5, 5, 5], 1, 25],
  [[10, 10, 10, 10], 1, 100],
  [[20, 20, 20, 20], 1, 400],
  [[50, 50, 50, 50], 1, 2500],
  [[10, 10, 10, 10], 3, 300],
  [[3, 5, 10, 20], 1, 200],
  [[3, 2, 2, 2], 1, 6],
  [[6, 6, 6, 6], 1, 37],
  [[4, 0, 3], 2, 24],
  [[0, 4], 2, 8],
  [[0, 0, 0, 0], 1, 0],
])('%j, %d times: %d videos', (sizes, times, videos) => {
  expect(rowsOf(matrixOf(sizes), times)).toHaveLength(videos)
})

test('every pair that can be is covered as often as asked, no constraint is broken, what exists counts', () => {
  const task = anyMatrix(4).chain((matrix) =>
    fc.record({
      matrix: fc.constant(matrix),
      existing: existingOf(matrix),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  )
  fc.assert(
    fc.property(task, fc.string(), ({ matrix, existing, times }, seed) => {
      const cells = rowsOf(matrix, times, existing, seed)
      for (const cell of cells) expect(allowed(matrix, cell)).toBe(true)
      const axes = Object.values(matrix.axes).filter((axis) => axis.length > 0).length
      const can = new Set(cellsOf(matrix).flatMap((cell) => pairsOfCell(cell, axes)))
      const counts = tally(matrix, [...existing, ...cells.map((elements) => ({ elements, count: 1 }))])
      for (const pair of can) expect(counts.get(pair) ?? 0, pair).toBeGreaterThanOrEqual(times)
    }),
    { numRuns: 100 },
  )
})

test('impossible pairs are those that no cell has, found by trying all', () => {
  fc.assert(
    fc.property(anyMatrix(3), (matrix) => {
      const axes = Object.values(matrix.axes).filter((axis) => axis.length > 0).length
      const can = new Set(cellsOf(matrix).flatMap((cell) => pairsOfCell(cell, axes)))
      const told = impossible(compile(matrix), matrix).map(({ pair }) => pair.join(' '))
      expect(told.toSorted()).toEqual(
        allPairs(matrix)
          .filter((pair) => !can.has(pair))
          .toSorted(),
      )
    }),
    { numRuns: 300 },
  )
})

test('what makes a pair impossible is told', () => {
  const told = (sizes: number[], constraints: Partial<Matrix>) => {
    const matrix = matrixOf(sizes, constraints)
    return impossible(compile(matrix), matrix).map(({ pair, reason }) => [...pair, reason])
  }
  const forbidden = (pairs: number[][]) => pairs.map(([a = 0, b = 0]) => ({ a, b, reason: 'legal' }))
  expect(told([2, 2], { forbidden: forbidden([[3, 1]]) })).toEqual([
    [1, 3, { kind: 'FORBIDDEN', reason: 'legal' }],
  ])
  expect(told([1, 2], { required: [{ a: 1, b: 2 }] })).toEqual([
    [1, 3, { kind: 'REQUIRED', element: 1, requires: 2 }],
  ])
  expect(told([1, 1], { required: [{ a: 1, b: 99 }] })).toEqual([
    [1, 2, { kind: 'REQUIRED', element: 1, requires: 99 }],
  ])
  // 1 goes with scene 5 only, 3 with scene 6 only.
  const third = forbidden([
    [1, 6],
    [3, 5],
  ])
  expect(told([2, 2, 2], { forbidden: third })).toContainEqual([1, 3, { kind: 'NO_THIRD', axis: 'SCENE' }])
  expect(told([2, 2, 1, 1], { forbidden: forbidden([[5, 6]]) })).toContainEqual([1, 3, { kind: 'NO_REST' }])
})

test('the same seed gives the same cells, another seed others', () => {
  const forbidden = [{ a: 1, b: 8, reason: '' }]
  const matrix = matrixOf([6, 7, 5, 6], { forbidden })
  expect(rowsOf(matrix, 1, [], 'x')).toEqual(rowsOf(matrix, 1, [], 'x'))
  expect(rowsOf(matrix, 1, [], 'x')).not.toEqual(rowsOf(matrix, 1, [], 'y'))
})

test('what was planned with the same seed is not planned again', () => {
  const matrix = matrixOf([10, 10, 10, 10])
  const existing = rowsOf(matrix)
    .slice(0, 60)
    .map((elements) => ({ elements, count: 1 }))
  expect(rowsOf(matrix, 1, existing)).toHaveLength(40)
})

/** Constraints between any two elements. */
function randomly(sizes: number[], forbids: number, requires: number): Matrix {
  const random = seeded('constraints')
  const size = sizes.reduce((a, b) => a + b)
  const pair = () => ({ a: 1 + dice(random, size), b: 1 + dice(random, size), reason: '' })
  const forbidden = Array.from({ length: forbids }, pair)
  const required = Array.from({ length: requires }, pair).filter(
    ({ a, b }) => Math.ceil(a / (sizes[0] ?? 1)) !== Math.ceil(b / (sizes[0] ?? 1)),
  )
  return matrixOf(sizes, { forbidden, required })
}

test.each([
  [10, 20, 2],
  [20, 60, 3],
])('four axes of %d with %d forbidden and %d required: within 1.3 of the floor', (v, forbids, requires) => {
  const matrix = randomly([v, v, v, v], forbids, requires)
  const grid = compile(matrix)
  const task = { grid, existing: [], times: 1, seed: 'a' }
  const floor = floorOf(fresh(task, 'floor'))
  const rows = coverRows(task)
  expect(rows.length).toBeLessThanOrEqual(1.3 * floor)
  for (const row of rows) expect(allowed(matrix, cellOf(grid, row))).toBe(true)
})
