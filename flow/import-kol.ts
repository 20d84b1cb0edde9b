/**
 * Takes a list of 达人 into the pool, batch by batch, each batch in one transaction with a fixed number of statements.
 * Followers and prices become history with the instant at which they were seen; what a KOL is called and where it lives
 * is what its newest list says. The same list again changes nothing; one that died half-way is finished by importing it
 * again. A dry run does the same and takes it back.
 */
import { and, eq } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { importRun } from '../db/tables.ts'
import type { KolLine, KolRow } from '../platforms/exports/kol-row.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'
import { type ListedRow, type PoolChanges, storeKols } from './kol-pool.ts'
import { retier } from './tier.ts'

const BATCH = 5000

export type KolRefusal = Extract<KolLine, { ok: false }>

export interface KolImport {
  /** Shown in the run's record. */
  file: string
  /** The same for the same bytes read the same way. */
  fingerprint: string
  /** Batches in file order. */
  items: AsyncIterable<KolLine[]>
  /** Rows that are no data, such as totals, so far. */
  skipped: () => number
  dryRun: boolean
  onRefused: (refusal: KolRefusal) => void
  onProgress: (soFar: KolImportResult) => void
}

export interface KolImportResult extends PoolChanges {
  rows: number
  refused: number
  skipped: number
  /** When this very file was imported before; nothing else happened then. */
  before: Date | null
}

export async function importKols(ctx: Context, input: KolImport): Promise<KolImportResult> {
  const result: KolImportResult = {
    rows: 0,
    created: 0,
    revised: 0,
    looks: 0,
    prices: 0,
    refused: 0,
    skipped: 0,
    before: null,
  }
  const earlier = await earlierRuns(ctx, input.fingerprint)
  result.before = earlier.find(({ state }) => state === 'DONE')?.finishedAt ?? null
  if (result.before) return result
  if (input.dryRun) return rehearse(ctx, input, result)
  // What a run that died wrote for rows without an instant stands at its own: so do the rest of them.
  const at = earlier[0]?.startedAt ?? ctx.now
  const runId = await begin(ctx, input, at)
  for await (const batch of gather(input.items)) {
    await take(ctx, input, result, batch, at, (listed) => write(ctx, (tx) => storeKols(tx, ctx, listed)))
  }
  await write(ctx, (tx) => retier(tx, ctx.now))
  await finish(ctx, runId, result)
  return result
}

class TakenBack extends Error {}

async function rehearse(ctx: Context, input: KolImport, result: KolImportResult): Promise<KolImportResult> {
  const all = async (tx: Tx) => {
    for await (const batch of gather(input.items)) {
      await take(ctx, input, result, batch, ctx.now, (listed) => storeKols(tx, ctx, listed))
    }
    throw new TakenBack()
  }
  await write(ctx, all).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error
  })
  return result
}

type Store = (listed: ListedRow[]) => Promise<PoolChanges & { refused: { line: number; reason: string }[] }>

async function take(
  ctx: Context,
  input: KolImport,
  result: KolImportResult,
  batch: KolLine[],
  at: Date,
  store: Store,
): Promise<void> {
  const listed: ListedRow[] = []
  const names = new Map<number, string>()
  const refuse = (refusal: KolRefusal) => {
    result.refused++
    input.onRefused(refusal)
  }
  const whole = (line: number, reason: string, value: string): KolRefusal => {
    return { line, ok: false, column: '*', reason, value }
  }
  for (const item of batch) {
    result.rows++
    if (!item.ok) {
      refuse(item)
      continue
    }
    const { line, row } = item
    const observedAt = row.observedAt ?? at.getTime()
    if (observedAt > ctx.now.getTime()) {
      refuse(whole(line, `seen at ${new Date(observedAt).toISOString()}, which lies in the future`, row.name))
      continue
    }
    names.set(line, row.name)
    listed.push({ line, ...flat(row), observedAt })
  }
  const stored = await store(listed)
  for (const { line, reason } of stored.refused) refuse(whole(line, reason, names.get(line) ?? ''))
  for (const count of ['created', 'revised', 'looks', 'prices'] as const) result[count] += stored[count]
  result.skipped = input.skipped()
  input.onProgress(result)
}

function flat({ priceUpTo20s, priceFrom21To60s, priceOver60s, ...row }: KolRow) {
  const prices = {
    UP_TO_20S: priceUpTo20s,
    FROM_21_TO_60S: priceFrom21To60s,
    OVER_60S: priceOver60s,
  }
  return { ...row, prices }
}

/** Files come in pieces of any size; each batch costs the same few statements. */
async function* gather(pieces: AsyncIterable<KolLine[]>): AsyncGenerator<KolLine[]> {
  let gathered: KolLine[] = []
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

function earlierRuns(ctx: Context, fingerprint: string) {
  return write(ctx, (tx) =>
    tx
      .select()
      .from(importRun)
      .where(and(eq(importRun.fingerprint, fingerprint), eq(importRun.kind, 'kol')))
      .orderBy(importRun.id),
  )
}

async function begin(ctx: Context, { file, fingerprint }: KolImport, startedAt: Date): Promise<number> {
  const started = { file, fingerprint, kind: 'kol', state: 'RUNNING' as const, startedAt }
  const [run] = await write(ctx, (tx) => tx.insert(importRun).values(started).returning({ id: importRun.id }))
  return found(run, 'import').id
}

async function finish(ctx: Context, runId: number, result: KolImportResult): Promise<void> {
  const { rows, created: inserted, revised: restated, refused, skipped } = result
  const done = { state: 'DONE' as const, rows, inserted, restated, refused, skipped, finishedAt: ctx.now }
  await write(ctx, (tx) => tx.update(importRun).set(done).where(eq(importRun.id, runId)))
}
