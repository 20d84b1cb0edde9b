/**
 * Takes observations out of a file: stores them batch by batch, each batch in one transaction, then lets the rules
 * judge what is new in the order in which it happened, as if it had been polled. Running it again changes nothing;
 * running it again after a crash finishes it.
 */
import { eq, sql } from 'drizzle-orm'
import type postgres from 'postgres'
import { rows, type Tx } from '../db/client.ts'
import { streamUnjudged, type UnjudgedRow } from '../db/queries/unjudged.ts'
import { brand, importRun } from '../db/tables.ts'
import { unnest } from '../db/unnest.ts'
import type { ObservationLine, ObservationRow } from '../platforms/observation-row.ts'
import { type Context, write } from './context.ts'
import { found, text } from './errors.ts'
import { judgeLooks, type VideoLook } from './judge.ts'
import { holdStates } from './shard.ts'
import { refreshFollowers } from './tier.ts'

/** What snapshots out of files are marked with. */
export const FILE_SOURCE = 'file'
const STORE_BATCH = 5000
const JUDGE_BATCH = 2000

export type Refusal = Extract<ObservationLine, { ok: false }>

export interface ImportInput {
  /** Shown in the run's record. */
  file: string
  /** Batches in file order. */
  items: AsyncIterable<ObservationLine[]>
  /** Videos that are new to the workspace go to this brand; it is made when it is missing. */
  brand: string
  /** Counts only; writes nothing. */
  dryRun: boolean
  onRefused: (refusal: Refusal) => void
  onProgress: (soFar: ImportResult) => void
}

export interface ImportResult {
  rows: number
  inserted: number
  /** Same video and instant, other numbers: added as a revision. */
  restated: number
  /** Already there, to the number. */
  known: number
  refused: number
  judged: number
  fired: number
}

export async function importObservations(
  ctx: Context & { pool: postgres.Sql },
  input: ImportInput,
): Promise<ImportResult> {
  const result: ImportResult = {
    rows: 0,
    inserted: 0,
    restated: 0,
    known: 0,
    refused: 0,
    judged: 0,
    fired: 0,
  }
  const run = input.dryRun ? null : await begin(ctx, input)
  // Also those of which all is known: a run that was killed may have stored it and judged none of it.
  const named = new Set<number>()
  for await (const items of gather(input.items)) {
    const accepted = accept(items, result, input.onRefused)
    for (const batch of apart(accepted)) {
      const stored = await write(ctx, async (tx) => {
        if (run === null) return compare(tx, batch)
        const { videoIds, ...counts } = await store(tx, ctx, batch, run.brandId)
        for (const id of videoIds) named.add(id)
        return counts
      })
      result.inserted += stored.inserted
      result.restated += stored.restated
      result.known += batch.length - stored.inserted - stored.restated
    }
    input.onProgress(result)
  }
  if (run === null) return result
  const { pool, workspaceId } = ctx
  const wanted = { source: FILE_SOURCE, videoIds: [...named], batch: JUDGE_BATCH }
  for await (const batch of streamUnjudged(pool, workspaceId, wanted)) {
    const { fired } = await write(ctx, (tx) => judgeLooks(tx, batch.map(toLook), { now: ctx.now }))
    result.judged += batch.length
    result.fired += fired
    input.onProgress(result)
  }
  await finish(ctx, run.id, result)
  return result
}

/** Files come in pieces of any size; each batch costs the same few statements. */
async function* gather(pieces: AsyncIterable<ObservationLine[]>): AsyncGenerator<ObservationLine[]> {
  let gathered: ObservationLine[] = []
  for await (const piece of pieces) {
    gathered = gathered.concat(piece)
    if (gathered.length < STORE_BATCH) continue
    yield gathered
    gathered = []
  }
  if (gathered.length > 0) yield gathered
}

