/** 三步走 after a breakout: who to ask next, and asking them. */
import { eq } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { loadLineages } from '../db/queries/lineage.ts'
import { loadCandidates } from '../db/queries/rollout.ts'
import { breakout, collaboration } from '../db/tables.ts'
import { nextStep, OPEN_STATES } from '../rules/collaboration.ts'
import { AGES } from '../rules/curve.ts'
import * as rules from '../rules/rollout.ts'
import { DAY, type PlaybookStep, type PriceBand } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found, InvalidInputError } from './errors.ts'
import { linkCheck } from './plan-links.ts'
import { checkTerms, insertProposals, originOf, type Proposal, type Terms } from './propose-collaboration.ts'

export interface ProposeRollout {
  breakoutId: number
  /** 分. */
  budgetFen: number
  /** Left out: the step after that of the video that broke out. */
  step?: PlaybookStep | undefined
  /** The 报价 that is asked for; left out: 21-60s. */
  band?: PriceBand | undefined
}
export interface ProposedRollout extends rules.Rollout {
  step: PlaybookStep
  band: PriceBand
}

/** Place of the 7-day plays in a curve, as SQL counts. */
const WEEK = AGES.indexOf(7 * DAY) + 1

/**
 * Who of the step's tiers to ask to make the breakout again, within the budget; reads only. ConflictError: it has not
 * fired. InvalidInputError: the video lies in no cell, or the budget is no whole number of 分.
 */
export async function proposeRollout(
  db: Pick<Tx, 'execute'>,
  now: Date,
  { breakoutId, budgetFen, step: wanted, band = 'FROM_21_TO_60S' }: ProposeRollout,
): Promise<ProposedRollout> {
  if (!Number.isSafeInteger(budgetFen) || budgetFen < 0) {
    throw new InvalidInputError('budgetFen', 'budgetFen must be a whole number of 分, 0 or more')
  }
  const origin = await originOf(db, breakoutId)
  const step = wanted ?? nextStep(origin.step)
  const candidates = await loadCandidates(db, {
    tiers: rules.STEP_TIERS[step],
    cellId: cellOf(origin),
    band,
    now,
    age: WEEK,
    openStates: OPEN_STATES,
  })
  const lineage = await loadLineages(db, 'BREAKOUT', [breakoutId])
  const taken = new Set(lineage.map(({ kol_id }) => Number(kol_id)))
  const pool = candidates.map((candidate) => ({ ...candidate, taken: taken.has(candidate.kolId) }))
  const { vertical } = origin
  return { step, band, ...rules.proposeRollout({ step, vertical, budgetFen, candidates: pool }) }
}

function cellOf({ cellId }: { cellId: number | null }): number {
  if (cellId !== null) return cellId
  throw new InvalidInputError('breakoutId', 'the video lies in no 格: there is no cell to repeat')
}

export interface RolloutLine extends Terms {
  kolId: number
}
export interface AcceptRollout {
  breakoutId: number
  step?: PlaybookStep | undefined
  phaseId?: number | undefined
  /** One of each KOL. */
  lines: RolloutLine[]
}
export interface AcceptedRollout {
  breakoutId: number
  /** In the order of the lines. */
  collaborationIds: number[]
  /** How many of them are new. */
  created: number
}
const MOST_LINES = 200

/**
 * Proposes collaborations that repeat a breakout. A KOL who was asked to repeat it before, whatever came of it, is not
 * asked again: the same lines twice make nothing new. ConflictError: a KOL is at work on the cell for something else.
 */
export async function acceptRollout(ctx: Context, input: AcceptRollout): Promise<AcceptedRollout> {
  const { breakoutId, phaseId } = input
  const lines = checkLines(input.lines)
  return write(ctx, async (tx) => {
    // Held, so that who accepts the same at the same time finds these.
    const held = await tx
      .select({ id: breakout.id })
      .from(breakout)
      .where(eq(breakout.id, breakoutId))
      .for('no key update')
    found(held[0], 'breakout')
    const origin = await originOf(tx, breakoutId)
    const { brandId } = origin
    const linked = await linkCheck(tx, [{ phaseId }, ...lines.map(({ kolId }) => ({ kolId }))])
    linked(brandId, { phaseId })
    const step = input.step ?? nextStep(origin.step)
    const repeated = { originBreakoutId: breakoutId, originId: origin.collaborationId, step, phaseId }
    const ids = await askedBefore(tx, breakoutId)
    const fresh = lines.filter(({ kolId }) => !ids.has(kolId))
    const cellId = cellOf(origin)
    const proposals = fresh.map((line): Proposal => {
      linked(brandId, { kolId: line.kolId })
      return { ...line, ...repeated, brandId, cellId }
    })
    const made = await insertProposals(tx, ctx.now, proposals, null)
    for (const [n, { kolId }] of fresh.entries()) ids.set(kolId, made[n] as number)
    const collaborationIds = lines.map(({ kolId }) => ids.get(kolId) as number)
    return { breakoutId, collaborationIds, created: made.length }
  })
}

function checkLines(lines: readonly RolloutLine[]): RolloutLine[] {
  if (lines.length < 1 || lines.length > MOST_LINES) {
    throw new InvalidInputError('lines', `lines must hold 1 to ${MOST_LINES}, and holds ${lines.length}`)
  }
  const kolIds = lines.map(({ kolId }) => kolId)
  const twice = kolIds.findIndex((kolId, n) => kolIds.indexOf(kolId) < n)
  if (twice !== -1) throw new InvalidInputError(`lines.${twice}.kolId`, 'lines names a KOL twice')
  return lines.map((line, n) => ({ ...checkTerms(line, `lines.${n}.`), kolId: line.kolId }))
}

/** Collaborations that repeat the breakout, by KOL. */
async function askedBefore(tx: Tx, breakoutId: number): Promise<Map<number, number>> {
  const asked = await tx
    .select({ id: collaboration.id, kolId: collaboration.kolId })
    .from(collaboration)
    .where(eq(collaboration.originBreakoutId, breakoutId))
    .orderBy(collaboration.id)
  return new Map(asked.map(({ kolId, id }) => [kolId, id]))
}
