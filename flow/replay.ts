/**
 * 回放 of a workspace's history through the live functions, KOL by KOL, since videos touch each other only through their
 * KOL: so the looks of a few KOLs are held at a time, however long the history is. Reads only.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Reads } from '../db/client.ts'
import {
  loadKnownFigures,
  loadKnownFollowers,
  loadReplayLooks,
  loadReplayVideos,
  type ReplayLooks,
  type ReplaySpan,
  type ReplayVideoRow,
} from '../db/queries/replay.ts'
import { loadCounting } from '../db/queries/watch.ts'
import type { ActiveRule } from '../rules/active-rule.ts'
import { AGES, type Curve } from '../rules/curve.ts'
import { PEER_WINDOW } from '../rules/metric.ts'
import { naturalPlays } from '../rules/natural.ts'
import { type Needs, needsOf } from '../rules/needs.ts'
import { Replay, type ReplayOptions, type ReplayVideo, type Track } from '../rules/replay.ts'
import type { Look } from '../rules/types.ts'
import { Episodes } from './episode.ts'
import { loadLearned } from './forecast.ts'
import { FILE_SOURCE } from './import.ts'
import { KnownThen } from './known.ts'

export interface ReplayQuestion extends ReplaySpan {
  /** As if they had always judged. */
  rules: readonly ActiveRule[]
}

/** Some KOLs' videos, replayed to the end. */
export interface ReplayedBatch {
  replay: Replay
  /** All that began, also those that never fired. */
  episodes: ReturnType<Episodes['moved']>
  /** As foreseen when a video first fired under a rule, by firingKey. */
  probabilities: Map<string, number | null>
  looks: ReplayLooks
  /** Of each look, by its place: 1 where it was the newest of its video when it became known. */
  fresh: Uint8Array
  /** Of each look: natural plays, by what was known of ads when it became known; NaN: plays were not given. */
  natural: Float64Array
  /** What other sources said of a video by the end. */
  known: KnownThen
}
export const firingKey = (ruleId: number, videoId: number) => `${ruleId} ${videoId}`

/** Looks that are held at a time, if no KOL has more. */
const BATCH = 10_000
/** After so many looks whatever else the process has to do gets its turn: a few ms. */
const SLICE = 500

export interface Replaying {
  looks: number
  /** Videos that are not judged because their first looks are no longer kept. */
  dropped: number
}

export async function replay(
  db: Reads,
  question: ReplayQuestion,
  take: (batch: ReplayedBatch) => void,
): Promise<Replaying> {
  const { rules, to } = question
  const needs = needsOf(rules)
  const { counting, zone } = await loadCounting(db)
  const rows = await loadReplayVideos(db, question, PEER_WINDOW)
  const first = rows.reduce((least, { publishedAt }) => Math.min(least, publishedAt), to)
  const learned = await loadLearned(db, { from: new Date(first), to: new Date(to) })
  if (needs.cells) await learned.addCells(rows.flatMap(({ cellId }) => cellId ?? []))
  const options = { rules, needs, counting, learnedAt: learned.at, zone, to }
  const batches = batchesOf(rows)
  let looks = 0
  // The next one is on its way while this one is judged.
  let coming = batches[0] ? load(db, batches[0], needs, to) : null
  for (let i = 0; i < batches.length && coming; i++) {
    const [loaded, known] = await coming
    const next = batches[i + 1]
    coming = next ? load(db, next, needs, to) : null
    coming?.catch(() => {})
    const batch = await replayBatch(options, batches[i] as ReplayVideoRow[], loaded, known)
    looks += loaded.videoId.length
    take(batch)
    await breathe()
  }
  return { looks, dropped: rows.filter(({ judged, whole }) => judged && !whole).length }
}

function batchesOf(rows: readonly ReplayVideoRow[]): ReplayVideoRow[][] {
  const order = rows.toSorted((a, b) => (a.kolId ?? 0) - (b.kolId ?? 0) || a.videoId - b.videoId)
  const batches: ReplayVideoRow[][] = []
  let held = BATCH
  let before: number | null = null
  for (const row of order) {
    if (held >= BATCH && (row.kolId === null || row.kolId !== before)) {
      batches.push([])
      held = 0
    }
    batches.at(-1)?.push(row)
    held += row.looks
    before = row.kolId
  }
  return batches
}

