/** New collaborations: one by hand, or many that repeat a breakout. */
import { and, eq, inArray } from 'drizzle-orm'
import { among } from '../db/among.ts'
import type { Tx } from '../db/client.ts'
import { loadOrigin } from '../db/queries/rollout.ts'
import { collaboration, collaborationStep, kol } from '../db/tables.ts'
import { nextStep, OPEN_STATES } from '../rules/collaboration.ts'
import type { PlaybookStep, PriceBand } from '../rules/types.ts'
import { isDay } from '../rules/zone.ts'
import { cellsOf, type Place, placeCheck } from './cell.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError, text } from './errors.ts'
import { linkCheck } from './plan-links.ts'

/** What is agreed; left out: not said. */
export interface Terms {
  /** 分; 0 is 置换. */
  priceFen?: number | undefined
  /** The 报价 that the price is of. */
  band?: PriceBand | undefined
  /** 佣金: of the sales it brings, in 1/10,000. */
  commissionBp?: number | undefined
  /** Up to 2,000 characters. */
  deliverables?: string | undefined
  /** Business day. */
  dueOn?: string | undefined
}

/** The terms, checked; `at` is the path of where they stand. */
export function checkTerms({ priceFen, band, commissionBp, deliverables, dueOn }: Terms, at = ''): Terms {
  whole(`${at}priceFen`, priceFen, Number.MAX_SAFE_INTEGER)
  whole(`${at}commissionBp`, commissionBp, 10_000)
  if (dueOn !== undefined && !isDay(dueOn)) {
    throw new InvalidInputError(`${at}dueOn`, `${at}dueOn must be a day of the calendar as YYYY-MM-DD`)
  }
  const work = deliverables === undefined ? undefined : text(`${at}deliverables`, deliverables, 2000)
  return { priceFen, band, commissionBp, deliverables: work, dueOn }
}

function whole(field: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 0 && value <= most)) return
  throw new InvalidInputError(field, `${field} must be a whole number of 0 to ${most}`)
}

export interface ProposeCollaboration extends Place, Terms {
  kolId: number
  phaseId?: number | undefined
  /** Left out: the step after that of the origin; without an origin TEST. */
  step?: PlaybookStep | undefined
  /** The breakout that it repeats; it must have fired, and be of the same brand. */
  originBreakoutId?: number | undefined
  note?: string | undefined
}

/**
 * Proposes that a KOL makes a video in a cell; the cell's row is made where it is the first to use it.
 * ConflictError: the KOL is at work on the cell already, or the origin has not fired.
 */
export async function proposeCollaboration(ctx: Context, input: ProposeCollaboration): Promise<number> {
  const { kolId, phaseId, originBreakoutId } = input
  const terms = checkTerms(input)
  const note = input.note === undefined ? null : text('note', input.note, 1000)
  return write(ctx, async (tx) => {
    const place = (await placeCheck(tx, [input]))(input)
    const linked = await linkCheck(tx, [{ kolId, phaseId }])
    linked(place.brandId, { kolId, phaseId })
    const origin = originBreakoutId === undefined ? null : await originOf(tx, originBreakoutId)
    if (origin && origin.brandId !== place.brandId) {
      throw new InvalidInputError('originBreakoutId', 'the breakout is of another brand')
    }
    const [cellId] = await cellsOf(tx, [place])
    const proposal = {
      ...terms,
      brandId: place.brandId,
      cellId: cellId as number,
      kolId,
      phaseId,
      step: input.step ?? (origin ? nextStep(origin.step) : 'TEST'),
      originBreakoutId,
      originId: origin?.collaborationId,
    }
    const [id] = await insertProposals(tx, ctx.now, [proposal], note)
    return id as number
  })
}

/** The video of a breakout that fired, and what it came of. */
export async function originOf(db: Pick<Tx, 'execute'>, breakoutId: number) {
  const origin = found(await loadOrigin(db, breakoutId), 'breakout')
  if (!origin.fired) throw new ConflictError('The breakout has not fired: there is nothing to repeat yet.')
  return origin
}

export type Proposal = Pick<typeof collaboration.$inferInsert, 'brandId' | 'cellId' | 'kolId' | 'step'> &
  Partial<typeof collaboration.$inferInsert>

/** Inserts them as PROPOSED with their first step; answers their ids in order. Refuses a KOL who is at work on the cell. */
export async function insertProposals(
  tx: Tx,
  now: Date,
  proposals: readonly Proposal[],
  note: string | null,
): Promise<number[]> {
  if (proposals.length === 0) return []
  const kolIds = proposals.map(({ kolId }) => kolId)
  // Held, so that two who propose the same KOL at once take turns.
  await tx.select({ id: kol.id }).from(kol).where(among(kol.id, kolIds)).orderBy(kol.id).for('no key update')
  const working = await tx
    .select({ kolId: collaboration.kolId, cellId: collaboration.cellId, name: kol.name })
    .from(collaboration)
    .innerJoin(kol, and(eq(kol.workspaceId, collaboration.workspaceId), eq(kol.id, collaboration.kolId)))
    .where(and(among(collaboration.kolId, kolIds), inArray(collaboration.state, [...OPEN_STATES])))
  for (const { kolId, cellId } of proposals) {
    const busy = working.find((one) => one.kolId === kolId && one.cellId === cellId)
    if (busy) throw new ConflictError(`${busy.name} has an open collaboration on this cell already.`)
  }
  const made = await tx
    .insert(collaboration)
    .values(proposals.map((proposal) => ({ ...proposal, state: 'PROPOSED' as const, createdAt: now })))
    .returning({ id: collaboration.id })
  // Numbers are given in the order of the values; what comes back need not be.
  const ids = made.map(({ id }) => id).sort((a, b) => a - b)
  const first = { seq: 1, state: 'PROPOSED' as const, note, createdAt: now }
  await tx.insert(collaborationStep).values(ids.map((collaborationId) => ({ ...first, collaborationId })))
  return ids
}
