/** Looks at videos that are due: lease, call the platform, then one transaction of snapshots and judgement. */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import type { WatchRow } from '../db/queries/watch.ts'
import { unnest } from '../db/unnest.ts'
import type { Connector, CounterAnswer } from '../platforms/connector.ts'
import { nextPoll } from '../rules/cadence.ts'
import { type Context, write } from './context.ts'
import { judgeLooks, type VideoLook } from './judge.ts'
import { claimDue, heldShards, releaseShards } from './shard.ts'

/** Most videos in one batch: one lease, one transaction. */
export const POLL_BATCH = 500

export interface PollInput {
  connector: Connector
  limit?: number
}
export interface Polled {
  claimed: number
  looks: number
  misses: number
  fired: number
}

export async function poll(ctx: Context, { connector, limit = POLL_BATCH }: PollInput): Promise<Polled> {
  const { source } = connector
  const claim = { id: randomUUID(), source, now: ctx.now }
  const videos = await write(ctx, (tx) => claimDue(tx, claim, limit))
  if (videos.length === 0) return { claimed: 0, looks: 0, misses: 0, fired: 0 }
  const answers = await connector.fetchCounters(videos)
  return write(ctx, async (tx) => {
    const held = await heldShards(tx, claim)
    const watched = videos.filter(({ shard }) => held.has(shard))
    const { looks, missed } = sort(watched, answers, ctx.now)
    const judged = await judgeLooks(tx, looks, {
      watched: watched.filter(({ videoId }) => !missed.has(videoId)),
      polled: { source, recordedAt: ctx.now, nextPoll: (row) => due(row, 0) },
    })
    const misses = await recordMisses(
      tx,
      watched.filter(({ videoId }) => missed.has(videoId)),
      missed,
    )
    await releaseShards(tx, claim)
    return { claimed: videos.length, looks: judged.videoIds.size, misses, fired: judged.fired }
  })

  function due({ publishedAt, kolId, videoId }: WatchRow, misses: number): number | null {
    return nextPoll({ publishedAt, group: kolId ?? videoId, misses }, ctx.now.getTime())
  }

  /** NO_DATA since the first look that failed; what is known stays as it is. */
  async function recordMisses(
    tx: Tx,
    watched: readonly WatchRow[],
    missed: Map<number, string>,
  ): Promise<number> {
    if (watched.length === 0) return 0
    const next = watched.map((row) => ({
      videoId: row.videoId,
      misses: row.misses + 1,
      nextPollAt: due(row, row.misses + 1),
      noDataReason: missed.get(row.videoId) ?? null,
    }))
    await tx.execute(sql`
      update video_state state set misses = next.misses, next_poll_at = next.next_poll_at,
        no_data_reason = next.no_data_reason,
        no_data_since = coalesce(state.no_data_since, ${ctx.now.toISOString()}::timestamptz)
      from ${unnest(next, 'next', { videoId: 'bigint', misses: 'int', nextPollAt: 'timestamptz', noDataReason: 'text' })}
      where state.workspace_id = current_workspace() and state.video_id = next.video_id
        and state.next_poll_at is not null`)
    return next.length
  }
}

function sort(videos: readonly WatchRow[], answers: readonly CounterAnswer[], now: Date) {
  const byItem = new Map(answers.map((answer) => [answer.itemId, answer]))
  const looks: VideoLook[] = []
  const missed = new Map<number, string>()
  for (const { videoId, itemId, followers } of videos) {
    const answer = byItem.get(itemId)
    if (answer?.ok) looks.push({ videoId, followers, observedAt: now.getTime(), ...answer.counters })
    else missed.set(videoId, answer ? answer.error.kind : 'not_answered')
  }
  return { looks, missed }
}
