import { z } from 'zod'
import { type Oceanengine, wireId } from './oceanengine.ts'
import { attempt, firstBroken, isId, poster, type Written } from './qianchuan-write.ts'

/** A breakout in a running 全域 plan: its video is put in, and taken out again. */
export interface AddVideoInput {
  advertiserId: string
  adId: string
  productId: string
  itemId: string
  /** Needed when the plan has several 抖音号. */
  awemeId?: string
}

export interface RemoveMaterialsInput {
  advertiserId: string
  adId: string
  /** material_id, not aweme_item_id; 1 to 100. What the system chose by itself (AUTO) stays. */
  materialIds: readonly string[]
}

/** A write that cannot begin by `notAfter`, ms, is not sent and refused. Each said twice is as said once. */
export interface QianchuanScale {
  addVideo(input: AddVideoInput, notAfter?: number): Promise<Written<null>>
  /** Out of the plan for all of its products and 抖音号. */
  removeMaterials(input: RemoveMaterialsInput, notAfter?: number): Promise<Written<null>>
}

const BASE = '/open_api/v1.0/qianchuan/uni_promotion/ad/material/'
const MOST = 100
/** Both are answered with an empty map. */
const NOTHING = z.unknown().transform(() => null)

export function createQianchuanScale(oceanengine: Oceanengine): QianchuanScale {
  const post = poster(oceanengine, BASE)
  return {
    addVideo: (input, notAfter) =>
      attempt(checkAddVideo(input), () =>
        post(input.advertiserId, 'add/', addVideoBody(input), NOTHING, notAfter),
      ),
    removeMaterials: ({ advertiserId, adId, materialIds }, notAfter) =>
      attempt(checkRemoval(advertiserId, adId, materialIds), () => {
        const ids = materialIds.map((id) => wireId('materialIds', id))
        const body = { ad_id: wireId('adId', adId), material_ids: ids }
        return post(advertiserId, 'delete/', body, NOTHING, notAfter)
      }),
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

function checkRemoval(advertiserId: string, adId: string, materialIds: readonly string[]) {
  return firstBroken([
    ['advertiserId', isId(advertiserId), 'not a platform id'],
    ['adId', isId(adId), 'not a platform id'],
    ['materialIds', materialIds.length >= 1 && materialIds.length <= MOST, `1 to ${MOST}`],
    ['materialIds', materialIds.every(isId), 'not platform ids'],
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
