/** Reports of ads by video and day, and a shop's sales, against the simulator. */
import { expect, test } from 'vitest'
import { createAdLedger, createLedger } from '../../platforms/ledger.ts'
import { createQianchuanBoosts } from '../../platforms/qianchuan-boost.ts'
import { createQianchuanMaterials } from '../../platforms/qianchuan-material.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import { DOUDIAN_APP } from '../../platforms/simulator/doudian.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const ledger = () => createAdLedger(stage.oceanengine(), stage.simulator.advertiserId)
const days = [START + 3 * DAY, START + 4 * DAY, START + 5 * DAY]
const sum = <T>(rows: readonly T[], of: (row: T) => number | null) =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0)

test('an order is told by day, with its video, and the days make what was ordered', async () => {
  stage.now = START + 4 * DAY + 20 * HOUR
  expect(await ledger().orders(days)).toEqual([])
  await stage.control('POST', 'ends', ['FINISHED'])
  const input = orderOn(stage, { amountFen: 20_000, hours: 24 })
  const made = await createSuixintui(stage.oceanengine()).create(input)
  const orderId = made.outcome === 'done' ? made.value.orderId : ''
  stage.now += 2 * DAY
  const told = await ledger().orders(days)
  expect(told.map(({ day }) => day)).toEqual(days.slice(1))
  for (const row of told) {
    expect(row).toMatchObject({ subjectId: orderId, scopeId: '', itemId: input.itemId, quality: 'ok' })
    expect(row.plays).toBeGreaterThan(0)
    expect(row.shows).toBeGreaterThanOrEqual(row.plays ?? Number.NaN)
  }
  expect(Math.abs(sum(told, ({ spendFen }) => spendFen) - 20_000)).toBeLessThanOrEqual(told.length)
})

test('a plan is told by video and day, and the days make what its list says', async () => {
  stage.now = START + 4 * DAY
  expect(await ledger().plans(days)).toEqual([])
  const { advertiserId } = stage.simulator
  const plans = createQianchuanPlans(stage.oceanengine())
  const listed = () => plans.uni({ advertiserId, from: START + 4 * DAY, to: stage.now })
  const [plan] = await listed()
  const { itemId, awemeId } = orderOn(stage)
  const input = { advertiserId, adId: plan?.adId ?? '', productId: plan?.productIds[0] ?? '' }
  const added = await createQianchuanScale(stage.oceanengine()).addVideo({
    ...input,
    itemId: itemId ?? '',
    awemeId,
  })
  expect(added).toMatchObject({ outcome: 'done' })
  stage.now = START + 5 * DAY + 12 * HOUR
  const told = await ledger().plans(days)
  expect(told.map((row) => [row.day, row.itemId, row.scopeId])).toEqual(
    days.slice(1).map((day) => [day, itemId, plan?.adId]),
  )
  expect(told.every(({ quality, plays }) => quality === 'ok' && plays === null)).toBe(true)
  const whole = (await listed()).find(({ adId }) => adId === plan?.adId)
  expect(whole?.spendFen).toBeGreaterThan(0)
  // The brand's older material is no video of anybody, and takes what the videos leave.
  const span = { advertiserId, adId: input.adId, from: START + 4 * DAY, to: stage.now }
  const materials = await createQianchuanMaterials(stage.oceanengine()).ofPlan(span)
  const older = materials.filter((each) => each.itemId === null)
  const spent = sum(told, ({ spendFen }) => spendFen) + sum(older, ({ spendFen }) => spendFen)
  expect(older).toHaveLength(1)
  expect(Math.abs(spent - (whole?.spendFen ?? 0))).toBeLessThanOrEqual(told.length)
  // A day and a half of the same budget as before the video came.
  expect(Math.abs((whole?.spendFen ?? 0) - 1.5 * 0.92 * 300_000)).toBeLessThanOrEqual(2)
  // 整体消耗 of the video has its 追投 in it.
  const [before] = materials.filter((each) => each.itemId === itemId)
  const boost = { ...span, name: 'b1', materialIds: [before?.materialId ?? ''], budgetFen: 50_000, hours: 1 }
  expect(await createQianchuanBoosts(stage.oceanengine()).create(boost)).toMatchObject({ outcome: 'done' })
  stage.now += HOUR
  const after = {
    days: await ledger().plans(days),
    list: (await listed()).find(({ adId }) => adId === plan?.adId),
  }
  const [gained, all] = [sum(after.days, ({ spendFen }) => spendFen), after.list?.spendFen ?? 0]
  expect(gained - sum(told, ({ spendFen }) => spendFen)).toBeGreaterThan(50_000)
  // Only the older material is in the plan's total and not in what is told of videos.
  const olderAfter = (
    await createQianchuanMaterials(stage.oceanengine()).ofPlan({ ...span, to: stage.now })
  ).filter((each) => each.itemId === null)
  expect(Math.abs(gained + sum(olderAfter, ({ spendFen }) => spendFen) - all)).toBeLessThanOrEqual(4)
})

test('a source without a ledger, or without an app, has none', async () => {
  const options = {
    ...{ externalId: '1', oceanengineUrl: stage.simulator.url, http: stage.http(), now: () => stage.now },
    accessToken: () => '',
  }
  const doudian = { ...DOUDIAN_APP, baseUrl: stage.simulator.url }
  expect(createLedger('doudian', { ...options, doudian })).toMatchObject({ source: 'doudian' })
  expect(createLedger('doudian', { ...options, doudian: null })).toBeNull()
  expect(createLedger('qianchuan', { ...options, doudian: null })).toMatchObject({ source: 'qianchuan' })
  expect(createLedger('douyin', { ...options, doudian })).toBeNull()
})
