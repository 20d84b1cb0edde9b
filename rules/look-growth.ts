/**
 * How far a metric may move before the next look. Time is measured by a growth clock on which the plays of an ordinary
 * video grow evenly, by day and by week alike; on it the logarithm of a metric is a Brownian motion whose drift is not
 * known (Gaussian prior, updated by the step between the last two looks).
 */
import type { MetricKey, Readings } from './metric.ts'
import { HOUR, MINUTE } from './types.ts'

/** What one look saw. */
export interface Sight {
  /** ms. */
  observedAt: number
  readings: Readings
}

/**
 * d ln(plays) / d ln(age) = SLOPE / (1 + age / SETTLE): a power law that settles. Both read off the ordinary videos of
 * the simulator (Weibull, 10 active hours, shape 0.8-0.95): a slope of 0.87 at first and of 0.5 at 10 h.
 */
const SLOPE = 0.9
const SETTLE = 12 * HOUR
/** The logarithm of an age needs one. */
const YOUNGEST = MINUTE

/** Ticks of the growth clock between two ages in ms: the expected growth of ln(plays), closed form of the above. */
export function growth(from: number, to: number): number {
  const a = Math.max(from, YOUNGEST)
  const b = Math.max(to, a)
  return SLOPE * Math.log((b * (SETTLE + a)) / (a * (SETTLE + b)))
}

interface Manner {
  /** Change of the logarithm per tick that is expected of any video, and the standard deviation between videos. */
  drift: number
  doubt: number
  /** Standard deviation of the logarithm after one tick at a known drift. */
  noise: number
}
/**
 * From 2 to 24 h the simulator's hits grow 1.4 a tick, ordinary videos 0.8, false dawns 0.3: half a tick either way.
 * Its nights leave 0.2 / sqrt(tick) between neighbouring hours. Its rates fall 0.05 a tick; real ones are less tame.
 */
const COUNTER: Manner = { drift: 1, doubt: 0.5, noise: 0.2 }
const RATIO: Manner = { drift: 0, doubt: 0.5, noise: 0.2 }
const RATE: Manner = { drift: 0, doubt: 0.1, noise: 0.1 }

const MANNERS: Record<Exclude<MetricKey, 'ageHours'>, Manner> = {
  plays: COUNTER,
  likes: COUNTER,
  comments: COUNTER,
  shares: COUNTER,
  saves: COUNTER,
  playsPerFollower: COUNTER,
  velocity: COUNTER,
  kolRatio: RATIO,
  interactionRate: RATE,
}

/** The logarithm of a value this far below its threshold is far enough. */
const FAR = 1e-3

/** The chance that a known value is at or above `bound` at the age `to`, ms; `last` was seen at `publishedAt` + age. */
export function chanceAbove(
  metric: MetricKey,
  bound: number,
  to: number,
  publishedAt: number,
  last: Sight,
  before: Sight | null,
): number {
  if (metric === 'ageHours') return to / HOUR >= bound ? 1 : 0
  const value = last.readings[metric].value ?? 0
  if (bound <= 0) return value >= bound ? 1 : 0
  const age = last.observedAt - publishedAt
  const ticks = growth(age, to)
  const { drift, doubt, noise } = updated(metric, publishedAt, last, before)
  const slowing = metric === 'velocity' ? slower(age, to) : 0
  const ahead = Math.log(Math.max(value / bound, FAR)) + drift * ticks + slowing
  const spread = Math.sqrt(noise ** 2 * ticks + (doubt * ticks) ** 2)
  if (spread === 0) return ahead >= 0 ? 1 : 0
  // Logistic, scaled to the normal distribution (1.702): thicker tails, because real videos jump.
  return 1 / (1 + Math.exp((-1.702 * ahead) / spread))
}

/** The drift of this video after what the last two looks showed: precision-weighted mean of prior and observation. */
function updated(
  metric: Exclude<MetricKey, 'ageHours'>,
  publishedAt: number,
  last: Sight,
  before: Sight | null,
): Manner {
  const prior = MANNERS[metric]
  const now = last.readings[metric].value
  const then = before?.readings[metric].value ?? null
  if (before === null || now === null || then === null || now <= 0 || then <= 0) return prior
  const [from, to] = [before.observedAt - publishedAt, last.observedAt - publishedAt]
  const ticks = growth(from, to)
  if (ticks <= 0) return prior
  const weight = prior.doubt ** 2 / (prior.doubt ** 2 + prior.noise ** 2 / ticks)
  const slowing = metric === 'velocity' ? slower(from, to) : 0
  const seen = (Math.log(now / then) - slowing) / ticks
  return {
    drift: weight * seen + (1 - weight) * prior.drift,
    doubt: prior.doubt * Math.sqrt(1 - weight),
    noise: prior.noise,
  }
}

/** ln of what the growth clock slows down by: plays an hour fall although ln(plays) rises evenly on it. */
function slower(from: number, to: number): number {
  const rate = (age: number) => 1 / (age * (SETTLE + age))
  return Math.log(rate(Math.max(to, YOUNGEST)) / rate(Math.max(from, YOUNGEST)))
}

/** Assumed for what was never read: the share of videos that meet a rule, and the age at which half of those have. */
const USUAL_SHARE = 0.05
const USUAL_AGE = 2 * HOUR

/** The chance that a value nobody could read yet turns out, between two ages in ms, to be one that decides. */
export function chanceUnseen(from: number, to: number): number {
  const share = (age: number) => age / (age + USUAL_AGE)
  return USUAL_SHARE * Math.max(0, share(to) - share(Math.max(0, from)))
}
