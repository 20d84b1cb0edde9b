/** 千川 as a way to promote: a video into a 全域 plan, and 追投 on it. */
import { beforeAll, expect, test } from 'vitest'
import type { PromotionOrder } from '../../platforms/promotion.ts'
import { createBoostChannel } from '../../platforms/promotion-boost.ts'
import { createPlanAddChannel } from '../../platforms/promotion-plan-add.ts'
import { rivals } from '../../platforms/promotion-qianchuan.ts'
import { createQianchuanMaterials } from '../../platforms/qianchuan-material.ts'
import { createQianchuanPlans, type Plan } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { promotionOn, START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11, hitShare: 0.3 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const TASK = '/open_api/v1.0/qianchuan/uni_promotion/ad/control_task/'
const setup = () => ({
  oceanengine: stage.oceanengine(),
  advertiserId: stage.simulator.advertiserId,
  now: () => stage.now,
})
const adds = () => createPlanAddChannel(setup())
const boosts = () => createBoostChannel(setup())
const hits = world.videos.filter(
  ({ nature, publishedAt }) => nature === 'hit' && publishedAt < START + 3 * DAY,
)
/** The first one that the review lets pass. */
const hit = hits[0]
let planId = ''
const order = (change: Partial<PromotionOrder> = {}) => promotionOn(world, hit, { planId, ...change })
const made = (orderId: string) => ({ ...order(), orderId })
async function sent(change: Partial<PromotionOrder> = {}): Promise<string> {
  const written = await boosts().create(order(change), stage.now)
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written))
  return written.value.orderId
}

beforeAll(async () => {
  const plans = await createQianchuanPlans(stage.oceanengine()).uni({
    ...{ advertiserId: stage.simulator.advertiserId, from: stage.now - DAY, to: stage.now },
  })
  planId = plans[0]?.adId ?? ''
})

test('a video goes into a plan, is seen once it spends, and is taken out: each said twice is said once', async () => {
  const video = { ...order(), productId: order().productId }
  expect((await adds().surroundings?.(video))?.places[0]).toMatchObject({
    planId,
    running: true,
    video: 'OUT',
  })
  const written = await adds().create(order({ amountFen: 0, hours: null }), stage.now)
  expect(await adds().create(order({ amountFen: 0, hours: null }), stage.now)).toEqual(written)
  const orderId = `seedbed 1/${order().itemId}`
  expect(written).toEqual({ outcome: 'done', value: { orderId, adId: planId } })
  expect(adds().orderIdOf?.(order())).toBe(orderId)
  expect(await adds().order(orderId, planId)).toMatchObject({ sight: 'WAITING', amountFen: 0 })
  stage.now += 2 * HOUR
  const seen = await adds().order(orderId, planId)
  expect(seen).toMatchObject({ sight: 'DELIVERING', itemId: order().itemId, adId: planId })
  const question = { orderId, adId: seen.adId, createdAt: stage.now - 2 * HOUR, planId }
  const figures = await adds().figures(question, stage.now)
  expect(figures).toMatchObject({ disagrees: false, plays: null })
  expect(figures.spendFen).toBeGreaterThan(0)
  expect((await adds().surroundings?.(video))?.places[0]).toMatchObject({ video: 'IN' })
  expect(await adds().orders({ from: 0, to: stage.now }, null)).toEqual({ orders: [], unread: [] })
  expect(await adds().changeBudget(made(orderId), { byFen: 1, toFen: 1 }, stage.now)).toMatchObject({
    outcome: 'invalid',
  })
  const ended = { outcome: 'done', value: { terminated: true } }
  expect(await adds().terminate(made(orderId), stage.now)).toEqual(ended)
  expect(await adds().terminate(made(orderId), stage.now)).toEqual(ended)
  expect(await adds().order(orderId, planId)).toMatchObject({ sight: 'FROZEN' })
  const spent = async () => (await adds().figures(question, stage.now)).spendFen
  const then = await spent()
  stage.now += HOUR
  expect(await spent()).toBe(then)
  // It may be put in again.
  expect(await adds().create(order({ name: 'seedbed 2' }), stage.now)).toMatchObject({ outcome: 'done' })
  stage.now += 2 * HOUR
  expect(await adds().order(`seedbed 2/${order().itemId}`, planId)).toMatchObject({ sight: 'DELIVERING' })
})

