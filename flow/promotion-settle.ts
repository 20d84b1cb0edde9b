/** What became of a write that nobody answered for: read off the platform, never guessed and never sent again before. */
import { and, eq, isNotNull, max, min, ne } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { promotion, promotionCall } from '../db/tables.ts'
import type { PromotionChannel } from '../platforms/promotion.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { LEASE_MS, PROPOSAL_LIFE_MS } from '../rules/promotion.ts'
import { openCall } from '../rules/promotion-call.ts'
import {
  additionsOf,
  type Intent,
  type ListedOrder,
  RECONCILE_DEFAULTS,
  type Settlement,
  settle,
  settleAddition,
  windowOf,
} from '../rules/reconcile.ts'
import { type CallKind, DAY, type GuardReason, MINUTE } from '../rules/types.ts'
import { write } from './context.ts'
import { fetchError } from './errors.ts'
import { held, refusalsOf, SOON, settledMoney } from './promote.ts'
import { latestLook } from './promotion-look.ts'
import {
  holdPromotion,
  lockSpending,
  machineOf,
  move,
  nameOf,
  type PromotionRow,
  recordCall,
  store,
} from './promotion-row.ts'
import { channelOf, NOT_NOW, orderOf, type Tending } from './promotion-send.ts'
import { NO_ROOM } from './promotion-standing.ts'

type Found =
  | { kind: 'THERE'; orderId: string | null }
  | { kind: 'NOT_SENT' }
  | { kind: 'AMBIGUOUS'; why: string }
  | { kind: 'WAIT'; until: number }
  /** It may not be sent once more now. */
  | { kind: 'HELD'; reasons: readonly GuardReason[] }

/** Nobody answered for the claim, and its time is over. */
export function loseCall({ ctx, clock, claim }: Tending, promotionId: number): Promise<PromotionRow> {
  return write(ctx, async (tx) => {
    const row = await holdPromotion(tx, promotionId, claim)
    const now = clock()
    const call = openCall(machineOf(row))?.call ?? 'CREATE'
    const { attempt } = row
    const moved = await move(tx, row, { kind: 'LOST', attempt }, now, { dueAt: now })
    if (moved.kind === 'GO') await recordCall(tx, { promotionId, attempt, call, stage: 'LOST', at: now })
    return moved.row
  })
}

/** Settles the open write of the promotion, or says when to ask again. */
export async function settleCall(tending: Tending, row: PromotionRow): Promise<PromotionRow> {
  const call = openCall(machineOf(row))?.call
  if (!call) return row
  try {
    const first = await look(tending, row, call)
    // A list may be an old one: nothing is sent again for what one answer does not show.
    const found = first.kind === 'NOT_SENT' ? await look(tending, row, call) : first
    return await conclude(tending, row, call, found)
  } catch (error) {
    const wait = fetchError(error).retryAfterMs ?? SOON
    return conclude(tending, row, call, { kind: 'WAIT', until: tending.clock().getTime() + wait })
  }
}

function look(tending: Tending, row: PromotionRow, call: CallKind): Promise<Found> {
  const channel = channelOf(tending, row)
  if (call === 'CREATE')
    return CAPABILITIES[row.method].foundBy === 'STATE'
      ? findState(tending, channel, row)
      : findOrder(tending, channel, row)
  return call === 'TERMINATE' ? findEnd(tending, channel, row) : findAddition(tending, channel, row)
}

async function findOrder(tending: Tending, channel: PromotionChannel, row: PromotionRow): Promise<Found> {
  const intent = intentOf(row)
  const window = windowOf(intent, RECONCILE_DEFAULTS)
  const readAt = tending.clock().getTime()
  const near = { from: window.from - RECONCILE_DEFAULTS.nearMs, to: window.to + RECONCILE_DEFAULTS.nearMs }
  const list = await channel.orders(near, row.planId)
  const adopted = await write(tending.ctx, (tx) => ordersOfOthers(tx, row))
  const known = new Map(list.orders.map((order) => [order.orderId, order]))
  const at = (instant: number) => {
    const orders: ListedOrder[] = [...known.values()]
    return settle(intent, { readAt: instant, orders, unread: list.unread, adopted }, RECONCILE_DEFAULTS)
  }
  // However late it is: the list names no amounts, so each order that may be ours is read by itself first.
  const looked = at(Math.min(readAt, window.to))
  const failed = looked.kind === 'LOOK' && !(await readEach(channel, row, looked.orderIds, known))
  // Who begins late has as long as who began at once.
  const patient = readAt < row.since.getTime() + RECONCILE_DEFAULTS.patienceMs
  if (failed && patient) return { kind: 'WAIT', until: readAt + SOON }
  return foundBy(at(readAt), readAt)
}

/**
 * Doing it twice is doing it once, and what does not show may be there all the same: it is done again, or, where it is to end,
 * taken for done, so that its end is sent. To do it again is to spend: whatever forbids that is asked first.
 */
