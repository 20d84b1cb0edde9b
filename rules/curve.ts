/**
 * A curve is a video's plays at a fixed grid of ages, so that two videos can be compared at the same age
 * although nobody looked at both at the same minute. Between looks plays are interpolated on log age and
 * log plays, because growth slows like a power law; outside of looks the curve is null.
 */
import { HOUR, type Look } from './types.ts'

const HOURS = [0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120, 168, 240, 336, 480, 720, 1080, 1440, 2160]
/** Ages of the grid, ms after publication. */
export const AGES: readonly number[] = HOURS.map((hours) => hours * HOUR)

/** Plays at each age of AGES; a shorter array has nulls behind its end. */
export type Curve = readonly (number | null)[]

/** A look stands for grid ages up to this share before it, when there is no earlier look to go by. */
const NEAR = 0.9

/** The curve after one more look; `previous` is the look before it, null for the first. */
export function extendCurve(curve: Curve, publishedAt: number, previous: Look | null, look: Look): Curve {
  if (look.plays === null) return curve
  const age = look.observedAt - publishedAt
  const before = previous?.plays == null ? null : { age: previous.observedAt - publishedAt, plays: previous.plays }
  let next: (number | null)[] | null = null
  for (let i = 0; i < AGES.length; i++) {
    const at = AGES[i] as number
    if (at > age) break
    if (curve[i] != null || at < (before === null ? age * NEAR : before.age)) continue
    next ??= Array.from({ length: AGES.length }, (_, k) => curve[k] ?? null)
    next[i] =
      before === null || before.age <= 0
        ? look.plays
        : Math.round(interpolate(before.age, before.plays, age, look.plays, at))
  }
  return next ?? curve
}

/** Plays at `age` ms; null where the curve has no value on either side. */
export function curveAt(curve: Curve, age: number): number | null {
  const above = AGES.findIndex((at) => at >= age)
  if (above === -1 || age < (AGES[0] as number)) return null
  const high = curve[above] ?? null
  if (AGES[above] === age) return high
  const low = curve[above - 1] ?? null
  if (low === null || high === null) return null
  return interpolate(AGES[above - 1] as number, low, AGES[above] as number, high, age)
}

function interpolate(age0: number, plays0: number, age1: number, plays1: number, age: number): number {
  if (age1 <= age0) return plays1
  const share = Math.log(age / age0) / Math.log(age1 / age0)
  return Math.expm1(Math.log1p(plays0) * (1 - share) + Math.log1p(plays1) * share)
}
