/** The sequential test of a trial: what it refuses, what no order of looks changes, and that it is seldom wrong. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Course, PLAIN, termsOf, type World } from '../../bench/trial-worlds.ts'
import { seeded } from '../../rules/cover-seed.ts'
import {
  ALPHA,
  continueTrial,
  lookAtTrial,
  startTrial,
  TrialInputError,
  type TrialLook,
  type TrialState,
  WORTHWHILE,
} from '../../rules/trial-test.ts'
import { failWealth, passWealth } from '../../rules/trial-wealth.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'

const TERMS = termsOf(PLAIN)
const FROM = Date.parse('2026-11-11T02:00:00Z')
const QUARTER = 15 * MINUTE

interface Added {
  spendFen: number
  /** 分 of each order. */
  orders: number[]
}
const added = fc.record({
  spendFen: fc.integer({ min: 0, max: 20_000 }),
  orders: fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 4 }),
})
const course = fc.array(added, { minLength: 1, maxLength: 60 })

/** Every quarter of an hour. */
function looksOf(parts: readonly Added[]): TrialLook[] {
  const look = { at: FROM, spendFen: 0, orders: 0, gmvFen: 0 }
  return parts.map(({ spendFen, orders }) => {
    look.at += QUARTER
    look.spendFen += spendFen
    look.orders += orders.length
    look.gmvFen += orders.reduce((sum, value) => sum + value, 0)
    return { ...look }
  })
}
const watch = (looks: readonly TrialLook[], start = startTrial(TERMS)) => looks.reduce(lookAtTrial, start)
const look = (hours: number, spendFen: number, orders: number, gmvFen: number): TrialLook => ({
  at: FROM + hours * HOUR,
  spendFen,
  orders,
  gmvFen,
})

test.each<[string, string, () => unknown]>([
  ['break-even of 0', 'breakEvenRoi', () => startTrial({ ...TERMS, breakEvenRoi: 0 })],
  ['no order value', 'orderValueFen', () => startTrial({ ...TERMS, orderValueFen: Number.NaN })],
  ['endless pace', 'paceFen', () => startTrial({ ...TERMS, paceFen: Number.POSITIVE_INFINITY })],
  ['all is returned', 'returnRate', () => startTrial({ ...TERMS, returnRate: 1 })],
  ['spend below 0', 'spendFen', () => watch([look(1, -1, 0, 0)])],
  ['orders not known', 'orders', () => watch([look(1, 1, Number.NaN, 0)])],
  ['half an order', 'orders', () => watch([look(1, 1, 0.5, 0)])],
  ['spend that falls', 'spendFen', () => watch([look(1, 100, 0, 0), look(2, 99, 0, 0)])],
  ['time that runs back', 'at', () => watch([look(2, 100, 0, 0), look(1, 100, 0, 0)])],
  ['more ripe spend than spend', 'ripeFen', () => watch([{ ...look(1, 100, 0, 0), ripeFen: 101 }])],
  [
    'ripe spend that falls',
    'ripeFen',
    () => watch([look(1, 100, 0, 0), { ...look(2, 200, 0, 0), ripeFen: 50 }]),
  ],
])('refuses %s and names %s', (_, field, act) => {
  expect(act).toThrow(TrialInputError)
  expect(act).toThrow(expect.objectContaining({ field }))
})

test.each<[string, TrialLook[], TrialState['verdict']]>([
  ['nothing was seen', [], 'HOLD'],
  ['nothing was spent', [look(1, 0, 0, 0)], 'HOLD'],
  ['100 yuan without an order', [look(1, 5_000, 0, 0), look(2, 10_000, 0, 0)], 'HOLD'],
  ['300 yuan without an order', [1, 2, 3, 4, 5].map((h) => look(h, 6_000 * h, 0, 0)), 'FAIL'],
  [
    '300 yuan without an order, not old enough',
    [1, 2, 3, 4, 5].map((h) => ({ ...look(h, 6_000 * h, 0, 0), ripeFen: 1_000 })),
    'HOLD',
  ],
  ['at break-even for 6 hours', [1, 2, 3, 4, 5, 6].map((h) => look(h, 9_000 * h, 2 * h, 18_000 * h)), 'HOLD'],
  [
    '3 x break-even for 6 hours',
    [1, 2, 3, 4, 5, 6].map((h) => look(h, 9_000 * h, 6 * h, 54_000 * h)),
    'PASS',
  ],
  ['one order for all', [1, 2, 3, 4, 5].map((h) => look(h, 1_000 * h, 1, 5_000_000)), 'HOLD'],
])('%s: %s', (_, looks, verdict) => {
  expect(watch(looks).verdict).toBe(verdict)
})

