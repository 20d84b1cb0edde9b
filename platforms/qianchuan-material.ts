import { z } from 'zod'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'
import { collect, cursorInfo, listOf, pageInfo, readCursor, readPages } from './oceanengine-page.ts'
import { type Quality, qualityOf } from './qianchuan-quality.ts'
import { amountSchema, optionalInstant, yuanSchema } from './qianchuan-units.ts'
import { shanghaiDate } from './shanghai.ts'

/** A video in the account's library: what a plan's video_id means as material_id. */
export interface LibraryVideo {
  videoId: string
  /** Equal only for byte-identical uploads. */
  materialId: string
  filename: string
  signature: string | null
  durationS: number | null
  createdAt: number | null
}

/** One video inside a 全域 plan with what it did; only those that spent are shown. */
export interface PlanMaterial {
  materialId: string
  itemId: string | null
  audit: string | null
  status: string | null
  /** Why it is not delivered. */
  reasons: string[]
  spendFen: number | null
  orders: number | null
  gmvFen: number | null
  roi: number | null
  quality: Quality
}

export interface PlanQuestion {
  advertiserId: string
  adId: string
  from: number
  to: number
}

export interface QianchuanMaterials {
  library(
    advertiserId: string,
    by: { materialIds: readonly string[] } | { videoIds: readonly string[] },
  ): Promise<LibraryVideo[]>
  /** By material, the video of this 抖音号 that it is; what another one published, or nobody, is missing. */
  items(
    advertiserId: string,
    question: { awemeId: string; materialIds: readonly string[] },
  ): Promise<Map<string, string>>
  ofPlan(question: PlanQuestion): Promise<PlanMaterial[]>
  /** Videos of a plan that the review refused, with its reasons; who is not in here has not passed by that. */
  refused(advertiserId: string, adId: string): Promise<{ itemId: string | null; reasons: string[] }[]>
}

const V1 = '/open_api/v1.0/qianchuan/'
const PAGE = 100
const MOST_IDS = 100

const libraryPage = z.object({
  page_info: pageInfo,
  list: listOf(
    z.object({
      id: z.string(),
      material_id: idSchema,
      filename: z.string().nullish(),
      signature: z.string().nullish(),
      duration: amountSchema,
      create_time: optionalInstant,
    }),
  ),
})
const stats = {
  stat_cost_for_roi2: yuanSchema,
  total_pay_order_count_for_roi2: amountSchema,
  total_pay_order_gmv_for_roi2: yuanSchema,
  total_prepay_and_pay_order_roi2: amountSchema,
}
const planPage = z.object({
  page_info: pageInfo,
  ad_material_infos: listOf(
    z.object({
      audit_status: z.string().nullish(),
      material_status: z.string().nullish(),
      delivery_not_reason: listOf(z.string()),
      material_info: z.object({
        video_material: z.object({ material_id: idSchema, aweme_item_id: idSchema.nullish() }),
      }),
      stats_info: z.object(stats),
    }),
  ),
})

const MOST_OF_AWEME = 50
const awemePage = z.object({
  page_info: cursorInfo,
  video_list: listOf(z.object({ aweme_item_id: idSchema, material_id: idSchema.nullish() })),
})
const suggestionPage = z.object({
  page_info: pageInfo,
  list: listOf(
    z.object({
      audit_reason: listOf(z.string()),
      video_material: z.object({ aweme_item_id: idSchema.nullish() }).nullish(),
    }),
  ),
})

export function createQianchuanMaterials(oceanengine: Oceanengine): QianchuanMaterials {
  return {
    async library(advertiserId, by) {
      const ids: readonly (string | bigint)[] =
        'videoIds' in by ? by.videoIds : by.materialIds.map((id) => wireId('materialIds', id))
      const name = 'videoIds' in by ? 'video_ids' : 'material_ids'
      const chunks = Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, index) =>
        collect(
          readPages(oceanengine, {
            method: 'GET',
            path: `${V1}video/get/`,
            account: advertiserId,
            query: {
              advertiser_id: advertiserId,
              filtering: { [name]: ids.slice(index * MOST_IDS, (index + 1) * MOST_IDS) },
            },
            pageSize: PAGE,
            data: libraryPage,
          }),
          (page) => page.list,
        ),
      )
      return (await Promise.all(chunks)).flat().map(libraryVideo)
    },
    async items(advertiserId, { awemeId, materialIds }) {
      const found = new Map<string, string>()
      for (let at = 0; at < materialIds.length; at += MOST_OF_AWEME) {
        const ids = materialIds.slice(at, at + MOST_OF_AWEME).map((id) => wireId('materialIds', id))
        const pages = readCursor(oceanengine, {
          method: 'GET',
          path: `${V1}file/video/aweme/get/`,
          account: advertiserId,
          query: { advertiser_id: advertiserId, aweme_id: awemeId, filtering: { material_ids: ids } },
          count: MOST_OF_AWEME,
          data: awemePage,
        })
        for await (const { video_list } of pages)
          for (const { material_id, aweme_item_id } of video_list)
            if (material_id) found.set(material_id, aweme_item_id)
      }
      return found
    },
    async ofPlan({ advertiserId, adId, from, to }) {
      const pages = readPages(oceanengine, {
        method: 'GET',
        path: `${V1}uni_promotion/ad/material/get/`,
        account: advertiserId,
        query: {
          advertiser_id: advertiserId,
          ad_id: adId,
          filtering: {
            material_type: 'VIDEO',
            material_status: 'ALL',
            start_date: shanghaiDate(from),
            end_date: shanghaiDate(to),
          },
          fields: Object.keys(stats),
        },
        pageSize: PAGE,
        data: planPage,
      })
      return (await collect(pages, (page) => page.ad_material_infos)).map(planMaterial)
    },
    async refused(advertiserId, adId) {
      const pages = readPages(oceanengine, {
        method: 'GET',
        path: `${V1}uni_promotion/ad/suggestion/`,
        account: advertiserId,
        query: { advertiser_id: advertiserId, ad_id: adId },
        pageSize: PAGE,
        data: suggestionPage,
      })
      return (await collect(pages, (page) => page.list)).map(({ audit_reason, video_material }) => ({
        itemId: video_material?.aweme_item_id ?? null,
        reasons: audit_reason,
      }))
    },
  }
}

function libraryVideo(row: z.infer<typeof libraryPage>['list'][number]): LibraryVideo {
  return {
    videoId: row.id,
    materialId: row.material_id,
    filename: row.filename ?? '',
    signature: row.signature ?? null,
    durationS: row.duration,
    createdAt: row.create_time,
  }
}

function planMaterial(row: z.infer<typeof planPage>['ad_material_infos'][number]): PlanMaterial {
  const video = row.material_info.video_material
  const money = {
    spendFen: row.stats_info.stat_cost_for_roi2,
    gmvFen: row.stats_info.total_pay_order_gmv_for_roi2,
    roi: row.stats_info.total_prepay_and_pay_order_roi2,
  }
  return {
    materialId: video.material_id,
    itemId: video.aweme_item_id ?? null,
    audit: row.audit_status ?? null,
    status: row.material_status ?? null,
    reasons: row.delivery_not_reason,
    ...money,
    orders: row.stats_info.total_pay_order_count_for_roi2,
    quality: qualityOf(money),
  }
}
