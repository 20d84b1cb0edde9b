/** 账目: what reading sales and reports of ads shares: whose they are, how far they are read, and that it failed. */
import { eq, sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../db/client.ts'
import { subject } from '../db/tables.ts'
import type { FetchError } from '../platforms/errors.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'
import { recordAnswers } from './health.ts'

/** Refunds and settlement take days; orders of the last quarter of an hour decide nothing yet. */
const READ_EVERY = 15 * MINUTE

export interface LedgerSubject {
  id: number
  accountId: number
  /** doudian or qianchuan. */
  source: string
  externalId: string
  /** null: nothing was read yet. */
  readTo: Date | null
}

export async function ledgerSubject(ctx: Context, subjectId: number): Promise<LedgerSubject> {
  const { id, accountId, source, externalId, readTo } = subject
  const [row] = await write(ctx, (tx) =>
    tx.select({ id, accountId, source, externalId, readTo }).from(subject).where(eq(subject.id, subjectId)),
  )
  return found(row, 'subject')
}

export interface DueLedger {
  workspaceId: number
  subjectId: number
  source: string
}

/** Subjects of every workspace whose sales or reports were not read for a while. */
export async function dueLedgers({
  db,
  now,
  every = READ_EVERY,
}: {
  db: Db
  now: Date
  every?: number | undefined
}): Promise<DueLedger[]> {
  const before = new Date(now.getTime() - every).toISOString()
  const due = await rows<{ workspace_id: string; subject_id: string; source: string }>(
    db,
    sql`select workspace_id, subject_id, source from due_ledgers(${before}::timestamptz)`,
  )
  return due.map(({ workspace_id, subject_id, source }) => ({
    workspaceId: Number(workspace_id),
    subjectId: Number(subject_id),
    source,
  }))
}

/**
 * Everything that changed until then is in the rows. A run that began earlier and ends later takes nothing back. To be called
 * before refreshMoney: like flow/explore.ts, whoever locks both locks the subject and then the shards.
 */
export async function moveReadTo(tx: Tx, subjectId: number, to: Date): Promise<void> {
  await tx
    .update(subject)
    .set({ readTo: sql`greatest(${subject.readTo}, ${to.toISOString()}::timestamptz)` })
    .where(eq(subject.id, subjectId))
}

/** The same at the end of a run: everything until it began. */
export async function finishReading(tx: Tx, ctx: Context, subjectId: number): Promise<void> {
  await moveReadTo(tx, subjectId, ctx.now)
  await recordAnswers(tx, ctx.now, [{ subjectId, ok: true }])
}

/** What the platform refused stays on the subject, and is thrown on: read_to stands, and the job is tried again. */
export async function recordingFailure<T>(
  ctx: Context,
  subjectId: number,
  work: () => Promise<T>,
): Promise<T> {
  return work().catch(async (error: FetchError) => {
    if (error.name === 'FetchError') {
      await write(ctx, (tx) => recordAnswers(tx, ctx.now, [{ subjectId, ok: false, error }]))
    }
    throw error
  })
}
