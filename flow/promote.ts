/**
 * 投放: every write of money to a platform. Claimed under the workspace's lock and committed, then sent, then written down
 * under the number of its attempt. What happens in between (a crash, a lost answer) leaves a claim that flow/promotion-settle.ts
 * settles by the platform's list; nothing is ever sent twice for one claim.
 * What is left open: a process that stands still for a quarter of an hour between the connector's last look at the clock and its
 * socket; the platform takes no key by which it could refuse the second order. The nightly books would name it.
 */
import type { Tx } from '../db/client.ts'
import type { FiguresBefore } from '../db/tables.ts'
import type { PromotionChannel } from '../platforms/promotion.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { excluded, validateAddition } from '../rules/capability-check.ts'
import { type GuardAnswer, type GuardReason, guard } from '../rules/guard.ts'
import { concernsPerson } from '../rules/guard-person.ts'
import { LEASE_MS } from '../rules/promotion.ts'
import { additionsOf, wholeFen } from '../rules/reconcile.ts'
import { type CallKind, type CallOutcome, MINUTE } from '../rules/types.ts'
import { write } from './context.ts'
import { fetchError } from './errors.ts'
import {
  holdPromotion,
  lockPromotion,
  lockSpending,
  move,
  type PromotionRow,
  recordCall,
  recordDecision,
  store,
} from './promotion-row.ts'
import {
  changes,
  channelOf,
  orderOf,
  type Sent,
  send,
  spends,
  type Tending,
  type Write,
} from './promotion-send.ts'
import { approvalsOf, NO_ROOM, type PlatformRoom, standingOf } from './promotion-standing.ts'

/** What a platform or the guard refuses may be asked again so much later. */
export const AGAIN = 15 * MINUTE
export const SOON = 5 * MINUTE
/** 看一次: the test may be looked at whenever one likes. */
export const LOOK_EVERY = 15 * MINUTE
/** What the guard refused: caps, marks and modes seldom change, and who changes a setting wakes it. */
const HELD = 60 * MINUTE
/** An unknown outcome is looked for at once: its order should be in the list by then. */
const LOOK_FOR = MINUTE

/** Sends one write if the guard lets it. Answers the row as it stands then. */
export async function promote(tending: Tending, row: PromotionRow, asked: Write): Promise<PromotionRow> {
  const waits = await heldBack(tending, row, asked)
  if (waits) return waits
  const before = await readRoom(tending, row, asked)
  if (!before.ok) return putOff(tending, row, before.retryAfterMs)
  const claimed = await claimWrite(tending, row.id, asked, before.before)
  if (!claimed.mine) return claimed.row
  return answer(tending, claimed.row, asked, await send(tending, claimed.row, asked))
}

/** What is refused whatever the platform says is not even asked about: a dry run costs no calls. null: nothing is. */
async function heldBack(tending: Tending, row: PromotionRow, asked: Write): Promise<PromotionRow | null> {
  const { ctx, claim, clock } = tending
  if (!spends(asked)) return null
  return write(ctx, async (tx) => {
    const own = await holdPromotion(tx, row.id, claim)
    const reasons = await refusalsOf(tx, own, asked, NO_ROOM, clock())
    const known = reasons.filter(({ kind }) => kind !== 'MARKS_UNKNOWN')
    return known.length > 0 ? held(tx, own, known, clock()) : null
  })
}

/** What the platform said directly before a claim. */
interface Before {
  room: PlatformRoom
  /** Something that excludes it runs. */
  excluded: boolean
  /** Of a report that is not its own alone. */
  figures: PromotionRow['figuresBefore']
  added: PromotionRow['addedBefore']
  /** What the order may spend before the change; null: it is not changed, or the platform does not say. */
  wholeFen: number | null
}
const NOT_READ: Before = { room: NO_ROOM, excluded: false, figures: null, added: null, wholeFen: null }
/** Not ok: something that must be known is not; null: nobody said for how long, ms. */
type Room = { ok: true; before: Before } | { ok: false; retryAfterMs: number | null }

/** What speaks against the money, read before anything is claimed. An end is never kept waiting by a read. */
async function readRoom(tending: Tending, row: PromotionRow, asked: Write): Promise<Room> {
  if (asked.call === 'TERMINATE') return { ok: true, before: NOT_READ }
  const channel = channelOf(tending, row)
  try {
    const room = spends(asked) ? await roomOf(channel, row) : NO_ROOM
    if (asked.call === 'CREATE') {
      const around = await aroundOf(tending, channel, row)
      return around
        ? { ok: true, before: { ...NOT_READ, room, ...around } }
        : { ok: false, retryAfterMs: null }
    }
    const order = await channel.order(row.orderId ?? '', row.planId)
    const whole = wholeFen(order)
    // What can be cut is set as a whole, and there is none: somebody gave it a daily budget, perhaps.
    if (whole === null && CAPABILITIES[row.method].cut) return { ok: false, retryAfterMs: LOOK_EVERY }
    return { ok: true, before: { ...NOT_READ, room, added: additionsOf(order), wholeFen: whole } }
  } catch (error) {
    return { ok: false, retryAfterMs: fetchError(error).retryAfterMs }
  }
}

