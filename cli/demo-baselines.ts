/**
 * What simpler ways of spending the same money on the same world earn: played against the simulator's own orders (review,
 * refusals, pace) and yields, without a database. The platform's limits of orders at once and of ends a day bind them not, only ours.
 */
import { createOrder, type Order, spentAt } from '../platforms/simulator/orders.ts'
import { type Figures, figuresOf } from '../platforms/simulator/orders-yield.ts'
import type { WorldVideo } from '../platforms/simulator/videos.ts'
import type { World } from '../platforms/simulator/world.ts'
import { HOUR } from '../rules/types.ts'
import { type Earned, earned, marginOf, RETURNS } from './demo-profit.ts'

export interface Game {
  world: World
  /** 分 that may be spent in all. */
  budgetFen: number
  /** Nothing counts from then on, ms. */
  endAt: number
}
/** A video, and from when on it may be promoted, ms. */
export interface Candidate {
  itemId: string
  at: number
}
export interface Baseline extends Earned {
  /** Videos that money was spent on. */
  tried: number
}

const LEAST_FEN = 10_000
const STEP_FEN = 1000
const TRIAL_HOURS = 24
/** Reports are taken as whole so long after the end of an order, as in rules/capability.ts. */
const REPORTED = HOUR

/** Everything promoted equally: the budget over all videos, each when it comes out, for a day. */
export function playEqual(game: Game, candidates: readonly Candidate[]): Baseline {
  const purse = createPurse(game)
  const each = stepped(game.budgetFen / candidates.length)
  for (const { itemId, at } of candidates.toSorted((a, b) => a.at - b.at)) {
    purse.buy(itemId, Math.max(LEAST_FEN, each), at)
  }
  return purse.close()
}

/** platform-apis.md 6.2: 70 % of the budget is for what is proven, 30 % for tests. */
const TEST_SHARE = 0.3
/** 6.3: +50 % a day in cycles of three days. */
const GROWTH = 1.5
const CYCLE_DAYS = 3
/** 6.3: tested again where more than 20 clicks brought no order. */
const CLICKS = 20

interface Turn extends Candidate {
  /** Days that it ran. */
  day: number
  amountFen: number
  /** Orders since it was judged last. */
  since: Order[]
  retested: boolean
}

/**
 * The trade's rule of thumb (platform-apis.md 6.3): 100 yuan x 24 h for a new material, then by ROI: from break-even on (the
 * lower end of the pass line there) it goes on in cycles of three days at +50 % a day, and is judged again by the ROI of each
 * cycle. It knows break-even and expected returns as we do. Its stop at 3,000 impressions without a click and its line
 * of CTR say nothing here: every video of the simulator is clicked alike.
 */
export function playThumb(game: Game, candidates: readonly Candidate[]): Baseline {
  const purse = createPurse(game)
  const turns: Turn[] = candidates.map((candidate) => ({
    ...candidate,
    day: 0,
    amountFen: LEAST_FEN,
    since: [],
    retested: false,
  }))
  for (let turn = earliest(turns); turn && turn.at < game.endAt; turn = earliest(turns)) {
    const next = judged(game, turn)
    if (!next) continue
    const isTest = next.day === 0
    if (isTest && purse.testedFen() + LEAST_FEN > game.budgetFen * TEST_SHARE) continue
    const order = purse.buy(next.itemId, stepped(next.amountFen), next.at, isTest)
    if (order) turns.push(after(next, order))
  }
  return purse.close()
}

/** null: it is given up. */
function judged(game: Game, turn: Turn): Turn | null {
  const { day, since, itemId, at, retested } = turn
  if (since.length === 0 || (day > 1 && since.length < CYCLE_DAYS)) return turn
  const video = videoOf(game.world, itemId)
  const seen = since.map((order) => orderFigures(game.world, video, order, at))
  const spent = sum(seen, 'spendFen')
  if (spent === 0) return null
  if (day === 1 && sum(seen, 'orders') === 0 && sum(seen, 'clicks') > CLICKS && !retested)
    return { ...turn, day: 0, since: [], retested: true }
  const roi = (sum(seen, 'gmvFen') * (1 - RETURNS)) / spent
  return roi >= 1 / marginOf(video) ? { ...turn, amountFen: turn.amountFen * GROWTH, since: [] } : null
}

function after(turn: Turn, order: Order): Turn {
  const since = [...turn.since, order]
  const day = turn.day + 1
  const isJudged = day === 1 || since.length === CYCLE_DAYS
  const amountFen = isJudged ? turn.amountFen : turn.amountFen * GROWTH
  return { ...turn, day, since, amountFen, at: overAt(order) + (isJudged ? REPORTED : 0) }
}

function earliest(turns: Turn[]): Turn | undefined {
  let first = 0
  for (let i = 1; i < turns.length; i++) if ((turns[i]?.at ?? 0) < (turns[first]?.at ?? 0)) first = i
  return turns.splice(first, 1)[0]
}

/** Money is held from an order until its end; what was not spent by then is free again. */
function createPurse({ world, budgetFen, endAt }: Game) {
  const orders: { order: Order; isTest: boolean }[] = []
  const committed = (order: Order, at: number) =>
    at >= overAt(order) ? spentAt(order, at).fen : order.amountFen
  return {
    testedFen: () => orders.reduce((total, { order, isTest }) => total + (isTest ? order.amountFen : 0), 0),
    /** As much of it as is left; null: not even the least that the platform takes. */
    buy(itemId: string, askedFen: number, at: number, isTest = false): Order | null {
      const left = orders.reduce((rest, { order }) => rest - committed(order, at), budgetFen)
      const amountFen = Math.min(askedFen, stepped(left))
      if (at >= endAt || amountFen < LEAST_FEN) return null
      const draft = {
        ...{ advertiserId: '', awemeId: '', itemId, goal: 'VIDEO_PROM_GOODS' as const, amountFen },
        ...{ hours: TRIAL_HOURS, setting: {}, audience: null, createdAt: at, end: null },
        opens: (from: number) => from,
      }
      const order = createOrder(world.options.seed, orders.length, draft)
      orders.push({ order, isTest })
      return order
    },
    close(): Baseline {
      const bought = orders.map(({ order }) => {
        const video = videoOf(world, order.itemId)
        return { itemId: order.itemId, figures: orderFigures(world, video, order, endAt) }
      })
      const tried = new Set(bought.flatMap(({ itemId, figures }) => (figures.spendFen > 0 ? [itemId] : [])))
      return { ...earned(world, bought), tried: tried.size }
    },
  }
}

/** Refused by the review, it is over at its end. */
const overAt = ({ parts, fate }: Order) => parts.at(-1)?.to ?? fate.auditedAt

const orderFigures = (world: World, video: WorldVideo, order: Order, until: number): Figures =>
  figuresOf(world, video, spentAt(order, until), order.orderId)

function videoOf(world: World, itemId: string): WorldVideo {
  const video = world.video(itemId)
  if (!video) throw new Error(`the world has no video ${itemId}`)
  return video
}

const sum = (figures: readonly Figures[], name: keyof Figures) =>
  figures.reduce((total, each) => total + each[name], 0)
const stepped = (fen: number) => Math.floor(fen / STEP_FEN) * STEP_FEN
