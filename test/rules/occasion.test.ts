import { expect, test } from 'vitest'
import { OCCASION_YEARS, OCCASIONS, occasionProblems } from '../../rules/occasion.ts'

const chinese = new Intl.DateTimeFormat('zh-u-ca-chinese', { timeZone: 'UTC', dateStyle: 'long' })
/**
 * The new moon of 2027-02-06 is at 23:56 in Beijing, which ICU's approximation takes for the next day; the calendar of
 * China (GB/T 33661) has 春节 on the 6th.
 */
const ICU_IS_LATE = new Set(['2027-02-06'])
/** E.g. 2026丙午年正月初一. */
const lunarDay = (day: string) => chinese.format(new Date(`${day}T00:00:00Z`))

test.each([
  ['春节', '正月初一'],
  ['端午', '五月初五'],
  ['七夕', '七月初七'],
  ['中秋', '八月十五'],
])('%s is on %s in every shipped year', (name, expected) => {
  const shipped = OCCASIONS.filter((one) => one.name === name)
  expect(shipped.map(({ startsOn }) => Number(startsOn.slice(0, 4)))).toEqual([2026, 2027, 2028])
  for (const { startsOn, lunar } of shipped) {
    expect(lunar).toBe(true)
    const said = ICU_IS_LATE.has(startsOn) ? /年(腊月三十|正月初一)$/ : new RegExp(`年${expected}$`)
    expect(lunarDay(startsOn), startsOn).toMatch(said)
  }
})

test('年货节 ends before 春节, within a week of it', () => {
  const of = (name: string) => OCCASIONS.filter((one) => one.name === name)
  const festivals = of('春节')
  expect(of('年货节')).toHaveLength(3)
  for (const [nth, { startsOn, endsOn }] of of('年货节').entries()) {
    const festival = festivals[nth]?.startsOn ?? ''
    const gap = (Date.parse(festival) - Date.parse(endsOn)) / 86_400_000
    expect(gap).toBeGreaterThan(0)
    expect(gap).toBeLessThan(7)
    expect(startsOn < endsOn).toBe(true)
  }
})

test('every year has the same activities, each with days that can be stored', () => {
  expect(OCCASION_YEARS).toEqual([2026, 2027, 2028])
  const names = [...new Set(OCCASIONS.map(({ name }) => name))]
  for (const name of names)
    expect(
      OCCASIONS.filter((one) => one.name === name),
      name,
    ).toHaveLength(3)
  for (const wanted of [
    '618',
    '818',
    '双11',
    '双12',
    '年货节',
    '女王节',
    '51',
    '510',
    '开学季',
    '国庆',
    '超品日',
    'D-Beauty',
  ]) {
    expect(
      names.some((name) => name.startsWith(wanted)),
      wanted,
    ).toBe(true)
  }
  expect(OCCASIONS.flatMap(occasionProblems)).toEqual([])
  expect(new Set(OCCASIONS.map(({ name, startsOn }) => `${name} ${startsOn}`)).size).toBe(OCCASIONS.length)
  const days = OCCASIONS.map(({ startsOn }) => startsOn)
  expect(days).toEqual(days.toSorted())
})

test('days that cannot be are told by field', () => {
  const fields = (startsOn: string, endsOn: string) =>
    occasionProblems({ startsOn, endsOn }).map(({ field }) => field)
  expect(fields('2026-02-30', '2026')).toEqual(['startsOn', 'endsOn'])
  expect(fields('2026-06-20', '2026-06-01')).toEqual(['endsOn'])
  expect(fields('2026-06-01', '2027-06-20')).toEqual(['endsOn'])
})
