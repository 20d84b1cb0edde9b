/** What lies on the days of a publishing calendar: one statement per question, however many days. */
import { type SQL, sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'

/** The days asked for, each with the instants at which it and the one after the last begin. */
export interface CalendarSpan {
  /** Every brand's where it is left out. */
  brandId?: number | undefined
  /** In order, at least one. */
  days: readonly string[]
  /** First instant of each day, in their order. */
  starts: readonly Date[]
  /** First instant behind the last day. */
  until: Date
}

export interface VideoOnDay {
  day: string
  id: number
  /** Planned for the day; false: published on it. */
  planned: boolean
  /** Of that kind on that day, those behind `most` included. */
  total: number
  /** Planned for an instant before now: of this video, and of all planned ones of the day. */
  late: boolean
  lateTotal: number
}

/**
 * Planned videos by the day they are planned for, published ones by the day they went out; archived ones not. At most
 * `most` of each kind per day, earliest first, with the totals of all.
 */
export async function videosOnDays(
  db: Db,
  { brandId, days, starts, until }: CalendarSpan,
  now: Date,
  most: number,
): Promise<VideoOnDay[]> {
  const bounds = sql`${sql.param(starts.map(text))}::timestamptz[]`
  const seen = (stage: string, column: SQL, late: SQL) => sql`
    select v.id, ${column} as at, ${stage === 'PLANNED'} as planned, ${late} as late,
      width_bucket(${column}, ${bounds}) as nth
    from video v
    where v.workspace_id = current_workspace() and v.stage = ${stage} and ${of(brandId)}
      and ${column} >= ${text(starts[0] as Date)}::timestamptz and ${column} < ${text(until)}::timestamptz`
  const found = await rows<Record<'id' | 'total' | 'late_total', string> & OnDay>(
    db,
    sql`
      with seen as (
        ${seen('PLANNED', sql`v.planned_for`, sql`v.planned_for < ${text(now)}::timestamptz`)}
        union all
        ${seen('PUBLISHED', sql`v.published_at`, sql`false`)}
      ), ranked as (
        select *, row_number() over (partition by nth, planned order by at, id) as place,
          count(*) over (partition by nth, planned) as total,
          count(*) filter (where late) over (partition by nth, planned) as late_total
        from seen
      )
      select id, nth, planned, late, total, late_total from ranked where place <= ${most}
      order by at, id`,
  )
  return found.map(({ id, nth, planned, late, total, late_total }) => ({
    day: days[nth - 1] as string,
    id: Number(id),
    planned,
    late,
    total: Number(total),
    lateTotal: Number(late_total),
  }))
}
interface OnDay {
  /** Counted from 1. */
  nth: number
  planned: boolean
  late: boolean
}

export interface Span {
  id: number
  startsOn: string
  endsOn: string
}

/** Activities that touch the days, earliest first; archived ones not. */
export async function occasionsOnDays(db: Db, { days }: CalendarSpan): Promise<Span[]> {
  return spans(
    db,
    sql`select id, starts_on::text, ends_on::text from occasion
      where workspace_id = current_workspace() and archived_at is null and ${touches(days)}
      order by starts_on, id`,
  )
}

/** Phases of campaigns that are not archived and touch the days, earliest first. */
export async function phasesOnDays(db: Db, { brandId, days }: CalendarSpan): Promise<Span[]> {
  return spans(
    db,
    sql`select id, starts_on::text, ends_on::text from phase v
      where workspace_id = current_workspace() and ${touches(days)} and exists (
        select from campaign c
        where c.workspace_id = v.workspace_id and c.id = v.campaign_id and c.archived_at is null
          and ${brandId === undefined ? sql`true` : sql`c.brand_id = ${brandId}::bigint`})
      order by starts_on, id`,
  )
}

export interface DueOnDay {
  day: string
  id: number
  /** Neither published nor dropped yet. */
  open: boolean
}

/** Collaborations by the day they are due on, those that were dropped left out. */
export async function collaborationsDue(db: Db, { brandId, days }: CalendarSpan): Promise<DueOnDay[]> {
  const found = await rows<{ id: string; day: string; open: boolean }>(
    db,
    sql`select id, due_on::text as day, state not in ('PUBLISHED', 'SETTLED') as open from collaboration v
      where workspace_id = current_workspace() and state <> 'DROPPED' and ${of(brandId)}
        and due_on between ${days[0]}::date and ${days.at(-1)}::date
      order by due_on, id`,
  )
  return found.map(({ id, day, open }) => ({ id: Number(id), day, open }))
}

async function spans(db: Db, query: SQL): Promise<Span[]> {
  const found = await rows<{ id: string; starts_on: string; ends_on: string }>(db, query)
  return found.map((row) => ({ id: Number(row.id), startsOn: row.starts_on, endsOn: row.ends_on }))
}

const text = (at: Date) => at.toISOString()
const of = (brandId: number | undefined) =>
  brandId === undefined ? sql`true` : sql`v.brand_id = ${brandId}::bigint`
const touches = (days: readonly string[]) =>
  sql`starts_on <= ${days.at(-1)}::date and ends_on >= ${days[0]}::date`
