import type { z } from 'zod'
import { type Quality, qualityOf } from './qianchuan-quality.ts'
import type { MarketingGoal } from './suixintui-rules.ts'
import type { detailSchema, OrderStatus, orderPage, quotaSchema, reportPage } from './suixintui-wire.ts'

/** What is read of one paid order for one video, in our units. */
export interface SuixintuiOrder {
  orderId: string
  /** The plan behind the order, by which reports ask; null until the order is paid and its plan exists. */
  adId: string | null
  awemeId: string | null
  itemId: string | null
  goal: MarketingGoal
  externalAction: string | null
  status: OrderStatus
  /** What was ordered first, without renewals; null in a list, which does not say. */
  amountFen: number | null
  hours: number | null
  /** The platform keeps whole seconds. */
  createdAt: number
}

export interface SuixintuiDetail extends SuixintuiOrder {
  /** After coupons. */
  paidFen: number | null
  bidType: string | null
  cpaBidFen: number | null
  roiGoal: number | null
  /** In sum, with their number; the time in the platform's unit (days of a video, hours of a room). */
  renewals: { addedFen: number | null; count: number | null; addedTime: number | null } | null
  /** Why the review refused it. */
  auditReasons: string[]
}

/** Cumulative over the days asked for. */
export interface OrderReport {
  adId: string
  orderId: string | null
  spendFen: number | null
  shows: number | null
  boughtPlays: number | null
  clicks: number | null
  likes: number | null
  comments: number | null
  shares: number | null
  follows: number | null
  orders: number | null
  gmvFen: number | null
  roi: number | null
  quality: Quality
}

export interface OrderQuota {
  /** Orders that may run at once, and that do. */
  most: number
  used: number
  gear: number | null
  /** Most that one order may cost; read as yuan, which the document does not say. */
  maxCostFen: number | null
  terminations: { most: number; used: number } | null
}

export function orderOf(row: z.infer<typeof orderPage>['list'][number]): SuixintuiOrder {
  return {
    orderId: row.order_id,
    adId: row.ad_id,
    awemeId: row.aweme_info?.aweme_id ?? null,
    itemId: row.video_info?.aweme_item_id ?? null,
    goal: row.marketing_goal,
    externalAction: row.delivery_setting?.external_action ?? null,
    status: row.status,
    amountFen: null,
    hours: null,
    createdAt: row.order_create_time,
  }
}

export function detailOf(row: z.infer<typeof detailSchema>): SuixintuiDetail {
  const { delivery_setting: setting, add_amount_info: added, audit_record: audit } = row
  return {
    ...orderOf({ ...row, delivery_setting: { external_action: setting.external_action ?? '' } }),
    externalAction: setting.external_action ?? null,
    amountFen: setting.amount,
    hours: setting.delivery_time,
    paidFen: setting.payment_amount,
    bidType: setting.bid_type ?? null,
    cpaBidFen: setting.cpa_bid,
    roiGoal: setting.roi_goal,
    renewals: added
      ? { addedFen: added.add_amount, count: added.add_amount_cnt, addedTime: added.add_delivery_time }
      : null,
    auditReasons: [...(audit?.detail_desc_list ?? []), audit?.status_attach_desp ?? ''].filter(Boolean),
  }
}

export function reportOf(row: z.infer<typeof reportPage>['list'][number]): OrderReport {
  const money = { spendFen: row.stat_cost, gmvFen: row.pay_order_amount, roi: row.prepay_and_pay_order_roi }
  return {
    adId: row.ad_id,
    orderId: row.order_id,
    ...money,
    shows: row.show_cnt,
    boughtPlays: row.total_play,
    clicks: row.click_cnt,
    likes: row.dy_like,
    comments: row.dy_comment,
    shares: row.dy_share,
    follows: row.dy_follow,
    orders: row.pay_order_count,
    quality: qualityOf(money),
  }
}

export function quotaOf(data: z.infer<typeof quotaSchema>): OrderQuota {
  return {
    most: data.sum_quota,
    used: data.used_quota,
    gear: data.quota_gear ?? null,
    maxCostFen: data.max_cost,
    terminations: terminationsOf(data.terminate_quota_info),
  }
}

export function terminationsOf(
  info: z.infer<typeof quotaSchema>['terminate_quota_info'],
): OrderQuota['terminations'] {
  return info ? { most: info.terminate_quota_sum, used: info.terminate_quota_used } : null
}
