import { expect, test } from 'vitest'
import { type AdFigures, adsBy, coveredPlays, ORDER_LAG } from '../../rules/covered.ts'
import { AGES } from '../../rules/curve.ts'
import { SHIPPED } from '../../rules/forecast-model.ts'
import { foreseeVideo } from '../../rules/forecast-video.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { lookOf } from './series.ts'

/** An hour of age is worth 100 plays. */
const curve = AGES.map((age) => (age < 30 * HOUR ? (100 * age) / HOUR : null))
const seen = { publishedAt: 0, look: lookOf(30 * HOUR, 3000), last: lookOf(29 * HOUR, 2900), curve }
const NONE: AdFigures = { boughtPlays: null, spendFen: null, adsSince: null }

test.each<[string, AdFigures | null, ReturnType<typeof adsBy>, number]>([
  ['nothing is known of ads', null, null, 30],
  ['no source speaks of ads', NONE, null, 30],
  ['a report says that nothing was bought', { ...NONE, boughtPlays: 0, spendFen: 0 }, null, 30],
  ['a report speaks of plays', { ...NONE, boughtPlays: 5 }, 'REPORTED', 29],
  ['a report speaks of spend', { ...NONE, spendFen: 5 }, 'REPORTED', 29],
  ['an order was sent long ago', { ...NONE, adsSince: 3 * HOUR }, 'ORDERED', 29],
  [
    'an order was sent within the hour: what came before it is natural',
    { ...NONE, adsSince: 29.5 * HOUR },
    'ORDERED',
    29.5,
  ],
  ['an order is on its way', { ...NONE, adsSince: 30 * HOUR - ORDER_LAG + 1 }, null, 30],
  ['an order is sent later', { ...NONE, adsSince: 31 * HOUR }, null, 30],
])('%s', (_name, figures, by, hours) => {
  expect(adsBy(figures, seen.look.observedAt)).toBe(by)
  const { age, plays } = coveredPlays(seen, figures)
  expect(age / HOUR).toBe(hours)
  // Between two looks plays lie on a line of logarithms: not quite on ours.
  expect(plays).toBeGreaterThan(100 * hours - 2)
  expect(plays).toBeLessThanOrEqual(100 * hours)
})

test('where there are ads, reported or ordered, no chance rises and no plays of an age behind are told', () => {
  const about = { publishedAt: 0, tier: null, classes: {}, peers: [], hour: 8 }
  const look = lookOf(8 * DAY, 1_000_000)
  const long = AGES.map((age) => (age <= 8 * DAY ? 1000 + age / MINUTE : null))
  const of = (figures: AdFigures, before: number | null = 0.01) =>
    foreseeVideo(SHIPPED, { ...about, before, last: lookOf(7.9 * DAY, 990_000) }, look, long, figures)
  const natural = of(NONE)
  expect(natural?.probability).toBeGreaterThan(0.9)
  expect(natural?.plays24h).toBe(1000 + DAY / MINUTE)
  expect(natural?.plays7d).toBe(1000 + (7 * DAY) / MINUTE)
  for (const ads of [{ boughtPlays: 1 }, { spendFen: 1 }, { adsSince: 2 * DAY }]) {
    expect(of({ ...NONE, ...ads })).toMatchObject({ probability: 0.01, plays24h: null, plays7d: null })
  }
})
