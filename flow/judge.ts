/** Judges a batch of looks and writes what follows: video state and episodes, a fixed number of statements. */
import type { Tx } from '../db/client.ts'
import {
  type KolSpan,
  loadActiveRules,
  loadEpisodes,
  loadPeers,
  loadWatched,
  lockedStates,
  type WatchRow,
} from '../db/queries/watch.ts'
import { type ActiveRule, judge, type Watch } from '../rules/judge.ts'
import { PEER_WINDOW, type Peer, type Readings } from '../rules/metric.ts'
import type { Look } from '../rules/types.ts'
import { Episodes, writeEpisodes } from './episode.ts'
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
  polled?: { source: string; recordedAt: Date; nextPoll: (row: WatchRow) => number | null }
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
  const [peers, rules, open] = await Promise.all([
    peersOf(tx, tracked),
    loadActiveRules(tx),
    loadEpisodes(tx, ids),
  ])
  const episodes = new Episodes(open)
  const fired = new Map<number, number>()
  for (const look of looks.toSorted((a, b) => a.observedAt - b.observedAt || a.videoId - b.videoId)) {
    const video = tracked.get(look.videoId)
    if (!video) continue
    const begun = judgeOne(video, look, peers, rules, episodes)
    if (begun > 0) fired.set(look.videoId, (fired.get(look.videoId) ?? 0) + begun)
  }
  const states = [...tracked.values()].filter(({ watch }) => watch.last !== null)
  const videoIds = await writeStates(
    tx,
    states.map((video) => stateAfter(video, polled?.nextPoll)),
    polled,
  )
  await writeEpisodes(
    tx,
    episodes.moved().filter(({ videoId }) => videoIds.has(videoId)),
  )
  return { videoIds, fired: [...fired].reduce((sum, [id, n]) => sum + (videoIds.has(id) ? n : 0), 0) }
}

function judgeOne(
  video: Tracked,
  look: VideoLook,
  peers: Peers,
  rules: readonly ActiveRule[],
  episodes: Episodes,
): number {
  const { kolId } = video.row
  const kol = kolId === null ? null : { followers: look.followers, peers: peers.of(kolId) }
  const episodeOf = (ruleId: number) => episodes.of(look.videoId, ruleId)
  const verdict = judge({ watch: video.watch, look, kol, rules, episodeOf })
  video.watch = verdict.watch
  video.readings = verdict.readings
  video.from = Math.min(video.from, look.observedAt)
  peers.update(look.videoId, verdict.watch)
  const begun = episodes.move(look, verdict)
  if (begun > 0) video.flaggedAt ??= look.observedAt
  return begun
}

function track(rows: readonly WatchRow[]): Map<number, Tracked> {
  const tracked = new Map<number, Tracked>()
  for (const row of rows) {
    const { videoId, publishedAt, purpose, observedAt, plays, likes, comments, shares, saves, curve } = row
    const last = observedAt === null ? null : { observedAt, plays, likes, comments, shares, saves }
    const watch = { videoId, publishedAt, purpose, last, curve }
    tracked.set(videoId, { row, watch, readings: null, flaggedAt: null, from: Number.POSITIVE_INFINITY })
  }
  return tracked
}

function stateAfter(
  { row, watch, readings, flaggedAt, from }: Tracked,
  nextPoll?: (row: WatchRow) => number | null,
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
    kolRatio: readings?.kolRatio.value ?? null,
    curve: `{${watch.curve.map((plays) => plays ?? 'NULL').join(',')}}`,
    flaggedAt,
    dirtyFrom: from,
    nextPollAt: nextPoll?.(row) ?? null,
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
