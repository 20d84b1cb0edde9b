/** 选计划: finds the 全域 plan for what needs one, puts the video into it first, or scales as it was tried where there is none. */
import { and, desc, eq, inArray, ne, or, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import type { VideoFacts } from '../db/queries/promotion.ts'
import { promotion } from '../db/tables.ts'
import type { FetchError } from '../platforms/errors.ts'
import type { GuardReason } from '../rules/guard.ts'
import { OPEN_STATES, UNSENT_STATES, UNSETTLED_STATES } from '../rules/promotion.ts'
import { decide } from '../rules/promotion-decide.ts'
import {
  type InPlan,
  isNeeded,
  isPlaced,
  type Placement,
  type PlaceWhy,
  place,
} from '../rules/promotion-place.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { fetchError } from './errors.ts'
import { held, later, refusalsOf, SOON, waitsFor } from './promote.ts'
import { factsOf, fitPlan, proposeAdd, scaleAsTried } from './promotion-propose.ts'
import { holdPromotion, move, type PromotionRow, recordDecision, store } from './promotion-row.ts'
import type { Tending } from './promotion-send.ts'
import { loadSettings } from './promotion-settings.ts'
import { approvalsOf, NO_ROOM } from './promotion-standing.ts'

/** A review takes minutes; the plan is asked again as often as an order is looked at. */
const REVIEW = 15 * MINUTE

/** Asks the platform for the plans around the video, and writes what follows: answers the row as it stands then. */
export async function placePromotion(tending: Tending, row: PromotionRow): Promise<PromotionRow> {
  const { ctx, claim, clock } = tending
  const { productId } = await write(ctx, (tx) => factsOf(tx, row, clock()))
  const placement = await look(tending, row, productId)
  return write(ctx, async (tx) => {
    const own = await holdPromotion(tx, row.id, claim)
    const now = clock()
    // Told to stop, or chosen, meanwhile.
    if (isPlaced(own) || (own.state !== 'PROPOSED' && own.state !== 'APPROVED')) return own
    if (placement instanceof Error)
      return store(tx, own, { dueAt: later(now, placement.retryAfterMs ?? SOON) })
    return settlePlace({ tx, ctx: { ...ctx, now } }, own, placement)
  })
}

async function look(
  { channels }: Tending,
  { method, amountFen, awemeId, itemId }: PromotionRow,
  productId: string | null,
): Promise<Placement | FetchError> {
  const channel = channels[method]
  if (!channel?.surroundings) return { kind: 'NONE', why: 'NO_PLAN' }
  try {
    const { places, neighbours } = await channel.surroundings({ awemeId, itemId, productId })
    return place({ method, productId, amountFen }, places, neighbours)
  } catch (error) {
    return fetchError(error)
  }
}

interface Placing {
  tx: Tx
  ctx: Context
}

async function settlePlace(
  { tx, ctx }: Placing,
  row: PromotionRow,
  placement: Placement,
): Promise<PromotionRow> {
  if (placement.kind === 'PLACED')
    return store(tx, row, { planId: placement.planId, held: null, dueAt: ctx.now })
  const facts = await factsOf(tx, row, ctx.now)
  if (placement.kind === 'NONE') return instead({ tx, ctx }, row, facts, placement.why)
  const settings = await loadSettings(tx)
  const added = await addOf(tx, row)
  if (added?.over) return instead({ tx, ctx }, row, facts, 'BARRED')
  // In another plan, which is the running one no more: it cannot be in both.
  if (added && added.planId !== placement.planId) return instead({ tx, ctx }, row, facts, 'NO_PLAN')
  if (!added) {
    const reasons = await againstMoney(tx, row, ctx.now)
    if (reasons.length > 0) return held(tx, row, reasons, ctx.now)
    await proposeAdd(tx, ctx, facts, settings, row, placement.planId)
  }
  const why = { kind: 'NO_PLACE', why: 'ADDING' } as const
  return store(tx, row, { ...waitsFor(row, [why], ctx.now), dueAt: later(ctx.now, REVIEW) })
}

/** Settled by a word or by time while the video is under review. */
const MEANWHILE: ReadonlySet<GuardReason['kind']> = new Set([
  ...(['CONFIRM', 'TWO_PERSONS', 'MARKS_UNKNOWN', 'IN_FLIGHT', 'ORDERS_AT_ONCE'] as const),
])

/** Why the boost itself would not be sent: the plan's own money is not to run for what cannot follow. */
async function againstMoney(tx: Tx, row: PromotionRow, now: Date): Promise<GuardReason[]> {
  const reasons = await refusalsOf(tx, row, { call: 'CREATE' }, NO_ROOM, now)
  return reasons.filter(({ kind }) => !MEANWHILE.has(kind))
}

/** One that is in a plan or on its way there, for whatever reason; else the one made for this very promotion, which is not made again. */
async function addOf(
  tx: Tx,
  row: PromotionRow,
): Promise<{ over: boolean; planId: string | null } | undefined> {
  const { videoId, method, forId, orderStand, state, id, planId } = promotion
  const over = sql<boolean>`(${orderStand} = 'OVER' or ${state} in ('REJECTED', 'CANCELLED'))`
  const [found] = await tx
    .select({ planId, over })
    .from(promotion)
    .where(
      and(
        eq(videoId, row.videoId),
        eq(method, 'UNI_PLAN_ADD'),
        ne(id, row.id),
        or(
          eq(forId, row.id),
          eq(orderStand, 'LIVE'),
          inArray(state, [...UNSENT_STATES, ...UNSETTLED_STATES]),
        ),
      ),
    )
    .orderBy(over, desc(id))
    .limit(1)
  return found
}

/** Ends what was put into a plan for a boost that is not to come, sent or not; null: it goes on. */
export async function leavePlan(
  { ctx, claim, clock }: Tending,
  { id, forId, stop, orderStand }: PromotionRow,
): Promise<PromotionRow | null> {
  if (forId === null || stop !== null || orderStand === 'OVER') return null
  return write(ctx, async (tx) => {
    const own = await holdPromotion(tx, id, claim)
    if (own.stop !== null || isNeeded(own, await othersOf(tx, own))) return null
    const now = clock()
    const moved = await move(tx, own, { kind: 'STOP', reason: 'RULE' }, now)
    const { decide: settings } = await loadSettings(tx)
    await recordDecision(tx, id, now, decide({ stage: 'UNNEEDED', boostId: forId }, settings, now.getTime()))
    return store(tx, moved.row, { dueAt: moved.row.state === 'CANCELLED' ? null : now })
  })
}

function othersOf(tx: Tx, row: PromotionRow): Promise<InPlan[]> {
  const { id, method, state, orderStand: order, planId, videoId } = promotion
  return tx
    .select({ id, method, state, order, planId })
    .from(promotion)
    .where(and(eq(videoId, row.videoId), ne(id, row.id)))
}

/** What the program proposed is scaled as it was tried; a person's wish or word waits for a plan, and says what for. */
async function instead(
  { tx, ctx }: Placing,
  row: PromotionRow,
  facts: VideoFacts,
  why: PlaceWhy,
): Promise<PromotionRow> {
  const waits = () => held(tx, row, [{ kind: 'NO_PLACE', why }], ctx.now)
  if (row.proposedBy !== null || row.originId === null || row.method !== 'MATERIAL_BOOST') return waits()
  // Who agreed agreed to a boost, not to another order.
  if ((await approvalsOf(tx, row.id)).length > 0) return waits()
  const [trial] = await tx.select().from(promotion).where(eq(promotion.id, row.originId))
  if (!trial) return waits()
  const fit = fitPlan(facts, await loadSettings(tx), scaleAsTried(trial, row.amountFen))
  if (!fit.ok || (await isOpen(tx, row, trial))) return waits()
  const { method, hours = null, terms, trialTerms = null } = fit.draft
  return store(tx, row, { method, hours, terms, trialTerms, held: null, dueAt: ctx.now })
}

/** One of the same way to spend is open: promotion_open would refuse a second. */
async function isOpen(tx: Tx, row: PromotionRow, { method }: PromotionRow): Promise<boolean> {
  const [found] = await tx
    .select({ id: promotion.id })
    .from(promotion)
    .where(
      and(
        eq(promotion.videoId, row.videoId),
        eq(promotion.aim, row.aim),
        eq(promotion.method, method),
        inArray(promotion.state, OPEN_STATES),
      ),
    )
    .limit(1)
  return found !== undefined
}
