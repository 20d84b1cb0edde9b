/** Reads of the judging side: all of a batch in a fixed number of statements. */
import { and, eq, isNull, ne, or, type SQL, sql } from 'drizzle-orm'
import type { Counters, Purpose, Tier } from '../../rules/types.ts'
import { among } from '../among.ts'
import type { Reads, Tx } from '../client.ts'
import { rows } from '../client.ts'
import {
  packed,
  packedCounts,
  packedInstants,
  packedTexts,
  unpack,
  unpackCounts,
  unpackTexts,
} from '../pack.ts'
import { breakout, rule, ruleVersion, workspace } from '../tables.ts'
import { unnest } from '../unnest.ts'
import { NATURAL, ordersSent } from './ads.ts'

const NUMBERS = {
  videoId: 'video_id',
  brandId: 'brand_id',
  kolId: 'kol_id',
  phaseId: 'phase_id',
  cellId: 'cell_id',
  shard: 'shard',
  plays: 'plays',
  likes: 'likes',
  comments: 'comments',
  shares: 'shares',
  saves: 'saves',
  interactionRate: 'interaction_rate',
  velocity: 'velocity',
  kolRatio: 'kol_ratio',
  breakoutProbability: 'breakout_probability',
  acceleration: 'acceleration',
  misses: 'misses',
  urgent: 'urgent::int',
  cycleMinutes: 'cycle_minutes',
  followers: 'followers',
  spendFen: 'spend_fen',
  paidGmvFen: 'paid_gmv_fen',
  gmvFen: 'gmv_fen',
  orders: 'orders',
  settled7Fen: 'settled7_fen',
  settled14Fen: 'settled14_fen',
  adShows: 'ad_shows',
  boughtPlays: 'bought_plays',
  completionRate: 'completion_rate',
  fiveSecondRate: 'five_second_rate',
  priceFen: 'price_fen',
} as const
const INSTANTS = { publishedAt: 'published_at', observedAt: 'observed_at', adsSince: 'ads_since' } as const
const TEXTS = {
  purpose: 'purpose',
  itemId: 'item_id',
  accountId: 'account_id',
  tier: 'tier',
  // A user's own word: it may hold what texts are parted by.
  vertical: "replace(vertical, chr(31), '')",
  boughtBy: 'bought_by',
} as const
type Key = keyof typeof NUMBERS | keyof typeof INSTANTS | keyof typeof TEXTS

/** What other sources say of a video so far; money in 分, null: not known. The margin is loaded apart: loadFrozenMargins. */
export type WatchFigures = Record<
  | 'spendFen'
  | 'paidGmvFen'
  | 'gmvFen'
  | 'orders'
  | 'settled7Fen'
  | 'settled14Fen'
  | 'adShows'
  | 'boughtPlays'
  | 'adsSince'
  | 'completionRate'
  | 'fiveSecondRate'
  | 'priceFen'
  | 'grossMargin',
  number | null
> & { boughtBy: 'REPORTED' | 'ESTIMATED' | null }

/** What is known of a published video before the next look at it. Instants in ms; null: not known. */
export interface WatchRow extends Counters {
  videoId: number
  brandId: number
  kolId: number | null
  /** At publication. */
  tier: Tier | null
  vertical: string | null
  phaseId: number | null
  cellId: number | null
  shard: number
  purpose: Purpose
  itemId: string
  /** '': the video has no KOL, or one without an account. */
  accountId: string
  followers: number | null
  publishedAt: number
  observedAt: number | null
  interactionRate: number | null
  velocity: number | null
  kolRatio: number | null
  breakoutProbability: number | null
  acceleration: number | null
  curve: (number | null)[]
  misses: number
  urgent: boolean
  cycleMinutes: number | null
  figures: WatchFigures
}

type Packed = Partial<Record<Key | 'curve', Buffer | string | null>>
const columns = (of: Record<string, string>, pack: (expression: SQL) => SQL) =>
  Object.entries(of).map(([key, name]) => sql`${pack(sql.raw(name))} as ${sql.identifier(key)}`)

