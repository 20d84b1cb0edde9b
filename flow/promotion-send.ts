/** What goes over the wire, once it is claimed: one write, and what the platform said of it. Writes no row. */
import { loadVideoFacts } from '../db/queries/promotion.ts'
import type { FetchError } from '../platforms/errors.ts'
import type { PromotionChannel, PromotionChannels, PromotionOrder } from '../platforms/promotion.ts'
import { LEASE_MS, SEND_WITHIN_MS } from '../rules/promotion.ts'
import type { Decision } from '../rules/promotion-decide.ts'
import type { CallKind, CallOutcome } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { nameOf, type PromotionRow } from './promotion-row.ts'
import { isStopped } from './promotion-settings.ts'

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

export const spends = ({ call }: Write) => call === 'CREATE' || call === 'ADD_BUDGET'
export const changes = ({ call }: Write) => call === 'ADD_BUDGET' || call === 'CUT'

/** The method's channel; an Error where this process cannot ask: nothing is sent. */
export function channelOf({ channels }: Tending, { method }: PromotionRow): PromotionChannel {
  const channel = channels[method]
  if (!channel) throw new Error(`No account of this workspace can be asked for ${method}.`)
  return channel
}

export interface Sent {
  outcome: CallOutcome
  orderId: string | null
  adId: string | null
  problem: string | null
  retryAfterMs: number | null
}
const NOTHING: Omit<Sent, 'outcome'> = { orderId: null, adId: null, problem: null, retryAfterMs: null }

export async function send(tending: Tending, row: PromotionRow, asked: Write): Promise<Sent> {
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
    const named = seen.name === nameOf(row)
    const ours =
      (named || seen.name === null) && (seen.itemId === row.itemId || (named && seen.itemId === null))
    if (ours && seen.amountFen === row.amountFen) return { ...NOTHING, outcome: 'DONE', orderId, adId }
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
