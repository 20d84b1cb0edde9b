/** What plays gained lately, and where a number stands in its class. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extendCurve } from '../../rules/curve.ts'
import type { Reading } from '../../rules/metric.ts'
import { operandOf, readOperand, type Seen } from '../../rules/operand.ts'
import type { StandingOf } from '../../rules/reference.ts'
import { HOUR, type Look, MINUTE } from '../../rules/types.ts'
import { lookOf } from './series.ts'

const PUBLISHED = Date.UTC(2026, 5, 1)

/** Looks at ages in hours; the last one is the look that is judged. */
function seen(...looks: [age: number, plays: number | null][]): Seen {
  let curve: Seen['curve'] = []
  let last: Look | null = null
  const all = looks.map(([age, plays]) => lookOf(PUBLISHED + age * HOUR, plays))
  for (const look of all.slice(0, -1)) {
    curve = extendCurve(curve, PUBLISHED, last, look)
    last = look
  }
  return { publishedAt: PUBLISHED, look: all.at(-1) as Look, last, curve }
}
const gain = (minutes: number, of: Seen): Reading =>
  readOperand(operandOf({ metric: 'plays', windowMinutes: minutes }), {}, of, null)

test.each<[string, number, Seen, Reading]>([
  ['between two looks', 60, seen([1, 100], [2, 500]), { value: 400 }],
  ['half of the way, on log age and log plays', 60, seen([1, 99], [4, 399]), { value: 100 }],
  ['a look further back', 120, seen([1, 100], [2, 200], [3, 500]), { value: 400 }],
  [
    'between the looks before, off the grid of the curve',
    60,
    seen([4, 100], [5.4, 200], [5.5, 300]),
    { value: 169 },
  ],
  ['the very last look', 6, seen([4, 100], [5.4, 200], [5.5, 300]), { value: 100 }],
  ['the whole life, and more', 240, seen([1, 100], [4, 500]), { value: 500 }],
  ['more than the whole life, at the first look', 600, seen([4, 500]), { value: 500 }],
  ['nothing gained is 0, not null', 60, seen([1, 100], [2, 100]), { value: 0 }],
  ['no look that long ago', 60, seen([4, 500]), { value: null, reason: 'NO_EARLIER_LOOK' }],
  [
    'the first look came much later than that',
    360,
    seen([5, 400], [7, 500]),
    { value: null, reason: 'NO_EARLIER_LOOK' },
  ],
  ['the first look stands for an age near its own', 60, seen([2, 100], [2.9, 500]), { value: 400 }],
  ['plays are not given', 60, seen([1, 100], [2, null]), { value: null, reason: 'NOT_GIVEN' }],
  [
    'plays were not given at the look before',
    60,
    seen([1, 100], [2, null], [3, 500]),
    { value: null, reason: 'NO_EARLIER_LOOK' },
  ],
  ['the counter fell', 60, seen([1, 500], [2, 100]), { value: null, reason: 'RESTATED' }],
  ['a look at the very publication', 60, seen([0, 0], [2, 100]), { value: null, reason: 'NO_EARLIER_LOOK' }],
])('plays gained: %s', (_name, minutes, of, expected) => {
  expect(gain(minutes, of)).toEqual(expected)
})

test('of a counter that only rises a longer window gains no less, never more than there is, and whole plays', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 600 }), fc.nat(10_000)), {
    minLength: 1,
    maxLength: 12,
  })
  const window = fc.integer({ min: 5, max: 3000 })
  fc.assert(
    fc.property(steps, window, window, (steps, a, b) => {
      let [age, plays] = [0, 0]
      const looks = steps.map(([minutes, more]): [number, number] => {
        age += minutes
        plays += more
        return [age / 60, plays]
      })
      const of = seen(...looks)
      const [short, long] = [Math.min(a, b), Math.max(a, b)].map((minutes) => gain(minutes, of).value)
      for (const value of [short, long]) {
        if (value == null) continue
        expect(Number.isInteger(value)).toBe(true)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(plays)
      }
      // The curve is of whole plays: at a knot of it two windows may differ by the rounding.
      if (short != null && long != null) expect(long).toBeGreaterThanOrEqual(short - 1)
    }),
    { numRuns: 1000 },
  )
})

const STANDING = { ratio: 4.2, percentile: 0.93, videos: 30 }
const HIT = seen([1, 100], [2, 500])
const read = (by: 'RATIO' | 'PERCENTILE', reading: Reading, standingOf: StandingOf | null) =>
  readOperand(
    operandOf({ metric: 'interactionRate', of: 'CELL', by }),
    { interactionRate: reading },
    HIT,
    standingOf,
  )

test('the standing in a class is asked for at the age and the value of the look', () => {
  const asked: unknown[] = []
  const standingOf: StandingOf = (...all) => {
    asked.push(all)
    return STANDING
  }
  expect(read('RATIO', { value: 0.05 }, standingOf)).toEqual({ value: 4.2 })
  expect(read('PERCENTILE', { value: 0.05 }, standingOf)).toEqual({ value: 0.93 })
  expect(asked).toEqual([1, 2].map(() => ['CELL', 'interactionRate', 120 * MINUTE, 0.05]))
})

test('a metric without a value has no standing and keeps its reason; a class of too few has none', () => {
  const never: StandingOf = () => {
    throw new Error('nobody asks for the standing of nothing')
  }
  expect(read('RATIO', { value: null, reason: 'ZERO_PLAYS' }, never)).toEqual({
    value: null,
    reason: 'ZERO_PLAYS',
  })
  const few = { value: null, reason: 'TOO_FEW_PEERS' }
  expect(read('RATIO', { value: 0.05 }, () => null)).toEqual(few)
  expect(read('PERCENTILE', { value: 0.05 }, null)).toEqual(few)
})
