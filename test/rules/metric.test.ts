import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METRICS } from '../../rules/catalogue.ts'
import { AGES, type Curve, curveAt } from '../../rules/curve.ts'
import type { Forecast } from '../../rules/forecast.ts'
import {
  type Figures,
  METRIC_KEYS,
  type MetricInput,
  type MetricKey,
  MIN_PEERS,
  type NullReason,
  PEER_WINDOW,
  type Peer,
  type Reading,
  readMetrics,
} from '../../rules/metric.ts'
import { COUNTERS, DAY, HOUR, type Look, MINUTE } from '../../rules/types.ts'

const PUBLISHED = Date.UTC(2026, 5, 1)
const AGE = 2 * HOUR

/** Two hours after publication; all counters are given. */
const LOOK: Look = {
  observedAt: PUBLISHED + AGE,
  plays: 1000,
  likes: 50,
  comments: 7,
  shares: 3,
  saves: 400,
}
const BEFORE: Look = { ...LOOK, observedAt: PUBLISHED + 90 * MINUTE, plays: 600 }

/** The same plays at every age of the grid. */
const flat = (plays: number | null): Curve => AGES.map(() => plays)

/** Earlier videos, one a day, latest first, each with the same plays at all ages. */
function peers(...plays: (number | null)[]): Peer[] {
  return plays.map((count, i) => ({
    videoId: 900 - i,
    publishedAt: PUBLISHED - (i + 1) * DAY,
    curve: flat(count),
  }))
}

function read(
  metric: MetricKey,
  input: Partial<Omit<MetricInput, 'look'>> & { look?: Partial<Look> } = {},
): Reading {
  const { look, ...rest } = input
  const all = {
    previous: BEFORE,
    publishedAt: PUBLISHED,
    kol: { followers: 500, peers: peers(100, 200, 300) },
  }
  return readMetrics({ ...all, ...rest, look: { ...LOOK, ...look } })[metric]
}

const value = (value: number): Reading => ({ value })
const none = (reason: NullReason): Reading => ({ value: null, reason })

test('every metric of the catalogue is read, and no other', () => {
  const readings = readMetrics({ look: LOOK, previous: null, publishedAt: PUBLISHED, kol: null })
  expect(Object.keys(readings)).toEqual(METRIC_KEYS)
})

