/** What a replay reads: the videos, and all that became known of them, batch by batch in the order in which it did. */
import { type SQL, sql } from 'drizzle-orm'
import { COUNTERS, type Purpose, type Tier } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Reads as Reading, rows } from '../client.ts'
import {
  packed,
  packedCounts,
  packedInstants,
  packedTexts,
  unpack,
  unpackCounts,
  unpackTexts,
} from '../pack.ts'
import { NATURAL, ordersSent } from './ads.ts'
import type { WatchFigures } from './watch.ts'

type Reads = Pick<Reading, 'execute'>
const at = (instant: number) => sql`${new Date(instant).toISOString()}::timestamptz`

/** Instants in ms. */
export interface ReplaySpan {
  from: number
  to: number
  /** Only videos of this brand are judged; null: of all. */
  brandId: number | null
}

/** Published by the end, and looked at since the beginning. */
function judged({ from, to, brandId }: ReplaySpan): SQL {
  const ofBrand = sql`and exists (select from video b
    where b.workspace_id = s.workspace_id and b.id = s.video_id and b.brand_id = ${brandId})`
  return sql`select s.* from video_state s
    where s.workspace_id = current_workspace() and s.published_at <= ${at(to)} and s.observed_at >= ${at(from)}
      ${brandId === null ? sql`` : ofBrand}`
}

/** `judged` must be there: those videos, and those of their KOLs that can be a baseline: up to `window` natural ones before the first of each. */
const withPeers = (window: number): SQL => sql`
  select *, true as judged from judged
  union all
  select p.*, false from (
    select kol_id, min(published_at) as first, max(published_at) as last from judged
    where kol_id is not null group by kol_id
  ) span cross join lateral (
    select * from video_state e
    where e.workspace_id = current_workspace() and e.kol_id = span.kol_id and e.published_at < span.last
      and e.published_at >= coalesce((
        select o.published_at from video_state o
        where o.workspace_id = current_workspace() and o.kol_id = span.kol_id and o.published_at < span.first
          and ${NATURAL('o')}
        order by o.published_at desc offset ${window - 1} limit 1), '-infinity')
  ) p
  where not exists (select from judged j where j.video_id = p.video_id)`

/** How much would be replayed: all videos that are read, and their looks. */
export async function sizeReplay(
  db: Reads,
  span: ReplaySpan,
  window: number,
): Promise<{ videos: number; looks: number }> {
  const [found] = await rows<{ videos: string; looks: string }>(
    db,
    sql`with judged as materialized (${judged(span)})
      select count(*) as videos, coalesce(sum(looks), 0) as looks from (${withPeers(window)}) s`,
  )
  return { videos: Number(found?.videos), looks: Number(found?.looks) }
}

export interface ReplayVideoRow {
  videoId: number
  brandId: number
  kolId: number | null
  cellId: number | null
  matrixId: number | null
  phaseId: number | null
  /** At publication. */
  tier: Tier | null
  vertical: string | null
  purpose: Purpose
  publishedAt: number
  /** When it was first known to us. */
  createdAt: number
  /** Ever recorded; and whether all of them are still kept. */
  looks: number
  whole: boolean
  /** Of now: they have no history. */
  priceFen: number | null
  grossMargin: number | null
  /** When an order of our own was sent first; null: none was. */
  adsSince: number | null
  /** Plays at the ages of rules/curve.ts as of now; empty where all looks are still kept. */
  curve: (number | null)[]
  /** false: it is only a peer of one that is judged. */
  judged: boolean
}

const NUMBERS = {
  videoId: 's.video_id',
  brandId: 'v.brand_id',
  kolId: 's.kol_id',
  cellId: 's.cell_id',
  matrixId: 'cell.matrix_id',
  phaseId: 's.phase_id',
  looks: 's.looks',
  priceFen: 'c.price_fen',
  grossMargin: 'margin.fraction',
  judged: 's.judged::int',
  whole: 'kept.whole::int',
} as const
const INSTANTS = {
  publishedAt: 's.published_at',
  createdAt: 'v.created_at',
  adsSince: 'sent.first_at',
} as const
// A vertical is a user's own word: it may hold what texts are parted by.
const TEXTS = {
  tier: 'v.tier',
  purpose: 'v.purpose',
  vertical: "replace(kol.vertical, chr(31), '')",
} as const
type Key = keyof typeof NUMBERS | keyof typeof INSTANTS | keyof typeof TEXTS | 'curve'

const columns = (of: Record<string, string>, pack: (expression: SQL) => SQL) =>
  Object.entries(of).map(([key, name]) => sql`${pack(sql.raw(name))} as ${sql.identifier(key)}`)

