/** One way of spending money on videos, behind one interface, for one account. Money in 分, instants in ms. */
import type {
  Additions,
  AudienceMode,
  Bid,
  Goal,
  ListedOrder,
  Mark,
  Method,
  Neighbour,
  OrderSight,
  Place,
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
  /** The platform's id of what the video sells; null: not known. */
  productId: string | null
  title: string | null
}

/** One that was made, with what is needed to find it. */
export interface MadeOrder extends PromotionVideo {
  orderId: string
  planId: string | null
}

/** Plans that could carry a video, and what runs beside them and may exclude it. */
export interface Surroundings {
  places: Place[]
  neighbours: Neighbour[]
}

/** An order as the platform shows it now. Where `added` is not said, its amount is all that it may spend. */
export interface SeenOrder extends ListedOrder {
  sight: OrderSight
  /** Beside REJECTED or FROZEN: others may undo it, and it spends again. Left out: they may not. */
  resumes?: boolean
  /** By which reports ask; null: none yet. */
  adId: string | null
  added: Additions
  /** What it did from its creation until now, where the same answer says so; left out: `figures` is to be asked. */
  figures?: OrderFigures
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
  /** Left out: it is no part of a plan, and nothing that can be read excludes it. `productId` null: not known. */
  surroundings?(video: PromotionVideo & { productId: string | null }): Promise<Surroundings>
  marks(video: PromotionVideo): Promise<Mark[] | null>
  /** What the account may spend; null: not said. */
  room(): Promise<{ walletFen: number | null; ordersLeft: number | null; mostCostFen: number | null }>
  /**
   * Orders made on the days of the window; `unread`: ids of those that could not be shown. `planId` null: of all plans.
   * Empty for what has no money of its own.
   */
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
  /** Of what is found by its state: the number that it has, made or not. Left out: the platform gives numbers. */
  orderIdOf?(order: PromotionOrder): string
  create(order: PromotionOrder, notAfter: number): Promise<Written<{ orderId: string; adId: string | null }>>
  /** So much more, or less where `byFen` is below 0, so that it may spend `toFen` in all. */
  changeBudget(
    order: MadeOrder,
    change: { byFen: number; toFen: number },
    notAfter: number,
  ): Promise<Written<null>>
  /** It spends no more. */
  terminate(order: MadeOrder, notAfter: number): Promise<Written<{ terminated: boolean }>>
}

/** What one account can be asked for, by method; left out: not carried. */
export type PromotionChannels = Readonly<Partial<Record<Method, PromotionChannel>>>
