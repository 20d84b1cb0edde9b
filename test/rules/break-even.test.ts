import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakEven, type Costs } from '../../rules/break-even.ts'
import { breakEvenRoi } from '../../rules/element.ts'

const COSTS: Costs = { grossMargin: 0.6, commissionRate: 0.2, returnRate: 0.2 }

test('commission comes off the margin, and returns off the sales', () => {
  const even = breakEven(COSTS)
  expect(even).toMatchObject({ ok: true, returnRate: 0.2 })
  expect(even.ok && even.netRoi).toBeCloseTo(2.5, 9)
  expect(even.ok && even.paidRoi).toBeCloseTo(3.125, 9)
})

test('without commission and returns it is 1 / gross margin', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), (grossMargin) => {
      const roi = breakEvenRoi({ grossMargin })
      const even = { ok: true, netRoi: roi, paidRoi: roi, returnRate: 0 }
      expect(breakEven({ grossMargin, commissionRate: 0, returnRate: 0 })).toEqual(even)
    }),
  )
})

test('at the paid break-even, margin less commission on what is kept pays exactly for the spend', () => {
  const share = fc.double({ min: 0, max: 0.99, noNaN: true })
  fc.assert(
    fc.property(share, share, share, (grossMargin, commissionRate, returnRate) => {
      const even = breakEven({ grossMargin, commissionRate, returnRate })
      if (!even.ok) expect(grossMargin).toBeLessThan(commissionRate + 0.0011)
      else expect(even.paidRoi * (1 - returnRate) * (grossMargin - commissionRate)).toBeCloseTo(1, 6)
    }),
  )
})

test.each<[Partial<Costs>, string, keyof Costs]>([
  [{ grossMargin: null }, 'NOT_KNOWN', 'grossMargin'],
  [{ commissionRate: null }, 'NOT_KNOWN', 'commissionRate'],
  [{ returnRate: null }, 'NOT_KNOWN', 'returnRate'],
  [{ returnRate: 20 }, 'OUT_OF_RANGE', 'returnRate'],
  [{ commissionRate: -0.1 }, 'OUT_OF_RANGE', 'commissionRate'],
  [{ grossMargin: Number.NaN }, 'OUT_OF_RANGE', 'grossMargin'],
  [{ grossMargin: 0 }, 'NOTHING_LEFT', 'grossMargin'],
  [{ commissionRate: 0.6 }, 'NOTHING_LEFT', 'grossMargin'],
  [{ grossMargin: 0.1 + 0.2, commissionRate: 0.3 }, 'NOTHING_LEFT', 'grossMargin'],
  [{ returnRate: 1 }, 'NOTHING_LEFT', 'returnRate'],
])('%j: %s of %s', (changes, reason, field) => {
  expect(breakEven({ ...COSTS, ...changes })).toMatchObject({ ok: false, reason, field })
})
