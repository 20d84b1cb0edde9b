/**
 * Reads what a shop's sales became since they were read last, and appends what changed. The platform is asked by time of
 * change, because refunds come weeks later; a window that overlaps the one before, a second run and a crash between
 * batches add nothing twice.
 */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import type { Doudian, OrderRow } from '../platforms/doudian.ts'
import { DAY, HOUR } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { ledgerSubject, moveReadTo, recordingFailure } from './ledger.ts'
import { refreshMoney } from './money.ts'

/** A change shows at the platform a little after the time that it carries. */
const OVERLAP = HOUR
/** How far back a shop is read at first: as far as the alliance answers in one question. */
const FIRST = 89 * DAY
const BATCH = 500
/** The ages at which video_state tells what is still sold. */
const SETTLED_DAYS = [7, 14]

export interface ReadSales {
  subjectId: number
  doudian: Pick<Doudian, 'shopOrders' | 'allianceOrders'>
}

export interface SalesRead {
  orders: number
  /** Of them, new or changed. */
  revisions: number
}

/** Throws the platform's FetchError after noting it on the subject; what was read before it stays. */
export async function readSales(ctx: Context, { subjectId, doudian }: ReadSales): Promise<SalesRead> {
  const { readTo } = await ledgerSubject(ctx, subjectId)
  const to = ctx.now.getTime()
  const window = { from: readTo ? readTo.getTime() - OVERLAP : to - FIRST, to }
  const read: SalesRead = { orders: 0, revisions: 0 }
  await recordingFailure(ctx, subjectId, async () => {
    const sides = [doudian.shopOrders(window), doudian.allianceOrders(window)]
    for await (const batch of batched(permitted(sides))) {
      read.orders += batch.length
      read.revisions += await write(ctx, (tx) => store(tx, ctx, subjectId, batch))
    }
  })
  await write(ctx, async (tx) => {
    await moveReadTo(tx, ctx, subjectId)
    const ripe = await settledSince(tx, subjectId, readTo ?? new Date(0), ctx.now)
    for (let first = 0; first < ripe.length; first += BATCH) {
      await refreshMoney(tx, new Map(ripe.slice(first, first + BATCH).map((itemId) => [itemId, null])))
    }
  })
  return read
}

/** A shop may not ask as an MCN and the other way round; that is no failure while one of the two answers. */
async function* permitted(sides: readonly AsyncGenerator<OrderRow>[]): AsyncGenerator<OrderRow> {
  const refused: Error[] = []
  for (const side of sides) {
    let rowsSeen = 0
    try {
      for await (const row of side) {
        rowsSeen++
        yield row
      }
    } catch (error) {
      if ((error as { kind?: string }).kind !== 'forbidden' || rowsSeen > 0) throw error
      refused.push(error as Error)
    }
  }
  if (refused.length === sides.length) throw refused[0]
}

/** An order that comes twice counts as it came last. */
async function* batched(orders: AsyncGenerator<OrderRow>): AsyncGenerator<OrderRow[]> {
  let batch = new Map<string, OrderRow>()
  for await (const order of orders) {
    batch.set(`${order.side} ${order.orderId}`, order)
    if (batch.size < BATCH) continue
    yield [...batch.values()]
    batch = new Map()
  }
  if (batch.size > 0) yield [...batch.values()]
}

const COLUMNS = {
  side: 'text',
  orderId: 'text',
  itemId: 'text',
  kolAccountId: 'text',
  productId: 'text',
  payAmountFen: 'bigint',
  settledFen: 'bigint',
  status: 'text',
  refunded: 'bool',
  paidAt: 'timestamptz',
  updatedAt: 'timestamptz',
  doubt: 'text',
} as const
const SAID = [
  'item_id',
  'kol_account_id',
  'product_id',
  'pay_amount_fen',
  'settled_fen',
  'status',
  'refunded',
  'paid_at',
  'doubt',
]
const of = (table: string) => sql.raw(SAID.map((name) => `${table}.${name}`).join(', '))

/** Readers of one workspace take turns, or two would add the same revision. An answer that is older than what is known is none. */
async function store(tx: Tx, ctx: Context, subjectId: number, batch: readonly OrderRow[]): Promise<number> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('sale'), hashint8(${ctx.workspaceId}::bigint))`)
  const changed = await rows<{ item_id: string; since: number; revisions: number }>(
    tx,
    sql`
      with changed as (
        select look.*, coalesce(old.revision + 1, 0)::smallint as revision, old.item_id as old_item_id
        from ${unnest(batch, 'look', COLUMNS)}
        left join lateral (
          select s.* from sale s
          where s.workspace_id = current_workspace() and s.side = look.side and s.order_id = look.order_id
          order by s.revision desc limit 1
        ) old on true
        where old.revision is null
          or (look.updated_at < old.updated_at) is not true and (${of('look')}) is distinct from (${of('old')})
      ), added as (
        insert into sale (side, order_id, revision, subject_id, updated_at, recorded_at, ${sql.raw(SAID.join(', '))})
        select side, order_id, revision, ${subjectId}::bigint, updated_at, ${ctx.now.toISOString()}::timestamptz, ${of('changed')}
        from changed
      )
      select item.id as item_id, (extract(epoch from min(paid_at)) * 1000)::float8 as since,
        (count(*) filter (where item.id = item_id))::int as revisions
      from changed cross join lateral (select item_id union select old_item_id) item (id)
      where item.id is not null group by item.id`,
  )
  await refreshMoney(tx, new Map(changed.map(({ item_id, since }) => [item_id, new Date(since)])))
  return changed.reduce((sum, { revisions }) => sum + revisions, 0)
}

/** Items of which orders came of the age at which they count as settled, without any word of the platform. */
async function settledSince(tx: Tx, subjectId: number, from: Date, to: Date): Promise<string[]> {
  const ripe = SETTLED_DAYS.map((days) => {
    const bound = (at: Date) => sql`${new Date(at.getTime() - days * DAY).toISOString()}::timestamptz`
    return sql`(paid_at > ${bound(from)} and paid_at <= ${bound(to)})`
  })
  const found = await rows<{ item_id: string }>(
    tx,
    sql`select distinct item_id from sale
      where workspace_id = current_workspace() and subject_id = ${subjectId}::bigint and (${sql.join(ripe, sql` or `)})`,
  )
  return found.map(({ item_id }) => item_id)
}
