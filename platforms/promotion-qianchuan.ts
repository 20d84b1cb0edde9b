import type { Neighbour, Place } from '../rules/types.ts'
import { FetchError } from './errors.ts'
import type { Oceanengine } from './oceanengine.ts'
import type { OrderFigures, PromotionChannel, PromotionVideo, Surroundings } from './promotion.ts'
import { createQianchuanAccount } from './qianchuan-account.ts'
import { createQianchuanMarks } from './qianchuan-marks.ts'
import { createQianchuanMaterials, type PlanMaterial } from './qianchuan-material.ts'
import { createQianchuanPlans, type Plan, type UniPlan } from './qianchuan-plan.ts'
import { type ItemResult, NOT_SAID, type Written } from './qianchuan-write.ts'

/** What every way to promote by 千川 shares: the account's room, a material's marks, and the plans around a video. */
export interface QianchuanSetup {
  oceanengine: Oceanengine
  advertiserId: string
  now: () => number
}

const DAY = 86_400_000
/** What is shown of a material or a task is what it did in a time; older ones are not asked about. Assumed. */
export const BACK_MS = 30 * DAY
/** [bububa] 即将超预算 delivers still. */
const DELIVERING: ReadonlySet<string> = new Set(['DELIVERY_OK', 'PRE_OFFLINE_BUDGET'])
const isDelivering = ({ status }: Plan) => DELIVERING.has(status)
/** A plan in another state may deliver again by itself: at midnight, after its review, or when there is money. */
const STOPPED: ReadonlySet<string> = new Set([
  ...['DISABLE', 'DELETE', 'DELETED', 'FROZEN', 'TIME_DONE', 'OFFLINE_AUDIT', 'SYSTEM_DISABLE', 'DRAFT'],
])

export type QianchuanBase = Pick<PromotionChannel, 'marks' | 'room'> & {
  /** What the platform calls a video; a Written where it cannot be told, and so nothing is sent. */
  materialOf(video: PromotionVideo): Promise<{ materialId: string } | { not: Written<never> }>
  /** 全域 plans with what they did today. */
  uniPlans(): Promise<UniPlan[]>
  /** 全域 plans around a video, and the standard plans that exclude them. */
  surroundings: NonNullable<PromotionChannel['surroundings']>
}

export function createQianchuanBase({ oceanengine, advertiserId, now }: QianchuanSetup): QianchuanBase {
  const marks = createQianchuanMarks(oceanengine)
  const account = createQianchuanAccount(oceanengine)
  const plans = createQianchuanPlans(oceanengine)
  const materials = createQianchuanMaterials(oceanengine)
  const sightIn = async (adId: string, itemId: string): Promise<Place['video']> => {
    const [shown, refused] = await Promise.all([
      materials.ofPlan({ advertiserId, adId, from: now() - BACK_MS, to: now() }),
      materials.refused(advertiserId, adId),
    ])
    if (refused.some((each) => each.itemId === itemId)) return 'BARRED'
    return placeOf(shown.find((each) => each.itemId === itemId))
  }
  const uniPlans = () => plans.uni({ advertiserId, from: now() - DAY, to: now() })
  return {
    uniPlans,
    marks: (video) => marks.marks(advertiserId, video),
    async room() {
      const { validFen } = await account.wallet(advertiserId)
      return { walletFen: validFen, ordersLeft: null, mostCostFen: null }
    },
    async materialOf(video) {
      try {
        const materialId = await marks.materialOf(advertiserId, video)
        const reason = 'the account does not see the video'
        return materialId === null ? { not: { outcome: 'invalid', field: 'itemId', reason } } : { materialId }
      } catch (error) {
        if (!(error instanceof FetchError)) throw error
        return { not: { outcome: 'refused', error: unsent(error) } }
      }
    },
    async surroundings({ itemId, productId }): Promise<Surroundings> {
      const [uni, standard] = await Promise.all([uniPlans(), plans.standard({ advertiserId })])
      const places = uni.map(async (plan): Promise<Place> => {
        const { adId: planId, productIds, budgetFen } = plan
        const running = isDelivering(plan)
        const fits = running && productId !== null && productIds.includes(productId)
        return { planId, productIds, budgetFen, running, video: fits ? await sightIn(planId, itemId) : 'OUT' }
      })
      return { places: await Promise.all(places), neighbours: rivals('STANDARD_PLAN', standard.plans) }
    },
  }
}

function placeOf(shown: PlanMaterial | undefined): Place['video'] {
  if (!shown || shown.status === 'DELETED') return 'OUT'
  return shown.status === 'DELIVERY_OK' && shown.audit !== 'REJECT' ? 'IN' : 'BARRED'
}

/** Of a standard plan: for a 全域 plan, for its group, or for what somebody has to mend first. */
const STANDARD_STOPPED: ReadonlySet<string> = new Set([
  ...['ROI2_DISABLE', 'CAMPAIGN_DISABLE', 'QUOTA_DISABLE', 'ERROR', 'AUDIT_STATUS_ERROR'],
])

/** Of what delivers or may, one for each product. */
export function rivals(rival: Neighbour['rival'], plans: readonly Plan[]): Neighbour[] {
  const stopped = (status: string) =>
    STOPPED.has(status) || (rival === 'STANDARD_PLAN' && STANDARD_STOPPED.has(status))
  return plans
    .filter(({ status }) => !stopped(status))
    .flatMap(({ adId: id, productIds }) =>
      productIds.map((productId) => ({ rival, productId, sameVideo: false, id })),
    )
}

/** A read that a write needs failed: refused for now. */
export const unsent = ({ kind, message, retryAfterMs }: FetchError) =>
  new FetchError('quota', `not sent, since a read before it failed: ${kind}: ${message}`, { retryAfterMs })

/** Of a write on one object: code 0 does not mean that it was taken, and silence about it says nothing. */
export function single(written: Written<ItemResult[]>): Written<null> {
  if (written.outcome !== 'done') return written
  const [result] = written.value
  if (result?.ok) return { outcome: 'done', value: null }
  const reason = result?.reason ?? 'refused without a reason'
  return reason === NOT_SAID
    ? { outcome: 'unknown', error: new FetchError('parse', reason) }
    : { outcome: 'refused', error: new FetchError('rejected', reason) }
}

/** What a list or report does not show has spent nothing. */
export const NOTHING_SPENT: OrderFigures = {
  spendFen: 0,
  gmvFen: 0,
  orders: 0,
  shows: null,
  clicks: null,
  plays: null,
  interactions: null,
  disagrees: false,
}
