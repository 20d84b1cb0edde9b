/** Looks at videos that are due: lease, call the platform, then one transaction of snapshots and judgement. */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import type { WatchRow } from '../db/queries/watch.ts'
import { unnest } from '../db/unnest.ts'
import type { Connector, CounterAnswer } from '../platforms/connector.ts'
import type { FetchError } from '../platforms/errors.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { recordAnswers } from './health.ts'
import { judgeLooks, type VideoLook } from './judge.ts'
import { loadSchedule, type Schedule } from './schedule.ts'
import { claimDue, heldShards, releaseShards, settleShards } from './shard.ts'

/** Most videos in one batch: one lease, one transaction. */
export const POLL_BATCH = 500

export interface PollInput {
  connector: Connector
  limit?: number
  /** For the instant at which the answers are there; left out: the beginning. */
  clock?: () => Date
}
export interface Polled {
  claimed: number
  looks: number
  misses: number
  fired: number
}

export async function poll(
  ctx: Context,
  { connector, limit = POLL_BATCH, clock }: PollInput,
): Promise<Polled> {
  const { source } = connector
  const claim = { id: randomUUID(), source, now: ctx.now }
  const videos = await write(ctx, async (tx) => {
    const due = await claimDue(tx, claim, limit)
    if (due.length === 0) await settleShards(tx, claim)
    return due
  })
  if (videos.length === 0) return { claimed: 0, looks: 0, misses: 0, fired: 0 }
  const answers = await connector.fetchCounters(videos)
  // Calls wait for their turn: only now is it known what was seen, and when.
  const now = clock?.() ?? ctx.now
  return write(ctx, async (tx) => {
    const [held, schedule] = await Promise.all([
      heldShards(tx, claim),
      loadSchedule(tx, now, connector),
      recordAnswers(tx, now, answers),
    ])
    const { seen, failed, looks } = sort(videos, answers, held, now)
    const judged = await judgeLooks(tx, looks, {
      watched: seen,
      polled: { source, recordedAt: now, schedule },
    })
    await recordMisses(tx, now, failed, schedule)
    await releaseShards(tx, claim)
    return { claimed: videos.length, looks: judged.videoIds.size, misses: failed.length, fired: judged.fired }
  })
}

interface Failed {
  row: WatchRow
  /** null: the connector did not speak of the video. */
  error: FetchError | null
}

/** A quota may be set wider, and a cap raised, long before the day ends. */
const PUT_OFF = 15 * MINUTE

/** NO_DATA since the first look that failed; what is known stays as it is. */
async function recordMisses(tx: Tx, now: Date, failed: readonly Failed[], schedule: Schedule): Promise<void> {
  if (failed.length === 0) return
  const next = failed.map(({ row, error }) => {
    const noDataReason = error?.kind ?? 'not_answered'
    const asked = now.getTime() + (error?.retryAfterMs ?? 0)
    const due = schedule(row, null)
    // A look that our own quota did not allow is put off, and is no failure of the platform.
    const putOff = error?.kind === 'quota'
    const again = Math.min(Math.max(asked, now.getTime() + MINUTE), now.getTime() + PUT_OFF)
    return {
      videoId: row.videoId,
      noDataReason,
      misses: putOff ? row.misses : row.misses + 1,
      nextPollAt: putOff ? again : later(due.nextPollAt, asked),
      urgent: putOff ? row.urgent : due.urgent,
      seenAt: row.observedAt,
      pollWhy: putOff ? null : due.pollWhy,
    }
  })
  const columns = {
    videoId: 'bigint',
    noDataReason: 'text',
    misses: 'int',
    nextPollAt: 'timestamptz',
    seenAt: 'timestamptz',
    urgent: 'bool',
    pollWhy: 'text',
  } as const
  await tx.execute(sql`
    update video_state state set misses = next.misses, next_poll_at = next.next_poll_at, poll_why = next.poll_why,
      urgent = next.urgent, no_data_reason = next.no_data_reason,
      no_data_since = coalesce(state.no_data_since, ${now.toISOString()}::timestamptz)
    from ${unnest(next, 'next', columns)}
    where state.workspace_id = current_workspace() and state.video_id = next.video_id
      and state.next_poll_at is not null and state.observed_at is not distinct from next.seen_at`)
}

/** null: not at all. */
const later = (at: number | null, notBefore: number) => (at === null ? null : Math.max(at, notBefore))

/** What became of the videos whose shards are still ours. */
function sort(
  videos: readonly WatchRow[],
  answers: readonly CounterAnswer[],
  held: ReadonlySet<number>,
  now: Date,
) {
  const byItem = new Map(answers.map((answer) => [answer.itemId, answer]))
  const seen: WatchRow[] = []
  const looks: VideoLook[] = []
  const failed: Failed[] = []
  for (const row of videos) {
    if (!held.has(row.shard)) continue
    const answer = byItem.get(row.itemId)
    if (!answer?.ok) {
      failed.push({ row, error: answer?.error ?? null })
      continue
    }
    const { plays, likes, comments, shares, saves } = answer.counters
    const { videoId, followers } = row
    looks.push({ videoId, followers, observedAt: now.getTime(), plays, likes, comments, shares, saves })
    seen.push(row)
  }
  return { seen, looks, failed }
}
