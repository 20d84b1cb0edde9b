import { expect, test } from 'vitest'
import { createQianchuanAccount } from '../../platforms/qianchuan-account.ts'
import { createQianchuanBoosts } from '../../platforms/qianchuan-boost.ts'
import { createQianchuanMaterials } from '../../platforms/qianchuan-material.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites, type StandardPlanInput } from '../../platforms/qianchuan-plan-write.ts'
import { createQianchuanReport } from '../../platforms/qianchuan-report.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import { productOf } from '../../platforms/simulator/orders-yield.ts'
import { SHOP_ID } from '../../platforms/simulator/qianchuan-reports.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11 })
const at = START + 4 * DAY
const BASE = '/open_api/v1.0/qianchuan/'
const stage = stageOf(world, at, { tokenLifeS: 1e9 })
const oe = () => stage.oceanengine()
const hit = world.videos.find((each) => each.nature === 'hit')
const itemId = hit?.itemId ?? ''
const plans = (from = at, to = stage.now) =>
  createQianchuanPlans(oe()).uni({ advertiserId: stage.simulator.advertiserId, from, to })
const productId = world.videos.map((each) => productOf(world, each))[0] ?? ''

test('who may be spoken for: the shop, its advertisers, their 抖音号, the balance', async () => {
  const account = createQianchuanAccount(oe())
  expect(await account.authorised()).toMatchObject([{ type: 'PLATFORM_ROLE_SHOP_ACCOUNT', valid: true }])
  expect(await account.shopAdvertisers(SHOP_ID, 'suixintui')).toEqual([stage.simulator.advertiserId])
  expect(await account.shopAdvertisers(SHOP_ID, 'qianchuan')).toEqual([stage.simulator.advertiserId])
  await expect(account.shopAdvertisers('1', 'qianchuan')).rejects.toMatchObject({ kind: 'forbidden' })
  const awemes = await account.awemes(stage.simulator.advertiserId)
  expect(awemes.map(({ awemeId }) => awemeId)).toEqual(world.kols.map(({ awemeId }) => awemeId))
  expect(await account.wallet(stage.simulator.advertiserId)).toMatchObject({
    totalFen: 20_000_000,
    heldForOrdersFen: 0,
  })
})

test('a breakout goes into both 全域 plans; the units agree with ROI, and the ROI tires', async () => {
  stage.now = at
  const scale = createQianchuanScale(oe())
  for (const { adId } of await plans()) {
    const input = { advertiserId: stage.simulator.advertiserId, adId, productId, itemId }
    expect(await scale.addVideo(input)).toEqual({ outcome: 'done', value: null })
    expect(await scale.addVideo({ ...input, itemId: '' })).toMatchObject({
      outcome: 'invalid',
      field: 'itemId',
    })
    expect(await scale.addVideo({ ...input, productId: '1' })).toMatchObject({ outcome: 'refused' })
  }
  stage.now = at + 2 * DAY
  const early = await plans()
  expect(early.map(({ smartBid }) => smartBid)).toEqual(['SMART_BID_CUSTOM', 'SMART_BID_CONSERVATIVE'])
  const [first] = early.filter(({ spendFen }) => (spendFen ?? 0) > 0)
  expect(first).toMatchObject({ quality: 'ok', budgetFen: 300_000 })
  expect(Math.abs((first?.gmvFen ?? 0) / (first?.spendFen ?? 1) - (first?.roi ?? 0))).toBeLessThan(0.01)
  stage.now = at + 14 * DAY
  const late = (await plans(at + 12 * DAY)).find(({ adId }) => adId === first?.adId)
  expect(late?.roi).toBeLessThan(first?.roi ?? 0)
  const report = createQianchuanReport(oe())
  const uni = await report.uni({ advertiserId: stage.simulator.advertiserId, from: at, to: stage.now })
  const total = (await plans()).reduce((sum, plan) => sum + (plan.spendFen ?? 0), 0)
  expect([uni.spendFen, uni.quality]).toEqual([total, 'ok'])
  const materials = createQianchuanMaterials(oe())
  const question = {
    advertiserId: stage.simulator.advertiserId,
    adId: first?.adId ?? '',
    from: at,
    to: stage.now,
  }
  const [material] = await materials.ofPlan(question)
  expect(material).toMatchObject({ itemId, audit: 'PASS', quality: 'ok' })
  const library = await materials.library(stage.simulator.advertiserId, {
    materialIds: [material?.materialId ?? ''],
  })
  expect(library).toMatchObject([{ materialId: material?.materialId }])
  const byVideo = await materials.library(stage.simulator.advertiserId, {
    videoIds: [library[0]?.videoId ?? ''],
  })
  expect(byVideo).toEqual(library)

  const boost = {
    advertiserId: stage.simulator.advertiserId,
    adId: first?.adId ?? '',
    name: 'b1',
    materialIds: [material?.materialId ?? ''],
    budgetFen: 10_000,
    hours: 24,
  }
  const boosts = createQianchuanBoosts(oe())
  expect(await boosts.create({ ...boost, hours: 0.7 })).toMatchObject({ outcome: 'invalid', field: 'hours' })
  expect(await boosts.create({ ...boost, budgetFen: 300_001 })).toMatchObject({ error: { code: 40001 } })
  stage.simulator.faults.add([
    { kind: 'cut_after', times: 1, path: `${BASE}uni_promotion/ad/control_task/create/` },
  ])
  expect(await boosts.create(boost)).toMatchObject({ outcome: 'unknown' })
  stage.now += 12 * HOUR
  const tasks = await boosts.list(question)
  expect(tasks).toMatchObject([{ name: 'b1', status: 'PROCESSING', budgetFen: 10_000 }])
  stage.now += DAY
  expect(await boosts.list({ ...question, to: stage.now })).toMatchObject([
    { status: 'OFFLINE_TIME', spendFen: 10_000 },
  ])
})

