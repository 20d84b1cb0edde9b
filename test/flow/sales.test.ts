import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { loadTold } from '../../db/queries/money.ts'
import { sale, subject, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { dueLedgers } from '../../flow/ledger.ts'
import { rollup } from '../../flow/rollup.ts'
import { type ReadSales, readSales } from '../../flow/sales.ts'
import type { OrderRow, Window } from '../../platforms/doudian.ts'
import { FetchError } from '../../platforms/errors.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { content, ledger, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

/** A shop whose orders a test changes; asked by time of change, as the platform is. */
function shop() {
  const orders: OrderRow[] = []
  const asked: Window[] = []
  const side = async function* (name: OrderRow['side'], { from, to }: Window) {
    asked.push({ from, to })
    for (const order of orders.filter((one) => one.side === name)) {
      if ((order.updatedAt ?? 0) >= from && (order.updatedAt ?? 0) <= to) yield { ...order }
    }
  }
  const doudian: ReadSales['doudian'] = {
    shopOrders: (window) => side('shop', window),
    allianceOrders: (window) => side('alliance', window),
  }
  return { orders, asked, doudian }
}

/** The same shop, which answers with no more than so many orders. */
function breakingOff(doudian: ReadSales['doudian'], most: number): ReadSales['doudian'] {
  const shopOrders = async function* (window: Window) {
    let given = 0
    for await (const one of doudian.shopOrders(window)) {
      if (given++ === most) throw new FetchError('timeout', 'no answer')
      yield one
    }
  }
  return { ...doudian, shopOrders }
}

function order(over: Partial<OrderRow> & Pick<OrderRow, 'itemId'>): OrderRow {
  const paidAt = over.paidAt ?? NOW.getTime() - DAY
  return {
    side: 'shop',
    orderId: unique('order'),
    kolAccountId: null,
    productId: null,
    payAmountFen: 1000,
    settledFen: null,
    status: 'PAID',
    paidAt,
    updatedAt: paidAt,
    refunded: false,
    quality: 'ok',
    doubt: null,
    ...over,
  }
}

async function scene() {
  const ctx = await t.tenant()
  const { videoId, itemId } = await published(ctx, await content(ctx), {
    publishedAt: new Date(NOW.getTime() - 20 * DAY),
  })
  const subjectId = await ledger(ctx, 'doudian')
  const store = shop()
  const read = (at: Date = ctx.now) =>
    readSales({ ...ctx, now: at }, { batch: 500, subjectId, doudian: store.doudian, clock: () => at })
  return { ctx, videoId, itemId, subjectId, read, ...store }
}
const after = (ms: number) => new Date(NOW.getTime() + ms)
const stateOf = async (ctx: Context, videoId: number) => {
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  return state
}
const salesOf = (ctx: Context) =>
  write(ctx, (tx) => tx.select().from(sale).orderBy(sale.orderId, sale.revision))
const readToOf = async (ctx: Context, subjectId: number) => {
  const [row] = await write(ctx, (tx) => tx.select().from(subject).where(eq(subject.id, subjectId)))
  return row?.readTo
}

test('sales become money of the video; read twice or over the same time they change nothing', async () => {
  const { ctx, videoId, itemId, subjectId, read, orders, asked } = await scene()
  orders.push(
    order({ itemId, payAmountFen: 1200 }),
    order({ itemId, payAmountFen: 800, paidAt: NOW.getTime() - 9 * DAY }),
  )
  orders.push(order({ itemId: '7000000000000000001', payAmountFen: 5 }))
  expect(await read()).toEqual({ orders: 3, revisions: 3 })
  const state = await stateOf(ctx, videoId)
  expect(state).toMatchObject({
    gmvFen: 2000,
    orders: 2,
    settled7Fen: 800,
    settled14Fen: null,
    spendFen: null,
  })
  expect(state?.dirtyFrom).toEqual(after(-9 * DAY))
  expect(await readToOf(ctx, subjectId)).toEqual(NOW)

  const before = await salesOf(ctx)
  expect(await read()).toEqual({ orders: 0, revisions: 0 })
  orders.push(order({ itemId, updatedAt: NOW.getTime() - 30 * MINUTE, paidAt: NOW.getTime() - 30 * MINUTE }))
  expect(await read(after(15 * MINUTE))).toEqual({ orders: 1, revisions: 1 })
  expect(await read(after(20 * MINUTE))).toEqual({ orders: 1, revisions: 0 })
  expect(asked.at(-1)).toEqual({
    from: after(15 * MINUTE - HOUR).getTime(),
    to: after(20 * MINUTE).getTime(),
  })
  expect((await salesOf(ctx)).length).toBe(before.length + 1)
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 3000, orders: 3 })
})

