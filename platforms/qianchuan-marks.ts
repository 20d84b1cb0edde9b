import { z } from 'zod'
import type { Mark } from '../rules/types.ts'
import { idSchema, type Oceanengine, wireId } from './oceanengine.ts'
import { cursorInfo, listOf } from './oceanengine-page.ts'

/** The platform's marks of a material, to be read before money is spent on it. Reads throw FetchError. */
export interface QianchuanMarks {
  /** What the platform calls the video in an account's library; null: the account does not see the video. */
  materialOf(advertiserId: string, video: { awemeId: string; itemId: string }): Promise<string | null>
  /** Of these materials, at most 100, the inefficient ones. */
  inefficient(advertiserId: string, materialIds: readonly string[]): Promise<string[]>
  /**
   * What speaks against money on the video; null: not to be read. Similar and carried materials are told of inside plans
   * only, so of a video in no plan they are not known and not in here.
   */
  marks(advertiserId: string, video: { awemeId: string; itemId: string }): Promise<Mark[] | null>
}

const BASE = '/open_api/v1.0/qianchuan/file/video/'
const videoPage = z.object({
  page_info: cursorInfo,
  video_list: listOf(z.object({ aweme_item_id: idSchema, material_id: idSchema.nullish() })),
})
const efficiency = z.object({ inefficient_material_ids: listOf(idSchema) })

export function createQianchuanMarks(oceanengine: Oceanengine): QianchuanMarks {
  const marks: QianchuanMarks = {
    async materialOf(advertiserId, { awemeId, itemId }) {
      const page = await oceanengine.call({
        method: 'GET',
        path: `${BASE}aweme/get/`,
        account: advertiserId,
        query: {
          advertiser_id: advertiserId,
          aweme_id: awemeId,
          filtering: { aweme_item_ids: [wireId('itemId', itemId)] },
          cursor: 0,
          count: 50,
        },
        data: videoPage,
      })
      return page.video_list.find((each) => each.aweme_item_id === itemId)?.material_id ?? null
    },
    async inefficient(advertiserId, materialIds) {
      const answer = await oceanengine.call({
        method: 'GET',
        path: `${BASE}efficiency/get/`,
        account: advertiserId,
        query: { advertiser_id: advertiserId, material_ids: [...materialIds] },
        data: efficiency,
      })
      return answer.inefficient_material_ids
    },
    async marks(advertiserId, video) {
      const materialId = await marks.materialOf(advertiserId, video)
      if (materialId === null) return null
      const inefficient = await marks.inefficient(advertiserId, [materialId])
      return inefficient.includes(materialId) ? ['INEFFICIENT_MATERIAL'] : []
    },
  }
  return marks
}
