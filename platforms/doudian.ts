import type { z } from 'zod'
import { MINUTE } from '../rules/types.ts'
import { callDoudian, type DoudianApp, type DoudianParams, readDoudian } from './doudian-call.ts'
import { alliancePageSchema, allianceRow, shopPageSchema, shopRows } from './doudian-rows.ts'
import { FetchError } from './errors.ts'
import { shanghaiText } from './shanghai.ts'

/**
 * 抖店 and 精选联盟: what videos sold. The shop side is for a brand's own shop, the alliance side for an agency (MCN).
 * Neither filters by video: everything of a window is read, rows without a video are dropped. Re-read by update
 * time, because refunds arrive up to weeks later and settlement after them.
 * [unsure]: the timestamp's form (`timestamp`); that alliance and shop name one sale by the same order id;
 * that the shop's `author_id` is the 抖音号's id (`kolAccountId`).
 */
export interface DoudianOptions extends DoudianApp {
  /** Asked again with the token that was just refused. */
  accessToken: (refused?: string) => Promise<string> | string
}

export type OrderStatus =
  | 'UNPAID'
  | 'PAID'
  | 'SHIPPED'
  | 'FINISHED'
  | 'CANCELED'
  | 'CONFIRMED'
  | 'SETTLED'
  | 'REFUNDED'

/** One sale that a video brought. */
export interface OrderRow {
  side: 'shop' | 'alliance'
  /** Of the single product line; a purchase of two products is two rows. */
  orderId: string
  /** Plain id of the video. */
  itemId: string
  kolAccountId: string | null
  productId: string | null
  /** Paid, before refunds. */
  payAmountFen: number
  /** What the settlement counts; null before it, and on the shop side always. */
  settledFen: number | null
  status: OrderStatus
  paidAt: number
  updatedAt: number | null
  refunded: boolean
  /** `disputed`: the platform's own amounts contradict each other, see `doubt`. */
  quality: 'ok' | 'disputed'
  doubt: string | null
}

export interface Window {
  from: number
  to: number
}

export interface Doudian {
  readonly source: 'doudian'
  /** Paid sales of the shop that changed in [from, to], oldest change first. An order may come twice, newer last. */
  shopOrders(window: Window): AsyncGenerator<OrderRow>
  /** Sales of an MCN's 达人 that changed in [from, to]. */
  allianceOrders(window: Window): AsyncGenerator<OrderRow>
}

const SHOP_PAGE = 100
const ALLIANCE_PAGE = 200
/** The platform takes spans of up to 90 days; a little less keeps clear of its rounding. */
const ALLIANCE_SPAN_MS = 89 * 24 * 60 * MINUTE

export function createDoudian(options: DoudianOptions): Doudian {
  return {
    source: 'doudian',
    shopOrders: (window) => shopOrders(options, window),
    allianceOrders: (window) => allianceOrders(options, window),
  }
}

/**
 * Walks by update time instead of by page number: an order that changes while we read leaves the window and would
 * shift a page under our feet, and pages are limited in depth. Only a crowd within one second needs a next page.
 */
async function* shopOrders(options: DoudianOptions, { from, to }: Window): AsyncGenerator<OrderRow> {
  const seen = new Set<string>()
  const end = Math.floor(to / 1000)
  for (let start = Math.floor(from / 1000), page = 0; ; ) {
    const params = {
      page,
      size: SHOP_PAGE,
      order_by: 'update_time',
      order_asc: true,
      update_time_start: start,
      update_time_end: end,
    }
    const { shop_order_list } = await ask(options, 'order.searchList', params, shopPageSchema)
    const orders = shop_order_list ?? []
    for (const order of orders) {
      const key = `${order.order_id}@${order.update_time}`
      if (!seen.has(key)) yield* shopRows(order)
      seen.add(key)
    }
    if (orders.length < SHOP_PAGE) return
    const last = orders.at(-1)?.update_time ?? 0
    page = last > start ? 0 : page + 1
    start = Math.max(start, last)
  }
}

async function* allianceOrders(options: DoudianOptions, { from, to }: Window): AsyncGenerator<OrderRow> {
  for (let start = from; start <= to; start += ALLIANCE_SPAN_MS) {
    yield* allianceSpan(options, start, Math.min(to, start + ALLIANCE_SPAN_MS))
  }
}

/** There is no has_more: an empty page is the end. */
async function* allianceSpan(options: DoudianOptions, from: number, to: number): AsyncGenerator<OrderRow> {
  const cursors = new Set<string>()
  for (let cursor = '0'; ; ) {
    if (cursors.has(cursor)) throw new FetchError('parse', 'orders keep coming but the cursor stands still')
    cursors.add(cursor)
    const params = {
      size: ALLIANCE_PAGE,
      cursor,
      start_time: shanghaiText(from),
      end_time: shanghaiText(to),
      time_type: 'update',
    }
    const page = await ask(options, 'buyin.instituteOrderMCN', params, alliancePageSchema)
    if (!page.orders?.length) return
    for (const order of page.orders) yield* allianceRow(order)
    cursor = page.cursor
  }
}

/** A token may have been refreshed elsewhere since it was read: look once more, repeat once. */
async function ask<T>(
  options: DoudianOptions,
  method: string,
  params: DoudianParams,
  schema: z.ZodType<T>,
): Promise<T> {
  const token = await options.accessToken()
  const call = (current: string) => callDoudian(options, { method, params, token: current })
  try {
    return readDoudian(await call(token), schema)
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind !== 'auth') throw error
    const fresh = await options.accessToken(token)
    if (fresh === token) throw error
    return readDoudian(await call(fresh), schema)
  }
}
