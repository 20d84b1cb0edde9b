/** What is to be told to whom, and what a message says. */
import { type SQL, sql } from 'drizzle-orm'
import type {
  Aim,
  Evidence,
  GuardReason,
  Matter,
  Method,
  PlaybookStep,
  PromotionState,
  Team,
  Tier,
  Topic,
} from '../../rules/types.ts'
import { rows, type Tx } from '../client.ts'

type Reads = Pick<Tx, 'execute'>

/** A cause that an address was not told of. */
export interface Untold {
  webhookId: number
  team: Team
  /** One of the two. */
  notificationId: number | null
  promotionId: number | null
  /** Of the notification, by a person. */
  read: boolean
  /** Of the promotion, and since when it has that to tell, ms; null: it is a notification. */
  aim: Aim | null
  matter: Matter | null
  since: number | null
}

/** The same as `due_routes` of the database finds, the oldest first. The addresses are held: none is removed meanwhile. */
export async function loadUntold(tx: Reads, now: Date, limit: number): Promise<Untold[]> {
  const at = sql`${now.toISOString()}::timestamptz`
  const found = await rows<{ untold: Untold }>(
    tx,
    sql`with hook as materialized (
        select * from webhook where workspace_id = current_workspace() and paused_at is null for key share
      )
      (select json_build_object('webhookId', w.id, 'team', w.team, 'notificationId', n.id, 'read', n.read_at is not null)
        as untold
      from hook w join notification n on n.workspace_id = w.workspace_id and (w.brand_id is null or w.brand_id = n.brand_id)
      where w.team in ('CONTENT', 'KOL') and n.due_at <= ${at} and n.due_at > ${at} - interval '1 day'
        and n.created_at >= w.created_at
        and not exists (select from delivery d where d.workspace_id = n.workspace_id and d.webhook_id = w.id
          and d.notification_id = n.id)
      order by n.due_at, n.id limit ${limit})
      union all
      (select json_build_object('webhookId', w.id, 'team', w.team, 'promotionId', news.promotion_id, 'read', false,
        'aim', news.aim, 'matter', news.matter, 'since', (extract(epoch from news.since) * 1000)::bigint)
      from hook w join promotion_news(current_workspace(), ${at} - interval '1 day') news on news.team = w.team
        and (w.brand_id is null or w.brand_id = news.brand_id)
      where (news.matter = 'ASKING' or (news.since > ${at} - interval '1 day' and news.since >= w.created_at))
        and not exists (select from delivery d where d.workspace_id = w.workspace_id and d.webhook_id = w.id
          and d.promotion_id = news.promotion_id and d.topic = news.topic and d.created_at >= news.since)
      order by news.since, news.promotion_id limit ${limit})`,
  )
  return found.map(({ untold }) => ({ ...NONE, ...untold }))
}
const NONE = { notificationId: null, promotionId: null, aim: null, matter: null, since: null }

/** null: not known; see VideoNews of rules/message-parts.ts. */
export interface VideoRow {
  title: string
  brand: string
  kol: string | null
  tier: Tier | null
  cell: string[]
  itemId: string | null
  plays: number | null
  interactionRate: number | null
  kolRatio: number | null
  probability: number | null
}

/** Of the row `v` of video. */
const VIDEO: SQL = sql`(
  select json_build_object('title', v.title, 'brand', brand.name, 'kol', kol.name, 'tier', coalesce(v.tier, kol.tier),
    'itemId', v.item_id, 'plays', s.plays, 'interactionRate', s.interaction_rate, 'kolRatio', s.kol_ratio,
    'probability', s.breakout_probability, 'cell', coalesce((
      select json_agg(e.name order by array_position(axis.ids, e.id)) from element e
      where e.workspace_id = v.workspace_id and e.id = any(axis.ids)), '[]'))
  from brand
  left join kol on kol.workspace_id = v.workspace_id and kol.id = v.kol_id
  left join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
  left join cell on cell.workspace_id = v.workspace_id and cell.id = v.cell_id
  cross join lateral (select array[cell.persona_id, cell.product_id, cell.scene_id, cell.need_id] as ids) axis
  where brand.workspace_id = v.workspace_id and brand.id = v.brand_id)`

export interface ToldBreakout {
  breakoutId: number
  evidence: Evidence
  /** Of the collaboration that the video came of; null: of none. */
  step: PlaybookStep | null
  video: VideoRow
}
export interface ToldNotification {
  read: boolean
  brand: string
  rule: string
  episodes: number
  spanMs: number
  /** Those with the most plays when they fired come first. */
  breakouts: ToldBreakout[]
}

