/**
 * Makes the figures by hour and day of videos that are marked dirty: from the day of the mark on, out of snapshots and
 * money. Snapshots are append-only, so the last look of a bucket only ever moves on: a bucket whose looks were dropped
 * by flow/retention.ts keeps what it has. A change of the workspace's zone would need all of it made anew; no verb
 * changes it.
 */
import { type SQL, sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../db/client.ts'
import { precedence } from '../db/queries/precedence.ts'
import { unnest } from '../db/unnest.ts'
import { COUNTERS } from '../rules/types.ts'
import { type Context, write } from './context.ts'

/** Videos of one transaction: their states are locked for about half a second. */
export const ROLLUP_BATCH = 2000

export interface RollupInput {
  /** Only videos behind this one, in the order of their ids: a pass reads the states once. */
  after?: number
  limit?: number
}
export interface RolledUp {
  videos: number
  /** Business days of videos that changed, counted once per brand and day. */
  days: number
  /** Where the next one begins; null: nothing is left, or another one is at work in the workspace. */
  last: number | null
}

interface Dirty {
  videoId: number
  brandId: number
  /** First instant of the business day of the mark, ms. */
  since: number
  /** A first look before this instant counts from 0 at publication, ms. */
  bornUntil: number
}

/** Six statements, whatever the size of the batch; videos that are being looked at right now are left to the next. */
export function rollup(
  ctx: Context,
  { after = 0, limit = ROLLUP_BATCH }: RollupInput = {},
): Promise<RolledUp> {
  return write(ctx, async (tx) => {
    const { zone, dirty } = (await alone(tx)) ? await lockDirty(tx, after, limit) : NOTHING
    const last = dirty.at(-1)?.videoId ?? null
    if (last === null) return { videos: 0, days: 0, last }
    const first = new Date(Math.min(...dirty.map(({ since }) => since)))
    const span = sql`${first.toISOString()}::timestamptz`
    await makeHours(tx, dirty)
    const touched = await makeDays(tx, dirty, span, zone)
    await makeBrandDays(tx, touched)
    await tx.execute(sql`
      update video_state set dirty_from = null
      from ${unnest(dirty, 'dirty', { videoId: 'bigint' })}
      where workspace_id = current_workspace() and video_state.video_id = dirty.video_id`)
    return { videos: dirty.length, days: touched.length, last }
  })
}

/** Workspaces with something to make. Reads all states: 0.2 s for a million of them. */
export async function dirtyWorkspaces({ db }: { db: Db }): Promise<number[]> {
  const found = await rows<{ workspace_id: string }>(db, sql`select workspace_id from dirty_workspaces()`)
  return found.map(({ workspace_id }) => Number(workspace_id))
}

const NOTHING: { zone: string; dirty: Dirty[] } = { zone: '', dirty: [] }

/** Two at once would sum the days of a brand without each other's videos. */
async function alone(tx: Tx): Promise<boolean> {
  const [mine] = await rows<{ free: boolean }>(
    tx,
    sql`select pg_try_advisory_xact_lock(hashtext('rollup'), hashint8(current_workspace())) as free`,
  )
  return mine?.free ?? false
}

async function lockDirty(tx: Tx, after: number, limit: number): Promise<typeof NOTHING> {
  const found = await rows<
    { video_id: string; brand_id: string; zone: string } & Omit<Dirty, 'videoId' | 'brandId'>
  >(
    tx,
    sql`
      select v.video_id, video.brand_id, w.zone,
        (extract(epoch from date_trunc('day', v.dirty_from at time zone w.zone) at time zone w.zone) * 1000)::float8
          as since,
        (extract(epoch from (date_trunc('day', v.published_at at time zone w.zone) + interval '2 days')
          at time zone w.zone) * 1000)::float8 as "bornUntil"
      from video_state v
      join video on video.workspace_id = v.workspace_id and video.id = v.video_id
      join workspace w on w.id = v.workspace_id
      where v.workspace_id = current_workspace() and v.dirty_from is not null and v.video_id > ${after}
      order by v.video_id limit ${limit} for update of v skip locked`,
  )
  const dirty = found.map(({ video_id, brand_id, zone: _, ...times }) => ({
    videoId: Number(video_id),
    brandId: Number(brand_id),
    ...times,
  }))
  return { zone: found[0]?.zone ?? '', dirty }
}

const COLUMNS = {
  videoId: 'bigint',
  brandId: 'bigint',
  since: 'timestamptz',
  bornUntil: 'timestamptz',
} as const
const each = (column: (name: string) => string, separator = ', ') =>
  sql.raw(COUNTERS.map(column).join(separator))
const counters = (of: string) => each((name) => `${of}.${name}`)

/**
 * The last look of each bucket from `since` of `dirty` on, and how many looks it has. `offset 0`: video by video through
 * the key; the planner knows nothing of the marks and would rather read everything.
 */
function lastLooks(bucket: SQL, since: SQL): SQL {
  return sql`
    select distinct on (s.video_id, s.bucket) s.video_id, s.bucket, s.observed_at, ${counters('s')},
      (count(*) over (partition by s.video_id, s.bucket))::int as looks
    from dirty cross join lateral (
      select s.*, ${bucket} as bucket from snapshot s
      where s.workspace_id = current_workspace() and s.video_id = dirty.video_id and s.observed_at >= ${since}
      offset 0) s
    order by s.video_id, s.bucket, s.observed_at desc, ${precedence('s')}`
}

/** Hours are those of UTC, whatever the zone. */
async function makeHours(tx: Tx, dirty: readonly Dirty[]): Promise<void> {
  const hour = (of: SQL) => sql`date_trunc('hour', ${of}, 'UTC')`
  const row = (of: string) =>
    sql.raw(`(${of}.observed_at, ${of}.looks, ${COUNTERS.map((c) => `${of}.${c}`).join(', ')})`)
  await tx.execute(sql`
    with dirty as (select * from ${unnest(dirty, 'dirty', COLUMNS)}),
    made as (${lastLooks(hour(sql`s.observed_at`), hour(sql`dirty.since`))})
    insert into video_hour as kept (video_id, hour, observed_at, ${each((name) => name)}, looks)
    select video_id, bucket, observed_at, ${each((name) => name)}, looks from made
    on conflict (workspace_id, video_id, hour) do update set observed_at = excluded.observed_at,
      ${each((name) => `${name} = excluded.${name}`)}, looks = greatest(kept.looks, excluded.looks)
    where excluded.observed_at >= kept.observed_at and ${row('kept')} is distinct from ${row('excluded')}`)
}

const FIGURES = [...COUNTERS, ...COUNTERS.map((name) => `gained_${name}`)]
const MONEY = ['spend_fen', 'paid_gmv_fen', 'gmv_fen', 'orders']
const list = (names: readonly string[], of?: string) =>
  sql.raw(names.map((name) => (of ? `${of}.${name}` : name)).join(', '))
const assigned = (names: readonly string[]) =>
  sql.raw(names.map((name) => `${name} = excluded.${name}`).join(', '))

interface BrandDay {
  brandId: number
  day: string
}

/** Answers the days that changed. Writes only those: most of a video's days stay what they are. */
async function makeDays(tx: Tx, dirty: readonly Dirty[], span: SQL, zone: string): Promise<BrandDay[]> {
  const day = (of: SQL) => sql`(${of} at time zone ${zone}::text)::date`
  const ids = sql`${sql.param(dirty.map(({ videoId }) => String(videoId)))}::bigint[]`
  const columns = ['observed_at', ...FIGURES, 'looks', ...MONEY]
  const found = await rows<{ brand_id: string; day: string }>(
    tx,
    sql`
      with dirty as (
        select *, ${day(sql`since`)} as day from ${unnest(dirty, 'dirty', COLUMNS)}
      ), seen as (${lastLooks(day(sql`s.observed_at`), sql`dirty.since`)}
      ), kept as materialized (
        -- A day as it is counts where its looks were dropped, and the last one before says what was gained since.
        select k.* from dirty cross join lateral (
          (select * from video_day k
            where k.workspace_id = current_workspace() and k.video_id = dirty.video_id and k.day >= dirty.day)
          union all
          (select * from video_day k
            where k.workspace_id = current_workspace() and k.video_id = dirty.video_id and k.day < dirty.day
              and k.observed_at is not null
            order by k.day desc limit 1)
          offset 0) k
      ), closing as (
        select distinct on (video_id, bucket) video_id, bucket, observed_at, ${each((name) => name)},
          max(looks) over (partition by video_id, bucket) as looks
        from (
          select *, true as fresh from seen
          union all
          select video_id, day, observed_at, ${each((name) => name)}, looks, false from kept where observed_at is not null
        ) known
        order by video_id, bucket, observed_at desc, fresh desc
      ), gain as (
        select c.video_id, c.bucket as day, c.observed_at, ${counters('c')}, c.looks, ${each(
          (
            name,
          ) => `c.${name} - case when lag(c.observed_at) over days is not null then lag(c.${name}) over days
            when c.observed_at < dirty.born_until then 0 end as gained_${name}`,
        )}
        from closing c join dirty on dirty.video_id = c.video_id
        window days as (partition by c.video_id order by c.bucket)
      ), made as (
        select video_id, dirty.brand_id, day, observed_at, ${list(FIGURES)}, coalesce(looks, 0) as looks, ${list(MONEY)}
        from gain full join money_by_day(${ids}, ${span}) money using (video_id, day)
        join (select video_id, brand_id, day as first_day from dirty) dirty using (video_id)
        where day >= first_day
      ), stored as (
        insert into video_day as kept (video_id, brand_id, day, ${list(columns)})
        select video_id, brand_id, day, ${list(columns)} from made
        on conflict (workspace_id, video_id, day) do update set ${assigned(columns)}
        where (${list(columns, 'kept')}) is distinct from (${list(columns, 'excluded')})
        returning brand_id, day
      ), gone as (
        -- Money alone can be taken back; looks stay.
        delete from video_day k using kept
        where k.workspace_id = current_workspace() and k.video_id = kept.video_id and k.day = kept.day
          and kept.observed_at is null
          and not exists (select from made where made.video_id = kept.video_id and made.day = kept.day)
        returning k.brand_id, k.day
      )
      select brand_id, day::text from stored union select brand_id, day::text from gone`,
  )
  return found.map((row) => ({ brandId: Number(row.brand_id), day: row.day }))
}

/** Sums over all videos of the brand on these days. */
async function makeBrandDays(tx: Tx, touched: readonly BrandDay[]): Promise<void> {
  const summed = [...COUNTERS.map((name) => `gained_${name}`), ...MONEY]
  const columns = ['videos', 'looks', ...summed]
  await tx.execute(sql`
    with touched as (
      select brand_id, day::date from ${unnest(touched, 'touched', { brandId: 'bigint', day: 'text' })}
    ), made as (
      select touched.brand_id, touched.day, count(d.observed_at) as videos, sum(d.looks) as looks,
        ${sql.raw(summed.map((name) => `sum(d.${name}) as ${name}`).join(', '))}
      from touched join video_day d
        on d.workspace_id = current_workspace() and d.brand_id = touched.brand_id and d.day = touched.day
      group by touched.brand_id, touched.day
    ), stored as (
      insert into brand_day as kept (brand_id, day, ${list(columns)})
      select brand_id, day, ${list(columns)} from made
      on conflict (workspace_id, brand_id, day) do update set ${assigned(columns)}
      where (${list(columns, 'kept')}) is distinct from (${list(columns, 'excluded')})
    )
    delete from brand_day b using touched
    where b.workspace_id = current_workspace() and b.brand_id = touched.brand_id and b.day = touched.day
      and not exists (select from made where made.brand_id = b.brand_id and made.day = b.day)`)
}
