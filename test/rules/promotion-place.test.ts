/** Which 全域 plan takes a video. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METHODS, type Method } from '../../rules/capability.ts'
import { explainReason } from '../../rules/guard-why.ts'
import { isPlaced, PLACE_WHYS, type Place, place } from '../../rules/promotion-place.ts'

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
