import fc from 'fast-check'
import { expect, test } from 'vitest'
import { priceUnderQuota } from '../../rules/look-quota.ts'

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
