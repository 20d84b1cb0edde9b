import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AGES, type Curve } from '../../rules/curve.ts'
import {
  METRIC_KEYS,
  METRICS,
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

test.each(METRIC_KEYS)('%s has its two names, unit, formula and null rule', (key) => {
  for (const part of Object.values(METRICS[key])) expect(part).toMatch(/\S/)
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

test('no reading is ever NaN, endless or negative, and a null has a reason', () => {
  const count = fc.option(fc.nat(1e9))
  const at = fc.integer({ min: 0, max: 60 * DAY }).map((ms) => PUBLISHED + ms)
  const look = fc.record({
    observedAt: at,
    plays: count,
    likes: count,
    comments: count,
    shares: count,
    saves: count,
  })
  const kol = fc.record({
    followers: count,
    peers: fc
      .array(fc.array(count, { maxLength: AGES.length }), { maxLength: 6 })
      .map((curves) => curves.map((curve, i): Peer => ({ videoId: i, publishedAt: PUBLISHED - i, curve }))),
  })
  fc.assert(
    fc.property(look, fc.option(look), fc.option(kol), (look, previous, kol) => {
      for (const reading of Object.values(readMetrics({ look, previous, publishedAt: PUBLISHED, kol }))) {
        if (reading.value === null) {
          expect(reading.reason).toMatch(/^[A-Z_]+$/)
          continue
        }
        expect(Number.isFinite(reading.value)).toBe(true)
        expect(reading.value).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})
