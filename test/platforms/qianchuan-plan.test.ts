import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { checkExchange } from '../../platforms/contract.ts'
import { qianchuanContracts } from '../../platforms/contracts/qianchuan.ts'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengine } from '../../platforms/oceanengine.ts'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { createQianchuanAccount } from '../../platforms/qianchuan-account.ts'
import { createQianchuanMaterials } from '../../platforms/qianchuan-material.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites, type StandardPlanInput } from '../../platforms/qianchuan-plan-write.ts'
import { createQianchuanReport } from '../../platforms/qianchuan-report.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import { productOf } from '../../platforms/simulator/orders-yield.ts'
import { SHOP_ID } from '../../platforms/simulator/qianchuan-reports.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import type { Exchange } from '../../platforms/simulator/vendor.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, HOUR } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const world = createWorld({ seed: 11, startAt: START, kols: 4, videos: 120, hitShare: 0.1, publishDays: 2 })
const at = START + 4 * DAY
const BASE = '/open_api/v1.0/qianchuan/'
let now = at
let simulator: Simulator
const wire: Exchange[] = []
beforeAll(async () => {
  simulator = await createSimulator({
    world,
    now: () => now,
    tokenLifeS: 1e9,
    onExchange: (each) => wire.push(each),
  })
})
afterAll(() => simulator.close())
afterEach(() => simulator.faults.clear())

const http = createHttp({
  now: () => now,
  sleep: async () => {},
  random: () => 0.5,
  timeoutMs: 2000,
  attempts: 3,
  concurrencyPerAccount: 4,
})
const options = () => ({
  baseUrl: simulator.url,
  accessToken: () => simulator.tokens.current().accessToken,
  http,
})
const oe = () => createOceanengine(options())
const hits = world.videos.filter((each) => each.nature === 'hit')
const hit = hits[0]
const itemId = hit?.itemId ?? ''
const plans = (from = at, to = now) =>
  createQianchuanPlans(oe()).uni({ advertiserId: simulator.advertiserId, from, to })
const productId = world.videos.map((each) => productOf(world, each))[0] ?? ''

test('who may be spoken for: the shop, its advertisers, their 抖音号, the balance', async () => {
  const account = createQianchuanAccount(oe())
  expect(await account.authorised()).toMatchObject([{ type: 'PLATFORM_ROLE_SHOP_ACCOUNT', valid: true }])
  expect(await account.shopAdvertisers(SHOP_ID, 'suixintui')).toEqual([simulator.advertiserId])
  expect(await account.shopAdvertisers(SHOP_ID, 'qianchuan')).toEqual([simulator.advertiserId])
  await expect(account.shopAdvertisers('1', 'qianchuan')).rejects.toMatchObject({ kind: 'forbidden' })
  const awemes = await account.awemes(simulator.advertiserId)
  expect(awemes.map(({ awemeId }) => awemeId)).toEqual(world.kols.map(({ awemeId }) => awemeId))
  expect(await account.wallet(simulator.advertiserId)).toMatchObject({
    totalFen: 20_000_000,
    heldForOrdersFen: 0,
  })
})

test('a breakout goes into both 全域 plans; the units agree with ROI, and the ROI tires', async () => {
  now = at
  const scale = createQianchuanScale(oe())
  for (const { adId } of await plans()) {
    const input = { advertiserId: simulator.advertiserId, adId, productId, itemId }
    expect(await scale.addVideo(input)).toEqual({ outcome: 'done', value: null })
    expect(await scale.addVideo({ ...input, itemId: '' })).toMatchObject({
      outcome: 'invalid',
      field: 'itemId',
    })
    expect(await scale.addVideo({ ...input, productId: '1' })).toMatchObject({ outcome: 'refused' })
  }
  now = at + 2 * DAY
  const early = await plans()
  expect(early.map(({ smartBid }) => smartBid)).toEqual(['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE'])
  const [first] = early.filter(({ spendFen }) => (spendFen ?? 0) > 0)
  expect(first).toMatchObject({ quality: 'ok', budgetFen: 300_000 })
  expect(Math.abs((first?.gmvFen ?? 0) / (first?.spendFen ?? 1) - (first?.roi ?? 0))).toBeLessThan(0.01)
  now = at + 14 * DAY
  const late = (await plans(at + 12 * DAY)).find(({ adId }) => adId === first?.adId)
  expect(late?.roi).toBeLessThan(first?.roi ?? 0)
  const report = createQianchuanReport(oe())
  const uni = await report.uni({ advertiserId: simulator.advertiserId, from: at, to: now })
  const total = (await plans()).reduce((sum, plan) => sum + (plan.spendFen ?? 0), 0)
  expect([uni.spendFen, uni.quality]).toEqual([total, 'ok'])
  const materials = createQianchuanMaterials(oe())
  const question = { advertiserId: simulator.advertiserId, adId: first?.adId ?? '', from: at, to: now }
  const [material] = await materials.ofPlan(question)
  expect(material).toMatchObject({ itemId, audit: 'PASS', quality: 'ok' })
  const library = await materials.library(simulator.advertiserId, {
    materialIds: [material?.materialId ?? ''],
  })
  expect(library).toMatchObject([{ materialId: material?.materialId }])
  const byVideo = await materials.library(simulator.advertiserId, { videoIds: [library[0]?.videoId ?? ''] })
  expect(byVideo).toEqual(library)

  const boost = {
    advertiserId: simulator.advertiserId,
    adId: first?.adId ?? '',
    name: 'b1',
    materialIds: [material?.materialId ?? ''],
    budgetFen: 10_000,
    hours: 24,
  }
  expect(await scale.boost({ ...boost, hours: 0.7 })).toMatchObject({ outcome: 'invalid', field: 'hours' })
  expect(await scale.boost({ ...boost, budgetFen: 300_001 })).toMatchObject({ error: { code: 40001 } })
  simulator.faults.add([
    { kind: 'cut_after', times: 1, path: `${BASE}uni_promotion/ad/control_task/create/` },
  ])
  expect(await scale.boost(boost)).toMatchObject({ outcome: 'unknown' })
  now += 12 * HOUR
  const tasks = await scale.boosts(question)
  expect(tasks).toMatchObject([{ name: 'b1', status: 'PROCESSING', budgetFen: 10_000 }])
  now += DAY
  expect(await scale.boosts({ ...question, to: now })).toMatchObject([
    { status: 'OFFLINE_TIME', spendFen: 10_000 },
  ])
})

