import fc from 'fast-check'
import { expect, test } from 'vitest'
import { alertsPerDay, averagePrecision, calibrate, halfAt, spreadOf, tally } from '../../rules/score.ts'
import { BANDS, type BandLook, bandOf, scoreBands, scoreLooks } from '../../rules/score-band.ts'
import { DAY, HOUR } from '../../rules/types.ts'

const { NaN: UNKNOWN } = Number

test.each<[string, number[], number[], Partial<ReturnType<typeof tally>>]>([
  ['nothing at all', [], [], { videos: 0, precision: null, recall: null, f1: null }],
  ['no flag: no precision', [0, 0], [1, 0], { flagged: 0, precision: null, recall: 0, f1: 0 }],
  ['no hit: no recall', [1, 0], [0, 0], { hits: 0, precision: 0, recall: null, f1: 0 }],
  ['neither', [0, 0], [0, 0], { precision: null, recall: null, f1: null }],
  [
    '2 of 3 flags, 2 of 4 hits',
    [1, 1, 1, 0, 0],
    [1, 1, 0, 1, 1],
    { precision: 2 / 3, recall: 0.5, f1: 4 / 7 },
  ],
])('tally: %s', (_, flagged, hits, wanted) => {
  expect(tally(flagged, hits)).toMatchObject(wanted)
})

// By hand: the sum over steps down the ranking of (recall gained) x (precision there).
test.each<[string, number[], number[], number | null]>([
  ['nothing came true', [0.9, 0.1], [0, 0], null],
  ['nothing was scored', [], [], null],
  ['a perfect ranking', [0.9, 0.8, 0.1], [1, 1, 0], 1],
  ['the wrong way round', [0.1, 0.9], [1, 0], 1 / 2],
  ['hits first and third', [0.9, 0.8, 0.7], [1, 0, 1], (1 + 2 / 3) / 2],
  ["scikit-learn's own example", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.8333333333333333],
  ['all tied: the share of hits', [0.5, 0.5, 0.5, 0.5], [1, 0, 0, 0], 1 / 4],
  [
    'a tie over a hit and a miss',
    [0.9, 0.5, 0.5, 0.1],
    [1, 1, 0, 1],
    1 / 3 + (1 / 3) * (2 / 3) + (1 / 3) * (3 / 4),
  ],
])('average precision: %s', (_, scores, hits, wanted) => {
  const found = averagePrecision(scores, hits)
  if (wanted === null) expect(found).toBeNull()
  else expect(found).toBeCloseTo(wanted, 12)
})

/** Few levels, so that scores tie. */
const ranked = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 8 }).map((n) => n / 8),
    fc.boolean(),
  ),
  {
    minLength: 1,
    maxLength: 40,
  },
)
const split = (pairs: readonly [number, boolean][]) =>
  [pairs.map(([score]) => score), pairs.map(([, hit]) => hit)] as const

/** By its definition: at each threshold, from the highest, the recall that it adds times its precision. */
function byThresholds(pairs: readonly [number, boolean][]): number | null {
  const hits = pairs.filter(([, hit]) => hit).length
  if (hits === 0) return null
  let before = 0
  let sum = 0
  for (const threshold of [...new Set(pairs.map(([score]) => score))].sort((a, b) => b - a)) {
    const above = pairs.filter(([score]) => score >= threshold)
    const right = above.filter(([, hit]) => hit).length
    sum += (right / hits - before) * (right / above.length)
    before = right / hits
  }
  return sum
}

test('average precision is what its definition says, in whatever order', () => {
  fc.assert(
    fc.property(ranked, fc.infiniteStream(fc.nat()), (pairs, keys) => {
      const found = averagePrecision(...split(pairs))
      const wanted = byThresholds(pairs)
      if (wanted === null) expect(found).toBeNull()
      else expect(found).toBeCloseTo(wanted, 10)
      const shuffled = pairs
        .map((pair) => ({ pair, key: keys.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ pair }) => pair)
      expect(averagePrecision(...split(shuffled))).toEqual(found)
      expect(calibrate(...split(shuffled)).error ?? 0).toBeCloseTo(calibrate(...split(pairs)).error ?? 0, 10)
    }),
  )
})

