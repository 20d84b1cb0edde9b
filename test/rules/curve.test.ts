import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AGES, type Curve, curveAt, extendCurve } from '../../rules/curve.ts'
import { HOUR, type Look } from '../../rules/types.ts'
import { lookOf } from './series.ts'

const PUBLISHED = Date.UTC(2026, 5, 1)
const LAST = AGES.at(-1) as number

/** Looks in order, at ages in hours. */
const looks = (...pairs: [hours: number, plays: number | null][]): Look[] =>
  pairs.map(([hours, plays]) => lookOf(PUBLISHED + hours * HOUR, plays))

/** The curve after each look. */
function curves(all: readonly Look[]): Curve[] {
  let curve: Curve = []
  return all.map((look, i) => {
    curve = extendCurve(curve, PUBLISHED, all[i - 1] ?? null, look)
    return curve
  })
}
const curveOf = (all: readonly Look[]): Curve => curves(all).at(-1) ?? []

/** What a curve holds, by hours; ages without a value are left out. */
const held = (curve: Curve) =>
  Object.fromEntries(AGES.flatMap((age, i) => (curve[i] == null ? [] : [[age / HOUR, curve[i]]])))

test('the grid grows and ends at 90 days', () => {
  expect([...AGES].sort((a, b) => a - b)).toEqual(AGES)
  expect(new Set(AGES).size).toBe(AGES.length)
  expect([AGES[0], LAST]).toEqual([0.5 * HOUR, 2160 * HOUR])
})

test.each<[string, [number, number | null][], Record<string, number>]>([
  ['no look: empty', [], {}],
  ['a first look on the grid', [[1, 100]], { 1: 100 }],
  ['a first look in the first day stands for a tenth before it', [[1.1, 100]], { 1: 100 }],
  ['a first look in the first day, too far behind the grid', [[1.2, 100]], {}],
  ['a first look in the first week stands for a quarter before it', [[48, 100]], { 36: 100, 48: 100 }],
  ['a first look in the first week, short of the next age', [[71, 100]], {}],
  ['a first look after a week stands for half before it', [[241, 100]], { 168: 100, 240: 100 }],
  ['a first look before the grid', [[0.25, 100]], {}],
  ['a look does not reach forward', [[0.99, 100]], {}],
  ['a look at publication', [[0, 0]], {}],
  ['a look before publication', [[-1, 5]], {}],
  [
    'two looks on the grid',
    [
      [1, 100],
      [2, 400],
    ],
    { 1: 100, 1.5: 225, 2: 400 },
  ],
  [
    '0 plays in between',
    [
      [1, 0],
      [2, 0],
    ],
    { 1: 0, 1.5: 0, 2: 0 },
  ],
  [
    'all ages between two looks',
    [
      [1, 100],
      [25, 100],
    ],
    { 1: 100, 1.5: 100, 2: 100, 3: 100, 4: 100, 6: 100, 8: 100, 12: 100, 16: 100, 24: 100 },
  ],
  [
    'a look without plays adds nothing',
    [
      [1, 100],
      [2, null],
    ],
    { 1: 100 },
  ],
  [
    'after a look without plays, near ages only',
    [
      [1, 100],
      [2, null],
      [4, 900],
    ],
    { 1: 100, 4: 900 },
  ],
  [
    'after a look without plays, nothing behind what is known',
    [
      [160, 100],
      [165, null],
      [170, 900],
    ],
    { 120: 100, 168: 900 },
  ],
  [
    'a look without plays first',
    [
      [1, null],
      [2, 100],
    ],
    { 2: 100 },
  ],
  [
    'a look at publication is nothing to go by',
    [
      [0, 0],
      [24, 900],
    ],
    { 24: 900 },
  ],
  [
    'a look before publication is nothing to go by',
    [
      [-1, 0],
      [24, 900],
    ],
    { 24: 900 },
  ],
  [
    'a counter that fell is stored as seen',
    [
      [1, 400],
      [2, 100],
    ],
    { 1: 400, 1.5: 178, 2: 100 },
  ],
  [
    'the same instant twice',
    [
      [1, 100],
      [1, 200],
    ],
    { 1: 100 },
  ],
  [
    'an older look changes nothing',
    [
      [2, 400],
      [1, 100],
    ],
    { 2: 400 },
  ],
  [
    'past the grid',
    [
      [2160, 7],
      [3000, 9],
    ],
    { 1080: 7, 1440: 7, 2160: 7 },
  ],
])('curve of %s', (_name, pairs, expected) => {
  expect(held(curveOf(looks(...pairs)))).toEqual(expected)
})

