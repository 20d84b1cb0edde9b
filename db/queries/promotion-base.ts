/** 基础转化: what a video sold by itself, before anybody paid for its plays. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'

/** Orders of the days before the first one with spend on ads, as one source of sales tells; refunded ones too. */
export interface BaseRow {
  source: string
  orders: number
}

/**
 * Empty: no source told of a day before, or of the spend nobody says on which day it began. The day of the first ad counts
 * for the ads in whole. One statement.
 */
export async function loadBase(db: Pick<Db, 'execute'>, videoId: number): Promise<BaseRow[]> {
  const found = await rows<{ source: string; orders: number | null }>(
    db,
    sql`with told as materialized (
        select source, day, orders, spend_fen from told_by_day(array[${videoId}::bigint], null)
      ), ads as (
        select min(day) as since, bool_and(day is not null) as dated from told where spend_fen > 0
      )
      select source, sum(orders) filter (where day < ads.since)::float8 as orders
      from told cross join ads where ads.dated group by source`,
  )
  return found.flatMap(({ source, orders }) => (orders === null ? [] : [{ source, orders }]))
}
