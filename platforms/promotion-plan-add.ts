import { DAY, type OrderSight } from '../rules/types.ts'
import { FetchError } from './errors.ts'
import type {
  OrderFigures,
  PromotionChannel,
  PromotionOrder,
  PromotionVideo,
  SeenOrder,
} from './promotion.ts'
import {
  BACK_MS,
  createQianchuanBase,
  NOTHING_SPENT,
  type QianchuanSetup,
  unsent,
} from './promotion-qianchuan.ts'
import { createQianchuanMaterials, type PlanMaterial } from './qianchuan-material.ts'
import { createQianchuanPlans } from './qianchuan-plan.ts'
import { createQianchuanScale } from './qianchuan-scale.ts'

/**
 * A video in a 全域 plan as a way to promote: the plan pays, so it has no money of its own. The platform gives it no number;
 * ours is our name with the video, since a video may be put in again later. To put it in twice is to put it in once.
 */
export function createPlanAddChannel(setup: QianchuanSetup): PromotionChannel {
  const { oceanengine, advertiserId, now } = setup
  const { materialOf, ...base } = createQianchuanBase(setup)
  const materials = createQianchuanMaterials(oceanengine)
  const plans = createQianchuanPlans(oceanengine)
  const scale = createQianchuanScale(oceanengine)
  const find = async (itemId: string, adId: string, from: number, to: number) =>
    (await materials.ofPlan({ advertiserId, adId, from, to })).find((each) => each.itemId === itemId)
  /** A plan that somebody ended or left paused delivers none of its videos; null: it may. */
  const stoppedWith = async (adId: string, shown: PlanMaterial | undefined): Promise<Stopped | null> => {
    const question = { advertiserId, from: now() - DAY, to: now(), deleted: true }
    const { asked, status = '' } = (await plans.uni(question)).find((plan) => plan.adId === adId) ?? {}
    if (ENDED.has(status) || asked === 'DELETE') return { sight: 'ENDED', resumes: false }
    // What never spent is taken out for that.
    if ((asked !== 'DISABLE' && status !== 'DISABLE') || !shown?.itemId) return null
    const spends = await find(shown.itemId, adId, now() - PAUSED_MS, now())
    return spends ? null : { sight: 'FROZEN', resumes: true }
  }
  /** Who no longer lets us see his videos may still be delivered: the plan's own list has them. */
  const materialIn = async (adId: string, video: PromotionVideo): ReturnType<typeof materialOf> => {
    const known = await materialOf(video)
    if (!('not' in known) || known.not.outcome !== 'invalid') return known
    try {
      return (await find(video.itemId, adId, now() - BACK_MS, now())) ?? known
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      return { not: { outcome: 'refused', error: unsent(error) } }
    }
  }
  return {
    ...base,
    orders: async () => ({ orders: [], unread: [] }),
    async order(orderId, planId): Promise<SeenOrder> {
      const adId = planId ?? ''
      const itemId = itemOf(orderId)
      const shown = await find(itemId, adId, now() - BACK_MS, now())
      const refused = shown ? [] : await materials.refused(advertiserId, adId)
      const sight = refused.some((each) => each.itemId === itemId) ? 'REJECTED' : sightOf(shown)
      const stopped = sight === 'WAITING' ? await stoppedWith(adId, shown) : null
      const named = { orderId, accountId: advertiserId, itemId, name: null, createdAt: null }
      const seen = { ...named, amountFen: 0, hours: null, sight, adId, added: { addedFen: 0, count: 0 } }
      return { ...seen, ...stopped }
    },
    async figures({ orderId, adId, planId, createdAt }, until) {
      const shown = await find(itemOf(orderId), planId ?? adId ?? '', createdAt, until)
      return shown ? figuresOf(shown) : NOTHING_SPENT
    },
    orderIdOf,
    async create(order, notAfter) {
      const { awemeId, itemId, planId, productId } = order
      const video = { productId: productId ?? '', itemId, awemeId }
      const written = await scale.addVideo({ advertiserId, adId: planId ?? '', ...video }, notAfter)
      if (written.outcome !== 'done') return written
      return { outcome: 'done', value: { orderId: orderIdOf(order), adId: planId } }
    },
    changeBudget: async () => ({
      outcome: 'invalid',
      field: 'byFen',
      reason: 'the plan pays, not the video',
    }),
    async terminate({ planId, awemeId, itemId }, notAfter) {
      const adId = planId ?? ''
      const found = await materialIn(adId, { awemeId, itemId })
      if ('not' in found) return found.not
      const material = { advertiserId, adId, materialIds: [found.materialId] }
      const written = await scale.removeMaterials(material, notAfter)
      if (written.outcome !== 'done') return written
      // What the system chose is not taken out, whatever the answer says.
      try {
        if (sightOf(await find(itemId, adId, now() - BACK_MS, now())) !== 'DELIVERING')
          return { outcome: 'done', value: { terminated: true } }
        return { outcome: 'unknown', error: new FetchError('rejected', 'taken out, and delivered still') }
      } catch (error) {
        if (!(error instanceof FetchError)) throw error
        return { outcome: 'unknown', error }
      }
    },
  }
}

type Stopped = Pick<SeenOrder, 'sight' | 'resumes'>
const ENDED: ReadonlySet<string> = new Set(['DELETE', 'DELETED', 'TIME_DONE'])
/** A plan that is paused may go on tomorrow; in which a video spent nothing for so long is left. Assumed. */
const PAUSED_MS = 3 * DAY

const orderIdOf = ({ name, itemId }: PromotionOrder) => `${name}/${itemId}`
const itemOf = (orderId: string) => orderId.split('/').at(-1) ?? ''

/** Only what has spent is shown: what is not may still be under review. */
function sightOf(shown: PlanMaterial | undefined): OrderSight {
  if (!shown) return 'WAITING'
  if (shown.status === 'DELETED' || shown.status === 'EXCLUDE') return 'FROZEN'
  if (shown.audit === 'REJECT') return 'REJECTED'
  return shown.status === 'DELIVERY_OK' ? 'DELIVERING' : 'WAITING'
}

function figuresOf({ spendFen, gmvFen, orders, quality }: PlanMaterial): OrderFigures {
  return { ...NOTHING_SPENT, spendFen, gmvFen, orders, disagrees: quality === 'disagrees' }
}
