/** 预测: what becomes of a video, and how likely it ends in the top of its class. Learned by rules/forecast-learn.ts. */
import { AGES, type Curve, curveAt, curveIn, interpolate, placeOf } from './curve.ts'
import { normalTop } from './forecast-class.ts'
import { type Fit, type Model, priorFit, SHIPPED, TARGET_AGES, type Target } from './forecast-model.ts'
import { HOUR, type Look } from './types.ts'

/** Expected of one video at one look; plays are natural ones: what was bought never raises them. */
export interface Forecast {
  /** Of ending in the top share of its class, 0 to 1. */
  probability: number
  /** Expected plays at these ages; what was seen where the age is behind, null where nobody looked then. */
  plays24h: number | null
  plays7d: number | null
  /** In the end, and where it lies in 8 of 10 cases. */
  final: number
  low: number
  high: number
  /** Share of its plays that is still to come if it does end in the top share, 0 to 1: what an early flag is worth. */
  ahead: number
}

/** What is usual for the video before anything is seen of it: rules/reference.ts. */
export interface Expectation {
  /** ln(1 + plays) in the end that its class has in the middle. */
  level: number
  /** From which on it is in the top share. */
  cutoff: number
}

/** A video at one age; counts are natural. */
export interface Stand {
  age: number
  plays: number
  /** Plays at BACK of that age; null: not known. */
  earlier: number | null
  /** Likes, comments and shares, of those that the source gives; null: none. */
  interactions: number | null
  /** Of publication, in the workspace's zone, 0 to 24. */
  hour: number
}

/** Growth is measured over the last fifth of the age. */
export const BACK = 0.8
/** A shorter way back than this, as a share of the age, is not drawn out. */
const SHORTEST_BACK = 0.4
/** Interactions of a few plays say little of the rate. */
const FEW_PLAYS = 20

const features = new Float64Array(6)

/** Writes the features of a stand, NaN where one is not known; nothing outlives the call. */
export function featuresOf(stand: Stand, level: number): Float64Array {
  const { age: _, plays, earlier, interactions, hour } = stand
  const now = Math.log1p(plays)
  features[0] = 1
  features[1] = now - level
  features[2] = earlier === null ? Number.NaN : Math.log1p(Math.max(0, plays - earlier)) - now
  features[3] = interactions === null ? Number.NaN : Math.log((interactions + 1) / (plays + FEW_PLAYS))
  features[4] = Math.sin((hour * Math.PI) / 12)
  features[5] = Math.cos((hour * Math.PI) / 12)
  return features
}

/** Of likes, comments and shares, whichever the source gives; null: it gives none. */
export function givenInteractions({ likes, comments, shares }: Pick<Look, 'likes' | 'comments' | 'shares'>) {
  if (likes === null && comments === null && shares === null) return null
  return (likes ?? 0) + (comments ?? 0) + (shares ?? 0)
}

/** Plays at BACK of an age, between the curve and the look itself. */
export function earlierPlays(curve: Curve, age: number, plays: number): number | null {
  const at = age * BACK
  const place = placeOf(at)
  const known = curveIn(curve, place)
  if (known !== null) return known
  const from = AGES[place.below]
  const seen = curve[place.below] ?? null
  if (from === undefined || seen === null || from < age * SHORTEST_BACK) return null
  return interpolate(from, seen, age, plays, at)
}

interface Place {
  below: number
  above: number
  share: number
}

/** From each age of the grid to the one before it. */
const STEPS = AGES.map((age, i) => Math.log(age / (AGES[i - 1] ?? age)))

/** Between which two fits an age lies. */
function between(age: number): Place {
  const last = AGES.length - 1
  if (age <= (AGES[0] as number)) return { below: 0, above: 0, share: 0 }
  if (age >= (AGES[last] as number)) return { below: last, above: last, share: 0 }
  let above = 1
  while ((AGES[above] as number) < age) above++
  const low = AGES[above - 1] as number
  return { below: above - 1, above, share: Math.log(age / low) / (STEPS[above] as number) }
}

const mix = (low: number, high: number, share: number) => low + (high - low) * share

function sum({ weights, means }: Fit, x: Float64Array): number {
  let total = 0
  for (let i = 0; i < weights.length; i++) {
    const value = x[i] as number
    total += (weights[i] as number) * (Number.isNaN(value) ? (means[i] as number) : value)
  }
  return total
}

/** Above the level, with the spread around it, and how far the features lie from what is usual at that age. */
export function expected(model: Model, target: Target, age: number, x: Float64Array) {
  return expectedAt(model.fits[target], between(age), x)
}

function expectedAt(fits: readonly Fit[], { below, above, share }: Place, x: Float64Array) {
  const low = fits[below] as Fit
  const high = fits[above] as Fit
  return {
    middle: mix(sum(low, x), sum(high, x), share),
    spread: mix(low.spread, high.spread, share),
    low: mix(low.low, high.low, share),
    high: mix(low.high, high.high, share),
    plays: off(x, 1, low, high, share),
    gain: off(x, 2, low, high, share),
    engagement: off(x, 3, low, high, share),
  }
}

/** Of one feature, from its mean; 0: it is not known. */
function off(x: Float64Array, k: number, low: Fit, high: Fit, share: number): number {
  const value = x[k] as number
  return Number.isNaN(value) ? 0 : value - mix(low.means[k] as number, high.means[k] as number, share)
}

