/** Figures over time. Instants come in and go out as ms; days are business days of the workspace. */
import { type SQL, sql } from 'drizzle-orm'
import type { Look } from '../../rules/types.ts'
import { COUNTERS } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'
import { unnest } from '../unnest.ts'
import { precedence } from './precedence.ts'

/** What series of a published video need besides its looks. */
export interface Published {
  videoId: number
  publishedAt: number
  /** First instant of the day from which its figures are to be made again; null: they are true. */
  dirtySince: number | null
}
/** Where closed buckets are read from; `snapshot`: from the looks themselves. */
export type Made = 'video_day' | 'video_hour' | 'snapshot'

export interface LookSpan {
  since: number
  until: number
  made: Made
  /** Only what was known by then; with `snapshot` alone. null: now. */
  asOf: number | null
  /** Most looks of one video within the span; null: all. */
  limit: number | null
  zone: string
}

const ms = (instant: string, as: string) =>
  sql.raw(`(extract(epoch from ${instant}) * 1000)::float8 as "${as}"`)
const BEGINNING = Date.UTC(2000, 0)
const END = Date.UTC(2100, 0)

/** The videos among these that are published, each with its mark. */
export async function loadPublished(
  db: Pick<Db, 'execute'>,
  videoIds: readonly number[],
): Promise<Published[]> {
  const found = await rows<{ video_id: string; publishedAt: number; dirtySince: number | null }>(
    db,
    sql`
      select v.video_id, ${ms('v.published_at', 'publishedAt')},
        ${ms(`date_trunc('day', v.dirty_from at time zone w.zone) at time zone w.zone`, 'dirtySince')}
      from video_state v join workspace w on w.id = v.workspace_id
      where v.workspace_id = current_workspace() and ${among(sql`v.video_id`, videoIds)}`,
  )
  return found.map(({ video_id, ...row }) => ({ videoId: Number(video_id), ...row }))
}

/**
 * Looks of each video in time order, one of an instant: the last one before the span, and of the span all that its
 * buckets can close with. One statement: what is made already from `made`, the rest from snapshots.
 */
export async function loadLooks(
  db: Pick<Db, 'execute'>,
  videos: readonly Published[],
  span: LookSpan,
): Promise<Map<number, Look[]>> {
  const asked = videos.map(({ videoId, dirtySince }) => {
    const edge = span.made === 'snapshot' ? BEGINNING : (dirtySince ?? END)
    return { videoId, edge }
  })
  const found = await rows<{ video_id: string; at: number } & Record<keyof Look, string | null>>(
    db,
    sql`
      select asked.video_id, ${ms('look.observed_at', 'at')}, ${columns('look')}
      from ${unnest(asked, 'asked', { videoId: 'bigint', edge: 'timestamptz' })}
      cross join lateral (${parts(span)}) look
      order by asked.video_id, look.observed_at, look.fresh`,
  )
  const byVideo = new Map<number, Look[]>(videos.map(({ videoId }) => [videoId, []]))
  for (const row of found) byVideo.get(Number(row.video_id))?.push(toLook(row))
  return byVideo
}

const columns = (of: string) => sql.raw(COUNTERS.map((name) => `${of}.${name}`).join(', '))

function parts({ since, until, made, asOf, limit, zone }: LookSpan): SQL {
  const at = (instant: number) => sql`${new Date(instant).toISOString()}::timestamptz`
  const known = asOf === null ? sql`` : sql`and s.recorded_at <= ${at(asOf)}`
  const raw = sql`snapshot s where s.workspace_id = current_workspace() and s.video_id = asked.video_id
    and s.observed_at >= asked.edge ${known}`
  const looks = sql`
    (select distinct on (s.observed_at) s.observed_at, ${columns('s')}, true as fresh
      from ${raw} and s.observed_at >= ${at(since)} and s.observed_at < ${at(until)}
      order by s.observed_at, ${precedence('s')} limit ${limit}::bigint)
    union all
    (select s.observed_at, ${columns('s')}, true from ${raw} and s.observed_at < ${at(since)}
      order by s.observed_at desc, ${precedence('s')} limit 1)`
  if (made === 'snapshot') return looks
  const table = sql.raw(made)
  const [key, place] =
    made === 'video_hour'
      ? [sql`k.hour`, (instant: SQL) => instant]
      : [sql`k.day`, (instant: SQL) => sql`(${instant} at time zone ${zone}::text)::date`]
  const closed = sql`${table} k where k.workspace_id = current_workspace() and k.video_id = asked.video_id
    and k.observed_at is not null and ${key} < ${place(sql`asked.edge`)}`
  return sql`${looks}
    union all
    (select k.observed_at, ${columns('k')}, false
      from ${closed} and ${key} >= ${place(at(since))} and ${key} < ${place(at(until))})
    union all
    (select k.observed_at, ${columns('k')}, false from ${closed} and ${key} < ${place(at(since))}
      order by ${key} desc limit 1)`
}