async function load(
  db: Reads,
  rows: readonly ReplayVideoRow[],
  needs: Needs,
  to: number,
): Promise<[ReplayLooks, KnownThen]> {
  const ids = rows.map(({ videoId }) => videoId)
  const kolIds = needs.followers ? rows.flatMap(({ kolId }) => kolId ?? []) : []
  const [looks, figures, followers] = await Promise.all([
    loadReplayLooks(db, ids, { to, fileSource: FILE_SOURCE }),
    loadKnownFigures(db, ids, to),
    needs.followers ? loadKnownFollowers(db, kolIds, to) : [],
  ])
  return [looks, new KnownThen(rows, figures, followers)]
}

async function replayBatch(
  { to, ...options }: Omit<ReplayOptions, 'episodeOf'> & { to: number },
  rows: readonly ReplayVideoRow[],
  looks: ReplayLooks,
  known: KnownThen,
): Promise<ReplayedBatch> {
  const episodes = new Episodes([])
  const episodeOf = (videoId: number, ruleId: number) => episodes.of(videoId, ruleId)
  const firstKept = firstLooks(looks)
  const videos = rows.map((row) =>
    toVideo(row, known.adsTurns(row.videoId), firstKept.get(row.videoId) ?? to),
  )
  const replay = new Replay({ ...options, episodeOf }, videos)
  const probabilities = new Map<string, number | null>()
  const fresh = new Uint8Array(looks.videoId.length)
  const natural = new Float64Array(looks.videoId.length)
  for (let i = 0; i < fresh.length; i++) {
    const track = replay.track(looks.videoId[i] as number) as Track
    const before = track.watch
    const look = lookAt(looks, i)
    const recordedAt = looks.recordedAt[i] as number
    const replayed = replay.look(track, look, known.at(track.video, look, recordedAt, looks.polled[i] === 1))
    fresh[i] = before.last !== track.watch.last || before !== track.watch ? 1 : 0
    const { boughtPlays } = known.figures(track.video.videoId, recordedAt)
    natural[i] = naturalPlays(look.plays, boughtPlays) ?? Number.NaN
    if (replayed !== null && replayed.verdict.moves.length > 0) {
      const { videoId } = track.video
      episodes.move({ videoId, followers: null, ...look }, replayed.verdict)
      for (const { rule, step } of replayed.verdict.moves) {
        const key = firingKey(rule.ruleId, videoId)
        if (step.to === 'FIRING' && !probabilities.has(key)) probabilities.set(key, replayed.probability)
      }
    }
    if (i % SLICE === SLICE - 1) await breathe()
  }
  return { replay, episodes: episodes.moved(), probabilities, looks, fresh, natural, known }
}

/** A planned video is known before it is published; one out of a file only when the file is read. */
function toVideo(row: ReplayVideoRow, adsTurns: number[], firstKept: number): ReplayVideo {
  const { brandId, matrixId, phaseId, tier } = row
  const knownAt = Math.max(row.publishedAt, row.createdAt)
  const curve = curveBefore(row.curve, firstKept - row.publishedAt)
  const place = { brandId, matrixId, phaseId, tier }
  return { ...row, knownAt, judged: row.judged && row.whole, place, curve, adsTurns }
}

/** What the looks that are gone have shown, at most up to the first one that is kept, or the end of the span. */
function curveBefore(curve: Curve, age: number): Curve {
  return curve.map((plays, i) => ((AGES[i] as number) < age ? plays : null))
}

/** Of each video, ms. */
function firstLooks({ videoId, observedAt }: ReplayLooks): Map<number, number> {
  const first = new Map<number, number>()
  for (let i = 0; i < videoId.length; i++) {
    const [id, at] = [videoId[i] as number, observedAt[i] as number]
    if (at < (first.get(id) ?? Number.POSITIVE_INFINITY)) first.set(id, at)
  }
  return first
}

function lookAt(looks: ReplayLooks, i: number): Look {
  return {
    observedAt: looks.observedAt[i] as number,
    plays: given(looks.plays[i]),
    likes: given(looks.likes[i]),
    comments: given(looks.comments[i]),
    shares: given(looks.shares[i]),
    saves: given(looks.saves[i]),
  }
}

const given = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value)