test('a power law between two looks is met on the nose', () => {
  // plays + 1 = 100 * age ^ 1.5
  const at = (hours: number) => Math.round(100 * hours ** 1.5 - 1)
  const curve = held(curveOf(looks([1, at(1)], [16, at(16)])))
  expect(Object.keys(curve)).toHaveLength(9)
  for (const [hours, plays] of Object.entries(curve)) expect(plays).toBe(at(Number(hours)))
})

test('a curve that gains nothing is the same object', () => {
  const curve = curveOf(looks([1, 100]))
  const same = extendCurve(
    curve,
    PUBLISHED,
    lookOf(PUBLISHED + HOUR, 100),
    lookOf(PUBLISHED + 1.2 * HOUR, 120),
  )
  expect(same).toBe(curve)
})

test('two looks at one instant and no curve: the second look, not NaN', () => {
  const look = (plays: number) => lookOf(PUBLISHED + HOUR, plays)
  expect(held(extendCurve([], PUBLISHED, look(100), look(200)))).toEqual({ 1: 200 })
})

test('a curve is not changed in place, and a short one is filled up', () => {
  const short: Curve = Object.freeze([50])
  const next = extendCurve(short, PUBLISHED, null, lookOf(PUBLISHED + HOUR, 100))
  expect(short).toEqual([50])
  expect(held(next)).toEqual({ 0.5: 50, 1: 100 })
  expect(next).toHaveLength(AGES.length)
})

const anyLook = fc.record({
  gap: fc.oneof(fc.integer({ min: 1, max: 3 * HOUR }), fc.integer({ min: 1, max: 400 * HOUR })),
  plays: fc.option(fc.oneof(fc.nat(20), fc.nat(1e10)), { freq: 8 }),
})
/** Looks in order; counters may fall and may be missing. */
const history = fc.array(anyLook, { maxLength: 30, size: 'max' }).map((all) => {
  let at = PUBLISHED - HOUR
  return all.map(({ gap, plays }) => {
    at += gap
    return lookOf(at, plays)
  })
})
const growing = history.map((all) => {
  let most = 0
  return all.map((look) => {
    most += look.plays ?? 0
    return { ...look, plays: look.plays === null ? null : most }
  })
})

test('a curve holds whole numbers or null, never NaN', () => {
  fc.assert(
    fc.property(history, (all) => {
      for (const plays of curveOf(all)) expect(plays === null || Number.isSafeInteger(plays)).toBe(true)
    }),
  )
})

test('a new value lies between the two looks around its age', () => {
  fc.assert(
    fc.property(history, (all) => {
      const after = curves(all)
      for (const [i, curve] of after.entries()) {
        const look = all[i] as Look
        const previous = all[i - 1]
        const between = [look.plays as number, previous?.plays ?? (look.plays as number)]
        for (const [k, plays] of curve.entries()) {
          if (plays == null || after[i - 1]?.[k] != null) continue
          expect(plays).toBeGreaterThanOrEqual(Math.min(...between))
          expect(plays).toBeLessThanOrEqual(Math.max(...between))
          expect(AGES[k]).toBeLessThanOrEqual(look.observedAt - PUBLISHED)
        }
      }
    }),
  )
})

test('a value once set never changes', () => {
  fc.assert(
    fc.property(history, (all) => {
      const after = curves(all)
      const end = after.at(-1) ?? []
      for (const curve of after) {
        for (const [k, plays] of curve.entries()) if (plays != null) expect(end[k]).toBe(plays)
      }
    }),
  )
})

test('looks that grow make a curve that grows', () => {
  fc.assert(
    fc.property(growing, (all) => {
      const values = curveOf(all).filter((plays) => plays !== null)
      expect([...values].sort((a, b) => a - b)).toEqual(values)
    }),
  )
})

