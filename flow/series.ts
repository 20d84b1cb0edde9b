import { eq, sql } from 'drizzle-orm'
import { brand, series } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, text } from './errors.ts'

const taken = (name: string) => conflictOn('series_name', `The brand already has a series named ${name}.`)

/** 栏目: a format that a brand's audience comes back for. ConflictError: the name is taken. */
export async function createSeries(
  ctx: Context,
  { brandId, ...input }: { brandId: number; name: string },
): Promise<number> {
  const name = text('name', input.name)
  return write(ctx, async (tx) => {
    const owner = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, brandId))
    found(owner[0], 'brand')
    const made = await tx
      .insert(series)
      .values({ brandId, name, createdAt: ctx.now })
      .returning({ id: series.id })
    return found(made[0], 'series').id
  }).catch(taken(name))
}

/** ConflictError: the name is taken. */
export async function renameSeries(
  ctx: Context,
  { seriesId, ...input }: { seriesId: number; name: string },
): Promise<number> {
  const name = text('name', input.name)
  return set(ctx, seriesId, { name }).catch(taken(name))
}

/** An archived series takes no more videos, and keeps those it has and its name. Twice changes nothing. */
export function archiveSeries(ctx: Context, { seriesId }: { seriesId: number }): Promise<number> {
  const archivedAt = sql`coalesce(${series.archivedAt}, ${ctx.now.toISOString()}::timestamptz)`
  return set(ctx, seriesId, { archivedAt })
}

/** The way back. Twice changes nothing. */
export function restoreSeries(ctx: Context, { seriesId }: { seriesId: number }): Promise<number> {
  return set(ctx, seriesId, { archivedAt: null })
}

function set(
  ctx: Context,
  seriesId: number,
  values: { name: string } | { archivedAt: ReturnType<typeof sql> | null },
): Promise<number> {
  return write(ctx, async (tx) => {
    const [changed] = await tx
      .update(series)
      .set(values)
      .where(eq(series.id, seriesId))
      .returning({ id: series.id })
    return found(changed, 'series').id
  })
}
