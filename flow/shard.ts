/** Leases on shards of videos: who polls takes whole ones, so that a look costs no claim of its own. */
import { sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { rows, type Tx } from '../db/client.ts'
import { loadWatched, type WatchRow } from '../db/queries/watch.ts'
import { MINUTE } from '../rules/types.ts'

/** A worker that does not come back within this time has lost its lease. */
export const LEASE = 5 * MINUTE
/** Shards that one claim looks into for its videos. */
const TAKEN = 64

export interface Claim {
  id: string
  source: string
  now: Date
}

/**
 * Leases the shards that have waited longest, until they hold `limit` due videos, and answers those, urgent ones of a
 * shard first.
 */
export async function claimDue(tx: Tx, { id, source, now }: Claim, limit: number): Promise<WatchRow[]> {
  const at = sql`${now.toISOString()}::timestamptz`
  const until = sql`${new Date(now.getTime() + LEASE).toISOString()}::timestamptz`
  return loadWatched(
    tx,
    sql`due`,
    sql`
      with free as materialized (
        select shard, due_at from poll_shard
        where workspace_id = current_workspace() and source = ${source} and due_at <= ${at}
          and (claimed_until is null or claimed_until <= ${at})
        order by due_at, shard limit ${TAKEN} for update skip locked
      ), due as materialized (
        select s.* from free cross join lateral (
          select * from video_state
          where workspace_id = current_workspace() and source = ${source} and shard = free.shard
            and next_poll_at <= ${at}
          order by urgent desc, next_poll_at limit ${limit}
        ) s limit ${limit}
      ), leased as (
        update poll_shard p set claim = ${id}::uuid, claimed_until = ${until}
        where p.workspace_id = current_workspace() and p.source = ${source}
          and p.shard in (select shard from due)
      )`,
  )
}

/** Sets right the shards in which nothing is due after all. Locked first: what others set meanwhile is then seen. */
export async function settleShards(tx: Tx, { source, now }: Claim): Promise<void> {
  const idle = await rows<{ shard: number }>(
    tx,
    sql`select shard from poll_shard
      where workspace_id = current_workspace() and source = ${source}
        and due_at <= ${now.toISOString()}::timestamptz and claim is null
      order by shard for update skip locked`,
  )
  if (idle.length === 0) return
  const shards = idle.map(({ shard }) => shard)
  await tx.execute(sql`
    update poll_shard p set due_at = ${EARLIEST}
    where p.workspace_id = current_workspace() and p.source = ${source} and ${among(sql`p.shard`, shards)}`)
}

/** When the first of the shard's videos is due. */
const EARLIEST = sql`(
  select min(s.next_poll_at) from video_state s
  where s.workspace_id = p.workspace_id and s.source = p.source and s.shard = p.shard)`

/** The shards that the claim still holds, locked: until the end nobody else writes looks of their videos. */
export async function heldShards(tx: Tx, { id, source }: Claim): Promise<Set<number>> {
  const held = await rows<{ shard: number }>(
    tx,
    sql`select shard from poll_shard
      where workspace_id = current_workspace() and source = ${source} and claim = ${id}::uuid
      order by shard for update`,
  )
  return new Set(held.map(({ shard }) => shard))
}

/** Gives the shards back, due again when the first of their videos is. */
export async function releaseShards(tx: Tx, { id, source }: Claim): Promise<void> {
  await tx.execute(sql`
    update poll_shard p set claim = null, claimed_until = null, due_at = ${EARLIEST}
    where p.workspace_id = current_workspace() and p.source = ${source} and p.claim = ${id}::uuid`)
}

/**
 * Keeps polls of these videos from writing until the end of the transaction, which then cannot deadlock with one. null:
 * of all of the workspace.
 */
export async function holdShards(tx: Tx, videoIds: readonly number[] | null): Promise<void> {
  const theirs = sql`and (source, shard) in (
    select source, shard from video_state
    where workspace_id = current_workspace() and ${among(sql`video_id`, videoIds ?? [])})`
  await tx.execute(sql`
    select from poll_shard
    where workspace_id = current_workspace() ${videoIds ? theirs : sql``}
    order by source, shard for update`)
}

/** For whoever changes many states at once: shards first, then the states in the order in which all lock them. */
export async function holdStates(tx: Tx, videoIds: readonly number[]): Promise<void> {
  await holdShards(tx, videoIds)
  await tx.execute(sql`
    select from video_state where workspace_id = current_workspace() and ${among(sql`video_id`, videoIds)}
    order by video_id for update`)
}

/**
 * To be called whenever next_poll_at or the source of videos was set other than by a poll: their shards become due no
 * later than they are. null: all of the workspace.
 */
export async function wakeShards(tx: Tx, videoIds: readonly number[] | null): Promise<void> {
  await tx.execute(sql`
    insert into poll_shard (source, shard, due_at)
    select source, shard, min(next_poll_at) from video_state
    where workspace_id = current_workspace() and source is not null and next_poll_at is not null
      ${videoIds ? sql`and ${among(sql`video_id`, videoIds)}` : sql``}
    group by source, shard order by source, shard
    on conflict (workspace_id, source, shard) do update set due_at = least(poll_shard.due_at, excluded.due_at)`)
}