async function findState(tending: Tending, channel: PromotionChannel, row: PromotionRow): Promise<Found> {
  const order = await orderOf(tending, row)
  const orderId = channel.orderIdOf?.(order) ?? null
  const { stop, reasons } = await mayRepeat(tending, row)
  if (stop !== null) return { kind: 'THERE', orderId }
  const readAt = tending.clock().getTime()
  if (reasons.length > 0)
    return (await sightOf(channel, row, orderId)) === 'IN'
      ? { kind: 'THERE', orderId }
      : { kind: 'HELD', reasons }
  const notAfter = Math.min(readAt + LEASE_MS / 2, (row.claimedUntil?.getTime() ?? 0) - MINUTE)
  const written = await channel.create(order, notAfter)
  if (written.outcome === 'done') return { kind: 'THERE', orderId: written.value.orderId }
  const waits =
    written.outcome === 'unknown' || (written.outcome === 'refused' && NOT_NOW.has(written.error.kind))
  if (waits) return { kind: 'WAIT', until: readAt + (written.error.retryAfterMs ?? SOON) }
  // This one was not taken; the one that nobody answered for may have been, and not be shown until it spends.
  if ((await sightOf(channel, row, orderId)) !== 'OUT') return { kind: 'THERE', orderId }
  const until = shownAt(row)
  return readAt < until ? { kind: 'WAIT', until } : { kind: 'NOT_SENT' }
}

/** As of now, by who holds the row: what speaks against a repeat, as directly before a claim. */
function mayRepeat({ ctx, claim, clock }: Tending, { id }: PromotionRow) {
  return write(ctx, async (tx) => {
    await lockSpending(tx, ctx)
    const own = await holdPromotion(tx, id, claim)
    const reasons = await refusalsOf(tx, own, { call: 'CREATE' }, NO_ROOM, clock())
    // The platform's marks were read for the claim.
    return { stop: own.stop, reasons: reasons.filter(({ kind }) => kind !== 'MARKS_UNKNOWN') }
  })
}

/** IN: it is there, or its review says no. UNSEEN: it is not shown, which says nothing. OUT: somebody took it out. */
async function sightOf(
  channel: PromotionChannel,
  { planId }: PromotionRow,
  orderId: string | null,
): Promise<'IN' | 'UNSEEN' | 'OUT'> {
  const { sight, resumes } = await channel.order(orderId ?? '', planId)
  if (sight === 'DELIVERING' || sight === 'REJECTED') return 'IN'
  return sight === 'WAITING' || resumes ? 'UNSEEN' : 'OUT'
}

/** When what a claim did is shown at the latest, ms. */
const shownAt = ({ claimedAt }: PromotionRow) =>
  (claimedAt?.getTime() ?? 0) + LEASE_MS + RECONCILE_DEFAULTS.listLagMs

/** Whether all of them could be read. */
async function readEach(
  channel: PromotionChannel,
  { planId }: PromotionRow,
  orderIds: readonly string[],
  known: Map<string, ListedOrder>,
): Promise<boolean> {
  let all = true
  for (const orderId of orderIds) {
    try {
      known.set(orderId, await channel.order(orderId, planId))
    } catch (error) {
      fetchError(error)
      all = false
    }
  }
  return all
}

function foundBy(settled: Settlement, readAt: number): Found {
  switch (settled.kind) {
    case 'ADOPT':
      return { kind: 'THERE', orderId: settled.orderId }
    case 'AMBIGUOUS':
      return { kind: 'AMBIGUOUS', why: `${settled.why}: ${settled.orderIds.join(', ')}` }
    case 'LOOK':
      return { kind: 'WAIT', until: readAt + SOON }
    default:
      return settled
  }
}

function intentOf(row: PromotionRow): Intent {
  const { advertiserId: accountId, itemId, amountFen, hours, claimedAt } = row
  const name = CAPABILITIES[row.method].name === null ? null : nameOf(row)
  return { accountId, itemId, amountFen, hours, name, claimedAt: claimedAt?.getTime() ?? 0 }
}

async function ordersOfOthers(tx: Tx, row: PromotionRow): Promise<ReadonlySet<string>> {
  const found = await tx
    .select({ orderId: promotion.orderId })
    .from(promotion)
    .where(
      and(
        eq(promotion.advertiserId, row.advertiserId),
        isNotNull(promotion.orderId),
        ne(promotion.id, row.id),
      ),
    )
  return new Set(found.map(({ orderId }) => orderId ?? ''))
}

/** An end shows on the order; the claim's last instant plus the lag of what is shown must be over before it is not there. */
async function findEnd({ clock }: Tending, channel: PromotionChannel, row: PromotionRow): Promise<Found> {
  const { orderId, planId } = row
  const readAt = clock().getTime()
  const seen = await channel.order(orderId ?? '', planId)
  if (seen.sight !== 'DELIVERING' && seen.sight !== 'WAITING' && !seen.resumes)
    return { kind: 'THERE', orderId }
  const until = shownAt(row)
  return readAt < until ? { kind: 'WAIT', until } : { kind: 'NOT_SENT' }
}