async function roomOf(channel: PromotionChannel, row: PromotionRow): Promise<PlatformRoom> {
  const [marks, platform] = await Promise.all([channel.marks(row), channel.room()])
  return { marks, platform }
}

/**
 * What its plan was chosen by has told already what excludes it; what needs no plan is asked for here. null: its report does not
 * say what others did.
 */
async function aroundOf(
  tending: Tending,
  channel: PromotionChannel,
  row: PromotionRow,
): Promise<Pick<Before, 'excluded' | 'figures'> | null> {
  const capability = CAPABILITIES[row.method]
  const placed = capability.needs.includes('planId')
  const order = await orderOf(tending, row)
  const neighbours = placed ? [] : ((await channel.surroundings?.(order))?.neighbours ?? [])
  const orderId = channel.orderIdOf?.(order)
  const barred = excluded(order, capability, neighbours).length > 0
  if (orderId === undefined) return { excluded: barred, figures: null }
  // What has no number of its own has no report of its own: others' doing of the same days is in it.
  const figures = await reported(tending, channel, row, orderId)
  return figures && { excluded: barred, figures }
}

/**
 * As every later look asks, but for what the platform says of itself. null: it does not say all that the test counts, and what it
 * does not say now could be taken off no later report.
 */
async function reported(
  { clock }: Tending,
  channel: PromotionChannel,
  { planId, createdAt }: PromotionRow,
  orderId: string,
): Promise<FiguresBefore | null> {
  const question = { orderId, adId: null, createdAt: createdAt.getTime(), planId }
  const { disagrees, ...figures } = await channel.figures(question, clock().getTime())
  const { spendFen, orders, gmvFen } = figures
  return disagrees || spendFen === null || orders === null || gmvFen === null ? null : figures
}

function putOff(tending: Tending, row: PromotionRow, retryAfterMs: number | null): Promise<PromotionRow> {
  const { ctx, claim, clock } = tending
  return write(ctx, async (tx) => {
    const held = await holdPromotion(tx, row.id, claim)
    return store(tx, held, { dueAt: later(clock(), held.stop === null ? (retryAfterMs ?? SOON) : 0) })
  })
}

export const later = (now: Date, ms: number) => new Date(now.getTime() + ms)

const EXCLUDED: GuardReason = { kind: 'NO_PLACE', why: 'EXCLUDED' }

interface Claimed {
  mine: boolean
  row: PromotionRow
}

async function claimWrite(
  { ctx, claim, clock }: Tending,
  promotionId: number,
  asked: Write,
  { room, added, wholeFen: whole, excluded: barred, figures }: Before,
): Promise<Claimed> {
  return write(ctx, async (tx) => {
    if (spends(asked)) await lockSpending(tx, ctx)
    const row = await knownWhole(tx, await holdPromotion(tx, promotionId, claim), whole)
    const now = clock()
    if (spends(asked)) {
      const refusals = await refusalsOf(tx, row, asked, room, now)
      const reasons = barred ? [...refusals, EXCLUDED] : refusals
      if (reasons.length > 0) return { mine: false, row: await held(tx, row, reasons, now) }
    }
    const event = { kind: 'CLAIM', call: asked.call } as const
    const moved = await move(tx, row, event, now, {
      dueAt: later(now, LEASE_MS),
      held: null,
      ...moneyOf(row, asked, now),
      ...(changes(asked) ? { addedBefore: added } : {}),
      ...(asked.call === 'CREATE' ? { figuresBefore: figures } : {}),
    })
    if (moved.kind !== 'GO') return { mine: false, row: moved.row }
    const { attempt } = moved.row
    const amountFen = amountOf(moved.row, asked)
    await recordCall(tx, { promotionId, attempt, call: asked.call, stage: 'CLAIMED', at: now, amountFen })
    if (asked.decision) await recordDecision(tx, promotionId, now, asked.decision)
    return { mine: true, row: moved.row }
  })
}

/** What was added on the platform's own pages is committed before more is asked for. */
function knownWhole(tx: Tx, row: PromotionRow, whole: number | null): PromotionRow | Promise<PromotionRow> {
  return whole === null || whole <= row.orderedFen ? row : store(tx, row, { orderedFen: whole })
}

/** Empty: it may be spent now. */
export async function refusalsOf(
  tx: Tx,
  row: PromotionRow,
  { call, amountFen = 0 }: Write,
  room: PlatformRoom,
  now: Date,
): Promise<readonly GuardReason[]> {
  if (call === 'TERMINATE' || call === 'CUT') return []
  const money = call === 'CREATE' ? row.amountFen : amountFen
  const addition = { amountFen: money, addTime: 0 }
  // Decided long before, perhaps: what the method takes is asked at the last moment.
  if (call === 'ADD_BUDGET' && validateAddition(addition, CAPABILITIES[row.method]).length > 0)
    return [{ kind: 'AMOUNT', askedFen: money }]
  const [{ standing }, approvals] = await Promise.all([
    standingOf(tx, row, room, now),
    approvalsOf(tx, row.id),
  ])
  const { method, proposedBy } = row
  return reasonsOf(guard({ call, method, amountFen: money, proposedBy, approvals }, standing, now.getTime()))
}

