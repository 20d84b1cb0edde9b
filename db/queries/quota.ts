/** What a workspace asked of its sources on a day, beside what all asked under the same limits. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'

export interface LimitUse {
  source: string
  scope: string
  /** Of this workspace, on the day; 0 where it asked on the day before only. */
  calls: number
  refused: number
  costFen: number
  /** Of all workspaces. */
  total: number
  /** Workspaces that share the limit, this one included. */
  sharers: number
}

/** `day` of Shanghai; every limit that was asked under on it or on the day before. */
export async function limitUses(db: Pick<Db, 'execute'>, day: string): Promise<LimitUse[]> {
  const found = await rows<Omit<LimitUse, 'costFen'> & { cost_fen: string }>(
    db,
    sql`
      select source, scope, calls, refused, cost_fen, calls_under_quota(source, scope, ${day}::date) as total,
        1 + others_under_quota(source, scope, ${day}::date) as sharers
      from (
        select source, scope,
          coalesce(sum(calls) filter (where day = ${day}::date), 0)::int as calls,
          coalesce(sum(refused) filter (where day = ${day}::date), 0)::int as refused,
          coalesce(sum(cost_fen) filter (where day = ${day}::date), 0)::bigint as cost_fen
        from call_use
        where workspace_id = current_workspace() and day in (${day}::date, ${day}::date - 1)
        group by source, scope
      ) mine
      order by source, scope`,
  )
  return found.map(({ cost_fen, ...use }) => ({ ...use, costFen: Number(cost_fen) }))
}
