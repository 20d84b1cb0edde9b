/** Reads from a platform what an account may look at, and stores it: once a day, and when it is connected. */
import { and, eq, isNull, notInArray } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { account, reach, subject } from '../db/tables.ts'
import type { Directory, Found } from '../platforms/directory.ts'
import { DAY, MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { fetchError, found } from './errors.ts'
import { chooseSources } from './subject.ts'

/** Bindings change by hand, rarely. */
export const EXPLORE_EVERY = DAY
/** After a failure. */
const AGAIN = 10 * MINUTE

export interface Explore {
  accountId: number
  directoryOf: (platform: string) => Directory
}

export async function explore(ctx: Context, { accountId, directoryOf }: Explore): Promise<void> {
  const [row] = await write(ctx, (tx) => tx.select().from(account).where(eq(account.id, accountId)))
  const directory = directoryOf(found(row, 'account').platform)
  const answer = await ask(directory)
  await write(ctx, async (tx) => {
    if (!answer.ok) {
      const exploredAt = new Date(ctx.now.getTime() - EXPLORE_EVERY + AGAIN)
      const { message: lastError } = answer.error
      const failed = { exploredAt, lastError, lastErrorAt: ctx.now }
      await tx.update(account).set(failed).where(eq(account.id, accountId))
      return
    }
    if (answer.found) await storeSubjects(tx, ctx.now, accountId, answer.found)
    const explored = { exploredAt: ctx.now, lastError: null, lastErrorAt: null }
    await tx.update(account).set(explored).where(eq(account.id, accountId))
  })
}

async function ask(directory: Directory) {
  try {
    return { ok: true as const, found: await directory.subjects() }
  } catch (error) {
    return { ok: false as const, error: fetchError(error) }
  }
}

/** A subject that the platform no longer names is lost, not deleted; it may come back. */
export async function storeSubjects(
  tx: Tx,
  now: Date,
  accountId: number,
  { subjects, complete }: Found,
): Promise<void> {
  const ids: number[] = []
  for (const { source, externalId, name, kolAccountIds } of subjects) {
    const [stored] = await tx
      .insert(subject)
      .values({ accountId, source, externalId, name, createdAt: now })
      .onConflictDoUpdate({
        target: [subject.workspaceId, subject.accountId, subject.source, subject.externalId],
        set: { name, lostAt: null },
      })
      .returning({ id: subject.id })
    const { id } = found(stored, 'subject')
    ids.push(id)
    await tx
      .delete(reach)
      .where(and(eq(reach.subjectId, id), notInArray(reach.kolAccountId, [...kolAccountIds, ''])))
    if (kolAccountIds.length === 0) continue
    await tx
      .insert(reach)
      .values(kolAccountIds.map((kolAccountId) => ({ subjectId: id, kolAccountId })))
      .onConflictDoNothing()
  }
  const others = and(
    eq(subject.accountId, accountId),
    isNull(subject.lostAt),
    notInArray(subject.id, [...ids, -1]),
  )
  if (complete) await tx.update(subject).set({ lostAt: now }).where(others)
  await chooseSources(tx, now)
}