/** All videos that a replay reads. */
export async function loadReplayVideos(
  db: Reads,
  span: ReplaySpan,
  window: number,
): Promise<ReplayVideoRow[]> {
  const all = [
    ...columns(NUMBERS, packed),
    ...columns(INSTANTS, packedInstants),
    ...columns(TEXTS, packedTexts),
    sql`${packedCounts(sql`case when kept.whole then '{}' else s.curve end`)} as curve`,
  ]
  const [found] = await rows<Partial<Record<Key, Buffer | string | null>>>(
    db,
    sql`
      with judged as materialized (${judged(span)})
      select ${sql.join(all, sql`, `)} from (${withPeers(window)}) s
      join video v on v.workspace_id = s.workspace_id and v.id = s.video_id
      left join kol on kol.workspace_id = s.workspace_id and kol.id = s.kol_id
      left join cell on cell.workspace_id = s.workspace_id and cell.id = s.cell_id
      left join collaboration c on c.workspace_id = s.workspace_id and c.video_id = s.video_id and c.state <> 'DROPPED'
      left join lateral (
        select (e.attributes->>'grossMargin')::float8 as fraction from element_version e
        where e.workspace_id = s.workspace_id and e.element_id = cell.product_id and e.version = v.product_version
      ) margin on true
      cross join lateral (
        select s.looks <= count(*) as whole from snapshot k
        where k.workspace_id = s.workspace_id and k.video_id = s.video_id
      ) kept
      cross join lateral (
        select min(sent_at) as first_at from ${ordersSent(sql`s.video_id`)} sent
      ) sent`,
  )
  return unpackVideos(found ?? {})
}

function unpackVideos(found: Partial<Record<Key, Buffer | string | null>>): ReplayVideoRow[] {
  const number = (key: Key) => {
    const values = unpack((found[key] ?? null) as Buffer | null)
    return (i: number) => (Number.isNaN(values[i]) ? null : (values[i] as number))
  }
  const text = (key: Key) => {
    const values = unpackTexts((found[key] ?? null) as string | null)
    return (i: number) => values[i] || null
  }
  const [brandId, kolId, cellId, matrixId] = [
    number('brandId'),
    number('kolId'),
    number('cellId'),
    number('matrixId'),
  ]
  const [phaseId, looks, priceFen, grossMargin] = [
    number('phaseId'),
    number('looks'),
    number('priceFen'),
    number('grossMargin'),
  ]
  const [isJudged, isWhole] = [number('judged'), number('whole')]
  const [publishedAt, createdAt, adsSince] = [number('publishedAt'), number('createdAt'), number('adsSince')]
  const [tier, purpose, vertical] = [text('tier'), text('purpose'), text('vertical')]
  const ids = unpack((found.videoId ?? null) as Buffer | null)
  const curves = unpackCounts((found.curve ?? null) as Buffer | null)
  return Array.from(ids, (videoId, i) => ({
    videoId,
    brandId: brandId(i) as number,
    kolId: kolId(i),
    cellId: cellId(i),
    matrixId: matrixId(i),
    phaseId: phaseId(i),
    tier: tier(i) as Tier | null,
    vertical: vertical(i),
    purpose: purpose(i) as Purpose,
    publishedAt: publishedAt(i) as number,
    createdAt: createdAt(i) as number,
    looks: looks(i) as number,
    whole: isWhole(i) === 1,
    priceFen: priceFen(i),
    grossMargin: grossMargin(i),
    adsSince: adsSince(i),
    curve: curves[i] as (number | null)[],
    judged: isJudged(i) === 1,
  }))
}

/** Looks by column; NaN: not given. In the order in which they became known, those of one instant as they happened. */
export interface ReplayLooks {
  videoId: Float64Array
  observedAt: Float64Array
  recordedAt: Float64Array
  plays: Float64Array
  likes: Float64Array
  comments: Float64Array
  shares: Float64Array
  saves: Float64Array
  /** 0: it came in a file. */
  polled: Uint8Array
}

/**
 * All looks at these videos that were known by `to`. Of several revisions that became known together the latest comes
 * first: those behind it are older than what is known then. Whole rows are packed: half of what columns cost.
 */
