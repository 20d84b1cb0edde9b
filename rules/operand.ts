/**
 * What a comparison looks at: a metric as it stands, what plays gained lately, or where a metric stands among earlier
 * videos of its kind at the same age.
 */
import { AGES, type Curve, curveIn, interpolate, placeOf } from './curve.ts'
import { type MetricKey, NONE, type Reading } from './metric.ts'
import type { Reference, StandingOf, UsualOf } from './reference.ts'
import type { Look } from './types.ts'
import { MINUTE } from './types.ts'

/** RATIO: times the median of the class; PERCENTILE: the share of the class that is at or below, 0 to 1. */
export const STANDINGS = ['RATIO', 'PERCENTILE'] as const
export type StandingBy = (typeof STANDINGS)[number]

/** Of a comparison, as it is written. */
export interface Subject {
  metric: MetricKey
  /** Its gain over the last so many minutes; only of plays. */
  windowMinutes?: number | undefined
  /** Beside what is usual in this class at this age; only with `by`. */
  of?: Reference | undefined
  by?: StandingBy | undefined
}

export interface Operand {
  /** In words, and its name among the readings: `plays`, `plays over 360 min`, `plays / TIER median`. */
  key: string
  metric: MetricKey
  /** null: as it stands. */
  windowMs: number | null
  of: Reference | null
  by: StandingBy
}

export function operandOf({ metric, windowMinutes, of, by = 'RATIO' }: Subject): Operand {
  return {
    key: keyOf(metric, windowMinutes, of, by),
    metric,
    windowMs: windowMinutes === undefined ? null : windowMinutes * MINUTE,
    of: of ?? null,
    by,
  }
}

function keyOf(
  metric: MetricKey,
  windowMinutes: number | undefined,
  of: Reference | undefined,
  by: StandingBy,
) {
  if (windowMinutes !== undefined) return `${metric} over ${windowMinutes} min`
  if (of === undefined) return metric
  return by === 'RATIO' ? `${metric} / ${of} median` : `${metric} percentile of ${of}`
}

/** It has to be read beyond the catalogue. */
export function isDerived({ windowMs, of }: Operand): boolean {
  return windowMs !== null || of !== null
}

/** A look, and what the video's looks before it have shown. */
export interface Seen {
  publishedAt: number
  look: Look
  last: Look | null
  curve: Curve
  /** Up to which age reports of ads cover its plays, ms; left out: the look. */
  coveredAge?: number
}

/** `readings` are those of the look; `standingOf` null: nothing is known of any class. */
export function readOperand(
  { metric, windowMs, of, by }: Operand,
  readings: Record<string, Reading>,
  seen: Seen,
  standingOf: StandingOf | null,
): Reading {
  if (windowMs !== null) return gain(windowMs, seen)
  // Beside others, bought plays count for nothing.
  const reading = readings[of !== null && metric === 'plays' ? 'naturalPlays' : metric] as Reading
  if (of === null || reading.value === null) return reading
  const now = seen.look.observedAt - seen.publishedAt
  const age = metric === 'plays' ? (seen.coveredAge ?? now) : now
  const standing = standingOf?.(of, metric as UsualOf, age, reading.value) ?? null
  if (standing === null) return NONE.TOO_FEW_PEERS
  return { value: by === 'RATIO' ? standing.ratio : standing.percentile }
}

/** Plays gained; a video younger than the window gained all that it has. */
function gain(windowMs: number, seen: Seen): Reading {
  const { plays, observedAt } = seen.look
  if (plays === null) return NONE.NOT_GIVEN
  const age = observedAt - seen.publishedAt - windowMs
  const then = age <= 0 ? 0 : playsAt(age, seen)
  if (then === null) return NONE.NO_EARLIER_LOOK
  return plays < then ? NONE.RESTATED : { value: plays - then }
}

/**
 * Plays at an age before the look: between the two looks around it, or what the curve says. The curve alone knows
 * nothing behind its last age, which may lie hours before the last look.
 */
export function playsAt(age: number, { publishedAt, look, last, curve }: Seen): number | null {
  const place = placeOf(age)
  if (last === null || last.plays === null || last.observedAt <= publishedAt)
    return rounded(curveIn(curve, place))
  const lastAge = last.observedAt - publishedAt
  if (age >= lastAge) {
    return rounded(interpolate(lastAge, last.plays, look.observedAt - publishedAt, look.plays as number, age))
  }
  const low = curve[place.below] ?? null
  if (low === null || (curve[place.above] ?? null) !== null) return rounded(curveIn(curve, place))
  return rounded(interpolate(AGES[place.below] as number, low, lastAge, last.plays, age))
}

const rounded = (plays: number | null) => (plays === null ? null : Math.round(plays))
