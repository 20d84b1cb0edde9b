import { HOUR, type ListedOrder, MINUTE, type OrderSight, REPORT_FIGURES } from '../rules/types.ts'
import { FetchError } from './errors.ts'
import type { OrderFigures, PromotionChannel, PromotionOrder, SeenOrder } from './promotion.ts'
import {
  createQianchuanBase,
  NOTHING_SPENT,
  type QianchuanSetup,
  rivals,
  single,
} from './promotion-qianchuan.ts'
import { createQianchuanPlans, type StandardPlan } from './qianchuan-plan.ts'
import { createQianchuanPlanWrites, type StandardPlanInput } from './qianchuan-plan-write.ts'
import { createQianchuanReport, type PlanResult } from './qianchuan-report.ts'
import type { Written } from './qianchuan-write.ts'

/**
 * A 标准投放 plan for one video as a way to promote: one amount for all of its schedule, so that what it may spend is known
 * before it is sent. It is found by our own name; that it is paused is its end, so that what it did stays to be read.
 */
export function createStandardPlanChannel(setup: QianchuanSetup): PromotionChannel {
  const { oceanengine, advertiserId, now } = setup
  const { marks, room, uniPlans } = createQianchuanBase(setup)
  const plans = createQianchuanPlans(oceanengine)
  const writes = createQianchuanPlanWrites(oceanengine)
  const report = createQianchuanReport(oceanengine)
  const all = () => plans.standard({ advertiserId, deleted: true })
  const listed = (plan: StandardPlan) => listedAs(advertiserId, plan)
  const made = (adId: string) => ({ outcome: 'done', value: { orderId: adId, adId } }) as const
  /** What bears our name is ours, whichever call made it: the platform refuses a name that is taken. */
  const byName = async ({ name }: PromotionOrder, refused: Written<never>): Promise<Made> => {
    try {
      const { plans: found, unread } = await all()
      const own = found.find((plan) => plan.name === name)
      if (own) return made(own.adId)
      const [hidden] = unread
      if (hidden === undefined) return refused
      return { outcome: 'unknown', error: new FetchError('parse', `the list does not show ${hidden}`) }
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      return { outcome: 'unknown', error }
    }
  }
  return {
    marks,
    room,
    async surroundings() {
      return { places: [], neighbours: rivals('UNI_PLAN_ADD', await uniPlans()) }
    },
    async orders({ from, to }) {
      const { plans: found, unread } = await all()
      const within = found.filter(
        ({ createdAt }) => createdAt === null || (createdAt >= from && createdAt <= to),
      )
      return { orders: within.map(listed), unread }
    },
    async order(orderId): Promise<SeenOrder> {
      const found = await plans.standard({ advertiserId, ids: [orderId], deleted: true })
      const plan = found.plans.find(({ adId }) => adId === orderId)
      if (!plan) throw new FetchError('not_found', `the list of plans does not show ${orderId}`)
      const added = { addedFen: null, count: null }
      const sight = sightOf(plan, now())
      // Who mends it on the platform's pages has it reviewed again, and it delivers.
      return { ...listed(plan), sight, resumes: sight === 'REJECTED', adId: orderId, added }
    },
    async figures({ orderId, createdAt }, until) {
      const rows = await report.plans({ advertiserId, from: createdAt, to: until, adIds: [orderId] })
      return figuresOf(rows.filter(({ adId }) => adId === orderId))
    },
    async create(order, notAfter) {
      const written = await writes.createStandard(inputOf(advertiserId, order, now()), notAfter)
      if (written.outcome === 'done') return made(written.value.adId)
      const answered = written.outcome === 'refused' && written.error.kind === 'rejected'
      return answered ? byName(order, written) : written
    },
    changeBudget: async ({ orderId: adId }, { toFen: budgetFen }, notAfter) =>
      single(await writes.setBudgets('STANDARD', advertiserId, [{ adId, budgetFen }], notAfter)),
    async terminate({ orderId }, notAfter) {
      const written = single(await writes.setStatus('STANDARD', advertiserId, [orderId], 'DISABLE', notAfter))
      return written.outcome === 'done' ? { outcome: 'done', value: { terminated: true } } : written
    },
  }
}

