/** What deciding about money needs to know of videos: for any number of them one statement. Money in 分. */
import { sql } from 'drizzle-orm'
import type { Purpose } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'

/** null: not known. */
export interface VideoFacts {
  videoId: number
  brandId: number
  purpose: Purpose
  title: string
  /** Of the platform; null: it is not published. */
  itemId: string | null
  /** 抖音号 of its KOL; null: it has none. */
  awemeId: string | null
  /** 千川 advertiser that sees it: the one that flow/subject.ts would ask. */
  subject: { id: number; accountId: number; externalId: string } | null
  /** 商品ID: as said of the product that it was made for, else of what it sold. null: not known. */
  productId: string | null
  /** It was made for a product, or sold one. */
  sells: boolean
  priceFen: number | null
  grossMargin: number | null
  /** A collaboration without one pays none. */
  commissionRate: number | null
  /** Share of the brand's GMV given back within 14 days, of sales 15 to 90 days old. */
  returnRate: number | null
  /** Over the video's life, as of now. */
  plays: number | null
  interactions: number | null
  spendFen: number | null
  orders: number | null
  gmvFen: number | null
  /** What it was cut anew out of; null: it is no remix. */
  remixOf: { videoId: number; title: string } | null
  /** Of it something fires now. */
  firing: boolean
  /** Its trials for which an order was made. */
  trials: { count: number; fen: number }
}

/** So many orders make a brand's return rate. */
const RATED_ORDERS = 100

export async function loadVideoFacts(
  db: Pick<Db, 'execute'>,
  videoIds: readonly number[],
  now: Date,
): Promise<Map<number, VideoFacts>> {
  const at = sql`${now.toISOString()}::timestamptz`
  const found = await rows<{ fact: VideoFacts }>(
    db,
    sql`
      with asked as materialized (
        select v.*, kol.account_id as aweme_id, cell.product_id from video v
        left join kol on kol.workspace_id = v.workspace_id and kol.id = v.kol_id
        left join cell on cell.workspace_id = v.workspace_id and cell.id = v.cell_id
        where v.workspace_id = current_workspace() and ${among(sql`v.id`, videoIds)}
      ), returned as materialized (
        select v.brand_id, 1 - sum(d.settled14_fen)::float8 / nullif(sum(d.gmv_fen), 0) as rate
        from sale_day d join video v on v.workspace_id = d.workspace_id and v.item_id = d.item_id
        where d.workspace_id = current_workspace() and v.brand_id in (select brand_id from asked)
          and d.day between (${at} - interval '90 days')::date and (${at} - interval '15 days')::date
        group by v.brand_id having sum(d.orders) >= ${RATED_ORDERS}
      )
      select json_build_object('videoId', a.id, 'brandId', a.brand_id, 'purpose', a.purpose, 'title', a.title,
        'itemId', a.item_id, 'awemeId', nullif(a.aweme_id, ''), 'subject', seen.subject,
        'productId', coalesce(shop.product_id, sold.product_id),
        'sells', coalesce(sold.product_id, a.product_id::text) is not null,
        'priceFen', product.attributes->'priceFen', 'grossMargin', product.attributes->'grossMargin',
        'commissionRate', work.rate, 'returnRate', returned.rate,
        'plays', s.plays, 'interactions', s.likes + s.comments + s.shares, 'spendFen', s.spend_fen,
        'orders', s.orders, 'gmvFen', s.gmv_fen, 'remixOf', cut.out_of,
        'firing', exists (select from breakout b
          where b.workspace_id = a.workspace_id and b.video_id = a.id and b.state = 'FIRING'),
        'trials', tried.trials) as fact
      from asked a
      left join video_state s on s.workspace_id = a.workspace_id and s.video_id = a.id
      left join returned on returned.brand_id = a.brand_id
      left join element_version product on product.workspace_id = a.workspace_id
        and product.element_id = a.product_id and product.version = a.product_version
      left join lateral (
        select coalesce(c.commission_bp, 0) / 10000.0 as rate from collaboration c
        where c.workspace_id = a.workspace_id and c.video_id = a.id and c.state <> 'DROPPED' limit 1
      ) work on true
      left join lateral (
        -- As said last: it names the product of older versions, too.
        select latest.attributes->>'shopProductId' as product_id from element_version latest
        where latest.workspace_id = a.workspace_id and latest.element_id = a.product_id
        order by latest.version desc limit 1
      ) shop on true
      left join lateral (
        select max(x.product_id) as product_id from sale x
        where x.workspace_id = a.workspace_id and x.item_id = a.item_id
      ) sold on true
      left join lateral (
        select json_build_object('id', subject.id, 'accountId', subject.account_id,
          'externalId', subject.external_id) as subject
        from reach
        join subject on subject.workspace_id = reach.workspace_id and subject.id = reach.subject_id
        join account on account.workspace_id = subject.workspace_id and account.id = subject.account_id
        where reach.workspace_id = a.workspace_id and reach.kol_account_id = a.aweme_id
          and subject.source = 'qianchuan' and subject.lost_at is null and account.state = 'ACTIVE'
        order by subject.id limit 1
      ) seen on true
      left join lateral (
        select json_build_object('videoId', origin.id, 'title', origin.title) as out_of
        from remix join video origin on origin.workspace_id = remix.workspace_id and origin.id = remix.origin_id
        where remix.workspace_id = a.workspace_id and remix.video_id = a.id
      ) cut on true
      cross join lateral (
        select json_build_object('count', count(*), 'fen', coalesce(sum(p.ordered_fen), 0)) as trials
        from promotion p
        where p.workspace_id = a.workspace_id and p.video_id = a.id and p.aim = 'TRIAL'
          and (p.order_stand <> 'NONE' or p.state in ('SUBMITTING', 'RECONCILING', 'ASKING'))
      ) tried`,
  )
  return new Map(found.map(({ fact }) => [fact.videoId, fact]))
}

/** Episodes that ask for a trial and that nothing was proposed for since they fired, but of the videos in `paused`; one per video. */
export async function loadUntried(
  db: Pick<Db, 'execute'>,
  paused: Iterable<number>,
  limit: number,
): Promise<{ breakoutId: number; videoId: number }[]> {
  const found = await rows<{ id: string; video_id: string }>(
    db,
    sql`select distinct on (b.video_id) b.id, b.video_id from breakout b
      join rule_version v on v.workspace_id = b.workspace_id and v.rule_id = b.rule_id and v.version = b.rule_version
      where b.workspace_id = current_workspace() and b.state = 'FIRING'
        and v.definition->>'action' = 'PROPOSE_TRIAL'
        and not ${among(sql`b.video_id`, paused)}
        and not exists (select from promotion p
          where p.workspace_id = b.workspace_id and p.video_id = b.video_id and p.aim = 'TRIAL'
            and (p.breakout_id = b.id or p.created_at >= b.firing_at))
      order by b.video_id, b.firing_at, b.id limit ${limit}`,
  )
  return found.map((row) => ({ breakoutId: Number(row.id), videoId: Number(row.video_id) }))
}
