/** Business days: `YYYY-MM-DD` of a workspace's zone, and the instants at which they begin. */
import { DAY, HOUR, MINUTE } from './types.ts'

/** Of the platforms' own days, by which they report and renew quotas, whatever the workspace's zone. */
export const SHANGHAI = 'Asia/Shanghai'

/** Whether it is a day of the calendar, written YYYY-MM-DD, of the years 1000 to 9999. */
export function isDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** The day so many days later; negative: earlier. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10)
}

/** Days from the first to the last one, both counted; 0 or less: `to` lies before `from`. */
export function countDays(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY + 1
}

/** Every day from the first to the last one; none where `to` lies before `from`. */
export function daysBetween(from: string, to: string): string[] {
  return Array.from({ length: Math.max(0, countDays(from, to)) }, (_, nth) => addDays(from, nth))
}

const clocks = new Map<string, Intl.DateTimeFormat>()
/** Making a formatter costs a hundred times what using it does. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...parts })
  clocks.set(zone, made)
  return made
}

/** The day on which an instant lies in an IANA zone. Throws RangeError on a zone that is none. */
export function dayOf(at: Date, zone: string): string {
  const [month, day, year] = clockOf(zone).format(at).split('/')
  return `${year}-${month}-${day}`
}

/**
 * The first instant of a day: not always 00:00, some zones skip their midnight, and not always 24 h after the one
 * before. A day that the zone left out altogether begins and ends with the next one.
 */
export function startOfDay(day: string, zone: string): Date {
  const utc = Date.parse(`${day}T00:00:00Z`)
  let before = utc - 16 * HOUR
  let after = utc + 14 * HOUR
  // Zones are whole minutes off UTC and change on whole minutes.
  while (after - before > MINUTE) {
    const middle = before + Math.floor((after - before) / MINUTE / 2) * MINUTE
    if (dayOf(new Date(middle), zone) < day) before = middle
    else after = middle
  }
  return new Date(after)
}

/** How far a zone's clock is ahead of UTC on the day of an instant, ms; of a day on which it is changed, by its beginning. */
export function offsetOf(zone: string, at: Date): number {
  const day = dayOf(at, zone)
  return Date.parse(`${day}T00:00:00Z`) - startOfDay(day, zone).getTime()
}

const wallClocks = new Map<string, Intl.DateTimeFormat>()
function wallClockOf(zone: string): Intl.DateTimeFormat {
  const known = wallClocks.get(zone)
  if (known) return known
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...parts })
  wallClocks.set(zone, made)
  return made
}

/** Minutes after midnight on the clocks of an IANA zone. Throws RangeError on a zone that is none. */
export function minuteOf(at: number, zone: string): number {
  const [hour, minute] = wallClockOf(zone).format(at).split(':')
  return Number(hour) * 60 + Number(minute)
}

/** Whether a minute of the day lies in a span of it; `from` above `to` runs over midnight, equal ones are never. */
export function isWithin(minute: number, from: number, to: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}
