import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { occasion } from '../db/tables.ts'
import { OCCASIONS, occasionProblems } from '../rules/occasion.ts'
import { type Context, write } from './context.ts'
import { ConflictError, conflictOn, fitting, found, text } from './errors.ts'

/** Gives a new workspace the activities of the shipped years. */
export async function seedOccasions(tx: Tx, now: Date): Promise<void> {
  await tx.insert(occasion).values(OCCASIONS.map((shipped) => ({ ...shipped, createdAt: now })))
}

export interface CreateOccasion {
  name: string
  /** Business days, first and last. */
  startsOn: string
  endsOn: string
  /** Moves with the lunar calendar; a label only. */
  lunar: boolean
}

/** An archived one of that name and day comes back. ConflictError: it is there. */
export async function createOccasion(ctx: Context, input: CreateOccasion): Promise<number> {
  const { startsOn, endsOn, lunar } = input
  const name = text('name', input.name)
  fitting(occasionProblems(input))
  return write(ctx, async (tx) => {
    const [made] = await tx
      .insert(occasion)
      .values({ name, startsOn, endsOn, lunar, createdAt: ctx.now })
      .onConflictDoUpdate({
        target: [occasion.workspaceId, occasion.name, occasion.startsOn],
        set: { endsOn, lunar, archivedAt: null },
        setWhere: isNotNull(occasion.archivedAt),
      })
      .returning({ id: occasion.id })
    if (!made) throw new ConflictError(TAKEN)
    return made.id
  })
}

export interface ReviseOccasion {
  occasionId: number
  name?: string | undefined
  startsOn?: string | undefined
  endsOn?: string | undefined
  lunar?: boolean | undefined
}

/** What is left out stays as it is. Campaigns that took their days from it keep theirs. */
export async function reviseOccasion(ctx: Context, input: ReviseOccasion): Promise<number> {
  const { occasionId, startsOn, endsOn, lunar } = input
  const name = input.name === undefined ? undefined : text('name', input.name)
  return write(ctx, async (tx) => {
    const which = and(eq(occasion.id, occasionId), isNull(occasion.archivedAt))
    const [before] = await tx.select().from(occasion).where(which).for('update')
    const old = found(before, 'occasion')
    const next = {
      name: name ?? old.name,
      startsOn: startsOn ?? old.startsOn,
      endsOn: endsOn ?? old.endsOn,
      lunar: lunar ?? old.lunar,
    }
    fitting(occasionProblems(next))
    await tx.update(occasion).set(next).where(which)
    return occasionId
  }).catch(conflictOn('occasion_name', TAKEN))
}

/** Takes it off the calendar; it cannot be revised any more. Saying it twice changes nothing. */
export async function archiveOccasion(ctx: Context, input: { occasionId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const which = eq(occasion.id, input.occasionId)
    await tx
      .update(occasion)
      .set({ archivedAt: ctx.now })
      .where(and(which, isNull(occasion.archivedAt)))
    const [there] = await tx.select({ id: occasion.id }).from(occasion).where(which)
    return found(there, 'occasion').id
  })
}

const TAKEN = 'An activity of that name that begins on that day is already there.'
