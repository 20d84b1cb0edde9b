/** 选计划: finds the 全域 plan for what needs one, puts the video into it first, or scales as it was tried where there is none. */
import { and, eq, gte, ne, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import type { VideoFacts } from '../db/queries/promotion.ts'
import { promotion } from '../db/tables.ts'
import type { FetchError } from '../platforms/errors.ts'
import { isPlaced, type Placement, type PlaceWhy, place } from '../rules/promotion-place.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { fetchError } from './errors.ts'
import { held, later, SOON, type Tending } from './promote.ts'
import { factsOf, fitPlan, proposeAdd, scaleAsTried } from './promotion-propose.ts'
import { holdPromotion, type PromotionRow, store } from './promotion-row.ts'
import { loadSettings } from './promotion-settings.ts'
import { approvalsOf } from './promotion-standing.ts'

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
  if (!added) await proposeAdd(tx, ctx, facts, settings, row, placement.planId)
  const why = { kind: 'NO_PLACE', why: 'ADDING' } as const
  return store(tx, row, { held: [why], dueAt: later(ctx.now, REVIEW) })
}

/** The add that was made for this very promotion: one that ended is not made again. */
async function addOf(
  tx: Tx,
  row: PromotionRow,
): Promise<{ over: boolean; planId: string | null } | undefined> {
  const { videoId, method, createdAt, orderStand, state, id, planId } = promotion
  const [found] = await tx
    .select({ planId, over: sql<boolean>`${orderStand} = 'OVER' or ${state} in ('REJECTED', 'CANCELLED')` })
    .from(promotion)
    .where(
      and(
        eq(videoId, row.videoId),
        eq(method, 'UNI_PLAN_ADD'),
        ne(id, row.id),
        sql`(${gte(createdAt, row.createdAt)} or (${orderStand} = 'LIVE' or ${state} in ('PROPOSED', 'APPROVED', 'SUBMITTING', 'RECONCILING', 'ASKING')))`,
      ),
    )
    .orderBy(sql`${id} desc`)
    .limit(1)
  return found
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
        sql`${promotion.state} in ('PROPOSED', 'APPROVED', 'SUBMITTING', 'RECONCILING', 'ASKING', 'RUNNING', 'JUDGING', 'FATIGUED')`,
      ),
    )
    .limit(1)
  return found !== undefined
}