test('a refund is a revision: before it was known the sale stood, and GMV keeps what was sold', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const sold = order({ itemId, paidAt: NOW.getTime() - 8 * DAY })
  const kept = order({ itemId, paidAt: NOW.getTime() - 8 * DAY, payAmountFen: 300 })
  // The shop sells on: up to its latest payment refunds are known to have been read.
  orders.push(sold, kept, order({ itemId: '7000000000000000001', paidAt: NOW.getTime() - 2 * HOUR }))
  await read()
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1300, settled7Fen: 1300, settled14Fen: null })
  // Refunded on the ninth day: within 14 days, not within 7.
  orders[0] = { ...sold, refunded: true, updatedAt: after(DAY).getTime() }
  expect(await read(after(DAY))).toEqual({ orders: 1, revisions: 1 })
  expect(await stateOf(ctx, videoId)).toMatchObject({
    gmvFen: 1300,
    orders: 2,
    settled7Fen: 1300,
    settled14Fen: null,
  })
  // Nothing changes any more, but the fourteenth day passes.
  await read(after(7 * DAY))
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1300, settled7Fen: 1300, settled14Fen: 300 })

  const saidAt = async (asOf: Date | null) =>
    (await write(ctx, (tx) => loadTold(tx, [videoId], asOf))).get(videoId)?.[0]
  expect(await saidAt(NOW)).toMatchObject({
    source: 'sale',
    gmvFen: 1300,
    settled7Fen: 1300,
    recordedAt: NOW,
  })
  expect(await saidAt(after(-1))).toBeUndefined()
  expect(await saidAt(null)).toMatchObject({ settled14Fen: 300, recordedAt: after(DAY) })
})

test('a refund within 7 days is in neither of the settled sums', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const paidAt = NOW.getTime() - 15 * DAY
  const early = {
    ...order({ itemId, paidAt }),
    refunded: true,
    status: 'CANCELED' as const,
    updatedAt: paidAt + 3 * DAY,
  }
  orders.push(early, order({ itemId, paidAt, payAmountFen: 70 }))
  await read()
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1070, settled7Fen: 70, settled14Fen: 70 })
})

test('an order that both sides name counts once, as the shop gives it; the alliance says what is settled', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const paidAt = NOW.getTime() - 8 * DAY
  const both = order({ itemId, paidAt, payAmountFen: 1000 })
  const alone = order({
    itemId,
    paidAt,
    side: 'alliance',
    payAmountFen: 500,
    settledFen: 450,
    status: 'SETTLED',
  })
  orders.push(both, { ...both, side: 'alliance', payAmountFen: 999 }, alone)
  expect(await read()).toEqual({ orders: 3, revisions: 3 })
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1500, orders: 2, settled7Fen: 1450 })
})

test('after a crash between batches the rest is read, and nothing twice', async () => {
  const { ctx, videoId, itemId, subjectId, orders, doudian, read } = await scene()
  for (let i = 0; i < 1200; i++) orders.push(order({ itemId }))
  const breaking = breakingOff(doudian, 700)
  await expect(
    readSales(ctx, { batch: 500, subjectId, doudian: breaking, clock: () => NOW }),
  ).rejects.toThrow('no answer')
  expect(await salesOf(ctx)).toHaveLength(500)
  expect(await stateOf(ctx, videoId)).toMatchObject({ orders: 500 })
  const [failed] = await write(ctx, (tx) => tx.select().from(subject).where(eq(subject.id, subjectId)))
  expect(failed).toMatchObject({
    readTo: after(-DAY - HOUR),
    failedAt: NOW,
    failureKind: 'timeout',
    failureText: 'no answer',
  })
  expect(await read(after(MINUTE))).toEqual({ orders: 1200, revisions: 700 })
  expect(await stateOf(ctx, videoId)).toMatchObject({ orders: 1200 })
  expect((await salesOf(ctx)).every(({ revision }) => revision === 0)).toBe(true)
})

test('two readers at once add each order once', async () => {
  const { ctx, itemId, read, orders } = await scene()
  for (let i = 0; i < 600; i++) orders.push(order({ itemId }))
  const both = await Promise.all([read(), read()])
  expect(both.reduce((sum, { revisions }) => sum + revisions, 0)).toBe(600)
  expect(await salesOf(ctx)).toHaveLength(600)
})

