/** Of a workspace's looks: how many are planned and at which price, and how many one call brings. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../client.ts'

export interface PlannedLooks {
  /** 分 that a look counted when they were planned; null: they are due at any price. */
  priceFen: number | null
  looks: number
}

/**
 * Looks of the source that fall due before `until`, if each video goes on at the gap that was chosen for it: the next
 * one, and one more for every gap behind it. Holds, cycles, retries and longest gaps do not go with the price.
 */
export async function plannedLooks(
  tx: Tx,
  source: string,
  { now, until }: { now: Date; until: Date },
): Promise<PlannedLooks[]> {
  const found = await rows<{ price: number | null; looks: number }>(
    tx,
    sql`
      select case when why ->> 'kind' in ('WORTH', 'FLOOR') then (why ->> 'costFen')::float8 end as price,
        sum(1 + floor(extract(epoch from ${until.toISOString()}::timestamptz - due) / gap))::float8 as looks
      from (
        select poll_why::jsonb as why,
          greatest(next_poll_at, ${now.toISOString()}::timestamptz) as due,
          greatest(60, extract(epoch from next_poll_at - coalesce(observed_at, published_at))) as gap
        from video_state
        where workspace_id = current_workspace() and source = ${source}
          and next_poll_at < ${until.toISOString()}::timestamptz
      ) planned
      group by 1`,
  )
  return found.map(({ price, looks }) => ({ priceFen: price, looks }))
}

/** Looks of the source since an instant. */
export async function looksSince(tx: Tx, source: string, since: Date): Promise<number> {
  const [found] = await rows<{ looks: string }>(
    tx,
    sql`
      select coalesce(sum(seen.looks), 0) as looks
      from video_state state
      cross join lateral (
        select count(*) as looks from snapshot
        where workspace_id = current_workspace() and video_id = state.video_id
          and observed_at >= ${since.toISOString()}::timestamptz and source = ${source}
      ) seen
      where state.workspace_id = current_workspace() and state.source = ${source}
        and state.observed_at >= ${since.toISOString()}::timestamptz`,
  )
  return Number(found?.looks ?? 0)
}
