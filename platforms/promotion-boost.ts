import type { ListedOrder, OrderSight } from '../rules/types.ts'
import { FetchError } from './errors.ts'
import type { OrderFigures, PromotionChannel, SeenOrder } from './promotion.ts'
import { BACK_MS, createQianchuanBase, type QianchuanSetup, single } from './promotion-qianchuan.ts'
import { type Boost, createQianchuanBoosts } from './qianchuan-boost.ts'
import { createQianchuanPlans } from './qianchuan-plan.ts'

/**
 * 素材追投 as a way to promote: a task of a 全域 plan that delivers the video already. It is found by our own name; that it
 * is paused is its end, so that what it did stays to be read.
 */
/** What is offline for money may come back until its time is over. UNKNOWN words: such a task may spend. */
const SIGHTS: Readonly<Record<string, OrderSight>> = {
  PROCESSING: 'DELIVERING',
  OFFLINE_BUDGET: 'WAITING',
  OFFLINE_BALANCE: 'WAITING',
  LIVE_ROOM_OFF: 'WAITING',
  ROI2_DISABLE: 'WAITING',
  OFFLINE_TIME: 'ENDED',
  DISABLE: 'FROZEN',
  FROZEN: 'FROZEN',
  // It never comes back; a paused one may, on the platform's pages.
  DELETED: 'ENDED',
}

export function createBoostChannel(setup: QianchuanSetup): PromotionChannel {
  const { oceanengine, advertiserId, now } = setup
  const { materialOf, ...base } = createQianchuanBase(setup)
  const boosts = createQianchuanBoosts(oceanengine)
  const plans = createQianchuanPlans(oceanengine)
  /** Where a task was seen: the platform shows tasks by plan only. */
  const planOf = new Map<string, string>()
  const list = async (adId: string, from: number): Promise<Boost[]> => {
    const found = await boosts.list({ advertiserId, adId, from, to: now() })
    for (const { taskId } of found) planOf.set(taskId, adId)
    return found
  }
  const allPlans = async (from: number) =>
    (await plans.uni({ advertiserId, from, to: now(), deleted: true })).map(({ adId }) => adId)
  const find = async (taskId: string, planId: string | null, from: number): Promise<[Boost, string]> => {
    const known = planId ?? planOf.get(taskId)
    for (const adId of known === undefined ? await allPlans(from) : [known]) {
      const task = (await list(adId, from)).find((each) => each.taskId === taskId)
      if (task) return [task, adId]
    }
    throw new FetchError('not_found', `the list of tasks does not show ${taskId}`)
  }
  return {
    ...base,
    async orders({ from, to }, planId) {
      const adIds = planId === null ? await allPlans(from) : [planId]
      const orders: ListedOrder[] = []
      for (const adId of adIds)
        for (const task of await list(adId, from))
          if (task.createdAt === null || (task.createdAt >= from && task.createdAt <= to))
            orders.push(listed(advertiserId, task))
      return { orders, unread: [] }
    },
    async order(orderId, planId): Promise<SeenOrder> {
      const from = now() - BACK_MS
      const [task, adId] = await find(orderId, planId, from)
      const sight = SIGHTS[task.status] ?? 'DELIVERING'
      const seen = { ...listed(advertiserId, task), sight, adId, added: { addedFen: null, count: null } }
      // The list says what a task did in the time asked for: of an older one that is not all.
      const whole = task.createdAt !== null && task.createdAt >= from
      return whole ? { ...seen, figures: figuresOf(task) } : seen
    },
    async figures({ orderId, planId, adId, createdAt }, until) {
      const [task] = await find(orderId, planId ?? adId, Math.min(createdAt, until))
      return figuresOf(task)
    },
    async create({ awemeId, itemId, planId, name, amountFen, hours }, notAfter) {
      const found = await materialOf({ awemeId, itemId })
      if ('not' in found) return found.not
      const { materialId } = found
      const input = { advertiserId, adId: planId ?? '', name, materialIds: [materialId] }
      const money = { budgetFen: amountFen, hours: hours ?? 0 }
      const written = await boosts.create({ ...input, ...money }, notAfter)
      if (written.outcome !== 'done') return written
      return { outcome: 'done', value: { orderId: written.value.taskId, adId: planId } }
    },
    changeBudget: async ({ orderId: taskId }, { toFen: budgetFen }, notAfter) =>
      single(await boosts.setBudgets(advertiserId, [{ taskId, budgetFen }], notAfter)),
    async terminate({ orderId }, notAfter) {
      const written = single(await boosts.setStatus(advertiserId, [orderId], 'PAUSE', notAfter))
      return written.outcome === 'done' ? { outcome: 'done', value: { terminated: true } } : written
    },
  }
}

/** A task of several videos is none of ours. */
function listed(accountId: string, task: Boost): ListedOrder {
  const { taskId: orderId, name, budgetFen: amountFen, hours, createdAt, materials } = task
  const [only] = materials
  const itemId = materials.length === 1 ? (only?.itemId ?? null) : null
  return { orderId, accountId, itemId, amountFen, hours, name, createdAt }
}

function figuresOf({ spendFen, gmvFen, orders, shows, clicks, quality }: Boost): OrderFigures {
  const disagrees = quality === 'disagrees'
  return { spendFen, gmvFen, orders, shows, clicks, plays: null, interactions: null, disagrees }
}
