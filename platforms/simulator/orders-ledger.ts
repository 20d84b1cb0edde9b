import { DAY, HOUR } from '../../rules/types.ts'
import { budgetOf, type Task, taskSpentOn, taskStatus } from './boosts.ts'
import { adIdAt, type End, type Order, RUNNING, spentAt, statusAt, totalFen } from './orders.ts'
import { type Figures, figuresOf, NOTHING, plus } from './orders-yield.ts'
import { type Plan, seededPlans, spentOn, stockFigures } from './plans.ts'
import type { State } from './vendor.ts'
import type { World } from './world.ts'

/** Everything that was ordered and paid: one book per simulator, by the sequence of writes alone. */
export interface Ledger {
  orders: Order[]
  plans: Plan[]
  tasks: Task[]
  terminations: { advertiserId: string; at: number }[]
  /** How the next orders end, asked for at the stage door. */
  ends: End[]
  /** Every writing call that reached an account, also the refused ones. */
  writes: { path: string; at: number; body: unknown; code: number; made: string | null }[]
}

/** Money on every account at the beginning, unless the world says: 200,000 yuan. */
export const OPENING_FEN = 20_000_000
/** Orders at once, by gear; a gear for every 5,000 yuan spent. The real table is not public. */
const GEARS = [5, 10, 20, 40, 80, 120]
const GEAR_STEP_FEN = 500_000
export const MAX_COST_FEN = [2_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000, 500_000_000]
export const TERMINATIONS_A_DAY = 3

interface Place {
  world: World
  state: State
  advertiserIds: readonly string[]
}

export function ledgerOf({ world, state, advertiserIds }: Place): Ledger {
  return state.of('suixintui', () => ({
    orders: [],
    plans: advertiserIds.flatMap((id) => seededPlans(world, id)),
    tasks: [],
    terminations: [],
    ends: [],
    writes: [],
  }))
}

/** What all orders and plans that fit bought up to an instant. */
export function orderFigures(world: World, order: Order, until: number): Figures {
  const video = world.video(order.itemId)
  return video ? figuresOf(world, video, spentAt(order, until), order.orderId) : NOTHING
}

export function planFigures(world: World, plan: Plan, itemId: string, until: number): Figures {
  const video = world.video(itemId)
  return video ? figuresOf(world, video, spentOn(world, plan, itemId, until), plan.adId) : NOTHING
}

export function taskFigures(
  world: World,
  ledger: Ledger,
  task: Task,
  itemId: string,
  until: number,
): Figures {
  const video = world.video(itemId)
  const plan = ledger.plans.find((each) => each.adId === task.adId)
  return video && plan
    ? figuresOf(world, video, taskSpentOn(task, plan, itemId, until), task.taskId)
    : NOTHING
}

export function taskTotal(world: World, ledger: Ledger, task: Task, until: number): Figures {
  return sum(task.itemIds.map((itemId) => taskFigures(world, ledger, task, itemId, until)))
}

/** A plan with its tasks, over all that it delivers. */
export function planTotal(world: World, ledger: Ledger, plan: Plan, until: number): Figures {
  return plus(stockFigures(world, plan, until), videosTotal(world, ledger, plan, until))
}

/** The same without its older material. */
function videosTotal(world: World, ledger: Ledger, plan: Plan, until: number): Figures {
  const tasks = ledger.tasks.filter((task) => task.adId === plan.adId)
  const itemIds = new Set(plan.materials.map(({ itemId }) => itemId))
  const own = [...itemIds].map((itemId) => planFigures(world, plan, itemId, until))
  const extra = tasks.map((task) => taskTotal(world, ledger, task, until))
  return sum([...own, ...extra])
}

/** What was bought for a video: the platform shows it in the same counters as the natural plays. */
export function boughtFor(place: Place, itemId: string, until: number): Figures {
  const { world } = place
  const ledger = ledgerOf(place)
  const orders = ledger.orders.filter((order) => order.itemId === itemId)
  return sum([
    ...orders.map((order) => orderFigures(world, order, until)),
    ...ledger.plans.map((plan) => planFigures(world, plan, itemId, until)),
    ...ledger.tasks.map((task) => taskFigures(world, ledger, task, itemId, until)),
  ])
}

export function sum(list: Figures[]): Figures {
  return list.reduce((total, each) => plus(total, each), NOTHING)
}

/**
 * Held: paid for orders that still run and not spent yet. It comes back when an order ends early. An order that
 * is not paid holds nothing, but a new one must leave enough for it: `freeFen`. What the older material of a plan costs is paid
 * in by the brand as it is spent, and so is in none of these.
 */
export function balanceOf(place: Place, advertiserId: string, now: number) {
  const { world } = place
  const ledger = ledgerOf(place)
  const orders = ledger.orders.filter((order) => order.advertiserId === advertiserId)
  const plans = ledger.plans.filter((plan) => plan.advertiserId === advertiserId)
  const onOrders = orders.reduce((total, order) => total + Math.floor(spentAt(order, now).fen), 0)
  const onPlans = plans.reduce((total, plan) => total + videosTotal(world, ledger, plan, now).spendFen, 0)
  const running = orders.filter((order) => RUNNING.has(statusAt(order, now)))
  const unpaid = orders.filter((order) => statusAt(order, now) === 'UNPAID')
  const heldFen = running.reduce(
    (total, order) => total + totalFen(order) - Math.floor(spentAt(order, now).fen),
    0,
  )
  const totalLeft = (world.options.walletFen ?? OPENING_FEN) - onOrders - onPlans
  return {
    totalFen: totalLeft,
    heldFen,
    validFen: totalLeft - heldFen,
    freeFen: unpaid.reduce((left, order) => left - totalFen(order), totalLeft - heldFen),
    spentFen: onOrders,
    open: running.length + unpaid.length,
  }
}

export function quotaOf(place: Place, advertiserId: string, now: number) {
  const { spentFen, open } = balanceOf(place, advertiserId, now)
  const gear = Math.min(GEARS.length, 1 + Math.floor(spentFen / GEAR_STEP_FEN))
  const day = (at: number) => Math.floor((at + 8 * HOUR) / DAY)
  const today = ledgerOf(place).terminations.filter(
    (each) => each.advertiserId === advertiserId && day(each.at) === day(now),
  )
  return {
    gear,
    most: GEARS[gear - 1] ?? 0,
    used: open,
    maxCostFen: MAX_COST_FEN[gear - 1] ?? 0,
    terminated: today.length,
  }
}

/** For the stage door: every order and write, with what came of it. */
export function ledgerTruth(place: Place, now: number) {
  const { world } = place
  const ledger = ledgerOf(place)
  return {
    orders: ledger.orders.map((order) => ({
      orderId: order.orderId,
      adId: adIdAt(order, now),
      advertiserId: order.advertiserId,
      itemId: order.itemId,
      amountFen: totalFen(order),
      createdAt: order.createdAt,
      status: statusAt(order, now),
      figures: orderFigures(world, order, now),
    })),
    plans: ledger.plans.map((plan) => ({ ...plan, figures: planTotal(world, ledger, plan, now) })),
    tasks: ledger.tasks.map((task) => ({
      ...task,
      budgetFen: budgetOf(task),
      status: taskStatus(task, now),
      figures: taskTotal(world, ledger, task, now),
    })),
    bought: world.videos
      .map(({ itemId }) => ({ itemId, figures: boughtFor(place, itemId, now) }))
      .filter(({ figures }) => figures.spendFen > 0),
    writes: ledger.writes,
  }
}
