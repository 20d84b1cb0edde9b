import { DAY } from '../../rules/types.ts'
import { SHANGHAI_OFFSET } from './curve.ts'
import { atInstant, CONFIRM_MS, SETTLE_MS, type WorldOrder } from './doudian-orders.ts'
import type { RouteContext, RouteResult } from './vendor.ts'

/** buyin.instituteOrderMCN: the same sales as the alliance sees them, a product line each, with their settlement. */
const MAX_SIZE = 200
const MAX_SPAN_MS = 90 * DAY
const RATE = 2000
const ORDER_IDS = 10

const refused = (message: string): RouteResult => ({ code: 40004, message, data: null })

export function instituteOrders(context: RouteContext): RouteResult {
  if (!context.mcn) return { code: 30001, message: 'isv.app-permissions-insufficient', data: null }
  const fields = (context.body ?? {}) as Record<string, unknown>
  const { size, cursor, time_type, order_ids } = fields
  const [from, to] = [instant(fields.start_time), instant(fields.end_time)]
  if (!Number.isSafeInteger(size) || Number(size) < 1 || Number(size) > MAX_SIZE) return refused('isv.size')
  if (typeof cursor !== 'string' || !/^\d+$/.test(cursor)) return refused('isv.cursor')
  if (time_type !== 'pay' && time_type !== 'update') return refused('isv.time_type')
  const ids = typeof order_ids === 'string' ? order_ids.split(',') : null
  if (ids && ids.length > ORDER_IDS) return refused('isv.order_ids')
  if (!ids && !(to - from >= 0 && to - from <= MAX_SPAN_MS)) return refused('isv.time')
  const lines = atInstant(context, 'alliance fates', fatesAt)
    .filter(({ order, updatedAt }) => {
      const at = time_type === 'pay' ? (order.paidAt ?? 0) : updatedAt
      return ids !== null || (at >= from && at < to + 1000)
    })
    .flatMap(({ order, ...fate }) => order.skus.map((sku) => ({ order, fate, sku })))
    .filter(({ sku }) => ids?.includes(sku.orderId) ?? true)
  const shown = lines.slice(Number(cursor), Number(cursor) + Number(size))
  const orders = shown.map(({ order, fate, sku }) => wireOf({ order, ...fate }, sku))
  return { code: 10000, message: '', data: { orders, cursor: String(Number(cursor) + orders.length) } }
}

function fatesAt(orders: readonly WorldOrder[], now: number): (Fate & { order: WorldOrder })[] {
  const paid = orders.filter((order) => order.paidAt !== null && order.paidAt <= now)
  return paid.map((order) => ({ order, ...fateOf(order, now) }))
}

interface Fate {
  point: 'PAY_SUCC' | 'CONFIRM' | 'SETTLE' | 'REFUND'
  settledAt: number | null
  refundedAt: number | null
  updatedAt: number
}

/** Settled first, refunded later is possible: the settled amount then falls to 0. */
function fateOf({ paidAt, refundAt }: WorldOrder, now: number): Fate {
  const paid = paidAt ?? 0
  const refundedAt = refundAt !== null && refundAt <= now ? refundAt : null
  const end = refundedAt ?? now
  const settledAt = paid + SETTLE_MS <= end ? paid + SETTLE_MS : null
  if (refundedAt !== null) return { point: 'REFUND', settledAt, refundedAt, updatedAt: refundedAt }
  if (settledAt !== null) return { point: 'SETTLE', settledAt, refundedAt, updatedAt: settledAt }
  const confirmed = paid + CONFIRM_MS <= now
  const updatedAt = confirmed ? paid + CONFIRM_MS : paid
  return { point: confirmed ? 'CONFIRM' : 'PAY_SUCC', settledAt, refundedAt, updatedAt }
}

function wireOf({ order, ...fate }: Fate & { order: WorldOrder }, sku: WorldOrder['skus'][number]) {
  const { video } = order
  const commission = Math.round((sku.payFen * RATE) / 10_000)
  const settled = fate.point === 'SETTLE'
  return {
    order_id: sku.orderId,
    product_id: order.productId,
    total_pay_amount: sku.payFen,
    pay_goods_amount: sku.payFen,
    settled_goods_amount: settled ? sku.payFen : 0,
    commission_rate: RATE,
    estimated_commission: commission,
    real_commission: settled ? commission : 0,
    flow_point: fate.point,
    pay_success_time: textOf(order.paidAt),
    settle_time: textOf(fate.settledAt),
    refund_time: textOf(fate.refundedAt),
    media_type: order.inRoom ? 'live' : 'video',
    media_id: order.inRoom ? String(BigInt(video.itemId) - 7n) : video.itemId,
    author_account: video.kol.nickname,
    author_short_id: video.kol.awemeId,
    author_buyin_id: `6${video.kol.awemeId.slice(0, 15)}`,
    author_openid: '',
    tech_service_fee: 0,
  }
}

function textOf(at: number | null): string {
  return at === null ? '' : new Date(at + SHANGHAI_OFFSET).toISOString().slice(0, 19).replace('T', ' ')
}

function instant(text: unknown): number {
  return Date.parse(`${String(text).replace(' ', 'T')}+08:00`)
}