test.each(METRIC_KEYS)('%s says all that must be known of it', (key) => {
  const { of, ...texts } = METRICS[key]
  const { zh, en, unit, formula, window, nullRule, restatement, source } = texts
  for (const text of [zh, en, unit, formula, window, nullRule, restatement, source]) {
    expect(text).toMatch(/\S/)
    expect(text).not.toMatch(/undefined|\$\{/)
  }
  expect('given' in texts ? of : []).toHaveLength('given' in texts ? 1 : 0)
})

test('no two metrics share a name', () => {
  const names = METRIC_KEYS.flatMap((key) => [METRICS[key].zh, METRICS[key].en])
  expect(new Set(names).size).toBe(2 * METRIC_KEYS.length)
})

test.each(COUNTERS)('%s is the counter', (counter) => {
  expect(read(counter)).toEqual(value(LOOK[counter] as number))
  expect(read(counter, { look: { [counter]: 0 } })).toEqual(value(0))
  expect(read(counter, { look: { [counter]: null } })).toEqual(none('NOT_GIVEN'))
})

test.each<[string, MetricKey, Parameters<typeof read>[1], Reading]>([
  ['ageHours is hours since publication', 'ageHours', {}, value(2)],
  [
    'ageHours counts parts of an hour',
    'ageHours',
    { look: { observedAt: PUBLISHED + 90 * MINUTE } },
    value(1.5),
  ],
  ['ageHours is 0 at publication', 'ageHours', { look: { observedAt: PUBLISHED } }, value(0)],

  ['interactionRate leaves saves out', 'interactionRate', {}, value(0.06)],
  ['interactionRate without saves', 'interactionRate', { look: { saves: null } }, value(0.06)],
  [
    'interactionRate of none is 0, not unknown',
    'interactionRate',
    { look: { likes: 0, comments: 0, shares: 0 } },
    value(0),
  ],
  ['interactionRate of 0 plays', 'interactionRate', { look: { plays: 0 } }, none('ZERO_PLAYS')],
  ['interactionRate without plays', 'interactionRate', { look: { plays: null } }, none('NOT_GIVEN')],
  ['interactionRate without likes', 'interactionRate', { look: { likes: null } }, none('NOT_GIVEN')],
  ['interactionRate without comments', 'interactionRate', { look: { comments: null } }, none('NOT_GIVEN')],
  ['interactionRate without shares', 'interactionRate', { look: { shares: null } }, none('NOT_GIVEN')],
  [
    'interactionRate of 0 plays without likes',
    'interactionRate',
    { look: { plays: 0, likes: null } },
    none('NOT_GIVEN'),
  ],

  ['velocity is plays gained per hour', 'velocity', {}, value(800)],
  ['velocity of no gain is 0', 'velocity', { previous: { ...BEFORE, plays: 1000 } }, value(0)],
  ['velocity at the first look', 'velocity', { previous: null }, none('NO_EARLIER_LOOK')],
  [
    'velocity after a look without plays',
    'velocity',
    { previous: { ...BEFORE, plays: null } },
    none('NO_EARLIER_LOOK'),
  ],
  ['velocity of a counter that fell', 'velocity', { previous: { ...BEFORE, plays: 1001 } }, none('RESTATED')],
  ['velocity without plays', 'velocity', { look: { plays: null } }, none('NOT_GIVEN')],
  [
    'velocity without plays at the first look',
    'velocity',
    { look: { plays: null }, previous: null },
    none('NOT_GIVEN'),
  ],
  [
    'velocity of two looks at one instant',
    'velocity',
    { previous: { ...BEFORE, observedAt: LOOK.observedAt } },
    none('NO_EARLIER_LOOK'),
  ],
  [
    'velocity of a look before the one before',
    'velocity',
    { previous: { ...BEFORE, observedAt: LOOK.observedAt + 1 } },
    none('NO_EARLIER_LOOK'),
  ],

  ['playsPerFollower', 'playsPerFollower', {}, value(2)],
  ['playsPerFollower of 0 plays is 0', 'playsPerFollower', { look: { plays: 0 } }, value(0)],
  ['playsPerFollower without plays', 'playsPerFollower', { look: { plays: null } }, none('NOT_GIVEN')],
  ['playsPerFollower without a KOL', 'playsPerFollower', { kol: null }, none('NO_KOL')],
  [
    'playsPerFollower of unknown followers',
    'playsPerFollower',
    { kol: { followers: null, peers: [] } },
    none('NO_FOLLOWERS'),
  ],
  [
    'playsPerFollower of 0 followers',
    'playsPerFollower',
    { kol: { followers: 0, peers: [] } },
    none('NO_FOLLOWERS'),
  ],

  ['kolRatio without a KOL', 'kolRatio', { kol: null }, none('NO_KOL')],
  ['kolRatio without plays', 'kolRatio', { look: { plays: null } }, none('NOT_GIVEN')],
  ['kolRatio of 0 plays is 0', 'kolRatio', { look: { plays: 0 } }, value(0)],
])('%s', (_name, metric, input, expected) => {
  expect(read(metric, input)).toEqual(expected)
})

test.each<[string, MetricKey, Parameters<typeof read>[1], Reading]>([
  [
    'interactionRate counts what the workspace sets',
    'interactionRate',
    { counting: ['likes', 'saves'] },
    value(0.45),
  ],
  [
    'interactionRate without a counter that counts',
    'interactionRate',
    { counting: ['likes', 'saves'], look: { saves: null } },
    none('NOT_GIVEN'),
  ],
  [
    'interactionRate without a counter that does not count',
    'interactionRate',
    { counting: ['likes'], look: { comments: null } },
    value(0.05),
  ],
  ['acceleration is the change of velocity per hour', 'acceleration', { previousVelocity: 700 }, value(200)],
  ['acceleration is below 0 where it slows down', 'acceleration', { previousVelocity: 1000 }, value(-400)],
  ['acceleration of an even pace is 0', 'acceleration', { previousVelocity: 800 }, value(0)],
  ['acceleration without a velocity before', 'acceleration', {}, none('NO_EARLIER_LOOK')],
  [
    'acceleration at the first look',
    'acceleration',
    { previous: null, previousVelocity: 800 },
    none('NO_EARLIER_LOOK'),
  ],
  [
    'acceleration of a counter that fell',
    'acceleration',
    { previous: { ...BEFORE, plays: 1001 }, previousVelocity: 800 },
    none('RESTATED'),
  ],
])('%s', (_name, metric, input, expected) => {
  expect(read(metric, input)).toEqual(expected)
})

const ratio = (peers: readonly Peer[], look: Partial<Look> = {}) =>
  read('kolRatio', { look, kol: { followers: null, peers } })

test.each<[string, (number | null)[], Reading]>([
  ['the middle of 3, in any order', [400, 100, 200], value(5)],
  ['the mean of the two in the middle of 4', [1000, 100, 300, 200], value(4)],
  ['the middle of 5', [1, 2, 500, 1000, 2000], value(2)],
  ['no baseline without peers', [], none('TOO_FEW_PEERS')],
  ['no baseline of 2', [100, 100], none('TOO_FEW_PEERS')],
  ['peers not seen at that age do not count', [100, null, 200, null, 300], value(5)],
  ['3 peers of which one was not seen at that age are too few', [100, null, 200], none('TOO_FEW_PEERS')],
  ['a median of 0 is no baseline', [0, 0, 500], none('TOO_FEW_PEERS')],
  ['a peer of 0 counts', [0, 200, 500], value(5)],
])('the KOL baseline: %s', (_name, plays, expected) => {
  expect(ratio(peers(...plays))).toEqual(expected)
})

test('the KOL baseline is taken at the same age, between the looks of the grid too', () => {
  const growing = peers(1, 1, 1).map((peer) => ({ ...peer, curve: AGES.map((age) => age / HOUR) }))
  expect(ratio(growing, { observedAt: PUBLISHED + 4 * HOUR })).toEqual(value(250))
  const between = ratio(growing, { observedAt: PUBLISHED + 3.5 * HOUR }).value as number
  expect(between).toBeGreaterThan(1000 / 4)
  expect(between).toBeLessThan(1000 / 3)
})

test('the KOL baseline holds only videos published before, not at the same instant', () => {
  const at = (ms: number, plays: number): Peer => ({
    videoId: ms,
    publishedAt: PUBLISHED + ms,
    curve: flat(plays),
  })
  const later = [at(DAY, 9000), at(1, 9000), at(0, 9000), at(0, 9000)]
  const earlier = [at(-1, 100), at(-DAY, 200), at(-2 * DAY, 300)]
  expect(ratio([...later, ...earlier])).toEqual(value(5))
  expect(ratio([...later, ...earlier.slice(1)])).toEqual(none('TOO_FEW_PEERS'))
  expect(ratio(later)).toEqual(none('TOO_FEW_PEERS'))
})

test('the KOL baseline is of the latest earlier videos only', () => {
  const recent = Array.from({ length: PEER_WINDOW }, () => 100)
  const old = Array.from({ length: 3 * PEER_WINDOW }, () => 9000)
  expect(ratio(peers(...recent, ...old))).toEqual(value(10))
  // The window is counted from the first earlier one, whatever was published since.
  const since = peers(...Array.from({ length: PEER_WINDOW }, () => 9000)).map((peer) => ({
    ...peer,
    publishedAt: PUBLISHED + DAY,
  }))
  expect(ratio([...since, ...peers(...recent, ...old)])).toEqual(value(10))
})

test('the KOL baseline does not reach behind its window for videos that were seen', () => {
  const unseen = Array.from({ length: PEER_WINDOW - MIN_PEERS + 1 }, () => null)
  expect(ratio(peers(...unseen, 100, 100, 100))).toEqual(none('TOO_FEW_PEERS'))
  expect(ratio(peers(...unseen.slice(1), 100, 100, 100, 9000))).toEqual(value(10))
})

const count = fc.option(fc.oneof(fc.nat(20), fc.nat(1e9)))
const peers$ = fc
  .array(
    fc.tuple(fc.array(count, { maxLength: AGES.length, size: 'max' }), fc.integer({ min: -9, max: 1 })),
    {
      maxLength: 40,
      size: 'max',
    },
  )
  .map((drawn) =>
    drawn
      .map(([curve, day], i): Peer => ({ videoId: i, publishedAt: PUBLISHED + day * DAY, curve }))
      .toSorted((a, b) => b.publishedAt - a.publishedAt),
  )

test('the KOL baseline is to the bit the median of the curves at that age', () => {
  const age = fc.oneof(fc.integer({ min: 0, max: 100 * DAY }), fc.constantFrom(...AGES))
  fc.assert(
    fc.property(peers$, age, (peers, age) => {
      const earlier = peers.filter((peer) => peer.publishedAt < PUBLISHED).slice(0, PEER_WINDOW)
      const plays = earlier.map(({ curve }) => curveAt(curve, age)).filter((one) => one !== null)
      const sorted = plays.toSorted((a, b) => a - b)
      const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
      const middle = sorted.length % 2 ? high : (high + low) / 2
      const expected = sorted.length < MIN_PEERS || middle <= 0 ? none('TOO_FEW_PEERS') : value(1000 / middle)
      expect(ratio(peers, { observedAt: PUBLISHED + age })).toEqual(expected)
    }),
    { numRuns: 1000 },
  )
})

test('what is foreseen is read as it is, and each number that is not says so', () => {
  const forecast = { probability: 0, plays24h: 1200, plays7d: null, final: 5000 } as Forecast
  expect(read('breakoutProbability', { forecast })).toEqual(value(0))
  expect(read('expectedPlays24h', { forecast })).toEqual(value(1200))
  expect(read('expectedPlays7d', { forecast })).toEqual(none('NOT_FORESEEN'))
  expect(read('expectedPlays', { forecast })).toEqual(value(5000))
  for (const key of [
    'breakoutProbability',
    'expectedPlays24h',
    'expectedPlays7d',
    'expectedPlays',
  ] as const) {
    expect(read(key)).toEqual(none('NOT_FORESEEN'))
    expect(read(key, { forecast: null })).toEqual(none('NOT_FORESEEN'))
  }
})

test('no reading is ever NaN, endless or negative but for acceleration, and a null has a reason', () => {
  const at = fc.integer({ min: 0, max: 60 * DAY }).map((ms) => PUBLISHED + ms)
  const look = fc.record({
    observedAt: at,
    plays: count,
    likes: count,
    comments: count,
    shares: count,
    saves: count,
  })
  const rate = fc.option(fc.double({ min: 0, max: 1, noNaN: true }))
  const figures = fc.record<Figures>({
    spendFen: count,
    paidGmvFen: count,
    gmvFen: count,
    orders: count,
    settled7Fen: count,
    settled14Fen: count,
    adShows: count,
    boughtPlays: count,
    boughtBy: fc.constantFrom('REPORTED', 'ESTIMATED', null),
    completionRate: rate,
    fiveSecondRate: rate,
    priceFen: count,
    grossMargin: fc.option(fc.constantFrom(0, 0.01, 0.4, 1)),
  })
  const input = fc.record<MetricInput>({
    look,
    previous: fc.option(look),
    publishedAt: fc.constant(PUBLISHED),
    kol: fc.option(fc.record({ followers: count, peers: peers$ })),
    counting: fc.subarray(['likes', 'comments', 'shares', 'saves'] as const),
    previousVelocity: count,
    figures: fc.option(figures),
  })
  fc.assert(
    fc.property(input, (input) => {
      for (const [key, reading] of Object.entries(readMetrics(input))) {
        if (reading.value === null) {
          expect(reading.reason).toMatch(/^[A-Z_]+$/)
          continue
        }
        expect(Number.isFinite(reading.value)).toBe(true)
        if (key !== 'acceleration') expect(reading.value).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})