type Made = Written<{ orderId: string; adId: string }>

/**
 * Its days are reckoned so much earlier at the end and later at the beginning: however long the call takes from its claim, the
 * first day is not over when it arrives, and the last one is within a day of the end of its hours.
 */
const CALL = 10 * MINUTE

function inputOf(advertiserId: string, order: PromotionOrder, now: number): StandardPlanInput {
  const { name, awemeId, itemId, productId, title, amountFen, hours, bid } = order
  const byRoi = bid.by === 'ROI'
  return {
    ...{ advertiserId, name, awemeId, itemId, productId: productId ?? '', title: title ?? '' },
    budgetFen: amountFen,
    from: now + CALL,
    // Without hours it is over before it begins, and refused before it is sent.
    to: hours === null ? Number.NEGATIVE_INFINITY : now + hours * HOUR - CALL,
    smartBid: byRoi ? 'SMART_BID_CUSTOM' : 'SMART_BID_CONSERVATIVE',
    roiGoal: byRoi ? bid.roiGoal : null,
  }
}

const DELIVERING: ReadonlySet<string> = new Set([
  ...['DELIVERY_OK', 'PRE_OFFLINE_BUDGET', 'CAMPAIGN_PRE_OFFLINE_BUDGET', 'ADVERTISER_PRE_OFFLINE_BUDGET'],
])
/** May go on by themselves, or by more money, until the schedule is over. */
const WAITING: ReadonlySet<string> = new Set([
  ...['AUDIT', 'REAUDIT', 'CREATE', 'DRAFT', 'PRE_ONLINE', 'TIME_NO_REACH', 'NO_SCHEDULE', 'OFFLINE_BUDGET'],
  ...['OFFLINE_BALANCE', 'OFFLINE_SHARED_WALLET_BALANCE', 'ADVERTISER_OFFLINE_BUDGET', 'CAMPAIGN_DISABLE'],
  ...['CAMPAIGN_OFFLINE_BUDGET', 'EXTERNAL_URL_DISABLE', 'LIVE_ROOM_OFF', 'QUOTA_DISABLE', 'ROI2_DISABLE'],
  ...['SYSTEM_DISABLE', 'AWEME_ACCOUNT_DISABLED', 'ERROR', 'AUDIT_STATUS_ERROR'],
])

/** What was asked for counts before what happens. A word that nobody here knows may spend for as long as the schedule lasts. */
function sightOf({ asked, status, endsAt }: StandardPlan, now: number): OrderSight {
  if (status === 'TIME_DONE' || status === 'DELETE' || asked === 'DELETE') return 'ENDED'
  const paused = asked === 'DISABLE' || status === 'DISABLE' || status === 'FROZEN'
  // What delivers after its end does so by the platform's clock.
  if (endsAt !== null && now >= endsAt && (paused || !DELIVERING.has(status))) return 'ENDED'
  if (paused) return 'FROZEN'
  if (status === 'OFFLINE_AUDIT') return 'REJECTED'
  return WAITING.has(status) ? 'WAITING' : 'DELIVERING'
}

/** It names no video. With another kind of budget, set on the platform's pages, all that it may spend is not told. */
function listedAs(accountId: string, plan: StandardPlan): ListedOrder {
  const { adId: orderId, name, budgetFen, budgetMode, createdAt } = plan
  const amountFen = budgetMode === 'BUDGET_MODE_TOTAL' ? budgetFen : null
  return { orderId, accountId, itemId: null, amountFen, hours: null, name, createdAt }
}

/** All rows of one plan in sum; what one of them leaves out is not told. */
function figuresOf(rows: readonly PlanResult[]): OrderFigures {
  const figures = { ...NOTHING_SPENT, shows: 0, clicks: 0, plays: 0, interactions: 0 } as OrderFigures
  for (const row of rows)
    for (const each of REPORT_FIGURES) {
      const [sum, more] = [figures[each], row[each]]
      figures[each] = sum === null || more === null ? null : sum + more
    }
  return { ...figures, disagrees: rows.some(({ quality }) => quality === 'disagrees') }
}
