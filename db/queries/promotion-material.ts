/** What a material did day by day in all orders of ours, as rules/fatigue.ts takes it. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'

/** One day over all orders that say so; null: none does, of GMV: one that spent does not. Money in 分, each 分 once. */
export interface MaterialDayRow {
  /** Business day of the zone. */
  day: string
  spendFen: number | null
  gmvFen: number | null
  orders: number | null
  shows: number | null
  clicks: number | null
  plays: number | null
}

/** Share of plays that went to their end on a day, as one source says. */
export interface CompletionRow {
  day: string
  source: string
  value: number
}

export interface Material {
  /** When money was first spent on it by anyone, ms; null: nobody did. */
  firstAt: number | null
  days: MaterialDayRow[]
  completion: CompletionRow[]
}

const GAINED = {
  spendFen: 'spent_fen',
  gmvFen: 'gmv_fen',
  orders: 'orders',
  shows: 'shows',
  clicks: 'clicks',
  plays: 'plays',
} as const
const each = (of: (column: string, key: string) => string) =>
  sql.raw(
    Object.entries(GAINED)
      .map(([key, column]) => of(column, key))
      .join(', '),
  )

/** Sums over orders: figures that are divided by each other are of the same ones. */
const SUMS =
  sql.raw(`sum("spendFen")::float8 as "spendFen", sum(orders)::float8 as orders, sum(plays)::float8 as plays,
  (case when bool_and("gmvFen" is not null or "spendFen" is null) then sum("gmvFen") filter (where "spendFen" is not null) end)::float8 as "gmvFen",
  (sum(shows) filter (where clicks is not null))::float8 as shows,
  (sum(clicks) filter (where shows is not null))::float8 as clicks`)

interface Found {
  first_at: number | null
  days: MaterialDayRow[] | null
  rates: CompletionRow[] | null
}

/**
 * Days that are over in the zone, oldest first, by the last look of each at each order. What a plan's report says of a video (整体消耗)
 * has the 追投 on it in the plan in it: 基础消耗 + 追投调控消耗 (platform-apis.md 7.1). So of a plan's day the side that spent more
 * counts, its money together, and not both. One statement.
 */
export async function loadMaterial(
  db: Pick<Db, 'execute'>,
  videoId: number,
  { zone, now }: { zone: string; now: Date },
): Promise<Material> {
  const at = sql`${now.toISOString()}::timestamptz`
  const [found] = await rows<Found>(
    db,
    sql`
      with look as (
        select distinct on (l.promotion_id, seen.day) l.promotion_id, seen.day, p.method, ${each((column) => `l.${column}`)},
          case when p.method in ('UNI_PLAN_ADD', 'MATERIAL_BOOST') and p.plan_id is not null
            then 'plan ' || p.plan_id else p.id::text end as payer
        from promotion p
        join promotion_look l on l.workspace_id = p.workspace_id and l.promotion_id = p.id
        cross join lateral (select (l.at at time zone ${zone}::text)::date as day) seen
        where p.workspace_id = current_workspace() and p.video_id = ${videoId}
        order by l.promotion_id, seen.day, l.at desc
      ), gained as (
        select day, payer, method, ${each((column, key) => `case when ${column} is not null then greatest(0, ${column} - coalesce(max(${column}) over before, 0)) end as "${key}"`)}
        from look
        window before as (partition by promotion_id order by day rows between unbounded preceding and 1 preceding)
      ), side as (
        select day, payer, ${SUMS} from gained group by day, payer, method
      ), once as (
        select distinct on (day, payer) day, "spendFen", "gmvFen", orders,
          first_value(shows) over seen as shows, first_value(clicks) over seen as clicks,
          max(plays) over (partition by day, payer) as plays
        from side
        -- A side has both or none: a share of clicks is of one side alone.
        window seen as (partition by day, payer order by shows is null, "spendFen" desc nulls last, "gmvFen" desc nulls last)
        order by day, payer, "spendFen" desc nulls last, "gmvFen" desc nulls last
      ), by_day as (
        select day::text, ${SUMS} from once where day < (${at} at time zone ${zone}::text)::date group by day order by day
      ), told as materialized (
        select * from told_by_day(array[${videoId}::bigint], null) where day is not null
      )
      select
        (select json_agg(by_day) from by_day) as days,
        (select json_agg(json_build_object('day', day, 'source', source, 'value', finished / finished_of))
          from told where finished_of > 0) as rates,
        (extract(epoch from least(
          (select min(delivering_at) from promotion where workspace_id = current_workspace() and video_id = ${videoId}),
          (select min(day)::timestamp at time zone ${zone}::text from told where spend_fen > 0))) * 1000)::float8 as first_at`,
  )
  return { firstAt: found?.first_at ?? null, days: found?.days ?? [], completion: found?.rates ?? [] }
}
