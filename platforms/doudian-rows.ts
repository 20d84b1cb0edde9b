import { z } from 'zod'
import type { OrderRow, OrderStatus } from './doudian.ts'
import { shanghaiInstant } from './shanghai.ts'

/** The platform's orders as rows of ours. Amounts are 分 on both sides. */
const id = z.union([z.string(), z.int().transform(String)])
const fen = z.int().nonnegative()
const unixSeconds = z.int().nonnegative()

const skuSchema = z.object({
  order_id: id,
  product_id: id.nullish(),
  pay_amount: fen,
  pay_time: unixSeconds.nullish(),
  author_id: id.nullish(),
  video_id: id.nullish(),
  after_sale_info: z
    .object({ after_sale_status: z.int().nullish(), refund_status: z.int().nullish() })
    .nullish(),
})
const shopOrderSchema = z.object({
  order_id: id,
  order_status: z.int(),
  pay_amount: fen,
  pay_time: unixSeconds.nullish(),
  update_time: unixSeconds.nullish(),
  sku_order_list: z.array(skuSchema).nullish(),
})
export const shopPageSchema = z.object({ shop_order_list: z.array(shopOrderSchema).nullish() })

const allianceOrderSchema = z.object({
  order_id: id,
  product_id: id.nullish(),
  total_pay_amount: fen,
  pay_goods_amount: fen.nullish(),
  settled_goods_amount: fen.nullish(),
  commission_rate: z.int().nonnegative().nullish(),
  estimated_commission: z.int().nullish(),
  flow_point: z.enum(['PAY_SUCC', 'REFUND', 'SETTLE', 'CONFIRM']),
  pay_success_time: z.string(),
  settle_time: z.string().nullish(),
  refund_time: z.string().nullish(),
  media_type: z.string(),
  media_id: id.nullish(),
  author_short_id: id.nullish(),
})
export const alliancePageSchema = z.object({
  orders: z.array(allianceOrderSchema).nullish(),
  cursor: id,
})

const SHOP_STATUS: Readonly<Record<number, OrderStatus>> = {
  1: 'UNPAID',
  105: 'PAID',
  2: 'PAID',
  101: 'SHIPPED',
  3: 'SHIPPED',
  4: 'CANCELED',
  5: 'FINISHED',
}
const ALLIANCE_STATUS = {
  PAY_SUCC: 'PAID',
  REFUND: 'REFUNDED',
  SETTLE: 'SETTLED',
  CONFIRM: 'CONFIRMED',
} as const
const REFUNDED = 3
const AFTER_SALE_DONE = 12

/** The lines of a paid order that a video brought. */
export function* shopRows(order: z.infer<typeof shopOrderSchema>): Generator<OrderRow> {
  const skus = order.sku_order_list ?? []
  const sum = skus.reduce((total, sku) => total + sku.pay_amount, 0)
  const doubt =
    sum === order.pay_amount ? null : `the lines sum to ${sum}, the order says ${order.pay_amount}`
  for (const sku of skus) {
    const paid = sku.pay_time || order.pay_time
    const itemId = present(sku.video_id)
    if (!itemId || !paid) continue
    const status = SHOP_STATUS[order.order_status]
    yield {
      side: 'shop',
      orderId: sku.order_id,
      itemId,
      kolAccountId: present(sku.author_id),
      productId: present(sku.product_id),
      payAmountFen: sku.pay_amount,
      settledFen: null,
      status: status ?? 'PAID',
      paidAt: paid * 1000,
      updatedAt: order.update_time ? order.update_time * 1000 : null,
      refunded: isRefunded(sku),
      ...qualityOf(status ? doubt : `unknown order_status ${order.order_status}`),
    }
  }
}

function isRefunded({ after_sale_info: info }: z.infer<typeof skuSchema>): boolean {
  return info?.refund_status === REFUNDED || info?.after_sale_status === AFTER_SALE_DONE
}

/** One row, or none where live, shop window or others brought the sale. */
export function* allianceRow(order: z.infer<typeof allianceOrderSchema>): Generator<OrderRow> {
  const itemId = present(order.media_id)
  const paidAt = shanghaiInstant(order.pay_success_time)
  if (order.media_type !== 'video' || !itemId || paidAt === null) return
  const status = ALLIANCE_STATUS[order.flow_point]
  const instants = [order.settle_time, order.refund_time].map((text) => shanghaiInstant(text ?? '') ?? 0)
  const isSettled = shanghaiInstant(order.settle_time ?? '') !== null
  yield {
    side: 'alliance',
    orderId: order.order_id,
    itemId,
    kolAccountId: present(order.author_short_id),
    productId: present(order.product_id),
    payAmountFen: order.total_pay_amount,
    settledFen: isSettled ? (order.settled_goods_amount ?? null) : null,
    status,
    paidAt,
    updatedAt: Math.max(paidAt, ...instants),
    refunded: status === 'REFUNDED',
    ...qualityOf(allianceDoubt(order)),
  }
}

/** Commission is amount x rate; and nothing settles above what was paid. */
function allianceDoubt(order: z.infer<typeof allianceOrderSchema>): string | null {
  const { pay_goods_amount: goods, commission_rate: rate, estimated_commission: commission } = order
  if ((order.settled_goods_amount ?? 0) > order.total_pay_amount) return 'more settled than paid'
  if (goods == null || rate == null || commission == null) return null
  const expected = (goods * rate) / 10_000
  return Math.abs(commission - expected) <= 1 ? null : `commission ${commission}, expected ${expected}`
}

function qualityOf(doubt: string | null): Pick<OrderRow, 'quality' | 'doubt'> {
  return { quality: doubt === null ? 'ok' : 'disputed', doubt }
}

/** Empty and 0 are the vendor's "none". */
function present(text: string | null | undefined): string | null {
  return text && text !== '0' ? text : null
}
