import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../rules/types.ts'
import { addDays, countDays, dayOf, daysBetween, isDay, startOfDay } from '../../rules/zone.ts'

test.each([
  ['2026-11-11', true],
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-01', false],
  ['2026-00-10', false],
  ['2026-1-1', false],
  ['2026-11-11 ', false],
  ['0026-11-11', false],
  ['2026-11-11T00:00:00Z', false],
  ['', false],
])('%j is a day: %s', (text, expected) => {
  expect(isDay(text)).toBe(expected)
})

test('days are counted over months, leap days and the change of the clocks', () => {
  expect(daysBetween('2028-02-27', '2028-03-02')).toEqual([
    '2028-02-27',
    '2028-02-28',
    '2028-02-29',
    '2028-03-01',
    '2028-03-02',
  ])
  expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
  expect(countDays('2026-11-11', '2026-11-11')).toBe(1)
  expect(countDays('2026-11-11', '2026-11-10')).toBe(0)
  expect(daysBetween('2026-11-11', '2026-11-10')).toEqual([])
})

test.each([
  ['Asia/Shanghai', '2026-11-11', '2026-11-10T16:00:00.000Z'],
  ['UTC', '2026-11-11', '2026-11-11T00:00:00.000Z'],
  ['Pacific/Kiritimati', '2026-11-11', '2026-11-10T10:00:00.000Z'],
  ['Etc/GMT+12', '2026-11-11', '2026-11-11T12:00:00.000Z'],
  ['Asia/Kathmandu', '2026-11-11', '2026-11-10T18:15:00.000Z'],
  // A day of 23 hours, the day behind it, and one of 25.
  ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
  ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
  ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z'],
  ['America/New_York', '2026-11-02', '2026-11-02T05:00:00.000Z'],
  // The clocks jumped from 00:00 to 01:00: the day has no midnight.
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
  // The day was left out, so it begins where the next one does.
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
])('in %s %s begins at %s', (zone, day, expected) => {
  expect(startOfDay(day, zone).toISOString()).toBe(expected)
})

const ZONES = ['Asia/Shanghai', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Asia/Beirut']
test('every instant lies on the day between whose beginnings it lies', () => {
  const between = { min: Date.parse('2020-01-01Z'), max: Date.parse('2030-01-01Z') }
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer(between), (zone, ms) => {
      const day = dayOf(new Date(ms), zone)
      const start = startOfDay(day, zone).getTime()
      const end = startOfDay(addDays(day, 1), zone).getTime()
      expect(start).toBeLessThanOrEqual(ms)
      expect(end).toBeGreaterThan(ms)
      expect(Math.abs(end - start - DAY)).toBeLessThanOrEqual(HOUR)
    }),
  )
})
