/**
 * Reads what a shop's sales became since they were read last, and appends what changed. The platform is asked by time of
 * change, because refunds come weeks later; a window that overlaps the one before, a second run and a crash between
 * batches add nothing twice.
 */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import type { Doudian, OrderRow } from '../platforms/doudian.ts'
import type { FetchError } from '../platforms/errors.ts'
import { DAY, HOUR } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { fetchError } from './errors.ts'
import { finishReading, ledgerSubject, moveReadTo, recordingFailure } from './ledger.ts'
import { type Changed, merged, refreshMoney } from './money.ts'
import { type SoldDay, sumSales } from './sale-day.ts'

/** A change shows at the platform a little after the time that it carries. */
const OVERLAP = HOUR
/** How far back a shop is read at first: as far as the alliance answers in one question. */
const FIRST = 89 * DAY
const BATCH = 5000
/** The ages at which video_state tells what is still sold. */
const SETTLED_DAYS = [7, 14]

export interface ReadSales {
  subjectId: number
  doudian: Pick<Doudian, 'shopOrders' | 'allianceOrders'>
  /** What is written is known from then on, not from when the questions began. */
  clock: () => Date
  /** Orders of one transaction. */
  batch?: number
}

export interface SalesRead {
  orders: number
  /** Of them, new or changed. */
  revisions: number
}

/** Throws the platform's FetchError after noting it on the subject; what was read before it stays. */
export async function readSales(ctx: Context, input: ReadSales): Promise<SalesRead> {
  const { subjectId, doudian, clock, batch: size = BATCH } = input
  const { readTo } = await ledgerSubject(ctx, subjectId)
  const to = ctx.now.getTime()
  const window = { from: readTo ? readTo.getTime() - OVERLAP : to - FIRST, to }
  const read: SalesRead = { orders: 0, revisions: 0 }
  let known = readTo
  const put = async (batch: OrderRow[], upTo: Date | null) => {
    read.orders += batch.length
    read.revisions += await write(ctx, (tx) => store(tx, ctx, { subjectId, clock, batch, known, upTo }))
    known = upTo ?? known
  }
  await recordingFailure(ctx, subjectId, async () => {
    // The alliance gives no order, so it comes first: where it is whole, the shop's last change is what both are read to.
    const alliance = await readSide(doudian.allianceOrders(window), size, (batch) => put(batch, null))
    const whole = !alliance.error || alliance.refused
    const shop = await readSide(doudian.shopOrders(window), size, (batch) =>
      put(batch, whole ? readUpTo(batch, known, ctx.now) : null),
    )
    throwFailure([alliance, shop])
  })
  await write(ctx, async (tx) => {
    await finishReading(tx, ctx, subjectId)
    await refreshMoney(tx, ctx.now, await settledSince(tx, subjectId, known, ctx.now))
  })
  return read
}

interface Side {
  error: FetchError | null
  /** It may not be asked at all. */
  refused: boolean
}

/** A failure of one side keeps nothing of the other from being read. */
async function readSide(
  orders: AsyncGenerator<OrderRow>,
  size: number,
  put: (batch: OrderRow[]) => Promise<void>,
): Promise<Side> {
  let rowsSeen = 0
  const seen = async function* () {
    for await (const order of orders) {
      rowsSeen++
      yield order
    }
  }
  try {
    for await (const batch of batched(seen(), size)) await put(batch)
    return { error: null, refused: false }
  } catch (error) {
    const failure = fetchError(error)
    return { error: failure, refused: failure.kind === 'forbidden' && rowsSeen === 0 }
  }
}

/** A shop may not ask as an MCN and the other way round; that is no failure while one of the two answers. */
function throwFailure(sides: readonly Side[]): void {
  const failed = sides.filter(({ error }) => error)
  const all = failed.length === sides.length
  const first = failed.find(({ refused }) => !refused) ?? (all ? failed[0] : undefined)
  if (first) throw first.error
}

/**
 * How far the shop is read with this batch, so that after a failure the rest alone is read: its changes come oldest first,
 * and others may carry the instant of the last one. null: no further than before.
 */
function readUpTo(batch: readonly OrderRow[], known: Date | null, now: Date): Date | null {
  const changes = batch.flatMap(({ updatedAt }) => updatedAt ?? [])
  if (changes.length === 0) return null
  const upTo = Math.min(Math.max(...changes), now.getTime()) - OVERLAP
  return known && upTo <= known.getTime() ? null : new Date(upTo)
}

