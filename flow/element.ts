import { isDeepStrictEqual } from 'node:util'
import { and, eq, sql } from 'drizzle-orm'
import { brand, element, elementVersion } from '../db/tables.ts'
import { type AttributeChange, changeAttributes } from '../rules/element.ts'
import type { ElementKind } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError, text } from './errors.ts'

const MOST_LINKS = 20
const MOST_NOTE = 5000

/** What a version says besides its name. Left out: as before. null: no longer said. */
interface Said {
  attributes?: AttributeChange | undefined
  note?: string | null | undefined
  /** Addresses of examples, http or https, at most 20. */
  links?: readonly string[] | null | undefined
}

export interface CreateElement extends Said {
  brandId: number
  kind: ElementKind
  name: string
}

/** Makes an element in version 1. InvalidInputError names the attribute at fault, e.g. product.priceFen. */
export async function createElement(ctx: Context, input: CreateElement): Promise<number> {
  const { brandId, kind } = input
  const name = text('name', input.name)
  const said = change(kind, NOTHING, input)
  return write(ctx, async (tx) => {
    const owner = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, brandId))
    found(owner[0], 'brand')
    const made = await tx
      .insert(element)
      .values({ brandId, kind, name, createdAt: ctx.now })
      .returning({ id: element.id })
    const elementId = found(made[0], 'element').id
    await tx.insert(elementVersion).values({ elementId, version: 1, name, ...said, createdAt: ctx.now })
    return elementId
  })
}

export interface ReviseElement extends Said {
  elementId: number
  name?: string | undefined
}

/**
 * An edit makes a new version, unless it changes nothing; videos published before keep the one that they were made with.
 * ConflictError: the element is archived.
 */
export async function reviseElement(ctx: Context, input: ReviseElement): Promise<number> {
  const name = input.name === undefined ? undefined : text('name', input.name)
  return write(ctx, async (tx) => {
    const [held] = await tx.select().from(element).where(eq(element.id, input.elementId)).for('no key update')
    const { id: elementId, kind, version, archivedAt, ...was } = found(held, 'element')
    if (archivedAt) throw new ConflictError('The element is archived: restore it before it is edited.')
    const [row] = await tx
      .select({
        attributes: elementVersion.attributes,
        note: elementVersion.note,
        links: elementVersion.links,
      })
      .from(elementVersion)
      .where(and(eq(elementVersion.elementId, elementId), eq(elementVersion.version, version)))
    const before = row ?? NOTHING
    const said = change(kind, before, input)
    const next = { version: version + 1, name: name ?? was.name }
    if (next.name === was.name && isDeepStrictEqual(said, before)) return elementId
    await tx.update(element).set(next).where(eq(element.id, elementId))
    await tx.insert(elementVersion).values({ elementId, ...next, ...said, createdAt: ctx.now })
    return elementId
  })
}

/**
 * An archived element can be neither planned nor chosen; what was made with it keeps it. Pairs stay: what requires
 * it cannot be planned until the pair is lifted. Saying it twice changes nothing.
 */
export function archiveElement(ctx: Context, { elementId }: { elementId: number }): Promise<number> {
  const at = sql`coalesce(${element.archivedAt}, ${ctx.now.toISOString()}::timestamptz)`
  return setArchived(ctx, elementId, at)
}

/** The way back; saying it twice changes nothing. */
export function restoreElement(ctx: Context, { elementId }: { elementId: number }): Promise<number> {
  return setArchived(ctx, elementId, null)
}

function setArchived(ctx: Context, elementId: number, archivedAt: null | ReturnType<typeof sql>) {
  return write(ctx, async (tx) => {
    const [changed] = await tx
      .update(element)
      .set({ archivedAt })
      .where(eq(element.id, elementId))
      .returning({ id: element.id })
    return found(changed, 'element').id
  })
}

interface Contents {
  attributes: Record<string, unknown>
  note: string | null
  links: string[]
}
const NOTHING: Contents = { attributes: {}, note: null, links: [] }

function change(kind: ElementKind, before: Contents, said: Said): Contents {
  const changed = changeAttributes(kind, before.attributes, said.attributes ?? {})
  if (!changed.ok) throw new InvalidInputError(changed.field, changed.message)
  const { note, links } = said
  return {
    attributes: changed.attributes,
    note: note === undefined ? before.note : note === null ? null : text('note', note, MOST_NOTE),
    links: links === undefined ? before.links : checkLinks(links ?? []),
  }
}

function checkLinks(links: readonly string[]): string[] {
  if (links.length > MOST_LINKS) {
    throw new InvalidInputError('links', `links holds more than ${MOST_LINKS} addresses`)
  }
  return links.map((link) => {
    const trimmed = text('links', link, 2000)
    if (/^https?:\/\/\S+$/.test(trimmed) && URL.canParse(trimmed)) return trimmed
    throw new InvalidInputError('links', `links must be http or https addresses, and ${trimmed} is none`)
  })
}
