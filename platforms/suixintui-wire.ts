import { z } from 'zod'
import { idSchema, wireId } from './oceanengine.ts'
import { cursorInfo, listOf, pageInfo } from './oceanengine-page.ts'
import { amountSchema, shanghaiInstant, yuanOfFen, yuanSchema } from './qianchuan-units.ts'
import type { Audience, OrderInput } from './suixintui-rules.ts'

/** 随心推 on the wire: money in yuan, instants as text of Shanghai. */
export const ORDER_STATUSES = [
  'UNPAID',
  'CREATING',
  'AUDIT',
  'BOOK',
  'DELIVERY_OK',
  'TIMEOUT',
  'UNPAIDCANCEL',
  'FAILED',
  'OFFLINE_AUDIT',
  'FINISHED',
  'OVER',
  'FROZEN',
] as const
/** UNKNOWN: a word that this file does not know. Such an order counts as open. */
export type OrderStatus = (typeof ORDER_STATUSES)[number] | 'UNKNOWN'
/** Nothing more happens to these. */
export const CLOSED_STATUSES: ReadonlySet<OrderStatus> = new Set([
  'TIMEOUT',
  'UNPAIDCANCEL',
  'FAILED',
  'OFFLINE_AUDIT',
  'FINISHED',
  'OVER',
  'FROZEN',
])

const status = z.enum([...ORDER_STATUSES, 'UNKNOWN']).catch('UNKNOWN')
/** Left out, or 0, until there is one. */
export const optionalId = z
  .union([idSchema, z.literal('').transform(() => null)])
  .nullish()
  .transform((id) => (id === '0' ? null : (id ?? null)))

const listed = {
  order_id: idSchema,
  ad_id: optionalId,
  aweme_info: z.object({ aweme_id: optionalId }).nullish(),
  video_info: z.object({ aweme_item_id: optionalId }).nullish(),
  marketing_goal: z.enum(['VIDEO_PROM_GOODS', 'LIVE_PROM_GOODS']),
  order_create_time: shanghaiInstant,
  status,
}
const listSchema = z.object({
  ...listed,
  delivery_setting: z.object({ external_action: z.string() }).nullish(),
})
const time = z
  .number()
  .nullish()
  .transform((value) => value ?? null)

export const detailSchema = z.object({
  ...listed,
  delivery_setting: z.object({
    amount: yuanSchema,
    payment_amount: yuanSchema,
    delivery_time: time,
    external_action: z.string().nullish(),
    bid_type: z.string().nullish(),
    cpa_bid: yuanSchema,
    roi_goal: amountSchema,
  }),
  add_amount_info: z
    .object({ add_amount: yuanSchema, add_amount_cnt: time, add_delivery_time: time })
    .nullish(),
  audit_record: z
    .object({ detail_desc_list: z.array(z.string()).nullish(), status_attach_desp: z.string().nullish() })
    .nullish(),
})

export const orderPage = z.object({
  page_info: cursorInfo,
  list: listOf(listSchema),
  fail_list: listOf(idSchema),
})
export const createdSchema = z.object({ order_id: idSchema, ad_id: optionalId })

const terminateQuota = z.object({ terminate_quota_sum: z.int(), terminate_quota_used: z.int() })
export const terminatedSchema = z.object({
  order_ids: listOf(idSchema),
  terminate_quota_info: terminateQuota.nullish(),
})
export const quotaSchema = z.object({
  sum_quota: z.int(),
  used_quota: z.int(),
  quota_gear: z.int().nullish(),
  max_cost: yuanSchema,
  terminate_quota_info: terminateQuota.nullish(),
})

const figure = z
  .int()
  .nullish()
  .transform((value) => value ?? null)
const reportRow = z.object({
  ad_id: idSchema,
  order_id: optionalId,
  stat_cost: yuanSchema,
  show_cnt: figure,
  total_play: figure,
  click_cnt: figure,
  dy_like: figure,
  dy_comment: figure,
  dy_share: figure,
  dy_follow: figure,
  pay_order_count: figure,
  pay_order_amount: yuanSchema,
  prepay_and_pay_order_roi: amountSchema,
})
export const REPORT_FIELDS = Object.keys(reportRow.shape).filter((name) => !name.endsWith('_id'))
export const reportPage = z.object({ page_info: pageInfo, list: listOf(reportRow) })

export function orderBody(order: OrderInput) {
  const { cpaBidFen, roiGoal, liveHeat, itemId } = order
  return {
    advertiser_id: wireId('advertiserId', order.advertiserId),
    marketing_goal: order.goal,
    aweme_id: wireId('awemeId', order.awemeId),
    ...(itemId === null ? {} : { aweme_item_id: wireId('itemId', itemId) }),
    audience: audienceBody(order.audience),
    delivery_setting: {
      amount: yuanOfFen(order.amountFen),
      bid_mode: 'PRICING_ACTION',
      bid_type: order.bidType,
      delivery_time: order.hours,
      external_action: order.externalAction,
      ...(cpaBidFen === undefined ? {} : { cpa_bid: yuanOfFen(cpaBidFen) }),
      ...(roiGoal === undefined ? {} : { roi_goal: roiGoal }),
      ...(liveHeat === undefined ? {} : { liveroom_heat_mode: liveHeat }),
    },
  }
}

export function audienceBody(audience: Audience): Record<string, unknown> {
  const ids = (list: readonly string[]) => list.map((id) => wireId('audience', id))
  if (audience.mode === 'ATUO') return { audience_mode: 'ATUO' }
  if (audience.mode !== 'CUSTOM') {
    return { audience_mode: audience.mode, author_ids: ids(audience.authorIds) }
  }
  const { ages, gender, region, interestIds } = audience
  return {
    audience_mode: 'CUSTOM',
    ...(ages ? { age: ages } : {}),
    ...(gender ? { gender } : {}),
    ...(region ? { district: region.district, city: ids(region.ids) } : {}),
    ...(interestIds ? { interest_categories: ids(interestIds) } : {}),
  }
}
