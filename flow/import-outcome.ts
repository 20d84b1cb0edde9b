/**
 * Takes the rows of a platform's export into `outcome`, batch by batch, each batch in one transaction with the money of
 * the videos that it speaks of (flow/money.ts; flow/ad-report.ts stores what an API says the same way). The same file
 * again changes nothing; an overlapping file adds what is new, and a revision where it says other numbers. A run that
 * died is finished by importing the file again.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { importRun } from '../db/tables.ts'
import { unnest } from '../db/unnest.ts'
import type { OutcomeField, Subject } from '../platforms/exports/kinds.ts'
import type { OutcomeLine, OutcomeRow } from '../platforms/exports/row.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'
import { type Changed, refreshMoney } from './money.ts'

const BATCH = 5000

export type OutcomeRefusal = Extract<OutcomeLine, { ok: false }>

export interface OutcomeImport {
  /** Shown in the run's record. */
  file: string
  /** The same for the same bytes read the same way. */
  fingerprint: string
  kind: string
  subject: Subject
  /** What the file carries; anything else of an earlier revision stays. */
  fields: readonly OutcomeField[]
  /** Batches in file order. */
  items: AsyncIterable<OutcomeLine[]>
  /** Rows that are no data, such as totals, so far. */
  skipped: () => number
  /** Counts only; writes nothing. */
  dryRun: boolean
  onRefused: (refusal: OutcomeRefusal) => void
  onProgress: (soFar: OutcomeResult) => void
}

export interface OutcomeResult {
  rows: number
  inserted: number
  /** Other numbers for the same subject and period: added as a revision. */
  restated: number
  /** Already there, to the number. */
  known: number
  refused: number
  /** Totals, notes and repeated headers. */
  skipped: number
  /** Rows in which spend x ROI is not the GMV, known ones included. */
  disagreeing: number
  /** When this very file was imported before; nothing else happened then. */
  before: Date | null
}

export async function importOutcomes(ctx: Context, input: OutcomeImport): Promise<OutcomeResult> {
  const result: OutcomeResult = {
    rows: 0,
    inserted: 0,
    restated: 0,
    known: 0,
    refused: 0,
    skipped: 0,
    disagreeing: 0,
    before: await importedBefore(ctx, input.fingerprint),
  }
  if (result.before) return result
  const runId = input.dryRun ? null : await begin(ctx, input)
  for await (const items of gather(input.items)) {
    const refuse = (refusal: OutcomeRefusal) => {
      result.refused++
      input.onRefused(refusal)
    }
    const accepted = accept(items, result, refuse)
    if (accepted.length > 0) await put(ctx, input, accepted, runId, result, refuse)
    result.skipped = input.skipped()
    input.onProgress(result)
  }
  result.skipped = input.skipped()
  if (runId !== null) await finish(ctx, runId, result)
  return result
}

async function importedBefore(ctx: Context, fingerprint: string): Promise<Date | null> {
  const done = and(eq(importRun.fingerprint, fingerprint), eq(importRun.state, 'DONE'))
  const [run] = await write(ctx, (tx) =>
    tx.select({ at: importRun.finishedAt }).from(importRun).where(done).limit(1),
  )
  return run?.at ?? null
}

async function begin(ctx: Context, { file, fingerprint, kind }: OutcomeImport): Promise<number> {
  const started = { file, fingerprint, kind, state: 'RUNNING' as const, startedAt: ctx.now }
  const [run] = await write(ctx, (tx) => tx.insert(importRun).values(started).returning({ id: importRun.id }))
  return found(run, 'import').id
}

async function finish(ctx: Context, runId: number, result: OutcomeResult): Promise<void> {
  const { rows, inserted, restated, refused, skipped, disagreeing } = result
  const counts = { rows, inserted, restated, refused, skipped, disagreeing }
  const done = { ...counts, state: 'DONE' as const, finishedAt: ctx.now }
  await write(ctx, (tx) => tx.update(importRun).set(done).where(eq(importRun.id, runId)))
}

/** Files come in pieces of any size; each batch costs the same few statements. */
async function* gather(pieces: AsyncIterable<OutcomeLine[]>): AsyncGenerator<OutcomeLine[]> {
  let gathered: OutcomeLine[] = []
  for await (const piece of pieces) {
    for (const line of piece) {
      gathered.push(line)
      if (gathered.length < BATCH) continue
      yield gathered
      gathered = []
    }
  }
  if (gathered.length > 0) yield gathered
}

