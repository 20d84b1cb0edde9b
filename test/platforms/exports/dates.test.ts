import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMoment, parseWhen, withHour } from '../../../platforms/exports/dates.ts'
import { Refused } from '../../../platforms/exports/errors.ts'
import type { Form } from '../../../platforms/exports/raw.ts'
import { DAY, HOUR } from '../../../rules/types.ts'

const OFFSET = 8 * HOUR
const iso = (cell: string, form?: Form, date1904 = false) => {
  const moment = parseMoment(cell, form, date1904)
  if (moment === null) return null
  return moment instanceof Refused ? moment.reason : new Date(moment.at).toISOString()
}

test.each<[cell: string, instant: string | null, form?: Form]>([
  ['2026-11-11', '2026-11-10T16:00:00.000Z'],
  ['2026/11/1 9:05', '2026-11-01T01:05:00.000Z'],
  ['20261111', '2026-11-10T16:00:00.000Z'],
  ['20261111', '2026-11-10T16:00:00.000Z', 'NUMBER'],
  ['2026年11月1日', '2026-10-31T16:00:00.000Z'],
  ['2026.11.1', '2026-10-31T16:00:00.000Z'],
  ['2026-11-11 00:30:05', '2026-11-10T16:30:05.000Z'],
  ['2026-11-11T00:30:05Z', '2026-11-11T00:30:05.000Z'],
  ['２０２６－１１－１１', '2026-11-10T16:00:00.000Z'],
  ['46337', '2026-11-10T16:00:00.000Z', 'DATE'],
  ['46337.378472222219', '2026-11-11T01:05:00.000Z', 'DATE'],
  ['--', null],
  ['11/12/2026', 'not a date'],
  ['26-11-11', 'not a date'],
  ['2026-02-30', 'not a day of the calendar between 2000 and 2100'],
  ['2026-11-11 24:00', 'not a time of day'],
])('%s is %s', (cell, instant, form) => {
  expect(iso(cell, form)).toBe(instant)
})

test('days counted from 1904', () => {
  expect(iso('44875', 'DATE', true)).toBe('2026-11-10T16:00:00.000Z')
})

test('every minute comes back from every way to write it', () => {
  const first = Date.UTC(2000, 0, 2)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * 365 * 24 * 60 - 4000 }), (minute) => {
      const wall = new Date(first + minute * 60_000)
      const [date, clock] = wall.toISOString().slice(0, 16).split('T') as [string, string]
      const at = new Date(wall.getTime() - OFFSET).toISOString()
      const [y, m, d] = date.split('-').map(Number)
      for (const cell of [
        `${date} ${clock}`,
        `${date}T${clock}:00`,
        `${y}/${m}/${d} ${clock}`,
        `${y}年${m}月${d}日 ${clock}`,
      ]) {
        expect(iso(cell)).toBe(at)
      }
      const serial = (wall.getTime() - Date.UTC(1899, 11, 30)) / DAY
      expect(iso(String(serial), 'DATE')).toBe(at)
    }),
  )
})

test.each<[cell: string, grain: string, day: string, hours: number]>([
  ['2026-11-11', 'DAY', '2026-11-11', 24],
  ['2026-11-11 00:00:00', 'DAY', '2026-11-11', 24],
  ['2026-01-02 00:00:00~2026-01-02 23:59:59', 'DAY', '2026-01-02', 24],
  ['2026-01-01 ~ 2026-01-07', 'PERIOD', '2026-01-07', 168],
  ['2026-01-01至2026-01-07', 'PERIOD', '2026-01-07', 168],
  ['2026-01-01 - 2026-01-07', 'PERIOD', '2026-01-07', 168],
  ['2026-11-11 09:00:00', 'HOUR', '2026-11-11', 1],
  ['2026-11-11 09:00 ~ 09:59', 'HOUR', '2026-11-11', 1],
  ['2026-11-11 09:05:00', 'INSTANT', '2026-11-11', 0],
])('%s is one %s', (cell, grain, day, hours) => {
  const when = parseWhen(cell)
  expect(when).toMatchObject({ grain, day })
  if (when && !(when instanceof Refused)) expect(when.endsAt - when.startsAt).toBe(hours * HOUR)
})

test('a period that ends before it begins is refused', () => {
  expect(parseWhen('2026-01-07~2026-01-01')).toBeInstanceOf(Refused)
  expect(parseWhen('2026-01-07~')).toBeInstanceOf(Refused)
})

test.each(['9', '09', '09:00', '9时', '09:00-10:00', '09:00 ~ 09:59', '2026-11-11 09:00:00'])(
  'hour %s of a day',
  (cell) => {
    const day = parseWhen('2026-11-11')
    if (day === null || day instanceof Refused) throw new Error('no day')
    expect(withHour(day, cell)).toMatchObject({ grain: 'HOUR', startsAt: day.startsAt + 9 * HOUR })
    for (const bad of ['', '24', '2026-11-12 09:00:00', '9:30'])
      expect(withHour(day, bad)).toBeInstanceOf(Refused)
  },
)
