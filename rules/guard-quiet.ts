/** Quiet hours: no new money while nobody looks. By the wall clock of the workspace's zone. */
import { MINUTE } from './types.ts'
import { isWithin, minuteOf } from './zone.ts'

/** Minutes after midnight, 0 to 1439; `from` above `to` runs over midnight, equal ones are never. */
export interface QuietHours {
  from: number
  to: number
}

const DAY_MINUTES = 24 * 60
/**
 * When the quiet hours end, ms; null: they are not now. Where the clock is changed in them it may be an hour early: who
 * asks then is told again.
 */
export function quietUntil(quiet: QuietHours | null, zone: string, now: number): number | null {
  if (quiet === null || quiet.from === quiet.to) return null
  const { from, to } = quiet
  const minute = minuteOf(now, zone)
  if (!isWithin(minute, from, to)) return null
  const left = (to - minute + DAY_MINUTES) % DAY_MINUTES
  return now - (now % MINUTE) + left * MINUTE
}
