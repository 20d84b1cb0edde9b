/** When a row's numbers were counted. Exports speak Shanghai wall time, which has been UTC+8 without a summer since 1991. */
import { DAY, HOUR } from '../../rules/types.ts'
import { clean, isBlank } from './cells.ts'
import { Refused } from './errors.ts'
import type { Form } from './raw.ts'

const OFFSET = 8 * HOUR

/** TOTAL: over the whole life of an order or task, keyed by its beginning. */
export type Grain = 'HOUR' | 'DAY' | 'PERIOD' | 'INSTANT' | 'TOTAL'

export interface When {
  /** ms since the epoch, UTC; the period holds its start and not its end. Both are the same for an instant. */
  startsAt: number
  endsAt: number
  /** The business day, of a period its last. */
  day: string
  grain: Grain
}

export interface Moment {
  at: number
  /** false: only a day was given, and `at` is its midnight. */
  timed: boolean
}

const NOT_A_DATE = new Refused('not a date')
const DATE =
  /^(\d{4})(?:-(\d{1,2})-(\d{1,2})|\/(\d{1,2})\/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))(?:[T ]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/

export function parseMoment(cell: string, form?: Form, date1904 = false): Moment | null | Refused {
  if (isBlank(cell)) return null
  const text = clean(cell)
  if (form !== 'TEXT' && /^\d{4,5}(\.\d+)?$/.test(text)) return fromSerial(Number(text), date1904)
  const match = DATE.exec(text)
  if (!match) return NOT_A_DATE
  const [year, month, day] = match
    .slice(1, 12)
    .filter((part) => part !== undefined)
    .map(Number)
  const [hour, minute, second, thousandth, zone] = match.slice(12)
  const midnight = calendar(year ?? 0, month ?? 0, day ?? 0)
  if (midnight === null) return new Refused('not a day of the calendar between 2000 and 2100')
  if (hour === undefined) return { at: midnight - OFFSET, timed: false }
  const clock = [Number(hour), Number(minute), Number(second ?? 0)] as const
  if (clock[0] > 23 || clock[1] > 59 || clock[2] > 59) return new Refused('not a time of day')
  const ms = (clock[0] * 3600 + clock[1] * 60 + clock[2]) * 1000 + Number((thousandth ?? '').padEnd(3, '0'))
  return { at: midnight + ms - (zone ? offsetOf(zone) : OFFSET), timed: true }
}

function calendar(year: number, month: number, day: number): number | null {
  if (year < 2000 || year > 2100) return null
  const at = Date.UTC(year, month - 1, day)
  const read = new Date(at)
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === day ? at : null
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0
  const [hours, minutes] = [zone.slice(1, 3), zone.slice(-2)].map(Number)
  return ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000 * (zone.startsWith('-') ? -1 : 1)
}

/** Days since 1899-12-30, or since 1904; the fraction is the time of day, to the second. */
function fromSerial(serial: number, date1904: boolean): Moment | Refused {
  const days = serial + (date1904 ? 1462 : 0)
  const seconds = Math.round(days * 86_400)
  const at = Date.UTC(1899, 11, 30) + seconds * 1000
  const year = new Date(at).getUTCFullYear()
  if (year < 2000 || year > 2100) return new Refused('a number that is no date between 2000 and 2100')
  return { at: at - OFFSET, timed: seconds % 86_400 !== 0 }
}

export const dayOf = (at: number) => new Date(at + OFFSET).toISOString().slice(0, 10)
const isMidnight = (at: number) => (at + OFFSET) % DAY === 0

/** A day, an hour, a range such as `2026-01-02 00:00:00~2026-01-02 23:59:59`, or an instant. */
export function parseWhen(cell: string, form?: Form, date1904 = false): When | null | Refused {
  if (isBlank(cell)) return null
  const text = clean(cell)
  const [from = '', to, more] = text.split(/\s*(?:~|至|到|—|–|\s-\s)\s*/)
  if (to === undefined) {
    const moment = parseMoment(cell, form, date1904)
    return moment === null || moment instanceof Refused ? moment : single(moment)
  }
  if (more !== undefined) return NOT_A_DATE
  const start = parseMoment(from)
  const end = parseMoment(/^\d{1,2}:\d\d/.test(to) ? `${from.slice(0, from.search(/[T ]/))} ${to}` : to)
  if (start === null || end === null) return NOT_A_DATE
  if (start instanceof Refused) return start
  if (end instanceof Refused) return end
  return range(start.at, end.timed ? closed(end.at) : end.at + DAY)
}

/** 23:59:59 and 09:59 mean the whole hour or day. */
function closed(at: number): number {
  const minute = Math.floor(at / 60_000) * 60_000
  return new Date(at).getUTCMinutes() === 59 ? minute + 60_000 : at
}

function range(startsAt: number, endsAt: number): When | Refused {
  if (endsAt <= startsAt) return new Refused('the period ends before it begins')
  const days = isMidnight(startsAt) && endsAt - startsAt === DAY
  const grain = days ? 'DAY' : endsAt - startsAt === HOUR ? 'HOUR' : 'PERIOD'
  return { startsAt, endsAt, day: dayOf(endsAt - 1), grain }
}

function single({ at, timed }: Moment): When {
  const day = dayOf(at)
  if (!timed || isMidnight(at)) return { startsAt: at, endsAt: at + DAY, day, grain: 'DAY' }
  if (at % HOUR === 0) return { startsAt: at, endsAt: at + HOUR, day, grain: 'HOUR' }
  return { startsAt: at, endsAt: at, day, grain: 'INSTANT' }
}

/** The hour of a day: `9`, `09:00`, `9时`, `09:00-10:00`, a full instant, or a fraction of a day in a sheet. */
export function withHour(day: When, cell: string, form?: Form, date1904 = false): When | Refused {
  const text = clean(cell)
  const match = /^(\d{1,2})(?::00(?::00)?|时|点)?(?:\s*[-~至]\s*\d{1,2}:\d\d(?::\d\d)?)?$/.exec(text)
  let hour = match ? Number(match[1]) : null
  if (hour === null && form === 'DATE' && Number(text) < 1) hour = Math.round(Number(text) * 24)
  if (hour === null) {
    const whole = parseWhen(cell, form, date1904)
    if (whole === null || whole instanceof Refused || whole.grain !== 'HOUR' || whole.day !== day.day) {
      return new Refused('not an hour of its day')
    }
    return whole
  }
  if (hour > 23 || day.grain !== 'DAY') return new Refused('not an hour of one day')
  const startsAt = day.startsAt + hour * HOUR
  return { startsAt, endsAt: startsAt + HOUR, day: day.day, grain: 'HOUR' }
}
