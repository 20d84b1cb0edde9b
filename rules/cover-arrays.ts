/**
 * Covering arrays of strength 2 without constraints, by construction instead of by search.
 *
 * Rows reached for four axes of v elements: v^2, the floor, for every v up to 50 but
 *   v = 2: 5, v = 6: 37 (both the best known), v = 14: 197 (floor 196).
 * Mixed sizes a >= b >= c >= d: a*b, the floor, unless b is one of those three; then 1 more (the same excess as b^4).
 * Up to three axes: always the floor.
 */

/** One row: a level per factor, from 0. In the rows of `coveringRows`, FREE stands for "any". */
export type Levels = number[]
export const FREE = -1

/** Arithmetic of the field of `q` elements, for a prime or 4 or 8; the rest is composed from these. */
function field(q: number): { add: Op; multiply: Op } | null {
  if (q === 4 || q === 8) return { add: (a, b) => a ^ b, multiply: (a, b) => carryless(a, b, q) }
  for (let d = 2; d * d <= q; d++) if (q % d === 0) return null
  return q < 2 ? null : { add: (a, b) => (a + b) % q, multiply: (a, b) => (a * b) % q }
}
type Op = (a: number, b: number) => number

/** Product of polynomials over GF(2), modulo x^2+x+1 (q = 4) or x^3+x+1 (q = 8). */
function carryless(a: number, b: number, q: number): number {
  let sum = 0
  for (let bit = 1, shifted = a; bit < q; bit <<= 1) {
    if (b & bit) sum ^= shifted
    shifted <<= 1
    if (shifted & q) shifted ^= q === 4 ? 0b111 : 0b1011
  }
  return sum
}

/** Bush (1952): row (i, j) holds i, j and i + c*j for c = 1, 2, 3, each pair of columns has every pair once. */
function linear(q: number, columns: number): Levels[] | null {
  const f = field(q)
  if (f === null || q < columns - 1) return null
  return grid(q, q).map(([i, j]) => {
    const more = Array.from({ length: columns - 2 }, (_, c) => f.add(i, f.multiply(c + 1, j)))
    return [i, j, ...more]
  })
}

const grid = (a: number, b: number): [number, number][] =>
  Array.from({ length: a * b }, (_, at) => [Math.floor(at / b), at % b])

/** Four factors of `v` levels each: v^2 rows wherever a pair of orthogonal Latin squares is known here. */
export function fourOf(v: number): Levels[] {
  if (v < 2) return v === 1 ? [[0, 0, 0, 0]] : []
  if (v === 2) return TWO
  const simple = linear(v, 4) ?? fromSquares(v)
  if (simple !== null) return simple
  for (let a = 3; a * a <= v; a++)
    if (v % a === 0 && !EXCEEDING.includes(a) && !EXCEEDING.includes(v / a))
      return product(fourOf(a), fourOf(v / a), v / a)
  return wilson(v)
}
/** Sizes that take more than v^2 rows: no factor of a product, and a hole only where nothing else is left. */
const EXCEEDING = [2, 6, 14]

const TWO: Levels[] = [
  [0, 0, 0, 0],
  [0, 1, 1, 1],
  [1, 0, 1, 1],
  [1, 1, 0, 1],
  [1, 1, 1, 0],
]

/** MacNeish (1922): the direct product of two arrays. */
const product = (left: Levels[], right: Levels[], size: number): Levels[] =>
  left.flatMap((a) => right.map((b) => a.map((level, at) => level * size + (b[at] as number))))

/** v = 10, 22, 34, 46, ... by Parker (1959); v = 6 by a search of ours, with a hole of 2 (Horton 1974): 32 + 5 rows. */
function fromSquares(v: number): Levels[] | null {
  if (v === 6) return developed(SIX, 4, 2)
  const m = (v - 1) / 3
  return m % 2 === 1 && m > 1 ? developed(parker(m), 2 * m + 1, m) : null
}

