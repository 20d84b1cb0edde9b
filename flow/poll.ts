/** Looks at videos that are due: claim, call the platform, then one transaction of snapshots and judgement. */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { lockStates } from '../db/queries/watch.ts'
import { unnest } from '../db/unnest.ts'
import type { Connector, CounterAnswer } from '../platforms/connector.ts'
import { nextPoll } from '../rules/cadence.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { judgeLooks, type VideoLook } from './judge.ts'
import { appendSnapshots } from './snapshot.ts'

/** Most videos in one job: one claim, one transaction. */
export const POLL_BATCH = 500
/** A worker that does not come back within this time has lost its claim. */
export const LEASE = 5 * MINUTE

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

interface Claimed {
  videoId: number
  itemId: string
  accountId: string
  followers: number | null
}

export async function poll(ctx: Context, { connector, limit = POLL_BATCH }: PollInput): Promise<Polled> {
  const claim = randomUUID()
  const videos = await write(ctx, (tx) => claimDue(tx, ctx.now, connector.source, claim, limit))
  if (videos.length === 0) return { claimed: 0, looks: 0, misses: 0, fired: 0 }
  const answers = await connector.fetchCounters(videos)
  return write(ctx, async (tx) => {
    const { looks, missed } = sort(videos, answers, ctx.now)
    const mine = await judgeLooks(tx, looks, {
      claim,
      nextPoll: (watch, kolId) => due(watch.publishedAt, kolId ?? watch.videoId, 0),
    })
    const kept = looks.filter((look) => mine.videoIds.has(look.videoId))
    await appendSnapshots(tx, kept, connector.source, ctx.now)
    const misses = await recordMisses(tx, missed, claim)
    return { claimed: videos.length, looks: kept.length, misses, fired: mine.fired }
  })

  function due(publishedAt: number, group: number, misses: number): number | null {
    return nextPoll({ publishedAt, group, misses }, ctx.now.getTime())
  }

  /** NO_DATA since the first look that failed; what is known stays as it is. */
  async function recordMisses(tx: Tx, missed: Map<number, string>, claim: string): Promise<number> {
    if (missed.size === 0) return 0
    const states = await lockStates(tx, [...missed.keys()], claim)
    const next = states.map(({ state }) => ({
      videoId: state.videoId,
      misses: state.misses + 1,
      nextPollAt: due(state.publishedAt.getTime(), state.kolId ?? state.videoId, state.misses + 1),
      noDataReason: missed.get(state.videoId) ?? null,
    }))
    await tx.execute(sql`
      update video_state state set misses = next.misses, next_poll_at = next.next_poll_at,
        claim = null, claimed_until = null, no_data_reason = next.no_data_reason,
        no_data_since = coalesce(state.no_data_since, ${ctx.now.toISOString()}::timestamptz)
      from ${unnest(next, 'next', { videoId: 'bigint', misses: 'int', nextPollAt: 'timestamptz', noDataReason: 'text' })}
      where state.workspace_id = current_workspace() and state.video_id = next.video_id`)
    return next.length
  }
}

/** Takes a lease on the videos that have waited longest. */
async function claimDue(tx: Tx, now: Date, source: string, claim: string, limit: number): Promise<Claimed[]> {
  const at = now.toISOString()
  const until = new Date(now.getTime() + LEASE).toISOString()
  const found = await rows<{
    video_id: string
    item_id: string
    account_id: string
    followers: string | null
  }>(
    tx,
    sql`
      with due as (
        select workspace_id, video_id from video_state
        where workspace_id = current_workspace() and source = ${source} and next_poll_at <= ${at}::timestamptz
          and (claimed_until is null or claimed_until <= ${at}::timestamptz)
        order by next_poll_at limit ${limit} for update skip locked
      )
      update video_state state set claim = ${claim}::uuid, claimed_until = ${until}::timestamptz
      from due
      join video on video.workspace_id = due.workspace_id and video.id = due.video_id
      left join kol on kol.workspace_id = video.workspace_id and kol.id = video.kol_id
      where state.workspace_id = due.workspace_id and state.video_id = due.video_id
      returning state.video_id, video.item_id, coalesce(kol.account_id, '') as account_id, kol.followers`,
  )
  return found.map((row) => ({
    videoId: Number(row.video_id),
    itemId: row.item_id,
    accountId: row.account_id,
    followers: row.followers === null ? null : Number(row.followers),
  }))
}

function sort(videos: readonly Claimed[], answers: readonly CounterAnswer[], now: Date) {
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