test('an answer that is older than what is known takes nothing back', async () => {
  const { ctx, itemId, subjectId, read, orders } = await scene()
  const sold = order({ itemId })
  orders.push({ ...sold, refunded: true, updatedAt: NOW.getTime() - HOUR })
  await read()
  const late = {
    shopOrders: async function* () {
      yield sold
    },
    allianceOrders: async function* () {},
  }
  expect(await readSales(ctx, { subjectId, doudian: late, clock: () => NOW })).toEqual({
    orders: 1,
    revisions: 0,
  })
  expect((await salesOf(ctx)).map(({ refunded }) => refunded)).toEqual([true])
})

test('a shop that may not ask as an MCN is read; one that may ask neither way fails and says so', async () => {
  const { ctx, itemId, subjectId, orders, doudian } = await scene()
  orders.push(order({ itemId }))
  const failing = (error: FetchError) =>
    async function* (): AsyncGenerator<OrderRow> {
      yield* await Promise.reject<OrderRow[]>(error)
    }
  const forbidden = failing(new FetchError('forbidden', 'no permission'))
  const shopOnly = { ...doudian, allianceOrders: forbidden }
  expect(await readSales(ctx, { subjectId, doudian: shopOnly, clock: () => NOW })).toEqual({
    orders: 1,
    revisions: 1,
  })
  const neither = { shopOrders: forbidden, allianceOrders: forbidden }
  await expect(
    readSales({ ...ctx, now: after(HOUR) }, { subjectId, doudian: neither, clock: () => NOW }),
  ).rejects.toThrow('no permission')
  const away = failing(new FetchError('timeout', 'no answer'))
  const shopAway = { shopOrders: away, allianceOrders: forbidden }
  await expect(readSales(ctx, { subjectId, doudian: shopAway, clock: () => NOW })).rejects.toThrow(
    'no answer',
  )
  expect(await readToOf(ctx, subjectId)).toEqual(NOW)
})

test('a batch costs a fixed number of statements', async () => {
  const { itemId, read, orders } = await scene()
  orders.push(order({ itemId }))
  const count = async (at: Date) => {
    t.statements()
    await read(at)
    return t.statements().length
  }
  const few = await count(after(0))
  for (let i = 0; i < 200; i++) orders.push(order({ itemId, updatedAt: after(2 * HOUR).getTime() }))
  expect(await count(after(2 * HOUR))).toBe(few)
})

test('orders that come of age cost a fixed number of statements: shards are locked once, in their order', async () => {
  const ripen = async (others: number) => {
    const { itemId, read, orders } = await scene()
    orders.push(order({ itemId }))
    for (let i = 0; i < others; i++) orders.push(order({ itemId: `7${i}` }))
    await read()
    t.statements()
    await read(after(6 * DAY))
    return t.statements().length
  }
  expect(await ripen(1100)).toBe(await ripen(1))
})

test('an order that turns out to be of another video counts there alone, from then on', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const other = await published(ctx, await content(ctx), { publishedAt: after(-10 * DAY) })
  const sold = order({ itemId: other.itemId })
  orders.push(sold)
  await read()
  await rollup(ctx)
  orders[0] = { ...sold, itemId, updatedAt: after(10 * MINUTE).getTime() }
  await read(after(20 * MINUTE))
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1000, orders: 1 })
  // Without it other sources may count on any of its days.
  const left = { gmvFen: null, orders: null, dirtyFrom: after(-10 * DAY) }
  expect(await stateOf(ctx, other.videoId)).toMatchObject(left)
  orders.push(order({ itemId: other.itemId, payAmountFen: 5, updatedAt: after(30 * MINUTE).getTime() }))
  await read(after(40 * MINUTE))
  expect(await stateOf(ctx, other.videoId)).toMatchObject({ gmvFen: 5, orders: 1 })
  const told = await write(ctx, (tx) => loadTold(tx, [videoId, other.videoId], after(19 * MINUTE)))
  expect([...told].map(([id, [said]]) => [id, said?.gmvFen])).toEqual([[other.videoId, 1000]])
})

test("the shop's word on an order takes it from the video that the alliance named", async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const other = await published(ctx, await content(ctx), { publishedAt: after(-10 * DAY) })
  const sold = order({ itemId: other.itemId, side: 'alliance' })
  orders.push(sold)
  await read()
  expect(await stateOf(ctx, other.videoId)).toMatchObject({ gmvFen: 1000 })
  orders.push({ ...sold, side: 'shop', itemId, updatedAt: after(10 * MINUTE).getTime() })
  await read(after(20 * MINUTE))
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1000 })
  expect(await stateOf(ctx, other.videoId)).toMatchObject({ gmvFen: null })
})