export async function loadToldNotification(
  tx: Reads,
  notificationId: number,
  limit: number,
): Promise<ToldNotification | undefined> {
  const [found] = await rows<{ told: ToldNotification }>(
    tx,
    sql`select json_build_object('read', n.read_at is not null, 'brand', brand.name, 'rule', rule.name,
        'episodes', n.episodes, 'spanMs', coalesce((
          select (extract(epoch from max(firing_at) - min(firing_at)) * 1000)::bigint from breakout b
          where b.workspace_id = n.workspace_id and b.notification_id = n.id), 0),
        'breakouts', coalesce((select json_agg(top.told) from (
          select json_build_object('breakoutId', b.id, 'evidence', b.evidence, 'step', (
              select c.step from collaboration c
              where c.workspace_id = v.workspace_id and c.video_id = v.id order by c.id limit 1),
            'video', ${VIDEO}) as told
          from breakout b join video v on v.workspace_id = b.workspace_id and v.id = b.video_id
          where b.workspace_id = n.workspace_id and b.notification_id = n.id
          order by (b.evidence->'readings'->'plays'->>'value')::float8 desc nulls last, b.id limit ${limit}
        ) top), '[]')) as told
      from notification n
      join brand on brand.workspace_id = n.workspace_id and brand.id = n.brand_id
      join rule on rule.workspace_id = n.workspace_id and rule.id = n.rule_id
      where n.workspace_id = current_workspace() and n.id = ${notificationId}`,
  )
  return found?.told
}

export interface ToldPromotion {
  /** It still has that to tell. */
  stands: boolean
  videoId: number
  state: PromotionState
  method: Method
  amountFen: number
  hours: number | null
  /** Since when it waits to be sent, or sent again: PROPOSAL_LIFE_MS later it is cancelled. ms; null: it does not. */
  waitsSince: number | null
  /** Of the workspace. */
  zone: string
  breakEvenRoi: number | null
  decision: string | null
  numbers: Record<string, number | null> | null
  held: GuardReason[]
  /** Of the call that nobody can tell the fate of. */
  problem: string | null
  video: VideoRow
}

const DECIDED: Partial<Record<Topic, SQL>> = {
  REMIX: sql`d.action = 'REMIX'`,
  CORRECTED: sql`d.rule = 'SETTLED_OVERTURNED'`,
}

/** With the latest decision of those that the topic tells of. */
export async function loadToldPromotion(
  tx: Reads,
  now: Date,
  promotionId: number,
  topic: Topic,
): Promise<ToldPromotion | undefined> {
  // What is too old to be told is dropped for that: a decision within a day of a message that is no older than a day.
  const after = sql`${now.toISOString()}::timestamptz - interval '2 days'`
  const [found] = await rows<{ told: ToldPromotion }>(
    tx,
    sql`select json_build_object('videoId', p.video_id, 'state', p.state, 'stands', exists (
          select from promotion_news(current_workspace(), ${after}) news
          where news.promotion_id = ${promotionId} and news.topic = ${topic}),
        'method', p.method, 'amountFen', p.amount_fen, 'hours', p.hours, 'zone', w.zone,
        'waitsSince', (extract(epoch from case when p.state in ('PROPOSED', 'APPROVED') then p.created_at
          when p.state = 'RECONCILING' then p.since end) * 1000)::bigint,
        'held', coalesce(p.held, '[]'),
        'decision', said.zh, 'numbers', said.numbers,
        'breakEvenRoi', coalesce((p.trial_terms->>'breakEvenRoi')::float8, (said.numbers->>'breakEven')::float8),
        'problem', (select c.problem from promotion_call c
          where c.workspace_id = p.workspace_id and c.promotion_id = p.id and c.outcome = 'AMBIGUOUS'
          order by c.id desc limit 1),
        'video', ${VIDEO}) as told
      from promotion p
      join workspace w on w.id = p.workspace_id
      join video v on v.workspace_id = p.workspace_id and v.id = p.video_id
      left join lateral (select d.zh, d.numbers from promotion_decision d
        where d.workspace_id = p.workspace_id and d.promotion_id = p.id and ${DECIDED[topic] ?? sql`true`}
        order by d.id desc limit 1) said on true
      where p.workspace_id = current_workspace() and p.id = ${promotionId}`,
  )
  return found?.told
}
