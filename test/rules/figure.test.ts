/** Which source is believed, and what is said of where a number comes from. */
import { expect, test } from 'vitest'
import { METRIC_KEYS, type MetricKey } from '../../rules/catalogue.ts'
import { AGES, extendCurve } from '../../rules/curve.ts'
import {
  curveOf,
  type Figure,
  type FigureInput,
  figuresOf,
  type SourceLook,
  type Told,
} from '../../rules/figure.ts'
import { FIGURE_KEYS } from '../../rules/precedence.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { series } from './series.ts'

const PUBLISHED = Date.UTC(2026, 5, 1)
const AT = PUBLISHED + 10 * DAY

/** A look so many minutes before AT. */
function look(
  source: string,
  minutes: number,
  plays: number | null,
  over: Partial<SourceLook> = {},
): SourceLook {
  const none = { likes: null, comments: null, shares: null, saves: null }
  return { source, observedAt: AT - minutes * MINUTE, plays, ...none, ...over }
}
function told(source: string, said: Partial<Told>, minutes = 5): Told {
  const nothing = Object.fromEntries(FIGURE_KEYS.map((key) => [key, null])) as unknown as Told
  return { ...nothing, source, recordedAt: new Date(AT - minutes * MINUTE), ...said }
}
const INPUT: FigureInput = {
  publishedAt: PUBLISHED,
  kol: null,
  looks: [],
  told: [],
  bought: null,
  priceFen: null,
  grossMargin: null,
  at: AT,
  keptBaseline: false,
}
function figure(metric: MetricKey, input: Partial<FigureInput>): Figure {
  const found = figuresOf({ ...INPUT, ...input }).find((one) => one.metric === metric)
  if (!found) throw new Error(`${metric} is in the catalogue`)
  return found
}

test('every metric of the catalogue, in its order', () => {
  expect(figuresOf(INPUT).map(({ metric }) => metric)).toEqual(METRIC_KEYS)
})

test('never looked at: what needs a look says so, and what needs none is there', () => {
  const input = {
    told: [told('sale', { gmvFen: 700, settled7Fen: 600 }), told('qianchuan', { spendFen: 300 })],
  }
  for (const metric of ['plays', 'ageHours', 'interactionRate', 'velocity', 'kolRatio', 'gpm'] as const) {
    expect(figure(metric, input)).toMatchObject({ value: null, reason: 'NO_LOOK' })
  }
  expect(figure('gmv', input)).toMatchObject({ value: 700, reason: null, source: 'sale' })
  expect(figure('settledRoi7', input)).toMatchObject({ value: 2, source: 'sale / qianchuan' })
})

test('one source: value, source and instant, and nobody else', () => {
  const input = {
    looks: [look('qianchuan', 5, 1000), look('qianchuan', 35, 900), look('qianchuan', 65, 850)],
  }
  expect(figure('plays', input)).toEqual({
    metric: 'plays',
    value: 1000,
    reason: null,
    estimated: false,
    source: 'qianchuan',
    observedAt: AT - 5 * MINUTE,
    others: [],
    disagrees: false,
  })
  expect(figure('velocity', input)).toMatchObject({ value: 200, source: 'qianchuan' })
  expect(figure('acceleration', input)).toMatchObject({ value: 200 })
  expect(figure('ageHours', input).value).toBeCloseTo(240 - 5 / 60, 9)
  expect(figure('likes', input)).toMatchObject({
    value: null,
    reason: 'NOT_GIVEN',
    source: null,
    observedAt: null,
  })
})

test.each([
  ['1 % apart is the same', 1010, false],
  ['more than that is not', 1011, true],
  ['less is no better than more', 989, true],
])('two sources: the declared one counts though it is older, and %s', (_name, other, disagrees) => {
  const input = { looks: [look('file', 0, other), look('qianchuan', 59, 1000), look('qianchuan', 89, 900)] }
  expect(figure('plays', input)).toMatchObject({
    value: 1000,
    source: 'qianchuan',
    observedAt: AT - 59 * MINUTE,
    others: [{ source: 'file', value: other }],
    disagrees,
  })
  // Growth is of one source, and of what disagrees.
  expect(figure('velocity', input)).toMatchObject({ value: 200, source: 'qianchuan', others: [], disagrees })
})

