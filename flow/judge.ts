/** Judges a batch of looks and writes what follows: video state and episodes, a fixed number of statements. */
import type { Tx } from '../db/client.ts'
import {
  loadActiveRules,
  loadCounting,
  loadEpisodes,
  loadFrozenMargins,
  loadMatrices,
  loadWatched,
  lockedStates,
  type WatchRow,
} from '../db/queries/watch.ts'
import { foreseeVideo } from '../rules/forecast-video.ts'
import { type ActiveRule, judge, type Watch } from '../rules/judge.ts'
import { classesOf, type Lesson } from '../rules/lesson.ts'
import { prepareRules } from '../rules/look-rules.ts'
import type { Counter, Readings } from '../rules/metric.ts'
import { needsOf } from '../rules/needs.ts'
import { publicationHour } from '../rules/publication-hour.ts'
import { createStanding } from '../rules/reference.ts'
import { completed } from '../rules/rule.ts'
import type { Place } from '../rules/scope.ts'
import type { Look } from '../rules/types.ts'
import { Episodes, writeEpisodes } from './episode.ts'
import { loadLearned } from './forecast.ts'
import { notify } from './notify.ts'
import { loadPeersOf, type Peers } from './peers.ts'
import type { Due, Schedule } from './schedule.ts'
import { holdShards } from './shard.ts'
import { type NextState, writeStates } from './video-state.ts'

export interface VideoLook extends Look {
  videoId: number
  /** Followers of the KOL at the look; null: not known. */
  followers: number | null
}

export interface JudgeOptions {
  /** The videos of the looks as they were when they were claimed; left out: read now, and locked. */
  watched?: readonly WatchRow[]
  /** A poll: its looks become snapshots, and every video gets its next look. */
  polled?: { source: string; recordedAt: Date; schedule: Schedule }
  /** When looks that were not polled became known; left out: at the latest of them. */
  now?: Date
}

export interface Judged {
  /** Videos whose state was written; the others changed meanwhile, are no longer watched, or unknown. */
  videoIds: Set<number>
  fired: number
}

interface Tracked {
  row: WatchRow
  watch: Watch
  place: Place
  readings: Readings | null
  /** Of a breakout, as foreseen at the latest look. */
  probability: number | null
  /** First firing in this batch under any rule, ms; null: none. */
  flaggedAt: number | null
  /** The first look of this batch, ms. */
  from: number
}

/** Looks may hold a video several times; they are judged in time order. */
export async function judgeLooks(
  tx: Tx,
  looks: readonly VideoLook[],
  { watched, polled, now }: JudgeOptions = {},
): Promise<Judged> {
  const ids = [...new Set(looks.map((look) => look.videoId))]
  if (!watched) await holdShards(tx, ids)
  const tracked = track(watched ?? (await loadWatched(tx, lockedStates(ids))))
  const [peers, rules, { counting, zone }, open, learned] = await Promise.all([
    loadPeersOf(
      tx,
      [...tracked.values()].map(({ row }) => row),
    ),
    loadRules(tx),
    loadCounting(tx),
    loadEpisodes(tx, ids),
    // As it held at each look, none of it learned later.
    loadLearned(tx, { from: new Date(earliest(looks)), to: new Date(latest(looks)) }),
  ])
  const needs = needsOf(rules)
  if (needs.cells) await learned.addCells([...tracked.values()].flatMap(({ row }) => row.cellId ?? []))
  if (needs.margins) await addMargins(tx, tracked)
  if (needs.matrices) await addMatrices(tx, tracked)
  const batch: Batch = {
    peers,
    rules,
    counting,
    learned: learned.at,
    zone,
    standings: needs.standings,
    episodes: new Episodes(open),
    live: polled !== undefined,
  }
  for (const look of looks.toSorted((a, b) => a.observedAt - b.observedAt || a.videoId - b.videoId)) {
    const video = tracked.get(look.videoId)
    // A look that is older than what is known came between two reads of a file: it is history.
    if (!video || look.observedAt <= (video.watch.last?.observedAt ?? Number.NEGATIVE_INFINITY)) continue
    judgeOne(video, look, batch)
  }
  const due = polled ? dueAfter(polled.schedule, batch) : null
  const seen = [...tracked.values()].filter((video) => video.readings !== null)
  const videoIds = await writeStates(
    tx,
    seen.map((video) => stateAfter(video, due?.(video) ?? null)),
    polled,
  )
  const firedIds = await writeEpisodes(
    tx,
    batch.episodes.moved().filter(({ videoId }) => videoIds.has(videoId)),
  )
  await notify(tx, polled?.recordedAt ?? now ?? new Date(latest(looks)), firedIds)
  return { videoIds, fired: firedIds.length }
}

const earliest = (looks: readonly VideoLook[]) =>
  looks.reduce((first, { observedAt }) => Math.min(first, observedAt), latest(looks))
const latest = (looks: readonly VideoLook[]) =>
  looks.reduce((last, { observedAt }) => Math.max(last, observedAt), 0)

