/**
 * A curve is a video's plays at a fixed grid of ages, so that two videos can be compared at the same age
 * although nobody looked at both at the same minute. Between looks plays are interpolated on log age and
 * log plays, because growth slows like a power law; away from all looks the curve is null.
 */
import { DAY, HOUR, type Look } from './types.ts'

const HOURS = [
  0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120, 168, 240, 336, 480, 720, 1080, 1440, 2160,
]
/** Ages of the grid, ms after publication. */
export const AGES: readonly number[] = HOURS.map((hours) => hours * HOUR)

/** Plays at each age of AGES; a shorter array has nulls behind its end. */
export type Curve = readonly (number | null)[]

/**
 * A look may stand for ages near its own where there is no look on the other side: for few in the first day, when
 * plays move fast, for many later, when they hardly move any more. Answers the share of the age that is still near.
 */
function near(age: number): number {
  return age < DAY ? 0.9 : age < 7 * DAY ? 0.75 : 0.5
}

/** The curve after one more look; `previous` is the look before it, null for the first. */
export function extendCurve(curve: Curve, publishedAt: number, previous: Look | null, look: Look): Curve {
  if (look.plays === null) return curve
  const age = look.observedAt - publishedAt
  const before = earlier(publishedAt, previous)
  let next: (number | null)[] | null = null
  // Only behind what is known: a hole before it would be filled with plays of a later age.
  for (let i = curve.findLastIndex((plays) => plays !== null) + 1; i < AGES.length; i++) {
    const at = AGES[i] as number
    if (at > age) break
    if (at < (before === null ? age * near(age) : before.age)) continue
    next ??= Array.from({ length: AGES.length }, (_, k) => curve[k] ?? null)
    next[i] =
      before === null ? look.plays : Math.round(interpolate(before.age, before.plays, age, look.plays, at))
  }
  return next ?? curve
}

/** What can be interpolated from; a look at the very publication has no log age. */
function earlier(publishedAt: number, look: Look | null): { age: number; plays: number } | null {
  if (look?.plays == null || look.observedAt <= publishedAt) return null
  return { age: look.observedAt - publishedAt, plays: look.plays }
}

/** Where an age lies on the grid: the same for every curve that is asked at it. */
export interface Place {
  /** Indices into AGES of the ages around it; `above` is AGES.length behind the last, `below` -1 before the first. */
  below: number
  above: number
  /** It is the age above. */
  exact: boolean
  /** Of the way from below to above, on log age. */
  share: number
  /** Whether the plays of one side stand for it where the other side has none. */
  lowIsNear: boolean
  highIsNear: boolean
}

export function placeOf(age: number): Place {
  let above = 0
  while (above < AGES.length && (AGES[above] as number) < age) above++
  const below = above - 1
  const low = AGES[below] as number
  const high = AGES[above] as number
  return {
    below,
    above,
    exact: high === age,
    share: Math.log(age / low) / Math.log(high / low),
    lowIsNear: low >= age * near(age),
    highIsNear: age >= high * near(high),
  }
}

/** Plays at a place: between two values of the curve, or near one that has none on the other side; else null. */
export function curveIn(curve: Curve, place: Place): number | null {
  const high = curve[place.above] ?? null
  if (place.exact && high !== null) return high
  const low = curve[place.below] ?? null
  if (low !== null && high !== null) return between(low, high, place.share)
  if (low !== null && place.lowIsNear) return low
  return high !== null && place.highIsNear ? high : null
}

/** The same at `age` ms. */
export function curveAt(curve: Curve, age: number): number | null {
  return curveIn(curve, placeOf(age))
}

/** Plays at an age between two looks, on log age and log plays. */
export function interpolate(age0: number, plays0: number, age1: number, plays1: number, age: number): number {
  if (age1 <= age0) return plays1
  return between(plays0, plays1, Math.log(age / age0) / Math.log(age1 / age0))
}

function between(plays0: number, plays1: number, share: number): number {
  return Math.expm1(Math.log1p(plays0) * (1 - share) + Math.log1p(plays1) * share)
}
