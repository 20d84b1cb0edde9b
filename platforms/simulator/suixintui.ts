import { DAY, HOUR } from '../../rules/types.ts'
import { shanghaiDate, shanghaiInstant, shanghaiText } from '../shanghai.ts'
import type { WorldKol } from './cast.ts'
import { granted, paged, refused, route } from './oceanengine-route.ts'
import { adIdAt, createOrder, type Order, RUNNING, renew, statusAt, terminate } from './orders.ts'
import { balanceOf, ledgerOf, orderFigures, quotaOf, TERMINATIONS_A_DAY } from './orders-ledger.ts'
import { plus, roiOf } from './orders-yield.ts'
import {
  bidAsk,
  createAsk,
  detailAsk,
  listAsk,
  quotaAsk,
  renewAsk,
  reportAsk,
  roiAsk,
  terminateAsk,
} from './suixintui-asks.ts'
import type { Route, RouteContext } from './vendor.ts'
import { isPublic, shanghaiMidnight } from './videos.ts'

/** 小店随心推. No key makes a create idempotent: the same question twice is two orders, as with the vendor. */
const BASE = '/open_api/v1.0/qianchuan/aweme/'

export const suixintuiRoutes: Route[] = [
  route({
    method: 'POST',
    path: `${BASE}order/create/`,
    asks: createAsk,
    answer(context, asked) {
      const { world, now } = context
      const ledger = ledgerOf(context)
      const video = world.video(asked.aweme_item_id)
      if (!video || !isPublic(video, now)) return refused(40501, 'video does not exist')
      if (video.kol.awemeId !== asked.aweme_id) return refused(40001, 'aweme_id: not the author of the video')
      const amountFen = asked.delivery_setting.amount * 100
      const quota = quotaOf(context, asked.advertiser_id, now)
      if (quota.used >= quota.most) return refused(40001, 'order quota is used up')
      if (balanceOf(context, asked.advertiser_id, now).freeFen < amountFen)
        return refused(40200, 'balance is not enough')
      const order = createOrder(world.options.seed, ledger.orders.length, {
        advertiserId: asked.advertiser_id,
        awemeId: asked.aweme_id,
        itemId: asked.aweme_item_id,
        goal: asked.marketing_goal,
        amountFen,
        hours: asked.delivery_setting.delivery_time,
        setting: asked.delivery_setting,
        audience: asked.audience ?? null,
        createdAt: now,
        end: ledger.ends.shift() ?? null,
        opens: (from) => (asked.marketing_goal === 'LIVE_PROM_GOODS' ? roomOpensAt(video.kol, from) : from),
      })
      ledger.orders.push(order)
      return { ...granted({ order_id: BigInt(order.orderId) }), made: order.orderId }
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}order/get/`,
    asks: listAsk,
    answer(context, asked) {
      const { order_create_start_date: from, order_create_end_date: to, filtering, cursor, count } = asked
      const orders = ledgerOf(context).orders.filter((order) => {
        const day = shanghaiDate(order.createdAt)
        const status = filtering.status ?? statusAt(order, context.now)
        return (
          order.advertiserId === asked.advertiser_id &&
          filtering.marketing_goal === order.goal &&
          (!from || day >= from) &&
          (!to || day <= to) &&
          statusAt(order, context.now) === status
        )
      })
      const rows = orders.toReversed().slice(cursor, cursor + count)
      const next = cursor + rows.length
      return granted({
        fail_list: [],
        list: rows.map((order) => listed(context, order)),
        page_info: { count: rows.length, cursor: next, has_more: next < orders.length ? 1 : 0 },
      })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}order/detail/get/`,
    asks: detailAsk,
    answer(context, asked) {
      const order = find(context, asked.advertiser_id, asked.order_id)
      return order ? granted(detail(context, order)) : refused(40001, 'order_id: no such order')
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}order/budget/add/`,
    asks: renewAsk,
    answer(context, asked) {
      const order = find(context, asked.advertiser_id, asked.order_id)
      if (!order || statusAt(order, context.now) !== 'DELIVERY_OK')
        return refused(40001, 'order_id: not in delivery')
      const fen = asked.renewal_budget * 100
      if (balanceOf(context, asked.advertiser_id, context.now).freeFen < fen)
        return refused(40200, 'balance is not enough')
      const added = asked.renewal_delivery_seconds
      const live = order.goal === 'LIVE_PROM_GOODS'
      if (!live && (!Number.isInteger(added) || added > 7)) return refused(40001, 'renewal_delivery_seconds')
      renew(order, context.now, fen, added * (live ? HOUR : DAY), added)
      return granted({})
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}order/terminate/`,
    asks: terminateAsk,
    answer(context, asked) {
      const { now } = context
      const order = find(context, asked.advertiser_id, asked.order_ids[0] ?? '')
      if (!order || !RUNNING.has(statusAt(order, now))) return refused(40001, 'order_ids: not running')
      if (quotaOf(context, asked.advertiser_id, now).terminated >= TERMINATIONS_A_DAY)
        return refused(40001, 'terminate quota is used up')
      terminate(order, now)
      ledgerOf(context).terminations.push({ advertiserId: asked.advertiser_id, at: now })
      return granted({
        order_ids: [BigInt(order.orderId)],
        terminate_quota_info: terminateInfo(context, asked.advertiser_id),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}order/quota/get/`,
    asks: quotaAsk,
    answer(context, asked) {
      const quota = quotaOf(context, asked.advertiser_id, context.now)
      return granted({
        max_cost: quota.maxCostFen / 100,
        quota_gear: quota.gear,
        sum_quota: quota.most,
        used_quota: quota.used,
        terminate_quota_info: terminateInfo(context, asked.advertiser_id),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}suggest_bid/`,
    asks: bidAsk,
    answer: (_, asked) =>
      granted({ suggest_bid: asked.delivery_setting.external_action.endsWith('SHOPPING') ? 38.5 : 1.2 }),
  }),
  route({
    method: 'GET',
    path: `${BASE}suggest/roi/goal/`,
    asks: roiAsk,
    answer: () => granted({ ecp_roi_goal: 1.85 }),
  }),
  route({
    method: 'GET',
    path: `${BASE}report/order/get/`,
    asks: reportAsk,
    answer(context, asked) {
      const from = shanghaiInstant(`${asked.start_date} 00:00:00`) ?? 0
      const to = Math.min(context.now, (shanghaiInstant(`${asked.end_date} 00:00:00`) ?? 0) + DAY)
      const wanted = asked.filtering.ad_ids
      const rows = ledgerOf(context)
        .orders.filter((order) => order.advertiserId === asked.advertiser_id)
        .filter((order) => order.goal === asked.filtering.marketing_goal)
        .filter((order) => !wanted || wanted.includes(order.adId))
        .map((order) => reportRow(context, order, from, to))
        .filter((row) => row.stat_cost > 0)
      const { rows: list, page_info } = paged(rows, asked.page, asked.page_size)
      return granted({ list, page_info })
    },
  }),
]

/** A KOL's room is open for three hours of every day, from the hour of their habit. */
function roomOpensAt({ habitHour }: WorldKol, from: number): number {
  const today = shanghaiMidnight(from) + habitHour * HOUR
  if (from < today) return today
  return from < today + 3 * HOUR ? from : today + DAY
}

function find(context: RouteContext, advertiserId: string, orderId: string): Order | undefined {
  return ledgerOf(context).orders.find(
    (order) => order.orderId === orderId && order.advertiserId === advertiserId,
  )
}

function terminateInfo(context: RouteContext, advertiserId: string) {
  const { terminated } = quotaOf(context, advertiserId, context.now)
  return { terminate_quota_sum: TERMINATIONS_A_DAY, terminate_quota_used: terminated }
}

function listed({ world, now }: RouteContext, order: Order) {
  const video = world.video(order.itemId)
  const adId = adIdAt(order, now)
  return {
    ...(adId === null ? {} : { ad_id: BigInt(adId) }),
    order_id: BigInt(order.orderId),
    order_create_time: shanghaiText(order.createdAt),
    marketing_goal: order.goal,
    status: statusAt(order, now),
    aweme_info: { aweme_id: BigInt(order.awemeId), aweme_name: video?.kol.nickname ?? '' },
    delivery_setting: { external_action: order.setting.external_action },
    video_info: {
      aweme_item_id: BigInt(order.itemId),
      aweme_item_title: video?.title ?? '',
      item_type: 0,
    },
  }
}

function detail(context: RouteContext, order: Order) {
  const refusal = statusAt(order, context.now) === 'OFFLINE_AUDIT'
  const added = order.additions
  return {
    ...listed(context, order),
    delivery_setting: { ...order.setting, payment_amount: order.amountFen / 100 },
    add_amount_info: {
      add_amount: added.reduce((total, { fen }) => total + fen, 0) / 100,
      add_amount_cnt: added.length,
      add_delivery_time: added.reduce((total, { time }) => total + time, 0),
    },
    audit_record: {
      detail_desc_list: refusal ? ['画面含有绝对化用语'] : [],
      status_attach_desp: refusal ? '审核不通过' : '',
    },
  }
}

function reportRow({ world }: RouteContext, order: Order, from: number, to: number) {
  const seen = plus(orderFigures(world, order, to), orderFigures(world, order, from), -1)
  return {
    ad_id: BigInt(order.adId),
    advertiser_id: BigInt(order.advertiserId),
    order_id: BigInt(order.orderId),
    marketing_goal: order.goal,
    stat_cost: seen.spendFen / 100,
    show_cnt: seen.shows,
    total_play: seen.plays,
    click_cnt: seen.clicks,
    dy_like: seen.likes,
    dy_comment: seen.comments,
    dy_share: seen.shares,
    dy_follow: seen.follows,
    pay_order_count: seen.orders,
    pay_order_amount: seen.gmvFen / 100,
    prepay_and_pay_order_roi: roiOf(seen),
  }
}
