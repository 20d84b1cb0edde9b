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

/** Videos whose looks are counted: with so many the mean is off by some percent, which a price does not feel. */
const SAMPLE = 500

/**
 * Looks of the source since an instant, about: those of a sample of the videos that were looked at, the same ones each
 * time, for all. One scan of the states, and `most` probes however many videos there are.
 */
export async function looksSince(tx: Tx, source: string, since: Date, most = SAMPLE): Promise<number> {
  const from = sql`${since.toISOString()}::timestamptz`
  const [found] = await rows<{ looks: number | null }>(
    tx,
    sql`
      with state as (
        select video_id from video_state
        where workspace_id = current_workspace() and source = ${source} and observed_at >= ${from}
      )
      select (select count(*) from state) * avg(seen.looks)::float8 as looks
      from (select video_id from state order by hashint8(video_id) limit ${most}) sampled
      cross join lateral (
        select count(*) as looks from snapshot
        where workspace_id = current_workspace() and video_id = sampled.video_id
          and observed_at >= ${from} and source = ${source}
      ) seen`,
  )
  return found?.looks ?? 0
}
