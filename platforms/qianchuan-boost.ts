import { z } from 'zod'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'
import { collect, listOf, pageInfo, readPages } from './oceanengine-page.ts'
import { type Quality, qualityOf } from './qianchuan-quality.ts'
import { amountSchema, optionalInstant, yuanOfFen, yuanSchema } from './qianchuan-units.ts'
import {
  attempt,
  firstBroken,
  type ItemResult,
  isId,
  perItem,
  poster,
  type Written,
} from './qianchuan-write.ts'
import { shanghaiText } from './shanghai.ts'

/** 素材追投: more money for some hours for videos that a 全域 plan already delivers. */
export interface BoostInput {
  advertiserId: string
  adId: string
  /** 1 to 50 long; the only thing by which a lost answer can be found again, so make it unique. */
  name: string
  /** material_id, not aweme_item_id; at most 20. */
  materialIds: readonly string[]
  /** At most the plan's own budget, which the platform checks. */
  budgetFen: number
  /** 0.5 to 24 in steps of 0.5. */
  hours: number
}

export interface Boost {
  taskId: string
  name: string
  /** The platform's word, e.g. PROCESSING, OFFLINE_TIME, DISABLE. */
  status: string
  /** In all, with every change; which part came later is not said. */
  budgetFen: number | null
  hours: number | null
  createdAt: number | null
  /** null: not said of each. */
  materials: { materialId: string; itemId: string | null }[]
  spendFen: number | null
  orders: number | null
  gmvFen: number | null
  shows: number | null
  clicks: number | null
  roi: number | null
  quality: Quality
}

export type BoostSwitch = 'ENABLE' | 'PAUSE' | 'DISABLE' | 'DELETE'

/** Reads throw FetchError; a write that cannot begin by `notAfter`, ms, is not sent and refused. */
export interface QianchuanBoosts {
  create(input: BoostInput, notAfter?: number): Promise<Written<{ taskId: string }>>
  /** All tasks of a plan, with what they did in the time asked for. */
  list(question: { advertiserId: string; adId: string; from: number; to: number }): Promise<Boost[]>
  /** Each task has its own result, also when the call succeeds. */
  setStatus(
    advertiserId: string,
    taskIds: readonly string[],
    to: BoostSwitch,
    notAfter?: number,
  ): Promise<Written<ItemResult[]>>
  /** What each may spend in all, not what is added: said twice it changes nothing. */
  setBudgets(
    advertiserId: string,
    budgets: readonly { taskId: string; budgetFen: number }[],
    notAfter?: number,
  ): Promise<Written<ItemResult[]>>
}

const BASE = '/open_api/v1.0/qianchuan/uni_promotion/ad/control_task/'
const PAGE = 100
/** Not documented: what its siblings for plans take. */
const MOST = 10
const SCENE = 'MATERIAL_ADD_BUDGET'

const stats = {
  stat_cost_for_roi2_assist: yuanSchema,
  total_pay_order_count_for_roi2_assist: amountSchema,
  total_pay_order_gmv_for_roi2_assist: yuanSchema,
  total_prepay_and_pay_order_roi2_assist: amountSchema,
  show_cnt_for_roi2_assist: amountSchema,
  click_cnt_for_roi2_assist: amountSchema,
}
const taskPage = z.object({
  page_info: pageInfo,
  task_list: listOf(
    z.object({
      id: idSchema,
      name: z.string().nullish(),
      task_status: z.string(),
      budget: yuanSchema,
      duration: amountSchema,
      create_time: optionalInstant,
      material_list: listOf(z.object({ material_id: idSchema, aweme_item_id: idSchema.nullish() })),
      metrics: z.object(stats),
    }),
  ),
})

const reason = z
  .string()
  .nullish()
  .transform((text) => text || null)
/** `{task_ids[], errors[{task_id, error_message}]}`: whether the failed are among task_ids is not said. */
const statusResults = z
  .object({
    task_ids: listOf(idSchema),
    errors: listOf(z.object({ task_id: idSchema, error_message: reason })),
  })
  .transform(({ task_ids, errors }): ItemResult[] => [
    ...errors.map((each) => ({ id: each.task_id, ok: false, reason: each.error_message })),
    ...task_ids.map((id) => ({ id, ok: true, reason: null })),
  ])
/** `results[{task_id, status, error_message}]`, with a boolean where plans say SUCCESS. */
const budgetResults = z
  .object({
    results: z.array(z.object({ task_id: idSchema, status: z.boolean(), error_message: reason })),
  })
  .transform(({ results }): ItemResult[] =>
    results.map((each) => ({ id: each.task_id, ok: each.status, reason: each.error_message })),
  )

