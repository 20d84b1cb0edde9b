import { eq, sql } from 'drizzle-orm'
import { brand, programme } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, text } from './errors.ts'

const taken = (name: string) =>
  conflictOn('programme_name', `The brand already has a programme named ${name}.`)

/** 栏目: a format that a brand's audience comes back for. ConflictError: the name is taken. */
export async function createProgramme(
  ctx: Context,
  { brandId, ...input }: { brandId: number; name: string },
): Promise<number> {
  const name = text('name', input.name)
  return write(ctx, async (tx) => {
    const owner = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, brandId))
    found(owner[0], 'brand')
    const made = await tx
      .insert(programme)
      .values({ brandId, name, createdAt: ctx.now })
      .returning({ id: programme.id })
    return found(made[0], 'programme').id
  }).catch(taken(name))
}

/** ConflictError: the name is taken. */
export async function renameProgramme(
  ctx: Context,
  { programmeId, ...input }: { programmeId: number; name: string },
): Promise<number> {
  const name = text('name', input.name)
  return set(ctx, programmeId, { name }).catch(taken(name))
}

/** An archived programme takes no more videos, and keeps those it has and its name. Twice changes nothing. */
export function archiveProgramme(ctx: Context, { programmeId }: { programmeId: number }): Promise<number> {
  const archivedAt = sql`coalesce(${programme.archivedAt}, ${ctx.now.toISOString()}::timestamptz)`
  return set(ctx, programmeId, { archivedAt })
}

/** The way back. Twice changes nothing. */
export function restoreProgramme(ctx: Context, { programmeId }: { programmeId: number }): Promise<number> {
  return set(ctx, programmeId, { archivedAt: null })
}

function set(
  ctx: Context,
  programmeId: number,
  values: { name: string } | { archivedAt: ReturnType<typeof sql> | null },
): Promise<number> {
  return write(ctx, async (tx) => {
    const [changed] = await tx
      .update(programme)
      .set(values)
      .where(eq(programme.id, programmeId))
      .returning({ id: programme.id })
    return found(changed, 'programme').id
  })
}
