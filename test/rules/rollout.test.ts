import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Candidate, playsPerYuan, proposeRollout, STEP_TIERS } from '../../rules/rollout.ts'
import { PLAYBOOK_STEPS, TIERS } from '../../rules/types.ts'

const kol = (kolId: number, over: Partial<Candidate> = {}): Candidate => ({
  kolId,
  tier: 'HEAD',
  vertical: '美妆',
  priceFen: 100_00,
  medianPlays: 10_000,
  finished: 5,
  cellPlays: null,
  interactionRate: null,
  open: false,
  taken: false,
  ...over,
})
const ask = (candidates: Candidate[], budgetFen = 1_000_00, step: 'TEST' | 'REUSE' | 'RADIATE' = 'REUSE') =>
  proposeRollout({ step, vertical: '美妆', budgetFen, candidates })
const ids = (lines: { kolId: number }[]) => lines.map(({ kolId }) => kolId)
const out = (...given: Parameters<typeof ask>) =>
  Object.fromEntries(ask(...given).leftOut.map(({ kolId, reason }) => [kolId, reason]))

test('the best plays per yuan first, and why in numbers', () => {
  const { lines, spendFen, expectedPlays } = ask([
    kol(1, { medianPlays: 20_000, priceFen: 400_00 }),
    kol(2, { medianPlays: 30_000, priceFen: 300_00, interactionRate: 0.0523 }),
    kol(3, { priceFen: 0 }),
  ])
  expect(ids(lines)).toEqual([3, 2, 1])
  expect({ spendFen, expectedPlays }).toEqual({ spendFen: 700_00, expectedPlays: 60_000 })
  expect(lines.map(playsPerYuan)).toEqual([null, 100, 50])
  expect(lines.map(({ why }) => why)).toEqual([
    '10000 plays at 7 days (median of 5 own videos) for ¥0; 置换',
    '30000 plays at 7 days (median of 5 own videos) for ¥300; 100 plays per yuan; 互动率 5.23 %',
    '20000 plays at 7 days (median of 5 own videos) for ¥400; 50 plays per yuan',
  ])
})

test.each([
  ['TEST', TIERS],
  ['REUSE', ['HEAD']],
  ['RADIATE', ['WAIST', 'TAIL']],
] as const)('%s asks %j', (step, tiers) => {
  const pool = [...TIERS, null].map((tier, n) => kol(n + 1, { tier, priceFen: 1 }))
  const { lines, leftOut } = ask(pool, 100, step)
  expect(ids(lines).map((id) => pool[id - 1]?.tier)).toEqual(tiers)
  expect(leftOut).toEqual([])
})

test('what to expect: the own result on the cell, own videos, those of tier and 垂类, of the tier, nothing', () => {
  const none = { medianPlays: null, finished: 0, priceFen: 1 }
  const { lines, leftOut } = ask([
    kol(1, { cellPlays: 70_000, priceFen: 1 }),
    kol(2, { medianPlays: 20_000, priceFen: 1 }),
    kol(3, { medianPlays: 90_000, priceFen: 1, vertical: '穿搭' }),
    kol(4, none),
    kol(5, { ...none, vertical: '母婴' }),
  ])
  const of = Object.fromEntries(lines.map((line) => [line.kolId, [line.basis, line.expectedPlays]]))
  expect(of).toEqual({
    1: ['OWN_ON_CELL', 70_000],
    2: ['OWN', 20_000],
    3: ['OWN', 45_000],
    4: ['TIER_AND_VERTICAL', 15_000],
    5: ['TIER', 10_000],
  })
  expect(leftOut).toEqual([])
  expect(out([kol(4, none)])).toEqual({ 4: 'NO_ESTIMATE' })
})

