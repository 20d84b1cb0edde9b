import { z } from 'zod'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'
import { collect, listOf, pageInfo, readPages } from './oceanengine-page.ts'
import { type Quality, qualityOf } from './qianchuan-quality.ts'
import { amountSchema, optionalInstant, yuanOfFen, yuanSchema } from './qianchuan-units.ts'
import { attempt, firstBroken, isId, type Written } from './qianchuan-write.ts'
import { shanghaiText } from './shanghai.ts'

/** Scaling a breakout: put its video into a running 全域 plan, or give it more money for some hours (素材追投). */
export interface AddVideoInput {
  advertiserId: string
  adId: string
  productId: string
  itemId: string
  /** Needed when the plan has several 抖音号. */
  awemeId?: string
}

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

/** One 素材追投 task. */
export interface Boost {
  taskId: string
  name: string
  /** e.g. PROCESSING, OFFLINE_TIME, OFFLINE_BUDGET. */
  status: string
  budgetFen: number | null
  hours: number | null
  createdAt: number | null
  materialIds: string[]
  spendFen: number | null
  orders: number | null
  gmvFen: number | null
  roi: number | null
  quality: Quality
}

export interface QianchuanScale {
  addVideo(input: AddVideoInput): Promise<Written<null>>
  boost(input: BoostInput): Promise<Written<{ taskId: string }>>
  boosts(question: { advertiserId: string; adId: string; from: number; to: number }): Promise<Boost[]>
}

const BASE = '/open_api/v1.0/qianchuan/uni_promotion/ad/'
const PAGE = 100
const SCENE = 'MATERIAL_ADD_BUDGET'

const stats = {
  stat_cost_for_roi2_assist: yuanSchema,
  total_pay_order_count_for_roi2_assist: amountSchema,
  total_pay_order_gmv_for_roi2_assist: yuanSchema,
  total_prepay_and_pay_order_roi2_assist: amountSchema,
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
      material_list: listOf(z.object({ material_id: idSchema })),
      metrics: z.object(stats),
    }),
  ),
})

export function createQianchuanScale(oceanengine: Oceanengine): QianchuanScale {
  const post = <T>(advertiserId: string, path: string, body: object, data: z.ZodType<T>) =>
    oceanengine.call({
      method: 'POST',
      path: `${BASE}${path}`,
      account: advertiserId,
      body: { advertiser_id: wireId('advertiserId', advertiserId), ...body },
      effect: true,
      data,
    })

  return {
    addVideo: (input) =>
      attempt(checkAddVideo(input), async () => {
        await post(input.advertiserId, 'material/add/', addVideoBody(input), z.unknown())
        return null
      }),
    boost: (input) =>
      attempt(checkBoost(input), async () => {
        const schema = z.object({ id: idSchema })
        const { id } = await post(input.advertiserId, 'control_task/create/', boostBody(input), schema)
        return { taskId: id }
      }),
    async boosts({ advertiserId, adId, from, to }) {
      const pages = readPages(oceanengine, {
        method: 'GET',
        path: `${BASE}control_task/list/`,
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
  }
}

function checkAddVideo({ advertiserId, adId, productId, itemId, awemeId }: AddVideoInput) {
  return firstBroken([
    ['advertiserId', isId(advertiserId), 'not a platform id'],
    ['adId', isId(adId), 'not a platform id'],
    ['productId', isId(productId), 'not a platform id'],
    ['itemId', isId(itemId), 'not a platform id'],
    ['awemeId', awemeId === undefined || isId(awemeId), 'not a platform id'],
  ])
}

function addVideoBody({ adId, productId, itemId, awemeId }: AddVideoInput) {
  const video = { aweme_item_id: wireId('itemId', itemId), image_mode: 'VIDEO_VERTICAL' }
  return {
    ad_id: wireId('adId', adId),
    multi_product_creative_list: [
      {
        ...(awemeId === undefined ? {} : { aweme_uid: wireId('awemeId', awemeId) }),
        product_id: wireId('productId', productId),
        video_material: [video],
      },
    ],
  }
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
    materialIds: row.material_list.map((each) => each.material_id),
    ...money,
    orders: metrics.total_pay_order_count_for_roi2_assist,
    quality: qualityOf(money),
  }
}