test('a task is found by our name, given more and less, and paused for good', async () => {
  const from = stage.now
  const orderId = await sent({ name: 'seedbed boost' })
  stage.now += HOUR
  expect(await boosts().order(orderId, planId)).toMatchObject({
    ...{ sight: 'DELIVERING', itemId: order().itemId, amountFen: 50_000, hours: 2, adId: planId },
    added: { addedFen: null, count: null },
  })
  const window = { from, to: stage.now }
  for (const plan of [planId, null])
    expect((await boosts().orders(window, plan)).orders).toMatchObject([{ orderId, name: 'seedbed boost' }])
  expect((await boosts().orders({ from: from + MINUTE, to: stage.now }, planId)).orders).toEqual([])
  expect(await boosts().order(orderId, null)).toMatchObject({ orderId })
  const change = (toFen: number) => boosts().changeBudget(made(orderId), { byFen: 0, toFen }, stage.now)
  expect(await change(80_000)).toEqual({ outcome: 'done', value: null })
  expect(await change(80_000)).toEqual({ outcome: 'done', value: null })
  expect(await change(300_001)).toMatchObject({
    outcome: 'refused',
    error: { message: '预算不能高于计划预算' },
  })
  expect(await change(10_000)).toMatchObject({ outcome: 'refused', error: { message: '预算不能低于已消耗' } })
  stage.now += HOUR / 2
  // 250 yuan in the first hour, half of what was left of 800 in half of the time that was left.
  const question = { orderId, adId: planId, createdAt: from, planId }
  expect((await boosts().figures(question, stage.now)).spendFen).toBe(25_000 + 27_500)
  expect(await boosts().terminate(made(orderId), stage.now)).toMatchObject({ value: { terminated: true } })
  expect(await boosts().terminate(made(orderId), stage.now)).toMatchObject({ outcome: 'refused' })
  stage.now += HOUR
  expect(await boosts().figures(question, stage.now)).toMatchObject({ spendFen: 52_500, disagrees: false })
  expect((await boosts().figures(question, stage.now)).clicks).toBeGreaterThan(0)
  await expect(boosts().order('123', planId)).rejects.toMatchObject({ kind: 'not_found' })
  // One read says how it stands and what it did, as long as all that it did is in it.
  const reads = stage.calls(`${TASK}list/`)
  const { figures } = await boosts().order(orderId, planId)
  expect(stage.calls(`${TASK}list/`)).toBe(reads + 1)
  expect(figures).toEqual(await boosts().figures(question, stage.now))
  const then = stage.now
  stage.now = from + 31 * DAY
  expect((await boosts().order(orderId, planId)).figures).toBeUndefined()
  stage.now = then
})

test('what nobody answered for is unknown, and an answer that leaves the task out says nothing', async () => {
  const orderId = await sent({ name: 'seedbed lost' })
  for (const path of ['budget/update/', 'status/update/'] as const) {
    const send = () =>
      path === 'budget/update/'
        ? boosts().changeBudget(made(orderId), { byFen: 0, toFen: 60_000 }, stage.now)
        : boosts().terminate(made(orderId), stage.now)
    stage.simulator.faults.add([{ kind: 'cut_after', times: 1, path: `${TASK}${path}` }])
    expect(await send()).toMatchObject({ outcome: 'unknown' })
  }
  expect(await boosts().order(orderId, planId)).toMatchObject({ sight: 'FROZEN' })
  expect((await boosts().order(orderId, planId)).amountFen).toBe(60_000)
})

test('nothing is sent when its time is over, or when the material cannot be told', async () => {
  const before = stage.calls(`${TASK}create/`)
  expect(await boosts().create(order(), stage.now - 1)).toMatchObject({ error: { kind: 'quota' } })
  const video = '/open_api/v1.0/qianchuan/file/video/aweme/get/'
  stage.simulator.faults.add([{ kind: 'http_500', probability: 1, path: video }])
  expect(await boosts().create(order(), stage.now)).toMatchObject({
    outcome: 'refused',
    error: { kind: 'quota' },
  })
  stage.simulator.faults.clear()
  expect(await boosts().create(order({ itemId: '7' }), stage.now)).toMatchObject({ field: 'itemId' })
  expect(stage.calls(`${TASK}create/`)).toBe(before)
})

