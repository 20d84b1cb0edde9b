import { HOUR, MINUTE } from '../../rules/types.ts'
import type { Spent } from './orders-yield.ts'
import { createRandom } from './random.ts'

/**
 * A 随心推 order. Its status and its spend are computed from its creation and `now`: there is no timer.
 *
 *   UNPAID -> CREATING -> AUDIT -> DELIVERY_OK -> FINISHED (all spent) | OVER (time is up, money is left)
 *                |          |           |
 *             FAILED   OFFLINE_AUDIT  FROZEN (terminated; also from CREATING and AUDIT)
 */
export interface Order {
  orderId: string
  adId: string
  advertiserId: string
  awemeId: string
  itemId: string
  amountFen: number
  hours: number
  /** What was asked for, as it came. */
  setting: Record<string, unknown>
  audience: Record<string, unknown> | null
  createdAt: number
  fate: { paidAt: number; createdAt: number; auditedAt: number; failed: boolean; rejected: boolean }
  /** Money over time; a renewal or an end cuts the last part and adds one. */
  parts: { from: number; to: number; fen: number }[]
  additions: { fen: number; time: number }[]
  terminatedAt: number | null
}

export type SimStatus =
  | 'UNPAID'
  | 'CREATING'
  | 'FAILED'
  | 'AUDIT'
  | 'OFFLINE_AUDIT'
  | 'DELIVERY_OK'
  | 'FINISHED'
  | 'OVER'
  | 'FROZEN'
export const OPEN: ReadonlySet<SimStatus> = new Set(['UNPAID', 'CREATING', 'AUDIT', 'DELIVERY_OK'])

const REJECTED_SHARE = 0.08
const FAILED_SHARE = 0.01
/** A goal that asks for more than the video can give leaves money unspent. */
const TIMID_SHARE = 0.1

export type OrderDraft = Omit<Order, 'orderId' | 'adId' | 'fate' | 'parts' | 'additions' | 'terminatedAt'>

export function createOrder(seed: string | number, index: number, draft: OrderDraft): Order {
  const random = createRandom(seed, 'order', index)
  const paidAt = draft.createdAt + Math.round(random.between(2, 8)) * 1000
  const createdAt = paidAt + Math.round(random.between(10, 40)) * 1000
  const auditedAt = createdAt + Math.round(random.between(4, 30) * MINUTE)
  const fate = {
    paidAt,
    createdAt,
    auditedAt,
    failed: random.next() < FAILED_SHARE,
    rejected: random.next() < REJECTED_SHARE,
  }
  const fill = random.next() < TIMID_SHARE ? random.between(0.3, 0.8) : 1
  const parts = [{ from: auditedAt, to: auditedAt + draft.hours * HOUR, fen: draft.amountFen * fill }]
  return {
    ...draft,
    orderId: random.digits(19),
    adId: random.digits(19),
    fate,
    parts: fate.failed || fate.rejected ? [] : parts,
    additions: [],
    terminatedAt: null,
  }
}

export function statusAt(order: Order, now: number): SimStatus {
  const { fate, terminatedAt } = order
  if (terminatedAt !== null && now >= terminatedAt) return 'FROZEN'
  if (now < fate.paidAt) return 'UNPAID'
  if (now < fate.createdAt) return 'CREATING'
  if (fate.failed) return 'FAILED'
  if (now < fate.auditedAt) return 'AUDIT'
  if (fate.rejected) return 'OFFLINE_AUDIT'
  if (now < (order.parts.at(-1)?.to ?? 0)) return 'DELIVERY_OK'
  return spentAt(order, now).fen >= totalFen(order) - 1 ? 'FINISHED' : 'OVER'
}

export function totalFen(order: Order): number {
  return order.additions.reduce((sum, { fen }) => sum + fen, order.amountFen)
}

/** The plan behind an order exists once it is paid. */
export function adIdAt(order: Order, now: number): string | null {
  return now >= order.fate.paidAt ? order.adId : null
}

export function spentAt(order: Order, now: number): Spent {
  const fen = order.parts.reduce((sum, part) => {
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
function cut(order: Order, now: number): number {
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
