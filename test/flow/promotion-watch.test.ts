/** What a look reads, what of it counts for the order, and when the next one is. */
import { eq, sql } from 'drizzle-orm'
import { expect, test, vi } from 'vitest'
import { rows } from '../../db/client.ts'
import { element } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { reviseElement } from '../../flow/element.ts'
import { lockPromotion, type PromotionRow, store } from '../../flow/promotion-row.ts'
import { setPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { lessBefore } from '../../flow/promotion-watch.ts'
import { lookNow } from '../../flow/schedule.ts'
import type { PromotionChannel } from '../../platforms/promotion.ts'
import { DAY, HOUR, MINUTE, type Neighbour } from '../../rules/types.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, FIGURES, orderChannel, ordered, scaled } from '../support/orders.ts'
import { promotionsOf, SPENDS } from '../support/promotions.ts'

const t = testDatabase()
const WAITS = { timeout: 5_000, interval: 10 }
const ADD = {
  aim: 'SCALE',
  method: 'UNI_PLAN_ADD',
  planId: '17',
  amountFen: 0,
  orderedFen: 0,
  hours: null,
} as const

async function running(change: Partial<PromotionRow> = {}) {
  const ctx = await t.tenant()
  const { trial: row } = await ordered(ctx, await content(ctx), change)
  const tend = async (over: Partial<PromotionChannel> = {}, lookEvery?: number) => {
    const channels = { [row.method]: { ...orderChannel(row), ...over } }
    await tendPromotion(ctx, { promotionId: row.id, channels, clock: () => ctx.now, lookEvery })
    const [after] = (await promotionsOf(ctx)).promotions
    if (!after) throw new Error('it is gone')
    return after
  }
  return { ctx, row, tend, now: ctx.now.getTime() }
}

test('figures that come with the order are not asked for again', async () => {
  const { tend, row } = await running()
  const seen = await orderChannel(row).order('', null)
  const figures = { ...FIGURES, spendFen: 4_321 }
  const twice = () => Promise.reject(new Error('it is there already'))
  expect(await tend({ order: async () => ({ ...seen, figures }), figures: twice })).toMatchObject({
    spentFen: 4_321,
  })
})

test('of a report with what others did only what came since counts', async () => {
  const { spendFen, gmvFen, orders, ...rest } = FIGURES
  const { disagrees: _, ...unsaid } = rest
  const figuresBefore = { ...unsaid, spendFen: 9_000, gmvFen: null, orders: 5 }
  const left = { spendFen: 1_000, gmvFen: null, orders: 0, shows: 0, clicks: 0, plays: 0, interactions: 0 }
  expect(lessBefore(FIGURES, figuresBefore)).toEqual({ ...left, disagrees: false })
  expect(lessBefore({ ...FIGURES, spendFen: null }, figuresBefore).spendFen).toBeNull()
  expect(lessBefore(FIGURES, null)).toEqual({ spendFen, gmvFen, orders, ...rest })
  const { tend } = await running({ ...ADD, figuresBefore })
  expect(await tend()).toMatchObject({ spentFen: 1_000, gmvFen: null, orders: 0, committedFen: 0 })
})

test.each<[string, Partial<PromotionRow> & { sent?: number }, number | undefined, number]>([
  ['money that runs', {}, undefined, 15 * MINUTE],
  ['what waits for its review', { deliveringAt: null }, undefined, 15 * MINUTE],
  ['what waits for it for a day', { deliveringAt: null, sent: DAY }, undefined, HOUR],
  ['what a plan pays for', ADD, undefined, HOUR],
  ['what a plan pays for, where looks are far apart', ADD, 6 * HOUR, 6 * HOUR],
])('%s is looked at again after its time', async (_, { sent = 0, ...change }, lookEvery, wait) => {
  const { tend, row, now } = await running({ ...change, since: new Date(Date.UTC(2026, 10, 11, 12) - sent) })
  const seen = await orderChannel(row).order('', null)
  const waits = { order: async () => ({ ...seen, sight: 'WAITING' as const }) }
  expect((await tend(waits, lookEvery)).dueAt?.getTime()).toBe(now + wait)
})

const PLAN = {
  aim: 'SCALE',
  method: 'STANDARD_PLAN',
  state: 'APPROVED',
  orderStand: 'NONE',
  orderId: null,
} as const
test('what needs no plan of others is not sent beside what excludes it', async () => {
  const { ctx, row, tend, now } = await running(PLAN)
  await setPromotionSettings(ctx, { ...SPENDS, by: null })
  const [product] = await write(ctx, (tx) => tx.select().from(element).where(eq(element.kind, 'PRODUCT')))
  const attributes = { product: { shopProductId: '3620889142579355421' } }
  await reviseElement(ctx, { elementId: product?.id ?? 0, attributes })
  let asked: string | null = null
  const neighbours: Neighbour[] = []
  const surroundings: PromotionChannel['surroundings'] = async ({ productId }) => {
    asked = productId
    const rival = { rival: 'UNI_PLAN_ADD', sameVideo: false, id: '9' } as const
    neighbours.push({ ...rival, productId: neighbours.length === 0 ? productId : 'another' })
    return { places: [], neighbours: neighbours.slice(-1) }
  }
  let creates = 0
  const create: PromotionChannel['create'] = async () => {
    creates++
    return { outcome: 'done', value: { orderId: '1', adId: '1' } }
  }
  const order = async () => ({ ...(await orderChannel(row).order('', null)), orderId: '1' })
  expect(await tend({ surroundings, create, order })).toMatchObject({
    ...{ state: 'APPROVED', held: [{ kind: 'NO_PLACE', why: 'EXCLUDED' }], attempt: row.attempt },
    dueAt: new Date(now + HOUR),
  })
  expect(asked).toBe('3620889142579355421')
  expect(creates).toBe(0)
  await changed(ctx, row.id, { dueAt: ctx.now })
  expect(await tend({ surroundings, create, order })).toMatchObject({ state: 'RUNNING', held: null })
  expect(creates).toBe(1)
})

test('two orders of one video that begin at once do not wait for each other', async () => {
  const { ctx, row, tend } = await running({ deliveringAt: null })
  const boost = await scaled(ctx, row, { method: 'MATERIAL_BOOST', planId: '17', hours: 24 })
  const figures = { ...FIGURES, spendFen: 20_000, gmvFen: 2_000_000, orders: 200 }
  let looked: Promise<PromotionRow> | null = null
  await write(ctx, async (tx) => {
    // As far as a look at the boost is when it goes to its shard: the trial proposes the same meanwhile, and waits for it.
    await store(tx, await lockPromotion(tx, boost.id), { spentFen: 1 })
    looked = tend({ figures: async () => figures })
    await vi.waitFor(async () => {
      const waiting = await rows<{ pid: number }>(
        t.database.db,
        sql`select pid from pg_locks join pg_stat_activity using (pid)
          where datname = current_database() and locktype = 'transactionid' and not granted`,
      )
      expect(waiting).toHaveLength(1)
    }, WAITS)
    await lookNow(tx, boost.videoId, ctx.now)
  })
  await looked
  const { promotions } = await promotionsOf(ctx)
  expect(promotions.map(({ aim, state }) => [aim, state])).toEqual([
    ['TRIAL', 'PASSED'],
    ['SCALE', 'RUNNING'],
  ])
})