function accept(
  items: ObservationLine[],
  result: ImportResult,
  refuse: (refusal: Refusal) => void,
): ObservationRow[] {
  const accepted: ObservationRow[] = []
  for (const item of items) {
    result.rows++
    if (item.ok) accepted.push(item.row)
    else {
      result.refused++
      refuse(item)
    }
  }
  return accepted
}

/** One statement cannot restate a row that it inserts: a second look at the same instant goes to a later batch. */
function apart(items: ObservationRow[]): ObservationRow[][] {
  const seen = new Set<string>()
  const again: ObservationRow[] = []
  const first = items.filter((row) => {
    const key = `${row.itemId} ${row.observedAt}`
    if (!seen.has(key)) return seen.add(key)
    again.push(row)
    return false
  })
  return first.length === 0 ? [] : [first, ...apart(again)]
}

async function begin(ctx: Context, input: ImportInput): Promise<{ id: number; brandId: number }> {
  const name = text('brand', input.brand)
  return write(ctx, async (tx) => {
    await tx.insert(brand).values({ name, createdAt: ctx.now }).onConflictDoNothing()
    const [home] = await tx.select({ id: brand.id }).from(brand).where(eq(brand.name, name))
    const started = { file: input.file, state: 'RUNNING' as const, startedAt: ctx.now }
    const [run] = await tx.insert(importRun).values(started).returning({ id: importRun.id })
    return { id: found(run, 'import').id, brandId: found(home, 'brand').id }
  })
}

async function finish(ctx: Context, runId: number, result: ImportResult): Promise<void> {
  const { rows, inserted, restated, refused, judged } = result
  const done = { state: 'DONE' as const, rows, inserted, restated, refused, judged, finishedAt: ctx.now }
  await write(ctx, (tx) => tx.update(importRun).set(done).where(eq(importRun.id, runId)))
}

interface Stored {
  inserted: number
  restated: number
}

/** Nine statements, whatever the size of the batch. Answers all videos that the batch names, new to us or not. */
async function store(
  tx: Tx,
  ctx: Context,
  batch: ObservationRow[],
  brandId: number,
): Promise<Stored & { videoIds: number[] }> {
  const now = sql`${ctx.now.toISOString()}::timestamptz`
  const flat = flatten(batch)
  const observed = batch.map((row) => row.observedAt)
  const [first, last] = [Math.min(...observed), Math.max(...observed)].map((at) => new Date(at).toISOString())
  await tx.execute(sql`select ensure_snapshot_partitions(${first}::timestamptz, ${last}::timestamptz)`)
  await tx.execute(sql`
    with seen as (select distinct kol_id from ${unnest(flat, 'look', { kolId: 'text' })} where kol_id is not null)
    insert into kol (account_id, name, created_at)
    select kol_id, kol_id, ${now} from seen order by kol_id
    on conflict (workspace_id, platform, account_id) do nothing`)
  const looked = await rows<{ kol_id: string }>(
    tx,
    sql`
    insert into kol_snapshot (kol_id, observed_at, recorded_at, source, followers)
    select distinct on (kol.id, observed_at) kol.id, observed_at, ${now}, ${FILE_SOURCE}, look.followers
    from ${unnest(flat, 'look', { kolId: 'text', followers: 'bigint', observedAt: 'timestamptz' })}
    join kol on kol.workspace_id = current_workspace() and kol.platform = 'douyin' and kol.account_id = look.kol_id
    where look.followers is not null
    on conflict do nothing returning kol_id`,
  )
  // Before the videos: their tier is the KOL's.
  await refreshFollowers(tx, ctx.now, [...new Set(looked.map((row) => Number(row.kol_id)))])
  await tx.execute(sql`
    with made as (
      insert into video (brand_id, kol_id, purpose, title, stage, published_at, item_id, tier, created_at)
      select distinct on (look.item_id) ${brandId}::bigint, kol.id, 'SEEDING', look.item_id, 'PUBLISHED',
        look.published_at, look.item_id, kol.tier, ${now}
      from ${unnest(flat, 'look', { itemId: 'text', kolId: 'text', publishedAt: 'timestamptz' })}
      left join kol on kol.workspace_id = current_workspace() and kol.platform = 'douyin'
        and kol.account_id = look.kol_id
      order by look.item_id
      on conflict (workspace_id, platform, item_id) do nothing
      returning id, kol_id, published_at
    )
    insert into video_state (video_id, kol_id, published_at) select id, kol_id, published_at from made`)
  const videoIds = await videosOf(tx, flat)
  await holdStates(tx, videoIds)
  const [stored] = await rows<Stored>(
    tx,
    sql`
      with ${compared(flat)}, added as (
        insert into snapshot (video_id, observed_at, source, revision, recorded_at, plays, likes, comments, shares, saves)
        select video_id, observed_at, ${FILE_SOURCE}, revision, ${now}, plays, likes, comments, shares, saves
        from changed order by video_id, observed_at
        on conflict do nothing
        returning video_id, observed_at, revision
      ), counted as (
        -- least() passes over nulls: a mark that is there only ever moves to an earlier instant.
        update video_state v set looks = v.looks + n.looks, dirty_from = least(v.dirty_from, n.first)
        from (select video_id, count(*) as looks, min(observed_at) as first from added group by video_id) n
        where v.workspace_id = current_workspace() and v.video_id = n.video_id
      )
      select count(*) filter (where revision = 0)::int as inserted,
        count(*) filter (where revision > 0)::int as restated from added`,
  )
  return { inserted: 0, restated: 0, ...stored, videoIds }
}