/** The rows of `states`, a relation with the columns of video_state, fetched as one; `before`: a with clause for it. */
export async function loadWatched(tx: Reads, states: SQL, before: SQL = sql``): Promise<WatchRow[]> {
  const all = [
    ...columns(NUMBERS, packed),
    ...columns(INSTANTS, packedInstants),
    ...columns(TEXTS, packedTexts),
    sql`${packedCounts(sql`curve`)} as curve`,
  ]
  const [found] = await rows<Packed>(
    tx,
    sql`${before} select ${sql.join(all, sql`, `)} from (
      select s.*, video.purpose, video.item_id, video.brand_id, video.tier, kol.vertical, kol.account_id, kol.followers, c.price_fen,
        (select min(sent_at) from ${ordersSent(sql`s.video_id`)} sent) as ads_since
      from ${states} s
      -- Fenced: by the key, however many the planner takes a batch for.
      cross join lateral (
        select purpose, item_id, brand_id, tier from video where workspace_id = s.workspace_id and id = s.video_id offset 0
      ) video
      left join kol on kol.workspace_id = s.workspace_id and kol.id = s.kol_id
      left join collaboration c on c.workspace_id = s.workspace_id and c.video_id = s.video_id and c.state <> 'DROPPED'
    ) watched`,
  )
  return unpackRows(found ?? {})
}

/** States of videos, locked in id order so that two batches cannot deadlock. */
export const lockedStates = (videoIds: readonly number[]): SQL => sql`(
  select * from video_state
  where workspace_id = current_workspace() and ${among(sql`video_id`, videoIds)}
  order by video_id for update)`

/** Written out: objects whose fields come one by one cost the engine ten times as much. */
function unpackRows(found: Packed): WatchRow[] {
  const number = (key: Key) => {
    const values = unpack((found[key] ?? null) as Buffer | null)
    return (i: number) => (Number.isNaN(values[i]) ? null : (values[i] as number))
  }
  const text = (key: Key) => {
    const values = unpackTexts((found[key] ?? null) as string | null)
    return (i: number) => values[i] as string
  }
  const videoId = number('videoId')
  const brandId = number('brandId')
  const kolId = number('kolId')
  const phaseId = number('phaseId')
  const cellId = number('cellId')
  const shard = number('shard')
  const publishedAt = number('publishedAt')
  const observedAt = number('observedAt')
  const plays = number('plays')
  const likes = number('likes')
  const comments = number('comments')
  const shares = number('shares')
  const saves = number('saves')
  const interactionRate = number('interactionRate')
  const velocity = number('velocity')
  const kolRatio = number('kolRatio')
  const breakoutProbability = number('breakoutProbability')
  const acceleration = number('acceleration')
  const misses = number('misses')
  const urgent = number('urgent')
  const cycleMinutes = number('cycleMinutes')
  const followers = number('followers')
  const spendFen = number('spendFen')
  const paidGmvFen = number('paidGmvFen')
  const gmvFen = number('gmvFen')
  const orders = number('orders')
  const settled7Fen = number('settled7Fen')
  const settled14Fen = number('settled14Fen')
  const adShows = number('adShows')
  const boughtPlays = number('boughtPlays')
  const adsSince = number('adsSince')
  const completionRate = number('completionRate')
  const fiveSecondRate = number('fiveSecondRate')
  const priceFen = number('priceFen')
  const purpose = text('purpose')
  const itemId = text('itemId')
  const accountId = text('accountId')
  const tier = text('tier')
  const vertical = text('vertical')
  const boughtBy = text('boughtBy')
  return unpackCounts((found.curve ?? null) as Buffer | null).map((curve, i) => ({
    videoId: videoId(i) as number,
    brandId: brandId(i) as number,
    kolId: kolId(i),
    phaseId: phaseId(i),
    cellId: cellId(i),
    shard: shard(i) as number,
    purpose: purpose(i) as Purpose,
    itemId: itemId(i),
    accountId: accountId(i),
    followers: followers(i),
    publishedAt: publishedAt(i) as number,
    observedAt: observedAt(i),
    plays: plays(i),
    likes: likes(i),
    comments: comments(i),
    shares: shares(i),
    saves: saves(i),
    interactionRate: interactionRate(i),
    velocity: velocity(i),
    kolRatio: kolRatio(i),
    breakoutProbability: breakoutProbability(i),
    tier: (tier(i) || null) as Tier | null,
    vertical: vertical(i) || null,
    acceleration: acceleration(i),
    curve,
    misses: misses(i) as number,
    urgent: urgent(i) === 1,
    cycleMinutes: cycleMinutes(i),
    figures: {
      spendFen: spendFen(i),
      paidGmvFen: paidGmvFen(i),
      gmvFen: gmvFen(i),
      orders: orders(i),
      settled7Fen: settled7Fen(i),
      settled14Fen: settled14Fen(i),
      adShows: adShows(i),
      boughtPlays: boughtPlays(i),
      adsSince: adsSince(i),
      boughtBy: (boughtBy(i) || null) as 'REPORTED' | 'ESTIMATED' | null,
      completionRate: completionRate(i),
      fiveSecondRate: fiveSecondRate(i),
      priceFen: priceFen(i),
      grossMargin: null,
    },
  }))
}

