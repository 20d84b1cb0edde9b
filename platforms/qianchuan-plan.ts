import { z } from 'zod'
import { DAY } from '../rules/types.ts'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'
import { collect, listOf, pageInfo, readPages } from './oceanengine-page.ts'
import { gmvOf, type Quality } from './qianchuan-quality.ts'
import { amountSchema, fenOfMilli, type MoneyUnit, optionalInstant, yuanSchema } from './qianchuan-units.ts'
import { shanghaiText } from './shanghai.ts'

/** A delivery plan. `asked` is what the user set, `status` what happens: ENABLE accepted is not yet delivering. */
export interface Plan {
  adId: string
  name: string
  asked: string | null
  /** The platform's word, e.g. DELIVERY_OK, AUDIT, OFFLINE_BALANCE. */
  status: string
  budgetFen: number | null
  /** BUDGET_MODE_DAY, BUDGET_MODE_TOTAL, … */
  budgetMode: string | null
  smartBid: SmartBid | null
  roiGoal: number | null
  productIds: string[]
  createdAt: number | null
}

/** SMART_BID_CUSTOM 控成本, SMART_BID_CONSERVATIVE 放量. */
export const SMART_BIDS = ['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE'] as const
export type SmartBid = (typeof SMART_BIDS)[number]

/** A 标准投放 plan of videos. */
export interface StandardPlan extends Plan {
  awemeIds: string[]
  /** The end of the last day of its schedule, ms; null: it has none, or it is not told. */
  endsAt: number | null
}

/** A 全域 plan with what it did in the time asked for. */
export interface UniPlan extends Plan {
  spendFen: number | null
  orders: number | null
  gmvFen: number | null
  roi: number | null
  /** 净成交ROI: refunds within an hour removed. */
  settledRoi1h: number | null
  quality: Quality
}

export interface PlanOptions {
  /** `stat_cost` of this list is in 1/1000 分; whether the GMV beside it is too, spend x ROI decides unless set. */
  uniGmvUnit?: MoneyUnit | 'detect'
}

export interface QianchuanPlans {
  /** `unread`: those that the platform could not show. Those that were deleted are left out unless `deleted`. */
  standard(question: {
    advertiserId: string
    ids?: readonly string[]
    deleted?: boolean
  }): Promise<{ plans: StandardPlan[]; unread: string[] }>
  /** 商品全域 plans of both ways of bidding: the platform shows one of them at a time. */
  uni(question: {
    advertiserId: string
    from: number
    to: number
    /** With those that were deleted; they are left out unless set. */
    deleted?: boolean
  }): Promise<UniPlan[]>
}

const V1 = '/open_api/v1.0/qianchuan/'
const PAGE = 100
const smartBid = z
  .enum(SMART_BIDS)
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)

/** A day of a schedule; its end may be told as a day or as an instant, and midnight is taken for all of that day. */
const lastDay = z
  .string()
  .nullish()
  .transform((text) => {
    const [, day, time] = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d))?$/.exec(text ?? '') ?? []
    const whole = time === undefined || time === '00:00:00'
    const at = Date.parse(`${day}T${time ?? '00:00:00'}+08:00`)
    return Number.isNaN(at) ? null : whole ? at + DAY : at
  })

const standardPage = z.object({
  page_info: pageInfo,
  fail_list: listOf(idSchema),
  list: listOf(
    z.object({
      ad_id: idSchema,
      name: z.string(),
      opt_status: z.string().nullish(),
      status: z.string(),
      ad_create_time: optionalInstant,
      aweme_info: listOf(z.object({ aweme_id: idSchema })),
      product_info: listOf(z.object({ id: idSchema })),
      delivery_setting: z.object({
        budget: yuanSchema,
        budget_mode: z.string().nullish(),
        smart_bid_type: smartBid,
        roi_goal: amountSchema,
        end_time: lastDay,
      }),
    }),
  ),
})
const stats = {
  stat_cost: amountSchema,
  total_pay_order_count_for_roi2: amountSchema,
  total_pay_order_gmv_for_roi2: amountSchema,
  total_prepay_and_pay_order_roi2: amountSchema,
  total_prepay_and_pay_settle_roi2_1h: amountSchema,
}
const uniPage = z.object({
  page_info: pageInfo,
  ad_list: listOf(
    z.object({
      ad_info: z.object({
        id: idSchema,
        name: z.string().nullish(),
        opt_status: z.string().nullish(),
        status: z.string(),
        budget: yuanSchema,
        budget_mode: z.string().nullish(),
        smart_bid_type: smartBid,
        roi2_goal: amountSchema,
        create_time: optionalInstant,
      }),
      product_info: listOf(z.object({ product_id: idSchema })),
      stats_info: z.object(stats),
    }),
  ),
})