/** Ages are told apart by their logarithm, from about the middle of a video's first day. */
const MIDDLE_AGE = 6 * HOUR

/** Margins beyond so many spreads add little: what a line misses by has heavier tails than the normal distribution. */
const SURE = 2.5

/**
 * What the odds are made of: the margin over the cutoff in spreads, the age, both together; what lies behind the
 * margin once more, because what lifts ordinary videos need not lift those at the top; and the margin near the cutoff.
 */
export function chanceFeatures(end: ReturnType<typeof expected>, age: number, usual: Expectation): number[] {
  const margin = marginOf(end.middle, end.spread, usual)
  const tau = Math.log(Math.max(age, HOUR / 4) / MIDDLE_AGE)
  const plays = Math.max(-5, Math.min(5, end.plays / end.spread))
  const near = Math.tanh(margin / SURE)
  return [1, margin, tau, margin * tau, plays, end.gain, end.engagement, near]
}

export function marginOf(middle: number, spread: number, { level, cutoff }: Expectation): number {
  const margin = (level + middle - cutoff) / spread
  return Math.max(-30, Math.min(30, margin))
}

export function foresee(model: Model, stand: Stand, usual: Expectation, curve: Curve): Forecast {
  return foreseeAt(model, between(stand.age), stand, usual, curve)
}

function foreseeAt(
  model: Pick<Model, 'fits' | 'chance'>,
  place: Place,
  stand: Stand,
  usual: Expectation,
  curve: Curve,
): Forecast {
  const x = featuresOf(stand, usual.level)
  const end = expectedAt(model.fits.final, place, x)
  const behind = chanceFeatures(end, stand.age, usual)
  let odds = 0
  // A model that was learned before a feature came does not have it.
  for (let k = 0; k < model.chance.length; k++) odds += (behind[k] as number) * (model.chance[k] as number)
  const { plays } = stand
  const middle = usual.level + end.middle
  const final = atLeast(plays, middle)
  return {
    probability: 1 / (1 + Math.exp(-odds)),
    plays24h: at(model, 'plays24h', stand, usual, place, x, curve),
    plays7d: at(model, 'plays7d', stand, usual, place, x, curve),
    final,
    low: Math.min(final, atLeast(plays, middle + end.low)),
    high: Math.max(final, atLeast(plays, middle + end.high)),
    ahead: 1 - plays / Math.max(1, final, Math.expm1(usual.cutoff)),
  }
}

/** Plays do not fall, but for restatements. */
function atLeast(plays: number, ln: number): number {
  return Math.max(plays, Math.round(Math.expm1(Math.min(ln, 40))))
}

function at(
  model: Pick<Model, 'fits'>,
  target: 'plays24h' | 'plays7d',
  stand: Stand,
  { level }: Expectation,
  { below, above, share }: Place,
  x: Float64Array,
  curve: Curve,
): number | null {
  if (stand.age >= TARGET_AGES[target]) return curveAt(curve, TARGET_AGES[target])
  const fits = model.fits[target]
  return atLeast(stand.plays, level + mix(sum(fits[below] as Fit, x), sum(fits[above] as Fit, x), share))
}

/** So near below the first learned age it still holds. */
const NEAR = 0.9

/** Nothing is learned of that age: no finished video was seen so young, or too few are finished. */
export function isUnseen({ from = 0, videos }: Model, age: number): boolean {
  return videos === 0 || age < NEAR * from
}

/** A class whose videos all end alike would leave no room for a video that does not. */
const LEAST_APART = 0.2
const THERE: Place = { below: 0, above: 0, share: 0 }

/** The shipped lines and chance, around the level that is known of the class and as wide as its top says that it is. */
function priorAt(age: number, top: number, { level, cutoff }: Expectation): Pick<Model, 'fits' | 'chance'> {
  const apart = Math.max(LEAST_APART, (cutoff - level) / normalTop(top))
  const fits = {
    plays24h: [priorFit(age, 'plays24h', apart)],
    plays7d: [priorFit(age, 'plays7d', apart)],
    final: [priorFit(age, 'final', apart)],
  }
  return { fits, chance: SHIPPED.chance }
}

export interface Foreseen {
  publishedAt: number
  hour: number
  /** Plays that were bought so far, which count for nothing here; null: nobody speaks of ads. */
  bought: number | null
}

/** From a look and the curve that it is part of; null: plays are not known. */
export function foreseeLook(
  model: Model,
  usual: Expectation,
  { publishedAt, hour, bought }: Foreseen,
  look: Look,
  curve: Curve,
): Forecast | null {
  const age = look.observedAt - publishedAt
  if (look.plays === null || age <= 0) return null
  const plays = Math.max(0, look.plays - (bought ?? 0))
  // What was bought is in the counters of then and of those who answered, and cannot be told apart there.
  const earlier = bought === null ? earlierPlays(curve, age, plays) : null
  const interactions = bought === null ? givenInteractions(look) : null
  // Nor at an age that is behind.
  const known = bought === null ? curve : []
  const stand = { age, plays, earlier, interactions, hour }
  if (isUnseen(model, age)) return foreseeAt(priorAt(age, model.top, usual), THERE, stand, usual, known)
  return foreseeAt(model, between(age), stand, usual, known)
}