test('the same 垂类 comes first unless the other is more than twice as good; a test asks only it', () => {
  const pool = [kol(1, { vertical: '穿搭', medianPlays: 19_000 }), kol(2)]
  expect(ids(ask(pool).lines)).toEqual([2, 1])
  expect(ask(pool).lines[1]?.why).toContain('另一垂类, counted at 50 %')
  expect(ids(ask([kol(1, { vertical: '穿搭', medianPlays: 21_000 }), kol(2)]).lines)).toEqual([1, 2])
  expect(out(pool, 1_000_00, 'TEST')).toEqual({ 1: 'OTHER_VERTICAL' })
  const any = proposeRollout({ step: 'TEST', vertical: null, budgetFen: 1_000_00, candidates: pool })
  expect(ids(any.lines)).toEqual([1, 2])
})

test('who is left out says why not', () => {
  const pool = [
    kol(1, { priceFen: 900_00, medianPlays: 100_000 }),
    kol(2, { priceFen: null }),
    kol(3, { taken: true, priceFen: null }),
    kol(4, { open: true }),
    kol(5, { priceFen: 500_00 }),
    kol(6, { medianPlays: 0 }),
  ]
  expect(out(pool)).toEqual({
    2: 'NO_PRICE',
    3: 'ALREADY_IN',
    4: 'AT_WORK',
    5: 'OVER_BUDGET',
    6: 'NO_ESTIMATE',
  })
  expect(ask(pool).leftOut.find(({ kolId }) => kolId === 5)?.why).toBe('asks ¥500, ¥100 is left')
})

test('a cheap one does not keep out the one who is worth the whole budget', () => {
  const pool = [
    kol(1, { priceFen: 10_00, medianPlays: 10_000 }),
    kol(2, { priceFen: 1_000_00, medianPlays: 500_000 }),
  ]
  expect(ids(ask(pool, 1_000_00).lines)).toEqual([2])
  expect(ids(ask(pool, 1_010_00).lines)).toEqual([1, 2])
})

const plays = fc.option(fc.integer({ min: 0, max: 2_000_000 }), { nil: null })
const candidates = fc
  .array(
    fc.record({
      tier: fc.constantFrom(...TIERS, null),
      vertical: fc.constantFrom('美妆', '穿搭', null),
      priceFen: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: null }),
      medianPlays: plays,
      finished: fc.nat(20),
      cellPlays: plays,
      interactionRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
      open: fc.boolean(),
      taken: fc.constantFrom(false, false, true),
    }),
    { maxLength: 30 },
  )
  .map((made) => made.map((candidate, n): Candidate => ({ ...candidate, kolId: n + 1 })))
const question = fc.record({
  step: fc.constantFrom(...PLAYBOOK_STEPS),
  vertical: fc.constantFrom('美妆', null),
  budgetFen: fc.nat(10_000),
  candidates,
})

test('never over the budget, never a KOL twice, nobody who may not be asked, and everybody accounted for', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const { lines, leftOut, spendFen } = proposeRollout(asked)
      expect(spendFen).toBeLessThanOrEqual(asked.budgetFen)
      expect(spendFen).toBe(lines.reduce((total, { priceFen }) => total + priceFen, 0))
      const pool = asked.candidates.filter(({ tier }) => tier && STEP_TIERS[asked.step].includes(tier))
      expect([...ids(lines), ...ids(leftOut)].sort((a, b) => a - b)).toEqual(ids(pool))
      for (const { kolId, priceFen } of lines) {
        expect(pool.find((one) => one.kolId === kolId)).toMatchObject({ priceFen, open: false, taken: false })
      }
    }),
    { numRuns: 500 },
  )
})

test('more budget never gives fewer expected plays', () => {
  fc.assert(
    fc.property(question, fc.nat(3_000), (asked, more) => {
      const richer = proposeRollout({ ...asked, budgetFen: asked.budgetFen + more })
      expect(richer.expectedPlays).toBeGreaterThanOrEqual(proposeRollout(asked).expectedPlays)
    }),
    { numRuns: 1_000 },
  )
})

test('the order in which candidates are given does not matter', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const turned = { ...asked, candidates: asked.candidates.toReversed() }
      expect(proposeRollout(turned)).toEqual(proposeRollout(asked))
    }),
  )
})