export function createQianchuanPlans(oceanengine: Oceanengine, options: PlanOptions = {}): QianchuanPlans {
  return {
    async standard({ advertiserId, ids, deleted = false }) {
      const filtering = {
        marketing_goal: 'VIDEO_PROM_GOODS',
        status: deleted ? 'ALL_INCLUDE_DELETED' : 'ALL',
        ...(ids ? { ids: ids.map((id) => wireId('ids', id)) } : {}),
      }
      const pages = await collect(
        readPages(oceanengine, {
          method: 'GET',
          path: `${V1}ad/get/`,
          account: advertiserId,
          query: { advertiser_id: advertiserId, filtering, request_aweme_info: 1 },
          pageSize: PAGE,
          data: standardPage,
        }),
        (page) => [page],
      )
      return {
        plans: pages.flatMap((page) => page.list.map(standardPlan)),
        unread: pages.flatMap((page) => page.fail_list),
      }
    },
    async uni({ advertiserId, from, to, deleted = false }) {
      const lists = SMART_BIDS.map((bid) =>
        collect(
          readPages(oceanengine, {
            method: 'GET',
            path: `${V1}uni_promotion/list/`,
            account: advertiserId,
            query: {
              advertiser_id: advertiserId,
              start_time: shanghaiText(from),
              end_time: shanghaiText(to),
              marketing_goal: 'VIDEO_PROM_GOODS',
              fields: Object.keys(stats),
              filtering: { smart_bid_type: bid, status: deleted ? 'ALL_INCLUDE_DELETED' : 'ALL' },
            },
            pageSize: PAGE,
            data: uniPage,
          }),
          (page) => page.ad_list,
        ),
      )
      return (await Promise.all(lists)).flat().map((row) => uniPlan(row, options.uniGmvUnit ?? 'detect'))
    },
  }
}

function standardPlan(row: z.infer<typeof standardPage>['list'][number]): StandardPlan {
  const setting = row.delivery_setting
  return {
    adId: row.ad_id,
    name: row.name,
    asked: row.opt_status ?? null,
    status: row.status,
    budgetFen: setting.budget,
    budgetMode: setting.budget_mode ?? null,
    smartBid: setting.smart_bid_type,
    roiGoal: setting.roi_goal,
    productIds: row.product_info.map(({ id }) => id),
    createdAt: row.ad_create_time,
    awemeIds: row.aweme_info.map((each) => each.aweme_id),
    endsAt: setting.end_time,
  }
}

function uniPlan(row: z.infer<typeof uniPage>['ad_list'][number], unit: MoneyUnit | 'detect'): UniPlan {
  const { ad_info: ad, stats_info: seen } = row
  const spendFen = seen.stat_cost === null ? null : fenOfMilli(seen.stat_cost)
  const roi = seen.total_prepay_and_pay_order_roi2
  return {
    adId: ad.id,
    name: ad.name ?? '',
    asked: ad.opt_status ?? null,
    status: ad.status,
    budgetFen: ad.budget,
    budgetMode: ad.budget_mode ?? null,
    smartBid: ad.smart_bid_type,
    roiGoal: ad.roi2_goal,
    productIds: row.product_info.map((each) => each.product_id),
    createdAt: ad.create_time,
    spendFen,
    orders: seen.total_pay_order_count_for_roi2,
    roi,
    settledRoi1h: seen.total_prepay_and_pay_settle_roi2_1h,
    ...gmvOf(spendFen, seen.total_pay_order_gmv_for_roi2, roi, unit),
  }
}