function toLook(row: { at: number } & Record<keyof Look, string | null>): Look {
  const read = (name: keyof Look) => (row[name] === null ? null : Number(row[name]))
  return {
    observedAt: row.at,
    plays: read('plays'),
    likes: read('likes'),
    comments: read('comments'),
    shares: read('shares'),
    saves: read('saves'),
  }
}

/** Of one business day; null: not known. */
export interface DayMoney {
  spendFen: number | null
  paidGmvFen: number | null
  gmvFen: number | null
  orders: number | null
}
type MoneyRow = Record<'spend_fen' | 'paid_gmv_fen' | 'gmv_fen' | 'orders', string | null>

function toMoney(row: MoneyRow): DayMoney {
  const read = (value: string | null) => (value === null ? null : Number(value))
  return {
    spendFen: read(row.spend_fen),
    paidGmvFen: read(row.paid_gmv_fen),
    gmvFen: read(row.gmv_fen),
    orders: read(row.orders),
  }
}

/** Money by video and day, both days counted: as made, and from where a video is dirty on as its sources say now. */
export async function loadDayMoney(
  db: Pick<Db, 'execute'>,
  videos: readonly Published[],
  { from, to }: { from: string; to: string },
): Promise<Map<number, Map<string, DayMoney>>> {
  const dirty = videos.flatMap(({ videoId, dirtySince }) =>
    dirtySince === null ? [] : [{ videoId, dirtySince }],
  )
  const first = new Date(Math.min(END, ...dirty.map(({ dirtySince }) => dirtySince))).toISOString()
  const ids = sql`${sql.param(dirty.map(({ videoId }) => String(videoId)))}::bigint[]`
  const found = await rows<{ video_id: string; day: string } & MoneyRow>(
    db,
    sql`
      with asked as (
        select a.video_id, (a.dirty_since at time zone w.zone)::date as edge
        from ${unnest(videos, 'a', { videoId: 'bigint', dirtySince: 'timestamptz' })}
        join workspace w on w.id = current_workspace()
      )
      select k.video_id, k.day::text, k.spend_fen, k.paid_gmv_fen, k.gmv_fen, k.orders
      from asked join video_day k on k.workspace_id = current_workspace() and k.video_id = asked.video_id
        and k.day < coalesce(asked.edge, 'infinity') and k.day between ${from}::date and ${to}::date
      union all
      select m.video_id, m.day::text, m.spend_fen, m.paid_gmv_fen, m.gmv_fen, m.orders
      from money_by_day(${ids}, ${first}::timestamptz) m join asked on asked.video_id = m.video_id
      where m.day >= asked.edge and m.day between ${from}::date and ${to}::date`,
  )
  const byVideo = new Map<number, Map<string, DayMoney>>(videos.map(({ videoId }) => [videoId, new Map()]))
  for (const row of found) byVideo.get(Number(row.video_id))?.set(row.day, toMoney(row))
  return byVideo
}

export interface BrandDayRow extends DayMoney {
  day: string
  /** Videos with a look on it. */
  videos: number
  /** Sums of what its videos gained, by counter; null: known of none. */
  gained: Omit<Look, 'observedAt'>
}

/** Days of brands that have figures, both ends counted, in order. One statement. */
export async function loadBrandDays(
  db: Pick<Db, 'execute'>,
  brandIds: readonly number[],
  { from, to }: { from: string; to: string },
): Promise<Map<number, BrandDayRow[]>> {
  const found = await rows<
    { brand_id: string; day: string; videos: number } & Record<keyof Look, string | null> & MoneyRow
  >(
    db,
    sql`
      select brand_id, day::text, videos, ${sql.raw(COUNTERS.map((name) => `gained_${name} as ${name}`).join(', '))},
        spend_fen, paid_gmv_fen, gmv_fen, orders
      from brand_day
      where workspace_id = current_workspace() and ${among(sql`brand_id`, brandIds)}
        and day between ${from}::date and ${to}::date
      order by brand_id, day`,
  )
  const byBrand = new Map<number, BrandDayRow[]>(brandIds.map((id) => [id, []]))
  for (const row of found) {
    const { observedAt: _, ...gained } = toLook({ ...row, at: 0 })
    const { day, videos } = row
    byBrand.get(Number(row.brand_id))?.push({ day, videos, gained, ...toMoney(row) })
  }
  return byBrand
}
