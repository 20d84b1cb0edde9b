/** 发布时刻: the hour of publication on the wall of a zone, by its clock of that day: the same whoever asks, and when. */
import { DAY, HOUR, MINUTE } from './types.ts'
import { offsetOf } from './zone.ts'

/** Days begin on quarters of an hour, everywhere. */
const QUARTER = 15 * MINUTE
/** Asking a zone costs more than judging a look. */
const kept = new Map<string, Map<number, number>>()
const MOST_KEPT = 200_000

/** From 0 to 24. */
export function publicationHour(publishedAt: number, zone: string): number {
  const known = kept.get(zone) ?? new Map<number, number>()
  kept.set(zone, known)
  const quarter = Math.floor(publishedAt / QUARTER)
  const found = known.get(quarter) ?? offsetOf(zone, new Date(publishedAt))
  if (known.size >= MOST_KEPT) known.clear()
  known.set(quarter, found)
  return hourAt(publishedAt, found)
}

/** Of a clock that is so far from UTC, ms. */
export function hourAt(publishedAt: number, offset: number): number {
  return ((((publishedAt + offset) % DAY) + DAY) % DAY) / HOUR
}
