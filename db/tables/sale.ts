/** What videos sold, order by order, as 抖店 and 精选联盟 give it, and its sums by day. */
import { sql } from 'drizzle-orm'
import { boolean, check, date, index, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core'
import { count, id, instant, workspaceId } from './columns.ts'

/**
 * 成交, append-only and bitemporal: an order that changes (refund, settlement) adds a revision. The latest counts; what
 * was known at an instant is the latest recorded until then. No foreign keys, for the reason at snapshot.
 */
export const sale = snakeCase.table(
  'sale',
  {
    workspaceId: workspaceId(),
    /** shop: of the brand's own shop; alliance: of an MCN's 达人. */
    side: text().$type<'shop' | 'alliance'>().notNull(),
    /** Of the single product line; text, it exceeds 2^53. */
    orderId: text().notNull(),
    revision: smallint().notNull().default(0),
    /** Whose answer it is. */
    subjectId: id().notNull(),
    itemId: text().notNull(),
    kolAccountId: text(),
    productId: text(),
    payAmountFen: count().notNull(),
    /** What the settlement counts; null: not settled, or the shop side, which does not say. */
    settledFen: count(),
    status: text().notNull(),
    refunded: boolean().notNull(),
    paidAt: instant().notNull(),
    /** As the platform dates the change; null: it does not. */
    updatedAt: instant(),
    /** Why the platform's own amounts contradict each other; null: they agree. */
    doubt: text(),
    recordedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.side, t.orderId, t.revision] }),
    index('sale_paid').on(t.workspaceId, t.subjectId, t.paidAt),
    index('sale_item').on(t.workspaceId, t.itemId, t.paidAt),
    check('sale_side', sql`${t.side} in ('shop', 'alliance')`),
  ],
)

/**
 * What an item sold in a business day of the workspace, over the orders of one subject that count; made from `sale` by
 * flow/sale-day.ts in the transaction that appends to it, so that money need not be made of every order anew.
 */
export const saleDay = snakeCase.table(
  'sale_day',
  {
    workspaceId: workspaceId(),
    itemId: text().notNull(),
    day: date({ mode: 'string' }).notNull(),
    subjectId: id().notNull(),
    orders: count().notNull(),
    gmvFen: count().notNull(),
    /** Without what was given back within 7 (14) days of its payment; counts once all of them are of that age. */
    settled7Fen: count().notNull(),
    settled14Fen: count().notNull(),
    /** When the latest of them became known. */
    recordedAt: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.itemId, t.day, t.subjectId] })],
)
