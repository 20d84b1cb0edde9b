/** What each method takes, against what the connectors and the platform take. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkOrder, checkRenewal } from '../../platforms/suixintui-rules.ts'
import { CAPABILITIES, type Capability, METHODS } from '../../rules/capability.ts'
import {
  explainProblem,
  type Neighbour,
  type PromotionSpec,
  validate,
  validateAddition,
} from '../../rules/capability-check.ts'
import { AIMS } from '../../rules/promotion.ts'

const ORDER: PromotionSpec = {
  method: 'SUIXINTUI_ORDER',
  aim: 'TRIAL',
  purpose: 'SELLING',
  productId: '3501',
  sells: true,
  planId: null,
  planBudgetFen: null,
  materialIds: [],
  title: null,
  name: null,
  amountFen: 10_000,
  hours: 24,
  goal: 'PURCHASE',
  bid: { by: 'AUTO', cpaFen: null, roiGoal: null },
  audience: { mode: 'SYSTEM', authorIds: [], regions: null },
}
const ADD: PromotionSpec = {
  ...ORDER,
  method: 'UNI_PLAN_ADD',
  aim: 'SCALE',
  planId: '17',
  amountFen: null,
  hours: null,
}
const BOOST: PromotionSpec = {
  ...ADD,
  method: 'MATERIAL_BOOST',
  amountFen: 30_000,
  hours: 12,
  materialIds: ['7'],
  name: 'p-1',
}
const PLAN: PromotionSpec = {
  ...ADD,
  method: 'STANDARD_PLAN',
  planId: null,
  amountFen: 30_000,
  hours: 48,
  name: 'p-1',
  title: '好物',
}
const BASES = [ORDER, ADD, BOOST, PLAN]

const roi = (roiGoal: number | null) => ({ by: 'ROI' as const, cpaFen: null, roiGoal })
const cpa = (cpaFen: number | null) => ({ by: 'CPA' as const, cpaFen, roiGoal: null })
const cities = (count: number, of: 'CITY' | 'COUNTY' = 'CITY') => ({
  mode: 'CUSTOM' as const,
  authorIds: [],
  regions: { of, ids: Array.from({ length: count }, (_, i) => String(i + 1)) },
})
const fans = (count: number) => ({
  mode: 'FANS' as const,
  authorIds: Array.from({ length: count }, (_, i) => String(i + 1)),
  regions: null,
})

const NO_PRODUCT =
  'productId is missing: give the video a product with its 商品ID (shopProductId), or wait until the shop has sold it.'

describe('each method takes what it is made for', () => {
  test.each(BASES)('$method', (spec) => {
    expect(validate(spec, CAPABILITIES[spec.method])).toEqual([])
  })
})

test.each<[string, PromotionSpec, string[]]>([
  ['an order of 90 yuan', { ...ORDER, amountFen: 9_000 }, ['amountFen is 9000: give 10000 to 500000000.']],
  [
    'an order of 105 yuan',
    { ...ORDER, amountFen: 10_500 },
    ['amountFen is 10500: it goes in steps of 1000.'],
  ],
  ['no amount', { ...ORDER, amountFen: null }, ['amountFen is missing.']],
  ['48 hours', { ...ORDER, hours: 48 }, ['hours is 48: give one of 2, 6, 12, 24, 72, 120.']],
  ['no hours', { ...ORDER, hours: null }, ['hours is missing.']],
  ['ROI without a manual bid', { ...ORDER, goal: 'PAY_ROI' }, ['bid.by is AUTO: give one of ROI.']],
  ['ROI without the goal', { ...ORDER, goal: 'PAY_ROI', bid: roi(null) }, ['bid.roiGoal is missing.']],
  [
    'ROI of three decimals',
    { ...ORDER, goal: 'PAY_ROI', bid: roi(1.234) },
    ['bid.roiGoal is 1.234: it goes in steps of 0.01.'],
  ],
  ['a ROI that is right', { ...ORDER, goal: 'PAY_ROI', bid: roi(1.15) }, []],
  ['a bid above the amount', { ...ORDER, bid: cpa(10_001) }, ['bid.cpaFen is 10001: give 10 to 10000.']],
  [
    'a price beside automatic bidding',
    { ...ORDER, bid: { by: 'AUTO', cpaFen: 50, roiGoal: null } },
    ['bid.cpaFen is 50: leave it out, this method takes none.'],
  ],
  ['a video that sells nothing', { ...ORDER, sells: false }, [NO_PRODUCT]],
  ['likes for a video that sells nothing', { ...ORDER, sells: false, goal: 'LIKE_COMMENT' }, []],
  ['21 抖音号', { ...ORDER, audience: fans(21) }, ['audience.authorIds is 21 long: give 1 to 20.']],
  ['no 抖音号', { ...ORDER, audience: fans(0) }, ['audience.authorIds is 0 long: give 1 to 20.']],
  ['200 cities', { ...ORDER, audience: cities(200) }, []],
  [
    '101 counties',
    { ...ORDER, audience: cities(101, 'COUNTY') },
    ['audience.regions is 101 long: give 0 to 100.'],
  ],
  [
    'cities beside the choice of the platform',
    { ...ORDER, audience: { ...cities(1), mode: 'SYSTEM' } },
    ['audience.regions is 1: leave it out, this method takes none.'],
  ],
  ['a trial by a plan', { ...PLAN, aim: 'TRIAL' }, ['aim is TRIAL: give one of SCALE.']],
  [
    'money for a plan that has its own',
    { ...ADD, amountFen: 10_000 },
    ['amountFen is 10000: leave it out, this method takes none.'],
  ],
  ['hours for a plan', { ...ADD, hours: 2 }, ['hours is 2: leave it out, this method takes none.']],
  ['no plan and no product', { ...ADD, planId: null, productId: '' }, [NO_PRODUCT, 'planId is missing.']],
  ['an audience for a plan', { ...ADD, audience: fans(1) }, ['audience.mode is FANS: give one of SYSTEM.']],
  [
    'more than the plan has',
    { ...BOOST, planBudgetFen: 20_000 },
    ['amountFen is 30000: give 10000 to 20000.'],
  ],
  ['a quarter of an hour', { ...BOOST, hours: 0.75 }, ['hours is 0.75: it goes in steps of 0.5.']],
  ['25 hours', { ...BOOST, hours: 25 }, ['hours is 25: give 0.5 to 24.']],
  ['21 materials', { ...BOOST, materialIds: Array(21).fill('1') }, ['materialIds is 21 long: give 0 to 20.']],
  ['no material', { ...BOOST, materialIds: [] }, ['materialIds is missing.']],
  ['a long name', { ...BOOST, name: '名'.repeat(51) }, ['name is 51 long: give 1 to 50.']],
  [
    'a name of 51 CJK characters, each 2 long',
    { ...PLAN, name: '名'.repeat(51) },
    ['name is 102 long: give 1 to 100.'],
  ],
  ['a plan of a day and a half', { ...PLAN, hours: 36 }, ['hours is 36: it goes in steps of 24.']],
  ['a plan of 13 days', { ...PLAN, hours: 312 }, ['hours is 312: give 24 to 288.']],
  ['a plan without an end', { ...PLAN, hours: null }, ['hours is missing.']],
  ['a plan without a title', { ...PLAN, title: '' }, ['title is missing.']],
  ['a plan of 299 yuan', { ...PLAN, amountFen: 29_900 }, ['amountFen is 29900: give 30000 to 999999999.']],
  [
    'likes by a plan',
    { ...PLAN, goal: 'LIKE_COMMENT' },
    ['goal is LIKE_COMMENT: give one of PURCHASE, PAY_ROI.'],
  ],
  [
    'everything at once',
    { ...ORDER, amountFen: Number.NaN, hours: -1, sells: false },
    [
      NO_PRODUCT,
      'amountFen is NaN: give 10000 to 500000000.',
      'hours is -1: give one of 2, 6, 12, 24, 72, 120.',
    ],
  ],
])('%s', (_name, spec, problems) => {
  expect(validate(spec, CAPABILITIES[spec.method]).map(explainProblem)).toEqual(problems)
})

const neighbour = (over: Partial<Neighbour>): Neighbour => ({
  rival: 'STANDARD_PLAN',
  productId: '3501',
  sameVideo: false,
  id: '99',
  ...over,
})
test.each<[string, PromotionSpec, Partial<Neighbour>, number]>([
  ['全域 beside a standard plan of the product', ADD, {}, 1],
  ['全域 beside a standard plan of another product', ADD, { productId: '1' }, 0],
  [
    '全域 beside a standard plan of the same video, product not told',
    ADD,
    { productId: null, sameVideo: true },
    1,
  ],
  ['追投 beside a standard plan of the product', BOOST, {}, 1],
  ['追投 beside a 全域 plan: it is its own', BOOST, { rival: 'UNI_PLAN_ADD' }, 0],
  ['a standard plan beside 全域', PLAN, { rival: 'UNI_PLAN_ADD' }, 1],
  ['a standard plan beside 乘方', PLAN, { rival: 'OVERALL_PLAN' }, 1],
  ['a standard plan beside another', PLAN, {}, 0],
  ['a standard plan under 全店托管', PLAN, { rival: 'OVERALL_SHOP', productId: null }, 1],
  ['an order under 全店托管', ORDER, { rival: 'OVERALL_SHOP', productId: null }, 1],
  ['an order beside 全域', ORDER, { rival: 'UNI_PLAN_ADD', sameVideo: true }, 0],
])('%s', (_name, spec, over, count) => {
  const problems = validate(spec, CAPABILITIES[spec.method], [neighbour(over)])
  expect(problems).toHaveLength(count)
  if (count) expect(problems.map(explainProblem).join()).toContain('99 runs on the same')
})

test.each<[string, Capability, { amountFen: number; addTime: number }, string[]]>([
  ['50 yuan and a day', CAPABILITIES.SUIXINTUI_ORDER, { amountFen: 5000, addTime: 1 }, []],
  [
    'half a yuan',
    CAPABILITIES.SUIXINTUI_ORDER,
    { amountFen: 50, addTime: 8 },
    ['amountFen is 50: give 100 to 500000000.', 'addTime is 8: give 0 to 7.'],
  ],
  [
    'time for a task',
    CAPABILITIES.MATERIAL_BOOST,
    { amountFen: 5000, addTime: 1 },
    ['addTime is 1: leave it out, this method takes none.'],
  ],
  [
    'money for a plan that has its own',
    CAPABILITIES.UNI_PLAN_ADD,
    { amountFen: 5000, addTime: 0 },
    ['amountFen is 5000: leave it out, this method takes none.'],
  ],
])('more money: %s', (_name, capability, addition, problems) => {
  expect(validateAddition(addition, capability).map(explainProblem)).toEqual(problems)
})

test('what passes here passes the connector of 随心推, and what the connector refuses is refused here', () => {
  let sound = 0
  fc.assert(
    fc.property(
      fc.record({
        amountFen: fc.oneof(
          fc.integer({ min: 0, max: 60 }).map((n) => n * 1000),
          fc.integer({ min: 0, max: 600_000_000 }),
        ),
        hours: fc.constantFrom(0.5, 2, 6, 12, 24, 48, 72, 120),
        goal: fc.constantFrom('PURCHASE', 'PAY_ROI', 'FOLLOW', 'LIKE_COMMENT' as const),
        bid: fc.oneof(
          fc.constant({ by: 'AUTO' as const, cpaFen: null, roiGoal: null }),
          fc.integer({ min: 0, max: 20_000 }).map(cpa),
          fc.constantFrom(0, 0.01, 1.5, 1.005, 101).map(roi),
        ),
      }),
      (over) => {
        const spec = { ...ORDER, ...over } as PromotionSpec
        const action = {
          PURCHASE: 'SHOPPING',
          PAY_ROI: 'LIVE_ROI',
          FOLLOW: 'QC_FOLLOW_ACTION',
          LIKE_COMMENT: 'QC_MUST_BUY',
        }
        const broken = checkOrder({
          advertiserId: '1',
          goal: 'VIDEO_PROM_GOODS',
          awemeId: '2',
          itemId: '3',
          externalAction: `AD_CONVERT_TYPE_${action[spec.goal]}` as never,
          amountFen: over.amountFen,
          hours: over.hours,
          bidType: over.bid.by === 'AUTO' ? 'AUTO_BID' : 'MANUAL_BID',
          ...(over.bid.cpaFen === null ? {} : { cpaBidFen: over.bid.cpaFen }),
          ...(over.bid.roiGoal === null ? {} : { roiGoal: over.bid.roiGoal }),
          audience: { mode: 'ATUO' },
        })
        expect(validate(spec, CAPABILITIES.SUIXINTUI_ORDER).length === 0).toBe(broken === null)
        if (broken === null) sound++
      },
    ),
    { numRuns: 1000 },
  )
  expect(sound).toBeGreaterThan(20)
})

test('more money passes here as it passes the connector', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1000, max: 100_000 }),
      fc.integer({ min: -1, max: 9 }),
      (amountFen, addTime) => {
        const broken = checkRenewal({
          advertiserId: '1',
          orderId: '2',
          goal: 'VIDEO_PROM_GOODS',
          addFen: amountFen,
          addTime,
        })
        const problems = validateAddition({ amountFen, addTime }, CAPABILITIES.SUIXINTUI_ORDER)
        expect(problems.length === 0).toBe(broken === null)
      },
    ),
  )
})

test('what has money of its own has one amount for all of it, and an end: the caps hold nothing that comes back at midnight', () => {
  for (const { money, amountFen, hours } of METHODS.map((method) => CAPABILITIES[method])) {
    expect(money === 'ORDER').toBe(amountFen !== null)
    expect(hours !== null).toBe(money === 'ORDER')
  }
})

test('an exclusion holds from both sides, and every aim has a method', () => {
  for (const method of METHODS) {
    for (const { rival } of CAPABILITIES[method].excludes) {
      const other = METHODS.find((each) => each === rival)
      if (other) expect(CAPABILITIES[other].excludes.map((each) => each.rival)).toContain(method)
    }
  }
  for (const aim of AIMS) expect(METHODS.some((each) => CAPABILITIES[each].aims.includes(aim))).toBe(true)
})
