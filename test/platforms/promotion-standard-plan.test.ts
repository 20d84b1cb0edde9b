/** 标准投放 as a way to promote: one plan, one video, one amount for all of its days. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PromotionOrder } from '../../platforms/promotion.ts'
import { createStandardPlanChannel } from '../../platforms/promotion-standard-plan.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
import { CAPABILITIES } from '../../rules/capability.ts'
import { LEASE_MS } from '../../rules/promotion.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { promotionOn, START, saying, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11, hitShare: 0.3 })
const stage = stageOf(world, START + 4 * DAY + 10 * HOUR, { tokenLifeS: 1e9 })
const BASE = '/open_api/v1.0/qianchuan/ad/'
const now = () => stage.now
const advertiserId = () => stage.simulator.advertiserId
const channel = () =>
  createStandardPlanChannel({ oceanengine: stage.oceanengine(), advertiserId: advertiserId(), now })
const [hit] = world.videos.filter(
  ({ nature, publishedAt }) => nature === 'hit' && publishedAt < START + 3 * DAY,
)
const order = (change: Partial<PromotionOrder> = {}) =>
  promotionOn(world, hit, { hours: 24, title: '好用的面霜推荐给你', ...change })
const made = (orderId: string) => ({ ...order(), orderId })
async function sent(name: string, change: Partial<PromotionOrder> = {}) {
  const own = channel()
  const written = await own.create(order({ name, ...change }), stage.now)
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written))
  const { orderId } = written.value
  const createdAt = stage.now
  const figures = () => own.figures({ orderId, adId: orderId, createdAt, planId: null }, stage.now)
  return { own, orderId, figures, sight: async () => (await own.order(orderId, null)).sight }
}
async function truthOf(orderId: string) {
  const { plans } = (await stage.truth()) as unknown as {
    plans: { adId: string; figures: Record<string, number> }[]
  }
  return plans.find(({ adId }) => adId === orderId)?.figures ?? {}
}

test('a plan is reviewed, spends its amount until the end of its last day, and reports what the platform booked', async () => {
  const from = stage.now
  const { own, orderId, figures, sight } = await sent('seedbed plan')
  expect(await own.order(orderId, null)).toMatchObject({
    ...{ sight: 'WAITING', name: 'seedbed plan', itemId: null, amountFen: 50_000, adId: orderId },
    ...{ createdAt: from, added: { addedFen: null, count: null } },
  })
  expect(await figures()).toMatchObject({ spendFen: 0, orders: 0, shows: 0, interactions: 0 })
  stage.now += HOUR
  expect(await sight()).toBe('DELIVERING')
  // Made at ten in the morning for a day: the next day ends 38 hours later.
  stage.now = from + 38 * HOUR - 1000
  expect(await sight()).toBe('DELIVERING')
  const before = await figures()
  stage.now = from + 38 * HOUR
  expect(await sight()).toBe('ENDED')
  stage.now += 5 * DAY
  const truth = await truthOf(orderId)
  const { likes = 0, comments = 0, shares = 0 } = truth
  const { spendFen, gmvFen, orders, shows, clicks, plays } = truth
  expect(await figures()).toEqual({
    ...{ spendFen, gmvFen, orders, shows, clicks, plays, interactions: likes + comments + shares },
    disagrees: false,
  })
  expect(spendFen).toBe(46_000)
  stage.simulator.faults.add([{ kind: 'doubled', probability: 1 }])
  expect(await figures()).toMatchObject({ spendFen, gmvFen, orders, shows, clicks, plays })
  stage.simulator.faults.clear()
  expect(before.spendFen).toBeGreaterThan(45_990)
  // The list names no video; another process finds the plan by its name.
  const window = { from, to: from + MINUTE }
  expect(await channel().orders(window, null)).toEqual({
    orders: [
      {
        ...{ orderId, accountId: advertiserId(), itemId: null, amountFen: 50_000 },
        ...{ hours: null, name: 'seedbed plan', createdAt: from },
      },
    ],
    unread: [],
  })
  expect((await channel().orders({ from: from + MINUTE, to: stage.now }, null)).orders).toEqual([])
  expect(await own.changeBudget(made(orderId), { byFen: 1, toFen: 60_000 }, stage.now)).toMatchObject({
    outcome: 'refused',
    error: { message: '计划已结束' },
  })
})

test('more and less money is spread over what is left of its days, never below what is spent; a pause ends it', async () => {
  const { own, orderId, figures, sight } = await sent('seedbed change', { amountFen: 100_000 })
  stage.now += 12 * HOUR
  const change = (toFen: number) => own.changeBudget(made(orderId), { byFen: 0, toFen }, stage.now)
  const spent = async () => (await figures()).spendFen ?? 0
  const [half] = [await spent()]
  for (const toFen of [200_000, 200_000])
    expect(await change(toFen)).toEqual({ outcome: 'done', value: null })
  expect(await own.order(orderId, null)).toMatchObject({ amountFen: 200_000 })
  stage.now += HOUR
  expect(await spent()).toBeGreaterThan(half + 1.5 * (half / 12))
  for (const [toFen, message] of [
    [29_900, '预算不能低于300元'],
    [(await spent()) - 1, '预算不能低于已消耗'],
  ] as const)
    expect(await change(toFen)).toMatchObject({ outcome: 'refused', error: { message } })
  expect(await change(60_000)).toMatchObject({ outcome: 'done' })
  expect(await own.terminate(made(orderId), stage.now)).toEqual({
    ...{ outcome: 'done', value: { terminated: true } },
  })
  expect(await sight()).toBe('FROZEN')
  const then = await spent()
  stage.now += HOUR
  expect(await spent()).toBe(then)
  stage.now += 3 * DAY
  expect(await sight()).toBe('ENDED')
  expect(await spent()).toBe(then)
  const writes = createQianchuanPlanWrites(stage.oceanengine())
  await writes.setStatus('STANDARD', advertiserId(), [orderId], 'DELETE')
  expect([await sight(), await spent()]).toEqual(['ENDED', then])
  await expect(own.order('123', null)).rejects.toMatchObject({ kind: 'not_found' })
})

test('what nobody answered for is unknown and found by its name; a name that is taken is its own plan', async () => {
  const from = stage.now
  stage.simulator.faults.add([{ kind: 'cut_after', times: 1, path: `${BASE}create/` }])
  expect(await channel().create(order({ name: 'seedbed lost' }), stage.now)).toMatchObject({
    outcome: 'unknown',
  })
  const found = (await channel().orders({ from, to: stage.now }, null)).orders
  expect(found).toMatchObject([{ name: 'seedbed lost', amountFen: 50_000 }])
  const orderId = found[0]?.orderId ?? ''
  const own = channel()
  expect(await own.create(order({ name: 'seedbed lost' }), stage.now)).toEqual({
    ...{ outcome: 'done', value: { orderId, adId: orderId } },
  })
  expect(await own.order(orderId, null)).toMatchObject({ name: 'seedbed lost' })
  // Refused for anything else, and nothing of ours there.
  expect(await own.create(order({ name: 'x', itemId: '7' }), stage.now)).toMatchObject({
    outcome: 'refused',
    error: { code: 40501 },
  })
  // As long as the list leaves a plan out, it may be that one.
  const hides = { fail_list: [7], list: [], page_info: { total_page: 1 } }
  const answers = [
    { code: 40001, message: 'name: taken', data: {} },
    { code: 0, message: 'OK', data: hides },
  ]
  const blind = createStandardPlanChannel({
    oceanengine: stage.oceanengine({ fetch: async () => new Response(JSON.stringify(answers.shift())) }),
    ...{ advertiserId: '1', now },
  })
  expect(await blind.create(order(), stage.now)).toMatchObject({ outcome: 'unknown' })
  answers.push({ code: 0, message: 'OK', data: hides })
  expect(await blind.orders({ from: 0, to: stage.now }, null)).toEqual({ orders: [], unread: ['7'] })
  for (const path of ['budget/update/', 'status/update/'] as const) {
    stage.simulator.faults.add([{ kind: 'cut_after', times: 1, path: `${BASE}${path}` }])
    const written =
      path === 'budget/update/'
        ? own.changeBudget(made(orderId), { byFen: 0, toFen: 60_000 }, stage.now)
        : own.terminate(made(orderId), stage.now)
    expect(await written).toMatchObject({ outcome: 'unknown' })
  }
  expect(await own.order(orderId, null)).toMatchObject({ sight: 'FROZEN', amountFen: 60_000 })
})

test('nothing is sent too late, or without what the plan cannot go without', async () => {
  const before = stage.calls(`${BASE}create/`)
  expect(await channel().create(order(), stage.now - 1)).toMatchObject({ error: { kind: 'quota' } })
  for (const [field, change] of [
    ['productId', { productId: null }],
    ['title', { title: null }],
    ['to', { hours: null }],
    ['budgetFen', { amountFen: 10_000 }],
  ] as const)
    expect(await channel().create(order(change), stage.now)).toMatchObject({ outcome: 'invalid', field })
  expect(stage.calls(`${BASE}create/`)).toBe(before)
})

test('ROI bidding, and a daily plan that somebody made by hand: what it may spend in all is not told', async () => {
  stage.now += MINUTE
  const { own, orderId } = await sent('seedbed roi', {
    goal: 'PAY_ROI',
    bid: { by: 'ROI', cpaFen: null, roiGoal: 1.5 },
  })
  const plans = createQianchuanPlans(stage.oceanengine())
  const [roi] = (await plans.standard({ advertiserId: advertiserId(), ids: [orderId] })).plans
  expect(roi).toMatchObject({ smartBid: 'SMART_BID_CUSTOM', roiGoal: 1.5, budgetFen: 50_000 })
  const ids = { advertiser_id: advertiserId(), product_ids: [order().productId], aweme_id: order().awemeId }
  await fetch(`${stage.simulator.url}${BASE}create/`, {
    method: 'POST',
    headers: { 'access-token': stage.simulator.tokens.current().accessToken },
    body: JSON.stringify({
      ...{ ...ids, name: '手工', marketing_goal: 'VIDEO_PROM_GOODS' },
      delivery_setting: {
        ...{ budget: 300, smart_bid_type: 'SMART_BID_CONSERVATIVE', budget_mode: 'BUDGET_MODE_DAY' },
        external_action: 'AD_CONVERT_TYPE_SHOPPING',
      },
      creative_list: [{ image_mode: 'VIDEO_VERTICAL', video_material: { aweme_item_id: order().itemId } }],
    }),
  })
  const { orders } = await own.orders({ from: stage.now, to: stage.now }, null)
  expect(orders.map(({ name, amountFen }) => [name, amountFen])).toEqual([
    ['seedbed roi', 50_000],
    ['手工', null],
  ])
  const daily = orders[1]?.orderId ?? ''
  stage.now += 3 * DAY
  expect(await own.order(daily, null)).toMatchObject({ sight: 'DELIVERING' })
})

test('全域 plans of the product exclude it, also those whose budget of the day is used up; paused ones do not', async () => {
  const around = async () => (await channel().surroundings?.(order()))?.neighbours ?? []
  const { advertiserId: account } = stage.simulator
  const plans = createQianchuanPlans(stage.oceanengine())
  const uni = await plans.uni({ advertiserId: account, from: stage.now - DAY, to: stage.now })
  const carrying = uni.filter(({ productIds }) => productIds.includes(order().productId ?? ''))
  const own = ({ productId }: { productId: string | null }) => productId === order().productId
  expect((await around()).filter(own)).toEqual(
    carrying.map(({ adId: id }) => ({
      ...{ rival: 'UNI_PLAN_ADD', productId: order().productId, sameVideo: false, id },
    })),
  )
  expect(carrying.length).toBeGreaterThan(0)
  const writes = createQianchuanPlanWrites(stage.oceanengine())
  await writes.setStatus(
    'UNI',
    account,
    uni.map(({ adId }) => adId),
    'DISABLE',
  )
  expect(await around()).toEqual([])
})

const told = (change: object) =>
  createStandardPlanChannel({
    oceanengine: stage.oceanengine(
      saying({
        code: 0,
        message: 'OK',
        data: {
          list: [
            {
              ...{ ad_id: 5, name: 'seedbed', opt_status: 'ENABLE', status: 'DELIVERY_OK' },
              delivery_setting: { budget: 300, budget_mode: 'BUDGET_MODE_TOTAL', end_time: '2026-06-05' },
              ...change,
            },
          ],
          page_info: { total_page: 1 },
        },
      }),
    ),
    ...{ advertiserId: '1', now: () => Date.parse('2026-06-05T20:00:00+08:00') },
  })
const until = (end_time: string | null) => ({
  delivery_setting: { budget: 300, budget_mode: 'BUDGET_MODE_TOTAL', end_time },
})
test.each([
  ['it delivers', {}, 'DELIVERING'],
  ['its budget nearly used up', { status: 'PRE_OFFLINE_BUDGET' }, 'DELIVERING'],
  ['a word that nobody knows', { status: 'SOMETHING' }, 'DELIVERING'],
  ['that word after its end', { status: 'SOMETHING', ...until('2026-06-04') }, 'ENDED'],
  ['delivering after its end', until('2026-06-04'), 'DELIVERING'],
  ['its last day told as midnight', { status: 'OFFLINE_BUDGET', ...until('2026-06-05 00:00:00') }, 'WAITING'],
  ['its end told as an instant', { status: 'OFFLINE_BUDGET', ...until('2026-06-05 19:59:59') }, 'ENDED'],
  ['an end that nobody can read', { status: 'OFFLINE_BUDGET', ...until('长期') }, 'WAITING'],
  ['a 全域 plan took over', { status: 'ROI2_DISABLE' }, 'WAITING'],
  ['paused, and the platform is not so far', { opt_status: 'DISABLE' }, 'FROZEN'],
  ['paused, after its end', { opt_status: 'DISABLE', ...until('2026-06-04') }, 'ENDED'],
  ['ended for good', { status: 'FROZEN' }, 'FROZEN'],
  ['refused by the review', { status: 'OFFLINE_AUDIT' }, 'REJECTED'],
  ['refused, and paused since', { opt_status: 'DISABLE', status: 'OFFLINE_AUDIT' }, 'FROZEN'],
  ['refused, after its end', { status: 'OFFLINE_AUDIT', ...until('2026-06-04') }, 'ENDED'],
  ['deleted', { opt_status: 'DELETE', status: 'DELETE' }, 'ENDED'],
  ['done', { status: 'TIME_DONE' }, 'ENDED'],
])('%s', async (_, change, sight) => {
  // Who mends what the review refused has it deliver again.
  expect(await told(change).order('5', null)).toMatchObject({ sight, resumes: sight === 'REJECTED' })
})

test('its last day ends within a day of its hours, whenever it was claimed; they are never cut by more than a claim', async () => {
  const { min, max, step } = CAPABILITIES.STANDARD_PLAN.hours as { min: number; max: number; step: number }
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2 * DAY - 1 }),
      fc.integer({ min: 0, max: LEASE_MS / 2 }),
      fc.integer({ min: min / step, max: max / step }),
      async (into, late, days) => {
        const claimedAt = START + into
        let body = { delivery_setting: { start_time: '', end_time: '' } }
        const fetched = async (_: unknown, init?: RequestInit) => {
          body = JSON.parse(String(init?.body))
          return new Response('{"code":0,"message":"OK","data":{"ad_id":5}}')
        }
        const own = createStandardPlanChannel({
          oceanengine: stage.oceanengine({ fetch: fetched as typeof fetch, now: () => claimedAt + late }),
          ...{ advertiserId: '1', now: () => claimedAt + late },
        })
        await own.create(order({ hours: days * step }), claimedAt + LEASE_MS / 2)
        const midnight = (day: string) => Date.parse(`${day}T00:00:00+08:00`)
        const { start_time, end_time } = body.delivery_setting
        const ends = midnight(end_time) + DAY
        expect(ends).toBeLessThanOrEqual(claimedAt + days * step * HOUR + DAY)
        expect(ends).toBeGreaterThan(claimedAt + days * step * HOUR - LEASE_MS)
        // Not over when the call arrives, and begun soon after.
        expect(midnight(start_time) + DAY).toBeGreaterThan(claimedAt + LEASE_MS)
        expect(midnight(start_time)).toBeLessThanOrEqual(claimedAt + late + LEASE_MS)
      },
    ),
    { numRuns: 200 },
  )
})
