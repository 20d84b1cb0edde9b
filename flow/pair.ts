import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { brand, element, pair } from '../db/tables.ts'
import { contradiction, type PairKind } from '../rules/pair.ts'
import { type Context, write } from './context.ts'
import { ConflictError, conflictOn, found, InvalidInputError, text } from './errors.ts'

export interface CreatePair {
  /** FORBIDDEN: the two never meet in a cell. REQUIRED: a cell with the element has the other one. */
  kind: PairKind
  elementId: number
  otherId: number
  reason: string
}

/**
 * Makes two elements of one brand and of different kinds a pair; videos that are planned by then stay as they are.
 * ConflictError: the pair is there, or together with others it leaves an element no cell at all.
 */
export async function createPair(ctx: Context, input: CreatePair): Promise<number> {
  const { kind } = input
  const reason = text('reason', input.reason, 500)
  // Forbidden goes both ways: in one order, so that the other way round is known to be there.
  const turned = kind === 'FORBIDDEN' && input.elementId > input.otherId
  const [elementId, otherId] = turned ? [input.otherId, input.elementId] : [input.elementId, input.otherId]
  return write(ctx, async (tx) => {
    const brandId = await brandOf(tx, input)
    // One at a time in a brand: two that contradict each other would not see each other.
    await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, brandId)).for('no key update')
    await refuseContradiction(tx, brandId, { kind, elementId, otherId, reason })
    const made = await tx
      .insert(pair)
      .values({ brandId, kind, elementId, otherId, reason, createdAt: ctx.now })
      .returning({ id: pair.id })
    return found(made[0], 'pair').id
  }).catch(conflictOn('pair_elements', 'The two elements are such a pair already.'))
}

/** Lifts a pair; it stays to be read. Saying it twice changes nothing. */
export async function liftPair(ctx: Context, { pairId }: { pairId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const [lifted] = await tx
      .update(pair)
      .set({ liftedAt: sql`coalesce(${pair.liftedAt}, ${ctx.now.toISOString()}::timestamptz)` })
      .where(eq(pair.id, pairId))
      .returning({ id: pair.id })
    return found(lifted, 'pair').id
  })
}

async function brandOf(tx: Tx, { elementId, otherId }: CreatePair): Promise<number> {
  const both = await tx
    .select({ id: element.id, brandId: element.brandId, kind: element.kind })
    .from(element)
    .where(inArray(element.id, [elementId, otherId]))
  const one = found(
    both.find(({ id }) => id === elementId),
    'element',
  )
  const other = found(
    both.find(({ id }) => id === otherId),
    'element',
  )
  if (one.brandId !== other.brandId) {
    throw new InvalidInputError('otherId', 'the elements of a pair must be of one brand')
  }
  if (one.kind === other.kind) {
    throw new InvalidInputError('otherId', 'the elements of a pair must be of different kinds')
  }
  return one.brandId
}

async function refuseContradiction(tx: Tx, brandId: number, added: CreatePair): Promise<void> {
  const there = await tx
    .select({ kind: pair.kind, elementId: pair.elementId, otherId: pair.otherId, reason: pair.reason })
    .from(pair)
    .where(and(eq(pair.brandId, brandId), isNull(pair.liftedAt)))
  const pairs = [...there, added]
  const kinds = await tx
    .select({ id: element.id, kind: element.kind })
    .from(element)
    .where(inArray(element.id, [...new Set(pairs.flatMap(({ elementId, otherId }) => [elementId, otherId]))]))
  const kindOf = new Map(kinds.map(({ id, kind }) => [id, kind]))
  const clash = contradiction(pairs, (id) => kindOf.get(id))
  if (!clash) return
  const others = clash.filter((one) => one !== added).map(({ reason }) => reason)
  const against = others.length > 0 ? `, against: ${others.join('; ')}` : ''
  throw new ConflictError(`With this pair an element could be in no cell at all${against}.`)
}
