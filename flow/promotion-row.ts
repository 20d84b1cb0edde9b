/** The machine of rules/promotion.ts in its row: every move is a step of it, taken while the row is locked. */
import { and, eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { promotion, promotionCall, promotionDecision } from '../db/tables.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { committedFen } from '../rules/guard-money.ts'
import { type Promotion, type PromotionEvent, step } from '../rules/promotion.ts'
import type { Decision } from '../rules/promotion-decide.ts'
import type { Context } from './context.ts'
import { found } from './errors.ts'

export type PromotionRow = typeof promotion.$inferSelect
export type Change = Partial<PromotionRow>

/** Somebody else tends the promotion now: what was read for it is not to be written. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError'
  constructor(promotionId: number) {
    super(`The claim on promotion ${promotionId} ran out and somebody else has it: leave it to them.`)
  }
}

/** What the platform may call it by: ours alone, and nobody else's. */
export const nameOf = ({ key }: Pick<PromotionRow, 'key'>) => `seedbed ${key}`

/** Of who spends in a workspace one after the other: caps, approvals and the kill switch hold for all of them. */
export async function lockSpending(tx: Tx, { workspaceId }: Context): Promise<void> {
  await tx.execute(sql`select from workspace where id = ${workspaceId} for no key update`)
}

/**
 * The row, locked until the end of the transaction; NotFoundError: there is none. No key is changed, so that whoever proposes what
 * follows it need not wait: with `for update` the two would deadlock.
 */
export async function lockPromotion(tx: Tx, promotionId: number): Promise<PromotionRow> {
  const [row] = await tx.select().from(promotion).where(eq(promotion.id, promotionId)).for('no key update')
  return found(row, 'promotion')
}

/** The same for who tends it. LeaseLostError: the claim is somebody else's. */
export async function holdPromotion(tx: Tx, promotionId: number, claim: string): Promise<PromotionRow> {
  const row = await lockPromotion(tx, promotionId)
  if (row.claim !== claim) throw new LeaseLostError(promotionId)
  return row
}

export function machineOf(row: PromotionRow): Promotion {
  const { aim, state, orderStand, changeCall, changePhase, stop, attempt, claimedAt, since } = row
  return {
    aim,
    state,
    order: orderStand,
    change: changeCall && changePhase ? { call: changeCall, phase: changePhase } : null,
    stop,
    attempt,
    claimedAt: claimedAt?.getTime() ?? null,
    since: since.getTime(),
  }
}

export function columnsOf({ state, order, change, stop, attempt, claimedAt, since }: Promotion) {
  return {
    state,
    orderStand: order,
    changeCall: change?.call ?? null,
    changePhase: change?.phase ?? null,
    stop,
    attempt,
    claimedAt: claimedAt === null ? null : new Date(claimedAt),
    since: new Date(since),
  }
}

export interface Moved {
  /** STAY and REFUSED leave the machine, and `change` is not written. */
  kind: 'GO' | 'STAY' | 'REFUSED'
  row: PromotionRow
  why: string | null
}

/** Takes one step and writes it with what belongs to it. The row must be locked. */
export async function move(
  tx: Tx,
  row: PromotionRow,
  event: PromotionEvent,
  now: Date,
  change: Change = {},
): Promise<Moved> {
  const taken = step(machineOf(row), event, now.getTime())
  if (taken.kind !== 'GO') return { kind: taken.kind, row, why: taken.kind === 'REFUSED' ? taken.why : null }
  const over: Change = taken.to.order === 'OVER' && row.orderStand !== 'OVER' ? { overAt: now } : {}
  const next = await store(tx, row, { ...columnsOf(taken.to), ...over, ...change })
  return { kind: 'GO', row: next, why: null }
}

/** Writes what is not of the machine; what is committed follows from the whole row. The row must be locked. */
export async function store(tx: Tx, row: PromotionRow, change: Change): Promise<PromotionRow> {
  const next = { ...row, ...change }
  const { orderedFen, addingFen, finalFen } = next
  const money = { orderedFen, addingFen, spentFen: finalFen }
  // A plan's own budget is nobody's order: what it spends on the video takes from no cap.
  const committed = CAPABILITIES[next.method].money === 'PLAN' ? 0 : committedFen(machineOf(next), money)
  const [stored] = await tx
    .update(promotion)
    .set({ ...change, committedFen: committed })
    .where(eq(promotion.id, row.id))
    .returning()
  return found(stored, 'promotion')
}

export type CallRow = Omit<typeof promotionCall.$inferInsert, 'workspaceId' | 'id'>

export async function recordCall(tx: Tx, call: CallRow): Promise<void> {
  await tx.insert(promotionCall).values(call)
}

/** The same as the latest decision of the promotion is not said again. */
export async function recordDecision(
  tx: Tx,
  promotionId: number,
  at: Date,
  decision: Omit<Decision, 'rule'> & { rule: (typeof promotionDecision.$inferInsert)['rule'] },
): Promise<void> {
  const { action, rule, interval, ...rest } = decision
  const [latest] = await tx
    .select({ action: promotionDecision.action, rule: promotionDecision.rule })
    .from(promotionDecision)
    .where(and(eq(promotionDecision.promotionId, promotionId)))
    .orderBy(sql`${promotionDecision.id} desc`)
    .limit(1)
  const says = action === 'HOLD' || action === 'REMIX'
  if (says && latest?.action === action && latest.rule === rule) return
  await tx.insert(promotionDecision).values({ promotionId, at, action, rule, ...interval, ...rest })
}
