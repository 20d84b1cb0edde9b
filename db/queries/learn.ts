/** Finished videos as they were seen, for flow/learn.ts. */
import { sql } from 'drizzle-orm'
import type { Tier } from '../../rules/types.ts'
import { among } from '../among.ts'
import { rows, type Tx } from '../client.ts'
import {
  packed,
  packedCounts,
  packedInstants,
  packedTexts,
  unpack,
  unpackCounts,
  unpackTexts,
} from '../pack.ts'
import { NATURAL } from './ads.ts'

export interface FinishedVideo {
  videoId: number
  publishedAt: number
  kolId: number | null
  tier: Tier | null
  vertical: string | null
  cellId: number | null
  curve: (number | null)[]
  /** Looks ever recorded: fewer may still be kept. */
  looks: number
  lastAge: number
  lastPlays: number
}

/** Last seen at this age or later and without ads, latest published first. */
export async function loadFinished(
  tx: Tx,
  { age, most }: { age: number; most: number },
): Promise<FinishedVideo[]> {
  const [found] = await rows<Record<string, Buffer | string | null>>(
    tx,
    sql`select ${packed(sql`video_id`)} as ids, ${packed(sql`kol_id`)} as kols, ${packed(sql`cell_id`)} as cells,
        ${packedInstants(sql`published_at`)} as published, ${packedInstants(sql`observed_at`)} as observed,
        ${packed(sql`plays`)} as plays, ${packed(sql`looks`)} as looks, ${packedTexts(sql`tier`)} as tiers,
        ${packedTexts(sql`replace(vertical, chr(31), '')`)} as verticals, ${packedCounts(sql`curve`)} as curves
      from (
        select s.video_id, s.kol_id, s.cell_id, s.published_at, s.observed_at, s.plays, s.looks, s.curve, v.tier, k.vertical
        from video_state s
        join video v on v.workspace_id = s.workspace_id and v.id = s.video_id
        left join kol k on k.workspace_id = s.workspace_id and k.id = s.kol_id
        where s.workspace_id = current_workspace() and s.observed_at >= s.published_at + ${age / 1000} * interval '1 second'
          and s.plays is not null and ${NATURAL('s')}
        order by s.published_at desc, s.video_id desc limit ${most}
      ) finished`,
  )
  const number = (key: string) => unpack((found?.[key] ?? null) as Buffer | null)
  const text = (key: string) => unpackTexts((found?.[key] ?? null) as string | null)
  const [ids, kols, cells, published, observed, plays, looks] = [
    number('ids'),
    number('kols'),
    number('cells'),
    number('published'),
    number('observed'),
    number('plays'),
    number('looks'),
  ]
  const [tiers, verticals] = [text('tiers'), text('verticals')]
  const known = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value)
  return unpackCounts((found?.curves ?? null) as Buffer | null).map((curve, i) => ({
    videoId: ids[i] as number,
    publishedAt: published[i] as number,
    kolId: known(kols[i]),
    tier: (tiers[i] || null) as Tier | null,
    vertical: verticals[i] || null,
    cellId: known(cells[i]),
    curve,
    looks: looks[i] as number,
    lastAge: (observed[i] as number) - (published[i] as number),
    lastPlays: plays[i] as number,
  }))
}

export interface KeptLook {
  videoId: number
  observedAt: number
  /** Its plays were given. */
  played: boolean
  /** givenInteractions of rules/forecast.ts: of likes, comments and shares those that were given; null: none was. */
  interactions: number | null
}

/** Videos of one statement. */
const CHUNK = 1000

/** Every look that is kept, by video and in time order, a chunk of videos at a time. */
export async function* streamLooks(tx: Tx, videoIds: readonly number[]): AsyncGenerator<KeptLook[]> {
  for (let i = 0; i < videoIds.length; i += CHUNK) {
    const [found] = await rows<Record<'ids' | 'observed' | 'played' | 'interactions', Buffer | null>>(
      tx,
      sql`select ${packed(sql`video_id`)} as ids, ${packedInstants(sql`observed_at`)} as observed,
          ${packed(sql`played`)} as played, ${packed(sql`interactions`)} as interactions
        from (
          select video_id, observed_at, (plays is not null)::int as played, case when num_nonnulls(likes, comments, shares) > 0
            then coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) end as interactions
          from snapshot
          where workspace_id = current_workspace() and ${among(sql`video_id`, videoIds.slice(i, i + CHUNK))}
          order by video_id, observed_at, revision
        ) look`,
    )
    const [ids, observed, played, counts] = [
      found?.ids,
      found?.observed,
      found?.played,
      found?.interactions,
    ].map((bytes) => unpack(bytes ?? null)) as [Float64Array, Float64Array, Float64Array, Float64Array]
    yield Array.from(ids, (videoId, n) => ({
      videoId,
      observedAt: observed[n] as number,
      played: played[n] === 1,
      interactions: Number.isNaN(counts[n]) ? null : (counts[n] as number),
    }))
  }
}
