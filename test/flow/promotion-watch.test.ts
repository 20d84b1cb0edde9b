/** What a look reads, what of it counts for the order, and when the next one is. */
import { eq, sql } from 'drizzle-orm'
import { expect, test, vi } from 'vitest'
import { rows } from '../../db/client.ts'
import { element } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { reviseElement } from '../../flow/element.ts'
import { promote } from '../../flow/promote.ts'
import { lockPromotion, type PromotionRow, store } from '../../flow/promotion-row.ts'
import { setPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { lessBefore } from '../../flow/promotion-watch.ts'
import { lookNow } from '../../flow/schedule.ts'
import type { OrderFigures, PromotionChannel } from '../../platforms/promotion.ts'
import { GUARD_DEFAULTS } from '../../rules/guard.ts'
import { DAY, HOUR, MINUTE, type Neighbour, type OrderSight } from '../../rules/types.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, FIGURES, looked, orderChannel, ordered, scaled } from '../support/orders.ts'
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

/** A plan that earns so much that it gets more. */
const EARNS: OrderFigures = { ...FIGURES, spendFen: 30_000, gmvFen: 3_000_000, orders: 300 }
const SCALE = {
  aim: 'SCALE',
  method: 'STANDARD_PLAN',
  hours: 240,
  amountFen: 50_000,
  orderedFen: 50_000,
  committedFen: 50_000,
} as const

/** Looks at it again and again; answers what it was asked to change, 分. */
async function asking(
  change: Partial<PromotionRow>,
  figures: OrderFigures,
  over: Partial<PromotionChannel> = {},
) {
  const ctx = await t.tenant()
  const deliveringAt = new Date(ctx.now.getTime() - 5 * HOUR)
  const { trial: row } = await ordered(ctx, await content(ctx), { ...change, deliveringAt })
  const capsFen = { ...GUARD_DEFAULTS.capsFen, ORDER: 300_000, VIDEO: 300_000 }
  await setPromotionSettings(ctx, { ...SPENDS, guard: { ...SPENDS.guard, capsFen }, by: null })
  const asked: number[] = []
  const channel = { ...orderChannel(row, figures, (byFen) => asked.push(byFen)), ...over }
  const lookAfter = async (ms: number) => {
    const now = new Date(ctx.now.getTime() + ms)
    await changed(ctx, row.id, { dueAt: now })
    const channels = { [row.method]: channel }
    await tendPromotion({ ...ctx, now }, { promotionId: row.id, channels, clock: () => now })
    return asked
  }
  const rules = async () => (await promotionsOf(ctx)).decisions.map(({ action, rule }) => `${action} ${rule}`)
  return { ctx, row, channel, asked, lookAfter, rules }
}

test.each<[OrderSight, number, number[]]>([
  ['DELIVERING', 30_000, [10_000]],
  ['FROZEN', 30_000, []],
  ['FROZEN', 50_000, []],
  ['WAITING', 30_000, []],
  // For money.
  ['WAITING', 50_000, [10_000]],
])(
  'what earns and is %s, %i of 50000 spent, gets more only where that is what it waits for',
  async (sight, spendFen, want) => {
    const { channel, lookAfter, rules } = await asking(SCALE, { ...EARNS, spendFen })
    const { order } = channel
    channel.order = async (id, planId) => ({ ...(await order(id, planId)), sight })
    expect(await lookAfter(0)).toEqual(want)
    expect((await rules()).at(-1)).toBe(want.length > 0 ? 'ADD_BUDGET EARNS' : 'HOLD STEADY')
  },
)

const NOTHING: OrderFigures = { ...FIGURES, spendFen: 0, gmvFen: 0, orders: 0 }
test.each([
  [500, null],
  [0, 'RULE'],
] as const)('one empty answer says nothing of an add that spent %i before', async (spentFen, stop) => {
  const { ctx, row, tend, now } = await running({ ...ADD, since: new Date(Date.UTC(2026, 10, 7)) })
  await looked(ctx, row.id, [{ at: new Date(now - HOUR), spentFen }])
  expect(await tend({ figures: async () => NOTHING })).toMatchObject({ stop, spentFen: 0 })
})

test.each<[number, Partial<PromotionRow>, string, string | null]>([
  [14, ADD, 'LIVE', null],
  [15, ADD, 'OVER', 'PLATFORM'],
  [14, {}, 'OVER', 'PLATFORM'],
])(
  'taken out, as the list says %i minutes after it was put in: %o',
  async (minutes, change, orderStand, stop) => {
    const { row, tend, now } = await running({
      ...change,
      since: new Date(Date.UTC(2026, 10, 11, 12) - minutes * MINUTE),
    })
    expect(now - row.since.getTime()).toBe(minutes * MINUTE)
    const seen = await orderChannel(row).order('', null)
    const order = async () => ({ ...seen, sight: 'FROZEN' as const })
    expect(await tend({ order, figures: async () => NOTHING })).toMatchObject({ orderStand, stop })
  },
)

test.each<[Partial<OrderFigures>, string]>([
  [{}, 'RUNNING'],
  [{ shows: null, clicks: null, plays: null, interactions: null }, 'RUNNING'],
  [{ spendFen: null }, 'APPROVED'],
  [{ gmvFen: null }, 'APPROVED'],
  [{ orders: null }, 'APPROVED'],
  [{ disagrees: true }, 'APPROVED'],
])('an add waits until the report says what was before: %o', async (before, state) => {
  const unsent = { state: 'APPROVED', orderStand: 'NONE', orderId: null, deliveringAt: null } as const
  const { ctx, row, tend, now } = await running({ ...ADD, ...unsent })
  await setPromotionSettings(ctx, { ...SPENDS, by: null })
  const create: PromotionChannel['create'] = async () => ({
    ...{ outcome: 'done', value: { orderId: 'named/1', adId: '17' } },
  })
  const seen = await orderChannel(row).order('', null)
  const order = async () => ({ ...seen, orderId: 'named/1' })
  const figures = async () => ({ ...FIGURES, ...before })
  const after = await tend({ orderIdOf: () => 'named/1', create, order, figures })
  expect(after).toMatchObject({ state, attempt: row.attempt + (state === 'RUNNING' ? 1 : 0), held: null })
  if (state === 'APPROVED') expect(after.dueAt?.getTime()).toBe(now + 5 * MINUTE)
})

test('a last report that says less than one before waits for a better one, then the most counts', async () => {
  const { ctx, row, now } = await running({ ...SCALE, state: 'RETIRED', orderStand: 'OVER', overAt: null })
  await looked(ctx, row.id, [
    { at: new Date(now - 2 * HOUR), spentFen: 40_000 },
    { at: new Date(now - HOUR), spentFen: null },
  ])
  const finalAfter = async (days: number, spendFen: number | null) => {
    const overAt = new Date(now - 61 * MINUTE - days * DAY)
    await changed(ctx, row.id, { overAt, finalFen: null, dueAt: ctx.now, committedFen: 50_000 })
    ctx.now = new Date(ctx.now.getTime() + 1)
    const channels = { STANDARD_PLAN: orderChannel(row, { ...NOTHING, spendFen }) }
    await tendPromotion(ctx, { promotionId: row.id, channels, clock: () => ctx.now })
    const [after] = (await promotionsOf(ctx)).promotions
    return [after?.finalFen, after?.committedFen]
  }
  expect(await finalAfter(0, 0)).toEqual([null, 50_000])
  expect(await finalAfter(6, 39_999)).toEqual([null, 50_000])
  expect(await finalAfter(7, 0)).toEqual([40_000, 40_000])
  expect(await finalAfter(7, null)).toEqual([50_000, 50_000])
  expect(await finalAfter(0, 40_000)).toEqual([40_000, 40_000])
  expect(await finalAfter(0, 41_000)).toEqual([41_000, 41_000])
})

test.each([
  ['STANDARD_PLAN', 'ADD_BUDGET', []],
  ['STANDARD_PLAN', 'CUT', []],
  ['MATERIAL_BOOST', 'ADD_BUDGET', []],
  ['SUIXINTUI_ORDER', 'ADD_BUDGET', [10_000]],
] as const)('%s, %s: what is set as a whole waits until the whole is told', async (method, call, want) => {
  const claim = '00000000-0000-4000-8000-000000000000'
  const { ctx, row, channel, asked } = await asking({ ...SCALE, method, claim }, FIGURES)
  const { order } = channel
  channel.order = async (id, planId) => ({ ...(await order(id, planId)), amountFen: null })
  const tending = { ctx, channels: { [method]: channel }, clock: () => ctx.now, claim }
  const after = await promote(tending, row, { call, amountFen: 10_000 })
  expect(asked).toEqual(want)
  const attempt = row.attempt + want.length
  expect(after).toMatchObject({ attempt, orderedFen: 50_000 + (want[0] ?? 0), changeCall: null })
  if (want.length === 0) expect(after.dueAt?.getTime()).toBe(ctx.now.getTime() + 15 * MINUTE)
})

const refused = (asked: number[]): Partial<PromotionChannel> => ({
  changeBudget: async (_, { byFen }) => {
    asked.push(byFen)
    return { outcome: 'invalid', field: 'budget', reason: '预算不能高于计划预算' }
  },
})
test.each<[string, Partial<PromotionRow>, OrderFigures, number[]]>([
  ['scaled: after an hour, and twice a day', SCALE, EARNS, [10_000, 10_000]],
  ['tried: after an hour', {}, FIGURES, [5_000, 5_000, 5_000]],
])('more money that was refused is not asked for at every look, %s', async (_, change, figures, want) => {
  const asked: number[] = []
  const { lookAfter, row, ctx } = await asking(change, figures, refused(asked))
  // In Shanghai it is eight in the evening.
  for (let minutes = 0; minutes < 180; minutes += 15) await lookAfter(minutes * MINUTE)
  expect(asked).toEqual(want)
  const [after] = (await promotionsOf(ctx)).promotions
  expect(after).toMatchObject({ orderStand: 'LIVE', orderedFen: row.orderedFen, changeCall: null })
})