test('a first look fills only ages near before it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * 24 * HOUR }), fc.nat(1e9), (age, plays) => {
      const curve = extendCurve([], PUBLISHED, null, lookOf(PUBLISHED + age, plays))
      const near = age < 24 * HOUR ? 0.9 : age < 168 * HOUR ? 0.75 : 0.5
      const expected = AGES.filter((at) => at <= age && at >= near * age)
      expect(
        Object.keys(held(curve))
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(expected.map((at) => at / HOUR))
    }),
  )
})

/** A curve with plays at the ages given, in hours. */
const drawn = (values: Record<string, number>): Curve => AGES.map((age) => values[age / HOUR] ?? null)

test.each<[string, Record<string, number>, number, number | null]>([
  ['an empty curve', {}, 2, null],
  ['an age of the grid', { 1: 100, 2: 400 }, 2, 400],
  ['between two that are alike', { 4: 100, 6: 100 }, 5, 100],
  ['between two zeros', { 4: 0, 6: 0 }, 5, 0],
  ['before the grid, far', { 0.5: 100 }, 0.44, null],
  ['before the grid, near', { 0.5: 100 }, 0.46, 100],
  ['at publication', { 0.5: 100 }, 0, null],
  ['before publication', { 0.5: 100 }, -1, null],
  ['behind the last value, near', { 24: 100 }, 30, 100],
  ['behind the last value, far', { 24: 100 }, 33, null],
  ['behind the last value in the first day', { 12: 100 }, 13, 100],
  ['behind the last value in the first day, far', { 12: 100 }, 14, null],
  ['behind the last value after a week', { 168: 100 }, 230, 100],
  ['at an age of the grid without a value, near the one before', { 168: 100 }, 240, 100],
  ['at an age of the grid without a value, far from the one before', { 24: 100 }, 36, null],
  ['at an age of the grid without a value, before one', { 24: 100 }, 16, null],
  ['before the first value, near', { 48: 100 }, 37, 100],
  ['before the first value, far', { 24: 100 }, 17, null],
  ['behind the grid, near', { 2160: 100 }, 4000, 100],
  ['behind the grid, far', { 2160: 100 }, 5000, null],
  ['in a hole of the curve', { 1: 100, 6: 100 }, 3.5, null],
])('curveAt: %s', (_name, values, hours, expected) => {
  const plays = curveAt(drawn(values), hours * HOUR)
  expect(plays === null ? null : Math.round(plays)).toBe(expected)
})

test('curveAt of a short curve, which ends in nulls', () => {
  expect(curveAt([100], 0.5 * HOUR)).toBe(100)
  expect(curveAt([100], 2 * HOUR)).toBeNull()
})

test('curveAt lies between its two neighbours of the grid, and is never NaN', () => {
  const plays = fc.option(fc.nat(1e9), { freq: 4 })
  const curve = fc.array(plays, { maxLength: AGES.length, size: 'max' })
  fc.assert(
    fc.property(curve, fc.double({ min: -1, max: 1.5 * LAST, noNaN: true }), (curve, age) => {
      const at = curveAt(curve, age)
      if (at === null) return
      const above = AGES.findIndex((grid) => grid >= age)
      const around = [curve[(above === -1 ? AGES.length : above) - 1], above === -1 ? null : curve[above]]
      const known = around.filter((n) => n != null)
      expect(at).toBeGreaterThanOrEqual(Math.min(...known) * (1 - 1e-9) - 1e-9)
      expect(at).toBeLessThanOrEqual(Math.max(...known) * (1 + 1e-9) + 1e-9)
    }),
    { numRuns: 1000 },
  )
})

test('curveAt of a curve that grows grows', () => {
  const age = fc.integer({ min: 1, max: LAST })
  fc.assert(
    fc.property(fc.array(fc.nat(1e6), { minLength: 24, maxLength: 24 }), age, age, (steps, one, other) => {
      let sum = 0
      const curve = steps.map((n) => {
        sum += n
        return sum
      })
      const [low, high] = [curveAt(curve, Math.min(one, other)), curveAt(curve, Math.max(one, other))]
      if (low !== null && high !== null) expect(low).toBeLessThanOrEqual(high * (1 + 1e-9) + 1e-9)
    }),
  )
})
