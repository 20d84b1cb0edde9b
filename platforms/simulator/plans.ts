import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { materialOf, productOf, type Spent, yieldOf } from './orders-yield.ts'
import { createRandom } from './random.ts'
import type { WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/** 千川 plans: 全域 and standard. A plan spends its daily budget over the videos it has; each video tires by the day. */
export interface Plan {
  kind: 'UNI' | 'STANDARD'
  adId: string
  advertiserId: string
  name: string
  productId: string
  smartBid: 'SMART_BID_CUSTOM' | 'SMART_BID_CONSERVATIVE'
  roiGoal: number | null
  createdAt: number
  /** What the user set, by time; the last one at or before an instant holds. */
  settings: { at: number; asked: 'ENABLE' | 'DISABLE' | 'DELETE'; budgetFen: number }[]
  materials: PlanMaterial[]
}

export interface PlanMaterial {
  itemId: string
  materialId: string
  addedAt: number
  /** The review's end. */
  startsAt: number
  rejected: boolean
}

/** 素材追投: more money for some videos of a 全域 plan, for some hours. */
export interface Task {
  taskId: string
  adId: string
  name: string
  budgetFen: number
  hours: number
  createdAt: number
  itemIds: string[]
}

/** ROI falls to 1/e of itself in this time. */
const FATIGUE = 6 * DAY
const SPENT_SHARE = 0.92
const REJECTED_SHARE = 0.05
const BIDS = ['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE'] as const

/** Two 全域 plans that the brand already runs, one for each way of bidding. */
export function seededPlans(world: World, advertiserId: string): Plan[] {
  const [product = ''] = world.videos.map((video) => productOf(world, video))
  const createdAt = world.options.startAt - 10 * DAY
  return BIDS.map((smartBid, index) => ({
    kind: 'UNI',
    adId: createRandom(world.options.seed, 'uni', advertiserId, index).digits(19),
    advertiserId,
    name: index === 0 ? '商品全域 控成本' : '商品全域 放量',
    productId: product,
    smartBid,
    roiGoal: index === 0 ? 1.5 : null,
    createdAt,
    settings: [{ at: createdAt, asked: 'ENABLE', budgetFen: 300_000 }],
    materials: [],
  }))
}

export function settingAt(plan: Plan, now: number) {
  return plan.settings.findLast(({ at }) => at <= now) ?? { at: 0, asked: 'DISABLE' as const, budgetFen: 0 }
}

export function planStatus(plan: Plan, now: number): string {
  const { asked } = settingAt(plan, now)
  if (asked !== 'ENABLE') return asked
  const [only] = plan.materials
  if (plan.kind === 'STANDARD' && only) {
    if (now < only.startsAt) return 'AUDIT'
    if (only.rejected) return 'OFFLINE_AUDIT'
  }
  return 'DELIVERY_OK'
}

export function addMaterial(world: World, plan: Plan, video: WorldVideo, now: number): void {
  if (plan.materials.some(({ itemId }) => itemId === video.itemId)) return
  const random = createRandom(world.options.seed, 'material', plan.adId, video.itemId)
  plan.materials.push({
    itemId: video.itemId,
    materialId: materialOf(video),
    addedAt: now,
    startsAt: now + Math.round(random.between(5, 40) * MINUTE),
    rejected: random.next() < REJECTED_SHARE,
  })
}

/** What a plan has spent on one video up to an instant, piece by piece between the changes of the plan. */
export function spentOn(world: World, plan: Plan, itemId: string, until: number): Spent {
  const own = plan.materials.find((each) => each.itemId === itemId)
  if (!own || own.rejected || until <= own.startsAt) return { fen: 0, worth: 0 }
  const changes = [...plan.settings.map(({ at }) => at), ...plan.materials.map((each) => each.startsAt)]
  const inner = changes.filter((at) => at > own.startsAt && at < until).sort((a, b) => a - b)
  const ends = [...inner, until]
  let from = own.startsAt
  const spent = { fen: 0, worth: 0 }
  for (const to of ends) {
    const rate = rateOf(world, plan, itemId, from)
    spent.fen += rate * (to - from)
    spent.worth += rate * (freshness(from - own.startsAt) - freshness(to - own.startsAt))
    from = to
  }
  return spent
}

/** 分 per ms: better videos get more of the budget. */
function rateOf(world: World, plan: Plan, itemId: string, at: number): number {
  const { asked, budgetFen } = settingAt(plan, at)
  if (asked !== 'ENABLE') return 0
  const weights = plan.materials
    .filter((each) => !each.rejected && each.startsAt <= at)
    .map((each) => ({ id: each.itemId, weight: weightOf(world, each.itemId) }))
  const sum = weights.reduce((total, { weight }) => total + weight, 0)
  const own = weights.find(({ id }) => id === itemId)?.weight ?? 0
  return sum === 0 ? 0 : (budgetFen * SPENT_SHARE * own) / sum / DAY
}

function weightOf(world: World, itemId: string): number {
  const video = world.video(itemId)
  return video ? yieldOf(world, video).roi : 0
}

/** The integral of freshness from an age on. */
function freshness(age: number): number {
  return FATIGUE * Math.exp(-age / FATIGUE)
}

/** A task begins at once; its money is shared evenly, and its videos are as tired as in their plan. */
export function taskSpentOn(task: Task, plan: Plan, itemId: string, until: number): Spent {
  if (!task.itemIds.includes(itemId)) return { fen: 0, worth: 0 }
  const share = Math.min(1, Math.max(0, (until - task.createdAt) / (task.hours * HOUR)))
  const fen = (task.budgetFen / task.itemIds.length) * share
  const startsAt = plan.materials.find((each) => each.itemId === itemId)?.startsAt ?? task.createdAt
  return { fen, worth: fen * Math.exp(-Math.max(0, task.createdAt - startsAt) / FATIGUE) }
}
