import { HOUR, MINUTE } from '../../rules/types.ts'
import type { Spent } from './orders-yield.ts'
import { createRandom } from './random.ts'

/**
 * A 随心推 order. Its status and its spend are computed from its creation and `now`: there is no timer.
 *
 *   UNPAID -> CREATING -> AUDIT -> (BOOK ->) DELIVERY_OK -> FINISHED (all spent) | OVER (time is up, money is left)
 *      |         |          |
 *      |      FAILED   OFFLINE_AUDIT       FROZEN (terminated) from everything that is paid and not at its end
 *   TIMEOUT (not paid in 15 minutes) | UNPAIDCANCEL (taken back before)
 *
 * BOOK: an order for a live room waits for the room to open. Money is held from payment to the end; what is not
 * spent by then is free again.
 */
export interface Order {
  orderId: string
  adId: string
  advertiserId: string
  awemeId: string
  itemId: string
  goal: 'VIDEO_PROM_GOODS' | 'LIVE_PROM_GOODS'
  amountFen: number
  hours: number
  /** What was asked for, as it came. */
  setting: Record<string, unknown>
  audience: Record<string, unknown> | null
  createdAt: number
  fate: Fate
  /** Money over time; a renewal or an end cuts the last part and adds one. */
  parts: { from: number; to: number; fen: number }[]
  additions: { fen: number; time: number }[]
  terminatedAt: number | null
}

/** How an order ends when nobody terminates it. */
export const ENDS = ['TIMEOUT', 'UNPAIDCANCEL', 'FAILED', 'OFFLINE_AUDIT', 'FINISHED', 'OVER'] as const
export type End = (typeof ENDS)[number]

interface Fate {
  /** Instants that an order reaches unless it ends before. */
  paidAt: number
  createdAt: number
  auditedAt: number
  deliveredAt: number
  end: End
}

export type SimStatus = 'UNPAID' | 'CREATING' | 'AUDIT' | 'BOOK' | 'DELIVERY_OK' | 'FROZEN' | End
/** Paid and running: these hold money. */
export const RUNNING: ReadonlySet<SimStatus> = new Set(['CREATING', 'AUDIT', 'BOOK', 'DELIVERY_OK'])
/** The platform takes back what nobody pays for. */
const PAY_WITHIN = 15 * MINUTE
const CANCELLED_AFTER = 5 * MINUTE

const REJECTED_SHARE = 0.08
const FAILED_SHARE = 0.01
/** A goal that asks for more than the video can give leaves money unspent. */
const TIMID_SHARE = 0.1
const TIMID_FILL = 0.5

export type OrderDraft = Omit<Order, 'orderId' | 'adId' | 'fate' | 'parts' | 'additions' | 'terminatedAt'> & {
  /** The end that was asked for at the stage door; else the seed decides. */
  end: End | null
  /** When a live room opens, by an instant; a video is always open. */
  opens: (from: number) => number
}

export function createOrder(
  seed: string | number,
  index: number,
  { end, opens, ...draft }: OrderDraft,
): Order {
  const random = createRandom(seed, 'order', index)
  const paidAt = draft.createdAt + Math.round(random.between(2, 8)) * 1000
  const createdAt = paidAt + Math.round(random.between(10, 40)) * 1000
  const auditedAt = createdAt + Math.round(random.between(4, 30) * MINUTE)
  const failed = random.next() < FAILED_SHARE
  const rejected = random.next() < REJECTED_SHARE
  const timid = random.next() < TIMID_SHARE
  const fill = timid ? random.between(0.3, 0.8) : TIMID_FILL
  const drawn = failed ? 'FAILED' : rejected ? 'OFFLINE_AUDIT' : timid ? 'OVER' : 'FINISHED'
  const deliveredAt = opens(auditedAt)
  const fate: Fate = { paidAt, createdAt, auditedAt, deliveredAt, end: end ?? drawn }
  const fen = fate.end === 'OVER' ? draft.amountFen * fill : draft.amountFen
  const parts = [{ from: deliveredAt, to: deliveredAt + draft.hours * HOUR, fen }]
  return {
    ...draft,
    orderId: random.digits(19),
    adId: random.digits(19),
    fate,
    parts: fate.end === 'FINISHED' || fate.end === 'OVER' ? parts : [],
    additions: [],
    terminatedAt: null,
  }
}

export function statusAt(order: Order, now: number): SimStatus {
  const { fate, terminatedAt } = order
  if (terminatedAt !== null && now >= terminatedAt) return 'FROZEN'
  if (now < paidAt(order)) return now < unpaidUntil(order) ? 'UNPAID' : fate.end
  if (now < fate.createdAt) return 'CREATING'
  if (fate.end === 'FAILED') return 'FAILED'
  if (now < fate.auditedAt) return 'AUDIT'
  if (fate.end === 'OFFLINE_AUDIT') return 'OFFLINE_AUDIT'
  if (now < fate.deliveredAt) return 'BOOK'
  if (now < (order.parts.at(-1)?.to ?? 0)) return 'DELIVERY_OK'
  return spentAt(order, now).fen >= totalFen(order) - 1 ? 'FINISHED' : 'OVER'
}

/** Infinity: never. */
function paidAt({ fate }: Order): number {
  return fate.end === 'TIMEOUT' || fate.end === 'UNPAIDCANCEL' ? Number.POSITIVE_INFINITY : fate.paidAt
}

function unpaidUntil({ createdAt, fate }: Order): number {
  return createdAt + (fate.end === 'UNPAIDCANCEL' ? CANCELLED_AFTER : PAY_WITHIN)
}

export function totalFen(order: Order): number {
  return order.additions.reduce((sum, { fen }) => sum + fen, order.amountFen)
}

/** The plan behind an order exists once it is paid. */
export function adIdAt(order: Order, now: number): string | null {
  return now >= paidAt(order) ? order.adId : null
}

export function spentAt({ parts }: Pick<Order, 'parts'>, now: number): Spent {
  const fen = parts.reduce((sum, part) => {
    const share = (now - part.from) / (part.to - part.from || 1)
    return sum + part.fen * Math.min(1, Math.max(0, share))
  }, 0)
  return { fen, worth: fen }
}

/** What is left is spread anew over the time that is left and the time that is added. */
export function renew(order: Order, now: number, fen: number, addMs: number, time: number): void {
  const end = order.parts.at(-1)?.to ?? now
  const left = cut(order, now)
  order.parts.push({ from: now, to: end + addMs, fen: left + fen })
  order.additions.push({ fen, time })
}

export function terminate(order: Order, now: number): void {
  cut(order, now)
  order.terminatedAt = now
}

/** Ends the last part now and gives what it had not spent. */
export function cut(order: Pick<Order, 'parts'>, now: number): number {
  const last = order.parts.at(-1)
  if (!last) return 0
  const share = Math.min(1, Math.max(0, (now - last.from) / (last.to - last.from)))
  const left = last.fen * (1 - share)
  order.parts[order.parts.length - 1] = {
    from: last.from,
    to: Math.max(now, last.from),
    fen: last.fen - left,
  }
  return left
}
