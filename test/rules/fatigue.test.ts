/** When a material tires: the table, and how seldom noise is taken for it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FATIGUE_DEFAULTS, type Fatigue, fatigue, type MaterialDay } from '../../rules/fatigue.ts'
import { DAY } from '../../rules/types.ts'

const FIRST = Date.UTC(2026, 10, 1)
const BREAK_EVEN = 1.5

/** A day of 1000 yuan at ROI 3, orders of 10 yuan: 20,000 shows with CTR 5 %, 15,000 plays, 30 % to the end. */
const day = (over: Partial<MaterialDay> = {}): MaterialDay => ({
  day: 0,
  spendFen: 100_000,
  gmvFen: 300_000,
  orders: 300,
  shows: 20_000,
  clicks: 1_000,
  plays: 15_000,
  finished: 4_500,
  ...over,
})
const at = (
  age: number,
  last: Partial<MaterialDay>,
  earlier: MaterialDay[] = [day(), day()],
  breakEven: number | null = BREAK_EVEN,
) =>
  fatigue({ firstAt: FIRST, days: [...earlier, day(last)], breakEven }, FATIGUE_DEFAULTS, FIRST + age * DAY)
const short = ({ kind, advice, falls }: Fatigue) =>
  [kind, advice, ...falls.map(({ metric }) => metric)].join(' ')

test.each<[string, Fatigue, string]>([
  ['as ever', at(5, {}), 'FRESH NONE'],
  ['better than ever', at(5, { clicks: 2_000, gmvFen: 900_000 }), 'FRESH NONE'],
  ['the third day', at(3, { clicks: 100 }), 'COLD NONE'],
  ['hardly any money', at(8, { spendFen: 5_000, clicks: 100 }, [day({ spendFen: 20_000 })]), 'COLD NONE'],
  ['few orders, young', at(5, { orders: 5, clicks: 100 }, [day({ orders: 5 })]), 'COLD NONE'],
  ['few orders, old', at(8, { orders: 5, clicks: 600 }, [day({ orders: 5 })]), 'TIRING REMIX CTR'],
  ['no day with enough', at(9, { spendFen: 4_999 }, [day({ spendFen: 4_000 })]), 'COLD NONE'],
  ['a day of hardly any plays is left out', at(5, { plays: 99, clicks: 1 }), 'FRESH NONE'],
  ['the first day that counts has nothing beside it', at(5, { clicks: 1 }, []), 'FRESH NONE'],
  ['CTR 14 % below', at(5, { clicks: 860 }), 'FRESH NONE'],
  ['CTR 15 % below', at(5, { clicks: 850 }), 'TIRING CUT CTR'],
  ['CTR 15 % below, after a week', at(7, { clicks: 850 }), 'TIRING REMIX CTR'],
  ['CTR 15 % below, after ten days', at(10, { clicks: 850 }), 'FATIGUED REMIX CTR'],
  ['CTR below what scales', at(5, { clicks: 390 }), 'FATIGUED REMIX CTR'],
  ['CTR below what scales as ever', at(5, { clicks: 390 }, [day({ clicks: 395 })]), 'FRESH NONE'],
  ['completion falls', at(5, { finished: 3_600 }), 'TIRING CUT COMPLETION'],
  ['both fall a little', at(5, { clicks: 800, finished: 3_600 }), 'TIRING CUT CTR COMPLETION'],
  ['both fall, one by a third', at(5, { clicks: 650, finished: 3_600 }), 'FATIGUED REMIX CTR COMPLETION'],
  ['ROI falls and still earns', at(5, { gmvFen: 170_000 }), 'TIRING CUT ROI'],
  ['ROI falls below break-even', at(8, { gmvFen: 100_000 }), 'TIRING CUT ROI'],
  ['CTR and ROI fall below break-even', at(8, { clicks: 700, gmvFen: 100_000 }), 'FATIGUED RETIRE CTR ROI'],
  [
    'CTR and ROI fall, break-even not known',
    at(8, { clicks: 700, gmvFen: 170_000 }, [day()], null),
    'FATIGUED RETIRE CTR ROI',
  ],
  ['a fall of few shows is noise', at(5, { shows: 400, clicks: 16 }), 'FRESH NONE'],
  [
    'a fall of few orders is noise',
    at(5, { gmvFen: 170_000, orders: 17 }, [day({ orders: 30 })]),
    'FRESH NONE',
  ],
  ['orders not told', at(8, { gmvFen: 100_000, orders: null }), 'FRESH NONE'],
  ['what is not told does not fall', at(5, { clicks: null, finished: null, gmvFen: null }), 'FRESH NONE'],
  ['plays not told', at(5, { plays: null, clicks: 850 }), 'TIRING CUT CTR'],
])('%s', (_name, got, want) => {
  expect(short(got)).toBe(want)
})

