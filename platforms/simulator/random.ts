/** Seeded randomness: the same key gives the same stream, so a world is a function of its seed. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  between(low: number, high: number): number
  /** Integer in [low, high]. */
  int(low: number, high: number): number
  /** Standard normal. */
  normal(): number
  /** exp(normal x sigma): a factor whose median is 1. */
  factor(sigma: number): number
  pick<T>(list: readonly T[]): T
  /** Index drawn in proportion to the weights. */
  weighted(weights: readonly number[]): number
  /** Decimal text of that many digits that also fits a signed 64-bit integer. */
  digits(length: number): string
}

/** One stream per key: drawing more for one video never shifts the numbers of another. */
export function createRandom(...key: (string | number)[]): Random {
  const next = mulberry32(fnv1a(key.join('/')))
  const between = (low: number, high: number) => low + (high - low) * next()
  const int = (low: number, high: number) => Math.floor(between(low, high + 1))
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    between,
    int,
    normal,
    factor: (sigma) => Math.exp(normal() * sigma),
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
    weighted: (weights) => drawIndex(weights, next()),
    // The first digit stays below 9 because 9.3e18 is past int64, and above 0 because ids have no leading zero.
    digits: (length) => `${int(1, 8)}${Array.from({ length: length - 1 }, () => int(0, 9)).join('')}`,
  }
}

function drawIndex(weights: readonly number[], uniform: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [index, weight] of weights.entries()) {
    left -= weight
    if (left < 0) return index
  }
  return weights.length - 1
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
