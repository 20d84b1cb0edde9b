/** Money that is kept by day is the money of all orders: compared with migration 27, which made it of them every time. */
import { readFile } from 'node:fs/promises'
import { eq, inArray, sql } from 'drizzle-orm'
import fc from 'fast-check'
import postgres from 'postgres'
import { beforeAll, expect, test } from 'vitest'
import { rows, type Tx } from '../../db/client.ts'
import { saleDay, subject, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { moveReadTo } from '../../flow/ledger.ts'
import { type ReadSales, readSales } from '../../flow/sales.ts'
import type { OrderRow } from '../../platforms/doudian.ts'
import { FetchError } from '../../platforms/errors.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { content, ledger, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
const MIGRATION = new URL('../../db/migrations/20261122000027_money/migration.sql', import.meta.url)

beforeAll(async () => {
  const text = await readFile(MIGRATION, 'utf8')
  const made = /create function told_by_day\([\s\S]*?\$\$;/.exec(text)?.[0] ?? ''
  const owner = postgres(t.ownerUrl, { max: 1, onnotice: () => {} })
  await owner.unsafe(made.replace('told_by_day', 'told_of_all'))
  await owner.unsafe('grant execute on function told_of_all to seedbed_app')
  await owner.end()
})

/** What one answer of the platform says of one order. */
interface Word {
  side: OrderRow['side']
  order: number
  /** Two of the brand's videos, and one that nobody planned. */
  item: 0 | 1 | 2
  pay: number
  settled: number | null
  status: OrderRow['status']
  refunded: boolean
  /** Hours before NOW. */
  paid: number
  /** Hours after the payment; null: the platform does not date it. */
  changed: number | null
}
interface Reading {
  /** Of two shops. */
  shop: 0 | 1
  words: Word[]
  /** Hours since the one before. */
  wait: number
  batch: number
  /** The shop breaks off after so many orders; null: it answers to the end. */
  cut: number | null
}

const word = fc.record({
  side: fc.constantFrom('shop' as const, 'alliance' as const),
  order: fc.nat(6),
  item: fc.constantFrom(0 as const, 0 as const, 1 as const, 2 as const),
  pay: fc.nat(1000),
  settled: fc.option(fc.nat(1000), { nil: null }),
  status: fc.constantFrom('PAID' as const, 'SHIPPED' as const, 'CANCELED' as const, 'REFUNDED' as const),
  refunded: fc.boolean(),
  // Around the days that are 7 and 14 old.
  paid: fc.oneof(fc.integer({ min: 140, max: 190 }), fc.integer({ min: 310, max: 360 }), fc.nat(400)),
  changed: fc.option(fc.nat(400), { nil: null }),
})
const story = fc.array(
  fc.record({
    shop: fc.constantFrom(0 as const, 1 as const),
    words: fc.array(word, { maxLength: 6 }),
    wait: fc.nat(100),
    batch: fc.integer({ min: 1, max: 4 }),
    cut: fc.option(fc.nat(3), { nil: null }),
  }),
  { minLength: 1, maxLength: 6 },
)

function answering({ items, key }: Scene, { words, cut }: Reading): ReadSales['doudian'] {
  const said = words.map(({ order, item, pay, settled, paid, changed, ...rest }): OrderRow => {
    const paidAt = NOW.getTime() - paid * HOUR
    return {
      ...rest,
      ...{ orderId: `${key} ${order}`, itemId: items[item] as string, kolAccountId: null, productId: null },
      ...{ payAmountFen: pay, settledFen: settled, quality: 'ok', doubt: null },
      ...{ paidAt, updatedAt: changed === null ? null : paidAt + changed * HOUR },
    }
  })
  const of = (side: OrderRow['side']) => said.filter((order) => order.side === side)
  return {
    allianceOrders: async function* () {
      yield* of('alliance')
    },
    shopOrders: async function* () {
      yield* of('shop').slice(0, cut ?? words.length)
      if (cut !== null) throw new FetchError('timeout', 'no answer')
    },
  }
}

const told = (tx: Tx, name: 'told_by_day' | 'told_of_all', ids: number[], asOf: Date | null) =>
  rows<Record<string, unknown>>(
    tx,
    sql`select * from ${sql.raw(name)}(array[${sql.join(ids, sql`, `)}]::bigint[], ${asOf?.toISOString() ?? null}::timestamptz)
      order by video_id, day`,
  )

interface Scene {
  ctx: Context
  /** Of orders that are of this story alone. */
  key: string
  shops: number[]
  items: string[]
  ids: number[]
}

async function workspace(zone: string) {
  const ctx = await t.tenant()
  await write(ctx, (tx) => tx.execute(sql`update workspace set zone = ${zone}`))
  return {
    ctx,
    matrix: await content(ctx),
    shops: [await ledger(ctx, 'doudian'), await ledger(ctx, 'doudian')],
  }
}

/** Two videos and two shops that nobody has read. */
async function scene({ ctx, matrix, shops }: Awaited<ReturnType<typeof workspace>>): Promise<Scene> {
  const publishedAt = new Date(NOW.getTime() - 20 * DAY)
  const [one, other] = [
    await published(ctx, matrix, { publishedAt }),
    await published(ctx, matrix, { publishedAt }),
  ]
  await write(ctx, (tx) => tx.update(subject).set({ readTo: null }))
  const items = [one.itemId, other.itemId, `${one.itemId}0`]
  return { ctx, key: unique('order'), shops, items, ids: [one.videoId, other.videoId] }
}

test('whatever orders do, by day is what all of them say, of now and as of any instant', async () => {
  const workspaces = [
    await workspace('Asia/Shanghai'),
    await workspace('America/New_York'),
    await workspace('America/Havana'),
  ]
  await fc.assert(
    fc.asyncProperty(story, fc.constantFrom(...workspaces), async (readings, where) => {
      const stage = await scene(where)
      const { ctx, shops, ids } = stage
      let at = NOW.getTime()
      const instants: Date[] = []
      for (const reading of readings) {
        at += reading.wait * HOUR
        const now = new Date(at)
        instants.push(now)
        const { shop, batch } = reading
        const input = { subjectId: shops[shop] as number, doudian: answering(stage, reading), batch }
        await readSales({ ...ctx, now }, { ...input, clock: () => now }).catch((error) => {
          if (error.name !== 'FetchError') throw error
        })
        await write(ctx, async (tx) => {
          const all = await told(tx, 'told_of_all', ids, null)
          expect(await told(tx, 'told_by_day', ids, null)).toEqual(all)
          expect(await totals(tx, ids)).toEqual(summed(ids, all))
        })
      }
      await write(ctx, async (tx) => {
        for (const instant of instants) {
          expect(await told(tx, 'told_by_day', ids, instant)).toEqual(
            await told(tx, 'told_of_all', ids, instant),
          )
        }
      })
    }),
    { numRuns: 80 },
  )
})

const MONEY = ['gmv_fen', 'orders', 'settled7_fen', 'settled14_fen'] as const

/** What video_state says, by video. */
async function totals(tx: Tx, ids: number[]) {
  const states = await tx
    .select()
    .from(videoState)
    .where(inArray(videoState.videoId, ids))
    .orderBy(videoState.videoId)
  return states.map((state) => [
    state.videoId,
    ...[state.gmvFen, state.orders, state.settled7Fen, state.settled14Fen],
  ])
}

function summed(ids: number[], days: Record<string, unknown>[]) {
  return ids
    .toSorted((a, b) => a - b)
    .map((videoId) => {
      const of = days.filter((day) => Number(day.video_id) === videoId)
      const sums = MONEY.map((name) => {
        const known = of.flatMap((day) => (day[name] === null ? [] : [Number(day[name])]))
        return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
      })
      return [videoId, ...sums]
    })
}

test('a day that is part old enough is settled in part, order by order', async () => {
  const stage = await scene(await workspace('Asia/Shanghai'))
  const { ctx, shops, ids } = stage
  const paid = [170, 168.5, 167.5].map((hours) => ({ hours, pay: 1 + Math.round(hours) }))
  const words = paid.map(({ hours, pay }, order): Word => {
    const rest = {
      side: 'shop' as const,
      status: 'PAID' as const,
      refunded: false,
      settled: null,
      changed: 0,
    }
    return { ...rest, order, item: 0, pay, paid: hours }
  })
  const doudian = answering(stage, { shop: 0, words, wait: 0, batch: 9, cut: null })
  await readSales(ctx, { subjectId: shops[0] as number, doudian, clock: () => NOW })
  const [state] = await write(ctx, (tx) =>
    tx
      .select()
      .from(videoState)
      .where(eq(videoState.videoId, ids[0] as number)),
  )
  expect(state).toMatchObject({ orders: 3, settled7Fen: 171 + 170 })
})

test('orders of one day are one row, and what moved away leaves none', async () => {
  const stage = await scene(await workspace('Asia/Shanghai'))
  const { ctx, shops, items } = stage
  const first: Word = {
    ...{ side: 'alliance', order: 0, item: 0, pay: 5, settled: null, status: 'PAID', refunded: false },
    ...{ paid: 1, changed: 0 },
  }
  const read = (words: Word[]) =>
    readSales(ctx, {
      subjectId: shops[0] as number,
      doudian: answering(stage, { shop: 0, words, wait: 0, batch: 9, cut: null }),
      clock: () => NOW,
    })
  const days = () => write(ctx, (tx) => tx.select().from(saleDay))
  await read([first, { ...first, order: 1, paid: 2 }])
  expect(await days()).toMatchObject([{ itemId: items[0], orders: 2, gmvFen: 10 }])
  await read([
    { ...first, item: 1, changed: 1 },
    { ...first, side: 'shop', order: 1, item: 1, pay: 7 },
  ])
  expect(await days()).toMatchObject([{ itemId: items[1], orders: 2, gmvFen: 12 }])
})

test("the alliance's word on an order that the shop names is kept and makes no money anew", async () => {
  const stage = await scene(await workspace('Asia/Shanghai'))
  const { ctx, shops } = stage
  const sold: Word = {
    ...{ side: 'shop', order: 0, item: 0, pay: 5, settled: null, status: 'PAID', refunded: false },
    ...{ paid: 1, changed: 0 },
  }
  const subjectId = shops[0] as number
  const read = (word: Word) => {
    const doudian = answering(stage, { shop: 0, words: [word], wait: 0, batch: 9, cut: null })
    return readSales(ctx, { subjectId, doudian, clock: () => NOW })
  }
  await read(sold)
  await write(ctx, (tx) => moveReadTo(tx, subjectId, NOW))
  t.statements()
  expect(await read({ ...sold, side: 'alliance', settled: 3 })).toEqual({ orders: 1, revisions: 1 })
  expect(t.statements().filter((text) => text.includes('update video_state'))).toEqual([])
  const [row] = await write(ctx, (tx) => tx.select().from(subject).where(eq(subject.id, subjectId)))
  expect(row?.readTo).toEqual(NOW)
})
