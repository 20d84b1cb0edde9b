/** What each source says came of videos, in total. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'

/**
 * One source's word on one video so far; null: it does not say. Money in 分. `gmvFen` and `orders` are of all that the video
 * sold, refunds included; `paidGmvFen` is of ads. Settled is what orders of at least 7 (14) days brought that were not refunded
 * within them. `recordedAt`: when its latest part became known.
 */
export interface Told extends Figures {
  source: string
  recordedAt: Date
}
/** The keys of rules/precedence.ts. */
interface Figures {
  spendFen: number | null
  paidGmvFen: number | null
  gmvFen: number | null
  orders: number | null
  settled7Fen: number | null
  settled14Fen: number | null
  adShows: number | null
  boughtPlays: number | null
  completionRate: number | null
  fiveSecondRate: number | null
}

/**
 * By video id; who is missing has nothing said of it. Sources: `sale` (抖店 and 精选联盟, an order of both once), `suixintui`,
 * `qianchuan`, and the kinds of export. As known at `asOf`; null: now. Of before, an order is as old as the latest payment of
 * its subject known then makes it, so that what is settled as of an instant never changes. Of now sales come from their sums by
 * day, of before from every order. One statement.
 */
export async function loadTold(
  db: Pick<Db, 'execute'>,
  videoIds: readonly number[],
  asOf: Date | null,
): Promise<Map<number, Told[]>> {
  const ids = sql`${sql.param([...new Set(videoIds)].map(String))}::bigint[]`
  const found = await rows<Figures & { video_id: number; source: string; recorded_at: number }>(
    db,
    sql`
      select video_id::float8 as video_id, source,
        sum(spend_fen)::float8 as "spendFen", sum(paid_gmv_fen)::float8 as "paidGmvFen", sum(gmv_fen)::float8 as "gmvFen",
        sum(orders)::float8 as orders, sum(settled7_fen)::float8 as "settled7Fen",
        sum(settled14_fen)::float8 as "settled14Fen", sum(ad_shows)::float8 as "adShows",
        sum(bought_plays)::float8 as "boughtPlays",
        ${rate('finished', 'completion_rate')} as "completionRate",
        ${rate('five_seconds', 'five_second_rate')} as "fiveSecondRate",
        (extract(epoch from max(recorded_at)) * 1000)::float8 as recorded_at
      from told_by_day(${ids}, ${asOf === null ? null : asOf.toISOString()}::timestamptz)
      group by video_id, source order by video_id, source`,
  )
  const told = new Map<number, Told[]>()
  for (const { video_id, recorded_at, ...said } of found) {
    const all = told.get(video_id) ?? []
    all.push({ ...said, recordedAt: new Date(recorded_at) })
    told.set(video_id, all)
  }
  return told
}

/** Of all days, weighed by their plays; without plays the latest day's. */
function rate(played: string, said: string) {
  return sql.raw(`coalesce(
    sum(${played}) / nullif(sum(${played}_of), 0),
    (array_agg(${said} order by day desc nulls last) filter (where ${said} is not null))[1])`)
}