async function findAddition(
  { clock }: Tending,
  channel: PromotionChannel,
  { orderId, planId, addedBefore, addingFen, claimedAt, changeCall }: PromotionRow,
): Promise<Found> {
  const readAt = clock().getTime()
  const added = additionsOf(await channel.order(orderId ?? '', planId))
  const before = addedBefore ?? { addedFen: null, count: null }
  const amountFen = changeCall === 'CUT' ? -addingFen : addingFen
  const asked = { before, amountFen, claimedAt: claimedAt?.getTime() ?? 0 }
  const settled = settleAddition(asked, { now: added, readAt }, RECONCILE_DEFAULTS)
  if (settled.kind === 'WAIT') return settled
  if (settled.kind === 'AMBIGUOUS') return { kind: 'AMBIGUOUS', why: 'the additions of the order do not fit' }
  return settled.kind === 'THERE' ? { kind: 'THERE', orderId } : { kind: 'NOT_SENT' }
}

function conclude(
  { ctx, clock, claim }: Tending,
  { id: promotionId, attempt }: PromotionRow,
  call: CallKind,
  found: Found,
): Promise<PromotionRow> {
  return write(ctx, async (tx) => {
    const row = await holdPromotion(tx, promotionId, claim)
    const now = clock()
    if (found.kind === 'HELD') {
      if (now.getTime() - row.since.getTime() < PROPOSAL_LIFE_MS) return held(tx, row, found.reasons, now)
      // Nobody let it be done again: what may be there is ended, and holds back no other order of the video.
      return (await move(tx, row, { kind: 'STOP', reason: 'STALE' }, now, { dueAt: now })).row
    }
    if (found.kind === 'WAIT') {
      // What is to end is not kept waiting by what is not known of a change.
      const until = row.stop === null ? found.until : Math.min(found.until, now.getTime() + SOON)
      return store(tx, row, { dueAt: new Date(Math.max(until, now.getTime())) })
    }
    const moved = await move(tx, row, { kind: 'RECONCILED', attempt, found: found.kind }, now, {
      dueAt: now,
      held: null,
      ...foundMoney(row, call, found.kind),
      ...(call === 'CREATE' && found.kind === 'THERE' ? { orderId: found.orderId } : {}),
    })
    if (moved.kind !== 'GO') return moved.row
    await recordCall(tx, {
      ...{ promotionId, attempt, call, stage: 'SETTLED' as const, at: now },
      amountFen: call === 'CREATE' ? row.amountFen : row.addingFen || null,
      outcome: OUTCOMES[found.kind],
      orderId: found.kind === 'THERE' ? found.orderId : null,
      problem: found.kind === 'AMBIGUOUS' ? found.why : null,
    })
    return moved.row
  })
}

const OUTCOMES = { THERE: 'DONE', NOT_SENT: 'NOT_NOW', AMBIGUOUS: 'AMBIGUOUS' } as const

export function foundMoney(row: PromotionRow, call: CallKind, found: 'THERE' | 'NOT_SENT' | 'AMBIGUOUS') {
  return found === 'AMBIGUOUS' ? {} : settledMoney(row, call, found === 'THERE' ? 'DONE' : 'NOT_NOW')
}

/** When the platform last refused to end it, ms; null: it was not asked, did, or could not be asked. */
export async function endRefusedAt(tx: Tx, row: PromotionRow): Promise<number | null> {
  return (await endRefusals(tx, row)).last
}

async function endRefusals(tx: Tx, row: PromotionRow): Promise<Record<'first' | 'last', number | null>> {
  const [found] = await tx
    .select({ first: min(promotionCall.at), last: max(promotionCall.at) })
    .from(promotionCall)
    .where(
      and(
        eq(promotionCall.promotionId, row.id),
        eq(promotionCall.call, 'TERMINATE'),
        eq(promotionCall.outcome, 'REFUSED'),
      ),
    )
  const at = (instant: Date | null = null) => (instant ? new Date(instant).getTime() : null)
  return { first: at(found?.first), last: at(found?.last) }
}

/** A video that its plan does not deliver and will not give back for so long is not in it. Assumed. */
const GIVEN_UP_AFTER = DAY

/** Taken for over where its end is refused for ever: it has no money of its own, and no time that could be over. */
export async function giveUpEnd({ ctx, clock, claim }: Tending, looked: PromotionRow): Promise<PromotionRow> {
  const { id, stop, orderStand, method } = looked
  if (stop === null || orderStand !== 'LIVE' || CAPABILITIES[method].money !== 'PLAN') return looked
  return write(ctx, async (tx) => {
    const row = await holdPromotion(tx, id, claim)
    const now = clock()
    const before = new Date(now.getTime() - GIVEN_UP_AFTER)
    const { first } = await endRefusals(tx, row)
    if (first === null || first > before.getTime()) return row
    const [latest, then] = [await latestLook(tx, id, now), await latestLook(tx, id, before)]
    const idle = typeof latest?.spentFen === 'number' && latest.spentFen === then?.spentFen
    if (!idle || latest.sight === 'DELIVERING') return row
    return (await move(tx, row, { kind: 'SEEN', order: 'ENDED', spentFen: latest.spentFen }, now)).row
  })
}