test('the numbers are there', () => {
  const { falls, ...rest } = at(8, { clicks: 700, gmvFen: 90_000 })
  expect(rest).toEqual({
    kind: 'FATIGUED',
    advice: 'RETIRE',
    ageDays: 8,
    spentFen: 300_000,
    roi: 0.9,
    version: 1,
  })
  expect(falls[0]).toEqual({ metric: 'CTR', value: 0.035, peak: 0.05, fall: expect.closeTo(0.3) })
  expect(falls[1]).toEqual({ metric: 'ROI', value: 0.9, peak: 3, fall: expect.closeTo(0.7) })
})

test('a lower CTR never tires less, at any age', () => {
  const rank = { COLD: 0, FRESH: 0, TIRING: 1, FATIGUED: 2 }
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 14 }),
      fc.nat(1500),
      fc.nat(500),
      fc.nat(6000),
      (age, clicks, less, finished) => {
        const higher = at(age, { clicks, finished })
        const lower = at(age, { clicks: Math.max(0, clicks - less), finished })
        expect(rank[lower.kind]).toBeGreaterThanOrEqual(rank[higher.kind])
      },
    ),
  )
})

test('of materials that do not tire at all few are called tired', () => {
  // Clicks of 2000 shows at CTR 5 %: the sum of coin flips, by a normal of the same spread.
  const gauss = fc
    .array(fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }), {
      minLength: 12,
      maxLength: 12,
    })
    .map((all) => all.reduce((sum, one) => sum + one, -6))
  const worlds = fc.sample(fc.array(gauss, { minLength: 6, maxLength: 6 }), { numRuns: 2000, seed: 7 })
  const tired = worlds.filter((noise) => {
    const days = noise.map((z) =>
      day({ shows: 2_000, clicks: Math.round(100 + z * Math.sqrt(95)), finished: null }),
    )
    return at(6, days.at(-1) ?? {}, days.slice(0, -1)).kind !== 'FRESH'
  })
  expect(tired.length / worlds.length).toBeLessThan(0.05)
})

test('of materials whose ROI does not tire at all few are called tired, however few their orders', () => {
  // 300 yuan a day and 13 orders of 100 yuan: Poisson, by a normal of the same spread.
  const uniform = fc.double({ min: 0, max: 1, noNaN: true })
  const gauss = fc
    .array(uniform, { minLength: 12, maxLength: 12 })
    .map((all) => all.reduce((sum, one) => sum + one, -6))
  const worlds = fc.sample(fc.array(gauss, { minLength: 14, maxLength: 14 }), { numRuns: 2000, seed: 11 })
  const tired = worlds.filter((noise) => {
    const days = noise.map((z) => {
      const orders = Math.max(0, Math.round(13 + z * Math.sqrt(13)))
      return day({ spendFen: 30_000, gmvFen: orders * 10_000, orders })
    })
    return at(14, days.at(-1) ?? {}, days.slice(0, -1)).kind !== 'FRESH'
  })
  expect(tired.length / worlds.length).toBeLessThan(0.03)
})
