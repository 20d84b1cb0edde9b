/** Which 全域 plan takes a video. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METHODS, type Method } from '../../rules/capability.ts'
import { explainReason } from '../../rules/guard-why.ts'
import {
  type InPlan,
  isNeeded,
  isPlaced,
  PLACE_WHYS,
  type Place,
  place,
} from '../../rules/promotion-place.ts'

const PLAN: Place = { planId: '1', running: true, productIds: ['7'], budgetFen: 300_000, video: 'IN' }
const RIVAL = { rival: 'STANDARD_PLAN', productId: '7', sameVideo: false, id: '9' } as const
const said = (found: ReturnType<typeof place>) =>
  found.kind === 'NONE' ? found.why : `${found.kind} ${found.planId}`

test.each<[string, Method, string | null, Partial<Place>[], (typeof RIVAL)[], string]>([
  ['a boost goes where the video is delivered', 'MATERIAL_BOOST', '7', [{}], [], 'PLACED 1'],
  [
    'before a larger plan without it',
    'MATERIAL_BOOST',
    '7',
    [{ video: 'OUT', budgetFen: 900_000 }, {}],
    [],
    'PLACED 1',
  ],
  ['of two with it the larger', 'MATERIAL_BOOST', '7', [{}, { budgetFen: 900_000 }], [], 'PLACED 1'],
  ['of equal ones the first', 'MATERIAL_BOOST', '7', [{ planId: '3' }, { planId: '2' }], [], 'PLACED 2'],
  ['a plan without an end', 'MATERIAL_BOOST', '7', [{ budgetFen: null, planId: '4' }, {}], [], 'PLACED 4'],
  ['not delivered yet', 'MATERIAL_BOOST', '7', [{ video: 'OUT' }], [], 'ADD_FIRST 1'],
  ['refused by the review', 'MATERIAL_BOOST', '7', [{ video: 'BARRED' }], [], 'BARRED'],
  ['the plan is smaller than the money', 'MATERIAL_BOOST', '7', [{ budgetFen: 99_999 }], [], 'TOO_SMALL'],
  ['the plan stands still', 'MATERIAL_BOOST', '7', [{ running: false }], [], 'NO_PLAN'],
  ['a plan of another product', 'MATERIAL_BOOST', '8', [{}], [], 'NO_PLAN'],
  ['no plan at all', 'MATERIAL_BOOST', '7', [], [], 'NO_PLAN'],
  ['the product is not known', 'MATERIAL_BOOST', null, [{}], [], 'NO_PRODUCT'],
  ['a standard plan of the product runs', 'MATERIAL_BOOST', '7', [{}], [RIVAL], 'EXCLUDED'],
  [
    'a video goes where it is not yet',
    'UNI_PLAN_ADD',
    '7',
    [{}, { video: 'OUT', planId: '2' }],
    [],
    'PLACED 2',
  ],
  ['it is in all of them', 'UNI_PLAN_ADD', '7', [{}], [], 'ALREADY_IN'],
  ['all of them refuse it', 'UNI_PLAN_ADD', '7', [{ video: 'BARRED' }], [], 'BARRED'],
])('%s', (_, method, productId, plans, neighbours, expected) => {
  const places = plans.map((change, nth) => ({ ...PLAN, planId: String(plans.length - nth), ...change }))
  expect(said(place({ method, productId, amountFen: 100_000 }, places, neighbours))).toBe(expected)
})

test('whatever the plans are, the chosen one runs, carries the product and has the money', () => {
  const plan = fc.record({
    planId: fc.string({ minLength: 1, maxLength: 3 }),
    running: fc.boolean(),
    productIds: fc.subarray(['7', '8']),
    budgetFen: fc.option(fc.integer({ min: 0, max: 200_000 })),
    video: fc.constantFrom('IN' as const, 'OUT' as const, 'BARRED' as const),
  })
  const plans = fc.uniqueArray(plan, { selector: ({ planId }) => planId, maxLength: 6 })
  const method = fc.constantFrom('MATERIAL_BOOST' as const, 'UNI_PLAN_ADD' as const)
  fc.assert(
    fc.property(plans, method, (places, by) => {
      const found = place({ method: by, productId: '7', amountFen: 100_000 }, places, [])
      if (found.kind === 'NONE') return
      const [chosen] = places.filter(({ planId }) => planId === found.planId)
      expect(chosen?.running && chosen.productIds.includes('7')).toBe(true)
      expect(chosen?.budgetFen ?? 100_000).toBeGreaterThanOrEqual(100_000)
      expect(chosen?.video).toBe(by === 'MATERIAL_BOOST' && found.kind === 'PLACED' ? 'IN' : 'OUT')
    }),
  )
})

test('what needs a plan waits for it, and each reason is said in both languages', () => {
  expect(METHODS.filter((method) => !isPlaced({ method, planId: null }))).toEqual([
    'UNI_PLAN_ADD',
    'MATERIAL_BOOST',
  ])
  expect(METHODS.every((method) => isPlaced({ method, planId: '1' }))).toBe(true)
  for (const why of PLACE_WHYS) {
    const { zh, en } = explainReason({ kind: 'NO_PLACE', why })
    expect([zh, en].every((text) => text.length > 0)).toBe(true)
  }
})

/** The boost 5, which video 6 was put into plan 1 for. */
const ADDED = { forId: 5, planId: '1' }
const BOOST: InPlan = { id: 5, method: 'MATERIAL_BOOST', state: 'PROPOSED', order: 'NONE', planId: null }
test.each<[string, boolean, Partial<InPlan>[]]>([
  ['its boost waits for the plan', true, [{}]],
  ['its boost was agreed to', true, [{ state: 'APPROVED', planId: '1' }]],
  ['nobody knows what became of its boost', true, [{ state: 'ASKING', planId: '1' }]],
  ['its boost runs', true, [{ state: 'RUNNING', order: 'LIVE', planId: '1' }]],
  ['its boost ran to its end', true, [{ state: 'RETIRED', order: 'OVER', planId: '1' }]],
  ['its boost ran and was told to end', true, [{ state: 'STOPPED', order: 'OVER', planId: '1' }]],
  ['its boost was cancelled', false, [{ state: 'CANCELLED' }]],
  ['its boost was cancelled when its plan was chosen', false, [{ state: 'CANCELLED', planId: '1' }]],
  ['the platform refused its boost', false, [{ state: 'REJECTED', planId: '1' }]],
  ['the review refused its boost', false, [{ state: 'REJECTED', order: 'OVER', planId: '1' }]],
  ['its boost was never paid', false, [{ state: 'CANCELLED', order: 'OVER', planId: '1' }]],
  ['its boost went into another plan', false, [{ state: 'RUNNING', order: 'LIVE', planId: '2' }]],
  ['what was to be boosted is tried again instead', false, [{ method: 'SUIXINTUI_ORDER' }]],
  ['another boost waits', true, [{ state: 'CANCELLED' }, { id: 9 }]],
  [
    'another boost ran',
    true,
    [{ state: 'CANCELLED' }, { id: 9, state: 'RETIRED', order: 'OVER', planId: '1' }],
  ],
  [
    'one ran there, before it was put in',
    false,
    [{ state: 'CANCELLED' }, { id: 3, state: 'RETIRED', order: 'OVER', planId: '1' }],
  ],
  [
    'it was put in once more by itself',
    false,
    [{ state: 'CANCELLED' }, { id: 9, method: 'UNI_PLAN_ADD', planId: '1' }],
  ],
  ['nothing is known of any', false, []],
])('whether a video stays in its plan: %s', (_, needed, others) => {
  const all = others.map((change) => ({ ...BOOST, ...change }))
  expect(isNeeded(ADDED, all)).toBe(needed)
  expect(isNeeded({ ...ADDED, forId: null }, all)).toBe(true)
})
