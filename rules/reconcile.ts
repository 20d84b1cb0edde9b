/**
 * What became of a paid call whose answer was lost, read off the platform's list. An order is ours when exactly one fits,
 * as soon as it does (a twin that somebody makes by hand in the very minutes is told apart by the nightly books only);
 * it was not sent when the list was read after the last instant at which it could have arrived; a person decides the rest.
 */
import { LEASE_MS } from './promotion.ts'
import { MINUTE } from './types.ts'

/** What we meant to order. */
export interface Intent {
  accountId: string
  /** null: it is found by its name alone. */
  itemId: string | null
  amountFen: number
  hours: number | null
  /** Our own unique name, where the platform keeps one (追投, standard plans); null: it keeps none. */
  name: string | null
  /** When it was claimed, ms. */
  claimedAt: number
}

/** One order (task, plan) of the platform's list; null: the list does not say, see LOOK. */
export interface ListedOrder {
  orderId: string
  accountId: string
  itemId: string | null
  amountFen: number | null
  hours: number | null
  name: string | null
  /** By the platform's clock. */
  createdAt: number | null
}

export interface OrderList {
  /** When it was asked for, ms. */
  readAt: number
  orders: readonly ListedOrder[]
  /** Orders that the platform named and could not show. */
  unread: readonly string[]
  /** Orders that other promotions have. */
  adopted: ReadonlySet<string>
}

export interface ReconcileSettings {
  /** How far the platform's clock may be off ours: assumed. */
  skewMs: number
  /** Until an order is in the list, ms: not documented, assumed. */
  listLagMs: number
  /** So far out of the window an order that fits may still be ours: a person decides. Assumed. */
  nearMs: number
  /** Details that cannot be read for so long are left to a person. Assumed. */
  patienceMs: number
}

export const RECONCILE_DEFAULTS: ReconcileSettings = {
  skewMs: 2 * MINUTE,
  listLagMs: 5 * MINUTE,
  nearMs: 15 * MINUTE,
  patienceMs: 60 * MINUTE,
}

export type Settlement =
  | { kind: 'ADOPT'; orderId: string }
  /** It may be sent again. */
  | { kind: 'NOT_SENT' }
  /** Read these orders one by one, put what they say into the list, and ask again. */
  | { kind: 'LOOK'; orderIds: string[] }
  /** It may still arrive: read the list again then, ms. */
  | { kind: 'WAIT'; until: number }
  | { kind: 'AMBIGUOUS'; orderIds: string[]; why: 'SEVERAL' | 'NEAR' | 'UNREADABLE' }

/** When the order can have been made, by the platform's clock, ms: from the claim to the end of its lease. */
export function windowOf({ claimedAt }: Intent, settings: ReconcileSettings): { from: number; to: number } {
  return { from: claimedAt - settings.skewMs, to: claimedAt + LEASE_MS + settings.skewMs }
}

/** FITS: it is ours or its twin. NEAR: not quite. UNSAID: its details are needed. */
type Fit = 'FITS' | 'NEAR' | 'UNSAID' | 'OTHER'

export function settle(intent: Intent, list: OrderList, settings: ReconcileSettings): Settlement {
  const free = list.orders.filter(
    ({ orderId, accountId }) => accountId === intent.accountId && !list.adopted.has(orderId),
  )
  const fits = free.map((order) => ({ orderId: order.orderId, fit: fitOf(intent, order, settings) }))
  const of = (fit: Fit) => [...new Set(fits.filter((each) => each.fit === fit).map((each) => each.orderId))]
  const unread = list.unread.filter(
    (id) => !list.adopted.has(id) && !free.some((each) => each.orderId === id),
  )
  const closedAt = windowOf(intent, settings).to + settings.listLagMs
  // Nothing that cannot be read is called the same.
  if (intent.name !== null && of('FITS').length > 0) return concluded(of('FITS'), [], list.readAt, closedAt)
  const closer = [...of('UNSAID'), ...unread]
  if (closer.length > 0)
    return list.readAt < closedAt + settings.patienceMs
      ? { kind: 'LOOK', orderIds: closer }
      : { kind: 'AMBIGUOUS', orderIds: [...of('FITS'), ...of('NEAR'), ...closer], why: 'UNREADABLE' }
  return concluded(of('FITS'), of('NEAR'), list.readAt, closedAt)
}

function concluded(fits: string[], near: string[], readAt: number, closedAt: number): Settlement {
  const [only] = fits
  if (fits.length > 1) return { kind: 'AMBIGUOUS', orderIds: fits, why: 'SEVERAL' }
  if (only !== undefined) return { kind: 'ADOPT', orderId: only }
  if (readAt < closedAt) return { kind: 'WAIT', until: closedAt }
  return near.length > 0 ? { kind: 'AMBIGUOUS', orderIds: near, why: 'NEAR' } : { kind: 'NOT_SENT' }
}

function fitOf(intent: Intent, order: ListedOrder, settings: ReconcileSettings): Fit {
  // The name is ours alone: nothing else needs to agree, and nothing else can be it.
  if (intent.name !== null) return order.name === intent.name ? 'FITS' : 'OTHER'
  const { from, to } = windowOf(intent, settings)
  const { createdAt, itemId, amountFen, hours } = order
  const far = createdAt === null ? 0 : Math.max(from - createdAt, createdAt - to, 0)
  if (far > settings.nearMs || (itemId !== null && itemId !== intent.itemId)) return 'OTHER'
  if (itemId === null || amountFen === null || createdAt === null) return 'UNSAID'
  if (amountFen !== intent.amountFen) return far === 0 ? 'NEAR' : 'OTHER'
  const same = hours === null || intent.hours === null || hours === intent.hours
  return far === 0 && same ? 'FITS' : 'NEAR'
}

/** What was added to an order so far, as its details say; null: not said. */
export interface Additions {
  addedFen: number | null
  count: number | null
}

/** All that an order may spend; null: not said. Where additions are not told apart its amount has them. */
export function wholeFen({
  amountFen,
  added,
}: {
  amountFen: number | null
  added: Additions
}): number | null {
  return amountFen === null ? null : amountFen + (added.addedFen ?? 0)
}

/** What tells one change of an order from none: its additions, or all of it where they are not told apart. */
export function additionsOf(order: { amountFen: number | null; added: Additions }): Additions {
  return { addedFen: wholeFen(order), count: order.added.count }
}

/**
 * What became of more money (below 0: less) for an order: `before` was read before the call. AMBIGUOUS also where somebody else
 * added to it meanwhile.
 */
export function settleAddition(
  { before, amountFen, claimedAt }: { before: Additions; amountFen: number; claimedAt: number },
  { now, readAt }: { now: Additions; readAt: number },
  settings: ReconcileSettings,
): { kind: 'THERE' | 'NOT_SENT' | 'AMBIGUOUS' } | { kind: 'WAIT'; until: number } {
  const until = claimedAt + LEASE_MS + settings.listLagMs
  if (now.addedFen === null || before.addedFen === null)
    return readAt < until ? { kind: 'WAIT', until } : { kind: 'AMBIGUOUS' }
  const added = now.addedFen - before.addedFen
  const count = now.count === null || before.count === null ? null : now.count - before.count
  if (added === amountFen && (count === null || count === 1)) return { kind: 'THERE' }
  if (added !== 0 || (count !== null && count !== 0)) return { kind: 'AMBIGUOUS' }
  return readAt < until ? { kind: 'WAIT', until } : { kind: 'NOT_SENT' }
}
