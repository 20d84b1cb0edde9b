/** What figures of videos are made of, as known at an instant: for any number of videos two statements. */
import { type SQL, sql } from 'drizzle-orm'
import type { Counters } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'
import { unnest } from '../unnest.ts'
import { precedence } from './precedence.ts'
import type { KolSpan } from './watch.ts'

/** Instants are ms. */
export interface FigureRow {
  videoId: number
  publishedAt: number
  kolId: number | null
  followers: number | null
  /** Of its 合作. */
  priceFen: number | null
  /** Of the 货 of its cell. */
  grossMargin: number | null
  /** Plays that our promotions are estimated to have bought; only of now. */
  boughtEstimate: number | null
  counting: ('likes' | 'comments' | 'shares' | 'saves')[]
  /** Snapshots that were ever recorded, and those that are still there; of now both are null. */
  recorded: number | null
  kept: number | null
  /** Latest first: those of each source that looked about when the newest look was. */
  looks: (Counters & { source: string; observedAt: number })[]
}

export interface FigureQuestion {
  /** null: now. */
  asOf: Date | null
  /** Looks of each source, and how long before the newest one a source counts, ms. */
  looks: number
  within: number
}

/** Rows come in no order. Without those that were not published by then, or that nobody had told us of. */
export async function loadFigures(
  db: Pick<Db, 'execute'>,
  videoIds: readonly number[],
  { asOf, looks, within }: FigureQuestion,
): Promise<FigureRow[]> {
  const known = knownBy(asOf)
  const found = await rows<{ figure: FigureRow }>(
    db,
    sql`
      select json_build_object('videoId', v.id, 'publishedAt', ${ms(sql`v.published_at`)}, 'kolId', v.kol_id,
        'followers', ${followers(asOf)},
        'priceFen', (select price_fen from collaboration
          where workspace_id = current_workspace() and video_id = v.id and state <> 'DROPPED'),
        'grossMargin', (select (e.attributes ->> 'grossMargin')::float8
          from cell join element_version e on e.workspace_id = cell.workspace_id and e.element_id = cell.product_id
          where cell.workspace_id = current_workspace() and cell.id = v.cell_id and e.version = v.product_version),
        'boughtEstimate', ${asOf ? sql`null` : sql`case when state.bought_by = 'ESTIMATED' then state.bought_plays end`},
        'counting', (select interaction_counters from workspace where id = current_workspace()),
        'recorded', ${asOf ? sql`state.looks` : sql`null`}, 'kept', ${asOf ? kept(sql`v.id`) : sql`null`},
        'looks', (
          select coalesce(json_agg(json_build_object('source', s.source, 'observedAt', ${ms(sql`s.observed_at`)},
            'plays', s.plays, 'likes', s.likes, 'comments', s.comments, 'shares', s.shares, 'saves', s.saves)
            order by s.observed_at desc, ${precedence('s')}), '[]')
          from (
            select distinct source from snapshot
            where workspace_id = current_workspace() and video_id = v.id and ${known}
              and observed_at >= newest.at - ${within / 1000}::float8 * interval '1 second'
          ) recent
          cross join lateral (
            select distinct on (observed_at) * from snapshot
            where workspace_id = current_workspace() and video_id = v.id and source = recent.source and ${known}
            order by observed_at desc, revision desc limit ${looks}
          ) s)
      ) as figure
      from video v
      join video_state state on state.workspace_id = v.workspace_id and state.video_id = v.id
      left join kol on kol.workspace_id = v.workspace_id and kol.id = v.kol_id
      cross join lateral (
        select max(observed_at) as at from snapshot
        where workspace_id = current_workspace() and video_id = v.id and ${known}
      ) newest
      where v.workspace_id = current_workspace() and ${among(sql`v.id`, videoIds)} ${existing(asOf)}`,
  )
  return found.map(({ figure }) => figure)
}

export interface PeerFigureRow {
  kolId: number
  videoId: number
  publishedAt: number
  /** As of now. */
  curve: (number | null)[]
  /**
   * Only as of an instant: as in FigureRow; plays earliest first, each instant as last stated by then. Without those whose
   * neighbours lie between the same two of `ages`, and give plays or not, as they do: they make no difference to a curve.
   */
  recorded: number | null
  kept: number | null
  looks: [observedAt: number, plays: number | null][] | null
}