test('each plan has its own result although the call succeeds', async () => {
  const writes = createQianchuanPlanWrites(oe())
  const [plan] = await plans()
  const { advertiserId } = stage.simulator
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
  stage.now = at + 30 * DAY
  const writes = createQianchuanPlanWrites(oe())
  const { advertiserId } = stage.simulator
  const input: StandardPlanInput = {
    advertiserId,
    name: '测试计划',
    awemeId: hit?.kol.awemeId ?? '',
    productId,
    itemId,
    budgetFen: 50_000,
    from: stage.now,
    to: stage.now + DAY,
    smartBid: 'SMART_BID_CUSTOM',
    roiGoal: 1.55,
    title: '好用的面霜推荐给你',
  }
  for (const [field, change] of [
    ['name', { name: '长'.repeat(51) }],
    ['budgetFen', { budgetFen: 29_999 }],
    ['to', { to: stage.now - 1 }],
    ['roiGoal', { roiGoal: null }],
    ['roiGoal', { roiGoal: 1.555 }],
  ] as const) {
    expect(await writes.createStandard({ ...input, ...change })).toMatchObject({ outcome: 'invalid', field })
  }
  const made = await writes.createStandard(input)
  const adId = made.outcome === 'done' ? made.value.adId : ''
  expect(await writes.createStandard(input)).toMatchObject({ outcome: 'refused', error: { code: 40001 } })
  const reads = createQianchuanPlans(oe())
  expect(await reads.standard({ advertiserId, ids: [adId, '99'] })).toMatchObject({
    plans: [{ adId, status: 'AUDIT', roiGoal: 1.55, productIds: [productId] }],
    unread: ['99'],
  })
  // START is a midnight of Shanghai: the last day is the one that begins 35 days later.
  expect((await reads.standard({ advertiserId })).plans).toMatchObject([
    { adId, budgetFen: 50_000, budgetMode: 'BUDGET_MODE_TOTAL', endsAt: START + 36 * DAY },
  ])
  stage.now += DAY
  const [row] = await createQianchuanReport(oe()).materials({
    advertiserId,
    from: stage.now - DAY,
    to: stage.now,
  })
  expect(row).toMatchObject({ planIds: [adId], quality: 'ok' })
  const [told] = await createQianchuanReport(oe()).plans({
    ...{ advertiserId, from: START, to: stage.now, adIds: [adId, '99'] },
  })
  expect(told).toMatchObject({ adId, spendFen: row?.spendFen, gmvFen: row?.gmvFen, quality: 'ok' })
  expect(told?.clicks).toBeGreaterThan(0)
  const days = await createQianchuanReport(oe()).account({
    advertiserId,
    from: stage.now - DAY,
    to: stage.now,
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
