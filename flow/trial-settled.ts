/** 结算修正: once returns are known the record of an order is corrected, and what was scaled on a word that fell ends. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { isRestated, loadSettled, loadUnsettled, type Unsettled } from '../db/queries/promotion-settled.ts'
import { promotion, promotionDecision } from '../db/tables.ts'
import { type Decision, decide, type Judged } from '../rules/promotion-decide.ts'
import { COVERED, restate, saidOfScale, settledOf, settledTogether } from '../rules/trial-settled.ts'
import { type Context, write } from './context.ts'
import { lockPromotion, move, type PromotionRow } from './promotion-row.ts'
import { loadSettings } from './promotion-settings.ts'

/**
 * Every trial with a verdict, every scaled order that is over, and every term of 7 and 14 days is judged again once, as soon as the
 * sales of its days are that old. To be called when sales were read; what is due is found in the rows. Answers the promotions whose
 * word fell.
 */
export async function restateTrials(ctx: Context): Promise<number[]> {
  const due = await write(ctx, (tx) => loadUnsettled(tx, ctx.now, COVERED))
  const fallen: number[] = []
  for (const each of due)
    if ((await record(ctx, each))?.rule === 'SETTLED_OVERTURNED') fallen.push(each.promotionId)
  return fallen
}

/** null: another was first, or its figures say nothing. */
async function record(ctx: Context, due: Unsettled): Promise<Pick<Decision, 'rule'> | null> {
  const { promotionId, days } = due
  return write(ctx, async (tx) => {
    const row = await lockPromotion(tx, promotionId)
    const evidence = await evidenceOf(tx, row, due)
    if (evidence === null || (await isRestated(tx, promotionId, days))) return null
    const { decide: thresholds } = await loadSettings(tx)
    const decision = decide(evidence, thresholds, ctx.now.getTime())
    const { interval, ...said } = decision
    await tx.insert(promotionDecision).values({ promotionId, at: ctx.now, ...said, ...interval })
    if (decision.action === 'STOP') await cancelUnsent(tx, ctx, trialOf(row))
    return decision
  })
}

/** A person's own order follows none: it stands for itself. */
const trialOf = ({ id, aim, originId }: PromotionRow) => (aim === 'SCALE' ? (originId ?? id) : id)

async function evidenceOf(tx: Tx, row: PromotionRow, due: Unsettled): Promise<Judged | null> {
  const { id, aim, state, trialTerms } = row
  const settled = settledOf(due, due.sold, due.days)
  if (settled === null || trialTerms === null) return null
  const verdict = state === 'PASSED' ? 'PASS' : 'FAIL'
  const said = aim === 'SCALE' ? saidOfScale(trialTerms, settled) : verdict
  const others = (await loadSettled(tx, trialOf(row))).filter(({ promotionId }) => promotionId !== id)
  const whole = settledTogether([...others, settled])
  if (whole === null) return null
  const [restated, breakEven] = [restate(said, trialTerms, settled), trialTerms.breakEvenRoi]
  return { stage: 'JUDGED', said, breakEven, settled, restated, together: whole.roi }
}

/** What was to be scaled and is not sent yet. What runs reads the same records at its next look, and is cut or ended by its own decision. */
async function cancelUnsent(tx: Tx, { now }: Context, trialId: number): Promise<void> {
  const waiting = await tx
    .select()
    .from(promotion)
    .where(
      and(
        eq(promotion.originId, trialId),
        eq(promotion.aim, 'SCALE'),
        inArray(promotion.state, ['PROPOSED', 'APPROVED']),
      ),
    )
    .orderBy(sql`${promotion.id}`)
    .for('no key update')
  for (const row of waiting) await move(tx, row, { kind: 'STOP', reason: 'RULE' }, now, { dueAt: null })
}
