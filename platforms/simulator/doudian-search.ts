import { atInstant, stateOf, type WorldOrder } from './doudian-orders.ts'
import type { RouteContext, RouteResult } from './vendor.ts'

/** order.searchList: every order of the shop, pages from 0, filtered by time only. */
const MAX_SIZE = 100
const DEEPEST_ROW = 50_000

const refused = (message: string): RouteResult => ({ code: 40004, message, data: null })

interface Asked {
  page: number
  size: number
  byUpdate: boolean
  ascending: boolean
  from: number
  to: number
}

interface Change {
  order: WorldOrder
  updatedAt: number
}

export function searchOrders(context: RouteContext): RouteResult {
  const { now, body } = context
  const asked = readBody((body ?? {}) as Record<string, unknown>)
  if (typeof asked === 'string') return refused(`isv.parameter-invalid:${asked}`)
  const { page, size, byUpdate, ascending, from, to } = asked
  if ((page + 1) * size > DEEPEST_ROW) return refused('isv.parameter-invalid:page')
  const at = ({ order, updatedAt }: Change) => (byUpdate ? updatedAt : order.createdAt)
  const found = atInstant(context, 'doudian changes', changesAt).filter(
    (change) => at(change) >= from && at(change) <= to,
  )
  if (!byUpdate || !ascending) found.sort((a, b) => (ascending ? at(a) - at(b) : at(b) - at(a)))
  const shown = found.slice(page * size, (page + 1) * size)
  const shop_order_list = shown.map(({ order }) => wireOf(order, now))
  return { code: 10000, message: '', data: { page, size, total: found.length, shop_order_list } }
}

/** Latest change last. */
function changesAt(orders: readonly WorldOrder[], now: number): Change[] {
  const happened = orders.filter((order) => order.createdAt <= now)
  const changes = happened.map((order) => ({ order, updatedAt: stateOf(order, now).updatedAt }))
  return changes.sort((a, b) => a.updatedAt - b.updatedAt)
}

function readBody(body: Record<string, unknown>): Asked | string {
  const { page, size, order_by, order_asc } = body
  const int = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
  const bound = (name: string, otherwise: number) => (int(body[name]) ? body[name] * 1000 : otherwise)
  if (!int(page)) return 'page'
  if (!int(size) || size < 1 || size > MAX_SIZE) return 'size'
  if (order_by !== undefined && order_by !== 'create_time' && order_by !== 'update_time') return 'order_by'
  const byUpdate = order_by === 'update_time'
  const field = byUpdate ? 'update_time' : 'create_time'
  return {
    page,
    size,
    byUpdate,
    ascending: order_asc === true,
    from: bound(`${field}_start`, 0),
    to: bound(`${field}_end`, Number.POSITIVE_INFINITY) + 999,
  }
}

function wireOf(order: WorldOrder, now: number) {
  const { status, updatedAt, refunded } = stateOf(order, now)
  const paid = order.paidAt !== null && order.paidAt <= now ? order.paidAt / 1000 : 0
  const { video } = order
  const roomId = order.inRoom ? BigInt(video.itemId) - 7n : 0n
  return {
    order_id: order.orderId,
    order_status: status,
    pay_amount: order.skus.reduce((sum, sku) => sum + sku.payFen, 0),
    pay_time: paid,
    create_time: order.createdAt / 1000,
    update_time: updatedAt / 1000,
    sku_order_list: order.skus.map((sku) => ({
      order_id: sku.orderId,
      product_id: BigInt(order.productId),
      product_name: order.productName,
      item_num: 1,
      order_amount: sku.payFen,
      pay_amount: sku.payFen,
      pay_time: paid,
      author_id: BigInt(video.kol.awemeId),
      author_name: video.kol.nickname,
      room_id: roomId,
      room_id_str: String(roomId),
      video_id: order.inRoom ? '' : video.itemId,
      content_id: '',
      cid: 0,
      ad_env_type: order.inRoom ? 'live' : 'video',
      c_biz: 2,
      origin_id: '',
      after_sale_info: {
        after_sale_status: refunded ? 12 : 0,
        after_sale_type: 0,
        refund_status: refunded ? 3 : 0,
      },
    })),
  }
}
