import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byChance, byMostOdds, byOdds, lookAhead } from '../../rules/look-chance.ts'
import { courseOf, growth, type Sight } from '../../rules/look-growth.ts'
import { type PreparedRule, prepareRules } from '../../rules/look-rules.ts'
import { outlookOf, stakesOf } from '../../rules/look-stake.ts'
import { operandOf } from '../../rules/operand.ts'
import type { Condition } from '../../rules/rule.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { asked, PUBLISHED, ruled, sight, type Told, video } from './look-video.ts'

const age = fc.integer({ min: MINUTE, max: 60 * DAY })
/** That it is met, or released, `later` ms after the look `last`. */
function chanceAfter(
  condition: Condition,
  last: Sight,
  before: Sight | null,
  later: number,
  turn: 'met' | 'released',
) {
  const [rule] = prepareRules([ruled(condition)]).SEEDING as [PreparedRule]
  const outlook = outlookOf({ publishedAt: PUBLISHED, last, before })
  const stakes = stakesOf(rule[turn], outlook)
  lookAhead(outlook, later)
  return byChance(stakes, outlook).rank
}
const chance = (condition: Condition, told: Told, later: number, turn: 'met' | 'released' = 'met') =>
  chanceAfter(condition, sight(6 * HOUR, told), null, later, turn)
const plays = { metric: 'plays', op: '>=', value: 1000, release: 800 } as const
const rate = { metric: 'interactionRate', op: '>=', value: 0.03 } as const

test('the growth clock only goes forward, adds up, and stops in the end', () => {
  fc.assert(
    fc.property(age, age, age, (...ages) => {
      const [a, b, c] = ages.toSorted((x, y) => x - y) as [number, number, number]
      expect(growth(a, b)).toBeGreaterThanOrEqual(0)
      expect(growth(a, b) + growth(b, c)).toBeCloseTo(growth(a, c), 9)
    }),
  )
  expect(growth(DAY, 365 * DAY)).toBeLessThan(0.4)
  // A tenfold age is a good half of an ordinary video's ten times at the beginning.
  expect(growth(6 * MINUTE, HOUR)).toBeCloseTo(0.9 * Math.log(10), 0)
})

test.each<[string, Condition, Told, number, number]>([
  ['below, at once', plays, { plays: 999 }, 0, 0],
  ['above, at once', plays, { plays: 1000 }, 0, 1],
  [
    'all: the least likely part decides',
    { all: [plays, rate] },
    { plays: 5000, interactionRate: 0.001 },
    HOUR,
    0,
  ],
  [
    'any: the likeliest part decides',
    { any: [plays, rate] },
    { plays: 5000, interactionRate: 0.001 },
    HOUR,
    1,
  ],
  ['never given', plays, {}, DAY, 0],
  ['no KOL', { metric: 'kolRatio', op: '>=', value: 3 }, { kolRatio: 'NO_KOL' }, DAY, 0],
  ['an age that is still to come', { metric: 'ageHours', op: '>=', value: 8 }, {}, HOUR, 0],
  ['an age that then has come', { metric: 'ageHours', op: '>=', value: 8 }, {}, 2 * HOUR, 1],
])('met: %s', (_name, condition, told, later, expected) => {
  expect(chance(condition, told, later)).toBeCloseTo(expected, 2)
})

test('peers that may come are worth something, less and less', () => {
  const ratio: Condition = { metric: 'kolRatio', op: '>=', value: 3 }
  const coming = chance(ratio, { kolRatio: 'TOO_FEW_PEERS' }, HOUR)
  expect(coming).toBeGreaterThan(0)
  expect(coming).toBeLessThan(0.05)
})

test('released: any part of `all` that falls below its release level', () => {
  const both: Condition = { all: [plays, rate] }
  const told = { plays: 900, interactionRate: 0.031 }
  expect(chance(both, told, HOUR, 'released')).toBeGreaterThan(0.05)
  expect(chance(both, { plays: 90_000, interactionRate: 0.09 }, HOUR, 'released')).toBeLessThan(0.01)
  // Between the two levels it is neither met nor released at once.
  expect(chance(plays, told, 0)).toBe(0)
  expect(chance(plays, told, 0, 'released')).toBe(0)
})