export async function loadReplayLooks(
  db: Reads,
  videoIds: readonly number[],
  { to, fileSource }: { to: number; fileSource: string },
): Promise<ReplayLooks> {
  const [found] = await rows<{ looks: Buffer | null }>(
    db,
    sql`
      select string_agg(int8send(video_id) || timestamptz_send(observed_at) || timestamptz_send(recorded_at)
        || ${sql.join(COUNTERS.map(counter), sql` || `)} || boolsend(source <> ${fileSource}), '') as looks
      from (
        select s.video_id, s.observed_at, s.recorded_at, ${sql.raw(COUNTERS.map((name) => `s.${name}`).join(', '))}, s.source
        from snapshot s
        where s.workspace_id = current_workspace() and ${among(sql`s.video_id`, videoIds)}
          and s.recorded_at <= ${at(to)} and s.observed_at <= ${at(to)}
        order by s.recorded_at, s.observed_at, s.video_id, s.revision desc, s.source
      ) look`,
  )
  return unpackLooks(found?.looks ?? Buffer.alloc(0))
}

/** The least number of 64 bits stands for null: no counter has it. */
const counter = (name: string) => sql.raw(`int8send(coalesce(${name}, -9223372036854775808))`)
const NULL_HIGH = -0x8000_0000
const ROW = 8 * 8 + 1
/** PostgreSQL counts microseconds from 2000 on. */
const BINARY_EPOCH = Date.UTC(2000, 0)

function unpackLooks(bytes: Buffer): ReplayLooks {
  const count = bytes.length / ROW
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const column = () => new Float64Array(count)
  const looks: ReplayLooks = {
    videoId: column(),
    observedAt: column(),
    recordedAt: column(),
    plays: column(),
    likes: column(),
    comments: column(),
    shares: column(),
    saves: column(),
    polled: new Uint8Array(count),
  }
  const { videoId, observedAt, recordedAt, plays, likes, comments, shares, saves, polled } = looks
  for (let i = 0, from = 0; i < count; i++, from += ROW) {
    videoId[i] = integer(view, from)
    observedAt[i] = Math.round(integer(view, from + 8) / 1000) + BINARY_EPOCH
    recordedAt[i] = Math.round(integer(view, from + 16) / 1000) + BINARY_EPOCH
    plays[i] = integer(view, from + 24)
    likes[i] = integer(view, from + 32)
    comments[i] = integer(view, from + 40)
    shares[i] = integer(view, from + 48)
    saves[i] = integer(view, from + 56)
    polled[i] = view.getUint8(from + 64)
  }
  return looks
}

/** Ours stay below 2^53. */
function integer(view: DataView, from: number): number {
  const high = view.getInt32(from)
  return high === NULL_HIGH ? Number.NaN : high * 0x1_0000_0000 + view.getUint32(from + 4)
}

const ms = (column: string) => sql.raw(`round(date_part('epoch', ${column}) * 1000)`)

export interface KnownFigures {
  videoId: number
  knownAt: number
  figures: Partial<WatchFigures>
}

/** What other sources said of these videos by `to`, in order. */
export async function loadKnownFigures(
  db: Reads,
  videoIds: readonly number[],
  to: number,
): Promise<KnownFigures[]> {
  const found = await rows<{ video_id: string; known_ms: number; figures: Partial<WatchFigures> }>(
    db,
    sql`select k.video_id, ${ms('k.known_at')} as known_ms, k.figures from figures_known k
      where k.workspace_id = current_workspace() and ${among(sql`k.video_id`, videoIds)} and k.known_at <= ${at(to)}
      order by k.video_id, k.known_at`,
  )
  return found.map(({ video_id, known_ms, figures }) => ({
    videoId: Number(video_id),
    knownAt: known_ms,
    figures,
  }))
}

export interface KnownFollowers {
  kolId: number
  observedAt: number
  recordedAt: number
  source: string
  followers: number
}

/** Of each KOL in the order in which it became known, by `to`. */
export async function loadKnownFollowers(
  db: Reads,
  kolIds: readonly number[],
  to: number,
): Promise<KnownFollowers[]> {
  const found = await rows<{
    kol_id: string
    observed_ms: number
    recorded_ms: number
    source: string
    followers: string
  }>(
    db,
    sql`select k.kol_id, ${ms('k.observed_at')} as observed_ms, ${ms('k.recorded_at')} as recorded_ms, k.source, k.followers
      from kol_snapshot k where k.workspace_id = current_workspace() and ${among(sql`k.kol_id`, kolIds)}
        and k.recorded_at <= ${at(to)}
      order by k.kol_id, k.recorded_at, k.observed_at, k.source`,
  )
  return found.map((row) => ({
    kolId: Number(row.kol_id),
    observedAt: row.observed_ms,
    recordedAt: row.recorded_ms,
    source: row.source,
    followers: Number(row.followers),
  }))
}