test('each plan has its own result although the call succeeds', async () => {
  const writes = createQianchuanPlanWrites(oe())
  const [plan] = await plans()
  const { advertiserId } = simulator
  const ids = [plan?.adId ?? '', '123']
  expect(await writes.setStatus('UNI', advertiserId, ids, 'DISABLE')).toMatchObject({
    outcome: 'done',
    value: [
      { id: plan?.adId, ok: true },
      { id: '123', ok: false, reason: '计划不存在' },
    ],
  })
  expect((await plans())[0]).toMatchObject({ asked: 'DISABLE', status: 'DISABLE' })
  const budgets = ids.map((adId) => ({ adId, budgetFen: 40_005 }))
  expect(await writes.setBudgets('UNI', advertiserId, budgets)).toMatchObject({
    value: [{ ok: true }, { ok: false }],
  })
  expect((await plans())[0]?.budgetFen).toBe(40_005)
  expect(await writes.setStatus('UNI', advertiserId, [], 'ENABLE')).toMatchObject({ field: 'adIds' })
})

test('a standard plan is made once, listed, switched and reported', async () => {
  now = at + 30 * DAY
  const writes = createQianchuanPlanWrites(oe())
  const { advertiserId } = simulator
  const input: StandardPlanInput = {
    advertiserId,
    name: '测试计划',
    awemeId: hit?.kol.awemeId ?? '',
    productId,
    itemId,
    dailyBudgetFen: 50_000,
    smartBid: 'SMART_BID_CUSTOM',
    roiGoal: 1.55,
    title: '好用的面霜推荐给你',
  }
  for (const [field, change] of [
    ['name', { name: '长'.repeat(51) }],
    ['dailyBudgetFen', { dailyBudgetFen: 29_999 }],
    ['roiGoal', { roiGoal: null }],
    ['roiGoal', { roiGoal: 1.555 }],
  ] as const) {
    expect(await writes.createStandard({ ...input, ...change })).toMatchObject({ outcome: 'invalid', field })
  }
  const made = await writes.createStandard(input)
  const adId = made.outcome === 'done' ? made.value.adId : ''
  expect(await writes.createStandard(input)).toMatchObject({ outcome: 'refused', error: { code: 40001 } })
  const reads = createQianchuanPlans(oe())
  expect(await reads.standard(advertiserId, [adId, '99'])).toMatchObject({
    plans: [{ adId, status: 'AUDIT', budgetFen: 50_000, roiGoal: 1.55, productIds: [productId] }],
    unread: ['99'],
  })
  now += DAY
  const [row] = await createQianchuanReport(oe()).materials({ advertiserId, from: now - DAY, to: now })
  expect(row).toMatchObject({ planIds: [adId], quality: 'ok' })
  const days = await createQianchuanReport(oe()).account({
    advertiserId,
    from: now - DAY,
    to: now,
    platform: 'QIANCHUAN',
  })
  expect(days).toHaveLength(2)
  expect(await writes.setBudgets('STANDARD', advertiserId, [{ adId, budgetFen: 100 }])).toMatchObject({
    value: [{ id: adId, ok: false, reason: '预算不能低于300元' }],
  })
  expect(await writes.setStatus('STANDARD', advertiserId, [adId], 'DELETE')).toMatchObject({
    value: [{ ok: true }],
  })
})

test('every exchange keeps the contract in both directions', async () => {
  await createQianchuan({ ...options(), advertiserId: simulator.advertiserId }).fetchCounters([
    { itemId, accountId: hit?.kol.awemeId ?? '' },
  ])
  expect(wire.flatMap((exchange) => checkExchange(qianchuanContracts, exchange))).toEqual([])
  expect(new Set(wire.map(({ path }) => path)).size).toBe(qianchuanContracts.length)
})
