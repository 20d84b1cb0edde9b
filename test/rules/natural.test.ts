import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boughtPlays, naturalPlays } from '../../rules/natural.ts'

const count = fc.option(fc.nat(1_000_000), { nil: null })
const channels = fc.array(fc.array(fc.record({ spendFen: count, plays: count }), { maxLength: 3 }), {
  maxLength: 3,
})

test('reported plays add up over channels; a channel that gives none is estimated from its spend', () => {
  const suixintui = [{ spendFen: 10_000, plays: 4000 }]
  expect(boughtPlays([suixintui], 2)).toEqual({ plays: 4000, by: 'REPORTED' })
  expect(boughtPlays([suixintui, [{ spendFen: 6000, plays: null }]], 2)).toEqual({
    plays: 7000,
    by: 'ESTIMATED',
  })
  expect(boughtPlays([[{ spendFen: 6000, plays: null }]], 3)).toEqual({ plays: 2000, by: 'ESTIMATED' })
})

test('the price that another source of the channel shows comes before the general one', () => {
  const channel = [
    { spendFen: 9000, plays: null },
    { spendFen: 3000, plays: 1000 },
  ]
  expect(boughtPlays([channel], 2)).toEqual({ plays: 3000, by: 'ESTIMATED' })
})

test('nothing said is null, nothing spent is 0', () => {
  expect(boughtPlays([], 2)).toBeNull()
  expect(boughtPlays([[{ spendFen: null, plays: null }]], 2)).toBeNull()
  expect(boughtPlays([[{ spendFen: 0, plays: null }]], 2)).toEqual({ plays: 0, by: 'REPORTED' })
  expect(naturalPlays(null, 5)).toBeNull()
  expect(naturalPlays(7, null)).toBe(7)
})

test('natural plays lie between 0 and all plays; a cheaper play takes no fewer away', () => {
  fc.assert(
    fc.property(channels, fc.nat(2_000_000), fc.integer({ min: 1, max: 50 }), (said, plays, price) => {
      const [cheap, dear] = [boughtPlays(said, price), boughtPlays(said, price * 2)]
      const natural = naturalPlays(plays, cheap?.plays ?? null) ?? -1
      expect(natural).toBeGreaterThanOrEqual(0)
      expect(natural).toBeLessThanOrEqual(plays)
      expect(natural).toBeLessThanOrEqual(naturalPlays(plays, dear?.plays ?? null) ?? -1)
    }),
  )
})
