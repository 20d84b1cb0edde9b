/** Looks at an order that was made: what it did goes to the sequential test, and what follows is decided in the same transaction. */
import { eq } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import type { VideoFacts } from '../db/queries/promotion.ts'
import { type FiguresBefore, promotion } from '../db/tables.ts'
import type { FetchError } from '../platforms/errors.ts'
import type { OrderFigures, SeenOrder } from '../platforms/promotion.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { LEASE_MS } from '../rules/promotion.ts'
import type { Decision } from '../rules/promotion-decide.ts'
import { decide } from '../rules/promotion-decide.ts'
import { END_AGAIN_MS } from '../rules/promotion-next.ts'
import { RECONCILE_DEFAULTS, wholeFen } from '../rules/reconcile.ts'
import type { TrialState } from '../rules/trial-test.ts'
import { DAY, HOUR, type OrderSight, REPORT_FIGURES } from '../rules/types.ts'
import { write } from './context.ts'
import { fetchError } from './errors.ts'
import { LOOK_EVERY, SOON } from './promote.ts'
import { evidenceOf } from './promotion-evidence.ts'
import { appendLook, delayOf, mostSpent } from './promotion-look.ts'
import { factsOf, proposeScale, proposeTrial, scaleFen } from './promotion-propose.ts'
import {
  type Change,
  holdPromotion,
  move,
  type PromotionRow,
  recordDecision,
  store,
} from './promotion-row.ts'
import { channelOf, type Tending, type Write } from './promotion-send.ts'
import { type CurrentSettings, loadSettings } from './promotion-settings.ts'
import { endRefusedAt } from './promotion-settle.ts'
import { lookNow } from './schedule.ts'

/**
 * No money of ours runs away meanwhile: a plan pays whatever its videos are, what was not delivered for a day is held up by more
 * than its review, and what is over spends no more. A quarter of the calls.
 */
const IDLE_EVERY = HOUR
/** Last figures that do not come for so long count as all that was ordered; those that say too little, as the most that was seen. */
const FIGURES_WITHIN = 7 * DAY

export interface Looked {
  row: PromotionRow
  /** More money or less, to be sent now. */
  wanted: Write | null
}

/** Reads the order and its report, writes the look, decides, and does what needs no call. */
export async function watchPromotion(tending: Tending, row: PromotionRow): Promise<Looked> {
  const { ctx, claim, clock } = tending
  const read = await readOrder(tending, row)
  if (!read.ok) return { row: await unread(tending, row, read.error), wanted: null }
  return write(ctx, async (tx) => {
    const held = await holdPromotion(tx, row.id, claim)
    const at = clock()
    const shown = { ...read.seen, sight: standing(held, read.seen, at) }
    const trial = await appendLook(tx, held, at, shown, read.figures)
    const seen = await noteOrder(tx, held, at, shown, read.figures)
    const looked = await decideOn({ ...tending, ctx: { ...ctx, now: at } }, tx, seen, {
      trial,
      sight: read.seen.sight,
    })
    // Last: shards that are locked before what follows is proposed deadlock with another order of the video.
    if (held.deliveringAt === null && seen.deliveringAt !== null) await lookNow(tx, seen.videoId, at)
    return looked
  })
}

/** What runs is asked about again before long, whatever the platform says; what is to end, at once. */
function unread(
  { ctx, claim, clock }: Tending,
  { id }: PromotionRow,
  error: FetchError,
): Promise<PromotionRow> {
  return write(ctx, async (tx) => {
    const row = await holdPromotion(tx, id, claim)
    const at = clock()
    if (error.kind === 'not_found' && isLongOver(row, at)) return vanished(tx, row, at)
    const most = row.stop === null ? LOOK_EVERY : SOON
    const wait = error.retryAfterMs ?? SOON
    const ms = row.orderStand === 'LIVE' ? Math.min(wait, most) : wait
    return store(tx, row, { dueAt: new Date(at.getTime() + ms) })
  })
}

const isLongOver = ({ hours, claimedAt }: PromotionRow, at: Date) =>
  hours !== null && claimedAt !== null && at.getTime() > claimedAt.getTime() + hours * HOUR + DAY

/** Deleted on the platform's pages, and its time is over: it spends no more, and what it spent is as last seen. */
async function vanished(tx: Tx, row: PromotionRow, at: Date): Promise<PromotionRow> {
  const { row: over } = await move(tx, row, { kind: 'SEEN', order: 'ENDED', spentFen: row.spentFen }, at)
  const ended = await finished(tx, over, at, null)
  return store(tx, ended, { dueAt: ended.finalFen === null ? new Date(at.getTime() + DAY) : null })
}

/**
 * Paused by others it may go on, so that it is over only when its time is. What was there before, and is again, may be shown as
 * it was for a while.
 */
function standing(row: PromotionRow, { sight }: SeenOrder, at: Date): SeenOrder['sight'] {
  const { end, foundBy } = CAPABILITIES[row.method]
  const paused = end === 'PAUSE' && row.stop === null && !isLongOver(row, at)
  const shownAt = row.since.getTime() + LEASE_MS + RECONCILE_DEFAULTS.listLagMs
  const old = foundBy === 'STATE' && at.getTime() < shownAt
  return sight === 'FROZEN' && (paused || old) ? 'WAITING' : sight
}