test('never PASS without orders and GMV', () => {
  fc.assert(
    fc.property(course, fc.boolean(), (parts, counted) => {
      const looks = looksOf(parts).map((one) => (counted ? { ...one, gmvFen: 0 } : { ...one, orders: 0 }))
      expect(watch(looks).verdict).not.toBe('PASS')
    }),
  )
})

test('a state is plain JSON, is left as it is by a look, and goes on the same from what was stored', () => {
  fc.assert(
    fc.property(course, (parts) => {
      let stored = JSON.stringify(startTrial(TERMS))
      for (const one of looksOf(parts)) {
        const before: TrialState = JSON.parse(stored)
        stored = JSON.stringify(lookAtTrial(before, one))
      }
      const state = watch(looksOf(parts))
      expect(JSON.parse(stored)).toEqual(state)
      const frozen = JSON.stringify(state)
      const last = looksOf(parts).at(-1) as TrialLook
      lookAtTrial(state, { ...last, at: last.at + HOUR, spendFen: last.spendFen + 1000 })
      expect(JSON.stringify(state)).toBe(frozen)
    }),
  )
})

test('the same hours in other looks, or in another order within an hour, are the same evidence', () => {
  fc.assert(
    fc.property(course, fc.infiniteStream(fc.boolean()), (parts, skips) => {
      const looks = looksOf(parts)
      const all = watch(looks)
      const some = looks.filter(
        ({ at }, i) => i === looks.length - 1 || at % HOUR === 0 || !skips.next().value,
      )
      expectSame(watch(some), all)
      const turned: Added[] = []
      for (let i = 0; i < parts.length; i += 4) turned.push(...parts.slice(i, i + 4).reverse())
      expectSame(watch(looksOf(turned)), all)
    }),
  )
})

function expectSame(state: TrialState, other: TrialState): void {
  expect(state.hours).toEqual(other.hours)
  expect(Math.log(state.passE + 1e-9)).toBeCloseTo(Math.log(other.passE + 1e-9), 9)
  expect(Math.log(state.failE + 1e-9)).toBeCloseTo(Math.log(other.failE + 1e-9), 9)
}

test('a look twice, and a restatement that is taken back within the hour, change no evidence', () => {
  fc.assert(
    fc.property(course, fc.integer({ min: 0, max: 100_000 }), (parts, more) => {
      const looks = looksOf(parts)
      const last = looks.at(-1) as TrialLook
      const state = watch(looks)
      expectSame(lookAtTrial(state, last), state)
      expectSame(lookAtTrial(lookAtTrial(state, { ...last, gmvFen: last.gmvFen + more }), last), state)
    }),
  )
})

/** By rounding only. */
const LESS = 1 - 1e-9

test('more sales speak for it, more spend and a higher bar against it', () => {
  fc.assert(
    fc.property(
      course,
      fc.integer({ min: 1, max: 50_000 }),
      fc.integer({ min: 1, max: 50_000 }),
      (parts, more, spent) => {
        const looks = looksOf(parts)
        const last = looks.at(-1) as TrialLook
        const state = watch(looks)
        const sold = lookAtTrial(state, { ...last, orders: last.orders + 1, gmvFen: last.gmvFen + more })
        expect(sold.passE).toBeGreaterThanOrEqual(state.passE * LESS)
        expect(sold.failE * LESS).toBeLessThanOrEqual(state.failE)
        const dearer = lookAtTrial(state, { ...last, spendFen: last.spendFen + spent })
        expect(dearer.passE * LESS).toBeLessThanOrEqual(state.passE)
        expect(dearer.failE).toBeGreaterThanOrEqual(state.failE * LESS)
        expect(passWealth(state.hours, 2.1, TERMS)).toBeLessThanOrEqual(passWealth(state.hours, 2, TERMS))
        expect(failWealth(state.hours, 2.1, TERMS)).toBeGreaterThanOrEqual(failWealth(state.hours, 2, TERMS))
      },
    ),
  )
})

