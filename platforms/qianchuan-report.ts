import { z } from 'zod'
import { DAY } from '../rules/types.ts'
import { idSchema, type Oceanengine, type OceanengineCall, wireId } from './oceanengine.ts'
import { collect, listOf, pageInfo, readPages, unique } from './oceanengine-page.ts'
import { gmvOf, type Quality, qualityOf } from './qianchuan-quality.ts'
import {
  amountSchema,
  fenOf,
  type MoneyUnit,
  optionalInstant,
  shanghaiInstant,
  yuanSchema,
} from './qianchuan-units.ts'
import { shanghaiDate } from './shanghai.ts'

/** What was spent and what it brought. ROI is of orders paid; settled ROI has the refunds of 14 days taken out. */
export interface Result {
  spendFen: number | null
  plays: number | null
  orders: number | null
  gmvFen: number | null
  roi: number | null
  quality: Quality
}

export interface AccountDay extends Result {
  /** Start of the day (or hour) in Shanghai. */
  startsAt: number | null
  /** Refunds known so far; they grow for 14 days after the order. */
  refund14dFen: number | null
  settledGmv14dFen: number | null
  settledRoi14d: number | null
}

export interface PlanMaterialResult extends Result {
  materialId: string
}

export interface MaterialResult extends PlanMaterialResult {
  planIds: string[]
}

/** A standard plan, or a part of the time asked for. */
export interface PlanResult extends Result {
  adId: string
  shows: number | null
  clicks: number | null
  /** Likes, comments and shares. */
  interactions: number | null
}

/** What a standard plan did on one day of Shanghai, told by its beginning. */
export interface PlanDay extends PlanResult {
  day: number
}

export interface Span {
  advertiserId: string
  /** Days of Shanghai, both included. */
  from: number
  to: number
}

export interface ReportOptions {
  /** SDK and tools read `stat_cost` of report/uni_promotion/get as yuan, one remark says 1/1000 分. */
  uniSpendUnit?: MoneyUnit
  /** Decided by spend x ROI unless set. */
  uniGmvUnit?: MoneyUnit | 'detect'
}

export interface QianchuanReport {
  /** One row a day, at most 30; QIANCHUAN standard plans, ECP_AWEME 随心推. */
  account(span: Span & { platform: 'QIANCHUAN' | 'ECP_AWEME' | 'ALL' }): Promise<AccountDay[]>
  /**
   * Videos of standard plans, over all that they are in: rows of one add up. No document says that nothing of 全域 or 随心推 is in
   * them, and the question cannot tell them apart, so they say where a video is and not what a plan spent on it.
   */
  materials(span: Span & { materialIds?: readonly string[] }): Promise<MaterialResult[]>
  /** One plan's part of its videos. */
  ofPlan(span: Span & { adId: string; materialIds: readonly string[] }): Promise<PlanMaterialResult[]>
  /** Standard plans, at most 100, also deleted ones: rows of one plan add up, and a plan without spend may have none. */
  plans(span: Span & { adIds: readonly string[] }): Promise<PlanResult[]>
  /** All standard plans day by day, also deleted ones, without 随心推; a day on which one spent nothing may have no row. */
  planDays(span: Span): Promise<PlanDay[]>
  /** All 全域 of the account in one sum. */
  uni(span: Span): Promise<Result>
}

type Numbered<R> = OceanengineCall<{ page_info: z.infer<typeof pageInfo>; list: R[] }>

const V1 = '/open_api/v1.0/qianchuan/report/'
const PAGE = 100
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? null)

const core = {
  stat_cost: yuanSchema,
  total_play: count,
  pay_order_count: count,
  pay_order_amount: yuanSchema,
  prepay_and_pay_order_roi: amountSchema,
}
const settled = {
  all_order_refund_amount_14d: yuanSchema,
  ad_all_order_settle_amount_14d: yuanSchema,
  ad_all_order_settle_roi_14d: amountSchema,
}
const accountPage = z.object({
  page_info: pageInfo,
  list: listOf(z.object({ stat_datetime: optionalInstant, ...core, ...settled })),
})
const said = {
  show_cnt: count,
  click_cnt: count,
  dy_like: count,
  dy_comment: count,
  dy_share: count,
}
const planRow = z.object({ ad_id: idSchema, ...core, ...said })
const planPage = z.object({ page_info: pageInfo, list: listOf(planRow) })
const planDayPage = z.object({
  page_info: pageInfo,
  list: listOf(planRow.extend({ stat_datetime: shanghaiInstant })),
})
const ofPlanPage = z.object({
  material_info: listOf(z.object({ material_id: idSchema, metrics: z.object(core) })),
})
const materialPage = z.object({
  page_info: pageInfo,
  list: listOf(z.object({ material_id: idSchema, related_ad_ids: listOf(idSchema), fields: z.object(core) })),
})
const uniSchema = z.object({
  stat_cost: amountSchema,
  total_pay_order_count_for_roi2: count,
  total_pay_order_gmv_for_roi2: amountSchema,
  total_prepay_and_pay_order_roi2: amountSchema,
})

