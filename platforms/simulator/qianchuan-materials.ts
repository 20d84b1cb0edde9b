import { z } from 'zod'
import { shanghaiInstant, shanghaiText } from '../shanghai.ts'
import { anySize, granted, id, page, paged, pageSize, refused, route } from './oceanengine-route.ts'
import { ledgerOf, planFigures, taskFigures } from './orders-ledger.ts'
import { plus, roiOf } from './orders-yield.ts'
import { addMaterial, settingAt } from './plans.ts'
import { plansOf, span } from './qianchuan-plans.ts'
import { createRandom } from './random.ts'
import type { Route, RouteContext } from './vendor.ts'
import { isPublic } from './videos.ts'
import type { World } from './world.ts'

/** Videos inside 全域 plans and 素材追投 tasks on them. */
const UNI = '/open_api/v1.0/qianchuan/uni_promotion/'
const account = { advertiser_id: id }
const goal = z.literal('VIDEO_PROM_GOODS')
const texts = z.array(z.string())
const time = z.string().refine((text) => shanghaiInstant(text) !== null, 'not a date-time')

/** Of videos that are no hits, so many are marked as inefficient. */
const INEFFICIENT_SHARE = 0.05

export const qianchuanMaterialRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/open_api/v1.0/qianchuan/file/video/efficiency/get/',
    asks: z.strictObject({ ...account, material_ids: z.array(z.string().regex(/^\d{1,19}$/)).max(100) }),
    answer: ({ world }, { material_ids }) =>
      granted({ inefficient_material_ids: material_ids.filter((each) => isInefficient(world, each)) }),
  }),
  route({
    method: 'POST',
    path: `${UNI}ad/material/add/`,
    asks: z.strictObject({
      ...account,
      ad_id: id,
      multi_product_creative_list: z
        .array(
          z.strictObject({
            aweme_uid: id.optional(),
            product_id: id,
            video_material: z.array(z.strictObject({ aweme_item_id: id, image_mode: z.string() })).min(1),
          }),
        )
        .min(1),
    }),
    answer(context, asked) {
      const { world, now } = context
      const plan = plansOf(context, asked.advertiser_id, 'UNI').find(({ adId }) => adId === asked.ad_id)
      if (!plan) return refused(40001, 'ad_id: no such plan')
      for (const { product_id, video_material } of asked.multi_product_creative_list) {
        if (product_id !== plan.productId) return refused(40001, 'product_id: not in this plan')
        const videos = video_material.map((each) => world.video(each.aweme_item_id))
        for (const video of videos) {
          if (!video || !isPublic(video, now)) return refused(40501, 'video does not exist')
          addMaterial(world, plan, video, now)
        }
      }
      return granted({})
    },
  }),
  route({
    method: 'GET',
    path: `${UNI}ad/material/get/`,
    asks: z.strictObject({
      ...account,
      ad_id: id,
      filtering: z.strictObject({
        material_type: z.literal('VIDEO'),
        start_date: z.iso.date(),
        end_date: z.iso.date(),
      }),
      fields: texts.optional(),
      page,
      page_size: pageSize(10, 20, 50, 100),
    }),
    answer(context, asked) {
      const plan = plansOf(context, asked.advertiser_id, 'UNI').find(({ adId }) => adId === asked.ad_id)
      if (!plan) return refused(40001, 'ad_id: no such plan')
      const { start_date, end_date } = asked.filtering
      const [from, to] = span(context, `${start_date} 00:00:00`, `${end_date} 23:59:59`)
      const spent = plan.materials
        .map((material) => ({
          material,
          seen: plus(
            planFigures(context.world, plan, material.itemId, to),
            planFigures(context.world, plan, material.itemId, from),
            -1,
          ),
        }))
        .filter(({ seen }) => seen.spendFen > 0)
      const { rows, page_info } = paged(spent, asked.page, asked.page_size)
      return granted({
        ad_material_infos: rows.map(({ material, seen }) => ({
          audit_status: 'PASS',
          material_status: 'DELIVERY_OK',
          delivery_not_reason: [],
          material_info: {
            material_type: 'VIDEO',
            video_material: {
              material_id: BigInt(material.materialId),
              aweme_item_id: BigInt(material.itemId),
              source: 'AWEME_VIDEO',
            },
          },
          stats_info: {
            stat_cost_for_roi2: seen.spendFen / 100,
            total_pay_order_count_for_roi2: seen.orders,
            total_pay_order_gmv_for_roi2: seen.gmvFen / 100,
            total_prepay_and_pay_order_roi2: roiOf(seen),
          },
        })),
        page_info,
      })
    },
  }),
  route({
    method: 'POST',
    path: `${UNI}ad/control_task/create/`,
    asks: z.strictObject({
      ...account,
      ad_id: id,
      scene: z.literal('MATERIAL_ADD_BUDGET'),
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
      if (!plan) return refused(40001, 'ad_id: no such plan')
      const budgetFen = Math.round(asked.budget * 100)
      if (budgetFen > settingAt(plan, now).budgetFen) return refused(40001, "budget: above the plan's")
      const materials = asked.material_ids.map((each) =>
        plan.materials.find((material) => material.materialId === each && material.startsAt <= now),
      )
      const itemIds = materials.flatMap((material) =>
        material && !material.rejected ? [material.itemId] : [],
      )
      if (itemIds.length < materials.length)
        return refused(40001, 'material_ids: not delivering in this plan')
      const taskId = createRandom(world.options.seed, 'task', ledger.tasks.length).digits(19)
      const { ad_id: adId, name, duration: hours } = asked
      ledger.tasks.push({ taskId, adId, name, budgetFen, hours, createdAt: now, itemIds })
      return { ...granted({ id: BigInt(taskId) }), made: taskId }
    },
  }),
  route({
    method: 'GET',
    path: `${UNI}ad/control_task/list/`,
    asks: z.strictObject({
      ...account,
      marketing_goal: goal,
      ad_id: id,
      start_time: time,
      end_time: time,
      scene: z.literal('MATERIAL_ADD_BUDGET'),
      fields: texts.optional(),
      page,
      page_size: anySize(100),
    }),
    answer(context, asked) {
      const [from, to] = span(context, asked.start_time, asked.end_time)
      const tasks = ledgerOf(context).tasks.filter((task) => task.adId === asked.ad_id)
      const { rows, page_info } = paged(tasks, asked.page, asked.page_size)
      return granted({ page_info, task_list: rows.map((task) => taskRow(context, task, from, to)) })
    },
  }),
]

function isInefficient(world: World, materialId: string): boolean {
  const video = world.video(String(BigInt(materialId) + 1n))
  if (!video || video.hit) return false
  return createRandom(world.options.seed, 'inefficient', materialId).next() < INEFFICIENT_SHARE
}

function taskRow(
  context: RouteContext,
  task: ReturnType<typeof ledgerOf>['tasks'][number],
  from: number,
  to: number,
) {
  const ledger = ledgerOf(context)
  const upTo = (at: number) =>
    task.itemIds
      .map((itemId) => taskFigures(context.world, ledger, task, itemId, at))
      .reduce((a, b) => plus(a, b))
  const seen = plus(upTo(to), upTo(from), -1)
  const over = context.now >= task.createdAt + task.hours * 3_600_000
  return {
    id: BigInt(task.taskId),
    name: task.name,
    task_status: over ? 'OFFLINE_TIME' : 'PROCESSING',
    budget: task.budgetFen / 100,
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
    },
  }
}