test('the chance to be met goes up with the value and stays a chance', () => {
  const value = fc.double({ min: 0, max: 2000, noNaN: true })
  fc.assert(
    fc.property(value, value, fc.nat(3 * DAY), (a, b, later) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((plays_) =>
        chance(plays, { plays: plays_ }, later),
      )
      expect(low).toBeLessThanOrEqual(high as number)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
    }),
  )
})

test('plays an hour are expected to fall, and a fall that is as expected tells nothing', () => {
  const fast: Condition = { metric: 'velocity', op: '>=', value: 1000 }
  expect(chance(fast, { velocity: 1100 }, 0)).toBe(1)
  expect(chance(fast, { velocity: 1100 }, 6 * HOUR)).toBeLessThan(0.2)
  const last = sight(6 * HOUR, { velocity: 900 })
  const after = (before: number) =>
    chanceAfter(fast, last, sight(3 * HOUR, { velocity: before }), HOUR, 'met')
  const alone = chanceAfter(fast, last, null, HOUR, 'met')
  expect(after(300)).toBeGreaterThan(alone)
  expect(after(1000)).toBeGreaterThan(alone)
  expect(after(5000)).toBeLessThan(alone)
})

test('plays of a window are expected to fall as a velocity does, and not to while it holds the whole life', () => {
  const over = (windowMinutes: number, value: number, later: number) => {
    const last = sight(6 * HOUR, {})
    const condition = { metric: 'plays', windowMinutes, op: '>=', value: 1000 } as const
    const readings = { ...last.readings, [`plays over ${windowMinutes} min`]: { value } }
    return chanceAfter(condition, { ...last, readings }, null, later, 'met')
  }
  expect(over(60, 1100, 0)).toBe(1)
  expect(over(60, 1100, 6 * HOUR)).toBeLessThan(0.2)
  const velocity = chance({ metric: 'velocity', op: '>=', value: 1000 }, { velocity: 1100 }, 6 * HOUR)
  expect(over(5, 1100, 6 * HOUR)).toBeCloseTo(velocity, 1)
  const whole = chance({ metric: 'plays', op: '>=', value: 1000 }, { plays: 900 }, HOUR)
  expect(over(1440, 900, HOUR)).toBeCloseTo(whole, 1)
})

test('not met is met the other way, and let go at its release level', () => {
  const not: Condition = { not: { metric: 'plays', op: '>=', value: 1000, release: 1500 } }
  expect(chance(not, { plays: 999 }, 0)).toBe(1)
  expect(chance(not, { plays: 1200 }, 0)).toBe(0)
  expect(chance(not, { plays: 1200 }, 0, 'released')).toBe(0)
  expect(chance(not, { plays: 1501 }, 0, 'released')).toBe(1)
  expect(chance({ not: { any: [plays, rate] } }, { plays: 100, interactionRate: 0.9 }, HOUR)).toBeLessThan(
    0.01,
  )
})

test('a metric without a manner of its own may go either way', () => {
  const last = sight(6 * HOUR, {})
  expect(courseOf(operandOf({ metric: 'ageHours' }), PUBLISHED, last, null)).toMatchObject({
    drift: 0,
    doubt: 0.5,
    noise: 0.2,
  })
})

test('no gap has shorter odds than the limit that stops the search for one', () => {
  const gap = fc.integer({ min: MINUTE, max: 5 * DAY })
  fc.assert(
    fc.property(video, gap, gap, fc.constantFrom('met', 'released'), (one, a, b, turn) => {
      const given = asked(one)
      const outlook = outlookOf(given)
      for (const rule of given.rules[given.purpose]) {
        const stakes = stakesOf(rule[turn], outlook)
        lookAhead(outlook, Math.max(a, b))
        const limit = byMostOdds(stakes, outlook).rank
        lookAhead(outlook, Math.min(a, b))
        const { rank } = byOdds(stakes, outlook)
        expect(rank).toBeLessThanOrEqual(
          limit + 1e-9 * Math.max(1, Number.isFinite(limit) ? Math.abs(limit) : 1),
        )
      }
    }),
    { numRuns: 500 },
  )
})