type Read = { ok: true; seen: SeenOrder; figures: OrderFigures } | { ok: false; error: FetchError }

async function readOrder(tending: Tending, row: PromotionRow): Promise<Read> {
  const channel = channelOf(tending, row)
  const { orderId, planId, createdAt } = row
  const now = tending.clock().getTime()
  try {
    const seen = await channel.order(orderId ?? '', planId)
    const question = {
      orderId: seen.orderId,
      adId: seen.adId,
      createdAt: seen.createdAt ?? createdAt.getTime(),
      planId,
    }
    const figures = seen.figures ?? (await channel.figures(question, now))
    return { ok: true, seen, figures: lessBefore(figures, row.figuresBefore) }
  } catch (error) {
    return { ok: false, error: fetchError(error) }
  }
}

/** Of a report that others' doing is in, what came since the order was sent. A restated day makes it no less than nothing. */
export function lessBefore(figures: OrderFigures, before: FiguresBefore | null): OrderFigures {
  if (before === null) return figures
  const own = REPORT_FIGURES.map((name) => {
    const [now, then] = [figures[name], before[name]]
    return [name, now === null || then === null ? null : Math.max(0, now - then)]
  })
  return { ...figures, ...Object.fromEntries(own) }
}

/** What the platform says of the order, into the row and the machine. */
async function noteOrder(
  tx: Tx,
  row: PromotionRow,
  at: Date,
  { sight, resumes, adId, amountFen, added }: SeenOrder,
  { disagrees: _, spendFen, ...figures }: OrderFigures,
): Promise<PromotionRow> {
  const delivering = row.deliveringAt === null && sight === 'DELIVERING'
  const change: Change = {
    ...figures,
    spentFen: spendFen,
    lookedAt: at,
    adId: adId ?? row.adId,
    ...(delivering ? { deliveringAt: at } : {}),
    ...knownWhole(row, wholeFen({ amountFen: amountFen ?? row.amountFen, added })),
  }
  const noted = await store(tx, row, change)
  // A report is late: an order that was seen running may have spent what it does not show yet.
  const spentFen = spendFen === 0 && noted.deliveringAt !== null ? null : spendFen
  const moved = await move(tx, noted, { kind: 'SEEN', order: sight, spentFen, resumes }, at)
  return finished(tx, moved.row, at, spendFen)
}

/** The platform took more than we know of: it counts. Less: ours does, until the order is over. */
function knownWhole(row: PromotionRow, whole: number | null): Change {
  if (whole === null || row.changeCall === 'ADD_BUDGET' || row.changeCall === 'CUT') return {}
  return { orderedFen: Math.max(row.orderedFen, whole) }
}

async function finished(tx: Tx, row: PromotionRow, at: Date, spendFen: number | null): Promise<PromotionRow> {
  if (row.orderStand !== 'OVER' || row.overAt === null || row.finalFen !== null) return row
  const since = at.getTime() - row.overAt.getTime()
  // Less than a look saw before: what the caps are freed by is not one answer that may be empty.
  const mostFen = await mostSpent(tx, row)
  const all = spendFen !== null && spendFen >= mostFen
  if (since >= delayOf(row) && all) return store(tx, row, { finalFen: spendFen })
  if (since < FIGURES_WITHIN) return row
  return store(tx, row, { finalFen: spendFen === null ? Math.max(row.orderedFen, mostFen) : mostFen })
}

async function decideOn(
  tending: Tending,
  tx: Tx,
  row: PromotionRow,
  look: { trial: TrialState | null; sight: OrderSight },
): Promise<Looked> {
  const { ctx } = tending
  const settings = await loadSettings(tx)
  const facts = await factsOf(tx, row, ctx.now)
  const evidence = isDecided(row)
    ? await evidenceOf(tx, row, { ...look, facts, settings, now: ctx.now })
    : null
  const decision = evidence && decide(evidence, settings.decide, ctx.now.getTime())
  const acted = decision ? await act({ tx, tending, facts, settings }, row, decision) : { row, wanted: null }
  const dueAt = nextLook(acted.row, await endRefusedAt(tx, acted.row), tending)
  return { ...acted, row: await store(tx, acted.row, { dueAt }) }
}

/** What was told to end is only waited for; what has a verdict keeps it. */
function isDecided(row: PromotionRow): boolean {
  const { state, stop, orderStand, trialTerms } = row
  if (trialTerms === null) return false
  if (orderStand === 'LIVE' && stop !== null) return false
  return state === 'RUNNING' || state === 'JUDGING' || isSpent(row)
}

/**
 * What was scaled ran to its own end and all that it did is known: decided once, since this look is its last one. A person's
 * order ends as that person said, and a plan has no end of its own.
 */
function isSpent({ aim, state, stop, originId, method, finalFen, spentFen }: PromotionRow): boolean {
  const known = finalFen !== null && finalFen > 0 && finalFen === spentFen
  const own = originId !== null && CAPABILITIES[method].money !== 'PLAN'
  return aim === 'SCALE' && state === 'RETIRED' && stop === null && known && own
}

