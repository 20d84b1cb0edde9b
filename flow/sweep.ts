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
  videos: number
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
  const found = await rows<{ workspace_id: string; source: string; videos: string }>(
    db,
    sql`select workspace_id, source, videos from due_work(${now.toISOString()}::timestamptz)`,
  )
  const due = found.map((row) => ({
    workspaceId: Number(row.workspace_id),
    source: row.source,
    videos: Number(row.videos),
  }))
  for (const workspaceId of new Set(due.map((work) => work.workspaceId))) {
    await inWorkspace(db, workspaceId, (tx) => markOverdue(tx, now))
  }
  return due
}

async function markOverdue(tx: Pick<Db, 'execute'>, now: Date): Promise<void> {
  await tx.execute(sql`
    update video_state set no_data_since = next_poll_at, no_data_reason = 'overdue'
    where workspace_id = current_workspace() and video_id = any(array(
      select video_id from video_state
      where workspace_id = current_workspace() and no_data_since is null
        and next_poll_at <= ${new Date(now.getTime() - OVERDUE).toISOString()}::timestamptz
      -- A poll that holds some of them is about to say better.
      for update skip locked))`)
}
