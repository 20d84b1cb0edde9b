/** Finds what is overdue: the rows are the truth, so a lost queue is refilled from here. */
import { sql } from 'drizzle-orm'
import { type Db, inWorkspace, rows } from '../db/client.ts'
import { DAY, HOUR } from '../rules/types.ts'
import { EXPLORE_EVERY } from './explore.ts'

/** A look that is late by this much is a gap that the team must see. */
const OVERDUE = HOUR
/** Partitions exist this long before they are needed. */
const AHEAD = 62 * DAY

export interface DueWork {
  workspaceId: number
  /** The connector that must be asked. */
  source: string
  /** Shards that nobody has leased. */
  shards: number
}

export interface DueAccount {
  workspaceId: number
  accountId: number
}

/** Accounts whose subjects were not read for a day. */
export async function dueAccounts({ db, now }: { db: Db; now: Date }): Promise<DueAccount[]> {
  const before = new Date(now.getTime() - EXPLORE_EVERY).toISOString()
  const found = await rows<{ workspace_id: string; account_id: string }>(
    db,
    sql`select workspace_id, account_id from due_accounts(${before}::timestamptz)`,
  )
  return found.map((row) => ({ workspaceId: Number(row.workspace_id), accountId: Number(row.account_id) }))
}

/** The work that is due in every workspace; marks videos whose look is long overdue as NO_DATA. */
export async function sweep({ db, now }: { db: Db; now: Date }): Promise<DueWork[]> {
  await db.execute(
    sql`select ensure_snapshot_partitions(${now.toISOString()}::timestamptz, ${new Date(now.getTime() + AHEAD).toISOString()}::timestamptz)`,
  )
  const found = await rows<{ workspace_id: string; source: string; shards: string }>(
    db,
    sql`select workspace_id, source, shards from due_shards(${now.toISOString()}::timestamptz)`,
  )
  const due = found.map((row) => ({
    workspaceId: Number(row.workspace_id),
    source: row.source,
    shards: Number(row.shards),
  }))
  for (const workspaceId of new Set(due.map((work) => work.workspaceId))) {
    await inWorkspace(db, workspaceId, (tx) => markOverdue(tx, now))
  }
  return due
}

async function markOverdue(tx: Pick<Db, 'execute'>, now: Date): Promise<void> {
  const before = sql`${new Date(now.getTime() - OVERDUE).toISOString()}::timestamptz`
  await tx.execute(sql`
    update video_state set no_data_since = next_poll_at, no_data_reason = 'overdue'
    where workspace_id = current_workspace() and video_id = any(array(
      select s.video_id from poll_shard p
      join video_state s on s.workspace_id = p.workspace_id and s.source = p.source and s.shard = p.shard
      where p.workspace_id = current_workspace() and p.due_at <= ${before}
        -- A poll that holds them is about to say better.
        and (p.claimed_until is null or p.claimed_until <= ${now.toISOString()}::timestamptz)
        and s.no_data_since is null and s.next_poll_at <= ${before}
      order by s.video_id for update of s skip locked))`)
}
