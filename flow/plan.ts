import { and, eq, inArray, isNull, type SQL } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { cell, element, kol, matrix, matrixElement, video } from '../db/tables.ts'
import type { ElementKind, Purpose } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found, InvalidInputError, text } from './errors.ts'

export interface PlanVideo {
  matrixId: number
  /** The cell: at most one element of each kind, all of the matrix. */
  elementIds: number[]
  kolId?: number | undefined
  purpose: Purpose
  title: string
  plannedFor?: Date | undefined
}

/** Plans a video in a cell; the cell's row is made by its first video. */
export async function planVideo(ctx: Context, input: PlanVideo): Promise<number> {
  const title = text('title', input.title)
  return write(ctx, async (tx) => {
    const [home] = await tx.select().from(matrix).where(eq(matrix.id, input.matrixId))
    const { brandId } = found(home, 'matrix')
    if (input.kolId !== undefined) {
      const [who] = await tx.select({ id: kol.id }).from(kol).where(eq(kol.id, input.kolId))
      found(who, 'kol')
    }
    const cellId = await cellOf(tx, input)
    const { purpose, kolId, plannedFor } = input
    const made = await tx
      .insert(video)
      .values({ brandId, cellId, kolId, purpose, title, stage: 'PLANNED', plannedFor, createdAt: ctx.now })
      .returning({ id: video.id })
    return found(made[0], 'video').id
  })
}

const AXES = { PERSONA: 'personaId', PRODUCT: 'productId', SCENE: 'sceneId', NEED: 'needId' } as const

async function cellOf(tx: Tx, { matrixId, elementIds }: PlanVideo): Promise<number> {
  const chosen = await tx
    .select({ id: element.id, kind: element.kind })
    .from(matrixElement)
    .innerJoin(
      element,
      and(eq(element.workspaceId, matrixElement.workspaceId), eq(element.id, matrixElement.elementId)),
    )
    .where(
      and(
        eq(matrixElement.matrixId, matrixId),
        inArray(element.id, [...elementIds, -1]),
        isNull(element.archivedAt),
      ),
    )
  if (chosen.length < new Set(elementIds).size) {
    throw new InvalidInputError(
      'elementIds',
      'every element must be chosen in the matrix and not be archived',
    )
  }
  const byKind = new Map<ElementKind, number>(chosen.map(({ id, kind }) => [kind, id]))
  if (byKind.size < chosen.length) {
    throw new InvalidInputError('elementIds', 'a cell has at most one persona, product, scene and need')
  }
  if (byKind.size === 0) throw new InvalidInputError('elementIds', 'a cell needs at least one element')
  const key = Object.fromEntries(
    Object.entries(AXES).map(([kind, axis]) => [axis, byKind.get(kind as ElementKind) ?? null]),
  )
  const made = await tx
    .insert(cell)
    .values({ matrixId, ...key })
    .onConflictDoNothing()
    .returning({ id: cell.id })
  if (made[0]) return made[0].id
  const same = Object.values(AXES).map((axis): SQL => {
    const id = key[axis]
    return id == null ? isNull(cell[axis]) : eq(cell[axis], id)
  })
  const [known] = await tx
    .select({ id: cell.id })
    .from(cell)
    .where(and(eq(cell.matrixId, matrixId), ...same))
  return found(known, 'cell').id
}
