/** 成效 of videos: what sources say in total, brought down to the columns of video_state by rules/precedence.ts. */
import { type SQL, sql } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { rows, type Tx } from '../db/client.ts'
import { loadTold, type Told } from '../db/queries/money.ts'
import { unnest } from '../db/unnest.ts'
import { boughtPlays, COST_PER_PLAY_FEN, type Delivery, PRICED_VIDEOS } from '../rules/natural.ts'
import { FIGURE_KEYS, type FigureKey, ORDER_OF_SOURCES, prefer } from '../rules/precedence.ts'
import { holdShards } from './shard.ts'

/**
 * Items on which something new is known, and the earliest instant that it is of; null: no day changed, only what is
 * settled by now.
 */
export type Changed = ReadonlyMap<string, Date | null>

/** All of them as one: shards are locked in their order, so a transaction calls refreshMoney once. */
export function merged(all: readonly Changed[]): Changed {
  const one = new Map<string, Date | null>()
  for (const [itemId, since] of all.flatMap((changed) => [...changed])) {
    const known = one.get(itemId)
    one.set(itemId, known && since ? earlier(known, since) : (known ?? since))
  }
  return one
}

interface Money extends Record<FigureKey, number | null> {
  videoId: number
  boughtBy: 'REPORTED' | 'ESTIMATED' | null
  /** From when the figures by day are made again; null: they stay. */
  dirtyFrom: Date | null
}

const COLUMNS = {
  spendFen: 'bigint',
  paidGmvFen: 'bigint',
  gmvFen: 'bigint',
  orders: 'bigint',
  settled7Fen: 'bigint',
  settled14Fen: 'bigint',
  adShows: 'bigint',
  boughtPlays: 'bigint',
  boughtBy: 'text',
  completionRate: 'float8',
  fiveSecondRate: 'float8',
} as const

/**
 * Brings the money of published videos up to what their sources say; items without a video are passed over. Six statements
 * at most, whatever the number; only videos of which something differs are written. Once in a transaction: see merged.
 */
export async function refreshMoney(tx: Tx, now: Date, changed: Changed): Promise<void> {
  const videos = await findVideos(tx, changed)
  if (videos.length === 0) return
  const ids = videos.map(({ videoId }) => videoId)
  // Before the locks, under which polls wait.
  const price = await costPerPlay(tx)
  const paid = await lockVideos(tx, ids)
  const told = await loadTold(tx, ids, null)
  const money = videos.map((video) => {
    const said = told.get(video.videoId) ?? []
    return moneyOf(video, said, { price, hadMoney: paid.has(video.videoId) })
  })
  await writeMoney(tx, now, money)
}

interface Video {
  videoId: number
  publishedAt: Date
  since: Date | null
}

async function findVideos(tx: Tx, changed: Changed): Promise<Video[]> {
  const items = [...changed.keys()]
  const found = await rows<{ video_id: string; item_id: string; published_at: number }>(
    tx,
    sql`select s.video_id, v.item_id, (extract(epoch from s.published_at) * 1000)::float8 as published_at
      from video v join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
      where v.workspace_id = current_workspace() and v.platform = 'douyin' and v.item_id = any(${sql.param(items)}::text[])`,
  )
  return found.map((row) => ({
    videoId: Number(row.video_id),
    publishedAt: new Date(row.published_at),
    since: changed.get(row.item_id) ?? null,
  }))
}

/**
 * Polls stand aside, and whoever else brings money down is waited for before anything is read. Answers the videos that
 * have money so far.
 */
async function lockVideos(tx: Tx, ids: readonly number[]): Promise<Set<number>> {
  await holdShards(tx, ids)
  const locked = await rows<{ video_id: string; had_money: boolean }>(
    tx,
    sql`select video_id, num_nonnulls(${each((name) => name)}) > 0 as had_money
      from video_state where workspace_id = current_workspace() and ${among(sql`video_id`, ids)}
      order by video_id for update`,
  )
  return new Set(locked.flatMap(({ video_id, had_money }) => (had_money ? [Number(video_id)] : [])))
}

