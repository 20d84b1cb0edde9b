/** What no evidence can make the decisions about money do. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DECISIONS, decide, type Running } from '../../rules/promotion-decide.ts'
import { DECIDE_DEFAULTS } from '../../rules/promotion-settings.ts'
import { MINUTE } from '../../rules/types.ts'

const NOW = Date.UTC(2026, 10, 11, 4)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2 })
/** Evenly, unlike fc.double, which is nearly always next to 0: more money would hardly ever be decided. */
const between = (min: number, max: number) =>
  fc.integer({ min: min * 100, max: max * 100 }).map((hundredths) => hundredths / 100)
const ratio = between(0, 9)
const running: fc.Arbitrary<Running> = fc.record({
  stage: fc.constantFrom('TRIAL', 'SCALE' as const),
  trial: fc.record({
    verdict: fc.constantFrom('PASS', 'FAIL', 'HOLD' as const),
    roi: maybe(ratio),
    low: maybe(ratio),
    high: maybe(ratio),
    breakEven: between(1, 5),
  }),
  spentFen: fc.nat(200_000),
  budgetFen: fc.nat(200_000),
  hoursRun: between(0, 200),
  idleHours: maybe(between(0, 200)),
  live: fc.boolean(),
  over: fc.boolean(),
  shows: maybe(fc.nat(9_000)),
  clicks: maybe(fc.nat(40)),
  orders: maybe(fc.nat(3)),
  interaction: fc.record({ paid: maybe(ratio), own: maybe(ratio) }),
  settled: maybe(fc.record({ roi: ratio, days: fc.constantFrom(7, 14 as const) })),
  fatigue: maybe(
    fc.record({
      kind: fc.constantFrom('COLD', 'FRESH', 'TIRING', 'FATIGUED' as const),
      advice: fc.constantFrom('NONE', 'CUT', 'REMIX', 'RETIRE' as const),
      ageDays: fc.nat(14),
      falls: fc.constant([]),
    }),
  ),
  trials: fc.record({ count: fc.nat(4), fen: fc.nat(60_000) }),
  changes: fc.record({
    today: fc.nat(3),
    addedFen: fc.nat(90_000),
    lastAt: maybe(fc.integer({ min: NOW - 1e7, max: NOW })),
    refused: fc.record({ today: fc.nat(3), lastAt: maybe(fc.integer({ min: NOW - 1e7, max: NOW })) }),
  }),
  can: fc.record({
    add: fc.boolean(),
    cut: fc.boolean(),
    everCut: fc.boolean(),
    leastFen: fc.constantFrom(0, 30_000),
  }),
  planPays: fc.boolean(),
})

test('no evidence spends against the test, over a limit, or in broken amounts', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(running, (evidence) => {
      const got = decide(evidence, DECIDE_DEFAULTS, NOW)
      seen.add(got.action)
      const { verdict, roi, breakEven } = evidence.trial
      const spends = got.action === 'ADD_BUDGET' || got.action === 'START' || got.action === 'PROMOTE'
      if (verdict === 'FAIL') expect(got.action).toBe('STOP')
      if (got.rule === 'NEVER_DELIVERED') expect([evidence.planPays, evidence.live]).toEqual([true, true])
      if (spends && verdict !== 'PASS') expect(roi).toBeGreaterThanOrEqual(breakEven)
      if (got.action === 'PROMOTE') expect([evidence.stage, verdict]).toEqual(['TRIAL', 'PASS'])
      expect(got.amountFen !== null).toBe(['START', 'ADD_BUDGET', 'CUT'].includes(got.action))
      if (got.amountFen !== null) expect([got.amountFen > 0, got.amountFen % 1_000]).toEqual([true, 0])
      const added = got.action === 'ADD_BUDGET' ? (got.amountFen ?? 0) : 0
      if (evidence.stage === 'TRIAL' && added) expect(evidence.trials.fen + added).toBeLessThanOrEqual(50_000)
      if (evidence.stage === 'SCALE' && added)
        expect(evidence.changes.addedFen + added).toBeLessThanOrEqual(80_000)
      const { lastAt } = evidence.changes.refused
      if (added && lastAt !== null) expect(NOW - lastAt).toBeGreaterThanOrEqual(60 * MINUTE)
      if (got.action === 'CUT')
        expect(evidence.budgetFen - (got.amountFen ?? 0)).toBeGreaterThanOrEqual(10_000)
      expect(`${got.zh}${got.en}`).not.toMatch(/undefined|NaN|null/)
    }),
    { numRuns: 5_000 },
  )
  expect([...seen].sort()).toEqual([...DECISIONS].sort())
})
