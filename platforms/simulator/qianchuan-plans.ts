import { z } from 'zod'
import { DAY } from '../../rules/types.ts'
import { shanghaiDate, shanghaiInstant, shanghaiText } from '../shanghai.ts'
import { anySize, granted, id, page, paged, pageSize, refused, route } from './oceanengine-route.ts'
import { ledgerOf, planTotal } from './orders-ledger.ts'
import { type Figures, plus, roiOf } from './orders-yield.ts'
import { addMaterial, type Plan, planStatus, settingAt } from './plans.ts'
import { createRandom } from './random.ts'
import type { Route, RouteContext } from './vendor.ts'
import { isPublic } from './videos.ts'

/** 千川 plans, 全域 and standard: three siblings answer in three shapes. */
const BASE = '/open_api/v1.0/qianchuan/'
const UNI = `${BASE}uni_promotion/`
const account = { advertiser_id: id }
const goal = z.literal('VIDEO_PROM_GOODS')
const texts = z.array(z.string())
const time = z.string().refine((text) => shanghaiInstant(text) !== null, 'not a date-time')
const statusAsk = z.strictObject({
  ...account,
  ad_ids: z.array(id).min(1).max(10),
  opt_status: z.enum(['ENABLE', 'DISABLE', 'DELETE']),
})
const budgets = z
  .array(z.strictObject({ ad_id: id, budget: z.number() }))
  .min(1)
  .max(10)
/** The lowest daily budget, yuan. */
const LEAST_BUDGET = 300

