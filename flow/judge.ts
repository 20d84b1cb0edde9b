/** Judges a batch of looks and writes what follows: video state and episodes, a fixed number of statements. */
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { type KolSpan, loadActiveRules, loadEpisodes, loadPeers, lockStates } from '../db/queries/watch.ts'
import { unnest } from '../db/unnest.ts'
import { type ActiveRule, judge, type Watch } from '../rules/judge.ts'
import { PEER_WINDOW, type Peer, type Readings } from '../rules/metric.ts'
import type { Look } from '../rules/types.ts'
import { Episodes, writeEpisodes } from './episode.ts'

export interface VideoLook extends Look {
  videoId: number
  /** Followers of the KOL at the look; null: not known. */
  followers: number | null
}

export interface JudgeOptions {
  /** Only videos that this claim still holds are written. */
  claim?: string
  /** The next look of a video, ms; null: none is due. */
  nextPoll?: (watch: Watch, kolId: number | null) => number | null
}

export interface Judged {
  /** Videos whose state was written; the others are no longer ours, or unknown. */
  videoIds: Set<number>
  fired: number
}

interface Tracked {
  watch: Watch
  kolId: number | null
  readings: Readings | null
  /** First firing in this batch under any rule, ms; null: none. */
  flaggedAt: number | null
}
/** Looks may hold a video several times; they are judged in time order. */
export async function judgeLooks(
  tx: Tx,
  looks: readonly VideoLook[],
  options: JudgeOptions = {},
): Promise<Judged> {
  const ids = [...new Set(looks.map((look) => look.videoId))]
  const tracked = await track(tx, ids, options.claim)
  const peers = await peersOf(tx, tracked)
  const rules: ActiveRule[] = await loadActiveRules(tx)
  const episodes = new Episodes(await loadEpisodes(tx, ids))
  let fired = 0
  for (const look of looks.toSorted((a, b) => a.observedAt - b.observedAt || a.videoId - b.videoId)) {
    const video = tracked.get(look.videoId)
    if (!video) continue
    const kol = video.kolId === null ? null : { followers: look.followers, peers: peers.of(video.kolId) }
    const episodeOf = (ruleId: number) => episodes.of(look.videoId, ruleId)
    const verdict = judge({ watch: video.watch, look, kol, rules, episodeOf })
    video.watch = verdict.watch
    video.readings = verdict.readings
    peers.update(look.videoId, verdict.watch)
    const begun = episodes.move(look, verdict)
    if (begun > 0) video.flaggedAt ??= look.observedAt
    fired += begun
  }
  await writeStates(tx, tracked, options.nextPoll)
  await writeEpisodes(tx, episodes.moved())
  return { videoIds: new Set(tracked.keys()), fired }
}

async function track(tx: Tx, ids: readonly number[], claim?: string): Promise<Map<number, Tracked>> {
  const tracked = new Map<number, Tracked>()
  for (const { state, purpose } of await lockStates(tx, ids, claim)) {
    const { videoId, publishedAt, observedAt, plays, likes, comments, shares, saves, curve } = state
    const last = observedAt && { observedAt: observedAt.getTime(), plays, likes, comments, shares, saves }
    const watch = { videoId, publishedAt: publishedAt.getTime(), purpose, last, curve }
    tracked.set(videoId, { watch, kolId: state.kolId, readings: null, flaggedAt: null })
  }
  return tracked
}

/** Baselines by KOL; a look of this batch is part of the baseline of the looks behind it. */
async function peersOf(tx: Tx, tracked: Map<number, Tracked>) {
  const spans = new Map<number, KolSpan>()
  for (const { kolId, watch } of tracked.values()) {
    if (kolId === null) continue
    const span = spans.get(kolId) ?? { kolId, first: watch.publishedAt, last: watch.publishedAt }
    span.first = Math.min(span.first, watch.publishedAt)
    span.last = Math.max(span.last, watch.publishedAt)
    spans.set(kolId, span)
  }
  const byKol = new Map<number, Peer[]>()
  const byVideo = new Map<number, Peer>()
  for (const { kolId, videoId, publishedAt, curve } of await loadPeers(
    tx,
    [...spans.values()],
    PEER_WINDOW,
  )) {
    const peer = { videoId, publishedAt: publishedAt.getTime(), curve }
    byVideo.set(videoId, peer)
    const list = byKol.get(kolId)
    if (list) list.push(peer)
    else byKol.set(kolId, [peer])
  }
  return {
    of: (kolId: number) => byKol.get(kolId) ?? [],
    update(videoId: number, { curve }: Watch) {
      const peer = byVideo.get(videoId)
      if (peer) peer.curve = curve
    },
  }
}

async function writeStates(
  tx: Tx,
  tracked: Map<number, Tracked>,
  nextPoll: JudgeOptions['nextPoll'],
): Promise<void> {
  const next = [...tracked.values()].map(({ watch, kolId, readings, flaggedAt }) => ({
    videoId: watch.videoId,
    ...watch.last,
    interactionRate: readings?.interactionRate.value ?? null,
    velocity: readings?.velocity.value ?? null,
    kolRatio: readings?.kolRatio.value ?? null,
    curve: `{${watch.curve.map((plays) => plays ?? 'NULL').join(',')}}`,
    nextPollAt: nextPoll?.(watch, kolId) ?? null,
    flaggedAt,
  }))
  const columns = {
    videoId: 'bigint',
    observedAt: 'timestamptz',
    plays: 'bigint',
    likes: 'bigint',
    comments: 'bigint',
    shares: 'bigint',
    saves: 'bigint',
    interactionRate: 'float8',
    velocity: 'float8',
    kolRatio: 'float8',
    curve: 'text',
    nextPollAt: 'timestamptz',
    flaggedAt: 'timestamptz',
  } as const
  const schedule = nextPoll
    ? sql`next_poll_at = next.next_poll_at, claim = null, claimed_until = null, misses = 0,
          no_data_since = null, no_data_reason = null, looks = looks + 1,`
    : sql``
  // least() passes over nulls: a flag that is there only ever moves to an earlier instant.
  await tx.execute(sql`
    update video_state state set ${schedule} flagged_at = least(state.flagged_at, next.flagged_at),
      observed_at = next.observed_at, plays = next.plays, likes = next.likes, comments = next.comments,
      shares = next.shares, saves = next.saves, interaction_rate = next.interaction_rate,
      velocity = next.velocity, kol_ratio = next.kol_ratio, curve = next.curve::bigint[]
    from ${unnest(next, 'next', columns)}
    where state.workspace_id = current_workspace() and state.video_id = next.video_id`)
}
