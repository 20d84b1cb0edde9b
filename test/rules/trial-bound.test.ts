/** The bounds of a trial's ROI agree with its test, and its sentences with the bounds. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Course, PLAIN, termsOf } from '../../bench/trial-worlds.ts'
import { seeded } from '../../rules/cover-seed.ts'
import { boundsOf } from '../../rules/trial-bound.ts'
import { ALPHA, lookAtTrial, startTrial, type TrialState, WORTHWHILE } from '../../rules/trial-test.ts'
import { sayTrial, type TrialKind, whyTrial } from '../../rules/trial-why.ts'
import { HOUR } from '../../rules/types.ts'

const TERMS = termsOf(PLAIN)
const EVEN = TERMS.breakEvenRoi

function after(hours: number, multiple: number, seed: number): TrialState {
  const course = new Course(PLAIN, multiple, seeded(`bound ${seed}`))
  let state = startTrial(TERMS)
  while (course.look.at < hours * HOUR) {
    course.next()
    state = lookAtTrial(state, course.look)
  }
  return state
}

test('bounds lie about the ROI, and beyond break-even where the test rejects it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 48 }),
      fc.double({ min: 0.1, max: 4, noNaN: true }),
      fc.nat(),
      (hours, multiple, seed) => {
        const state = after(hours, multiple, seed)
        const { roi, lowerRoi, upperRoi } = boundsOf(state)
        expect(lowerRoi).toBeLessThanOrEqual(roi ?? Number.NaN)
        expect(upperRoi ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(roi ?? Number.NaN)
        expect(lowerRoi >= EVEN * (1 - 1e-6)).toBe(state.passE >= 1 / ALPHA)
        expect((upperRoi ?? Number.POSITIVE_INFINITY) <= EVEN * WORTHWHILE * (1 + 1e-6)).toBe(
          state.failE >= 1 / ALPHA,
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('bounds close in on the true ROI', () => {
  const width = (hours: number) => {
    const { lowerRoi, upperRoi } = boundsOf(after(hours, 1.5, 7))
    return (upperRoi ?? Number.POSITIVE_INFINITY) - lowerRoi
  }
  expect(width(24)).toBeLessThan(width(6))
  expect(width(120)).toBeLessThan(width(24))
  expect(width(120)).toBeLessThan(0.5 * 1.5 * EVEN)
})

test('without spend there are no bounds', () => {
  const spent = { at: HOUR, spendFen: 0, orders: 0, gmvFen: 0 }
  const none = { roi: null, lowerRoi: 0, upperRoi: null }
  expect(boundsOf(startTrial(TERMS))).toEqual(none)
  expect(boundsOf(lookAtTrial(startTrial(TERMS), spent))).toEqual(none)
  const free = lookAtTrial(startTrial(TERMS), { ...spent, orders: 5, gmvFen: 50_000 })
  expect(boundsOf(free)).toEqual(none)
})

test('spend whose orders may still come bounds nothing from above', () => {
  const state = lookAtTrial(startTrial(TERMS), {
    at: HOUR,
    spendFen: 90_000,
    ripeFen: 0,
    orders: 0,
    gmvFen: 0,
  })
  expect(boundsOf(state)).toEqual({ roi: 0, lowerRoi: 0, upperRoi: null })
})

const unripe = lookAtTrial(startTrial(TERMS), {
  at: HOUR,
  spendFen: 5_050,
  ripeFen: 0,
  orders: 1,
  gmvFen: 8_000,
})

test.each<[TrialKind, TrialState, string, string]>([
  [
    'NOTHING_SPENT',
    startTrial(TERMS),
    '尚未产生花费；保本 ROI 2.00',
    'nothing was spent yet; break-even ROI is 2.00',
  ],
  [
    'OPEN',
    unripe,
    '花费 50.50 元，1 单，净 ROI 1.58（不低于 0.00），保本 2.00：证据不足，继续观察',
    '¥50.50 spent, 1 order, net ROI 1.58 (at least 0.00) against break-even 2.00: not decided yet',
  ],
  [
    'OPEN',
    after(3, 1, 1),
    '花费 376.32 元，10 单，净 ROI 1.91（区间 0.33 至 7.68），保本 2.00：证据不足，继续观察',
    '¥376.32 spent, 10 orders, net ROI 1.91 (between 0.33 and 7.68) against break-even 2.00: not decided yet',
  ],
  [
    'ABOVE_BREAK_EVEN',
    after(24, 3, 1),
    '花费 2876.56 元，197 单，净 ROI 6.15（区间 4.95 至 8.95），高于保本 2.00：通过，误判率不超过 5 %',
    '¥2876.56 spent, 197 orders, net ROI 6.15 (between 4.95 and 8.95), above break-even 2.00: passed, wrong in at most 5 %',
  ],
  [
    'BELOW_BREAK_EVEN',
    after(24, 0.2, 1),
    '花费 2915.44 元，9 单，净 ROI 0.31（区间 0.10 至 0.69），低于保本 2.00：不通过，误判率不超过 5 %',
    '¥2915.44 spent, 9 orders, net ROI 0.31 (between 0.10 and 0.69), below break-even 2.00: failed, wrong in at most 5 %',
  ],
  [
    'NOT_WORTHWHILE',
    after(60, 0.9, 3),
    '花费 7436.79 元，159 单，净 ROI 1.95（区间 1.59 至 2.68），达不到值得放量的 3.00（保本 2.00）：不通过，误判率不超过 5 %',
    '¥7436.79 spent, 159 orders, net ROI 1.95 (between 1.59 and 2.68), below 3.00, which is worth scaling (break-even 2.00): failed, wrong in at most 5 %',
  ],
])('%s is said in both languages, with its numbers', (kind, state, zh, en) => {
  const why = whyTrial(state)
  expect(why.kind).toBe(kind)
  expect(Object.values(why.numbers).every(Number.isFinite)).toBe(true)
  expect(JSON.parse(JSON.stringify(why))).toEqual(why)
  expect([sayTrial(why, 'zh'), sayTrial(why, 'en')]).toEqual([zh, en])
})
