/** What a notification says: those of a page in one statement. */
import { sql } from 'drizzle-orm'
import type { Evidence } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'

export interface NotificationFacts {
  brand: string
  rule: string
  /** Between the first and the last firing that it tells of. */
  spanMs: number
  /** Of those it tells of, the video with the most plays when it fired. */
  title: string
  evidence: Evidence
}

export async function loadNotificationFacts(
  db: Pick<Db, 'execute'>,
  ids: readonly number[],
): Promise<Map<number, NotificationFacts>> {
  const found = await rows<Omit<NotificationFacts, 'spanMs'> & { id: string; span: string }>(
    db,
    sql`select n.id, brand.name as brand, rule.name as rule, top.title, top.evidence,
        (select (extract(epoch from max(firing_at) - min(firing_at)) * 1000)::bigint from breakout b
          where b.workspace_id = n.workspace_id and b.notification_id = n.id) as span
      from notification n
      join brand on brand.workspace_id = n.workspace_id and brand.id = n.brand_id
      join rule on rule.workspace_id = n.workspace_id and rule.id = n.rule_id
      cross join lateral (
        select video.title, b.evidence from breakout b
        join video on video.workspace_id = b.workspace_id and video.id = b.video_id
        where b.workspace_id = n.workspace_id and b.notification_id = n.id
        order by (b.evidence->'readings'->'plays'->>'value')::float8 desc nulls last, b.id limit 1
      ) top
      where n.workspace_id = current_workspace() and ${among(sql`n.id`, ids)}`,
  )
  return new Map(found.map(({ id, span, ...facts }) => [Number(id), { ...facts, spanMs: Number(span) }]))
}

/** The first `limit` episodes that each of these tells of, in the order in which they fired. */
export async function loadTold(
  db: Pick<Db, 'execute'>,
  ids: readonly number[],
  limit: number,
): Promise<Map<number, number[]>> {
  const found = await rows<{ id: string; breakout_ids: string[] }>(
    db,
    sql`select n.id, array(
        select b.id from breakout b where b.workspace_id = n.workspace_id and b.notification_id = n.id
        order by b.firing_at, b.id limit ${limit}) as breakout_ids
      from notification n where n.workspace_id = current_workspace() and ${among(sql`n.id`, ids)}`,
  )
  return new Map(found.map((row) => [Number(row.id), row.breakout_ids.map(Number)]))
}
