import { and, eq, isNull, sql } from 'drizzle-orm'
import { brand, element, elementVersion } from '../db/tables.ts'
import type { ElementKind } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found, text } from './errors.ts'

export interface CreateElement {
  brandId: number
  kind: ElementKind
  name: string
  attributes: Record<string, unknown>
}

export async function createElement(ctx: Context, input: CreateElement): Promise<number> {
  const name = text('name', input.name)
  return write(ctx, async (tx) => {
    const owner = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, input.brandId))
    found(owner[0], 'brand')
    const made = await tx
      .insert(element)
      .values({ brandId: input.brandId, kind: input.kind, name, createdAt: ctx.now })
      .returning({ id: element.id })
    const elementId = found(made[0], 'element').id
    await tx
      .insert(elementVersion)
      .values({ elementId, version: 1, name, attributes: input.attributes, createdAt: ctx.now })
    return elementId
  })
}

export interface ReviseElement {
  elementId: number
  name?: string | undefined
  attributes?: Record<string, unknown> | undefined
}

/** An edit makes a new version; videos published before keep the one that they were made with. */
export async function reviseElement(ctx: Context, input: ReviseElement): Promise<number> {
  const name = input.name === undefined ? undefined : text('name', input.name)
  return write(ctx, async (tx) => {
    const [raised] = await tx
      .update(element)
      .set({ version: sql`${element.version} + 1`, ...(name !== undefined && { name }) })
      .where(and(eq(element.id, input.elementId), isNull(element.archivedAt)))
      .returning()
    const now = found(raised, 'element')
    const [before] = await tx
      .select({ attributes: elementVersion.attributes })
      .from(elementVersion)
      .where(and(eq(elementVersion.elementId, now.id), eq(elementVersion.version, now.version - 1)))
    const attributes = input.attributes ?? before?.attributes ?? {}
    await tx
      .insert(elementVersion)
      .values({ elementId: now.id, version: now.version, name: now.name, attributes, createdAt: ctx.now })
    return now.id
  })
}
