/** The sums of least squares over rows that lie behind one another in one array: a lesson adds up a hundred thousand. */
import { Matrix, solve } from 'ml-matrix'

/** A square, row after row. */
export function diagonal(values: readonly number[]): Float64Array {
  const square = new Float64Array(values.length * values.length)
  for (const [k, value] of values.entries()) square[k * values.length + k] = value
  return square
}

/** Adds `factor` times the row that begins at `from`. */
export function addTo(sums: Float64Array, factor: number, rows: Float64Array, from: number): void {
  for (let k = 0; k < sums.length; k++) sums[k] = (sums[k] as number) + factor * (rows[from + k] as number)
}

export function addSquares(
  square: Float64Array,
  factor: number,
  rows: Float64Array,
  from: number,
  size: number,
): void {
  let at = 0
  for (let a = 0; a < size; a++) {
    const scaled = factor * (rows[from + a] as number)
    for (let b = 0; b < size; b++, at++)
      square[at] = (square[at] as number) + scaled * (rows[from + b] as number)
  }
}

export function solved(left: Float64Array, right: Float64Array): number[] {
  const size = right.length
  const rows = Array.from({ length: size }, (_, k) => left.subarray(k * size, (k + 1) * size))
  return solve(new Matrix(rows), Matrix.columnVector(right)).to1DArray()
}

/** The row that begins at `from` times the weights. */
export function dot(rows: Float64Array, from: number, weights: number[]): number {
  let sum = 0
  for (let k = 0; k < weights.length; k++) sum += (rows[from + k] as number) * (weights[k] as number)
  return sum
}
