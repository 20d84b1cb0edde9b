/** One way of spending money on videos, behind one interface, for one account. Money in 分, instants in ms. */
import type {
  Additions,
  AudienceMode,
  Bid,
  Goal,
  ListedOrder,
  Mark,
  Method,
  OrderSight,
} from '../rules/types.ts'
import type { Written } from './qianchuan-write.ts'

export interface PromotionVideo {
  awemeId: string
  itemId: string
}

export interface PromotionOrder extends PromotionVideo {
  /** Our own unique name of the order; what keeps no names leaves it out. */
  name: string
  amountFen: number
  hours: number | null
  goal: Goal
  bid: { by: Bid; cpaFen: number | null; roiGoal: number | null }
  audience: { mode: AudienceMode; authorIds: readonly string[] }
  /** Where it is a part of a plan. */
  planId: string | null
}

/** An order as the platform shows it now. */
export interface SeenOrder extends ListedOrder {
  sight: OrderSight
  /** By which reports ask; null: none yet. */
  adId: string | null
  added: Additions
}

/** What an order did so far; null: the platform does not say. */
export interface OrderFigures {
  spendFen: number | null
  gmvFen: number | null
  orders: number | null
  shows: number | null
  clicks: number | null
  /** Bought ones. */
  plays: number | null
  /** Likes, comments and shares of bought plays. */
  interactions: number | null
  /** Spend x ROI is not its GMV: the platform contradicts itself. */
  disagrees: boolean
}

/**
 * Reads throw FetchError; writes answer how they ended and are never sent again by themselves. What would begin later than
 * `notAfter` is refused as FetchError `quota`: after it nobody waits for the answer any more.
 */
export interface PromotionChannel {
  marks(video: PromotionVideo): Promise<Mark[] | null>
  /** What the account may spend; null: not said. */
  room(): Promise<{ walletFen: number | null; ordersLeft: number | null; mostCostFen: number | null }>
  /** Orders made on the days of the window; `unread`: ids of those that could not be shown. */
  orders(
    window: { from: number; to: number },
    planId: string | null,
  ): Promise<{ orders: ListedOrder[]; unread: string[] }>
  order(orderId: string, planId: string | null): Promise<SeenOrder>
  /** From the day of its creation until now. */
  figures(
    order: { orderId: string; adId: string | null; createdAt: number; planId: string | null },
    now: number,
  ): Promise<OrderFigures>
  create(order: PromotionOrder, notAfter: number): Promise<Written<{ orderId: string; adId: string | null }>>
  addBudget(orderId: string, addFen: number, notAfter: number): Promise<Written<null>>
  /** Ends it for good. */
  terminate(orderId: string, notAfter: number): Promise<Written<{ terminated: boolean }>>
}

/** What one account can be asked for, by method; left out: not carried. */
export type PromotionChannels = Readonly<Partial<Record<Method, PromotionChannel>>>