test('a video that the review refused is seen as refused, and a standard plan of the product as a rival', async () => {
  const { advertiserId } = stage.simulator
  const { productId } = order()
  const scale = createQianchuanScale(stage.oceanengine())
  for (const { itemId } of world.videos.slice(0, 40))
    await scale.addVideo({ advertiserId, adId: planId, productId: productId ?? '', itemId })
  stage.now += HOUR
  const [refused] = await createQianchuanMaterials(stage.oceanengine()).refused(advertiserId, planId)
  const itemId = refused?.itemId ?? ''
  expect(refused?.reasons).toHaveLength(1)
  expect(await adds().order(`x/${itemId}`, planId)).toMatchObject({ sight: 'REJECTED' })
  const around = async () => adds().surroundings?.({ awemeId: '1', itemId, productId })
  expect((await around())?.places[0]).toMatchObject({ video: 'BARRED' })
  const standard = await createQianchuanPlanWrites(stage.oceanengine()).createStandard({
    ...{
      advertiserId,
      name: '标准',
      awemeId: order().awemeId,
      productId: productId ?? '',
      itemId: order().itemId,
    },
    ...{
      budgetFen: 50_000,
      from: stage.now,
      to: stage.now,
      smartBid: 'SMART_BID_CONSERVATIVE',
      roiGoal: null,
      title: '好用的面霜推荐给你',
    },
  })
  const id = standard.outcome === 'done' ? standard.value.adId : ''
  const rival = [{ rival: 'STANDARD_PLAN', productId, sameVideo: false, id }]
  // What is under review will run.
  expect((await around())?.neighbours).toEqual(rival)
  stage.now += HOUR
  expect((await around())?.neighbours).toEqual(rival)
  stage.now += DAY
  expect((await around())?.neighbours).toEqual([])
})

test.each([
  ...(['DELIVERY_OK', 'AUDIT', 'NO_SCHEDULE', 'OFFLINE_BUDGET', 'SOMETHING'] as const).map((status) => [
    status,
    ['STANDARD_PLAN', 'UNI_PLAN_ADD'],
  ]),
  ...(['DISABLE', 'DELETE', 'TIME_DONE', 'OFFLINE_AUDIT'] as const).map((status) => [status, []]),
  // Old ones, which a 全域 plan took over for, exclude none.
  ...(['ROI2_DISABLE', 'CAMPAIGN_DISABLE', 'QUOTA_DISABLE', 'ERROR', 'AUDIT_STATUS_ERROR'] as const).map(
    (status) => [status, ['UNI_PLAN_ADD']],
  ),
] as [string, string[]][])('a plan that is %s is a rival as %j', (status, as) => {
  const plan = { adId: '5', status, productIds: ['7'] } as Plan
  const found = (['STANDARD_PLAN', 'UNI_PLAN_ADD'] as const).flatMap((rival) => rivals(rival, [plan]))
  expect(found).toEqual(as.map((rival) => ({ rival, productId: '7', sameVideo: false, id: '5' })))
})

test('a code 0 for a video that is delivered on is no end', async () => {
  const video = order({ name: 'seedbed kept' })
  await adds().create(video, stage.now)
  stage.now += 2 * HOUR
  const orderId = `seedbed kept/${video.itemId}`
  const taken = async (input: URL | RequestInfo, init?: RequestInit) =>
    String(input).includes('material/delete/')
      ? new Response('{"code":0,"message":"OK","data":{}}')
      : fetch(input, init)
  const deaf = createPlanAddChannel({ ...setup(), oceanengine: stage.oceanengine({ fetch: taken }) })
  expect(await deaf.terminate(made(orderId), stage.now)).toMatchObject({ outcome: 'unknown' })
  expect(await adds().order(orderId, planId)).toMatchObject({ sight: 'DELIVERING' })
  expect(await adds().terminate(made(orderId), stage.now)).toMatchObject({ outcome: 'done' })
  // What it is after a delete that cannot be looked at is not known.
  const PLAN = '/open_api/v1.0/qianchuan/uni_promotion/ad/material/get/'
  stage.simulator.faults.add([{ kind: 'http_500', probability: 1, path: PLAN }])
  expect(await adds().terminate(made(orderId), stage.now)).toMatchObject({ outcome: 'unknown' })
  stage.simulator.faults.clear()
})

test('a video whose plan is paused waits for days, and then is to be taken out; a deleted plan is its end', async () => {
  const video = order({ name: 'seedbed paused' })
  const orderId = `seedbed paused/${video.itemId}`
  await adds().create(video, stage.now)
  stage.now += 2 * HOUR
  const writes = createQianchuanPlanWrites(stage.oceanengine())
  const set = (to: 'DISABLE' | 'ENABLE' | 'DELETE') =>
    writes.setStatus('UNI', stage.simulator.advertiserId, [planId], to)
  const seen = async () => {
    const { sight, resumes = false } = await adds().order(orderId, planId)
    return [sight, resumes]
  }
  expect(await seen()).toEqual(['DELIVERING', false])
  await set('DISABLE')
  stage.now += DAY
  expect(await seen()).toEqual(['WAITING', false])
  // What never spent may be under review still.
  expect((await adds().order('x/70', planId)).sight).toBe('WAITING')
  stage.now += 4 * DAY
  expect(await seen()).toEqual(['FROZEN', true])
  expect((await adds().order('x/70', planId)).sight).toBe('WAITING')
  await set('ENABLE')
  stage.now += HOUR
  expect(await seen()).toEqual(['DELIVERING', false])
  await set('DELETE')
  expect(await seen()).toEqual(['ENDED', false])
})
