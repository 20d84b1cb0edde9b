/** 每日对账: every order of an advertiser, ours and the platform's, compared one by one. Says what differs; mends nothing. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../db/client.ts'
import { reconciliation } from '../db/tables.ts'
import type { PromotionChannel, PromotionChannels } from '../platforms/promotion.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import { wholeFen } from '../rules/reconcile.ts'
import {
  compare,
  type Difference,
  type OurOrder,
  type TheirOrder,
  walletFell,
} from '../rules/reconcile-nightly.ts'
import { DAY, HOUR, type Method } from '../rules/types.ts'
import { addDays, dayOf, SHANGHAI, startOfDay } from '../rules/zone.ts'
import { type Context, write } from './context.ts'
import { fetchError } from './errors.ts'
import { ledgerSubject } from './ledger.ts'
import { lastNight, leftWallet, reportedSpend, walletOf } from './reconcile-wallet.ts'

/** Orders made so long before the day are compared once more: an order runs 5 days, and is renewed by 7 at a time. */
const BACK = 14 * DAY
/** Reports of the day before are whole by then, Shanghai time. Assumed. */
const FROM_HOUR = 4 * HOUR

export interface ReconcileBooks {
  subjectId: number
  channels: PromotionChannels
  clock: () => Date
}

/** The day whose books are to be compared at an instant. */
export function bookDay(now: Date): string {
  return addDays(dayOf(new Date(now.getTime() - FROM_HOUR), SHANGHAI), -1)
}

/** Answers the differences; null: the platform did not answer, or the day is compared already. */
export async function reconcileBooks(
  ctx: Context,
  { subjectId, channels, clock }: ReconcileBooks,
): Promise<Difference[] | null> {
  const day = bookDay(ctx.now)
  const to = startOfDay(addDays(day, 1), SHANGHAI).getTime() - 1000
  const from = to - BACK
  const before = await lastNight(ctx, subjectId)
  const wallet = await walletOf(channels)
  if (!wallet.ok) return null
  const differences: Difference[] = []
  let orders = 0
  let left = 0
  for (const [method, channel] of Object.entries(channels)) {
    // What a plan pays for has no order of its own to compare; the report of plans has its spend.
    if (CAPABILITIES[method as Method].money === 'PLAN') continue
    const listed = await theirOrders(channel, from, clock)
    if (listed === null) return null
    left += await leftWallet(ctx, listed, { subjectId, method, since: before?.at ?? from })
    const theirs = listed.filter(({ createdAt }) => createdAt === null || createdAt <= to)
    // After theirs was read: what came meanwhile is in ours, and is no difference.
    const ids = theirs.map(({ orderId }) => orderId)
    const ours = await ourOrders(ctx, { subjectId, method, from, to, ids })
    const known = new Set(ours.map(({ orderId }) => orderId))
    orders += new Set([...known, ...ids]).size
    differences.push(...compare(ours, theirs, []))
  }
  differences.push(
    ...walletFell({
      accountId: await accountOf(ctx, subjectId),
      beforeFen: before?.walletFen ?? null,
      nowFen: wallet.fen,
      ordersFen: left,
      reportFen: before ? await reportedSpend(ctx, subjectId, before.at) : null,
    }),
  )
  const stored = await write(ctx, (tx) =>
    tx
      .insert(reconciliation)
      .values({ subjectId, day, orders, differences, walletFen: wallet.fen, createdAt: clock() })
      .onConflictDoNothing()
      .returning({ id: reconciliation.id }),
  )
  return stored.length > 0 ? differences : null
}

const accountOf = async (ctx: Context, subjectId: number) => (await ledgerSubject(ctx, subjectId)).externalId

interface Span {
  subjectId: number
  method: string
  from: number
  to: number
  /** Orders that the platform shows, whenever ours were made. */
  ids: readonly string[]
}

/** An order near the edge of the days may be on either side of it at the platform. */
const EDGE = HOUR

async function ourOrders(ctx: Context, { subjectId, method, from, to, ids }: Span): Promise<OurOrder[]> {
  const at = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`
  const found = await write(ctx, (tx) =>
    rows<Record<'id' | 'account' | 'order_id' | 'ordered', string> & { final: string | null }>(
      tx,
      sql`select p.id, p.advertiser_id as account, p.order_id, p.ordered_fen as ordered, p.final_fen as final
        from promotion p
        where p.workspace_id = current_workspace() and p.subject_id = ${subjectId} and p.method = ${method}
          and p.order_id is not null and (p.order_id = any(${sql.param([...ids])}::text[]) or exists (
            select from promotion_call c
            where c.workspace_id = p.workspace_id and c.promotion_id = p.id and c.call = 'CREATE' and c.outcome = 'DONE'
              and c.at between ${at(from + EDGE)} and ${at(to - EDGE)}))
        order by p.id`,
    ),
  )
  return found.map(({ id, account, order_id, ordered, final }) => ({
    promotionId: Number(id),
    accountId: account,
    orderId: order_id,
    amountFen: Number(ordered),
    spentFen: final === null ? null : Number(final),
  }))
}

interface Listed extends TheirOrder {
  createdAt: number | null
  /** Asked for after the first order; null: not said. */
  addedFen: number | null
  open: boolean
}

/** All until now. null: it could not be read; the next sweep asks again. */
async function theirOrders(
  channel: PromotionChannel,
  from: number,
  clock: () => Date,
): Promise<Listed[] | null> {
  try {
    const { orders } = await channel.orders({ from, to: clock().getTime() }, null)
    const read: Listed[] = []
    for (const { orderId, accountId, createdAt } of orders) {
      const { adId, amountFen, added, sight, figures: shown } = await channel.order(orderId, null)
      const question = { orderId, adId, createdAt: createdAt ?? from, planId: null }
      const open = sight === 'DELIVERING' || sight === 'WAITING'
      const figures = open ? null : (shown ?? (await channel.figures(question, clock().getTime())))
      const { addedFen } = added
      const spentFen = figures?.spendFen ?? null
      read.push({
        accountId,
        orderId,
        amountFen: wholeFen({ amountFen, added }),
        spentFen,
        createdAt,
        addedFen,
        open,
      })
    }
    return read
  } catch (error) {
    fetchError(error)
    return null
  }
}

export interface DueReconciliation {
  workspaceId: number
  subjectId: number
}

/** Advertisers whose books of the day were not compared. */
export async function dueReconciliations({ db, now }: { db: Db; now: Date }): Promise<DueReconciliation[]> {
  const found = await rows<{ workspace_id: string; subject_id: string }>(
    db,
    sql`select workspace_id, subject_id from due_reconciliations(${bookDay(now)}::date)`,
  )
  return found.map((row) => ({ workspaceId: Number(row.workspace_id), subjectId: Number(row.subject_id) }))
}
