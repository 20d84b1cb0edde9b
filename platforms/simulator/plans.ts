import { DAY, MINUTE } from '../../rules/types.ts'
import { type Figures, materialOf, NOTHING, productOf, type Spent, yieldOf } from './orders-yield.ts'
import { createRandom } from './random.ts'
import type { WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/**
 * 千川 plans: 全域 and standard. A plan spends its daily budget over what it delivers, one with a schedule its total over the time
 * that is left of that; each video tires by the day.
 */
export interface Plan {
  kind: 'UNI' | 'STANDARD'
  adId: string
  advertiserId: string
  name: string
  productIds: string[]
  smartBid: 'SMART_BID_CUSTOM' | 'SMART_BID_CONSERVATIVE'
  roiGoal: number | null
  createdAt: number
  /** Of a standard plan whose budget is a total: its first instant, and the end of its last day. Left out: without an end. */
  schedule?: { from: number; to: number }
  /** What the user set, by time; the last one at or before an instant holds. */
  settings: { at: number; asked: 'ENABLE' | 'DISABLE' | 'DELETE'; budgetFen: number }[]
  materials: PlanMaterial[]
  /** Left out: it delivers nothing but `materials`. */
  stock?: Stock
}

/**
 * 老素材 that the brand's plan delivered before, none of it a video of this world. It takes the whole budget; a video that is
 * put in takes a share from it, so that the plan spends nothing anew. The brand renews it and pays for it, so it does not tire.
 */
export interface Stock {
  /** Against the ROI of a video, by which the budget is shared. */
  weight: number
  /** GMV paid per 分. */
  roi: number
}

export interface PlanMaterial {
  itemId: string
  materialId: string
  addedAt: number
  /** The review's end. */
  startsAt: number
  rejected: boolean
  /** Taken out of the plan; Infinity: it was not. What is put in again is a material of its own. */
  removedAt: number
}

/** ROI falls to 1/e of itself in this time. */
export const FATIGUE = 6 * DAY
const SPENT_SHARE = 0.92
const REJECTED_SHARE = 0.05
const BIDS = ['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE'] as const

/** A plan that has run for a while: 30 materials at the goal of the first plan, and what such a one sells. Assumed. */
const STOCK: Stock = { weight: 30 * 1.5, roi: 1.5 }
const STOCK_SOLD = { priceFen: 9_900, refundRate: 0.2 }

/** A plan takes 1 to 30 products. */
const MOST_PRODUCTS = 30

/** Two 全域 plans that the brand already runs, one for each way of bidding; the first carries all products, the second one. */
export function seededPlans(world: World, advertiserId: string): Plan[] {
  const products = [...new Set(world.videos.map((video) => productOf(world, video)))].slice(0, MOST_PRODUCTS)
  const createdAt = world.options.startAt - 10 * DAY
  return BIDS.map((smartBid, index) => ({
    kind: 'UNI',
    adId: createRandom(world.options.seed, 'uni', advertiserId, index).digits(19),
    advertiserId,
    name: index === 0 ? '商品全域 控成本' : '商品全域 放量',
    productIds: index === 0 ? products : products.slice(0, 1),
    smartBid,
    roiGoal: index === 0 ? 1.5 : null,
    createdAt,
    settings: [{ at: createdAt, asked: 'ENABLE', budgetFen: 300_000 }],
    materials: [],
    stock: STOCK,
  }))
}

export function settingAt(plan: Plan, now: number) {
  return plan.settings.findLast(({ at }) => at <= now) ?? { at: 0, asked: 'DISABLE' as const, budgetFen: 0 }
}

export function planStatus(plan: Plan, now: number): string {
  const { asked } = settingAt(plan, now)
  const { schedule } = plan
  const [only] = plan.materials
  const over = schedule !== undefined && now >= schedule.to
  if (asked === 'DELETE' || (asked === 'DISABLE' && !over)) return asked
  if (plan.kind === 'STANDARD' && only) {
    if (now < only.startsAt && !over) return 'AUDIT'
    if (only.rejected) return 'OFFLINE_AUDIT'
  }
  if (over) return 'TIME_DONE'
  return schedule && now < schedule.from ? 'TIME_NO_REACH' : 'DELIVERY_OK'
}

export function addMaterial(world: World, plan: Plan, video: WorldVideo, now: number): void {
  if (plan.materials.some(({ itemId, removedAt }) => itemId === video.itemId && now < removedAt)) return
  const random = createRandom(world.options.seed, 'material', plan.adId, video.itemId)
  plan.materials.push({
    itemId: video.itemId,
    materialId: materialOf(video),
    addedAt: now,
    startsAt: now + Math.round(random.between(5, 40) * MINUTE),
    rejected: random.next() < REJECTED_SHARE,
    removedAt: Number.POSITIVE_INFINITY,
  })
}

/** What is not there is as good as taken out. */
export function removeMaterial(plan: Plan, materialId: string, now: number): void {
  for (const each of plan.materials)
    if (each.materialId === materialId) each.removedAt = Math.min(each.removedAt, now)
}

/** The one of a video that is in the plan, or was last. */
export function latestMaterial(plan: Plan, by: { itemId: string } | { materialId: string }) {
  return plan.materials.findLast((each) =>
    'itemId' in by ? each.itemId === by.itemId : each.materialId === by.materialId,
  )
}

/** What a plan has spent on one video up to an instant, piece by piece between the changes of the plan. */
export function spentOn(world: World, plan: Plan, itemId: string, until: number): Spent {
  const spent = { fen: 0, worth: 0 }
  for (const own of plan.materials) {
    if (own.itemId !== itemId) continue
    const part = spentOnMaterial(world, plan, own, Math.min(until, own.removedAt))
    spent.fen += part.fen
    spent.worth += part.worth
  }
  return spent
}

function spentOnMaterial(world: World, plan: Plan, own: PlanMaterial, until: number): Spent {
  if (own.rejected || until <= own.startsAt) return { fen: 0, worth: 0 }
  const weight = weightOf(world, own.itemId)
  let from = own.startsAt
  const spent = { fen: 0, worth: 0 }
  for (const to of endsOfPieces(plan, from, until)) {
    const rate = plan.schedule ? totalRate(plan, from, spent.fen) : rateOf(world, plan, weight, from)
    spent.fen += rate * (to - from)
    spent.worth += rate * (freshness(from - own.startsAt) - freshness(to - own.startsAt))
    from = to
  }
  return spent
}

/** What its older material did up to an instant. Of a 全域 plan nothing is told but money and orders. */
export function stockFigures(world: World, plan: Plan, until: number): Figures {
  const { stock, createdAt } = plan
  if (!stock || until <= createdAt) return NOTHING
  let [from, fen] = [createdAt, 0]
  for (const to of endsOfPieces(plan, from, until)) {
    fen += rateOf(world, plan, stock.weight, from) * (to - from)
    from = to
  }
  const { priceFen, refundRate } = STOCK_SOLD
  const orders = Math.floor((fen * stock.roi) / priceFen)
  const gmvFen = orders * priceFen
  const refundFen = Math.round(gmvFen * refundRate)
  return { ...NOTHING, spendFen: Math.floor(fen + 1e-6), orders, gmvFen, refundFen }
}

/** Between two of them nothing about the plan changes. */
function endsOfPieces(plan: Plan, from: number, until: number): number[] {
  const changes = [
    ...plan.settings.map(({ at }) => at),
    ...plan.materials.flatMap(({ startsAt, removedAt }) => [startsAt, removedAt]),
    ...(plan.schedule ? [plan.schedule.from, plan.schedule.to] : []),
  ]
  return [...changes.filter((at) => at > from && at < until).sort((a, b) => a - b), until]
}

/** 分 per ms: better videos get more of the budget. */
function rateOf(world: World, plan: Plan, weight: number, at: number): number {
  const { asked, budgetFen } = settingAt(plan, at)
  if (asked !== 'ENABLE') return 0
  const sum = plan.materials
    .filter((each) => !each.rejected && each.startsAt <= at && at < each.removedAt)
    .reduce((total, { itemId }) => total + weightOf(world, itemId), plan.stock?.weight ?? 0)
  return sum === 0 ? 0 : (budgetFen * SPENT_SHARE * weight) / sum / DAY
}

/** 分 per ms of a plan with one video: what is left of its total, over the time that is left. */
function totalRate(plan: Plan, at: number, spentFen: number): number {
  const { schedule } = plan
  const { asked, budgetFen } = settingAt(plan, at)
  if (!schedule || asked !== 'ENABLE' || at < schedule.from || at >= schedule.to) return 0
  return Math.max(0, budgetFen * SPENT_SHARE - spentFen) / (schedule.to - at)
}

/** Asked at every change of every plan, and always the same. */
const weights = new WeakMap<WorldVideo, number>()

function weightOf(world: World, itemId: string): number {
  const video = world.video(itemId)
  if (!video) return 0
  const weight = weights.get(video) ?? yieldOf(world, video).roi
  weights.set(video, weight)
  return weight
}

/** The integral of freshness from an age on. */
function freshness(age: number): number {
  return FATIGUE * Math.exp(-age / FATIGUE)
}
