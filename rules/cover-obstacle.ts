/** Why pairs cannot be covered, for those that no cell can hold. */
import { FREE } from './cover-arrays.ts'
import {
  fits,
  type Grid,
  type Impossible,
  type Matrix,
  type Obstacle,
  pairsOf,
  rowWith,
} from './cover-grid.ts'

/** Every pair without a cell, with the most direct reason. Found by trying every completion, so none is told wrongly. */
export function impossible(grid: Grid, matrix: Matrix): Impossible[] {
  const direct = directObstacles(grid, matrix)
  return pairsOf(grid)
    .filter(([a, b]) => grid.can.get(a, b) === 0)
    .map(([a, b]) => ({
      pair: [idOf(grid, a), idOf(grid, b)],
      reason: direct(a, b) ?? indirect(grid, a, b),
    }))
}

const idOf = (grid: Grid, element: number): number => grid.ids[element] as number

function directObstacles(grid: Grid, { forbidden, required }: Matrix) {
  const key = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`
  const reasons = new Map(
    forbidden.filter(({ a, b }) => a !== b).map(({ a, b, reason }) => [key(a, b), reason]),
  )
  const requires = new Map<number, number[]>()
  for (const { a, b } of required) requires.set(a, [...(requires.get(a) ?? []), b])
  const demand = (element: number, other: number): Obstacle | null => {
    for (const b of requires.get(element) ?? [])
      if (b !== other && excludes(grid, element, b, other)) return { kind: 'REQUIRED', element, requires: b }
    return null
  }
  return (x: number, y: number): Obstacle | null => {
    const [a, b] = [idOf(grid, x), idOf(grid, y)]
    const reason = reasons.get(key(a, b))
    return reason === undefined ? (demand(a, b) ?? demand(b, a)) : { kind: 'FORBIDDEN', reason }
  }
}

/** Does requiring `b` leave `a` no room for `other`: same axis as `b`, or `b` is nowhere or beside `a`? */
function excludes({ axes, at }: Grid, a: number, b: number, other: number): boolean {
  const axis = (id: number) => axes.findIndex((elements) => elements.includes(at.get(id) ?? FREE))
  if (a === b) return false
  return axis(b) < 0 || axis(b) === axis(a) || axis(b) === axis(other)
}

function indirect(grid: Grid, a: number, b: number): Obstacle {
  const row = rowWith(grid, [a, b])
  for (const [i, axis] of grid.axes.entries())
    if (row[i] === FREE && !axis.some((element) => fits(grid.goes, row, i, element)))
      return { kind: 'NO_THIRD', axis: grid.kinds[i] as (typeof grid.kinds)[number] }
  return { kind: 'NO_REST' }
}