export function createQianchuanBoosts(oceanengine: Oceanengine): QianchuanBoosts {
  const post = poster(oceanengine, BASE)

  return {
    create: (input, notAfter) =>
      attempt(checkBoost(input), async () => {
        const schema = z.object({ id: idSchema })
        const { id } = await post(input.advertiserId, 'create/', boostBody(input), schema, notAfter)
        return { taskId: id }
      }),
    async list({ advertiserId, adId, from, to }) {
      const pages = readPages(oceanengine, {
        method: 'GET',
        path: `${BASE}list/`,
        account: advertiserId,
        query: {
          advertiser_id: advertiserId,
          marketing_goal: 'VIDEO_PROM_GOODS',
          ad_id: adId,
          start_time: shanghaiText(from),
          end_time: shanghaiText(to),
          scene: SCENE,
          fields: Object.keys(stats),
        },
        pageSize: PAGE,
        data: taskPage,
      })
      return (await collect(pages, (page) => page.task_list)).map(boostOf)
    },
    setStatus: (advertiserId, taskIds, to, notAfter) =>
      attempt(checkTasks(advertiserId, taskIds), async () => {
        const body = { opt_type: to, task_ids: taskIds.map((id) => wireId('taskIds', id)) }
        return perItem(taskIds, await post(advertiserId, 'status/update/', body, statusResults, notAfter))
      }),
    setBudgets: (advertiserId, budgets, notAfter) => {
      const taskIds = budgets.map(({ taskId }) => taskId)
      const sound = budgets.every(({ budgetFen }) => Number.isInteger(budgetFen) && budgetFen > 0)
      const broken =
        checkTasks(advertiserId, taskIds) ?? firstBroken([['budgetFen', sound, 'whole 分 above 0']])
      return attempt(broken, async () => {
        const update_budget_infos = budgets.map(({ taskId, budgetFen }) => ({
          task_id: wireId('taskId', taskId),
          budget: yuanOfFen(budgetFen),
        }))
        const body = { update_budget_infos }
        return perItem(taskIds, await post(advertiserId, 'budget/update/', body, budgetResults, notAfter))
      })
    },
  }
}

function checkTasks(advertiserId: string, taskIds: readonly string[]) {
  return firstBroken([
    ['advertiserId', isId(advertiserId), 'not a platform id'],
    ['taskIds', taskIds.length >= 1 && taskIds.length <= MOST, `1 to ${MOST}`],
    ['taskIds', taskIds.every(isId), 'not platform ids'],
  ])
}

function checkBoost({ advertiserId, adId, name, materialIds, budgetFen, hours }: BoostInput) {
  return firstBroken([
    ['advertiserId', isId(advertiserId), 'not a platform id'],
    ['adId', isId(adId), 'not a platform id'],
    ['name', name.length >= 1 && name.length <= 50, '1 to 50 long'],
    ['materialIds', materialIds.length >= 1 && materialIds.length <= 20, '1 to 20'],
    ['materialIds', materialIds.every(isId), 'not platform ids'],
    ['budgetFen', Number.isInteger(budgetFen) && budgetFen > 0, 'whole 分 above 0'],
    ['hours', hours >= 0.5 && hours <= 24 && hours % 0.5 === 0, '0.5 to 24 in steps of 0.5'],
  ])
}

/** Just what live tools send for the product goal; bids and ROI goals are remarked as 直播全域 only. */
function boostBody({ adId, name, materialIds, budgetFen, hours }: BoostInput) {
  return {
    ad_id: wireId('adId', adId),
    scene: SCENE,
    name,
    material_type: 'VIDEO',
    material_ids: materialIds.map((id) => wireId('materialIds', id)),
    budget: yuanOfFen(budgetFen),
    duration: hours,
  }
}

function boostOf(row: z.infer<typeof taskPage>['task_list'][number]): Boost {
  const { metrics } = row
  const money = {
    spendFen: metrics.stat_cost_for_roi2_assist,
    gmvFen: metrics.total_pay_order_gmv_for_roi2_assist,
    roi: metrics.total_prepay_and_pay_order_roi2_assist,
  }
  return {
    taskId: row.id,
    name: row.name ?? '',
    status: row.task_status,
    budgetFen: row.budget,
    hours: row.duration,
    createdAt: row.create_time,
    materials: row.material_list.map((each) => ({
      materialId: each.material_id,
      itemId: each.aweme_item_id ?? null,
    })),
    ...money,
    orders: metrics.total_pay_order_count_for_roi2_assist,
    shows: metrics.show_cnt_for_roi2_assist,
    clicks: metrics.click_cnt_for_roi2_assist,
    quality: qualityOf(money),
  }
}