test('what is settled as of an instant stays, however late its refunds are read', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const sold = order({ itemId, paidAt: NOW.getTime() - 6 * DAY })
  orders.push(sold, order({ itemId, paidAt: NOW.getTime() - 9 * DAY, payAmountFen: 70 }))
  orders.push(order({ itemId, paidAt: NOW.getTime() - HOUR, payAmountFen: 5 }))
  await read()
  const settledAt = async (asOf: Date) =>
    (await write(ctx, (tx) => loadTold(tx, [videoId], asOf))).get(videoId)?.[0]?.settled7Fen
  const before = [await settledAt(NOW), await settledAt(after(2 * DAY))]
  orders[0] = { ...sold, refunded: true, updatedAt: after(DAY / 2).getTime() }
  await read(after(3 * DAY))
  expect(before).toEqual([70, 70])
  expect([await settledAt(NOW), await settledAt(after(2 * DAY))]).toEqual(before)
})

test('a sale is known when its answer is there, and read up to when it was asked', async () => {
  const { ctx, videoId, itemId, subjectId, orders, doudian } = await scene()
  orders.push(order({ itemId }))
  await readSales(ctx, { subjectId, doudian, clock: () => after(MINUTE) })
  const saidAt = async (asOf: Date) => (await write(ctx, (tx) => loadTold(tx, [videoId], asOf))).get(videoId)
  expect(await saidAt(after(MINUTE - 1))).toBeUndefined()
  expect(await saidAt(after(MINUTE))).toMatchObject([{ recordedAt: after(MINUTE) }])
  expect(await readToOf(ctx, subjectId)).toEqual(NOW)
})

test('a shop that never answers to the end is read to the end all the same', async () => {
  const { ctx, videoId, itemId, subjectId, orders, doudian, asked } = await scene()
  for (let i = 0; i < 1300; i++) orders.push(order({ itemId, paidAt: NOW.getTime() - (1300 - i) * HOUR }))
  const failing = breakingOff(doudian, 600)
  const read = () =>
    readSales(ctx, { batch: 500, subjectId, doudian: failing, clock: () => NOW }).catch(() => null)
  expect([await read(), await read(), await read()]).toEqual([null, null, { orders: 306, revisions: 303 }])
  // One hour before the last change that was stored, and one more that every window overlaps.
  const from = asked.filter((_, index) => index % 2 === 1).map((one) => (NOW.getTime() - one.from) / HOUR)
  expect(from).toEqual([89 * 24, 803, 306])
  expect(await stateOf(ctx, videoId)).toMatchObject({
    orders: 1300,
    settled7Fen: (1300 - 7 * 24 + 1) * 1000,
    settled14Fen: (1300 - 14 * 24 + 1) * 1000,
  })
})

test('while the alliance fails the shop is read, and nothing counts as read to the end', async () => {
  const { ctx, itemId, subjectId, orders, doudian } = await scene()
  orders.push(order({ itemId }))
  const half: typeof doudian = {
    ...doudian,
    allianceOrders: async function* () {
      yield order({ itemId, side: 'alliance' })
      throw new FetchError('timeout', 'no answer')
    },
  }
  await expect(readSales(ctx, { subjectId, doudian: half, clock: () => NOW })).rejects.toThrow('no answer')
  expect(await salesOf(ctx)).toMatchObject([{ side: 'shop' }])
  expect(await readToOf(ctx, subjectId)).toBeNull()
})

test('subjects are due when they were not read for a quarter of an hour', async () => {
  const { ctx, subjectId, read } = await scene()
  const due = async (now: Date) =>
    (await dueLedgers({ db: ctx.db, now })).filter(({ workspaceId }) => workspaceId === ctx.workspaceId)
  expect(await due(NOW)).toEqual([{ workspaceId: ctx.workspaceId, subjectId, source: 'doudian' }])
  await read()
  expect(await due(after(15 * MINUTE))).toEqual([])
  expect(await due(after(15 * MINUTE + 1))).toEqual([
    { workspaceId: ctx.workspaceId, subjectId, source: 'doudian' },
  ])
  await write(ctx, (tx) => tx.execute(sql`update account set state = 'REAUTHORISE'`))
  expect(await due(after(DAY))).toEqual([])
})

test('sales that were there before the video was published are its money from its publication on', async () => {
  const ctx = await t.tenant()
  const subjectId = await ledger(ctx, 'doudian')
  const store = shop()
  const itemId = '7499999999999999999'
  store.orders.push(order({ itemId }))
  await readSales(ctx, { subjectId, doudian: store.doudian, clock: () => NOW })
  const { videoId } = await published(ctx, await content(ctx), { itemId })
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1000, orders: 1 })
  const days = sql`select day::text from money_by_day(array[${videoId}]::bigint[], ${after(-9 * DAY).toISOString()}::timestamptz)`
  expect(await write(ctx, (tx) => rows(tx, days))).toEqual([{ day: '2026-11-10' }])
})