export const reasonsOf = (answer: GuardAnswer): readonly GuardReason[] =>
  answer.kind === 'ALLOWED' ? [] : answer.reasons

/** Waits, with the reasons for whoever looks. */
export function held(
  tx: Tx,
  row: PromotionRow,
  reasons: readonly GuardReason[],
  now: Date,
): Promise<PromotionRow> {
  const quiet = reasons.find((reason) => reason.kind === 'QUIET')
  const waits = quiet ? Math.max(quiet.until - now.getTime(), 0) : HELD
  // What runs is looked at all the same while it gets no more.
  const wait = row.orderStand === 'LIVE' ? Math.min(waits, LOOK_EVERY) : waits
  return store(tx, row, { ...waitsFor(row, reasons, now), dueAt: later(now, row.stop === null ? wait : 0) })
}

/** The reasons, and since when those of them that concern a person are of these kinds, however their numbers change meanwhile. */
export function waitsFor(
  { held: before, heldSince }: PromotionRow,
  reasons: readonly GuardReason[],
  now: Date,
): Pick<PromotionRow, 'held' | 'heldSince'> {
  return { held: [...reasons], heldSince: kindsOf(before) === kindsOf(reasons) ? heldSince : now }
}

const kindsOf = (reasons: readonly GuardReason[] | null) =>
  (reasons ?? []).filter(concernsPerson).map(kindOf).toSorted().join(' ')

function kindOf(reason: GuardReason): string {
  if (reason.kind === 'NO_PLACE') return `NO_PLACE ${reason.why}`
  if (reason.kind === 'CAP') return `CAP ${reason.scope}`
  return 'mark' in reason ? `${reason.kind} ${reason.mark}` : reason.kind
}

/** An end that comes while an addition is not settled gives it up: what it may have added counts as ordered. */
function moneyOf(row: PromotionRow, { call, amountFen = 0 }: Write, now: Date) {
  if (call === 'CREATE') return { moneyAt: now }
  if (call === 'ADD_BUDGET') return { moneyAt: now, addingFen: amountFen }
  // Less is less only when the platform has said so.
  if (call === 'CUT') return { addingFen: amountFen }
  const added = row.changeCall === 'ADD_BUDGET' ? row.addingFen : 0
  return { orderedFen: row.orderedFen + added, addingFen: 0 }
}

const amountOf = (row: PromotionRow, { call, amountFen }: Write) =>
  call === 'CREATE' ? row.amountFen : (amountFen ?? null)

/** Whoever tends it by now: the answer belongs to the attempt, not to the lease. */
async function answer(
  { ctx, clock }: Tending,
  { id: promotionId, attempt }: PromotionRow,
  asked: Write,
  sent: Sent,
): Promise<PromotionRow> {
  return write(ctx, async (tx) => {
    const row = await lockPromotion(tx, promotionId)
    const now = clock()
    const { call } = asked
    const { outcome, orderId, problem } = sent
    await recordCall(tx, {
      ...{ promotionId, attempt, call, stage: 'ANSWERED' as const, at: now, outcome, orderId, problem },
      amountFen: amountOf(row, asked),
    })
    const event = { kind: 'ANSWERED', call, attempt, outcome } as const
    const change = {
      ...settledMoney(row, call, outcome),
      dueAt: dueAfter(sent, call, row.stop !== null, now),
    }
    const named = call === 'CREATE' && outcome === 'DONE' ? { orderId, adId: sent.adId } : {}
    return (await move(tx, row, event, now, { ...change, ...named })).row
  })
}

/** What becomes of the change in question once its outcome is known. Less than is spent cannot be the whole of it. */
export function settledMoney(row: PromotionRow, call: CallKind, outcome: CallOutcome) {
  if ((call !== 'ADD_BUDGET' && call !== 'CUT') || outcome === 'UNKNOWN') return {}
  const changed = outcome === 'DONE' ? row.addingFen : 0
  if (call === 'ADD_BUDGET') return { orderedFen: row.orderedFen + changed, addingFen: 0 }
  return { orderedFen: Math.max(row.orderedFen - changed, row.spentFen ?? 0), addingFen: 0 }
}

/** `ends`: the order is to end, and spends while it waits. */
function dueAfter({ outcome, retryAfterMs }: Sent, call: CallKind, ends: boolean, now: Date): Date {
  if (outcome === 'UNKNOWN') return later(now, LOOK_FOR)
  if (outcome === 'NOT_NOW') {
    const wait = retryAfterMs ?? SOON
    return later(now, ends || call === 'TERMINATE' ? Math.min(wait, SOON) : wait)
  }
  return call === 'TERMINATE' || (ends && outcome === 'DONE') ? now : later(now, SOON)
}