export interface OutcomeEntry extends OutcomeRow {
  line: number
}

const AGAIN = 'the same subject and period is in this file before, with other numbers or of another video'

/** What can be stored in one statement: each subject and period once. */
function accept(
  items: readonly OutcomeLine[],
  result: OutcomeResult,
  refuse: (refusal: OutcomeRefusal) => void,
): OutcomeEntry[] {
  const byKey = new Map<string, OutcomeEntry>()
  for (const item of items) {
    result.rows++
    if (!item.ok) {
      refuse(item)
      continue
    }
    const { row, line } = item
    const key = `${row.subjectId} ${row.scopeId} ${row.startsAt} ${row.endsAt}`
    const first = byKey.get(key)
    if (!first) byKey.set(key, { ...row, line })
    else if (saysTheSame(first, row)) result.known++
    else refuse({ line, ok: false, column: '*', reason: AGAIN, value: row.subjectId })
    if (first === undefined && row.quality === 'disagrees') result.disagreeing++
  }
  return [...byKey.values()]
}

function saysTheSame(a: OutcomeRow, b: OutcomeRow): boolean {
  const said = ({ counts, extra, labels }: OutcomeRow) => JSON.stringify([counts, extra, labels.videoId])
  return said(a) === said(b)
}

async function put(
  ctx: Context,
  input: OutcomeImport,
  batch: OutcomeEntry[],
  runId: number | null,
  result: OutcomeResult,
  refuse: (refusal: OutcomeRefusal) => void,
): Promise<void> {
  const stored = await write(ctx, async (tx) => {
    if (runId === null) return compareOutcomes(tx, input, batch)
    await lockOutcomes(tx, ctx)
    const written = await storeOutcomes(tx, ctx, input, batch, runId)
    await refreshMoney(tx, ctx.now, written.changed)
    return written
  })
  for (const line of stored.clashes) {
    const row = batch.find((one) => one.line === line)
    refuse({ line, ok: false, column: '*', reason: AGAIN, value: row?.subjectId ?? '' })
  }
  result.inserted += stored.inserted
  result.restated += stored.restated
  result.known += batch.length - stored.inserted - stored.restated - stored.clashes.length
}

export interface Stored {
  inserted: number
  restated: number
  /** Lines that contradict a row which this very run wrote. */
  clashes: number[]
  /** For refreshMoney, once in a transaction: what is said now, and what is said no more. */
  changed: Changed
}

/** What rows are and what they carry. */
export type OutcomeShape = Pick<OutcomeImport, 'kind' | 'subject' | 'fields'>

