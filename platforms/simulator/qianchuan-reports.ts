import { z } from 'zod'
import { DAY } from '../../rules/types.ts'
import { shanghaiDate, shanghaiInstant, shanghaiText } from '../shanghai.ts'
import { anySize, granted, id, page, paged, refused, route } from './oceanengine-route.ts'
import { balanceOf, ledgerOf, orderFigures, planFigures, planTotal, sum } from './orders-ledger.ts'
import { type Figures, materialOf, plus, roiOf } from './orders-yield.ts'
import type { Plan } from './plans.ts'
import { createRandom } from './random.ts'
import type { Route, RouteContext } from './vendor.ts'

/** 千川's reports, balance, accounts and library. Reports are in yuan, the wallet in 1/1000 分. */
const BASE = '/open_api/v1.0/qianchuan/'
const account = { advertiser_id: id }
const days = { start_date: z.iso.date(), end_date: z.iso.date() }
const texts = z.array(z.string())
/** The one shop of this world. */
export const SHOP_ID = '1010000000000001'

export const qianchuanReportRoutes: Route[] = [
  route({
    method: 'GET',
    path: `${BASE}report/advertiser/get/`,
    asks: z
      .strictObject({
        ...account,
        ...days,
        fields: texts,
        filtering: z.strictObject({
          marketing_goal: z.string(),
          order_platform: z.enum(['ALL', 'ECP_AWEME', 'QIANCHUAN']).optional(),
        }),
        time_granularity: z.literal('TIME_GRANULARITY_DAILY'),
        page,
        page_size: anySize(500),
      })
      .refine((each) => startOf(each.end_date) - startOf(each.start_date) <= 30 * DAY, 'more than 30 days'),
    answer(context, asked) {
      const first = startOf(asked.start_date)
      const count = Math.round((startOf(asked.end_date) - first) / DAY) + 1
      const platform = asked.filtering.order_platform ?? 'QIANCHUAN'
      const starts = Array.from({ length: count }, (_, day) => first + day * DAY)
      const all = starts.filter((at) => at <= context.now)
      const { rows, page_info } = paged(all, asked.page, asked.page_size)
      const list = rows.map((at) => dayRow(context, asked.advertiser_id, platform, at))
      return granted({ list, page_info })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}report/ad/get/`,
    asks: z
      .strictObject({
        ...account,
        ...days,
        fields: texts,
        filtering: z.strictObject({
          marketing_goal: z.string(),
          ad_ids: z.array(id).max(100).optional(),
          order_platform: z.enum(['ALL', 'ECP_AWEME', 'QIANCHUAN']).optional(),
          status: z.string().optional(),
        }),
        time_granularity: z.literal('TIME_GRANULARITY_DAILY').optional(),
        page,
        page_size: anySize(500),
      })
      .refine((each) => startOf(each.end_date) - startOf(each.start_date) <= 30 * DAY, 'more than 30 days'),
    answer(context, asked) {
      const [from, to] = [startOf(asked.start_date), Math.min(context.now, startOf(asked.end_date) + DAY)]
      const { ad_ids: wanted, order_platform } = asked.filtering
      const own = order_platform === 'ECP_AWEME' ? [] : standardPlans(context, asked.advertiser_id)
      const spans = asked.time_granularity ? daysOf(from, to) : [{ from, to }]
      const all = own
        .filter(({ adId }) => !wanted || wanted.includes(adId))
        .flatMap((plan) => spans.map((part) => ({ plan, ...part, seen: planSeen(context, plan, part) })))
        .filter(({ seen }) => seen.spendFen > 0)
      const { rows, page_info } = paged(all, asked.page, asked.page_size)
      const list = rows.map(({ plan, from, seen }) => ({
        advertiser_id: BigInt(asked.advertiser_id),
        ad_id: BigInt(plan.adId),
        ...(asked.time_granularity && { stat_datetime: `${shanghaiDate(from)} 00:00:00` }),
        ...metrics(seen),
        show_cnt: seen.shows,
        click_cnt: seen.clicks,
        dy_like: seen.likes,
        dy_comment: seen.comments,
        dy_share: seen.shares,
      }))
      return granted({ list, page_info })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}report/material/get/`,
    asks: z.strictObject({
      ...account,
      ...days,
      fields: texts,
      filtering: z.strictObject({ material_type: z.literal('video'), material_id: z.array(id).optional() }),
      page,
      page_size: anySize(100),
    }),
    answer(context, asked) {
      const [from, to] = [startOf(asked.start_date), Math.min(context.now, startOf(asked.end_date) + DAY)]
      const wanted = asked.filtering.material_id
      const plans = standardPlans(context, asked.advertiser_id)
      const materials = new Map(
        plans.flatMap((plan) => plan.materials.map(({ materialId, itemId }) => [materialId, itemId])),
      )
      const all = [...materials]
        .filter(([materialId]) => !wanted || wanted.includes(materialId))
        .map(([materialId, itemId]) => {
          const within = plans.filter((plan) => plan.materials.some((each) => each.materialId === materialId))
          const seen = sum(within.map((plan) => materialSeen(context, plan, itemId, { from, to })))
          return { materialId, within, seen }
        })
      const { rows, page_info } = paged(all, asked.page, asked.page_size)
      const list = rows.map(({ materialId, within, seen }) => ({
        advertiser_id: BigInt(asked.advertiser_id),
        material_id: BigInt(materialId),
        material_type: 'video',
        related_ad_ids: within.map(({ adId }) => BigInt(adId)),
        related_ad_cnt: within.length,
        fields: metrics(seen),
      }))
      return granted({ list, page_info })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}report/ad/material/get/`,
    asks: z.strictObject({
      ...account,
      ad_id: id,
      ...days,
      fields: texts,
      filtering: z.strictObject({ material_type: z.literal('VIDEO'), object_ids: z.array(id).min(1) }),
    }),
    answer(context, asked) {
      const plan = standardPlans(context, asked.advertiser_id).find(({ adId }) => adId === asked.ad_id)
      if (!plan) return refused(40001, 'ad_id: no such plan')
      const [from, to] = [startOf(asked.start_date), Math.min(context.now, startOf(asked.end_date) + DAY)]
      const own = plan.materials.filter(({ materialId }) => asked.filtering.object_ids.includes(materialId))
      const material_info = own.map(({ materialId, itemId }) => ({
        material_id: BigInt(materialId),
        metrics: metrics(materialSeen(context, plan, itemId, { from, to })),
      }))
      return granted({ material_info })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}report/uni_promotion/get/`,
    asks: z.strictObject({ ...account, ...days, fields: texts, marketing_goal: z.string().optional() }),
    answer(context, asked) {
      const { world, now } = context
      const ledger = ledgerOf(context)
      const [from, to] = [startOf(asked.start_date), Math.min(now, startOf(asked.end_date) + DAY)]
      const plans = ledger.plans.filter(
        (plan) => plan.kind === 'UNI' && plan.advertiserId === asked.advertiser_id,
      )
      const upTo = (at: number) => sum(plans.map((plan) => planTotal(world, ledger, plan, at)))
      const seen = plus(upTo(to), upTo(from), -1)
      return granted({
        stat_cost: seen.spendFen / 100,
        total_pay_order_count_for_roi2: seen.orders,
        total_pay_order_gmv_for_roi2: seen.gmvFen / 100,
        total_prepay_and_pay_order_roi2: roiOf(seen),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}finance/wallet/get/`,
    asks: z.strictObject(account),
    answer(context, asked) {
      const { totalFen, validFen, heldFen } = balanceOf(context, asked.advertiser_id, context.now)
      return granted({
        total_balance_abs: totalFen * 1000,
        general_total_balance: totalFen * 1000,
        general_balance_valid: validFen * 1000,
        general_balance_invalid: heldFen * 1000,
        general_balance_invalid_order: heldFen * 1000,
        general_balance_invalid_frozen: 0,
      })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}aweme/authorized/get/`,
    asks: z.strictObject({ ...account, filtering: z.unknown().optional(), page, page_size: anySize(100) }),
    answer({ world, bound }, asked) {
      const kols = world.kols.filter(({ awemeId }) => bound(awemeId))
      const { rows, page_info } = paged(kols, asked.page, asked.page_size)
      const aweme_id_list = rows.map((kol) => ({
        aweme_id: BigInt(kol.awemeId),
        aweme_show_id: `dy${kol.awemeId.slice(-8)}`,
        aweme_name: kol.nickname,
        aweme_status: 'NORMAL',
        aweme_has_video_permission: true,
        aweme_has_live_permission: false,
        aweme_has_uni_prom: false,
        bind_type: ['AWEME_COOPERATOR'],
      }))
      return granted({ aweme_id_list, page_info })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}video/get/`,
    asks: z.strictObject({
      ...account,
      filtering: z.strictObject({
        material_ids: z.array(id).max(100).optional(),
        video_ids: texts.max(100).optional(),
      }),
      page,
      page_size: anySize(100),
    }),
    answer(context, asked) {
      const { material_ids, video_ids } = asked.filtering
      const all = [...context.world.history, ...context.world.videos].filter(
        (video) =>
          video.publishedAt <= context.now &&
          (!material_ids || material_ids.includes(materialOf(video))) &&
          (!video_ids || video_ids.includes(videoIdOf(video.itemId))),
      )
      const { rows, page_info } = paged(all, asked.page, asked.page_size)
      const list = rows.map((video) => ({
        id: videoIdOf(video.itemId),
        material_id: BigInt(materialOf(video)),
        filename: `${video.title}.mp4`,
        signature: createRandom('signature', video.itemId).digits(32),
        duration: 15.5,
        create_time: shanghaiText(video.publishedAt),
        width: 1080,
        height: 1920,
      }))
      return granted({ list, page_info })
    },
  }),
  shopAdvertisers(),
]

/** The one interface that asks about a shop instead of an account. */
function shopAdvertisers(): Route {
  const asks = z
    .strictObject({
      shop_id: id,
      permission: z.array(z.literal('QC_AWEME')).optional(),
      page,
      page_size: anySize(100),
    })
    .transform((asked) => ({ ...asked, advertiser_id: asked.shop_id }))
  const path = `${BASE}shop/advertiser/list/`
  const inner = (advertiserIds: readonly string[]) =>
    route({
      method: 'GET',
      path,
      asks,
      answer(_, asked) {
        const { rows, page_info } = paged(advertiserIds, asked.page, asked.page_size)
        const list = rows.map(BigInt)
        const adv_id_list = list.map((adv_id) => ({ adv_id, extra_permission: ['QC_AWEME'] }))
        return granted({ list, adv_id_list, page_info })
      },
    })
  // For this call the shop is what the token may speak for.
  const answer = (context: RouteContext) =>
    inner(context.advertiserIds).answer({ ...context, advertiserIds: [SHOP_ID] })
  return { method: 'GET', path, answer }
}

/** As listed by file/video/aweme/get. */
function videoIdOf(itemId: string): string {
  return `v0200fg10000${itemId.slice(-12)}`
}

function standardPlans(context: RouteContext, advertiserId: string): Plan[] {
  return ledgerOf(context).plans.filter(
    (plan) => plan.kind === 'STANDARD' && plan.advertiserId === advertiserId,
  )
}

interface Part {
  from: number
  to: number
}

function daysOf(from: number, to: number): Part[] {
  const count = Math.max(0, Math.ceil((to - from) / DAY))
  const starts = Array.from({ length: count }, (_, day) => from + day * DAY)
  return starts.map((at) => ({ from: at, to: Math.min(to, at + DAY) }))
}

function planSeen(context: RouteContext, plan: Plan, { from, to }: Part): Figures {
  const ledger = ledgerOf(context)
  const upTo = (at: number) => planTotal(context.world, ledger, plan, at)
  return plus(upTo(to), upTo(from), -1)
}

function materialSeen({ world }: RouteContext, plan: Plan, itemId: string, { from, to }: Part): Figures {
  return plus(planFigures(world, plan, itemId, to), planFigures(world, plan, itemId, from), -1)
}

function startOf(date: string): number {
  return shanghaiInstant(`${date} 00:00:00`) ?? 0
}

function metrics(seen: Figures) {
  return {
    stat_cost: seen.spendFen / 100,
    total_play: seen.plays,
    pay_order_count: seen.orders,
    pay_order_amount: seen.gmvFen / 100,
    prepay_and_pay_order_roi: roiOf(seen),
  }
}

/** Refunds of a day's orders come in evenly over the 14 days after it: settled ROI falls for as long. */
function dayRow(
  context: RouteContext,
  advertiserId: string,
  platform: 'ALL' | 'ECP_AWEME' | 'QIANCHUAN',
  at: number,
) {
  const upTo = (until: number) => accountFigures(context, advertiserId, platform, until)
  const seen = plus(upTo(Math.min(context.now, at + DAY)), upTo(at), -1)
  const elapsed = Math.min(1, Math.max(0, (context.now - at - DAY) / (14 * DAY)))
  const refunded = Math.round(seen.refundFen * elapsed)
  const settledFen = seen.gmvFen - refunded
  return {
    advertiser_id: BigInt(advertiserId),
    stat_datetime: `${shanghaiDate(at)} 00:00:00`,
    ...metrics(seen),
    all_order_refund_amount_14d: refunded / 100,
    ad_all_order_settle_amount_14d: settledFen / 100,
    ad_all_order_settle_roi_14d: roiOf({ spendFen: seen.spendFen, gmvFen: settledFen }),
  }
}

function accountFigures(context: RouteContext, advertiserId: string, platform: string, until: number) {
  const { world } = context
  const ledger = ledgerOf(context)
  const orders = ledger.orders.filter((order) => order.advertiserId === advertiserId)
  const plans = ledger.plans.filter((plan) => plan.kind === 'STANDARD' && plan.advertiserId === advertiserId)
  return sum([
    ...(platform === 'QIANCHUAN' ? [] : orders.map((order) => orderFigures(world, order, until))),
    ...(platform === 'ECP_AWEME' ? [] : plans.map((plan) => planTotal(world, ledger, plan, until))),
  ])
}
