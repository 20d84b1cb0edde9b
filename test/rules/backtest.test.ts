import { expect, test } from 'vitest'
import { type Case, endedOnTop, isFinished, leadHours, scoresOf } from '../../rules/backtest.ts'
import { SHIPPED } from '../../rules/forecast-model.ts'
import { DAY, HOUR } from '../../rules/types.ts'

test.each([
  ['seen at seven days', 7 * DAY, 7 * DAY, true],
  ['seen just before, a moment ago', 7 * DAY - 1, 7 * DAY, false],
  ['not looked at for two days', DAY, 3 * DAY, true],
  ['looked at less than two days ago', DAY, 3 * DAY - 1, false],
])('%s', (_name, lastAt, now, finished) => {
  expect(isFinished(0, lastAt, now)).toBe(finished)
})

test('of a KOL whose videos are known, the top is that of the KOL', () => {
  const end = (plays: number, finals: number[]) =>
    endedOnTop(SHIPPED, { tier: 'TAIL', classes: {}, finals: finals.map(Math.log1p), plays })
  expect(end(100_000, [])).toBe(true)
  expect(end(1000, [])).toBe(false)
  expect(end(100_000, Array(30).fill(90_000))).toBe(false)
  expect(end(8000, Array(30).fill(50))).toBe(true)
})

const one = (over: Partial<Case>): Case => ({
  truth: 'ORDINARY',
  flaggedAt: null,
  probability: null,
  halfAt: null,
  ...over,
})

test('nothing at all has no score', () => {
  const none = { precision: null, recall: null, f1: null, averagePrecision: null, medianLeadHours: null }
  expect(scoresOf([])).toEqual({ hits: 0, wrong: 0, missed: 0, open: 0, ...none })
  expect(scoresOf([one({ truth: 'OPEN' }), one({ truth: 'OPEN', flaggedAt: 0 })])).toMatchObject({
    open: 1,
    ...none,
  })
})

test('hits, wrong, missed and the ranking of what was flagged', () => {
  const cases = [
    one({ truth: 'HIT', flaggedAt: 0, probability: 0.9, halfAt: 4 * HOUR }),
    one({ truth: 'ORDINARY', flaggedAt: 0, probability: 0.5 }),
    one({ truth: 'HIT', flaggedAt: 3 * HOUR, probability: 0.2, halfAt: HOUR }),
    one({ truth: 'HIT' }),
    one({}),
    one({ truth: 'OPEN', flaggedAt: 0, probability: 1 }),
  ]
  expect(scoresOf(cases)).toEqual({
    hits: 2,
    wrong: 1,
    missed: 1,
    open: 1,
    precision: 2 / 3,
    recall: 2 / 3,
    f1: 2 / 3,
    // Steps: 1 of 1, 2 of 3, and what was not flagged together: 3 of 5.
    averagePrecision: (1 + 2 / 3 + 3 / 5) / 3,
    medianLeadHours: 1,
  })
})

test('a flag after half of the plays has a lead below zero; of what is not known there is none', () => {
  expect(leadHours({ flaggedAt: 3 * HOUR, halfAt: HOUR })).toBe(-2)
  expect(leadHours({ flaggedAt: null, halfAt: HOUR })).toBeNull()
  expect(leadHours({ flaggedAt: HOUR, halfAt: null })).toBeNull()
})
