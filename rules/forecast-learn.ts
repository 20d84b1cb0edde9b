/**
 * Learns the model from finished videos. Two stages: at each age a line of ln(plays in the end) over FEATURES (ridge
 * regression towards the shipped prior), then one logistic regression over all ages of how the margin over the cutoff
 * turned out, which is what calibrates the chance (Platt 1999).
 */
import { AGES } from './curve.ts'
import { fitChance } from './forecast-chance.ts'
import { type Example, type Seen, seenOf, WIDTH } from './forecast-example.ts'
import { FEATURES, type Fit, type Model, priorFit, SHIPPED, type Target, Z90 } from './forecast-model.ts'
import { addSquares, addTo, diagonal, dot, solved } from './least-squares.ts'
import { quantile } from './reference.ts'

export type { Example }

/** Fewer finished videos teach nothing: the shipped model goes on. */
export const LEAST_EXAMPLES = 50
/** An age at which fewer were seen is not fitted: behind the last one that is, it counts as that one. */
const LEAST_AT_AGE = 15
/** What the prior weighs, in videos; features that nothing is known of start at nothing and must prove themselves. */
const PRIOR_WEIGHT = [2, 5, 10, 10, 30, 30]
/** Videos in the lower half matter less: nobody decides on them. */
const LOWER_WEIGHT = 0.2

export function learn(examples: readonly Example[], about: Pick<Model, 'top' | 'excess' | 'pull'>): Model {
  const seen = seenOf(examples)
  const model: Model = {
    ...SHIPPED,
    ...about,
    videos: examples.length,
    from: learnedFrom(seen),
    fits: {
      plays24h: fitAll(examples, seen, 'plays24h'),
      plays7d: fitAll(examples, seen, 'plays7d'),
      final: fitAll(examples, seen, 'final'),
    },
  }
  return { ...model, chance: fitChance(examples, seen, model) }
}

function fitAll(examples: readonly Example[], seen: Seen, target: Target): Fit[] {
  const room = createRoom(examples.length)
  let last: Fit | null = null
  return AGES.map((age, i) => {
    const prior = priorFit(age, target)
    last = fitAt(examples, seen, i, target, prior, room) ?? last
    return last ?? prior
  })
}

/** Below the first fit there is but the prior, and the chance was fitted to margins of another spread. */
function learnedFrom({ there }: Seen): number {
  for (let i = 0; i < AGES.length; i++) {
    let count = 0
    for (let at = i; at < there.length; at += AGES.length) count += there[at] as number
    if (count >= LEAST_AT_AGE) return i === 0 ? 0 : (AGES[i] as number)
  }
  return 0
}

/** Room for the videos of one fit; nothing in it outlives the fit. */
interface Room {
  /** WIDTH each. */
  rows: Float64Array
  wanted: Float64Array
  weights: Float64Array
  sorted: Float64Array
}

const createRoom = (videos: number): Room => ({
  rows: new Float64Array(videos * WIDTH),
  wanted: new Float64Array(videos),
  weights: new Float64Array(videos),
  sorted: new Float64Array(videos),
})

/** null: too few were seen. */
function fitAt(
  examples: readonly Example[],
  seen: Seen,
  i: number,
  target: Target,
  prior: Fit,
  room: Room,
): Fit | null {
  const count = gather(examples, seen, i, target, room)
  if (count < LEAST_AT_AGE) return null
  const means = FEATURES.map((_, k) => fillMean(room.rows, count, k))
  weigh(room, count)
  const found = ridge(room, count, prior.weights)
  return { weights: found, means, ...missed(room, count, found, prior.spread) }
}

/** Those seen at an age of whom it is known what became of them. */
function gather(
  examples: readonly Example[],
  { features, there }: Seen,
  i: number,
  target: Target,
  { rows, wanted }: Room,
): number {
  let count = 0
  for (let n = 0; n < examples.length; n++) {
    const { targets, level } = examples[n] as Example
    const became = targets[target]
    const at = n * AGES.length + i
    if (there[at] === 0 || became === null) continue
    for (let k = 0; k < WIDTH; k++) rows[count * WIDTH + k] = features[at * WIDTH + k] as number
    wanted[count++] = became - level
  }
  return count
}

/** The mean of those that are known, which stands for the others; 0 where none is. */
function fillMean(rows: Float64Array, count: number, k: number): number {
  let sum = 0
  let known = 0
  for (let at = k; at < count * WIDTH; at += WIDTH) {
    const value = rows[at] as number
    if (Number.isNaN(value)) continue
    sum += value
    known++
  }
  const mean = known === 0 ? 0 : sum / known
  if (known < count) {
    for (let at = k; at < count * WIDTH; at += WIDTH) if (Number.isNaN(rows[at])) rows[at] = mean
  }
  return mean
}

function weigh({ rows, weights, sorted }: Room, count: number): void {
  for (let n = 0; n < count; n++) sorted[n] = rows[n * WIDTH + 1] as number
  const middle = quantile(sorted.subarray(0, count).sort(), 0.5)
  for (let n = 0; n < count; n++) weights[n] = (rows[n * WIDTH + 1] as number) >= middle ? 1 : LOWER_WEIGHT
}

/** Weighted least squares that start from `prior`: solves (X'WX + K) b = X'Wy + K prior. */
function ridge({ rows, wanted, weights }: Room, count: number, prior: number[]): number[] {
  const left = diagonal(PRIOR_WEIGHT)
  const right = Float64Array.from(prior, (value, k) => value * (PRIOR_WEIGHT[k] as number))
  for (let n = 0; n < count; n++) {
    const weight = weights[n] as number
    addTo(right, weight * (wanted[n] as number), rows, n * WIDTH)
    addSquares(left, weight, rows, n * WIDTH, WIDTH)
  }
  return solved(left, right)
}

/** Videos whose spread the prior stands for. */
const SPREAD_WEIGHT = 5

function missed({ rows, wanted, weights, sorted }: Room, count: number, found: number[], prior: number) {
  let squares = SPREAD_WEIGHT * (prior * prior)
  let total = SPREAD_WEIGHT
  let upper = 0
  for (let n = 0; n < count; n++) {
    const error = (wanted[n] as number) - dot(rows, n * WIDTH, found)
    const weight = weights[n] as number
    squares += weight * (error * error)
    total += weight
    if (weight === 1) sorted[upper++] = error
  }
  const errors = sorted.subarray(0, upper).sort()
  const few = upper < LEAST_AT_AGE
  const spread = Math.max(0.02, Math.sqrt(squares / total))
  return {
    spread,
    low: few ? -Z90 * spread : quantile(errors, 0.1),
    high: few ? Z90 * spread : quantile(errors, 0.9),
  }
}
