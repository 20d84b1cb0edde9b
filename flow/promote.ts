/**
 * 投放: every write of money to a platform. Claimed under the workspace's lock and committed, then sent, then written down
 * under the number of its attempt. What happens in between (a crash, a lost answer) leaves a claim that flow/promotion-settle.ts
 * settles by the platform's list; nothing is ever sent twice for one claim.
 * What is left open: a process that stands still for a quarter of an hour between the connector's last look at the clock and its
 * socket; the platform takes no key by which it could refuse the second order. The nightly books would name it.
 */
import type { Tx } from '../db/client.ts'
import { loadVideoFacts } from '../db/queries/promotion.ts'
import type { FetchError } from '../platforms/errors.ts'
import type { PromotionChannel, PromotionChannels, PromotionOrder } from '../platforms/promotion.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { validateAddition } from '../rules/capability-check.ts'
import { type GuardAnswer, type GuardReason, guard } from '../rules/guard.ts'
import { LEASE_MS, SEND_WITHIN_MS } from '../rules/promotion.ts'
import type { Decision } from '../rules/promotion-decide.ts'
import { additionsOf, wholeFen } from '../rules/reconcile.ts'
import { type CallKind, type CallOutcome, MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { fetchError } from './errors.ts'
import {
  holdPromotion,
  lockPromotion,
  lockSpending,
  move,
  nameOf,
  type PromotionRow,
  recordCall,
  recordDecision,
  store,
} from './promotion-row.ts'
import { isStopped } from './promotion-settings.ts'
import { approvalsOf, NO_ROOM, type PlatformRoom, standingOf } from './promotion-standing.ts'

/** Of who tends one promotion. */
export interface Tending {
  ctx: Context
  channels: PromotionChannels
  /** Of now: a call takes its time. */
  clock: () => Date
  claim: string
  /** ms between looks at what runs; left out: LOOK_EVERY. */
  lookEvery?: number | undefined
}

export interface Write {
  call: CallKind
  /** Of an addition or a cut. */
  amountFen?: number
  /** Written with the claim: without one there is no change of money. */
  decision?: Decision
}

/** What a platform or the guard refuses may be asked again so much later. */
export const AGAIN = 15 * MINUTE
export const SOON = 5 * MINUTE
/** 看一次: the test may be looked at whenever one likes. */
export const LOOK_EVERY = 15 * MINUTE
/** What the guard refused: caps, marks and modes seldom change, and who changes a setting wakes it. */
const HELD = 60 * MINUTE
/** An unknown outcome is looked for at once: its order should be in the list by then. */
const LOOK_FOR = MINUTE

/** The method's channel; an Error where this process cannot ask: nothing is sent. */
export function channelOf({ channels }: Tending, { method }: PromotionRow): PromotionChannel {
  const channel = channels[method]
  if (!channel) throw new Error(`No account of this workspace can be asked for ${method}.`)
  return channel
}

/** Sends one write if the guard lets it. Answers the row as it stands then. */
export async function promote(tending: Tending, row: PromotionRow, asked: Write): Promise<PromotionRow> {
  const waits = await heldBack(tending, row, asked)
  if (waits) return waits
  const before = await readRoom(tending, row, asked)
  if (!before.ok) return putOff(tending, row, before.error)
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

const spends = ({ call }: Write) => call === 'CREATE' || call === 'ADD_BUDGET'
const changes = ({ call }: Write) => call === 'ADD_BUDGET' || call === 'CUT'

/** `wholeFen`: what the order may spend before the change; null: it is not changed, or the platform does not say. */
interface Before {
  room: PlatformRoom
  added: PromotionRow['addedBefore']
  wholeFen: number | null
}
const NOT_READ: Before = { room: NO_ROOM, added: null, wholeFen: null }
type Room = { ok: true; before: Before } | { ok: false; error: FetchError }

/** What speaks against the money, read before anything is claimed. An end is never kept waiting by a read. */
async function readRoom(tending: Tending, row: PromotionRow, asked: Write): Promise<Room> {
  if (asked.call === 'TERMINATE') return { ok: true, before: NOT_READ }
  const channel = channelOf(tending, row)
  try {
    const room = spends(asked) ? await roomOf(channel, row) : NO_ROOM
    if (!changes(asked)) return { ok: true, before: { ...NOT_READ, room } }
    const order = await channel.order(row.orderId ?? '', row.planId)
    return { ok: true, before: { room, added: additionsOf(order), wholeFen: wholeFen(order) } }
  } catch (error) {
    return { ok: false, error: fetchError(error) }
  }
}

async function roomOf(channel: PromotionChannel, row: PromotionRow): Promise<PlatformRoom> {
  const [marks, platform] = await Promise.all([channel.marks(row), channel.room()])
  return { marks, platform }
}

function putOff(tending: Tending, row: PromotionRow, error: FetchError): Promise<PromotionRow> {
  const { ctx, claim, clock } = tending
  return write(ctx, async (tx) => {
    const held = await holdPromotion(tx, row.id, claim)
    return store(tx, held, { dueAt: later(clock(), held.stop === null ? (error.retryAfterMs ?? SOON) : 0) })
  })
}

export const later = (now: Date, ms: number) => new Date(now.getTime() + ms)

interface Claimed {
  mine: boolean
  row: PromotionRow
}

async function claimWrite(
  { ctx, claim, clock }: Tending,
  promotionId: number,
  asked: Write,
  { room, added, wholeFen: whole }: Before,
): Promise<Claimed> {
  return write(ctx, async (tx) => {
    if (spends(asked)) await lockSpending(tx, ctx)
    const row = await knownWhole(tx, await holdPromotion(tx, promotionId, claim), whole)
    const now = clock()
    if (spends(asked)) {
      const reasons = await refusalsOf(tx, row, asked, room, now)
      if (reasons.length > 0) return { mine: false, row: await held(tx, row, reasons, now) }
    }
    const event = { kind: 'CLAIM', call: asked.call } as const
    const moved = await move(tx, row, event, now, {
      dueAt: later(now, LEASE_MS),
      held: null,
      ...moneyOf(row, asked, now),
      ...(changes(asked) ? { addedBefore: added } : {}),
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
async function refusalsOf(
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
  const heldSince = kindsOf(row.held) === kindsOf(reasons) ? row.heldSince : now
  return store(tx, row, { held: [...reasons], heldSince, dueAt: later(now, row.stop === null ? wait : 0) })
}

const kindsOf = (reasons: readonly GuardReason[] | null) =>
  (reasons ?? [])
    .map(({ kind }) => kind)
    .toSorted()
    .join(' ')

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

interface Sent {
  outcome: CallOutcome
  orderId: string | null
  adId: string | null
  problem: string | null
  retryAfterMs: number | null
}
const NOTHING: Omit<Sent, 'outcome'> = { orderId: null, adId: null, problem: null, retryAfterMs: null }

async function send(tending: Tending, row: PromotionRow, asked: Write): Promise<Sent> {
  const { ctx, clock } = tending
  if (spends(asked) && (await write(ctx, (tx) => isStopped(tx, row.id))))
    return { ...NOTHING, outcome: 'NOT_NOW', problem: 'stopped before it was sent' }
  const claimedAt = row.claimedAt?.getTime() ?? 0
  if (clock().getTime() - claimedAt > SEND_WITHIN_MS)
    return { ...NOTHING, outcome: 'NOT_NOW', problem: 'too late after its claim to be sent' }
  try {
    return await sendNow(channelOf(tending, row), row, asked, () => orderOf(tending, row))
  } catch (error) {
    // A defect of ours, before or after the effect: who knows.
    return { ...NOTHING, outcome: 'UNKNOWN', problem: String(error) }
  }
}

async function sendNow(
  channel: PromotionChannel,
  row: PromotionRow,
  asked: Write,
  order: () => Promise<PromotionOrder>,
): Promise<Sent> {
  const { awemeId, itemId, planId } = row
  const orderId = row.orderId ?? ''
  const made = { orderId, planId, awemeId, itemId }
  // Asked once more by the connector, after its waits: an answer to anything later would find nobody.
  const notAfter = (row.claimedAt?.getTime() ?? 0) + LEASE_MS / 2
  if (asked.call === 'CREATE') {
    const written = await channel.create(await order(), notAfter)
    if (written.outcome !== 'done') return failed(written)
    return confirmed(channel, row, written.value)
  }
  if (changes(asked)) {
    const byFen = (asked.call === 'CUT' ? -1 : 1) * (asked.amountFen ?? 0)
    // As the platform told it just before: on its own pages it may have been made less.
    const whole = row.addedBefore?.addedFen ?? row.orderedFen
    const written = await channel.changeBudget(made, { byFen, toFen: whole + byFen }, notAfter)
    return written.outcome === 'done' ? { ...NOTHING, outcome: 'DONE', orderId } : failed(written)
  }
  const written = await channel.terminate(made, notAfter)
  if (written.outcome !== 'done') return failed(written)
  if (written.value.terminated) return { ...NOTHING, outcome: 'DONE', orderId }
  return { ...NOTHING, outcome: 'REFUSED', problem: 'the platform took the call and did not end the order' }
}

/** An answer may be somebody else's: only an order that is of our video and our money is ours. */
async function confirmed(
  channel: PromotionChannel,
  row: PromotionRow,
  made: { orderId: string; adId: string | null },
): Promise<Sent> {
  const { orderId, adId } = made
  try {
    const seen = await channel.order(orderId, row.planId)
    const named = seen.name === null || seen.name === nameOf(row)
    if (named && seen.itemId === row.itemId && seen.amountFen === row.amountFen)
      return { ...NOTHING, outcome: 'DONE', orderId, adId }
    const problem = `the answer named order ${orderId}, which is of another video, amount or name`
    return { ...NOTHING, outcome: 'UNKNOWN', problem }
  } catch (error) {
    return {
      ...NOTHING,
      outcome: 'UNKNOWN',
      problem: `order ${orderId} was made and cannot be read: ${error}`,
    }
  }
}

type Failed =
  | { outcome: 'invalid'; field: string; reason: string }
  | { outcome: 'refused' | 'unknown'; error: FetchError }

/** Refused for now, and not for what it asks. */
export const NOT_NOW: ReadonlySet<string> = new Set(['quota', 'rate_limited', 'auth'])

function failed(written: Failed): Sent {
  if (written.outcome === 'invalid')
    return { ...NOTHING, outcome: 'REFUSED', problem: `${written.field}: ${written.reason}` }
  const { kind, message, retryAfterMs } = written.error
  const base = { ...NOTHING, problem: `${kind}: ${message}`, retryAfterMs }
  if (written.outcome === 'unknown') return { ...base, outcome: 'UNKNOWN' }
  return { ...base, outcome: NOT_NOW.has(kind) ? 'NOT_NOW' : 'REFUSED' }
}

/** What it sells and is called may be corrected until it is sent; its money is frozen. */
export async function orderOf({ ctx, clock }: Tending, row: PromotionRow): Promise<PromotionOrder> {
  const { awemeId, itemId, amountFen, hours, planId, terms, videoId } = row
  const facts = await write(ctx, (tx) => loadVideoFacts(tx, [videoId], clock()))
  const { productId = null, title = null } = facts.get(videoId) ?? {}
  return { awemeId, itemId, amountFen, hours, planId, productId, title, ...terms, name: nameOf(row) }
}

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
