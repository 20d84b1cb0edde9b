import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellOf, compile, type Matrix } from '../../rules/cover-grid.ts'
import { balancedRows } from '../../rules/propose-balanced.ts'
import { allowed, anyMatrix, cellsOf, matrixOf, tally } from './cover-world.ts'

/** How far apart the most and the least used are: elements of an axis, pairs of two axes; the worst of each. */
function spreads(
  matrix: Matrix,
  videos: number,
  seed = 'a',
  existing: Parameters<typeof balancedRows>[1] = [],
) {
  const grid = compile(matrix)
  const cells = balancedRows(grid, existing, videos, seed).map((row) => cellOf(grid, row))
  const all = [...existing, ...cells.map((elements) => ({ elements, count: 1 }))]
  const axes = Object.entries(matrix.axes).filter(([, axis]) => axis.length > 0)
  const spread = (counts: number[]) => Math.max(...counts) - Math.min(...counts)
  const used = (kind: string, id: number) =>
    all.reduce((sum, { elements, count }) => sum + (elements[kind as 'NEED'] === id ? count : 0), 0)
  const elements = axes.map(([kind, axis]) => spread(axis.map((id) => used(kind, id))))
  const counts = tally(matrix, all)
  const pairs = axes.flatMap(([, one], i) =>
    axes
      .slice(i + 1)
      .map(([, two]) => spread(one.flatMap((a) => two.map((b) => counts.get(`${a} ${b}`) ?? 0)))),
  )
  return { videos: cells.length, elements: Math.max(0, ...elements), pairs: Math.max(0, ...pairs) }
}

test('without constraints elements differ by at most 1, pairs by at most 2', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(sizes, fc.nat(60), fc.string(), (sizes, videos, seed) => {
      const spread = spreads(matrixOf(sizes), videos, seed)
      expect(spread.videos).toBe(videos)
      expect(spread.elements).toBeLessThanOrEqual(1)
      expect(spread.pairs).toBeLessThanOrEqual(2)
    }),
    { numRuns: 60 },
  )
})

test.each([
  [5, 25],
  [10, 100],
  [10, 200],
  [20, 400],
])('four axes of %d in %d videos: exactly even', (v, videos) => {
  expect(spreads(matrixOf([v, v, v, v]), videos)).toEqual({ videos, elements: 0, pairs: 0 })
})

test('what exists is evened out', () => {
  const existing = [{ elements: { PERSONA: 1, PRODUCT: 4, SCENE: 7 }, count: 5 }]
  const before = spreads(matrixOf([3, 3, 3]), 0, 'a', existing)
  const after = spreads(matrixOf([3, 3, 3]), 22, 'a', existing)
  expect(before).toEqual({ videos: 0, elements: 5, pairs: 5 })
  expect(after.elements).toBe(0)
  expect(after.pairs).toBeLessThanOrEqual(3)
})

test('no constraint is broken, and there are none only where no cell is possible', () => {
  fc.assert(
    fc.property(anyMatrix(4), fc.nat(12), (matrix, videos) => {
      const grid = compile(matrix)
      const rows = balancedRows(grid, [], videos, 'a')
      for (const row of rows) expect(allowed(matrix, cellOf(grid, row))).toBe(true)
      expect(rows).toHaveLength(cellsOf(matrix).length > 0 ? videos : 0)
    }),
    { numRuns: 200 },
  )
})
