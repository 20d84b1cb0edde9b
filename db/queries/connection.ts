/** What accounts see and how it answers: for any number of them one statement. */
import { type SQL, sql } from 'drizzle-orm'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'

/** Instants in ms. */
export interface SubjectRow {
  accountId: number
  source: string
  externalId: string
  name: string
  lostAt: number | null
  answeredAt: number | null
  failedAt: number | null
  failureKind: string | null
  failureText: string | null
  /** Videos watched through it, and when the first of them is due. */
  videos: number
  dueAt: number | null
}

/** Oldest first. A 抖音号 that several subjects of a source see is watched through the one that flow/subject.ts chooses. */
export async function loadSubjects(
  db: Pick<Db, 'execute'>,
  accountIds: readonly number[],
): Promise<SubjectRow[]> {
  const found = await rows<{ subject: SubjectRow }>(
    db,
    sql`
      with seen as materialized (
        select distinct on (subject.source, reach.kol_account_id)
          subject.id, subject.account_id, subject.source, reach.kol_account_id
        from subject
        join account on account.workspace_id = subject.workspace_id and account.id = subject.account_id
        join reach on reach.workspace_id = subject.workspace_id and reach.subject_id = subject.id
        where subject.workspace_id = current_workspace() and subject.lost_at is null
        order by subject.source, reach.kol_account_id, (account.state = 'ACTIVE') desc, subject.id
      ), watched as materialized (
        select seen.id, sum(state.videos) as videos, min(state.due_at) as due_at
        from seen
        join kol on kol.workspace_id = current_workspace() and kol.platform = 'douyin' and kol.account_id = seen.kol_account_id
        cross join lateral (
          -- Not by source in the where: tables that were never analysed would be read by it, all of it for each KOL.
          select count(next_poll_at) filter (where source = seen.source) as videos,
            min(next_poll_at) filter (where source = seen.source) as due_at
          from video_state where workspace_id = kol.workspace_id and kol_id = kol.id) state
        where ${among(sql`seen.account_id`, accountIds)}
        group by seen.id
      )
      select json_build_object('accountId', subject.account_id, 'source', subject.source,
        'externalId', subject.external_id, 'name', subject.name, 'lostAt', ${ms(sql`subject.lost_at`)},
        'answeredAt', ${ms(sql`subject.answered_at`)}, 'failedAt', ${ms(sql`subject.failed_at`)},
        'failureKind', subject.failure_kind, 'failureText', subject.failure_text,
        'videos', coalesce(watched.videos, 0), 'dueAt', ${ms(sql`watched.due_at`)}) as subject
      from subject
      left join watched on watched.id = subject.id
      where subject.workspace_id = current_workspace() and ${among(sql`subject.account_id`, accountIds)}
      order by subject.id`,
  )
  return found.map(({ subject }) => subject)
}

const ms = (instant: SQL) => sql`(extract(epoch from ${instant}) * 1000)::bigint`