test('a counter that the believed source does not give comes from one that does', () => {
  const counting = ['likes', 'saves'] as const
  const looks = [
    look('qianchuan', 0, 1000, { likes: 50, comments: 5 }),
    look('file', 20, 995, { likes: 50, comments: 9, saves: 30 }),
  ]
  expect(figure('saves', { looks })).toMatchObject({
    value: 30,
    source: 'file',
    observedAt: AT - 20 * MINUTE,
  })
  const rate = figure('interactionRate', { looks, counting })
  expect(rate).toMatchObject({ value: 0.08, source: 'qianchuan / file', observedAt: AT - 20 * MINUTE })
  // Only comments are more than 1 % apart, and they do not count.
  expect(rate.disagrees).toBe(false)
  expect(figure('interactionRate', { looks, counting: ['likes', 'comments'] }).disagrees).toBe(true)
})

test('a source without plays does not hide one that has them', () => {
  const looks = [look('qianchuan', 0, null, { likes: 5 }), look('douyin', 10, 400), look('douyin', 40, 300)]
  expect(figure('plays', { looks })).toMatchObject({ value: 400, source: 'douyin' })
  expect(figure('velocity', { looks })).toMatchObject({ value: 200, source: 'douyin' })
  expect(figure('likes', { looks })).toMatchObject({ value: 5, source: 'qianchuan' })
})

test('money: channels of ads add up, and another opinion stands beside', () => {
  const input = {
    looks: [look('qianchuan', 0, 1000)],
    told: [
      told('suixintui', { spendFen: 1000, paidGmvFen: 5000 }, 30),
      told('qianchuan', { spendFen: 3000, paidGmvFen: 3000 }, 20),
      told('material', { spendFen: 3300 }),
    ],
  }
  expect(figure('spend', input)).toMatchObject({
    value: 4000,
    source: 'suixintui+qianchuan',
    observedAt: AT - 20 * MINUTE,
    others: [{ source: 'material', value: 3300 }],
    disagrees: true,
  })
  expect(figure('paidRoi', input)).toMatchObject({ value: 2, others: [], disagrees: true })
  expect(figure('gmv', input)).toMatchObject({
    value: null,
    reason: 'NO_MONEY',
    source: null,
    disagrees: false,
  })
})

test('bought plays: what is reported is no estimate, and anything else says that it is', () => {
  const looks = [look('qianchuan', 0, 1000)]
  const estimate = { plays: 100, by: 'ESTIMATED' } as const
  expect(figure('naturalPlays', { looks })).toMatchObject({ value: 1000, estimated: true })
  expect(figure('naturalPlays', { looks, bought: estimate })).toMatchObject({ value: 900, estimated: true })
  const reported = [told('suixintui', { boughtPlays: 300 })]
  const bought = { plays: 300, by: 'REPORTED' } as const
  expect(figure('naturalPlays', { looks, bought, told: reported })).toMatchObject({
    value: 700,
    estimated: false,
    source: 'qianchuan / suixintui',
  })
})

test('settled ROI is due by the instant that is asked for, not by the last look', () => {
  const input = {
    looks: [look('qianchuan', 8 * 24 * 60, 1000)],
    told: [told('sale', { settled7Fen: 900 }), told('qianchuan', { spendFen: 300 })],
  }
  expect(figure('settledRoi7', input).value).toBe(3)
  expect(figure('settledRoi7', { ...input, at: PUBLISHED + 7 * DAY - 1 }).reason).toBe('NOT_SETTLED_YET')
})

test('a baseline of which only the curve is left makes the ratio an estimate', () => {
  const peers = [1, 2, 3].map((n) => ({
    videoId: n,
    publishedAt: PUBLISHED - n * DAY,
    curve: AGES.map(() => 100),
  }))
  const input = { looks: [look('qianchuan', 0, 500)], kol: { followers: null, peers } }
  expect(figure('kolRatio', input)).toMatchObject({ value: 5, estimated: false })
  expect(figure('kolRatio', { ...input, keptBaseline: true })).toMatchObject({ value: 5, estimated: true })
  const few = { ...input, kol: { followers: null, peers: [] }, keptBaseline: true }
  expect(figure('kolRatio', few)).toMatchObject({ value: null, reason: 'TOO_FEW_PEERS', estimated: false })
})

test('a curve made again of looks is the one that grew with them', () => {
  const looks = series('? 10 50+30x6 _ 400 ? 390 500+20x9', PUBLISHED + 40 * MINUTE, HOUR).filter(
    (one) => one !== null,
  )
  const grown = looks.reduce<{ curve: ReturnType<typeof curveOf>; last: (typeof looks)[number] | null }>(
    ({ curve, last }, one) => ({ curve: extendCurve(curve, PUBLISHED, last, one), last: one }),
    { curve: [], last: null },
  )
  expect(curveOf(PUBLISHED, looks)).toEqual(grown.curve)
  expect(grown.curve.filter((plays) => plays !== null).length).toBeGreaterThan(5)
})
