import { z } from 'zod'
import { anySize, granted, id, page, paged, pageSize, refused, route } from './oceanengine-route.ts'
import { ledgerOf, planFigures, sum, taskFigures } from './orders-ledger.ts'
import { type Figures, itemOfMaterial, plus, roiOf } from './orders-yield.ts'
import {
  addMaterial,
  latestMaterial,
  type Plan,
  type PlanMaterial,
  planStatus,
  removeMaterial,
  stockFigures,
} from './plans.ts'
import { plansOf, span } from './qianchuan-plans.ts'
import { createRandom } from './random.ts'
import type { Route, RouteContext } from './vendor.ts'
import { isPublic } from './videos.ts'
import type { World } from './world.ts'

/** Videos inside 全域 plans. */
const UNI = '/open_api/v1.0/qianchuan/uni_promotion/'
const account = { advertiser_id: id }
const texts = z.array(z.string())

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
        if (!plan.productIds.includes(product_id)) return refused(40001, 'product_id: not in this plan')
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
        material_status: z.enum(['ALL', 'DELIVERY_OK', 'DELETED', 'EXCLUDE', 'DELIVERY_NOT']).optional(),
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
      const itemIds = new Set(plan.materials.map(({ itemId }) => itemId))
      const wanted = asked.filtering.material_status ?? 'ALL'
      const between = (upTo: (at: number) => Figures) => plus(upTo(to), upTo(from), -1)
      const videos = [...itemIds]
        .flatMap((itemId) => latestMaterial(plan, { itemId }) ?? [])
        .map((material) => ({
          video: {
            material_id: BigInt(material.materialId),
            aweme_item_id: BigInt(material.itemId),
            source: 'AWEME_VIDEO',
          },
          status: statusOf(plan, material, context.now),
          seen: between((at) => withTasks(context, plan, material.itemId, at)),
        }))
      const older = {
        video: { material_id: stockIdOf(plan), source: 'AD' },
        status: statusOf(plan, null, context.now),
        seen: between((at) => stockFigures(context.world, plan, at)),
      }
      const spent = [...videos, older]
        .filter(({ seen }) => seen.spendFen > 0)
        .filter(({ status }) => wanted === 'ALL' || status.material_status === wanted)
      const { rows, page_info } = paged(spent, asked.page, asked.page_size)
      return granted({
        ad_material_infos: rows.map(({ video, seen, status }) => ({
          audit_status: 'PASS',
          ...status,
          material_info: { material_type: 'VIDEO', video_material: video },
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
    path: `${UNI}ad/material/delete/`,
    asks: z.strictObject({ ...account, ad_id: id, material_ids: z.array(id).min(1).max(100) }),
    answer(context, asked) {
      const plan = plansOf(context, asked.advertiser_id, 'UNI').find(({ adId }) => adId === asked.ad_id)
      if (!plan) return refused(40001, 'ad_id: no such plan')
      // Not documented for what is not there: taken, so that a second call changes nothing.
      for (const materialId of asked.material_ids) removeMaterial(plan, materialId, context.now)
      return granted({})
    },
  }),
  route({
    method: 'GET',
    path: `${UNI}ad/suggestion/`,
    asks: z.strictObject({
      ...account,
      ad_id: id,
      filtering: z.strictObject({ material_ids: z.array(id) }).optional(),
      page,
      page_size: anySize(100),
    }),
    answer(context, asked) {
      const plan = plansOf(context, asked.advertiser_id, 'UNI').find(({ adId }) => adId === asked.ad_id)
      if (!plan) return refused(40001, 'ad_id: no such plan')
      const wanted = asked.filtering?.material_ids
      const rejected = plan.materials
        .filter((each) => each.rejected && each.startsAt <= context.now && context.now < each.removedAt)
        .filter(({ materialId }) => !wanted || wanted.includes(materialId))
      const { rows, page_info } = paged(rejected, asked.page, asked.page_size)
      return granted({ list: rows.map(suggestionRow), page_info })
    },
  }),
]

/** 整体消耗: what the plan spent on a video, and its 追投. */
function withTasks(context: RouteContext, plan: Plan, itemId: string, until: number): Figures {
  const { world } = context
  const ledger = ledgerOf(context)
  const tasks = ledger.tasks.filter((task) => task.adId === plan.adId)
  const extra = tasks.map((task) => taskFigures(world, ledger, task, itemId, until))
  return sum([planFigures(world, plan, itemId, until), ...extra])
}

function isInefficient(world: World, materialId: string): boolean {
  const video = world.video(itemOfMaterial(materialId))
  if (!video || video.hit) return false
  return createRandom(world.options.seed, 'inefficient', materialId).next() < INEFFICIENT_SHARE
}

function suggestionRow({ itemId, materialId }: PlanMaterial) {
  return {
    audit_platform: 'AD',
    audit_reason: ['画面含有绝对化用语'],
    desc: '素材审核不通过',
    material_id: BigInt(materialId),
    video_material: { aweme_item_id: BigInt(itemId) },
  }
}

/** All that the plan delivered before in one row: uploads of the brand, that no 抖音号 published. */
const stockIdOf = ({ adId }: Plan) => BigInt(createRandom('stock', adId).digits(19))

/** As the plan has it now; null: its older material. */
function statusOf(plan: Plan, material: PlanMaterial | null, now: number) {
  if (material && now >= material.removedAt) return { material_status: 'DELETED', delivery_not_reason: [] }
  return planStatus(plan, now) === 'DELIVERY_OK'
    ? { material_status: 'DELIVERY_OK', delivery_not_reason: [] }
    : { material_status: 'DELIVERY_NOT', delivery_not_reason: ['计划未投放'] }
}
