import { and, eq, inArray, isNull } from 'drizzle-orm'
import { brand, element, matrix, matrixElement } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { conflictOn, found, InvalidInputError, text } from './errors.ts'

export interface CreateMatrix {
  brandId: number
  name: string
  /** Each element's kind is its axis; an axis may stay empty. */
  elementIds: number[]
}

export async function createMatrix(ctx: Context, input: CreateMatrix): Promise<number> {
  const name = text('name', input.name)
  const elementIds = [...new Set(input.elementIds)]
  if (elementIds.length === 0)
    throw new InvalidInputError('elementIds', 'a matrix needs at least one element')
  return write(ctx, async (tx) => {
    const owner = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, input.brandId))
    found(owner[0], 'brand')
    const chosen = await tx
      .select({ id: element.id })
      .from(element)
      .where(
        and(inArray(element.id, elementIds), eq(element.brandId, input.brandId), isNull(element.archivedAt)),
      )
    if (chosen.length < elementIds.length) {
      throw new InvalidInputError('elementIds', 'every element must belong to the brand and not be archived')
    }
    const made = await tx
      .insert(matrix)
      .values({ brandId: input.brandId, name, createdAt: ctx.now })
      .returning({ id: matrix.id })
    const matrixId = found(made[0], 'matrix').id
    await tx.insert(matrixElement).values(elementIds.map((elementId) => ({ matrixId, elementId })))
    return matrixId
  }).catch(conflictOn('matrix_name', `The brand already has a matrix named ${name}.`))
}
