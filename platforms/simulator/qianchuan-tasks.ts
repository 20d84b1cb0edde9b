import { z } from 'zod'
import { shanghaiInstant, shanghaiText } from '../shanghai.ts'
import { budgetOf, createTask, setTaskBudget, switchTask, type Task, taskStatus } from './boosts.ts'
import { anySize, granted, id, page, paged, refused, route } from './oceanengine-route.ts'
import { ledgerOf, taskTotal } from './orders-ledger.ts'
import { plus, roiOf } from './orders-yield.ts'
import { latestMaterial, type Plan, planStatus, settingAt } from './plans.ts'
import { plansOf, span } from './qianchuan-plans.ts'
import { createRandom } from './random.ts'
import type { Route, RouteContext } from './vendor.ts'

/** 素材追投 tasks. No key makes a create idempotent, and a name may be given twice. */
const BASE = '/open_api/v1.0/qianchuan/uni_promotion/ad/control_task/'
const account = { advertiser_id: id }
const time = z.string().refine((text) => shanghaiInstant(text) !== null, 'not a date-time')
const scene = z.literal('MATERIAL_ADD_BUDGET')

export const qianchuanTaskRoutes: Route[] = [
  route({
    method: 'POST',
    path: `${BASE}create/`,
    asks: z.strictObject({
      ...account,
      ad_id: id,
      scene,
      name: z.string().min(1).max(50),
      material_type: z.literal('VIDEO'),
      material_ids: z.array(id).min(1).max(20),
      budget: z.number().positive(),
      duration: z.number().min(0.5).max(24).multipleOf(0.5),
    }),
    answer(context, asked) {
      const { world, now } = context
      const ledger = ledgerOf(context)
      const plan = plansOf(context, asked.advertiser_id, 'UNI').find(({ adId }) => adId === asked.ad_id)
      if (!plan || planStatus(plan, now) !== 'DELIVERY_OK')
        return refused(40001, 'ad_id: no such plan in delivery')
      const budgetFen = Math.round(asked.budget * 100)
      if (budgetFen > settingAt(plan, now).budgetFen) return refused(40001, "budget: above the plan's")
      const itemIds = asked.material_ids.flatMap((materialId) => delivered(plan, materialId, now) ?? [])
      if (itemIds.length < asked.material_ids.length)
        return refused(40001, 'material_ids: not delivering in this plan')
      const taskId = createRandom(world.options.seed, 'task', ledger.tasks.length).digits(19)
      const { ad_id: adId, name, duration: hours } = asked
      ledger.tasks.push(createTask({ taskId, adId, name, budgetFen, hours, createdAt: now, itemIds }))
      return { ...granted({ id: BigInt(taskId) }), made: taskId }
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}list/`,
    asks: z.strictObject({
      ...account,
      marketing_goal: z.literal('VIDEO_PROM_GOODS'),
      ad_id: id,
      start_time: time,
      end_time: time,
      scene,
      fields: z.array(z.string()).optional(),
      page,
      page_size: anySize(100),
    }),
    answer(context, asked) {
      const [from, to] = span(context, asked.start_time, asked.end_time)
      const tasks = tasksOf(context, asked.advertiser_id).filter((task) => task.adId === asked.ad_id)
      const { rows, page_info } = paged(tasks, asked.page, asked.page_size)
      return granted({ page_info, task_list: rows.map((task) => taskRow(context, task, from, to)) })
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}status/update/`,
    asks: z.strictObject({
      ...account,
      opt_type: z.enum(['DELETE', 'DISABLE', 'ENABLE', 'PAUSE']),
      task_ids: z.array(id).min(1),
    }),
    answer(context, asked) {
      const changed = asked.task_ids.map((taskId) => {
        const task = find(context, asked.advertiser_id, taskId)
        return { taskId, error: task ? switchTask(task, asked.opt_type, context.now) : '任务不存在' }
      })
      // Code 0 also when some of them failed.
      return granted({
        task_ids: changed.flatMap(({ taskId, error }) => (error === null ? [BigInt(taskId)] : [])),
        errors: changed.flatMap(({ taskId, error }) =>
          error === null ? [] : [{ task_id: BigInt(taskId), error_message: error }],
        ),
      })
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}budget/update/`,
    asks: z.strictObject({
      ...account,
      update_budget_infos: z.array(z.strictObject({ task_id: id, budget: z.number().positive() })).min(1),
    }),
    answer(context, asked) {
      const results = asked.update_budget_infos.map(({ task_id, budget }) => {
        const error = setBudget(context, asked.advertiser_id, task_id, Math.round(budget * 100))
        return { task_id: BigInt(task_id), status: error === null, error_message: error ?? '' }
      })
      return granted({ results })
    },
  }),
]

/** The video, where the plan delivers it now. */
function delivered(plan: Plan, materialId: string, now: number): string | null {
  const material = latestMaterial(plan, { materialId })
  if (!material || material.rejected || material.startsAt > now || now >= material.removedAt) return null
  return material.itemId
}

function tasksOf(context: RouteContext, advertiserId: string): Task[] {
  const plans = new Set(plansOf(context, advertiserId, 'UNI').map(({ adId }) => adId))
  return ledgerOf(context).tasks.filter(({ adId }) => plans.has(adId))
}

const find = (context: RouteContext, advertiserId: string, taskId: string) =>
  tasksOf(context, advertiserId).find((task) => task.taskId === taskId)

function setBudget(context: RouteContext, advertiserId: string, taskId: string, fen: number): string | null {
  const task = find(context, advertiserId, taskId)
  const plan = plansOf(context, advertiserId, 'UNI').find(({ adId }) => adId === task?.adId)
  if (!task || !plan) return '任务不存在'
  if (fen > settingAt(plan, context.now).budgetFen) return '预算不能高于计划预算'
  return setTaskBudget(task, fen, context.now)
}

function taskRow(context: RouteContext, task: Task, from: number, to: number) {
  const { world, now } = context
  const upTo = (at: number) => taskTotal(world, ledgerOf(context), task, at)
  const seen = plus(upTo(to), upTo(from), -1)
  return {
    id: BigInt(task.taskId),
    name: task.name,
    task_status: taskStatus(task, now),
    budget: budgetOf(task) / 100,
    duration: task.hours,
    create_time: shanghaiText(task.createdAt),
    material_list: task.itemIds.map((itemId) => ({
      aweme_item_id: BigInt(itemId),
      material_id: BigInt(itemId) - 1n,
    })),
    metrics: {
      stat_cost_for_roi2_assist: seen.spendFen / 100,
      total_pay_order_count_for_roi2_assist: seen.orders,
      total_pay_order_gmv_for_roi2_assist: seen.gmvFen / 100,
      total_prepay_and_pay_order_roi2_assist: roiOf(seen),
      show_cnt_for_roi2_assist: seen.shows,
      click_cnt_for_roi2_assist: seen.clicks,
    },
  }
}
