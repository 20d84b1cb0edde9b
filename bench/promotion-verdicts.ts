/** What a run came to: our rows against the simulator's book. */
import type { Context } from '../flow/context.ts'
import { budgetOf } from '../platforms/simulator/boosts.ts'
import { totalFen } from '../platforms/simulator/orders.ts'
import { type Ledger, planTotal } from '../platforms/simulator/orders-ledger.ts'
import type { Plan, PlanMaterial } from '../platforms/simulator/plans.ts'
import { FINAL_STATES } from '../rules/promotion.ts'
import { promotionsOf } from '../test/support/promotions.ts'
import { type Book, maySpend, type PromotionStage, standardsOf, tasksOf, unisOf } from './promotion-stage.ts'

export interface RunVerdict {
  promotions: number
  orders: number
  /** 追投 tasks, videos put into 全域 plans, and standard plans. */
  boosts: number
  adds: number
  plans: number
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
  const ledger = stage.ledger()
  const orders = ledger.orders.filter(({ advertiserId }) => advertiserId === book.advertiserId)
  const tasks = tasksOf(ledger, book.advertiserId)
  const plans = standardsOf(ledger, book.advertiserId)
  const materials = unisOf(ledger, book.advertiserId).flatMap((plan) => plan.materials)
  const rows: Rows = { promotions, decisions, calls }
  const wrong: string[] = [...new Set(book.overruns)].map((text) => `cap: ${text}`)
  if (book.afterKill > 0) wrong.push(`${book.afterKill} orders after the switch was thrown`)
  const made = [
    ...orders.map((order) => ({ id: order.orderId, itemId: order.itemId, takenFen: totalFen(order) })),
    ...tasks.map((task) => ({ id: task.taskId, itemId: task.itemIds[0] ?? '', takenFen: budgetOf(task) })),
    ...plans.map((plan) => ({
      ...{ id: plan.adId, itemId: plan.materials[0]?.itemId ?? '' },
      takenFen: plan.settings.at(-1)?.budgetFen ?? 0,
    })),
  ]
  for (const order of made) wrong.push(...wrongOf(order, rows))
  for (const material of materials) wrong.push(...wrongIn(material, rows))
  for (const plan of plans) wrong.push(...wrongAfter(plan, rows, stage, ledger))
  const there = new Set([...made.map(({ id }) => id), ...materials.map(({ itemId }) => itemId)])
  const final: readonly string[] = FINAL_STATES
  for (const row of promotions) {
    const { id, orderId, state, orderStand, changeCall, dueAt, finalFen, spentFen } = row
    // A video whose add was lost and that was told to stop is taken for added, so that it is taken out.
    const takenFor = row.method === 'UNI_PLAN_ADD' && row.stop !== null
    if (orderId !== null && !takenFor && !there.has(orderId.split('/').at(-1) ?? ''))
      wrong.push(`promotion ${id} has order ${orderId} of nobody`)
    if (state === 'ASKING') continue
    const over = final.includes(state) && orderStand !== 'LIVE' && changeCall === null && dueAt === null
    if (!over) wrong.push(`promotion ${id} is ${state}, its order ${orderStand} ${changeCall ?? ''}`)
    if (orderStand === 'OVER' && finalFen !== spentFen)
      wrong.push(`promotion ${id}: final ${finalFen}, spent ${spentFen}`)
  }
  return {
    promotions: promotions.length,
    orders: orders.length,
    boosts: tasks.length,
    adds: materials.length,
    plans: plans.length,
    additions:
      orders.reduce((total, { additions }) => total + additions.length, 0) +
      tasks.reduce((total, { budgets }) => total + budgets.length - 1, 0) +
      plans.reduce(
        (total, { settings }) => total + new Set(settings.map((each) => each.budgetFen)).size - 1,
        0,
      ),
    ends:
      orders.filter(({ terminatedAt }) => terminatedAt !== null).length +
      tasks.filter(({ asked }) => asked !== 'ENABLE').length +
      plans.filter(({ settings }) => settings.at(-1)?.asked !== 'ENABLE').length +
      materials.filter(({ removedAt }) => removedAt < Number.POSITIVE_INFINITY).length,
    scaled: promotions.filter(({ aim, orderId }) => aim === 'SCALE' && orderId !== null).length,
    settled: calls.filter(({ stage: each }) => each === 'SETTLED').length,
    kills,
    hours,
    asking: promotions.filter(({ state, changePhase }) => state === 'ASKING' || changePhase === 'ASKING')
      .length,
    wrong,
  }
}

type Rows = Awaited<ReturnType<typeof promotionsOf>>

/** What the platform made is one promotion's by one decision, and no more than was ordered. */
function wrongOf(
  order: { id: string; itemId: string; takenFen: number },
  { promotions, decisions, calls }: Rows,
): string[] {
  const mine = promotions.filter(({ orderId }) => orderId === order.id)
  const [only] = mine
  if (mine.length !== 1 || !only) {
    const near = promotions.filter(({ itemId }) => itemId === order.itemId)
    const told = calls.filter(({ promotionId }) => near.some(({ id }) => id === promotionId))
    const story = told.map(
      (each) => `${each.promotionId} ${each.call} ${each.stage} ${each.outcome} ${each.problem}`,
    )
    return [`order ${order.id} of ${mine.length} promotions; of its video: ${story.join('; ')}`]
  }
  const starts = decisions.filter(({ promotionId, action }) => action === 'START' && promotionId === only.id)
  return [
    ...(starts.length === 1 ? [] : [`order ${order.id} of ${starts.length} decisions`]),
    ...(only.orderedFen >= order.takenFen
      ? []
      : [`order ${order.id}: ${only.orderedFen} ordered, ${order.takenFen} taken`]),
  ]
}

/** A video in a plan is there by a promotion, and is not left there once it is over. */
function wrongIn({ itemId, removedAt, rejected }: PlanMaterial, { promotions }: Rows): string[] {
  const adds = promotions.filter((each) => each.method === 'UNI_PLAN_ADD' && each.itemId === itemId)
  if (adds.length === 0) return [`video ${itemId} is in a plan by no promotion`]
  const left = removedAt === Number.POSITIVE_INFINITY && !rejected
  const states = adds.map(({ state, orderStand }) => `${state} ${orderStand}`).join(', ')
  return left && adds.every(({ orderStand }) => orderStand !== 'LIVE')
    ? [`video ${itemId} is left in its plan: ${states}`]
    : []
}

/** What is over spends no more, and has spent what its promotion says. */
function wrongAfter(
  plan: Plan,
  { promotions }: Rows,
  { world, clock }: PromotionStage,
  ledger: Ledger,
): string[] {
  const over = promotions.find(({ orderId, orderStand }) => orderId === plan.adId && orderStand === 'OVER')
  if (!over) return []
  const { spendFen } = planTotal(world, ledger, plan, clock.now)
  const final = over.finalFen === spendFen
  return [
    ...(maySpend(plan, clock.now) ? [`plan ${plan.adId} is over here and runs there`] : []),
    ...(final ? [] : [`plan ${plan.adId}: final ${over.finalFen} here, ${spendFen} there`]),
  ]
}
