/** Writes what a batch of looks made of its videos: one statement, with the snapshots when they were polled. */
import { type SQL, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { packed, unpack } from '../db/pack.ts'
import { unnest } from '../db/unnest.ts'
import type { Look } from '../rules/types.ts'

export interface NextState extends Look {
  videoId: number
  /** The look that this state was judged from, ms; where another came between, nothing is written. */
  seenAt: number | null
  interactionRate: number | null
  velocity: number | null
  acceleration: number | null
  kolRatio: number | null
  breakoutProbability: number | null
  /** As an array literal. */
  curve: string
  flaggedAt: number | null
  dirtyFrom: number
  nextPollAt: number | null
  /** The cycle that it was decided by. */
  cycleMinutes: number | null
  pollWhy: string | null
  urgent: boolean
}

const COLUMNS = {
  videoId: 'bigint',
  seenAt: 'timestamptz',
  observedAt: 'timestamptz',
  plays: 'bigint',
  likes: 'bigint',
  comments: 'bigint',
  shares: 'bigint',
  saves: 'bigint',
  interactionRate: 'float8',
  velocity: 'float8',
  acceleration: 'float8',
  kolRatio: 'float8',
  breakoutProbability: 'float8',
  curve: 'text',
  flaggedAt: 'timestamptz',
  dirtyFrom: 'timestamptz',
  nextPollAt: 'timestamptz',
  cycleMinutes: 'int',
  pollWhy: 'text',
  urgent: 'bool',
} as const

/** Answers the videos that were written. A video that is polled must still be watched. */
export async function writeStates(
  tx: Tx,
  states: readonly NextState[],
  polled?: { source: string; recordedAt: Date },
): Promise<Set<number>> {
  if (states.length === 0) return new Set()
  const [written] = await rows<{ ids: Buffer | null }>(
    tx,
    sql`with next as materialized (select * from ${unnest(states, 'next', COLUMNS)}), written as (
        update video_state state set ${polled ? SCHEDULED : sql``} ${JUDGED}
        from next
        where state.workspace_id = current_workspace() and state.video_id = next.video_id
          and state.observed_at is not distinct from next.seen_at
          ${polled ? sql`and state.next_poll_at is not null` : sql``}
        returning state.video_id
      )${polled ? appended(polled) : sql``}
      select ${packed(sql`video_id`)} as ids from written`,
  )
  return new Set(unpack(written?.ids ?? null))
}

// least() passes over nulls: a flag that is there only ever moves to an earlier instant.
const JUDGED = sql`
  flagged_at = least(state.flagged_at, next.flagged_at), dirty_from = least(state.dirty_from, next.dirty_from),
  observed_at = next.observed_at, plays = next.plays, likes = next.likes, comments = next.comments,
  shares = next.shares, saves = next.saves, interaction_rate = next.interaction_rate, velocity = next.velocity,
  acceleration = next.acceleration, kol_ratio = next.kol_ratio,
  breakout_probability = next.breakout_probability, curve = next.curve::bigint[]`
// A cycle that was set while the platform was asked holds from this look on.
const NEXT_POLL = sql`case
  when next.next_poll_at is null or state.cycle_minutes is not distinct from next.cycle_minutes then next.next_poll_at
  else least(next.next_poll_at, next.observed_at + state.cycle_minutes * interval '1 minute') end`
const SCHEDULED = sql`
  next_poll_at = ${NEXT_POLL}, poll_why = next.poll_why, urgent = next.urgent, misses = 0, no_data_since = null, no_data_reason = null, looks = state.looks + 1,`

const appended = ({ source, recordedAt }: { source: string; recordedAt: Date }): SQL => sql`, appended as (
  insert into snapshot (video_id, observed_at, source, recorded_at, plays, likes, comments, shares, saves)
  select next.video_id, next.observed_at, ${source}, ${recordedAt.toISOString()}::timestamptz,
    next.plays, next.likes, next.comments, next.shares, next.saves
  from next join written on written.video_id = next.video_id
)`
