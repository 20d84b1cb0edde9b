/** What counts as spent: money that is ordered, and money that may have been, until the platform says otherwise. */
import type { Promotion } from './promotion.ts'
import { addDays, dayOf, startOfDay } from './zone.ts'

/**
 * What is capped. ORDER: one order with all that was added to it. VIDEO: all orders of a video, ever. DAY: all of the
 * workspace that was ordered on a business day. BRAND, WORKSPACE: all that was ordered in a calendar month.
 */
export const CAP_SCOPES = ['ORDER', 'VIDEO', 'DAY', 'BRAND', 'WORKSPACE'] as const
export type CapScope = (typeof CAP_SCOPES)[number]

/** The money of one promotion, 分. A plan's day is a piece of its own, with the day's budget as `orderedFen`. */
export interface Piece {
  /** Asked for by the first order and by every addition that was taken, or whose question was given up. */
  orderedFen: number
  /** Of the addition that is not settled; 0: none. */
  addingFen: number
  /** In the end; null: the last figures are not there yet. */
  spentFen: number | null
}

/** 分 that no other order may have. */
export function committedFen(
  { state, order, change }: Pick<Promotion, 'state' | 'order' | 'change'>,
  { orderedFen, addingFen, spentFen }: Piece,
): number {
  const adding = change?.call === 'ADD_BUDGET' ? addingFen : 0
  // What an order did not spend comes back only when all of it is known.
  if (order === 'OVER') return spentFen !== null && adding === 0 ? spentFen : orderedFen + adding
  if (order === 'LIVE') return orderedFen + adding
  return state === 'SUBMITTING' || state === 'RECONCILING' || state === 'ASKING' ? orderedFen : 0
}

/** When what counts for a scope was ordered, ms; null: whenever it was. */
export function capWindow(scope: CapScope, now: number, zone: string): { from: number; to: number } | null {
  if (scope === 'ORDER' || scope === 'VIDEO') return null
  const day = dayOf(new Date(now), zone)
  const first = scope === 'DAY' ? day : `${day.slice(0, 7)}-01`
  // The 28th and four days lie in the next month, whatever its length.
  const next = scope === 'DAY' ? addDays(day, 1) : `${addDays(`${day.slice(0, 7)}-28`, 4).slice(0, 7)}-01`
  return { from: startOfDay(first, zone).getTime(), to: startOfDay(next, zone).getTime() }
}
