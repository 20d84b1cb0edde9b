import { DAY, HOUR, type Purpose } from '../../rules/types.ts'
import { instantOfShare } from './curve.ts'
import { productOf } from './orders-yield.ts'
import { createRandom } from './random.ts'
import type { RouteContext, State } from './vendor.ts'
import type { WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/** One purchase that a video (or the live room it led to) brought, with everything that will happen to it. */
export interface WorldOrder {
  orderId: string
  video: WorldVideo
  /** Live-room sales carry a room and no video. */
  inRoom: boolean
  createdAt: number
  /** null: never paid, closed after an hour. */
  paidAt: number | null
  productId: string
  productName: string
  skus: { orderId: string; payFen: number }[]
  /** Within 14 days of payment; null for most. */
  refundAt: number | null
}

export const SHIP_MS = DAY
export const CONFIRM_MS = 5 * DAY
/** Before the last refunds: they change what was settled. */
export const SETTLE_MS = 8 * DAY
export const CLOSE_MS = HOUR
const REFUND_WINDOW_MS = 14 * DAY

/** Plays that make one order. */
const PLAYS_PER_ORDER: Record<Purpose, number> = { SELLING: 1500, TRAFFIC: 4000, SEEDING: 12_000 }
const PRICES_FEN = [5900, 8900, 12_900, 19_900]

/** Every order of the world, in time order of creation; those after `now` have not happened yet. */
export function ordersOf(world: World, state: State): readonly WorldOrder[] {
  return state.of(`doudian orders ${world.options.startAt}`, () => {
    const orders = world.videos.flatMap((video) => ordersOfVideo(world, video))
    return orders.sort((a, b) => a.createdAt - b.createdAt || (a.orderId < b.orderId ? -1 : 1))
  })
}

/**
 * What `make` finds of the world's orders at an instant, kept until another instant is asked for: a reader pages through
 * thousands of orders, and between its pages nothing happens.
 */
export function atInstant<T>(
  { world, state, now }: Pick<RouteContext, 'world' | 'state' | 'now'>,
  name: string,
  make: (orders: readonly WorldOrder[], now: number) => readonly T[],
): readonly T[] {
  const kept = state.of(`${name} ${world.options.startAt}`, () => ({
    now: Number.NaN,
    found: [] as readonly T[],
  }))
  if (kept.now !== now) Object.assign(kept, { now, found: make(ordersOf(world, state), now) })
  return kept.found
}

function ordersOfVideo(world: World, video: WorldVideo): WorldOrder[] {
  const { growth, finalPlays } = video.fate
  const count = Math.floor(finalPlays / PLAYS_PER_ORDER[video.purpose])
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(world.options.seed, 'order', video.itemId, index)
    // Sold as the plays come in; the long tail never quite ends.
    const share = ((index + random.next()) / count) * 0.995
    const createdAt = Math.floor(instantOfShare(growth, video.publishedAt, share) / 1000) * 1000
    const orderId = `69${random.digits(16)}0`
    const payFen = random.pick(PRICES_FEN) + random.int(0, 9) * 10
    const second = random.next() < 0.1 ? [{ orderId: `${orderId.slice(0, -1)}1`, payFen: 1900 }] : []
    const paidAt = random.next() < 0.04 ? null : createdAt + random.int(5, 120) * 1000
    const refunded = paidAt !== null && random.next() < 0.18
    const product = video.elements[1]
    return {
      orderId,
      video,
      inRoom: video.purpose === 'TRAFFIC',
      createdAt,
      paidAt,
      productId: productOf(world, video),
      productName: product?.name ?? '',
      skus: [{ orderId, payFen }, ...second],
      refundAt: refunded ? paidAt + random.int(HOUR / 1000, REFUND_WINDOW_MS / 1000) * 1000 : null,
    }
  })
}

/** What has happened to an order by an instant, the last event included. */
export function stateOf(
  order: WorldOrder,
  now: number,
): { status: number; updatedAt: number; refunded: boolean } {
  const { createdAt, paidAt, refundAt } = order
  const refunded = refundAt !== null && refundAt <= now
  if (paidAt === null || paidAt > now) {
    const closed = paidAt === null && createdAt + CLOSE_MS <= now
    return { status: closed ? 4 : 1, updatedAt: closed ? createdAt + CLOSE_MS : createdAt, refunded }
  }
  const steps = [
    { at: paidAt, status: 2 },
    { at: paidAt + SHIP_MS, status: 3 },
    { at: paidAt + CONFIRM_MS, status: 5 },
  ]
  // A refund before shipment closes the order; a later one leaves its status as it is.
  const closedEarly = refunded && refundAt < paidAt + SHIP_MS
  const past = steps.filter(({ at }) => at <= (closedEarly ? refundAt : now))
  const updatedAt = Math.max(...past.map(({ at }) => at), refunded ? refundAt : 0)
  return { status: closedEarly ? 4 : (past.at(-1)?.status ?? 2), updatedAt, refunded }
}
