import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_TIER_POLICY, type TierPolicy, tierOf, tierPolicyProblem } from '../../rules/tier.ts'
import { TIERS, type Tier } from '../../rules/types.ts'

const OWN: TierPolicy = { head: 5_000_000, waist: 500_000, tail: 50_000 }

test.each<[followers: number | null, policy: TierPolicy, override: Tier | null, tier: Tier | null]>([
  [null, DEFAULT_TIER_POLICY, null, null],
  [null, DEFAULT_TIER_POLICY, 'HEAD', 'HEAD'],
  [0, DEFAULT_TIER_POLICY, null, 'KOC'],
  [9_999, DEFAULT_TIER_POLICY, null, 'KOC'],
  [10_000, DEFAULT_TIER_POLICY, null, 'TAIL'],
  [99_999, DEFAULT_TIER_POLICY, null, 'TAIL'],
  [100_000, DEFAULT_TIER_POLICY, null, 'WAIST'],
  [999_999, DEFAULT_TIER_POLICY, null, 'WAIST'],
  [1_000_000, DEFAULT_TIER_POLICY, null, 'HEAD'],
  [49_966_653, DEFAULT_TIER_POLICY, null, 'HEAD'],
  [49_966_653, DEFAULT_TIER_POLICY, 'KOC', 'KOC'],
  [1_000_000, OWN, null, 'WAIST'],
  [100_000, OWN, null, 'TAIL'],
  [10_000, OWN, null, 'KOC'],
])('%s followers by %o, override %s: %s', (followers, policy, override, tier) => {
  expect(tierOf(followers, policy, override)).toBe(tier)
})

test('more followers are never a smaller tier', () => {
  const count = fc.integer({ min: 0, max: 100_000_000 })
  fc.assert(
    fc.property(count, count, (a, b) => {
      const rank = (followers: number) => TIERS.indexOf(tierOf(followers, DEFAULT_TIER_POLICY, null) as Tier)
      expect(rank(Math.max(a, b))).toBeLessThanOrEqual(rank(Math.min(a, b)))
    }),
  )
})

test.each([
  [{ head: 3, waist: 2, tail: 1 }, null],
  [{ head: 3, waist: 3, tail: 1 }, 'waist'],
  [{ head: 3, waist: 2, tail: 2 }, 'tail'],
  [{ head: 3, waist: 2, tail: 0 }, 'tail'],
  [{ head: 3.5, waist: 2, tail: 1 }, 'head'],
])('%o: wrong field %s', (policy, field) => {
  expect(tierPolicyProblem(policy)?.field ?? null).toBe(field)
})
