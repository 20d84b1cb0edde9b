import { z } from 'zod'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'
import type { SmartBid } from './qianchuan-plan.ts'
import { yuanOfFen } from './qianchuan-units.ts'
import {
  attempt,
  firstBroken,
  flagResults,
  hasDecimals,
  type ItemResult,
  isId,
  listResults,
  perItem,
  poster,
  statusResults,
  type Written,
} from './qianchuan-write.ts'
import { shanghaiDate } from './shanghai.ts'

/** 全域 (uni_promotion) or 标准投放; they exclude each other and answer in different shapes. */
export type PlanKind = 'UNI' | 'STANDARD'
export type Switch = 'ENABLE' | 'DISABLE' | 'DELETE'

export interface StandardPlanInput {
  advertiserId: string
  /** 1 to 100, a CJK character counts 2; unique in the account, which makes a lost answer findable. */
  name: string
  awemeId: string
  productId: string
  itemId: string
  /** All that it may ever spend; 300 yuan to below 10,000,000 (documented for the estimate, taken over here). */
  budgetFen: number
  /** Days of Shanghai, ms: it runs from the beginning of the first to the end of the last one. */
  from: number
  to: number
  smartBid: SmartBid
  /** ROI bidding, 0.01 to 100; null bids for 商品购买 at the platform's choice. */
  roiGoal: number | null
  title: string
}

/** A write that cannot begin by `notAfter`, ms, is not sent and refused. */
export interface QianchuanPlanWrites {
  /** Each plan has its own result, also when the call succeeds. At most 10. */
  setStatus(
    kind: PlanKind,
    advertiserId: string,
    adIds: readonly string[],
    to: Switch,
    notAfter?: number,
  ): Promise<Written<ItemResult[]>>
  setBudgets(
    kind: PlanKind,
    advertiserId: string,
    budgets: readonly { adId: string; budgetFen: number }[],
    notAfter?: number,
  ): Promise<Written<ItemResult[]>>
  /** 放量 takes no ROI goal; 控成本 needs one here. */
  createStandard(plan: StandardPlanInput, notAfter?: number): Promise<Written<{ adId: string }>>
}

const V1 = '/open_api/v1.0/qianchuan/'
const MOST = 10
const YUAN = 100

export function createQianchuanPlanWrites(oceanengine: Oceanengine): QianchuanPlanWrites {
  const post = poster(oceanengine, V1)

  return {
    setStatus: (kind, advertiserId, adIds, to, notAfter) =>
      attempt(checkIds(advertiserId, adIds), async () => {
        const body = { ad_ids: adIds.map((id) => wireId('adIds', id)), opt_status: to }
        const results =
          kind === 'UNI'
            ? await post(advertiserId, 'uni_promotion/ad/status/update/', body, flagResults, notAfter)
            : await post(advertiserId, 'ad/status/update/', body, listResults, notAfter)
        return perItem(adIds, results)
      }),
    setBudgets: (kind, advertiserId, budgets, notAfter) => {
      const adIds = budgets.map(({ adId }) => adId)
      const sound = budgets.every(({ budgetFen }) => Number.isInteger(budgetFen) && budgetFen > 0)
      const broken = checkIds(advertiserId, adIds) ?? firstBroken([['budgetFen', sound, 'whole 分 above 0']])
      return attempt(broken, async () => {
        const data = budgets.map(({ adId, budgetFen }) => ({
          ad_id: wireId('adId', adId),
          budget: yuanOfFen(budgetFen),
        }))
        const results =
          kind === 'UNI'
            ? await post(
                advertiserId,
                'uni_promotion/ad/budget/update/',
                { update_budget_infos: data },
                statusResults,
                notAfter,
              )
            : await post(advertiserId, 'ad/budget/update/', { data }, listResults, notAfter)
        return perItem(adIds, results)
      })
    },
    createStandard: (plan, notAfter) =>
      attempt(checkPlan(plan), async () => {
        const schema = z.object({ ad_id: idSchema })
        const data = await post(plan.advertiserId, 'ad/create/', planBody(plan), schema, notAfter)
        return { adId: data.ad_id }
      }),
  }
}

function checkIds(advertiserId: string, adIds: readonly string[]) {
  return firstBroken([
    ['advertiserId', isId(advertiserId), 'not a platform id'],
    ['adIds', adIds.length >= 1 && adIds.length <= MOST, `1 to ${MOST}`],
    ['adIds', adIds.every(isId), 'not platform ids'],
  ])
}

/** As the vendor counts: a CJK character is 2 long. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0xff ? 2 : 1), 0)
}

function checkPlan(plan: StandardPlanInput) {
  const { budgetFen: budget, roiGoal } = plan
  const ids = (['advertiserId', 'awemeId', 'productId', 'itemId'] as const).map(
    (field) => [field, isId(plan[field]), 'not a platform id'] as const,
  )
  return firstBroken([
    ...ids,
    ['name', widthOf(plan.name) >= 1 && widthOf(plan.name) <= 100, '1 to 100, CJK counts 2'],
    ['title', plan.title.length > 0, 'needed'],
    ['budgetFen', Number.isInteger(budget), 'whole 分'],
    ['budgetFen', budget >= 300 * YUAN && budget < 10_000_000 * YUAN, '300 to 10,000,000 yuan'],
    ['to', plan.to >= plan.from, 'not before from'],
    ['roiGoal', (roiGoal !== null) === (plan.smartBid === 'SMART_BID_CUSTOM'), 'belongs to SMART_BID_CUSTOM'],
    ['roiGoal', roiGoal === null || (roiGoal >= 0.01 && roiGoal <= 100), '0.01 to 100'],
    ['roiGoal', roiGoal === null || hasDecimals(roiGoal, 2), 'at most two decimals'],
  ])
}

function planBody(plan: StandardPlanInput) {
  const roi = {
    deep_external_action: 'AD_CONVERT_TYPE_LIVE_PAY_ROI',
    deep_bid_type: 'MIN',
    roi_goal: plan.roiGoal,
  }
  return {
    name: plan.name,
    marketing_goal: 'VIDEO_PROM_GOODS',
    marketing_scene: 'FEED',
    campaign_scene: 'DAILY_SALE',
    lab_ad_type: 'NOT_LAB_AD',
    aweme_id: wireId('awemeId', plan.awemeId),
    product_ids: [wireId('productId', plan.productId)],
    delivery_setting: {
      smart_bid_type: plan.smartBid,
      external_action: 'AD_CONVERT_TYPE_SHOPPING',
      budget_mode: 'BUDGET_MODE_TOTAL',
      budget: yuanOfFen(plan.budgetFen),
      video_schedule_type: 'SCHEDULE_START_END',
      start_time: shanghaiDate(plan.from),
      end_time: shanghaiDate(plan.to),
      ...(plan.roiGoal === null ? {} : roi),
    },
    creative_material_mode: 'CUSTOM_CREATIVE',
    creative_list: [
      {
        image_mode: 'VIDEO_VERTICAL',
        video_material: { aweme_item_id: wireId('itemId', plan.itemId) },
        title_material: { title: plan.title, title_type: 'CUSTOM' },
      },
    ],
  }
}