function nextLook(
  row: PromotionRow,
  endRefused: number | null,
  { ctx: { now }, lookEvery }: Tending,
): Date | null {
  const { orderStand, overAt, finalFen, stop } = row
  const ends = stop !== null && (endRefused === null || now.getTime() - endRefused >= END_AGAIN_MS)
  if (orderStand === 'LIVE')
    return ends && row.changeCall === null ? now : new Date(now.getTime() + spaceOf(row, now, lookEvery))
  const open = row.state === 'JUDGING' || finalFen === null
  if (!open) return null
  const reported = (overAt?.getTime() ?? 0) + delayOf(row)
  return new Date(Math.max(reported, now.getTime() + (reported <= now.getTime() ? IDLE_EVERY : 0)))
}

/** ms until the next look at what runs. */
function spaceOf({ method, deliveringAt, since }: PromotionRow, now: Date, lookEvery = LOOK_EVERY): number {
  const waits = deliveringAt === null && now.getTime() - since.getTime() >= DAY
  return waits || CAPABILITIES[method].money === 'PLAN' ? Math.max(lookEvery, IDLE_EVERY) : lookEvery
}

interface Acting {
  tx: Tx
  tending: Tending
  facts: VideoFacts
  settings: CurrentSettings
}

async function act(acting: Acting, row: PromotionRow, decision: Decision): Promise<Looked> {
  const { tx, tending } = acting
  const { now } = tending.ctx
  const { action, amountFen } = decision
  // Recorded with its claim: a change of money that is not claimed was not decided.
  if ((action === 'ADD_BUDGET' || action === 'CUT') && amountFen !== null)
    return { row, wanted: { call: action, amountFen, decision } }
  const again = action === 'START'
  // What begins anew is a promotion of its own and has the START; this one ends without a verdict.
  const ends = row.aim === 'TRIAL' ? 'STOP' : 'RETIRE'
  await recordDecision(tx, row.id, now, again ? { ...decision, action: ends } : decision)
  const next =
    row.aim === 'TRIAL' ? await actOnTrial(acting, row, decision) : await actOnScale(acting, row, decision)
  return { row: next, wanted: null }
}

async function actOnTrial(
  { tx, tending: { ctx }, facts, settings }: Acting,
  row: PromotionRow,
  decision: Decision,
): Promise<PromotionRow> {
  const { action, rule } = decision
  if (action === 'PROMOTE') {
    const passed = await judged(tx, row, 'PASS', ctx.now)
    // Who stopped it stopped what would follow from it, too.
    if (row.stop === null || row.stop === 'PLATFORM')
      await proposeScale(tx, ctx, facts, settings, row, { ...decision, amountFen: scaleFen(settings) })
    return passed
  }
  if (action === 'START') {
    const ended = await judged(tx, row, 'HOLD', ctx.now)
    const follows = { breakoutId: row.breakoutId, originId: row.id }
    if (row.stop === null || row.stop === 'PLATFORM')
      await proposeTrial(tx, ctx, facts, settings, follows, decision)
    return ended
  }
  if (action !== 'STOP') return row
  if (rule === 'TEST_FAILED') return judged(tx, row, 'FAIL', ctx.now)
  if (row.orderStand === 'OVER') return judged(tx, row, 'HOLD', ctx.now)
  return (await move(tx, row, { kind: 'STOP', reason: 'RULE' }, ctx.now)).row
}

async function judged(tx: Tx, row: PromotionRow, verdict: 'PASS' | 'FAIL' | 'HOLD', now: Date) {
  const judging = await move(tx, row, { kind: 'JUDGE' }, now)
  return (await move(tx, judging.row, { kind: 'JUDGED', verdict }, now)).row
}

async function actOnScale(acting: Acting, row: PromotionRow, decision: Decision) {
  const { action, rule } = decision
  const { tx, tending } = acting
  const { now } = tending.ctx
  if (action === 'START') {
    await scaleAgain(acting, row, decision)
    return row
  }
  if (action === 'RETIRE' && rule === 'FATIGUED') {
    const tired = await move(tx, row, { kind: 'TIRED' }, now)
    return (await move(tx, tired.row, { kind: 'STOP', reason: 'FATIGUE' }, now)).row
  }
  if (action !== 'STOP' && action !== 'RETIRE') return row
  const reason = rule === 'TEST_FAILED' ? 'VERDICT' : 'RULE'
  return (await move(tx, row, { kind: 'STOP', reason }, now)).row
}

/** It follows the same trial, whose settled ROI goes on to speak for all of it. */
async function scaleAgain(
  { tx, tending: { ctx }, facts, settings }: Acting,
  { originId }: PromotionRow,
  decision: Decision,
): Promise<void> {
  const [trial] = await tx
    .select()
    .from(promotion)
    .where(eq(promotion.id, originId ?? 0))
  // What is killed is not even asked for.
  if (trial && !settings.killed) await proposeScale(tx, ctx, facts, settings, trial, decision)
}
