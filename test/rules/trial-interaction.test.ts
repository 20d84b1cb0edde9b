import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Random, seeded } from '../../rules/cover-seed.ts'
import { CLUMP, compareInteraction, rateBounds } from '../../rules/trial-interaction.ts'
import { ALPHA } from '../../rules/trial-test.ts'

const counts = fc
  .record({
    plays: fc.integer({ min: 1, max: 5_000_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ plays, share }) => ({ plays, interactions: Math.round(plays * share) }))

test('bounds hold the rate, close in with plays, and widen with a smaller alpha', () => {
  fc.assert(
    fc.property(counts, ({ plays, interactions }) => {
      const { rate, lower, upper } = rateBounds({ plays, interactions }, 0.05)
      expect(rate).toBeCloseTo(interactions / plays, 12)
      expect(lower).toBeGreaterThanOrEqual(0)
      expect(upper).toBeLessThanOrEqual(1)
      expect(lower).toBeLessThanOrEqual((rate ?? 0) + 1e-9)
      expect(upper).toBeGreaterThanOrEqual((rate ?? 0) - 1e-9)
      const more = rateBounds({ plays: plays * 4, interactions: interactions * 4 }, 0.05)
      expect(more.upper - more.lower).toBeLessThanOrEqual(upper - lower + 1e-9)
      const surer = rateBounds({ plays, interactions }, 0.01)
      expect(surer.upper - surer.lower).toBeGreaterThanOrEqual(upper - lower - 1e-9)
    }),
  )
})

/** Of 4 clumps none: B(1/2, 9/2) / pi = 35/128 against (1 - p)^4; by hand. */
test('without an interaction in 16 plays the rate is at most what the mixture says', () => {
  const { lower, upper } = rateBounds({ plays: 4 * CLUMP, interactions: 0 }, 0.05)
  expect(lower).toBe(0)
  expect(upper).toBeCloseTo(1 - (0.05 * (35 / 128)) ** 0.25, 9)
})

test.each([
  ['BETTER', { plays: 20_000, interactions: 1_000 }, { plays: 100_000, interactions: 3_000 }],
  ['WORSE', { plays: 20_000, interactions: 200 }, { plays: 100_000, interactions: 3_000 }],
  ['OPEN', { plays: 500, interactions: 25 }, { plays: 100_000, interactions: 3_000 }],
  ['OPEN', { plays: 0, interactions: 0 }, { plays: 100_000, interactions: 3_000 }],
  ['OPEN', { plays: 20_000, interactions: 1_000 }, { plays: 0, interactions: 0 }],
] as const)('%s: %j beside %j', (verdict, trial, natural) => {
  expect(compareInteraction(trial, natural).verdict).toBe(verdict)
})

test('more interactions than plays are all, and no plays say nothing', () => {
  expect(rateBounds({ plays: 100, interactions: 130 }, 0.05)).toMatchObject({ rate: 1, upper: 1 })
  expect(rateBounds({ plays: 0, interactions: 3 }, 0.05)).toEqual({ rate: null, lower: 0, upper: 1 })
})

/** Interactions that come in clumps, at 60 looks of 300 plays each, and a natural rate measured at the same time. */
test('two equal rates are told apart at any look in at most ALPHA either way', { timeout: 60_000 }, () => {
  const random = seeded('interaction')
  let better = 0
  let worse = 0
  const trials = 400
  for (let i = 0; i < trials; i++) {
    const seen = new Set(watch(random))
    if (seen.has('BETTER')) better++
    if (seen.has('WORSE')) worse++
  }
  expect(better / trials).toBeLessThanOrEqual(ALPHA)
  expect(worse / trials).toBeLessThanOrEqual(ALPHA)
})

function watch(random: Random): string[] {
  const trial = { plays: 0, interactions: 0 }
  const natural = { plays: 3_000, interactions: clumps(3_000, random) }
  return Array.from({ length: 60 }, () => {
    trial.plays += 300
    trial.interactions += clumps(300, random)
    natural.plays += 300
    natural.interactions += clumps(300, random)
    return compareInteraction(trial, natural).verdict
  })
}

/** A play in 100 brings CLUMP interactions. */
function clumps(plays: number, random: Random): number {
  let sum = 0
  for (let i = 0; i < plays; i++) if (random() < 0.01) sum += CLUMP
  return sum
}