/** Columns over Z_4 and two infinities, -1 and -2: every difference of two rows once. */
const SIX: Levels[] = [
  [-1, 0, 0, 0],
  [-2, 0, 1, 2],
  [0, -1, 0, 2],
  [0, -2, 2, 1],
  [0, 0, -1, 3],
  [0, 3, -2, 0],
  [0, 1, 3, -1],
  [0, 2, 1, -2],
]

/** Parker's quasi-difference matrix over Z_(2m+1) and m infinities, -1 to -m; the zero column gives the constant rows. */
function parker(m: number): Levels[] {
  const columns: Levels[] = [[0, 0, 0, 0]]
  for (let i = 1; i <= m; i++) {
    const j = 2 * m + 1 - i
    columns.push([0, i, j, -i], [i, 0, -i, j], [j, -i, 0, i], [-i, j, i, 0])
  }
  return columns
}

/** Adds every residue to every column; the infinities among themselves are an array of their own. */
function developed(columns: Levels[], modulus: number, infinities: number): Levels[] {
  const turned = columns.flatMap((column) =>
    Array.from({ length: modulus }, (_, shift) =>
      column.map((x) => (x < 0 ? modulus - 1 - x : (x + shift) % modulus)),
    ),
  )
  return [...turned, ...raised(fourOf(infinities), modulus)]
}

const raised = (rows: Levels[], by: number): Levels[] => rows.map((row) => row.map((level) => level + by))

/**
 * Wilson (1974) for v = 3m + u, u <= m: five factors of m, the fifth cut to u points that become new levels. A row without
 * one of them is blown up by the array of 3, a row with one by the array of 4 less its zero row, in which 0 is the point.
 */
function wilson(v: number): Levels[] {
  const { m, u } = split(v)
  const threes = fourOf(3)
  const fours = fourOf(4).filter((row) => row.some((level) => level > 0))
  const rows = (linear(m, 5) ?? []).flatMap((row) => {
    const point = row[4] as number
    const blown = (levels: Levels) => levels.map((level, at) => 3 * (row[at] as number) + level)
    if (point >= u) return threes.map(blown)
    return fours.map((four) => blown(four.map((l) => l - 1)).map((l, at) => (four[at] ? l : 3 * m + point)))
  })
  return [...rows, ...raised(fourOf(u), 3 * m)]
}

function split(v: number): { m: number; u: number } {
  const fits = []
  for (let m = Math.ceil(v / 4); 3 * m <= v; m++) if (linear(m, 5)) fits.push({ m, u: v - 3 * m })
  const best = fits.find(({ u }) => !EXCEEDING.includes(u)) ?? fits[0]
  if (best === undefined) throw new RangeError(`no array of ${v} levels is known here`)
  return best
}

/**
 * Rows over factors of these sizes that hold every pair of levels of two factors; at most four factors, none empty.
 * With four: the array of the second largest, whose groups of one first level are repeated for the larger first factor.
 */
export function coveringRows(sizes: readonly number[]): Levels[] {
  const order = sizes.map((_, at) => at).sort((a, b) => (sizes[b] as number) - (sizes[a] as number) || a - b)
  const [first = 0, second = 1] = order.map((at) => sizes[at] as number)
  if (sizes.length < 2) return Array.from({ length: sizes.length * first }, (_, level) => [level])
  const latin = (i: number, j: number): Levels => [i, j, (i + j) % second, (i * (second - 1) + j) % second]
  const all = grid(first, second).map(([i, j]) => latin(i, j))
  const rows = sizes.length < 4 ? all : [...fourOf(second), ...all.filter(([i]) => (i as number) >= second)]
  return rows.map((row) => fitted(row, order, sizes))
}

/** Back to the order of the factors; a level that a smaller factor does not have is free. */
function fitted(row: Levels, order: number[], sizes: readonly number[]): Levels {
  const levels: Levels = sizes.map(() => FREE)
  for (const [rank, at] of order.entries()) {
    const level = row[rank] as number
    levels[at] = level < (sizes[at] as number) ? level : FREE
  }
  return levels
}