async function loadRules(tx: Tx): Promise<ActiveRule[]> {
  const found = await loadActiveRules(tx)
  return found.map((rule) => ({ ...rule, definition: completed(rule.definition) }))
}

/** For scopes that name matrices. */
async function addMatrices(tx: Tx, tracked: ReadonlyMap<number, Tracked>): Promise<void> {
  const videos = [...tracked.values()]
  const matrices = await loadMatrices(
    tx,
    videos.flatMap(({ row }) => row.cellId ?? []),
  )
  for (const { row, place } of videos) place.matrixId = matrices.get(row.cellId ?? 0) ?? null
}

/** Rarely asked for, and one more table than most batches need. */
async function addMargins(tx: Tx, tracked: Map<number, Tracked>): Promise<void> {
  const rows = [...tracked.values()].map(({ row }) => row)
  const margins = await loadFrozenMargins(
    tx,
    rows.map(({ videoId }) => videoId),
  )
  for (const { videoId, figures } of rows) figures.grossMargin = margins.get(videoId) ?? null
}

interface Batch {
  peers: Peers
  rules: readonly ActiveRule[]
  counting: readonly Counter[]
  learned: (at: number) => Lesson
  /** Of the workspace. */
  zone: string
  /** Some rule compares with a class. */
  standings: boolean
  episodes: Episodes
  /** What other sources say now is nothing for looks of the past. */
  live: boolean
}

function judgeOne(video: Tracked, look: VideoLook, batch: Batch): void {
  const { rules, counting, episodes } = batch
  const { kolId } = video.row
  const { publishedAt } = video.watch
  const peers = kolId === null ? [] : batch.peers.of(kolId)
  const { model, classes: all } = batch.learned(look.observedAt)
  const classes = classesOf(all, video.row)
  const figures = batch.live ? video.row.figures : null
  const hour = publicationHour(publishedAt, batch.zone)
  const known = { ...video.row, classes, peers, hour, last: video.watch.last, before: video.probability }
  const verdict = judge({
    watch: video.watch,
    look,
    kol: kolId === null ? null : { followers: look.followers, peers },
    counting,
    figures,
    foresee: (curve) => foreseeVideo(model, known, look, curve, figures),
    standingOf: batch.standings ? createStanding(classes, peers, publishedAt) : null,
    rules,
    episodeOf: (ruleId) => episodes.of(look.videoId, ruleId),
  })
  video.watch = verdict.watch
  video.readings = verdict.readings
  video.probability = verdict.forecast?.probability ?? video.probability
  video.from = Math.min(video.from, look.observedAt)
  batch.peers.update(look.videoId, verdict.watch)
  const begun = episodes.move(look, verdict)
  if (begun > 0) video.flaggedAt ??= look.observedAt
}

function dueAfter(schedule: Schedule, { rules, episodes }: Batch) {
  const prepared = prepareRules(rules)
  return ({ row, place, watch, readings }: Tracked): Due => {
    const sight = { observedAt: watch.last?.observedAt as number, readings: readings as Readings }
    const episodeOf = (ruleId: number) => episodes.of(row.videoId, ruleId)
    return schedule(row, { sight, rules: prepared, place, episodeOf })
  }
}

function track(rows: readonly WatchRow[]): Map<number, Tracked> {
  const tracked = new Map<number, Tracked>()
  for (const row of rows) {
    const { videoId, publishedAt, purpose, observedAt, plays, likes, comments, shares, saves } = row
    const last = observedAt === null ? null : { observedAt, plays, likes, comments, shares, saves }
    const { velocity, curve } = row
    const place: Place = {
      brandId: row.brandId,
      matrixId: null,
      phaseId: row.phaseId,
      tier: row.tier,
    }
    const watch = { videoId, publishedAt, purpose, place, last, velocity, curve }
    const seen = { readings: null, probability: row.breakoutProbability }
    tracked.set(videoId, { row, place, watch, ...seen, flaggedAt: null, from: Number.POSITIVE_INFINITY })
  }
  return tracked
}

function stateAfter(
  { row, watch, readings, probability, flaggedAt, from }: Tracked,
  due: Due | null,
): NextState {
  const { observedAt, plays, likes, comments, shares, saves } = watch.last as Look
  return {
    videoId: row.videoId,
    seenAt: row.observedAt,
    observedAt,
    plays,
    likes,
    comments,
    shares,
    saves,
    interactionRate: readings?.interactionRate.value ?? null,
    velocity: readings?.velocity.value ?? null,
    acceleration: readings?.acceleration.value ?? null,
    kolRatio: readings?.kolRatio.value ?? null,
    breakoutProbability: probability,
    curve: `{${watch.curve.map((plays) => plays ?? 'NULL').join(',')}}`,
    flaggedAt,
    dirtyFrom: from,
    nextPollAt: due?.nextPollAt ?? null,
    cycleMinutes: row.cycleMinutes,
    pollWhy: due?.pollWhy ?? null,
    urgent: due?.urgent ?? false,
  }
}
