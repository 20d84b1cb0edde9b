/** Drops what is too old to keep; figures by day stay for ever. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../db/client.ts'
import { DAY } from '../rules/types.ts'

/** Days that are kept at least, since whole months go; 0: for ever, and fewer than LEAST_DAYS count as that. */
export interface Retention {
  rawDays: number
  hourDays: number
}

/** drop_partitions refuses less than 30, by the database's clock: a day more, for a clock that differs. */
export const LEAST_DAYS = 31

/**
 * The months that were dropped, by name: looks and figures by hour, of all workspaces. None while anything that old is
 * dirty: figures are made first.
 */
export async function retain({ db, now }: { db: Db; now: Date }, keep: Retention): Promise<string[]> {
  const dropped: string[] = []
  for (const [parent, days] of [
    ['snapshot', keep.rawDays],
    ['video_hour', keep.hourDays],
  ] as const) {
    if (days === 0) continue
    const before = new Date(now.getTime() - Math.max(days, LEAST_DAYS) * DAY).toISOString()
    const gone = await rows<{ name: string }>(
      db,
      sql`select name from drop_partitions(${parent}, ${before}::timestamptz)`,
    )
    dropped.push(...gone.map(({ name }) => name))
  }
  return dropped
}

/**
 * Looks at orders that were over by then, but for the last of each, which has what the order did in all and what the test
 * said; decisions stay for ever. Answers how many went. 0 days keep all of them.
 */
export async function pruneLooks(
  { db, now }: { db: Db; now: Date },
  { rawDays }: Retention,
): Promise<number> {
  if (rawDays === 0) return 0
  const before = new Date(now.getTime() - Math.max(rawDays, LEAST_DAYS) * DAY).toISOString()
  const [found] = await rows<{ gone: string }>(db, sql`select prune_looks(${before}::timestamptz) as gone`)
  return Number(found?.gone ?? 0)
}

/**
 * Messages that are over and older than LEAST_DAYS, but for those of a promotion that still asks: nothing that old is
 * routed again (NEWS_LIFE of rules/route.ts), so nothing is told twice. Answers how many went.
 */
export async function pruneDeliveries({ db, now }: { db: Db; now: Date }): Promise<number> {
  const before = new Date(now.getTime() - LEAST_DAYS * DAY).toISOString()
  const [found] = await rows<{ gone: string }>(
    db,
    sql`select prune_deliveries(${before}::timestamptz) as gone`,
  )
  return Number(found?.gone ?? 0)
}
