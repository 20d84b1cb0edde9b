import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { WorldVideo } from '../../platforms/simulator/videos.ts'
import { createWorld, type World } from '../../platforms/simulator/world.ts'
import { type Counters, DAY, HOUR, MINUTE } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const world = (seed: string | number, videos = 300, kols = 40) =>
  createWorld({ seed, startAt: START, kols, videos, hitShare: 0.08, publishDays: 5 })

const fingerprint = (one: World) => {
  const looks = one.videos.map((video) => one.counters(video.itemId, START + 6 * DAY))
  const all = [
    one.kols,
    one.elements,
    one.videos,
    one.history,
    one.truth(),
    looks,
    [...one.historyObservations()],
  ]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

test('the same seed gives the same bytes, another seed another world', () => {
  expect(fingerprint(world(1))).toBe(fingerprint(world(1)))
  expect(fingerprint(world(1))).not.toBe(fingerprint(world(2)))
})

test('ids, instants and shares are what a platform would show', () => {
  const one = world(3)
  const ids = [...one.videos, ...one.history].map((video) => video.itemId)
  expect(new Set(ids).size).toBe(300 + 40 * 6)
  expect(ids.every((id) => /^\d{19}$/.test(id))).toBe(true)
  expect(one.kols.every((kol) => /^[1-8]\d{11,18}$/.test(kol.awemeId))).toBe(true)
  expect(one.videos.filter((video) => video.hit)).toHaveLength(24)
  expect(one.videos.filter((video) => video.nature === 'false_dawn')).toHaveLength(9)
  expect(
    one.videos.every((video) => video.publishedAt >= START && video.publishedAt < START + 5.3 * DAY),
  ).toBe(true)
  expect(one.history.every((video) => START - video.publishedAt > 10 * DAY)).toBe(true)
  const evening = one.videos.filter((video) => ((video.publishedAt + 8 * HOUR) % DAY) / HOUR >= 16)
  expect(evening.length / one.videos.length).toBeGreaterThan(0.6)
})

test('before publication there is nothing; afterwards counters only rise, except in a clean-up', () => {
  const one = world(4, 1000)
  const cleanUps = one.videos.filter((video) => video.fate.restatedAt !== null)
  const fallen = one.videos.filter((video) => lookEvery30Minutes(one, video).some(playsFall))
  expect(one.videos.filter((video) => one.counters(video.itemId, video.publishedAt - 1))).toEqual([])
  expect(one.videos.filter((video) => lookEvery30Minutes(one, video).some(interactionFalls))).toEqual([])
  expect(fallen.every((video) => cleanUps.includes(video))).toBe(true)
  expect(fallen.length).toBeGreaterThan(cleanUps.length / 2)
  expect([cleanUps.length > 5, cleanUps.length < 40]).toEqual([true, true])
})

function lookEvery30Minutes(one: World, video: WorldVideo): Counters[] {
  const ages = Array.from({ length: 240 }, (_, i) => i * 30 * MINUTE)
  return ages.flatMap((age) => one.counters(video.itemId, video.publishedAt + age) ?? [])
}

const falls = (counter: keyof Counters) => (look: Counters, i: number, looks: Counters[]) =>
  i > 0 && (look[counter] ?? 0) < (looks[i - 1]?.[counter] ?? 0)
const playsFall = falls('plays')
const interactionFalls = (look: Counters, i: number, looks: Counters[]) =>
  (['likes', 'comments', 'shares', 'saves'] as const).some((counter) => falls(counter)(look, i, looks))

test('the truth says when half of the final plays was reached', () => {
  const one = world(5)
  for (const truth of one.truth()) {
    const { lagMs } = one.video(truth.itemId)?.fate ?? { lagMs: 0 }
    const half = one.counters(truth.itemId, truth.halfAt + lagMs)?.plays ?? 0
    expect(Math.abs(half / truth.finalPlays - 0.5)).toBeLessThan(0.035)
  }
  const hits = one.truth().filter((truth) => truth.hit)
  expect(hits.every((truth) => truth.halfAt - truth.publishedAt > 6 * HOUR)).toBe(true)
})

test('earlier videos are observed in order and never after the start', () => {
  const one = world(6)
  const rows = [...one.historyObservations()]
  expect(rows.length).toBeGreaterThan(3000)
  expect(
    rows.every((row, i) => row.observedAt <= START && row.observedAt >= (rows[i - 1]?.observedAt ?? 0)),
  ).toBe(true)
  expect(new Set(rows.map((row) => row.kolId)).size).toBe(40)
})

test('planted hits are found by the simple rule, well but not perfectly', () => {
  const total = { found: 0, wrong: 0, missed: 0 }
  for (let seed = 1; seed <= 8; seed++) {
    const score = scoreSimpleRule(world(seed))
    total.found += score.found
    total.wrong += score.wrong
    total.missed += score.missed
  }
  const precision = total.found / (total.found + total.wrong)
  const recall = total.found / (total.found + total.missed)
  expect(precision).toBeGreaterThan(0.85)
  expect(recall).toBeGreaterThan(0.88)
  expect(precision).toBeLessThan(1)
  expect(recall).toBeLessThan(1)
}, 30_000)

test('50,000 videos fit one process', () => {
  const one = world(7, 50_000, 2000)
  let plays = 0
  for (const video of one.videos) plays += one.counters(video.itemId, START + 3 * DAY)?.plays ?? 0
  expect(plays).toBeGreaterThan(0)
  expect(one.truth().filter((truth) => truth.hit)).toHaveLength(4000)
})

/** Plays at 3x the median of the KOL's earlier videos at the same age, interaction at 3 %, held for 30 minutes. */
function scoreSimpleRule(one: World) {
  const score = { found: 0, wrong: 0, missed: 0 }
  const curves = historyCurves(one)
  for (const video of one.videos) {
    let since: number | null = null
    let flagged = false
    for (let age = HOUR; age <= 96 * HOUR && !flagged; age += 10 * MINUTE) {
      const look = one.counters(video.itemId, video.publishedAt + age)
      const plays = look?.plays ?? 0
      const interactions = (look?.likes ?? 0) + (look?.comments ?? 0) + (look?.shares ?? 0)
      const meets =
        plays >= 3 * medianAt(curves.get(video.kol.awemeId) ?? [], age) && interactions >= 0.03 * plays
      since = meets ? (since ?? age) : null
      flagged = since !== null && age - since >= 30 * MINUTE
    }
    if (flagged) score[video.hit ? 'found' : 'wrong']++
    else if (video.hit) score.missed++
  }
  return score
}

type Curve = { age: number; plays: number }[]

function historyCurves(one: World): Map<string, Curve[]> {
  const byVideo = new Map<string, { kolId: string; curve: Curve }>()
  for (const row of one.historyObservations()) {
    const entry = byVideo.get(row.itemId) ?? { kolId: row.kolId ?? '', curve: [{ age: 0, plays: 0 }] }
    entry.curve.push({ age: row.observedAt - row.publishedAt, plays: row.counters.plays ?? 0 })
    byVideo.set(row.itemId, entry)
  }
  const byKol = new Map<string, Curve[]>()
  for (const { kolId, curve } of byVideo.values()) byKol.set(kolId, [...(byKol.get(kolId) ?? []), curve])
  return byKol
}

function medianAt(curves: Curve[], age: number): number {
  const plays = curves.map((curve) => playsAt(curve, age)).sort((a, b) => a - b)
  const middle = plays.length / 2
  return ((plays[Math.ceil(middle) - 1] ?? 0) + (plays[Math.floor(middle)] ?? 0)) / 2
}

function playsAt(curve: Curve, age: number): number {
  const after = curve.findIndex((look) => look.age >= age)
  const [low, high] = [curve[after - 1], curve[after]]
  if (!low || !high) return curve.at(-1)?.plays ?? 0
  return low.plays + ((high.plays - low.plays) * (age - low.age)) / (high.age - low.age)
}
