import { expect, test } from 'vitest'
import { AGES } from '../../rules/curve.ts'
import { type KolRecord, kolFacts, USUAL, weeklyJump } from '../../rules/kol-facts.ts'
import { DAY, HOUR, TIERS } from '../../rules/types.ts'

/** A curve with plays at 24 h and 7 days only. */
const curve = (day: number | null, week: number | null) =>
  AGES.map((age) => (age === 24 * HOUR ? day : age === 7 * DAY ? week : null))
const NOBODY: KolRecord = {
  tier: null,
  followers: null,
  finished: [],
  published90d: 0,
  flagged90d: 0,
  prices: [],
  looks: [],
}
const video = (week: number | null, interactionRate: number | null = 0.05) => ({
  curve: curve(week === null ? null : week / 2, week),
  interactionRate,
})

test('nothing seen is null, not 0', () => {
  expect(kolFacts(NOBODY)).toEqual({
    videos: 0,
    medianPlays24h: null,
    medianPlays7d: null,
    interactionRate: null,
    breakoutShare90d: null,
    offers: [],
    anomalies: [],
  })
})

test('medians need 3 videos that have the number, and the share 3 published', () => {
  const two = [video(100), video(300)]
  expect(
    kolFacts({ ...NOBODY, finished: [...two, video(null, null)], published90d: 2, flagged90d: 2 }),
  ).toMatchObject({
    videos: 3,
    medianPlays7d: null,
    interactionRate: null,
    breakoutShare90d: null,
  })
  const four = [...two, video(200, 0.1), video(500, null)]
  expect(kolFacts({ ...NOBODY, finished: four, published90d: 4, flagged90d: 1 })).toMatchObject({
    videos: 4,
    medianPlays24h: 125,
    medianPlays7d: 250,
    interactionRate: 0.05,
    breakoutShare90d: 0.25,
  })
})

test('CPM and CPE come from the price of each band and our own medians', () => {
  const prices = [
    { band: 'FROM_21_TO_60S' as const, priceFen: 300_000, observedAt: 1 },
    { band: 'UP_TO_20S' as const, priceFen: 100_000, observedAt: 2 },
  ]
  const finished = [video(20_000), video(20_000), video(20_000)]
  expect(kolFacts({ ...NOBODY, finished, prices }).offers).toEqual([
    { band: 'UP_TO_20S', priceFen: 100_000, observedAt: 2, cpm: 5000, cpe: 100 },
    { band: 'FROM_21_TO_60S', priceFen: 300_000, observedAt: 1, cpm: 15_000, cpe: 300 },
  ])
  expect(kolFacts({ ...NOBODY, prices }).offers[0]).toMatchObject({ cpm: null, cpe: null })
  const zero = [video(0, 0), video(0, 0), video(0, 0)]
  expect(kolFacts({ ...NOBODY, finished: zero, prices }).offers[0]).toMatchObject({ cpm: null, cpe: null })
})

test.each(TIERS)('%s: both ends of the usual are usual, beyond them is not', (tier) => {
  const { playsPerFollower, interactionRate } = USUAL[tier]
  const kinds = (plays: number, rate: number) => {
    const finished = Array.from({ length: 3 }, () => video(plays * 1e6, rate))
    return kolFacts({ ...NOBODY, tier, followers: 1e6, finished }).anomalies.map(({ kind }) => kind)
  }
  for (const end of [0, 1] as const) {
    const beyond = end === 0 ? 0.9 : 1.1
    const [plays, rate] = [playsPerFollower[end], interactionRate[end]]
    expect(kinds(plays, rate)).toEqual([])
    expect(kinds(plays * beyond, rate)).toEqual(['PLAYS_PER_FOLLOWER'])
    expect(kinds(plays, rate * beyond)).toEqual(['INTERACTION_RATE'])
  }
})

test('an anomaly has its numbers and says them', () => {
  const finished = [video(100), video(100), video(100)]
  const record = { ...NOBODY, tier: 'HEAD' as const, followers: 2_000_000, finished }
  expect(kolFacts(record).anomalies).toEqual([
    {
      kind: 'PLAYS_PER_FOLLOWER',
      value: 0.00005,
      low: 0.05,
      high: 4,
      text: '7 天播放中位数是粉丝数的 0.00005 倍，HEAD 通常为 0.05 至 4 倍',
    },
  ])
  expect(kolFacts({ ...record, tier: null }).anomalies).toEqual([])
  expect(kolFacts({ ...record, followers: null }).anomalies).toEqual([])
})

test.each<[what: string, looks: [day: number, followers: number][], jump: number | null]>([
  ['one look', [[0, 5000]], null],
  [
    'within a week',
    [
      [0, 5000],
      [6, 7000],
    ],
    0.4,
  ],
  [
    'a fall',
    [
      [0, 5000],
      [3, 3000],
    ],
    -0.4,
  ],
  [
    'small steps add up',
    [
      [0, 5000],
      [2, 5800],
      [4, 6600],
      [6, 7500],
    ],
    0.5,
  ],
  [
    'over four weeks: its even part',
    [
      [0, 5000],
      [28, 10_000],
    ],
    2 ** 0.25 - 1,
  ],
  [
    'small accounts jump',
    [
      [0, 999],
      [1, 5000],
    ],
    null,
  ],
  [
    'a jump and its purge',
    [
      [0, 5000],
      [1, 10_000],
      [2, 5000],
    ],
    1,
  ],
])('follower jump: %s', (_what, looks, jump) => {
  const found = weeklyJump(looks.map(([day, followers]) => ({ at: day * DAY, followers })))
  if (jump === null) expect(found).toBeNull()
  else expect(found).toBeCloseTo(jump)
})

test('a jump beyond 30 % is an anomaly, also of a KOL without a tier', () => {
  const looks = (after: number) => [
    { at: 0, followers: 10_000 },
    { at: DAY, followers: after },
  ]
  expect(kolFacts({ ...NOBODY, looks: looks(13_000) }).anomalies).toEqual([])
  expect(kolFacts({ ...NOBODY, looks: looks(13_100) }).anomalies).toMatchObject([
    { kind: 'FOLLOWER_JUMP', high: 0.3 },
  ])
})
