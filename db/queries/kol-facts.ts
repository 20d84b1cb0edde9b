/** What the facts of KOLs are made of: for any number of them one statement. */
import { type SQL, sql } from 'drizzle-orm'
import type { PriceBand, Tier } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'

export interface FactWindow {
  /** Videos published up to then are finished. */
  finishedBefore: Date
  /** So many of them, the latest. */
  finished: number
  /** Shares and follower looks are of what came since. */
  since: Date
}

export interface KolFactsRow {
  kolId: number
  tier: Tier | null
  followers: number | null
  finished: { curve: (number | null)[]; interactionRate: number | null }[]
  published90d: number
  flagged90d: number
  prices: { band: PriceBand; priceFen: number; observedAt: number }[]
  /** The last look of each day (UTC), oldest first. */
  looks: { at: number; followers: number }[]
}

/** Rows come in no order; a KOL of another workspace has none. Publications after `now` do not count. */
export async function loadKolFacts(
  db: Pick<Db, 'execute'>,
  kolIds: readonly number[],
  now: Date,
  { finishedBefore, finished, since }: FactWindow,
): Promise<KolFactsRow[]> {
  const at = (instant: Date) => sql`${instant.toISOString()}::timestamptz`
  const found = await rows<{ facts: KolFactsRow }>(
    db,
    sql`
      select json_build_object('kolId', kol.id, 'tier', kol.tier, 'followers', kol.followers,
        'finished', (
          select coalesce(json_agg(json_build_object('curve', v.curve, 'interactionRate', v.interaction_rate)), '[]')
          from (
            select s.curve, s.interaction_rate from video_state s
            where s.workspace_id = current_workspace() and s.kol_id = kol.id and s.published_at <= ${at(finishedBefore)}
              and s.looks > 0
            order by s.published_at desc, s.video_id desc limit ${finished}) v),
        'published90d', recent.published, 'flagged90d', recent.flagged,
        'prices', (
          select coalesce(json_agg(json_build_object(
            'band', p.band, 'priceFen', p.price_fen, 'observedAt', ${ms(sql`p.observed_at`)})), '[]')
          from (
            select distinct on (band) band, price_fen, observed_at from kol_price
            where workspace_id = current_workspace() and kol_id = kol.id
            order by band, observed_at desc, recorded_at desc, source) p),
        'looks', (
          select coalesce(json_agg(json_build_object('at', ${ms(sql`l.observed_at`)}, 'followers', l.followers)
            order by l.observed_at), '[]')
          from (
            select distinct on (day) date_trunc('day', observed_at, 'UTC') as day, observed_at, followers from kol_snapshot
            where workspace_id = current_workspace() and kol_id = kol.id and observed_at >= ${at(since)}
            order by day, observed_at desc, recorded_at desc, source) l)
      ) as facts
      from kol
      cross join lateral (
        select count(*) as published, count(flagged_at) as flagged from video_state s
        where s.workspace_id = current_workspace() and s.kol_id = kol.id
          and s.published_at > ${at(since)} and s.published_at <= ${at(now)}) recent
      where kol.workspace_id = current_workspace() and ${among(sql`kol.id`, kolIds)}`,
  )
  return found.map(({ facts }) => facts)
}

/** JSON has numbers of its own, so nothing comes as text. */
function ms(instant: SQL): SQL {
  return sql`(extract(epoch from ${instant}) * 1000)::bigint`
}