export function createQianchuanReport(
  oceanengine: Oceanengine,
  options: ReportOptions = {},
): QianchuanReport {
  const get = <T>(span: Span, path: string, query: Record<string, unknown>, data: z.ZodType<T>) => ({
    method: 'GET' as const,
    path: `${V1}${path}`,
    account: span.advertiserId,
    query: {
      advertiser_id: span.advertiserId,
      start_date: shanghaiDate(span.from),
      end_date: shanghaiDate(span.to),
      ...query,
    },
    data,
  })

  const inParts = async <R>(span: Span, ask: (part: Span) => Numbered<R>): Promise<R[]> => {
    const found: R[] = []
    for (const part of partsOf(span)) {
      const pages = readPages(oceanengine, { ...ask(part), pageSize: PAGE })
      found.push(...(await collect(pages, (page) => page.list)))
    }
    return found
  }

  return {
    async account({ platform, ...span }) {
      const query = {
        fields: [...Object.keys(core), ...Object.keys(settled)],
        filtering: { marketing_goal: 'VIDEO_PROM_GOODS', order_platform: platform },
        time_granularity: 'TIME_GRANULARITY_DAILY',
      }
      const call = get(span, 'advertiser/get/', query, accountPage)
      const rows = await collect(readPages(oceanengine, { ...call, pageSize: PAGE }), (page) => page.list)
      return rows.map((row) => ({
        startsAt: row.stat_datetime,
        ...resultOf(row),
        refund14dFen: row.all_order_refund_amount_14d,
        settledGmv14dFen: row.ad_all_order_settle_amount_14d,
        settledRoi14d: row.ad_all_order_settle_roi_14d,
      }))
    },
    async materials({ materialIds, ...span }) {
      const filter = materialIds ? { material_id: materialIds.map((id) => wireId('materialIds', id)) } : {}
      const query = { fields: Object.keys(core), filtering: { material_type: 'video', ...filter } }
      const rows = await inParts(span, (part) => get(part, 'material/get/', query, materialPage))
      return rows.map((row) => ({
        materialId: row.material_id,
        planIds: row.related_ad_ids,
        ...resultOf(row.fields),
      }))
    },
    async ofPlan({ adId, materialIds, ...span }) {
      const found: PlanMaterialResult[] = []
      for (let at = 0; at < materialIds.length; at += PAGE) {
        const ids = materialIds.slice(at, at + PAGE).map((id) => wireId('materialIds', id))
        const query = {
          ad_id: adId,
          fields: Object.keys(core),
          filtering: { material_type: 'VIDEO', object_ids: ids },
        }
        const data = await oceanengine.call(get(span, 'ad/material/get/', query, ofPlanPage))
        for (const { material_id: materialId, metrics } of unique(data.material_info))
          found.push({ materialId, ...resultOf(metrics) })
      }
      return found
    },
    async plans({ adIds, ...span }) {
      const query = {
        fields: [...Object.keys(core), ...Object.keys(said)],
        filtering: {
          marketing_goal: 'VIDEO_PROM_GOODS',
          ad_ids: adIds.map((id) => wireId('adIds', id)),
          status: 'ALL_INCLUDE_DELETED',
        },
      }
      const rows = await inParts(span, (part) => get(part, 'ad/get/', query, planPage))
      return rows.map(planResult)
    },
    async planDays(span) {
      const query = {
        fields: [...Object.keys(core), ...Object.keys(said)],
        filtering: {
          marketing_goal: 'VIDEO_PROM_GOODS',
          order_platform: 'QIANCHUAN',
          status: 'ALL_INCLUDE_DELETED',
        },
        time_granularity: 'TIME_GRANULARITY_DAILY',
      }
      const rows = await inParts(span, (part) => get(part, 'ad/get/', query, planDayPage))
      return rows.map((row) => ({ day: row.stat_datetime, ...planResult(row) }))
    },
    async uni(span) {
      const query = { fields: Object.keys(uniSchema.shape), marketing_goal: 'VIDEO_PROM_GOODS' }
      return uniResult(await oceanengine.call(get(span, 'uni_promotion/get/', query, uniSchema)), options)
    },
  }
}

/** 30 days of one question are documented for the account's report, and taken over here. */
const MOST_DAYS = 30 * DAY

function partsOf(span: Span): Span[] {
  const parts: Span[] = []
  for (let { from } = span; from <= span.to; from += MOST_DAYS)
    parts.push({ ...span, from, to: Math.min(span.to, from + MOST_DAYS - DAY) })
  return parts
}

function planResult(row: z.infer<typeof planPage>['list'][number]): PlanResult {
  const { ad_id: adId, show_cnt: shows, click_cnt: clicks, dy_like, dy_comment, dy_share } = row
  const counted = dy_like !== null && dy_comment !== null && dy_share !== null
  const interactions = counted ? dy_like + dy_comment + dy_share : null
  return { adId, ...resultOf(row), shows, clicks, interactions }
}

function resultOf(row: z.infer<z.ZodObject<typeof core>>): Result {
  const money = { spendFen: row.stat_cost, gmvFen: row.pay_order_amount, roi: row.prepay_and_pay_order_roi }
  return { ...money, plays: row.total_play, orders: row.pay_order_count, quality: qualityOf(money) }
}

function uniResult(data: z.infer<typeof uniSchema>, options: ReportOptions): Result {
  const spendFen = data.stat_cost === null ? null : fenOf(data.stat_cost, options.uniSpendUnit ?? 'yuan')
  const roi = data.total_prepay_and_pay_order_roi2
  const gmv = gmvOf(spendFen, data.total_pay_order_gmv_for_roi2, roi, options.uniGmvUnit ?? 'detect')
  return { spendFen, plays: null, orders: data.total_pay_order_count_for_roi2, roi, ...gmv }
}