test('only the order of scores counts for average precision', () => {
  fc.assert(
    fc.property(ranked, (pairs) => {
      const stretched = pairs.map(([score, hit]): [number, boolean] => [Math.exp(3 * score), hit])
      expect(averagePrecision(...split(stretched))).toBe(averagePrecision(...split(pairs)))
    }),
  )
})

test('calibration: ten bins, the last with 1 in it, weighted by count', () => {
  const { bins, error } = calibrate([0.05, 0.15, 0.15, 1, 0.95], [0, 1, 0, 1, 1])
  expect(bins.map(({ count }) => count)).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0, 2])
  expect(bins[1]).toEqual({ from: 0.1, to: 0.2, count: 2, said: 0.15, came: 0.5 })
  expect(bins[2]).toMatchObject({ said: null, came: null })
  // (1 x 0.05 + 2 x 0.35 + 2 x 0.025) / 5
  expect(error).toBeCloseTo(0.16, 12)
  expect(calibrate([], []).error).toBeNull()
})

test('chances that come true as often as they say have no error', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 5 }))),
      (groups) => {
        const pairs = groups.flatMap(([right, times]) =>
          Array.from({ length: 20 * times }, (_, n): [number, boolean] => [right / 20, n < right * times]),
        )
        const { error } = calibrate(...split(pairs))
        if (pairs.length === 0) expect(error).toBeNull()
        else expect(error).toBeCloseTo(0, 10)
      },
    ),
  )
})

test('half of the final plays: at the look that shows it first', () => {
  expect(halfAt([1, 2, 3], [10, 50, 100], 100)).toBe(2)
  expect(halfAt([1, 2, 3], [UNKNOWN, 70, 100], 100)).toBe(2)
  expect(halfAt([5], [100], 100)).toBe(5)
  expect(halfAt([5, 6], [UNKNOWN, UNKNOWN], 100)).toBeNull()
  expect(halfAt([], [], 0)).toBeNull()
})

test('leads and alerts: nothing to say of nothing', () => {
  expect(spreadOf([])).toBeNull()
  expect(spreadOf([3])).toEqual({ count: 1, lower: 3, median: 3, upper: 3 })
  expect(spreadOf([10, -2, 4, 8, 0])).toEqual({ count: 5, lower: 0, median: 4, upper: 8 })
  expect(alertsPerDay(6, 0, 2 * DAY)).toBe(3)
  expect(alertsPerDay(6, 5, 5)).toBeNull()
})

test('bands: every age above 0 lies in one', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 3650 * DAY, noNaN: true }), (age) => {
      const { from, to } = BANDS[bandOf(age)] as (typeof BANDS)[number]
      expect(from <= age && age < to).toBe(true)
    }),
  )
  expect([0.5, 1, 3, 47, 48, 168].map((hours) => BANDS[bandOf(hours * HOUR)]?.name)).toEqual([
    '0-1 h',
    '1-2 h',
    '2-4 h',
    '32-48 h',
    '2-7 d',
    'later',
  ])
})

test('each band by itself, and an empty one says nothing', () => {
  const look = (video: number, band: number, probability: number, holds: boolean): BandLook => ({
    video,
    band,
    probability,
    plays: 10 - video,
    holds,
    flagged: holds || band > 0,
  })
  const looks = [look(0, 0, 0.9, true), look(1, 0, 0.2, false), look(0, 2, 0.3, false), look(1, 2, 0.8, true)]
  const hits = [true, false]
  const [first, empty, third] = scoreBands(looks, hits)
  expect(first).toMatchObject({ holds: { precision: 1, recall: 1 }, byProbability: 1, byPlays: 1 })
  expect(empty).toMatchObject({ holds: { videos: 0, precision: null }, byProbability: null })
  expect(third).toMatchObject({ holds: { precision: 0, recall: 0 }, flagged: { precision: 0.5, recall: 1 } })
  expect(third?.byProbability).toBe(0.5)
  expect(scoreLooks(looks, hits).holds).toMatchObject({ videos: 4, hits: 2, flagged: 2, right: 1 })
})