async function videosOf(tx: Tx, flat: ReturnType<typeof flatten>): Promise<number[]> {
  const found = await rows<{ id: string }>(
    tx,
    sql`select distinct video.id from ${unnest(flat, 'look', { itemId: 'text' })}
      join video on video.workspace_id = current_workspace() and video.platform = 'douyin'
        and video.item_id = look.item_id`,
  )
  return found.map(({ id }) => Number(id))
}

/** What `store` would do, read only. */
async function compare(tx: Tx, batch: ObservationRow[]): Promise<Stored> {
  const [stored] = await rows<Stored>(
    tx,
    sql`with ${compared(flatten(batch))}
      select count(*) filter (where revision = 0)::int as inserted,
        count(*) filter (where revision > 0)::int as restated from changed`,
  )
  return stored ?? { inserted: 0, restated: 0 }
}

/** The rows that differ from what this source last said of that instant, with the revision they become. */
function compared(flat: ReturnType<typeof flatten>) {
  const columns = {
    itemId: 'text',
    observedAt: 'timestamptz',
    plays: 'bigint',
    likes: 'bigint',
    comments: 'bigint',
    shares: 'bigint',
    saves: 'bigint',
  } as const
  return sql`changed as (
    select video.id as video_id, look.*, coalesce(old.revision + 1, 0)::smallint as revision
    from ${unnest(flat, 'look', columns)}
    left join video on video.workspace_id = current_workspace() and video.platform = 'douyin'
      and video.item_id = look.item_id
    left join lateral (
      select s.* from snapshot s
      where s.workspace_id = current_workspace() and s.video_id = video.id
        and s.observed_at = look.observed_at and s.source = ${FILE_SOURCE}
      order by s.revision desc limit 1
    ) old on true
    where old.revision is null
      or (old.plays, old.likes, old.comments, old.shares, old.saves)
        is distinct from (look.plays, look.likes, look.comments, look.shares, look.saves)
  )`
}

function flatten(batch: ObservationRow[]) {
  return batch.map(({ counters, ...row }) => ({ ...row, ...counters }))
}

function toLook(row: UnjudgedRow): VideoLook {
  const count = (value: string | null) => (value === null ? null : Number(value))
  return {
    videoId: Number(row.video_id),
    observedAt: Number(row.observed_ms),
    plays: count(row.plays),
    likes: count(row.likes),
    comments: count(row.comments),
    shares: count(row.shares),
    saves: count(row.saves),
    followers: count(row.followers),
  }
}