function moneyOf(
  video: Video,
  told: readonly Told[],
  { price, hadMoney }: { price: number; hadMoney: boolean },
): Money {
  const preferred = FIGURE_KEYS.map((figure) => [figure, prefer(figure, saidOf(told, figure))] as const)
  const values = Object.fromEntries(preferred.map(([figure, best]) => [figure, best?.value ?? null]))
  const bought = boughtPlays(channelsOf(told), price)
  // Where sources compete, a new word may change which of them counts, on every day.
  const contested = preferred.some(([, best]) => best && best.others.length > 0)
  const since = video.since && contested ? earlier(video.since, video.publishedAt) : video.since
  return {
    ...(values as Record<FigureKey, number | null>),
    videoId: video.videoId,
    boughtPlays: bought?.plays ?? null,
    boughtBy: bought?.by ?? null,
    // A video that lost all of its money has days to be made without it.
    dirtyFrom: told.length > 0 || hadMoney ? since : null,
  }
}

const earlier = (one: Date, other: Date) => (one < other ? one : other)

function saidOf(told: readonly Told[], figure: FigureKey) {
  return told.flatMap(({ source, [figure]: value }) => (value === null ? [] : { source, value }))
}

/** Who speaks of ads at all, channel by channel; 罗盘 only where nobody else does. */
export function channelsOf(told: readonly Told[]): Delivery[][] {
  const { channels, instead } = ORDER_OF_SOURCES.spendFen
  const pick = (names: readonly string[]) =>
    names.flatMap((name) => {
      const said = told.find(({ source }) => source === name)
      return said ? { spendFen: said.spendFen, plays: said.boughtPlays } : []
    })
  const known = channels.map(pick).filter((said) => said.length > 0)
  return known.length > 0 ? known : [pick(instead)]
}

/** So many of the latest videos are looked through for a price: what plays cost half a year ago says little. */
const LATEST = 1000

/** 分 per bought play: the median of the workspace's latest videos where enough of them show one. */
async function costPerPlay(tx: Tx): Promise<number> {
  const [found] = await rows<{ median: number | null; videos: number }>(
    tx,
    sql`select percentile_cont(0.5) within group (order by spend_fen::float8 / bought_plays) as median, count(*)::int as videos
      from (
        select spend_fen, bought_plays, bought_by from video_state
        where workspace_id = current_workspace() order by video_id desc limit ${LATEST}
      ) latest
      where bought_by = 'REPORTED' and bought_plays > 0 and spend_fen > 0`,
  )
  return found?.median && found.videos >= PRICED_VIDEOS ? found.median : COST_PER_PLAY_FEN
}

const NAMES = Object.keys(COLUMNS).map((key) =>
  key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
)
const each = (of: (name: string) => string): SQL => sql.raw(NAMES.map(of).join(', '))

/** As rules read them: a replay judges by what was known then (figures_known). */
const FIGURES = sql.raw(
  `json_build_object(${Object.keys(COLUMNS)
    .map((key, i) => `'${key}', ${NAMES[i]}`)
    .join(', ')})`,
)

async function writeMoney(tx: Tx, now: Date, next: readonly Money[]): Promise<void> {
  await tx.execute(sql`
    with written as (
      update video_state state
      set ${each((name) => `${name} = money.${name}`)}, dirty_from = least(state.dirty_from, money.dirty_from)
      from ${unnest<Money>(next, 'money', { videoId: 'bigint', dirtyFrom: 'timestamptz', ...COLUMNS })}
      where state.workspace_id = current_workspace() and state.video_id = money.video_id
        and ((${each((name) => `state.${name}`)}) is distinct from (${each((name) => `money.${name}`)})
          or money.dirty_from < coalesce(state.dirty_from, 'infinity'))
      returning state.video_id, ${each((name) => `state.${name}`)}
    )
    insert into figures_known (video_id, known_at, figures)
    select video_id, ${now.toISOString()}::timestamptz, ${FIGURES} from written
    on conflict (workspace_id, video_id, known_at) do update set figures = excluded.figures`)
}
