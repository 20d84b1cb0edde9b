import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Bucket,
  bucketsOf,
  fill,
  type History,
  readPoint,
  type Span,
  startsOf,
} from '../../rules/series.ts'
import { DAY, HOUR, type Look } from '../../rules/types.ts'
import { daysBetween, startOfDay } from '../../rules/zone.ts'

const at = (text: string) => Date.parse(text)
const span = (resolution: Span['resolution'], from: string, to: string, zone = 'Asia/Shanghai'): Span => ({
  resolution,
  from: at(from),
  to: at(to),
  zone,
})
const look = (observedAt: number, plays: number | null, over: Partial<Look> = {}): Look => ({
  observedAt,
  plays,
  likes: null,
  comments: null,
  shares: null,
  saves: null,
  ...over,
})
const history = (looks: Look[], over: Partial<History> = {}): History => ({
  looks,
  publishedAt: at('2026-11-02T15:50:00Z'),
  zone: 'Asia/Shanghai',
  money: new Map(),
  ...over,
})
const iso = (starts: readonly number[]) => starts.map((start) => new Date(start).toISOString())

describe('buckets', () => {
  test('days that the span touches are whole', () => {
    const { starts, since, until } = bucketsOf(span('DAY', '2026-11-01T15:59:59Z', '2026-11-03T16:00:00Z'))
    expect(iso(starts)).toEqual([
      '2026-10-31T16:00:00.000Z',
      '2026-11-01T16:00:00.000Z',
      '2026-11-02T16:00:00.000Z',
    ])
    expect(iso([since, until])).toEqual(['2026-10-31T16:00:00.000Z', '2026-11-03T16:00:00.000Z'])
  })

  test('a day on which clocks change has 25 hours', () => {
    const { starts, until } = bucketsOf(
      span('DAY', '2026-11-01T12:00:00Z', '2026-11-01T13:00:00Z', 'America/New_York'),
    )
    expect(until - (starts[0] ?? 0)).toBe(25 * HOUR)
  })

  test('days in a row begin as each of them alone, whatever the clocks do', () => {
    for (const zone of ['America/New_York', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Shanghai']) {
      const days = daysBetween('2017-10-01', '2018-12-31')
      expect(startsOf(days, zone)).toEqual(days.map((day) => +startOfDay(day, zone)))
    }
  })

  test('hours are those of UTC, in a zone half an hour off too', () => {
    const { starts } = bucketsOf(span('HOUR', '2026-11-01T15:30:00Z', '2026-11-01T17:00:00Z', 'Asia/Kolkata'))
    expect(iso(starts)).toEqual(['2026-11-01T15:00:00.000Z', '2026-11-01T16:00:00.000Z'])
  })

  test('they join without a gap, and every instant of the span lies in one', () => {
    const zones = fc.constantFrom(
      'Asia/Shanghai',
      'America/New_York',
      'Asia/Kolkata',
      'UTC',
      'Australia/Lord_Howe',
    )
    const instant = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') })
    fc.assert(
      fc.property(zones, instant, fc.integer({ min: 1, max: 20 * DAY }), (zone, from, length) => {
        for (const resolution of ['HOUR', 'DAY'] as const) {
          const asked = { resolution, from, to: from + length, zone }
          const { starts, since, until } = bucketsOf(asked)
          expect(since).toBeLessThanOrEqual(from)
          expect(until).toBeGreaterThanOrEqual(from + length)
          expect(starts[0]).toBe(since)
          expect(starts.at(-1)).toBeLessThan(from + length)
          expect(starts.toSorted((a, b) => a - b)).toEqual(starts)
          const instants = [from, from + length - 1, ...starts]
          const filled = fill(
            asked,
            starts,
            history([...new Set(instants)].toSorted((a, b) => a - b).map((one) => look(one, 1))),
          )
          expect(filled.every((bucket) => bucket.look !== null)).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('what was before', () => {
  const gained = (looks: Look[]) => {
    const days = span('DAY', '2026-11-02T00:00:00Z', '2026-11-07T00:00:00Z')
    const buckets = fill(days, bucketsOf(days).starts, history(looks))
    return buckets.map((bucket) => {
      const { value, reason } = readPoint('gainedPlays', bucket, [])
      return reason ?? value
    })
  }
  // Published on 2 November, 23:50 in Shanghai.
  const [second, third, fourth] = ['2026-11-03', '2026-11-04', '2026-11-05'].map(
    (day) => +startOfDay(day, 'Asia/Shanghai'),
  ) as [number, number, number]

  test('a first look on the day behind the publication counts from 0', () => {
    expect(gained([look(third - 1, 70), look(fourth, 100)])).toEqual([
      'NO_LOOK',
      70,
      'NO_LOOK',
      30,
      'NO_LOOK',
      'NO_LOOK',
    ])
  })

  test('one that is later does not', () => {
    expect(gained([look(third, 70), look(fourth, 100)]).slice(1, 4)).toEqual([
      'NO_LOOK',
      'NO_EARLIER_LOOK',
      30,
    ])
  })

  test('a counter that is not given at one end is not known', () => {
    expect(gained([look(second, null), look(third, 5), look(fourth, null)]).slice(1, 4)).toEqual([
      'NOT_GIVEN',
      'NOT_GIVEN',
      'NOT_GIVEN',
    ])
  })
})

test.each<[string, Partial<Bucket>, number | string]>([
  ['plays over nothing', { look: look(HOUR, 0, { likes: 1 }) }, 'ZERO_PLAYS'],
  ['no plays', { look: look(HOUR, null, { likes: 1 }) }, 'NOT_GIVEN'],
  ['no likes', { look: look(HOUR, 10) }, 'NOT_GIVEN'],
  ['both', { look: look(HOUR, 10, { likes: 1 }) }, 0.1],
  ['no look', {}, 'NO_LOOK'],
])('interaction rate: %s', (_name, bucket, expected) => {
  const { value, reason } = readPoint(
    'interactionRate',
    { at: 0, look: null, before: null, money: null, ...bucket },
    ['likes'],
  )
  expect(reason ?? value).toBe(expected)
})

test.each<[string, [number | null, number | null] | null, number | string]>([
  ['nothing is known', null, 'NO_MONEY'],
  ['no spend', [null, 5], 'NO_MONEY'],
  ['nothing sold that is known', [5, null], 'NO_MONEY'],
  ['nothing spent', [0, 5], 'ZERO_SPEND'],
  ['both', [4, 10], 2.5],
])('paid ROI: %s', (_name, said, expected) => {
  const money = said && { spendFen: said[0], paidGmvFen: said[1], gmvFen: null, orders: null }
  const { value, reason } = readPoint('paidRoi', { at: 0, look: null, before: null, money }, [])
  expect(reason ?? value).toBe(expected)
})
