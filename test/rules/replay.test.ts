import { expect, test } from 'vitest'
import type { ActiveRule } from '../../rules/active-rule.ts'
import { AGES } from '../../rules/curve.ts'
import { SHIPPED } from '../../rules/forecast-model.ts'
import { UNKNOWN } from '../../rules/metric.ts'
import { needsOf } from '../../rules/needs.ts'
import { Replay, type ReplayVideo, type Track } from '../../rules/replay.ts'
import { completed } from '../../rules/rule.ts'
import { DAY, HOUR, type Look } from '../../rules/types.ts'

const rule = (condition: object): ActiveRule => ({
  ruleId: 1,
  version: 1,
  definition: completed({ condition: condition as never }),
})
const RATIO = rule({ metric: 'kolRatio', op: '>=', value: 2 })

const video = (videoId: number, publishedAt: number, over: Partial<ReplayVideo> = {}): ReplayVideo => ({
  videoId,
  publishedAt,
  knownAt: publishedAt,
  kolId: 1,
  cellId: null,
  tier: null,
  vertical: null,
  purpose: 'SEEDING',
  place: { brandId: 1, matrixId: null, phaseId: null, tier: null },
  judged: true,
  curve: [],
  adsTurns: [],
  ...over,
})
const look = (observedAt: number, plays: number | null): Look => ({
  observedAt,
  plays,
  likes: null,
  comments: null,
  shares: null,
  saves: null,
})

function replay(videos: ReplayVideo[], rules = [RATIO]) {
  const made = new Replay(
    {
      rules,
      needs: needsOf(rules),
      counting: ['likes'],
      learnedAt: () => ({ model: SHIPPED, classes: new Map() }),
      zone: 'UTC',
      episodeOf: () => null,
    },
    videos,
  )
  const see = (videoId: number, at: number, plays: number | null, recordedAt = at) => {
    const track = made.track(videoId) as Track
    return made.look(track, look(at, plays), { recordedAt, followers: null, figures: null })
  }
  return { made, see }
}

/** Three earlier videos with 100 plays at an hour. */
const EARLIER = [1, 2, 3].map((id) => video(id, id * HOUR, { judged: false }))

test("a peer's looks count from when they are known, and no rule judges it", () => {
  const { see } = replay([...EARLIER, video(9, DAY)])
  for (const { videoId, publishedAt } of EARLIER) expect(see(videoId, publishedAt + HOUR, 100)).toBeNull()
  const judged = see(9, DAY + HOUR, 300)
  expect(judged?.verdict.readings.kolRatio).toEqual({ value: 3 })
  expect(judged?.verdict.moves).toMatchObject([{ step: { to: 'FIRING' } }])
})

test('a video that became known later is none of the baseline before', () => {
  const late = { ...(EARLIER[2] as ReplayVideo), knownAt: 2 * DAY }
  const { see } = replay([...EARLIER.slice(0, 2), late, video(9, DAY)])
  for (const { videoId, publishedAt } of EARLIER.slice(0, 2)) see(videoId, publishedAt + HOUR, 100)
  expect(see(9, DAY + HOUR, 300)?.verdict.readings.kolRatio.value).toBeNull()
  see(3, 4 * HOUR, 100, 2 * DAY)
  expect(see(9, DAY + 3 * HOUR, 300, 2 * DAY)?.verdict.readings.kolRatio.value).toBeNull()
  expect(replayed(see)).toBeNull()
})
/** What is older than what is known of a video is history, also when it becomes known late. */
const replayed = (see: ReturnType<typeof replay>['see']) => see(9, DAY + 2 * HOUR, 1, 3 * DAY)

test('videos of one KOL lie in the order of publication, those of one instant by their id', () => {
  const { made, see } = replay([video(5, HOUR), video(7, DAY), video(6, HOUR), video(8, 2 * DAY)])
  see(8, 3 * DAY, 10)
  expect((made.track(8) as Track).kin.peers.map(({ videoId }) => videoId)).toEqual([8, 7, 6, 5])
})

test('videos without a KOL are nobody’s peers', () => {
  const { made, see } = replay([video(1, 0, { kolId: null }), video(2, HOUR, { kolId: null })])
  see(2, DAY, 10)
  expect((made.track(2) as Track).kin.peers).toEqual([])
})

test('a probability is foreseen at every look only where a rule asks, and else where one moves', () => {
  const plays = replay([video(1, 0)], [rule({ metric: 'plays', op: '>=', value: 1000 })])
  expect(plays.see(1, HOUR, 10)?.probability).toBeNull()
  expect(plays.see(1, 2 * HOUR, 5000)?.probability).toBeGreaterThan(0)
  const asked = replay([video(1, 0)], [rule({ metric: 'breakoutProbability', op: '>=', value: 1 })])
  expect(asked.see(1, HOUR, 10)?.probability).toBeGreaterThan(0)
})

test.each([
  [{ metric: 'plays', op: '>=', value: 1, windowMinutes: 60 }, {}],
  [
    { metric: 'plays', op: '>=', value: 1, of: 'CELL', by: 'RATIO' },
    { standings: true, cells: true },
  ],
  [{ metric: 'expectedPlays', op: '>=', value: 1 }, { forecast: true }],
  [{ metric: 'breakEvenRoi', op: '>=', value: 1 }, { margins: true }],
  [{ any: [{ not: { metric: 'playsPerFollower', op: '>=', value: 1 } }] }, { followers: true }],
])('%o needs %o', (condition, needs) => {
  const nothing = { forecast: false, standings: false, cells: false, followers: false }
  expect(needsOf([rule(condition)])).toEqual({ ...nothing, margins: false, matrices: false, ...needs })
})

test('a video is no baseline while it is known to have ads, and one again when they turn out to be none', () => {
  const bought = { ...(EARLIER[2] as ReplayVideo), adsTurns: [DAY + 2 * HOUR, DAY + 3 * HOUR] }
  const { see } = replay([...EARLIER.slice(0, 2), bought, video(9, DAY)])
  for (const { videoId, publishedAt } of EARLIER)
    for (const hours of [1, 2, 3]) see(videoId, publishedAt + hours * HOUR, 100)
  const ratios = [1, 2, 3].map((hours) => see(9, DAY + hours * HOUR, 300)?.verdict.readings.kolRatio.value)
  expect(ratios.map((ratio) => ratio === null)).toEqual([false, true, false])
})

test('what a video had shown at looks that are gone goes on as its baseline', () => {
  const curve = AGES.map((age) => (age <= 2 * HOUR ? 100 : null))
  const gone = EARLIER.map((one) => ({ ...one, curve }))
  const { see } = replay([...gone, video(9, DAY)])
  expect(see(9, DAY + HOUR, 300)?.verdict.readings.kolRatio).toEqual({ value: 3 })
})

test('where a video has ads, the probability at the flag is bounded by the looks before, whatever the rule reads', () => {
  const probability = (adsTurns: number[], boughtPlays: number | null) => {
    const { made } = replay([video(1, 0, { adsTurns })], [rule({ metric: 'plays', op: '>=', value: 1e6 })])
    const track = made.track(1) as Track
    const figures = { ...UNKNOWN, boughtPlays }
    made.look(track, look(2 * HOUR, 100), { recordedAt: 2 * HOUR, followers: null, figures: UNKNOWN })
    const [recordedAt, plays] = [4 * HOUR, 2_000_000]
    return made.look(track, look(recordedAt, plays), { recordedAt, followers: null, figures })?.probability
  }
  expect(probability([], null)).toBeGreaterThan(0.9)
  expect(probability([3 * HOUR], 1)).toBeLessThan(0.1)
})