/** To be called before outcomes are compared and written: one of a workspace at a time, or one would lose rows. */
export async function lockOutcomes(tx: Tx, ctx: Context): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('outcome'), ${ctx.workspaceId}::int)`)
}

/** A fixed number of statements, whatever the size of the batch; each subject and period is in it once. */
export async function storeOutcomes(
  tx: Tx,
  ctx: Context,
  input: OutcomeShape,
  batch: readonly OutcomeEntry[],
  runId: number,
): Promise<Stored> {
  const columns = sql.raw(Object.values(COLUMNS).join(', '))
  const [stored] = await rows<Omit<Stored, 'changed'> & { items: Record<string, number> | null }>(
    tx,
    sql`
      with ${compared(input, batch)}, added as (
        insert into outcome (source, subject, subject_id, scope_id, starts_at, ends_at, revision, grain, day,
          ${columns}, extra, labels, quality, recorded_at, run_id)
        select ${input.kind}, ${input.subject}, subject_id, scope_id, starts_at, ends_at, revision, grain, day::date,
          ${columns}, extra, labels, quality, ${ctx.now.toISOString()}::timestamptz, ${runId}::bigint
        from changed where old_run is distinct from ${runId}::bigint
        order by subject_id, scope_id, starts_at
        returning revision, starts_at, item_id
      ), item as (
        select item_id, extract(epoch from min(since)) * 1000 as since
        from (
          select item_id, starts_at as since from added
          -- Without the row other sources may count for the video that it left, on every day.
          union all
          select left_item_id, least(starts_at, v.published_at) from changed
          left join video v on v.workspace_id = current_workspace() and v.platform = 'douyin' and v.item_id = left_item_id
          where old_run is distinct from ${runId}::bigint
        ) told
        where item_id is not null group by item_id
      )
      select count(*) filter (where revision = 0)::int as inserted,
        count(*) filter (where revision > 0)::int as restated,
        (select coalesce(json_agg(line), '[]') from changed where old_run = ${runId}::bigint) as clashes,
        (select json_object_agg(item_id, since) from item) as items
      from added`,
  )
  const { items, ...counted } = stored ?? { inserted: 0, restated: 0, clashes: [], items: null }
  const changed = Object.entries(items ?? {}).map(([id, since]) => [id, new Date(since)] as const)
  return { ...counted, changed: new Map(changed) }
}

/** What `storeOutcomes` would do, read only. */
export async function compareOutcomes(
  tx: Tx,
  input: OutcomeShape,
  batch: readonly OutcomeEntry[],
): Promise<Stored> {
  const [stored] = await rows<Pick<Stored, 'inserted' | 'restated'>>(
    tx,
    sql`with ${compared(input, batch)}
      select count(*) filter (where revision = 0)::int as inserted,
        count(*) filter (where revision > 0)::int as restated from changed`,
  )
  return { inserted: 0, restated: 0, ...stored, clashes: [], changed: new Map() }
}

const COLUMNS: Record<OutcomeField, string> = {
  spend: 'spend_fen',
  gmv: 'gmv_fen',
  orders: 'orders',
  shows: 'shows',
  clicks: 'clicks',
  plays: 'plays',
  likes: 'likes',
  comments: 'comments',
  shares: 'shares',
  saves: 'saves',
  follows: 'follows',
}
/** Of a row that does not say, the one that was said before. */
const VIDEO = "coalesce(look.labels ->> 'videoId', old.labels ->> 'videoId')"

type Flat = Omit<OutcomeEntry, 'counts'> & Partial<Record<OutcomeField, number | null>>
const FIELDS = Object.keys(COLUMNS) as OutcomeField[]

/**
 * The rows that say something new, with the revision they become; what the file does not carry is taken over. Of the labels
 * the video alone is something new: whose the money is depends on it.
 */
function compared(input: OutcomeShape, batch: readonly OutcomeEntry[]): SQL {
  const flat: Flat[] = batch.map(({ counts, ...row }) => ({ ...row, ...counts }))
  const carried = new Set(input.fields)
  const bigints = Object.fromEntries(input.fields.map((field) => [field, 'bigint' as const]))
  const look = unnest<Flat>(flat, 'look', {
    line: 'int',
    subjectId: 'text',
    scopeId: 'text',
    startsAt: 'timestamptz',
    endsAt: 'timestamptz',
    grain: 'text',
    day: 'text',
    extra: 'jsonb',
    labels: 'jsonb',
    quality: 'text',
    ...bigints,
  })
  const values = FIELDS.map((field) => {
    return carried.has(field) ? `look.${field} as ${COLUMNS[field]}` : `old.${COLUMNS[field]}`
  })
  const now = FIELDS.filter((field) => carried.has(field)).map((field) => `look.${field}`)
  const then = FIELDS.filter((field) => carried.has(field)).map((field) => `old.${COLUMNS[field]}`)
  // Judged anew where the file has both sides of the sum, else what was said before stands.
  const quality = carried.has('spend') && carried.has('gmv') ? 'look.quality' : 'old.quality'
  return sql`changed as (
    select look.line, look.subject_id, look.scope_id, look.starts_at, look.ends_at, look.grain, look.day,
      ${sql.raw(values.join(', '))},
      coalesce(old.extra, '{}') || look.extra as extra,
      coalesce(old.labels, '{}') || look.labels as labels,
      ${sql.raw(quality)} as quality,
      coalesce(old.revision + 1, 0)::smallint as revision,
      old.run_id as old_run,
      case when old.item_id <> coalesce(look.labels ->> 'videoId', old.item_id) then old.item_id end as left_item_id
    from ${look}
    left join lateral (
      select o.* from outcome o
      where o.workspace_id = current_workspace() and o.source = ${input.kind} and o.subject = ${input.subject}
        and o.subject_id = look.subject_id and o.scope_id = look.scope_id
        and o.starts_at = look.starts_at and o.ends_at = look.ends_at
      order by o.revision desc limit 1
    ) old on true
    where old.revision is null
      or (${sql.raw([...now, "coalesce(old.extra, '{}') || look.extra", VIDEO].join(', '))})
        is distinct from (${sql.raw([...then, 'old.extra', "old.labels ->> 'videoId'"].join(', '))})
  )`
}
