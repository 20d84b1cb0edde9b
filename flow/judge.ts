/** Judges a batch of looks and writes what follows: video state and episodes, a fixed number of statements. */
import type { Tx } from '../db/client.ts'
import {
  type KolSpan,
  loadActiveRules,
  loadCounting,
  loadEpisodes,
  loadFrozenMargins,
  loadPeers,
  loadWatched,
  lockedStates,
  type WatchRow,
} from '../db/queries/watch.ts'
import { type ActiveRule, judge, type Watch } from '../rules/judge.ts'
import { prepareRules } from '../rules/look-rules.ts'
import { type Counter, PEER_WINDOW, type Peer, type Readings } from '../rules/metric.ts'
import { metricsOf } from '../rules/rule.ts'
import type { Look } from '../rules/types.ts'
import { Episodes, writeEpisodes } from './episode.ts'
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
}

export interface Judged {
  /** Videos whose state was written; the others changed meanwhile, are no longer watched, or unknown. */
  videoIds: Set<number>
  fired: number
}

interface Tracked {
  row: WatchRow
  watch: Watch
  readings: Readings | null
  /** First firing in this batch under any rule, ms; null: none. */
  flaggedAt: number | null
  /** The first look of this batch, ms. */
  from: number
}

/** Looks may hold a video several times; they are judged in time order. */
export async function judgeLooks(
  tx: Tx,
  looks: readonly VideoLook[],
  { watched, polled }: JudgeOptions = {},
): Promise<Judged> {
  const ids = [...new Set(looks.map((look) => look.videoId))]
  if (!watched) await holdShards(tx, ids)
  const tracked = track(watched ?? (await loadWatched(tx, lockedStates(ids))))
  const [peers, rules, counting, open] = await Promise.all([
    peersOf(tx, tracked),
    loadActiveRules(tx),
    loadCounting(tx),
    loadEpisodes(tx, ids),
  ])
  if (rules.some(({ definition }) => metricsOf(definition.condition).includes('breakEvenRoi'))) {
    await addMargins(tx, tracked)
  }
  const batch: Batch = { peers, rules, counting, episodes: new Episodes(open), live: polled !== undefined }
  const fired = new Map<number, number>()
  for (const look of looks.toSorted((a, b) => a.observedAt - b.observedAt || a.videoId - b.videoId)) {
    const video = tracked.get(look.videoId)
    // A look that is older than what is known came between two reads of a file: it is history.
    if (!video || look.observedAt <= (video.watch.last?.observedAt ?? Number.NEGATIVE_INFINITY)) continue
    const begun = judgeOne(video, look, batch)
    if (begun > 0) fired.set(look.videoId, (fired.get(look.videoId) ?? 0) + begun)
  }
  const due = polled ? dueAfter(polled.schedule, batch) : null
  const seen = [...tracked.values()].filter((video) => video.readings !== null)
  const videoIds = await writeStates(
    tx,
    seen.map((video) => stateAfter(video, due?.(video) ?? null)),
    polled,
  )
  await writeEpisodes(
    tx,
    batch.episodes.moved().filter(({ videoId }) => videoIds.has(videoId)),
  )
  return { videoIds, fired: [...fired].reduce((sum, [id, n]) => sum + (videoIds.has(id) ? n : 0), 0) }
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
  episodes: Episodes
  /** What other sources say now is nothing for looks of the past. */
  live: boolean
}

function judgeOne(video: Tracked, look: VideoLook, batch: Batch): number {
  const { peers, rules, counting, episodes } = batch
  const { kolId } = video.row
  const figures = batch.live ? video.row.figures : null
  const kol = kolId === null ? null : { followers: look.followers, peers: peers.of(kolId) }
  const episodeOf = (ruleId: number) => episodes.of(look.videoId, ruleId)
  const verdict = judge({ watch: video.watch, look, kol, counting, figures, rules, episodeOf })
  video.watch = verdict.watch
  video.readings = verdict.readings
  video.from = Math.min(video.from, look.observedAt)
  peers.update(look.videoId, verdict.watch)
  const begun = episodes.move(look, verdict)
  if (begun > 0) video.flaggedAt ??= look.observedAt
  return begun
}

function dueAfter(schedule: Schedule, { rules, episodes }: Batch) {
  const prepared = prepareRules(rules)
  return ({ row, watch, readings }: Tracked): Due => {
    const sight = { observedAt: watch.last?.observedAt as number, readings: readings as Readings }
    const episodeOf = (ruleId: number) => episodes.of(row.videoId, ruleId)
    return schedule(row, { sight, rules: prepared, episodeOf })
  }
}

function track(rows: readonly WatchRow[]): Map<number, Tracked> {
  const tracked = new Map<number, Tracked>()
  for (const row of rows) {
    const { videoId, publishedAt, purpose, observedAt, plays, likes, comments, shares, saves } = row
    const last = observedAt === null ? null : { observedAt, plays, likes, comments, shares, saves }
    const { velocity, curve } = row
    const watch = { videoId, publishedAt, purpose, last, velocity, curve }
    tracked.set(videoId, { row, watch, readings: null, flaggedAt: null, from: Number.POSITIVE_INFINITY })
  }
  return tracked
}

function stateAfter({ row, watch, readings, flaggedAt, from }: Tracked, due: Due | null): NextState {
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
    curve: `{${watch.curve.map((plays) => plays ?? 'NULL').join(',')}}`,
    flaggedAt,
    dirtyFrom: from,
    nextPollAt: due?.nextPollAt ?? null,
    cycleMinutes: row.cycleMinutes,
    pollWhy: due?.pollWhy ?? null,
    urgent: due?.urgent ?? false,
  }
}

interface Peers {
  of(kolId: number): readonly Peer[]
  /** A look of this batch is part of the baseline of the looks behind it. */
  update(videoId: number, watch: Watch): void
}

async function peersOf(tx: Tx, tracked: Map<number, Tracked>): Promise<Peers> {
  const spans = new Map<number, KolSpan>()
  for (const { row, watch } of tracked.values()) {
    const { kolId } = row
    if (kolId === null) continue
    const span = spans.get(kolId) ?? { kolId, first: watch.publishedAt, last: watch.publishedAt }
    span.first = Math.min(span.first, watch.publishedAt)
    span.last = Math.max(span.last, watch.publishedAt)
    spans.set(kolId, span)
  }
  const byKol = new Map<number, Peer[]>()
  const byVideo = new Map<number, Peer>()
  for (const { kolId, ...peer } of await loadPeers(tx, [...spans.values()], PEER_WINDOW)) {
    byVideo.set(peer.videoId, peer)
    const list = byKol.get(kolId)
    if (list) list.push(peer)
    else byKol.set(kolId, [peer])
  }
  return {
    of: (kolId) => byKol.get(kolId) ?? [],
    update(videoId, { curve }) {
      const peer = byVideo.get(videoId)
      if (peer) peer.curve = curve
    },
  }
}