export interface PeerQuestion {
  /** null: now. */
  asOf: Date | null
  /** Videos of a baseline. */
  window: number
  /** At which curves have values, ms after publication, ascending. */
  ages: readonly number[]
}

/** Each KOL's videos that can be a baseline: up to `window` before its first, and those between. Latest first. */
export async function loadPeersAt(
  db: Pick<Db, 'execute'>,
  spans: readonly KolSpan[],
  { asOf, window, ages }: PeerQuestion,
): Promise<PeerFigureRow[]> {
  if (spans.length === 0) return []
  const grid = sql`array(select p.published_at + age * interval '1 millisecond'
    from unnest(${sql.param(ages.map(String))}::float8[]) age order by age)`
  const seen = sql`(
    select json_agg(json_build_array(${ms(sql`observed_at`)}, plays) order by observed_at) from (
      select observed_at, plays, lead(kind) over w is distinct from kind or lag(kind) over w is distinct from kind as telling
      from (
        select distinct on (observed_at) observed_at, plays,
          (width_bucket(observed_at, ${grid}), plays is null) as kind
        from snapshot
        where workspace_id = current_workspace() and video_id = p.video_id and ${knownBy(asOf)}
        order by observed_at desc, ${precedence('snapshot')}
      ) seen window w as (order by observed_at desc)
    ) s where telling)`
  const found = await rows<{ peer: PeerFigureRow }>(
    db,
    sql`
      select json_build_object('kolId', p.kol_id, 'videoId', p.video_id, 'publishedAt', ${ms(sql`p.published_at`)},
        'curve', p.curve, 'recorded', ${asOf ? sql`p.looks` : sql`null`},
        'kept', ${asOf ? kept(sql`p.video_id`) : sql`null`}, 'looks', ${asOf ? seen : sql`null`}) as peer
      from ${unnest(spans, 'span', { kolId: 'bigint', first: 'timestamptz', last: 'timestamptz' })}
      cross join lateral (
        select coalesce((
          select v.published_at from video v
          where v.workspace_id = current_workspace() and v.kol_id = span.kol_id and v.published_at < span.first
            ${existing(asOf)}
          order by v.published_at desc offset ${window - 1} limit 1), '-infinity') as since
        -- Once for each KOL.
        offset 0
      ) earliest
      join video v on v.workspace_id = current_workspace() and v.kol_id = span.kol_id
        and v.published_at < span.last and v.published_at >= earliest.since ${existing(asOf)}
      join video_state p on p.workspace_id = current_workspace() and p.video_id = v.id
      order by p.published_at desc, p.video_id desc`,
  )
  return found.map(({ peer }) => peer)
}

/** JSON has numbers of its own, so nothing comes as text. */
function ms(instant: SQL): SQL {
  return sql`(extract(epoch from ${instant}) * 1000)::bigint`
}

export function at(asOf: Date): SQL {
  return sql`${asOf.toISOString()}::timestamptz`
}

/** Of snapshots. Nothing is measured after it is known; saying so spares the months behind. */
export function knownBy(asOf: Date | null): SQL {
  return asOf ? sql`recorded_at <= ${at(asOf)} and observed_at <= ${at(asOf)}` : sql`true`
}

/** Of videos `v`. */
function existing(asOf: Date | null): SQL {
  return asOf ? sql`and v.published_at <= ${at(asOf)} and v.created_at <= ${at(asOf)}` : sql``
}

function kept(videoId: SQL): SQL {
  return sql`(select count(*) from snapshot where workspace_id = current_workspace() and video_id = ${videoId})`
}

function followers(asOf: Date | null): SQL {
  if (!asOf) return sql`kol.followers`
  return sql`(select followers from kol_snapshot
    where workspace_id = current_workspace() and kol_id = v.kol_id and recorded_at <= ${at(asOf)}
    order by observed_at desc, recorded_at desc, source limit 1)`
}
