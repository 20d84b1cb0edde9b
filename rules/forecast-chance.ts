/** The chance of ending in the top: one logistic regression over all ages of how margins turned out (Platt 1999). */
import { AGES } from './curve.ts'
import { chanceFeatures, expected } from './forecast.ts'
import { type Example, type Seen, WIDTH } from './forecast-example.ts'
import { type Model, SHIPPED } from './forecast-model.ts'
import { addSquares, addTo, diagonal, dot, solved } from './least-squares.ts'

/** Of a coefficient of the chance: one unit of evidence. The looks of one video are not independent. */
const CHANCE_PRIOR = 2
const LOOK_WEIGHT = 0.5

/** What the chance is fitted to: a row of chanceFeatures for each look, and whether the video ended in the top. */
interface Turned {
  rows: Float64Array
  hits: Uint8Array
  count: number
}

/** How margins turned out: ridge logistic regression by Newton's method, halving steps that overshoot. */
export function fitChance(examples: readonly Example[], seen: Seen, model: Model): number[] {
  const turned = turnedOut(examples, seen, model)
  const prior = SHIPPED.chance
  let weights = prior
  let loss = lossOf(turned, weights, prior)
  for (let round = 0; round < 40; round++) {
    const step = newton(turned, weights, prior)
    let next = weights
    let better = loss
    for (let size = 1; size > 1e-4; size /= 2) {
      const scale = size
      next = weights.map((value, k) => value - scale * (step[k] as number))
      better = lossOf(turned, next, prior)
      if (better <= loss) break
    }
    if (better > loss || loss - better < 1e-7 * Math.abs(loss)) return better <= loss ? next : weights
    weights = next
    loss = better
  }
  return weights
}

function turnedOut(examples: readonly Example[], { features, there }: Seen, model: Model): Turned {
  const size = SHIPPED.chance.length
  const rows = new Float64Array(there.length * size)
  const hits = new Uint8Array(there.length)
  const x = new Float64Array(WIDTH)
  let count = 0
  for (let at = 0; at < there.length; at++) {
    const example = examples[Math.floor(at / AGES.length)] as Example
    if (there[at] === 0 || example.targets.final === null) continue
    for (let k = 0; k < WIDTH; k++) x[k] = features[at * WIDTH + k] as number
    const age = AGES[at % AGES.length] as number
    rows.set(chanceFeatures(expected(model, 'final', age, x), age, example), count * size)
    hits[count++] = example.targets.final >= example.cutoff ? 1 : 0
  }
  return { rows, hits, count }
}

function lossOf({ rows, hits, count }: Turned, weights: number[], prior: number[]): number {
  let loss = 0
  for (let n = 0; n < count; n++) {
    const odds = dot(rows, n * weights.length, weights)
    loss +=
      LOOK_WEIGHT * (Math.max(odds, 0) + Math.log1p(Math.exp(-Math.abs(odds))) - (hits[n] as number) * odds)
  }
  for (const [k, value] of weights.entries()) {
    const off = value - (prior[k] as number)
    loss += (CHANCE_PRIOR * (off * off)) / 2
  }
  return loss
}

function newton({ rows, hits, count }: Turned, weights: number[], prior: number[]): number[] {
  const size = weights.length
  const gradient = Float64Array.from(weights, (value, k) => CHANCE_PRIOR * (value - (prior[k] as number)))
  const curvature = diagonal(weights.map(() => CHANCE_PRIOR))
  for (let n = 0; n < count; n++) {
    const chance = 1 / (1 + Math.exp(-dot(rows, n * size, weights)))
    addTo(gradient, LOOK_WEIGHT * (chance - (hits[n] as number)), rows, n * size)
    addSquares(curvature, LOOK_WEIGHT * chance * (1 - chance), rows, n * size, size)
  }
  return solved(curvature, gradient)
}
