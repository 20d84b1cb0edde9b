/** Quiet hours: no new money while nobody looks. By the wall clock of the workspace's zone. */
import { MINUTE } from './types.ts'

/** Minutes after midnight, 0 to 1439; `from` above `to` runs over midnight, equal ones are never. */
export interface QuietHours {
  from: number
  to: number
}

const DAY_MINUTES = 24 * 60
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...parts })
  clocks.set(zone, made)
  return made
}

/** Minutes after midnight in an IANA zone. Throws RangeError on a zone that is none. */
export function minuteOf(now: number, zone: string): number {
  const [hour, minute] = clockOf(zone).format(now).split(':')
  return Number(hour) * 60 + Number(minute)
}

/**
 * When the quiet hours end, ms; null: they are not now. Where the clock is changed in them it may be an hour early: who
 * asks then is told again.
 */
export function quietUntil(quiet: QuietHours | null, zone: string, now: number): number | null {
  if (quiet === null || quiet.from === quiet.to) return null
  const { from, to } = quiet
  const minute = minuteOf(now, zone)
  const within = from < to ? minute >= from && minute < to : minute >= from || minute < to
  if (!within) return null
  const left = (to - minute + DAY_MINUTES) % DAY_MINUTES
  return now - (now % MINUTE) + left * MINUTE
}
