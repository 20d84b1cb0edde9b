/** What persons do with a promotion: agree, end it, and say what became of money when nobody else knows. */
import { and, eq } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { promotion, promotionApproval } from '../db/tables.ts'
import { openCall } from '../rules/promotion-call.ts'
import { isPlaced } from '../rules/promotion-place.ts'
import { type Context, write } from './context.ts'
import { ConflictError, InvalidInputError } from './errors.ts'
import { waitsFor } from './promote.ts'
import { lockPromotion, machineOf, move, type PromotionRow, recordCall, store } from './promotion-row.ts'
import { foundMoney } from './promotion-settle.ts'
import { unconfirmed } from './promotion-tend.ts'

export interface ApprovePromotion {
  promotionId: number
  /** 分 of the whole order, with what is added later; left out: what is ordered now. */
  amountFen?: number | undefined
  /** Token. */
  by: number
}

/**
 * One person agrees. It goes on once the mode and the amount need nobody else; what runs may be given more, up to the amount.
 * ConflictError: nothing of it can be agreed to any more.
 */
export function approvePromotion(ctx: Context, input: ApprovePromotion): Promise<number> {
  return write(ctx, async (tx) => {
    const row = await lockPromotion(tx, input.promotionId)
    const { state, orderStand, orderedFen } = row
    const amountFen = input.amountFen ?? orderedFen
    if (!Number.isSafeInteger(amountFen) || amountFen < orderedFen) {
      const message = `amountFen is ${amountFen}: agree to the whole order, ${orderedFen} 分 or more`
      throw new InvalidInputError('amountFen', message)
    }
    const asked =
      state === 'PROPOSED' || state === 'APPROVED' || (state === 'RECONCILING' && row.held !== null)
    const open = asked || orderStand === 'LIVE'
    if (!open || row.stop !== null) throw new ConflictError(`It is ${state}: there is nothing to agree to.`)
    const { by: tokenId } = input
    await tx.insert(promotionApproval).values({ promotionId: row.id, tokenId, amountFen, createdAt: ctx.now })
    if (state !== 'PROPOSED') {
      await store(tx, row, { dueAt: earlier(row, ctx.now) })
      return row.id
    }
    // Where its plan is not chosen yet, it goes on by itself once it is.
    if (!isPlaced(row)) {
      await store(tx, row, { dueAt: earlier(row, ctx.now) })
      return row.id
    }
    const held = await unconfirmed(tx, row, ctx.now)
    if (held.length > 0) await store(tx, row, waitsFor(row, held, ctx.now))
    else await move(tx, row, { kind: 'APPROVE' }, ctx.now, { dueAt: ctx.now, held: null })
    return row.id
  })
}

/** A claim keeps its own time. */
const earlier = ({ dueAt, claimedUntil }: PromotionRow, now: Date) =>
  claimedUntil !== null && claimedUntil > now ? dueAt : now

/**
 * 停投: cancels what was not sent, and ends an order as soon as the platform lets it. Said again it changes nothing.
 * ConflictError: it is over.
 */
export function stopPromotion(ctx: Context, { promotionId }: { promotionId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const row = await lockPromotion(tx, promotionId)
    const moved = await move(tx, row, { kind: 'STOP', reason: 'PERSON' }, ctx.now)
    if (moved.kind === 'STAY' && row.stop === null)
      throw new ConflictError(`It is ${row.state}: nothing of it runs.`)
    if (moved.kind !== 'GO') return row.id
    const cancelled = moved.row.state === 'CANCELLED'
    await store(tx, moved.row, { dueAt: cancelled ? null : stopsAt(moved.row, ctx.now) })
    return row.id
  })
}

/** Who sends now is waited for; everything else is ended at once. */
function stopsAt(row: PromotionRow, now: Date): Date | null {
  return openCall(machineOf(row))?.phase === 'SENDING' ? row.dueAt : now
}

export interface SettlePromotion {
  promotionId: number
  /** What a person saw on the platform's own pages. */
  found: 'THERE' | 'NOT_SENT'
  /** Of the order that was made; only of one. */
  orderId?: string | undefined
}

/**
 * A person's answer where the platform's list does not say what became of a write. ConflictError: nobody is asked, or
 * the order is another promotion's.
 */
export function settlePromotion(ctx: Context, input: SettlePromotion): Promise<number> {
  return write(ctx, async (tx) => {
    const row = await lockPromotion(tx, input.promotionId)
    const open = openCall(machineOf(row))
    if (open?.phase !== 'ASKING') throw new ConflictError(`It is ${row.state}: nobody is asked about it.`)
    const { found, promotionId } = input
    const made = open.call === 'CREATE' && found === 'THERE'
    const orderId = made ? await freeOrder(tx, row, input.orderId) : row.orderId
    const { attempt } = row
    const change = { dueAt: ctx.now, orderId, ...foundMoney(row, open.call, found) }
    await move(tx, row, { kind: 'TOLD', attempt, found }, ctx.now, change)
    const outcome = found === 'THERE' ? 'DONE' : 'NOT_NOW'
    const told = { promotionId, attempt, call: open.call, stage: 'TOLD', at: ctx.now } as const
    await recordCall(tx, { ...told, amountFen: row.addingFen || row.amountFen, outcome, orderId })
    return row.id
  })
}

async function freeOrder(tx: Tx, row: PromotionRow, orderId: string | undefined): Promise<string> {
  if (orderId === undefined || !/^[1-9]\d{0,18}$/.test(orderId)) {
    const message = 'orderId must be the number of the order on the platform, which was found there'
    throw new InvalidInputError('orderId', message)
  }
  const [other] = await tx
    .select({ id: promotion.id })
    .from(promotion)
    .where(
      and(
        eq(promotion.advertiserId, row.advertiserId),
        eq(promotion.method, row.method),
        eq(promotion.orderId, orderId),
      ),
    )
  if (other && other.id !== row.id) throw new ConflictError(`Order ${orderId} is of promotion ${other.id}.`)
  return orderId
}
