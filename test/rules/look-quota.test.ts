import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PlannedLooks, priceOfPlanned, priceUnderQuota } from '../../rules/look-quota.ts'

test.each([
  ['a quota that is wide enough costs nothing', { costFen: 10, priceFen: 10, due: 50, left: 100 }, 10],
  ['twice as many as are left: four times the price', { costFen: 10, priceFen: 10, due: 200, left: 100 }, 40],
  ['at a price that fits it stays', { costFen: 10, priceFen: 40, due: 100, left: 100 }, 40],
  ['at a price too high it falls', { costFen: 10, priceFen: 40, due: 50, left: 100 }, 10],
  ['nothing is due', { costFen: 10, priceFen: 90, due: 0, left: 0 }, 10],
  ['nothing is left', { costFen: 10, priceFen: 10, due: 5, left: 0 }, Number.POSITIVE_INFINITY],
  ['free looks stay free', { costFen: 0, priceFen: 0, due: 10, left: 10 }, 0],
  ['free looks under a quota', { costFen: 0, priceFen: 0, due: 100, left: 10 }, 1],
  [
    'renewed after nothing was left',
    { costFen: 10, priceFen: Number.POSITIVE_INFINITY, due: 5, left: 10 },
    10,
  ],
])('%s', (_name, quota, price) => {
  expect(priceUnderQuota(quota)).toBeCloseTo(price, 9)
})

test('looks that go with 1 / sqrt(price) fit the quota after one step, and no price is below the cost', () => {
  const positive = fc.double({ min: 0.1, max: 1000, noNaN: true })
  fc.assert(
    fc.property(positive, positive, positive, (costFen, demand, left) => {
      const due = (priceFen: number) => demand / Math.sqrt(priceFen)
      const priceFen = priceUnderQuota({ costFen, priceFen: costFen, due: due(costFen), left })
      expect(priceFen).toBeGreaterThanOrEqual(costFen)
      expect(due(priceFen)).toBeLessThanOrEqual(left * (1 + 1e-9) + 0)
    }),
  )
})

test.each<[string, number, number, PlannedLooks[], number]>([
  ['all planned at one price', 10, 100, [{ priceFen: 10, looks: 200 }], 40],
  ['planned anew at that price, nothing changes', 10, 100, [{ priceFen: 40, looks: 100 }], 40],
  [
    'half of them planned anew',
    10,
    100,
    [
      { priceFen: 10, looks: 100 },
      { priceFen: 40, looks: 50 },
    ],
    40,
  ],
  [
    'what is due at any price comes first',
    10,
    150,
    [
      { priceFen: 10, looks: 200 },
      { priceFen: null, looks: 50 },
    ],
    40,
  ],
  [
    'and may leave nothing',
    10,
    50,
    [
      { priceFen: 10, looks: 1 },
      { priceFen: null, looks: 50 },
    ],
    Number.POSITIVE_INFINITY,
  ],
  ['only what is due at any price', 10, 5, [{ priceFen: null, looks: 50 }], 10],
  ['no quota', 10, Number.POSITIVE_INFINITY, [{ priceFen: 90, looks: 1e6 }], 10],
  ['free looks, half of which are left', 0, 50, [{ priceFen: 0, looks: 100 }], 0.04],
  ['nothing is planned', 0, 0, [], 0],
])('price of planned looks: %s', (_name, costFen, left, planned, price) => {
  expect(priceOfPlanned(costFen, left, planned)).toBeCloseTo(price, 9)
})

test('videos that are planned anew one by one do not move the price: it settles at once and stays', () => {
  const demands = fc.array(fc.double({ min: 1, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(demands, fc.double({ min: 1, max: 500, noNaN: true }), fc.nat(19), (demands, left, some) => {
      const at = (priceFen: number) => (demand: number) => ({ priceFen, looks: demand / Math.sqrt(priceFen) })
      const first = priceOfPlanned(1, left, demands.map(at(1)))
      const mixed = [...demands.slice(0, some).map(at(first)), ...demands.slice(some).map(at(1))]
      expect(priceOfPlanned(1, left, mixed)).toBeCloseTo(first, 6)
      const planned = demands.map(at(first)).reduce((sum, { looks }) => sum + looks, 0)
      expect(planned).toBeLessThanOrEqual(left * (1 + 1e-9))
    }),
  )
})
