/**
 * How far a metric may move before the next look. Time is measured by a growth clock on which the plays of an ordinary
 * video grow evenly, by day and by week alike; on it the logarithm of a metric is a Brownian motion whose drift is not
 * known (Gaussian prior, updated by the step between the last two looks).
 */
import type { MetricKey, Reading, Readings } from './metric.ts'
import type { Operand } from './operand.ts'
import { HOUR, MINUTE } from './types.ts'

/** What one look saw. */
export interface Sight {
  /** ms. */
  observedAt: number
  /** With the operands of the rules that judged it, by their keys. */
  readings: Readings
}

/** undefined: no rule asked for it then. */
export function readingOf({ readings }: Sight, { key }: Operand): Reading | undefined {
  return (readings as Readonly<Record<string, Reading>>)[key]
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

const MANNERS: Partial<Record<MetricKey, Manner>> = {
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
/** A metric without a manner of its own may go either way. */
const UNFORESEEN = RATIO

/** Beside others of its age a counter has no drift left; a rate moves as it does alone. */
function mannerOf({ metric, of }: Operand): Manner {
  const own = MANNERS[metric] ?? UNFORESEEN
  return of !== null && own === COUNTER ? RATIO : own
}

/** The logarithm of a value this far below its threshold is far enough. */
const FAR = 1e-3
/** The logistic distribution scaled to the normal one: thicker tails, because real videos jump. */
const LOGISTIC = 1.702

/** What is expected of one operand of one video, and where that has it after the gap that is being weighed. */
export interface Course extends Manner {
  key: string
  /** What it counts came in the last so many ms, 0 for a rate of the instant, and so slows with growth; null: it does not. */
  over: number | null
  /** Expected change of the logarithm: by its drift, and by the slowing of the growth clock. */
  lift: number
  slowing: number
  /** Log-odds for each unit by which the logarithm is expected above a threshold; infinite: nothing is left to chance. */
  steepness: number
}

/**
 * The course of an operand whose latest value is known. Its drift is that of this video after what the last two looks
 * showed: the precision-weighted mean of prior and observation.
 */
export function courseOf(operand: Operand, publishedAt: number, last: Sight, before: Sight | null): Course {
  const { drift, doubt, noise } = mannerOf(operand)
  const over = operand.windowMs ?? (operand.metric === 'velocity' ? 0 : null)
  const course = { key: operand.key, over, drift, doubt, noise, lift: 0, slowing: 0, steepness: 0 }
  const now = readingOf(last, operand)?.value ?? null
  const then = (before && readingOf(before, operand)?.value) ?? null
  if (before === null || now === null || then === null || now <= 0 || then <= 0) return course
  const [from, to] = [before.observedAt - publishedAt, last.observedAt - publishedAt]
  const ticks = growth(from, to)
  if (ticks <= 0) return course
  const weight = doubt ** 2 / (doubt ** 2 + noise ** 2 / ticks)
  const seen = (Math.log(now / then) - slowingOf(over, from, to)) / ticks
  course.drift = weight * seen + (1 - weight) * drift
  course.doubt = doubt * Math.sqrt(1 - weight)
  return course
}

/** Takes a course from one age, ms, to another that is `ticks` of the growth clock later. */
export function follow(course: Course, from: number, to: number, ticks: number): void {
  const { over, drift, doubt, noise } = course
  course.lift = drift * ticks
  course.slowing = slowingOf(over, from, to)
  course.steepness = LOGISTIC / Math.sqrt(noise ** 2 * ticks + (doubt * ticks) ** 2)
}

/** How far the logarithm of a value is above that of a threshold, both above 0. */
export function lead(value: number, bound: number): number {
  return Math.log(Math.max(value / bound, FAR))
}

/** ln of what the growth clock slows down by: plays an hour fall although ln(plays) rises evenly on it. */
function slowingOf(over: number | null, from: number, to: number): number {
  if (over === null) return 0
  if (over === 0) return Math.log(pace(Math.max(to, YOUNGEST)) / pace(Math.max(from, YOUNGEST)))
  return Math.log(gained(to, over) / gained(from, over))
}

/** Ticks an hour at an age, but for a factor. Not inside of `slowingOf`: tsx names inner functions at every call. */
function pace(age: number): number {
  return 1 / (age * (SETTLE + age))
}

/** The share of all plays at an age that came in the window before it, of a video that grows with the clock. */
function gained(age: number, windowMs: number): number {
  return -Math.expm1(-growth(age - windowMs, Math.max(age, 2 * YOUNGEST)))
}

/** Assumed for what was never read: the share of videos that meet a rule, and the age at which half of those have. */
const USUAL_SHARE = 0.05
const USUAL_AGE = 2 * HOUR

/** The chance that a value nobody could read yet turns out, between two ages in ms, to be one that decides. */
export function chanceUnseen(from: number, to: number): number {
  return USUAL_SHARE * (metBy(Math.max(0, to)) - metBy(Math.max(0, from)))
}

/** Of the videos that ever meet a rule, those that have at an age. */
function metBy(age: number): number {
  return age / (age + USUAL_AGE)
}