test('the state carries what the hours say, and its largest e-values and first verdict stay', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(course, (parts) => {
      let state = startTrial(TERMS)
      for (const one of looksOf(parts)) {
        const next = lookAtTrial(state, one)
        expect(next.passE).toBeCloseTo(passWealth(next.hours, TERMS.breakEvenRoi, TERMS), 6)
        expect(next.mostPassE).toBeGreaterThanOrEqual(Math.max(state.mostPassE, next.passE))
        expect(next.mostFailE).toBeGreaterThanOrEqual(Math.max(state.mostFailE, next.failE))
        if (state.verdict !== 'HOLD') expect(next.verdict).toBe(state.verdict)
        expect(next.decidedAt === null).toBe(next.verdict === 'HOLD')
        state = next
      }
    }),
  )
})

/** Of the hardest worlds of `npm run bench -- trial`, which has 10,000 trials and all worlds. */
const HARD: World[] = [
  PLAIN,
  { ...PLAIN, name: 'hours, sigma 1, returns', swing: 'HOURS', sigma: 1, returnRate: 0.2 },
  { ...PLAIN, name: 'fast, hours', swing: 'HOURS', paceFen: 41_667 },
]
const TRIALS = 500

test.each(HARD)(
  '$name: no e-value grows on average, and few ever reach 1 / ALPHA',
  { timeout: 60_000 },
  (world) => {
    const pass = trials(world, 1, 'passE')
    const fail = trials(world, WORTHWHILE, 'failE')
    for (const { ends, ever } of [pass, fail]) {
      const mean = ends.reduce((sum, e) => sum + e, 0) / TRIALS
      const spread = Math.sqrt(ends.reduce((sum, e) => sum + (e - mean) ** 2, 0) / TRIALS / TRIALS)
      expect(mean - 3 * spread).toBeLessThanOrEqual(1)
      expect(ever / TRIALS).toBeLessThanOrEqual(ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / TRIALS))
    }
  },
)

/** e-values after 24 hours of looks, and how many trials had one that decides at any of them. */
function trials(world: World, multiple: number, e: 'passE' | 'failE') {
  const ends: number[] = []
  let ever = 0
  for (let i = 0; i < TRIALS; i++) {
    const run = new Course(world, multiple, seeded(`test ${world.name} ${multiple} ${i}`))
    let state = startTrial(termsOf(world))
    let most = 0
    while (run.look.at < 24 * HOUR) {
      run.next()
      state = lookAtTrial(state, run.look)
      most = Math.max(most, state[e])
    }
    ends.push(state[e])
    if (most >= 1 / ALPHA) ever++
  }
  return { ends, ever }
}

test('a trial that goes on with one more order is one test: its hours add up, and it is as seldom wrong', () => {
  const world = { ...PLAIN, paceFen: 41_667 }
  let ever = 0
  for (let i = 0; i < TRIALS; i++) {
    const run = new Course(world, 1, seeded(`goes on ${i}`))
    let state = startTrial(termsOf(world))
    for (let order = 1; order <= 3; order++) {
      while (run.look.at < order * 12 * HOUR) {
        run.next()
        state = lookAtTrial(state, run.look)
      }
      // As the flow does: only what seems to earn goes on.
      if ((run.look.gmvFen / run.look.spendFen) * (1 - world.returnRate) < world.breakEvenRoi) break
      const { hours } = state
      state = continueTrial(state, world.paceFen)
      expect(state).toMatchObject({ earlier: hours.length, hours })
    }
    expect(state.passE).toBeCloseTo(passWealth(state.hours, world.breakEvenRoi, state.terms), 6)
    if (state.verdict === 'PASS') ever++
  }
  expect(ever / TRIALS).toBeLessThanOrEqual(ALPHA + 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / TRIALS))
})

test('the first hours of one more order are paced by what is ordered, not by how the last one ran out', () => {
  const first = watch([look(1, 10_000, 1, 9_000), look(2, 20_000, 1, 9_000), look(3, 20_010, 1, 9_000)])
  const on = [look(4, 30_000, 2, 18_000), look(5, 40_000, 3, 27_000), look(6, 50_000, 3, 27_000)]
  const paces = watch(on, continueTrial(first, 8_000)).hours.map(({ paceFen }) => paceFen)
  const { paceFen } = TERMS
  expect(paces).toEqual([paceFen, paceFen, 10_000, 8_000, 8_000, 10_000])
})
