/** What a run came to: our rows against the simulator's book. */
import type { Context } from '../flow/context.ts'
import { totalFen } from '../platforms/simulator/orders.ts'
import { FINAL_STATES } from '../rules/promotion.ts'
import { promotionsOf } from '../test/support/promotions.ts'
import type { Book, PromotionStage } from './promotion-stage.ts'

export interface RunVerdict {
  promotions: number
  orders: number
  additions: number
  /** Ended early by us. */
  ends: number
  scaled: number
  /** Writes that nobody answered for, and that the platform's list settled. */
  settled: number
  kills: number
  hours: number
  /** Promotions for which a person is asked. */
  asking: number
  /** What must not be; empty: all is well. */
  wrong: string[]
}

export async function verdictOf(
  stage: PromotionStage,
  ctx: Context,
  book: Book,
  { kills, hours }: { kills: number; hours: number },
): Promise<RunVerdict> {
  const { promotions, decisions, calls } = await promotionsOf(ctx)
  const orders = stage.ledger().orders.filter(({ advertiserId }) => advertiserId === book.advertiserId)
  const wrong: string[] = [...new Set(book.overruns)].map((text) => `cap: ${text}`)
  if (book.afterKill > 0) wrong.push(`${book.afterKill} orders after the switch was thrown`)
  for (const order of orders) {
    const mine = promotions.filter(({ orderId }) => orderId === order.orderId)
    const starts = decisions.filter(
      ({ promotionId, action }) => action === 'START' && promotionId === mine[0]?.id,
    )
    if (mine.length !== 1) {
      const near = promotions.filter(({ itemId }) => itemId === order.itemId)
      const told = calls.filter(({ promotionId }) => near.some(({ id }) => id === promotionId))
      const story = told.map(
        (each) => `${each.promotionId} ${each.call} ${each.stage} ${each.outcome} ${each.problem}`,
      )
      wrong.push(`order ${order.orderId} of ${mine.length} promotions; of its video: ${story.join('; ')}`)
    }
    if (mine.length === 1 && starts.length !== 1)
      wrong.push(`order ${order.orderId} of ${starts.length} decisions`)
    const ordered = mine[0]?.orderedFen ?? 0
    if (mine.length === 1 && ordered < totalFen(order))
      wrong.push(`order ${order.orderId}: ${ordered} ordered, ${totalFen(order)} taken`)
  }
  const there = new Set(orders.map(({ orderId }) => orderId))
  const final: readonly string[] = FINAL_STATES
  for (const { id, orderId, state, orderStand, changeCall, dueAt, finalFen, spentFen } of promotions) {
    if (orderId !== null && !there.has(orderId)) wrong.push(`promotion ${id} has order ${orderId} of nobody`)
    if (state === 'ASKING') continue
    const over = final.includes(state) && orderStand !== 'LIVE' && changeCall === null && dueAt === null
    if (!over) wrong.push(`promotion ${id} is ${state}, its order ${orderStand} ${changeCall ?? ''}`)
    if (orderStand === 'OVER' && finalFen !== spentFen)
      wrong.push(`promotion ${id}: final ${finalFen}, spent ${spentFen}`)
  }
  return {
    promotions: promotions.length,
    orders: orders.length,
    additions: orders.reduce((total, { additions }) => total + additions.length, 0),
    ends: orders.filter(({ terminatedAt }) => terminatedAt !== null).length,
    scaled: promotions.filter(({ aim, orderId }) => aim === 'SCALE' && orderId !== null).length,
    settled: calls.filter(({ stage: each }) => each === 'SETTLED').length,
    kills,
    hours,
    asking: promotions.filter(({ state, changePhase }) => state === 'ASKING' || changePhase === 'ASKING')
      .length,
    wrong,
  }
}
