/** Wall time: what the clocks of a zone show, `YYYY-MM-DD HH:MM:SS`, and the instants at which they do. */
import { DAY, HOUR, MINUTE } from './types.ts'
import { isDay, startOfDay } from './zone.ts'

const clocks = new Map<string, Intl.DateTimeFormat>()
/** Making a formatter costs a hundred times what using it does. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', ...day, ...time })
  clocks.set(zone, made)
  return made
}

/** Milliseconds are left out. Throws RangeError on a zone that is none. */
export function wallAt(at: Date, zone: string): string {
  const [date = '', time = ''] = clockOf(zone).format(at).split(', ')
  const [month, day, year = ''] = date.split('/')
  return `${year.padStart(4, '0')}-${month}-${day} ${time}`
}

/**
 * The instants of a wall time, earliest first. None: the clocks skip it, or it is no time of the calendar. Two: they
 * are set back over it.
 */
export function instantsOf(wall: string, zone: string): Date[] {
  const utc = Date.parse(`${wall.replace(' ', 'T')}Z`)
  if (Number.isNaN(utc)) return []
  // Whichever offset holds at the wall time, it held a day before or holds a day after.
  const offsets = [-DAY, DAY].map((away) => offsetAt(utc + away, zone))
  return [...new Set(offsets)]
    .map((offset) => new Date(utc - offset))
    .filter((at) => wallAt(at, zone) === wall)
    .sort((a, b) => a.getTime() - b.getTime())
}

function offsetAt(at: number, zone: string): number {
  return Date.parse(`${wallAt(new Date(at), zone).replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000
}

/** TWICE: the clocks are set back over it, and the first time is meant. NEVER: they skip it. */
export type TypedTime = { kind: 'AT' | 'TWICE'; at: Date } | { kind: 'NEVER' } | { kind: 'NO_TIME' }

const TYPED =
  /^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A time as people type it: `2026-11-20 18:00`, with `/` or 年月日 as well, with seconds, with an offset, or a day alone,
 * which is its beginning. What `current` shows to the last place that is typed means `current`.
 */
export function readTime(text: string, zone: string, current: Date | null): TypedTime {
  const match = TYPED.exec(text.replaceAll('：', ':').trim())
  if (!match) return { kind: 'NO_TIME' }
  const [year, month = '', date = ''] = match.slice(1, 6).filter((part) => part !== undefined)
  const [hour, minute = '', second, offset] = match.slice(6)
  const day = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`
  if (!isDay(day)) return { kind: 'NO_TIME' }
  if (hour === undefined) return { kind: 'AT', at: startOfDay(day, zone) }
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return { kind: 'NO_TIME' }
  const wall = `${day} ${hour.padStart(2, '0')}:${minute}:${second ?? '00'}`
  if (offset !== undefined) return withOffset(wall, offset)
  const typed = second === undefined ? wall.slice(0, -3) : wall
  if (current && wallAt(current, zone).startsWith(typed)) return { kind: 'AT', at: current }
  const [at, again] = instantsOf(wall, zone)
  return at ? { kind: again ? 'TWICE' : 'AT', at } : { kind: 'NEVER' }
}

function withOffset(wall: string, offset: string): TypedTime {
  const [hours, minutes] = offset === 'Z' ? [0, 0] : [offset.slice(1, 3), offset.slice(-2)].map(Number)
  const away = ((hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE) * (offset.startsWith('-') ? -1 : 1)
  // `18:00-19:00` is a span of time and no offset.
  if (Math.abs(away) > 14 * HOUR) return { kind: 'NO_TIME' }
  return { kind: 'AT', at: new Date(Date.parse(`${wall.replace(' ', 'T')}Z`) - away) }
}
