/** 授权主体: what our accounts may look at, and from where each KOL's videos are seen. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import { type Context, write } from './context.ts'
import { holdStates, wakeShards } from './shard.ts'

export interface Subject {
  kolAccountId: string
  accountId: number
  subjectId: number
  /** The platform's id of the subject. */
  externalId: string
}

/** For each 抖音号 one subject of that source which sees it; those whose account works come first. */
export function subjectsOf(
  ctx: Context,
  { source, kolAccountIds }: { source: string; kolAccountIds: readonly string[] },
): Promise<Subject[]> {
  const asked = kolAccountIds.map((kolAccountId) => ({ kolAccountId }))
  return write(ctx, async (tx) => {
    const found = await rows<{ kol_account_id: string; account_id: string; id: string; external_id: string }>(
      tx,
      sql`select distinct on (reach.kol_account_id) reach.kol_account_id, subject.account_id, subject.id,
          subject.external_id
        from ${unnest(asked, 'asked', { kolAccountId: 'text' })}
        join reach on reach.workspace_id = current_workspace() and reach.kol_account_id = asked.kol_account_id
        join subject on subject.workspace_id = reach.workspace_id and subject.id = reach.subject_id
        join account on account.workspace_id = subject.workspace_id and account.id = subject.account_id
        where subject.source = ${source} and subject.lost_at is null
        order by reach.kol_account_id, (account.state = 'ACTIVE') desc, subject.id`,
    )
    return found.map((row) => ({
      kolAccountId: row.kol_account_id,
      accountId: Number(row.account_id),
      subjectId: Number(row.id),
      externalId: row.external_id,
    }))
  })
}

/** What is known of a video that no account sees. */
export const NOT_CONNECTED = 'not_connected'

/**
 * Chooses who polls: 千川 before 抖音, because one call of it carries 50 videos of a 抖音号. Touches the given video,
 * or all that are watched or wait for an account. A video that nothing sees any more keeps its source, so that the
 * gap shows with the platform's own words.
 */
export async function chooseSources(tx: Tx, now: Date, videoId: number | null = null): Promise<void> {
  const chosen = await rows<{ video_id: string; source: string }>(
    tx,
    sql`select * from (
      select distinct on (s.video_id) s.video_id, subject.source, s.source as now
      from video_state s
      join kol on kol.workspace_id = s.workspace_id and kol.id = s.kol_id
      join reach on reach.workspace_id = s.workspace_id and reach.kol_account_id = kol.account_id
      join subject on subject.workspace_id = reach.workspace_id and subject.id = reach.subject_id
      join account on account.workspace_id = subject.workspace_id and account.id = subject.account_id
      where s.workspace_id = current_workspace() and subject.lost_at is null
        and subject.source in ('qianchuan', 'douyin')
        and (${videoId}::bigint is null or s.video_id = ${videoId}::bigint)
        and (s.next_poll_at is not null or s.no_data_reason = ${NOT_CONNECTED})
      order by s.video_id, (account.state = 'ACTIVE') desc, subject.source = 'qianchuan' desc
    ) found where source is distinct from now`,
  )
  // Most days nothing changes, and no poll has to wait.
  if (chosen.length === 0) return
  const next = chosen.map((row) => ({ videoId: Number(row.video_id), source: row.source }))
  const ids = next.map((one) => one.videoId)
  await holdStates(tx, ids)
  await tx.execute(sql`
    update video_state state
    set source = chosen.source,
      no_data_since = case when state.source is null then null else state.no_data_since end,
      no_data_reason = case when state.source is null then null else state.no_data_reason end,
      next_poll_at = coalesce(state.next_poll_at, ${now.toISOString()}::timestamptz)
    from ${unnest(next, 'chosen', { videoId: 'bigint', source: 'text' })}
    where state.workspace_id = current_workspace() and state.video_id = chosen.video_id
      and (state.next_poll_at is not null or state.no_data_reason = ${NOT_CONNECTED})`)
  await wakeShards(tx, ids)
}