export const qianchuanPlanRoutes: Route[] = [
  route({
    method: 'GET',
    path: `${UNI}list/`,
    asks: z.strictObject({
      ...account,
      start_time: time,
      end_time: time,
      marketing_goal: goal,
      fields: texts,
      filtering: z
        .strictObject({
          smart_bid_type: z.enum(['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE']).optional(),
          status: z.string().optional(),
        })
        .optional(),
      page,
      page_size: pageSize(10, 20, 50, 100, 200),
    }),
    answer(context, asked) {
      const bid = asked.filtering?.smart_bid_type ?? 'SMART_BID_CUSTOM'
      const deleted = asked.filtering?.status === 'ALL_INCLUDE_DELETED'
      const plans = plansOf(context, asked.advertiser_id, 'UNI').filter(
        (plan) => plan.smartBid === bid && (deleted || planStatus(plan, context.now) !== 'DELETE'),
      )
      const [from, to] = span(context, asked.start_time, asked.end_time)
      const { rows, page_info } = paged(plans, asked.page, asked.page_size, 'total_num')
      return granted({ ad_list: rows.map((plan) => uniRow(context, plan, from, to)), page_info })
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}ad/get/`,
    asks: z.strictObject({
      ...account,
      filtering: z.strictObject({
        marketing_goal: goal,
        status: z.string().optional(),
        ids: z.array(id).optional(),
      }),
      request_aweme_info: z.string().optional(),
      page,
      page_size: anySize(200),
    }),
    answer(context, asked) {
      const wanted = asked.filtering.ids
      const deleted = asked.filtering.status === 'ALL_INCLUDE_DELETED'
      const own = plansOf(context, asked.advertiser_id, 'STANDARD').filter(
        (plan) => deleted || planStatus(plan, context.now) !== 'DELETE',
      )
      const plans = own.filter((plan) => !wanted || wanted.includes(plan.adId))
      const { rows, page_info } = paged(plans, asked.page, asked.page_size)
      const missing = (wanted ?? []).filter((each) => !own.some((plan) => plan.adId === each))
      return granted({
        fail_list: missing.map(BigInt),
        list: rows.map((plan) => standardRow(context, plan)),
        page_info,
      })
    },
  }),
  route({
    method: 'POST',
    path: `${UNI}ad/status/update/`,
    asks: statusAsk,
    answer: (context, asked) =>
      granted({
        results: change(context, asked.advertiser_id, 'UNI', asked.ad_ids, { asked: asked.opt_status }).map(
          ({ id: ad, error }) => ({
            ad_id: BigInt(ad),
            flag: error === null,
            ...(error === null ? {} : { error: { error_code: 40001, error_message: error } }),
          }),
        ),
      }),
  }),
  route({
    method: 'POST',
    path: `${UNI}ad/budget/update/`,
    asks: z.strictObject({ ...account, update_budget_infos: budgets }),
    answer: (context, asked) =>
      granted({
        results: setBudgets(context, asked.advertiser_id, 'UNI', asked.update_budget_infos).map(
          ({ id: ad, error }) => ({
            ad_id: BigInt(ad),
            status: error === null ? 'SUCCESS' : 'FAILED',
            error_message: error ?? '',
          }),
        ),
      }),
  }),
  route({
    method: 'POST',
    path: `${BASE}ad/status/update/`,
    asks: statusAsk,
    answer: (context, asked) =>
      granted(
        listResults(
          change(context, asked.advertiser_id, 'STANDARD', asked.ad_ids, { asked: asked.opt_status }),
        ),
      ),
  }),
  route({
    method: 'POST',
    path: `${BASE}ad/budget/update/`,
    asks: z.strictObject({ ...account, data: budgets }),
    answer: (context, asked) =>
      granted(listResults(setBudgets(context, asked.advertiser_id, 'STANDARD', asked.data))),
  }),
  route({
    method: 'POST',
    path: `${BASE}ad/create/`,
    // The rest of a plan is taken as it comes.
    asks: z.looseObject({
      ...account,
      name: z.string().min(1),
      product_ids: z.array(id).length(1),
      aweme_id: id,
      delivery_setting: z.looseObject({
        budget: z.number().min(LEAST_BUDGET).lt(10_000_000),
        smart_bid_type: z.enum(['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE']),
        roi_goal: z.number().min(0.01).max(100).optional(),
        budget_mode: z.enum(['BUDGET_MODE_DAY', 'BUDGET_MODE_TOTAL']),
        video_schedule_type: z.enum(['SCHEDULE_FROM_NOW', 'SCHEDULE_START_END']).optional(),
        start_time: z.iso.date().optional(),
        end_time: z.iso.date().optional(),
      }),
      creative_list: z
        .array(z.looseObject({ video_material: z.looseObject({ aweme_item_id: id }) }))
        .min(1)
        .max(10),
    }),
    answer(context, asked) {
      const { world, now } = context
      const ledger = ledgerOf(context)
      const own = plansOf(context, asked.advertiser_id, 'STANDARD')
      if (own.some(({ name }) => name === asked.name)) return refused(40001, 'name: taken')
      const videos = asked.creative_list.map((each) => world.video(each.video_material.aweme_item_id))
      const shown = videos.flatMap((video) => (video && isPublic(video, now) ? [video] : []))
      if (shown.length < videos.length) return refused(40501, 'video does not exist')
      const { budget, smart_bid_type, roi_goal, budget_mode } = asked.delivery_setting
      const schedule = scheduleOf(asked.delivery_setting, now)
      if (schedule === 'WRONG') return refused(40001, 'delivery_setting: no such schedule')
      if (!schedule && budget_mode === 'BUDGET_MODE_TOTAL')
        return refused(40001, 'budget_mode: a total needs an end')
      // How a total is shared among several, nobody has told.
      if (schedule && shown.length > 1) return refused(40001, 'creative_list: one for a total')
      const plan: Plan = {
        kind: 'STANDARD',
        adId: createRandom(world.options.seed, 'standard', ledger.plans.length).digits(19),
        advertiserId: asked.advertiser_id,
        name: asked.name,
        productIds: asked.product_ids,
        smartBid: smart_bid_type,
        roiGoal: roi_goal ?? null,
        createdAt: now,
        ...(schedule && { schedule }),
        settings: [{ at: now, asked: 'ENABLE', budgetFen: Math.round(budget * 100) }],
        materials: [],
      }
      for (const video of shown) addMaterial(world, plan, video, now)
      ledger.plans.push(plan)
      return { ...granted({ ad_id: BigInt(plan.adId), notice_infos: [] }), made: plan.adId }
    },
  }),
]

interface Days {
  budget_mode: string
  video_schedule_type?: string | undefined
  start_time?: string | undefined
  end_time?: string | undefined
}

/** WRONG: no days, a first one that is over, or a daily budget with an end, which nobody here asks for. */
function scheduleOf(days: Days, now: number): Plan['schedule'] | 'WRONG' {
  const { budget_mode, video_schedule_type, start_time = '', end_time = '' } = days
  if (video_schedule_type !== 'SCHEDULE_START_END') return undefined
  const [first, last] = [start_time, end_time].map((day) => shanghaiInstant(`${day} 00:00:00`) ?? 0)
  const sound = start_time >= shanghaiDate(now) && end_time >= start_time
  if (!first || !last || !sound || budget_mode !== 'BUDGET_MODE_TOTAL') return 'WRONG'
  return { from: first, to: last + DAY }
}

export function plansOf(context: RouteContext, advertiserId: string, kind: Plan['kind']): Plan[] {
  return ledgerOf(context).plans.filter((plan) => plan.advertiserId === advertiserId && plan.kind === kind)
}

/** From the first second to the last one asked for, never beyond now. */
export function span({ now }: RouteContext, from: string, to: string): [number, number] {
  return [shanghaiInstant(from) ?? 0, Math.min(now, (shanghaiInstant(to) ?? 0) + 999)]
}

interface Changed {
  id: string
  error: string | null
}

function change(
  context: RouteContext,
  advertiserId: string,
  kind: Plan['kind'],
  ids: readonly string[],
  to: Partial<Plan['settings'][number]>,
): Changed[] {
  return ids.map((adId) => {
    const plan = plansOf(context, advertiserId, kind).find((each) => each.adId === adId)
    if (!plan) return { id: adId, error: '计划不存在' }
    const before = settingAt(plan, context.now)
    if (before.asked === 'DELETE') return { id: adId, error: '计划已删除' }
    plan.settings.push({ ...before, ...to, at: context.now })
    return { id: adId, error: null }
  })
}

function setBudgets(
  context: RouteContext,
  advertiserId: string,
  kind: Plan['kind'],
  infos: readonly { ad_id: string; budget: number }[],
): Changed[] {
  return infos.flatMap(({ ad_id, budget }) => {
    const budgetFen = Math.round(budget * 100)
    if (budget < LEAST_BUDGET) return [{ id: ad_id, error: `预算不能低于${LEAST_BUDGET}元` }]
    const plan = plansOf(context, advertiserId, kind).find((each) => each.adId === ad_id)
    const wrong = plan?.schedule ? wrongTotal(context, plan, budgetFen) : null
    return wrong ? [{ id: ad_id, error: wrong }] : change(context, advertiserId, kind, [ad_id], { budgetFen })
  })
}

function wrongTotal(context: RouteContext, plan: Plan, budgetFen: number): string | null {
  if (planStatus(plan, context.now) === 'TIME_DONE') return '计划已结束'
  const { spendFen } = planTotal(context.world, ledgerOf(context), plan, context.now)
  return budgetFen < spendFen ? '预算不能低于已消耗' : null
}

/** Code 0 also when some of them failed. */
function listResults(changed: Changed[]) {
  return {
    ad_ids: changed.flatMap(({ id: ad, error }) => (error === null ? [BigInt(ad)] : [])),
    errors: changed.flatMap(({ id: ad, error }) =>
      error === null ? [] : [{ ad_id: BigInt(ad), error_message: error }],
    ),
  }
}

/** Cost in 1/1000 分; GMV as one reader saw it for one way of bidding and as the other did for the other. */
function uniRow(context: RouteContext, plan: Plan, from: number, to: number) {
  const { world, now } = context
  const ledger = ledgerOf(context)
  const seen = plus(planTotal(world, ledger, plan, to), planTotal(world, ledger, plan, from), -1)
  const setting = settingAt(plan, now)
  return {
    ad_info: {
      id: BigInt(plan.adId),
      name: plan.name,
      adlab_scene: 'UNI_PROJECT',
      marketing_goal: 'VIDEO_PROM_GOODS',
      opt_status: setting.asked,
      status: planStatus(plan, now),
      budget: setting.budgetFen / 100,
      budget_mode: 'BUDGET_MODE_DAY',
      smart_bid_type: plan.smartBid,
      ...(plan.roiGoal === null ? {} : { roi2_goal: plan.roiGoal }),
      create_time: shanghaiText(plan.createdAt),
    },
    product_info: plan.productIds.map((each) => ({ product_id: BigInt(each), product_name: '商品' })),
    stats_info: {
      stat_cost: seen.spendFen * 1000,
      total_pay_order_count_for_roi2: seen.orders,
      total_pay_order_gmv_for_roi2:
        plan.smartBid === 'SMART_BID_CUSTOM' ? seen.gmvFen / 100 : seen.gmvFen * 1000,
      total_prepay_and_pay_order_roi2: roiOf(seen),
      total_prepay_and_pay_settle_roi2_1h: settledRoi(seen),
    },
  }
}

/** A tenth of the refunds come within the hour. */
function settledRoi(seen: Figures): number {
  return roiOf({ spendFen: seen.spendFen, gmvFen: seen.gmvFen - seen.refundFen / 10 })
}

function standardRow({ now, world }: RouteContext, plan: Plan) {
  const setting = settingAt(plan, now)
  const authors = new Set(plan.materials.flatMap(({ itemId }) => world.video(itemId)?.kol ?? []))
  return {
    ad_id: BigInt(plan.adId),
    name: plan.name,
    marketing_goal: 'VIDEO_PROM_GOODS',
    marketing_scene: 'FEED',
    opt_status: setting.asked,
    status: planStatus(plan, now),
    ad_create_time: shanghaiText(plan.createdAt),
    aweme_info: [...authors].map((kol) => ({ aweme_id: BigInt(kol.awemeId), aweme_name: kol.nickname })),
    product_info: plan.productIds.map((each) => ({ id: BigInt(each), name: '商品' })),
    delivery_setting: {
      budget: setting.budgetFen / 100,
      ...scheduleTold(plan),
      smart_bid_type: plan.smartBid,
      ...(plan.roiGoal === null ? {} : { roi_goal: plan.roiGoal }),
    },
  }
}

function scheduleTold({ schedule }: Plan) {
  if (!schedule) return { budget_mode: 'BUDGET_MODE_DAY' }
  const [start_time, end_time] = [shanghaiDate(schedule.from), shanghaiDate(schedule.to - 1)]
  return { budget_mode: 'BUDGET_MODE_TOTAL', start_time, end_time }
}