export interface KolSpan {
  kolId: number
  /** Publication of the KOL's first and last video of the batch, ms. */
  first: number
  last: number
}
export interface PeerRow {
  kolId: number
  videoId: number
  publishedAt: number
  curve: (number | null)[]
}

/**
 * Each KOL's natural videos, which can be a baseline for the batch, latest first: up to `window` before its first, and
 * those between.
 */
export async function loadPeers(tx: Reads, spans: readonly KolSpan[], window: number): Promise<PeerRow[]> {
  if (spans.length === 0) return []
  const [found] = await rows<Record<'kol_id' | 'video_id' | 'published_at' | 'curve', Buffer | null>>(
    tx,
    sql`
      select ${packed(sql`kol_id`)} as kol_id, ${packed(sql`video_id`)} as video_id,
        ${packedInstants(sql`published_at`)} as published_at, ${packedCounts(sql`curve`)} as curve
      from (
        select p.kol_id, p.video_id, p.published_at, p.curve
        from ${unnest(spans, 'span', { kolId: 'bigint', first: 'timestamptz', last: 'timestamptz' })}
        cross join lateral (
          select * from video_state s
          where s.workspace_id = current_workspace() and s.kol_id = span.kol_id and s.published_at < span.last
            and ${NATURAL('s')} and s.published_at >= coalesce((
              select e.published_at from video_state e
              where e.workspace_id = current_workspace() and e.kol_id = span.kol_id and e.published_at < span.first
                and ${NATURAL('e')}
              order by e.published_at desc offset ${window - 1} limit 1), '-infinity')
        ) p
        order by p.published_at desc, p.video_id desc
      ) peer`,
  )
  const [kolIds, videoIds, published] = [found?.kol_id, found?.video_id, found?.published_at].map((bytes) =>
    unpack(bytes ?? null),
  ) as [Float64Array, Float64Array, Float64Array]
  return unpackCounts(found?.curve ?? null).map((curve, i) => ({
    kolId: kolIds[i] as number,
    videoId: videoIds[i] as number,
    publishedAt: published[i] as number,
    curve,
  }))
}

/** Gross margin, as a fraction, of the product of each video, in the version that was frozen at its publication. */
export async function loadFrozenMargins(tx: Tx, videoIds: readonly number[]): Promise<Map<number, number>> {
  const found = await rows<{ video_id: string; margin: number }>(
    tx,
    sql`select video.id as video_id, (v.attributes->>'grossMargin')::float8 as margin
      from video
      join cell on cell.workspace_id = video.workspace_id and cell.id = video.cell_id
      join element_version v on v.workspace_id = cell.workspace_id and v.element_id = cell.product_id
        and v.version = video.product_version
      where video.workspace_id = current_workspace() and ${among(sql`video.id`, videoIds)}
        and v.attributes->>'grossMargin' is not null`,
  )
  return new Map(found.map((row) => [Number(row.video_id), row.margin]))
}

/** Of cells; what no scope asks for need not be read. */
export async function loadMatrices(tx: Tx, cellIds: readonly number[]): Promise<Map<number, number>> {
  const found = await rows<{ id: string; matrix_id: string }>(
    tx,
    sql`select id, matrix_id from cell where workspace_id = current_workspace() and ${among(sql`id`, cellIds)}`,
  )
  return new Map(found.map((row) => [Number(row.id), Number(row.matrix_id)]))
}

/** The counters that count as interaction in the workspace, and its zone. */
export async function loadCounting(tx: Reads) {
  const [found] = await tx
    .select({ counting: workspace.interactionCounters, zone: workspace.zone })
    .from(workspace)
  return { counting: found?.counting ?? [], zone: found?.zone ?? 'UTC' }
}

/** Rules that are switched on, in their current version. */
export function loadActiveRules(tx: Tx) {
  return tx
    .select({ ruleId: rule.id, version: rule.version, definition: ruleVersion.definition })
    .from(rule)
    .innerJoin(
      ruleVersion,
      and(
        eq(ruleVersion.workspaceId, rule.workspaceId),
        eq(ruleVersion.ruleId, rule.id),
        eq(ruleVersion.version, rule.version),
      ),
    )
    .where(eq(rule.enabled, true))
    .orderBy(rule.id)
}

/** Episodes that still matter: open ones, and those closed by hand that were not released since. */
export function loadEpisodes(tx: Tx, videoIds: readonly number[]) {
  return tx
    .select()
    .from(breakout)
    .where(
      and(
        among(breakout.videoId, videoIds),
        or(
          ne(breakout.state, 'CLOSED'),
          and(eq(breakout.closeReason, 'MANUAL'), isNull(breakout.releasedAt)),
        ),
      ),
    )
    .orderBy(breakout.id)
}
