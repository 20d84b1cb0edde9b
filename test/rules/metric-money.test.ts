/** The metrics of money, and of what ads bought. */
import { expect, test } from 'vitest'
import type { MetricKey } from '../../rules/catalogue.ts'
import {
  type Figures,
  type MetricInput,
  type NullReason,
  type Reading,
  readMetrics,
} from '../../rules/metric.ts'
import { DAY, HOUR, type Look } from '../../rules/types.ts'

const PUBLISHED = Date.UTC(2026, 5, 1)
const LOOK: Look = {
  observedAt: PUBLISHED + 2 * HOUR,
  plays: 1000,
  likes: 50,
  comments: 7,
  shares: 3,
  saves: 400,
}

type Given = Partial<Omit<MetricInput, 'look'>> & { look?: Partial<Look> }
function read(metric: MetricKey, { look, ...rest }: Given): Reading {
  const all = { look: { ...LOOK, ...look }, previous: null, publishedAt: PUBLISHED, kol: null }
  return readMetrics({ ...all, ...rest })[metric]
}

const value = (value: number): Reading => ({ value })
const none = (reason: NullReason): Reading => ({ value: null, reason })

const FIGURES: Figures = {
  spendFen: 20_000,
  paidGmvFen: 50_000,
  gmvFen: 90_000,
  orders: 12,
  settled7Fen: 40_000,
  settled14Fen: 30_000,
  adShows: 8000,
  boughtPlays: 300,
  boughtBy: 'REPORTED',
  completionRate: 0.31,
  fiveSecondRate: 0.52,
  priceFen: 600_000,
  grossMargin: 0.4,
}
const money = (over: Partial<Figures> = {}) => ({ figures: { ...FIGURES, ...over } })
const aged = (days: number, over: Partial<Figures> = {}) => ({
  ...money(over),
  look: { observedAt: PUBLISHED + days * DAY },
})

test.each<[string, MetricKey, Given, Reading]>([
  ['completionRate', 'completionRate', money(), value(0.31)],
  ['completionRate of 0 is 0', 'completionRate', money({ completionRate: 0 }), value(0)],
  ['completionRate that nobody gives', 'completionRate', {}, none('NOT_GIVEN')],
  ['fiveSecondRate', 'fiveSecondRate', money(), value(0.52)],
  ['fiveSecondRate that nobody gives', 'fiveSecondRate', money({ fiveSecondRate: null }), none('NOT_GIVEN')],

  ['naturalPlays are the plays that were not bought', 'naturalPlays', money(), value(700)],
  ['naturalPlays of a video without promotion', 'naturalPlays', money({ boughtPlays: 0 }), value(1000)],
  [
    'naturalPlays say that they are estimated',
    'naturalPlays',
    money({ boughtBy: 'ESTIMATED' }),
    { value: 700, estimated: true },
  ],
  [
    'naturalPlays where more are bought than counted yet',
    'naturalPlays',
    money({ boughtPlays: 1001 }),
    value(0),
  ],
  [
    'naturalPlays where nobody speaks of ads: all, and it says so',
    'naturalPlays',
    money({ boughtPlays: null, boughtBy: null }),
    { value: 1000, estimated: true },
  ],
  ['naturalPlays without plays', 'naturalPlays', { ...money(), look: { plays: null } }, none('NOT_GIVEN')],

  ['spend in 分', 'spend', money(), value(20_000)],
  ['spend of 0 is known', 'spend', money({ spendFen: 0 }), value(0)],
  ['spend that nobody tells', 'spend', {}, none('NO_MONEY')],
  ['gmv in 分', 'gmv', money(), value(90_000)],
  ['gmv that nobody tells', 'gmv', money({ gmvFen: null }), none('NO_MONEY')],
  ['orders', 'orders', money(), value(12)],
  ['orders that nobody tells', 'orders', { figures: null }, none('NO_MONEY')],

  ['cpm is by shows', 'cpm', money(), value(2500)],
  ['cpm without spend', 'cpm', money({ spendFen: null }), none('NO_MONEY')],
  ['cpm without shows', 'cpm', money({ adShows: null }), none('NOT_GIVEN')],
  ['cpm of 0 shows', 'cpm', money({ adShows: 0 }), none('ZERO_SHOWS')],
  ['kolCpm is by plays', 'kolCpm', money(), value(600_000)],
  ['kolCpm without a price', 'kolCpm', money({ priceFen: null }), none('NO_PRICE')],
  ['kolCpm of 0 plays', 'kolCpm', { ...money(), look: { plays: 0 } }, none('ZERO_PLAYS')],
  ['cpe is ad spend by interactions', 'cpe', money(), value(20_000 / 60)],
  ['cpe counts what the workspace sets', 'cpe', { ...money(), counting: ['saves'] as const }, value(50)],
  ['cpe without spend', 'cpe', {}, none('NO_MONEY')],
  ['cpe without likes', 'cpe', { ...money(), look: { likes: null } }, none('NOT_GIVEN')],
  [
    'cpe without interactions',
    'cpe',
    { ...money(), look: { likes: 0, comments: 0, shares: 0 } },
    none('ZERO_INTERACTIONS'),
  ],
  ['kolCpe is the price by interactions', 'kolCpe', money(), value(10_000)],
  ['kolCpe without a price', 'kolCpe', money({ priceFen: null }), none('NO_PRICE')],
  ['gpm', 'gpm', money(), value(90_000)],
  ['gpm of 0 plays', 'gpm', { ...money(), look: { plays: 0 } }, none('ZERO_PLAYS')],
  ['gpm without sales', 'gpm', money({ gmvFen: null }), none('NO_MONEY')],

  ['paidRoi is of what the ads sold', 'paidRoi', money(), value(2.5)],
  ['paidRoi of 0 spend', 'paidRoi', money({ spendFen: 0 }), none('ZERO_SPEND')],
  ['paidRoi without spend', 'paidRoi', money({ spendFen: null }), none('NO_MONEY')],
  ['settledRoi7 before day 7', 'settledRoi7', aged(6.99), none('NOT_SETTLED_YET')],
  ['settledRoi7 at day 7', 'settledRoi7', aged(7), value(2)],
  [
    'settledRoi7 by the instant of the money',
    'settledRoi7',
    { ...aged(6), settledAt: PUBLISHED + 8 * DAY },
    value(2),
  ],
  ['settledRoi7 of nothing settled is 0', 'settledRoi7', aged(7, { settled7Fen: 0 }), value(0)],
  ['settledRoi7 that nobody tells', 'settledRoi7', aged(7, { settled7Fen: null }), none('NO_MONEY')],
  ['settledRoi7 of 0 spend', 'settledRoi7', aged(7, { spendFen: 0 }), none('ZERO_SPEND')],
  ['settledRoi14 at day 13', 'settledRoi14', aged(13), none('NOT_SETTLED_YET')],
  ['settledRoi14 at day 14', 'settledRoi14', aged(14), value(1.5)],
  ['breakEvenRoi is one over the margin', 'breakEvenRoi', money(), value(2.5)],
  ['breakEvenRoi of no margin', 'breakEvenRoi', money({ grossMargin: 0 }), none('NO_MARGIN')],
  ['breakEvenRoi of an unknown margin', 'breakEvenRoi', {}, none('NO_MARGIN')],
])('%s', (_name, metric, input, expected) => {
  expect(read(metric, input)).toEqual(expected)
})
