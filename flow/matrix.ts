import { and, eq, inArray, isNull } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { brand, element, matrix, matrixElement } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, InvalidInputError, text } from './errors.ts'

const taken = (name: string) => conflictOn('matrix_name', `The brand already has a matrix named ${name}.`)

export interface CreateMatrix {
  brandId: number
  name: string
  /** Each element's kind is its axis; an axis may stay empty. */
  elementIds: number[]
}

/** Makes a matrix; its cells are made by the videos planned in them, so that empty ones cost nothing. */
export async function createMatrix(ctx: Context, input: CreateMatrix): Promise<number> {
  const name = text('name', input.name)
  const elementIds = [...new Set(input.elementIds)]
  if (elementIds.length === 0)
    throw new InvalidInputError('elementIds', 'a matrix needs at least one element')
  return write(ctx, async (tx) => {
    const owner = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, input.brandId))
    found(owner[0], 'brand')
    await checkChoice(tx, input.brandId, 'elementIds', elementIds)
    const made = await tx
      .insert(matrix)
      .values({ brandId: input.brandId, name, createdAt: ctx.now })
      .returning({ id: matrix.id })
    const matrixId = found(made[0], 'matrix').id
    await tx.insert(matrixElement).values(elementIds.map((elementId) => ({ matrixId, elementId })))
    return matrixId
  }).catch(taken(name))
}

export interface ReviseMatrix {
  matrixId: number
  name?: string | undefined
  addElementIds?: number[] | undefined
  removeElementIds?: number[] | undefined
}

/**
 * Renames a matrix, adds elements to its axes and takes some off. Cells that hold a removed element stay with their
 * videos; nothing more can be planned in them. Adding what is there and removing what is not changes nothing.
 */
export async function reviseMatrix(ctx: Context, input: ReviseMatrix): Promise<number> {
  const name = input.name === undefined ? undefined : text('name', input.name)
  const { matrixId } = input
  const added = [...new Set(input.addElementIds)]
  const removed = [...new Set(input.removeElementIds)]
  if (added.some((id) => removed.includes(id))) {
    throw new InvalidInputError('removeElementIds', 'an element cannot be added and removed at once')
  }
  return write(ctx, async (tx) => {
    // Held until the end: two edits at once could else take the last element each.
    const [home] = await tx.select().from(matrix).where(eq(matrix.id, matrixId)).for('no key update')
    const { brandId } = found(home, 'matrix')
    if (name !== undefined) await tx.update(matrix).set({ name }).where(eq(matrix.id, matrixId))
    if (added.length > 0) {
      await checkChoice(tx, brandId, 'addElementIds', added)
      const choices = added.map((elementId) => ({ matrixId, elementId }))
      await tx.insert(matrixElement).values(choices).onConflictDoNothing()
    }
    if (removed.length > 0) await remove(tx, matrixId, removed)
    return matrixId
  }).catch(taken(name ?? ''))
}

async function remove(tx: Tx, matrixId: number, elementIds: number[]): Promise<void> {
  await tx
    .delete(matrixElement)
    .where(and(eq(matrixElement.matrixId, matrixId), inArray(matrixElement.elementId, elementIds)))
  const left = await tx
    .select({ id: matrixElement.elementId })
    .from(matrixElement)
    .where(eq(matrixElement.matrixId, matrixId))
    .limit(1)
  if (left.length === 0)
    throw new InvalidInputError('removeElementIds', 'a matrix needs at least one element')
}

async function checkChoice(tx: Tx, brandId: number, field: string, elementIds: number[]): Promise<void> {
  const chosen = await tx
    .select({ id: element.id })
    .from(element)
    .where(and(inArray(element.id, elementIds), eq(element.brandId, brandId), isNull(element.archivedAt)))
  if (chosen.length < elementIds.length) {
    throw new InvalidInputError(field, 'every element must belong to the brand and not be archived')
  }
}
