/** 看一次, written down: the figures of an order and what the sequential test makes of them, over all orders that it goes on through. */
import { and, desc, eq, lte, max } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { promotionLook } from '../db/tables.ts'
import type { OrderFigures, SeenOrder } from '../platforms/promotion.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import {
  continueTrial,
  lookAtTrial,
  startTrial,
  TrialInputError,
  type TrialState,
} from '../rules/trial-test.ts'
import { MINUTE } from '../rules/types.ts'
import type { PromotionRow } from './promotion-row.ts'

/** Answers the test after the look; null: it is not tested. */
export async function appendLook(
  tx: Tx,
  row: PromotionRow,
  at: Date,
  { sight }: SeenOrder,
  figures: OrderFigures,
): Promise<TrialState | null> {
  const [latest, earlier] = [await latestLook(tx, row.id), await earlierTrial(tx, row)]
  const before = latest?.trial ?? startOf(row, earlier)
  if (latest && latest.at >= at) return before
  const ripeFen = await ripeSpend(tx, row, at)
  // One that began anew stays one of its own.
  const counts = (before?.earlier === undefined ? null : earlier?.last) ?? NOTHING
  const trial = before && counted(before, at, figures, ripeFen, counts)
  const { spendFen: spentFen, ...rest } = figures
  await tx.insert(promotionLook).values({ promotionId: row.id, at, sight, spentFen, ...rest, trial })
  return trial
}

/** The last one until then; left out: of all. */
export async function latestLook(tx: Tx, promotionId: number, until?: Date) {
  const { at, trial, sight, spentFen } = promotionLook
  const [latest] = await tx
    .select({ at, trial, sight, spentFen })
    .from(promotionLook)
    .where(and(eq(promotionLook.promotionId, promotionId), until && lte(at, until)))
    .orderBy(desc(at))
    .limit(1)
  return latest
}

/**
 * What the trial that it follows knew: the test goes on where the question is the same, and begins anew where the margin has
 * moved. What an order is worth is the first one's to the end: it is the test's own assumption.
 */
async function earlierTrial(tx: Tx, { aim, originId, trialTerms }: PromotionRow): Promise<TrialState | null> {
  if (aim !== 'TRIAL' || originId === null || trialTerms === null) return null
  const trial = (await latestLook(tx, originId))?.trial ?? null
  const { breakEvenRoi, returnRate } = trialTerms
  const same = trial?.terms.breakEvenRoi === breakEvenRoi && trial.terms.returnRate === returnRate
  return same ? trial : null
}

function startOf({ trialTerms }: PromotionRow, earlier: TrialState | null): TrialState | null {
  if (trialTerms === null) return null
  return earlier ? continueTrial(earlier, trialTerms.paceFen) : startTrial(trialTerms)
}

/** Spend so old that its orders are reported; null: of the whole order that is over. */
async function ripeSpend(tx: Tx, row: PromotionRow, at: Date): Promise<number | null> {
  const ripeAt = new Date(at.getTime() - delayOf(row))
  if (row.overAt !== null && row.overAt <= ripeAt) return null
  return mostSpent(tx, row, ripeAt)
}

/** The most that a look at it until then (left out: any look) saw spent, 分: a report may say less once, or for ever. */
export async function mostSpent(tx: Tx, { id }: PromotionRow, until?: Date): Promise<number> {
  const { promotionId, at, spentFen } = promotionLook
  const [seen] = await tx
    .select({ fen: max(spentFen) })
    .from(promotionLook)
    .where(and(eq(promotionId, id), until && lte(at, until)))
  return seen?.fen ?? 0
}

/** ms until what was spent is reported. */
export const delayOf = ({ method }: PromotionRow) => CAPABILITIES[method].report.delayMinutes * MINUTE

type Counted = Omit<NonNullable<TrialState['last']>, 'at'>
const NOTHING: Counted = { spendFen: 0, ripeFen: 0, orders: 0, gmvFen: 0 }

/** A look that lacks a figure, contradicts itself or falls behind the one before says nothing: the test stays as it was. */
function counted(
  trial: TrialState,
  at: Date,
  { spendFen, orders, gmvFen, disagrees }: OrderFigures,
  ripe: number | null,
  earlier: Counted,
): TrialState {
  if (spendFen === null || orders === null || gmvFen === null || disagrees) return trial
  const spent = earlier.spendFen + spendFen
  const ripeFen = Math.min(spent, Math.max(earlier.ripeFen + (ripe ?? spendFen), trial.last?.ripeFen ?? 0))
  const look = { at: at.getTime(), spendFen: spent, ripeFen }
  try {
    return lookAtTrial(trial, { ...look, orders: earlier.orders + orders, gmvFen: earlier.gmvFen + gmvFen })
  } catch (error) {
    if (error instanceof TrialInputError) return trial
    throw error
  }
}