/** An order that comes twice counts as it came last. */
async function* batched(orders: AsyncGenerator<OrderRow>, size: number): AsyncGenerator<OrderRow[]> {
  let batch = new Map<string, OrderRow>()
  for await (const order of orders) {
    batch.set(`${order.side} ${order.orderId}`, order)
    if (batch.size < size) continue
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

interface Batch extends Pick<ReadSales, 'subjectId' | 'clock'> {
  batch: readonly OrderRow[]
  /** How far the subject was read, and how far it is with this batch; null: no further. */
  known: Date | null
  upTo: Date | null
}

/** One batch with the money that follows from it; how many of its orders say something new. */
async function store(tx: Tx, ctx: Context, input: Batch): Promise<number> {
  const { subjectId, known, upTo } = input
  const { revisions, items, days } = await append(tx, ctx, input)
  await sumSales(tx, days)
  if (upTo) await moveReadTo(tx, subjectId, upTo)
  const ripe = upTo ? await settledSince(tx, subjectId, known, upTo) : NOTHING
  await refreshMoney(tx, ctx.now, merged([items, ripe]))
  return revisions
}

const NOTHING: Changed = new Map()

interface Appended {
  revisions: number
  items: Changed
  days: SoldDay[]
}

/**
 * Readers of one workspace take turns, or two would add the same revision. An answer that is older than what is known is none.
 * Answers what is sold now and what is sold no more: an order may turn out to be another video's. What the alliance says of
 * an order that the shop names is kept and moves nothing.
 */
async function append(tx: Tx, ctx: Context, { subjectId, batch, clock }: Batch): Promise<Appended> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('sale'), hashint8(${ctx.workspaceId}::bigint))`)
  const recordedAt = sql`${clock().toISOString()}::timestamptz`
  const changed = await rows<{ item_id: string | null; days: string[]; since: number; revisions: number }>(
    tx,
    sql`
      with changed as (
        select look.*, coalesce(old.revision + 1, 0)::smallint as revision
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
        select side, order_id, revision, ${subjectId}::bigint, updated_at, ${recordedAt}, ${of('changed')}
        from changed returning revision
      ), counting as (
        select * from changed where side = 'shop' or not exists (
          select from sale shop
          where shop.workspace_id = current_workspace() and shop.side = 'shop' and shop.order_id = changed.order_id
          offset 0)
      ), told as (
        select item_id, paid_at, paid_at as since from counting
        -- Of either side: the shop's word replaces the alliance's. Without it other sources may count, on every day.
        union all
        select old.item_id, old.paid_at,
          case when old.item_id = counting.item_id then old.paid_at else least(old.paid_at, v.published_at) end
        from counting
        cross join lateral (
          select item_id, paid_at from sale
          where workspace_id = current_workspace() and side in ('shop', 'alliance') and order_id = counting.order_id
          offset 0
        ) old
        left join video v on v.workspace_id = current_workspace() and v.platform = 'douyin' and v.item_id = old.item_id
      ), items as (
        select item_id, min(since) as since, array_agg(distinct (paid_at at time zone workspace.zone)::date::text) as days
        from told cross join workspace where workspace.id = current_workspace() group by item_id
      )
      select item_id, days, (extract(epoch from since) * 1000)::float8 as since, revisions
      from (select count(*)::int as revisions from added) added left join items on true`,
  )
  const told = changed.flatMap(({ item_id, ...said }) =>
    item_id === null ? [] : [{ itemId: item_id, ...said }],
  )
  return {
    revisions: changed[0]?.revisions ?? 0,
    items: new Map(told.map(({ itemId, since }) => [itemId, new Date(since)])),
    days: told.flatMap(({ itemId, days }) => days.map((day) => ({ itemId, day }))),
  }
}

/** Items of which orders came of the age at which they count as settled, without any word of the platform. */
async function settledSince(tx: Tx, subjectId: number, from: Date | null, to: Date): Promise<Changed> {
  const ripe = SETTLED_DAYS.map((days) => {
    const bound = (at: Date) => sql`${new Date(at.getTime() - days * DAY).toISOString()}::timestamptz`
    return sql`(paid_at > ${bound(from ?? new Date(0))} and paid_at <= ${bound(to)})`
  })
  const found = await rows<{ item_id: string }>(
    tx,
    sql`select distinct item_id from sale
      where workspace_id = current_workspace() and subject_id = ${subjectId}::bigint and (${sql.join(ripe, sql` or `)})`,
  )
  return new Map(found.map(({ item_id }) => [item_id, null]))
}
