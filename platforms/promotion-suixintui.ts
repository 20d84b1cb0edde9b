import type { Goal, ListedOrder, OrderSight } from '../rules/types.ts'
import { FetchError } from './errors.ts'
import type { Oceanengine } from './oceanengine.ts'
import type { OrderFigures, PromotionChannel, PromotionOrder, SeenOrder } from './promotion.ts'
import { createQianchuanAccount } from './qianchuan-account.ts'
import { createQianchuanMarks } from './qianchuan-marks.ts'
import { createSuixintui } from './suixintui.ts'
import type { OrderReport, SuixintuiDetail, SuixintuiOrder } from './suixintui-read.ts'
import type { Audience, ExternalAction, OrderInput } from './suixintui-rules.ts'
import type { OrderStatus } from './suixintui-wire.ts'

/** 随心推 as a way to promote: one order for one video. */
const GOAL = 'VIDEO_PROM_GOODS'
const ACTIONS: Readonly<Record<Goal, ExternalAction>> = {
  PURCHASE: 'AD_CONVERT_TYPE_SHOPPING',
  PAY_ROI: 'AD_CONVERT_TYPE_LIVE_ROI',
  FOLLOW: 'AD_CONVERT_TYPE_QC_FOLLOW_ACTION',
  LIKE_COMMENT: 'AD_CONVERT_TYPE_QC_MUST_BUY',
}
/** UNKNOWN: a word that nobody here knows; such an order may spend. */
const SIGHTS: Readonly<Record<OrderStatus, OrderSight>> = {
  UNPAID: 'WAITING',
  CREATING: 'WAITING',
  AUDIT: 'WAITING',
  BOOK: 'WAITING',
  DELIVERY_OK: 'DELIVERING',
  TIMEOUT: 'UNPAID',
  UNPAIDCANCEL: 'UNPAID',
  FAILED: 'REJECTED',
  OFFLINE_AUDIT: 'REJECTED',
  FINISHED: 'ENDED',
  OVER: 'ENDED',
  FROZEN: 'FROZEN',
  UNKNOWN: 'DELIVERING',
}

export function createSuixintuiChannel(oceanengine: Oceanengine, advertiserId: string): PromotionChannel {
  const suixintui = createSuixintui(oceanengine)
  const account = createQianchuanAccount(oceanengine)
  const marks = createQianchuanMarks(oceanengine)
  return {
    marks: (video) => marks.marks(advertiserId, video),
    async room() {
      const [{ most, used, maxCostFen }, { validFen }] = await Promise.all([
        suixintui.quota(advertiserId),
        account.wallet(advertiserId),
      ])
      return { walletFen: validFen, ordersLeft: most - used, mostCostFen: maxCostFen }
    },
    async orders(window) {
      const { orders, unread } = await suixintui.orders({ advertiserId, goal: GOAL, ...window })
      return { orders: orders.map((order) => listed(advertiserId, order)), unread }
    },
    async order(orderId) {
      const order = seen(advertiserId, await suixintui.order(advertiserId, orderId))
      if (order.orderId === orderId) return order
      throw new FetchError('parse', `asked for order ${orderId}, the answer is of ${order.orderId}`)
    },
    async figures({ adId, createdAt }, now) {
      // Before it is paid it has no plan, and spends nothing.
      if (adId === null) return NOTHING
      const question = { advertiserId, goal: GOAL, from: createdAt, to: now, adIds: [adId] } as const
      const row = (await suixintui.report(question)).find((each) => each.adId === adId)
      return row ? figuresOf(row) : NOTHING
    },
    create: (order, notAfter) => suixintui.create(orderInput(advertiserId, order), notAfter),
    changeBudget: ({ orderId }, { byFen }, notAfter) =>
      suixintui.addBudget({ advertiserId, orderId, goal: GOAL, addFen: byFen, addTime: 0 }, notAfter),
    async terminate({ orderId }, notAfter) {
      const written = await suixintui.terminate(advertiserId, orderId, notAfter)
      if (written.outcome !== 'done') return written
      return { outcome: 'done', value: { terminated: written.value.terminated } }
    },
  }
}

/** An order without spend has no row in the report. */
const NOTHING: OrderFigures = {
  spendFen: 0,
  gmvFen: 0,
  orders: 0,
  shows: 0,
  clicks: 0,
  plays: 0,
  interactions: 0,
  disagrees: false,
}

function listed(accountId: string, { orderId, itemId, createdAt }: SuixintuiOrder): ListedOrder {
  return { orderId, accountId, itemId, amountFen: null, hours: null, name: null, createdAt }
}

function seen(accountId: string, detail: SuixintuiDetail): SeenOrder {
  const { amountFen, hours, status, adId, renewals } = detail
  return {
    ...listed(accountId, detail),
    amountFen,
    hours,
    sight: SIGHTS[status],
    adId,
    added: { addedFen: renewals?.addedFen ?? null, count: renewals?.count ?? null },
  }
}

function figuresOf(row: OrderReport): OrderFigures {
  const { spendFen, gmvFen, orders, shows, clicks, boughtPlays, likes, comments, shares, quality } = row
  const counted = likes !== null && comments !== null && shares !== null
  return {
    spendFen,
    gmvFen,
    orders,
    shows,
    clicks,
    plays: boughtPlays,
    interactions: counted ? likes + comments + shares : null,
    disagrees: quality === 'disagrees',
  }
}

function orderInput(advertiserId: string, order: PromotionOrder): OrderInput {
  const { awemeId, itemId, amountFen, hours, goal, bid, audience } = order
  return {
    advertiserId,
    goal: GOAL,
    awemeId,
    itemId,
    externalAction: ACTIONS[goal],
    amountFen,
    // Every 随心推 order has a time; 0 is none that the platform takes, and is refused before it is sent.
    hours: hours ?? 0,
    bidType: bid.by === 'AUTO' ? 'AUTO_BID' : 'MANUAL_BID',
    ...(bid.by === 'CPA' && bid.cpaFen !== null ? { cpaBidFen: bid.cpaFen } : {}),
    ...(bid.by === 'ROI' && bid.roiGoal !== null ? { roiGoal: bid.roiGoal } : {}),
    audience: audienceOf(audience),
  }
}

function audienceOf({ mode, authorIds }: PromotionOrder['audience']): Audience {
  if (mode === 'FANS' || mode === 'LIVEFANS') return { mode, authorIds }
  return mode === 'CUSTOM' ? { mode } : { mode: 'ATUO' }
}
