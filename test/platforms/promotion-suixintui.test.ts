/** 随心推 as a way to promote, and the marks that are read before it. */
import { expect, test } from 'vitest'
import { createSuixintuiChannel } from '../../platforms/promotion-suixintui.ts'
import { createQianchuanMarks } from '../../platforms/qianchuan-marks.ts'
import { materialOf } from '../../platforms/simulator/orders-yield.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const channel = () => createSuixintuiChannel(stage.oceanengine(), stage.simulator.advertiserId)
const order = () => {
  const { awemeId, itemId } = orderOn(stage)
  const terms = { goal: 'PURCHASE', bid: { by: 'AUTO', cpaFen: null, roiGoal: null } } as const
  const audience = { mode: 'SYSTEM', authorIds: [] } as const
  return {
    awemeId,
    itemId: itemId ?? '',
    name: 'x',
    amountFen: 10_000,
    hours: 2,
    planId: null,
    productId: null,
    title: null,
    ...terms,
    audience,
  }
}

const made = (orderId: string) => {
  const { awemeId, itemId, planId } = order()
  return { orderId, planId, awemeId, itemId }
}

test('an order is made, seen as it goes, given more and ended', async () => {
  await stage.control('POST', 'ends', ['FINISHED'])
  const before = await channel().room()
  const written = await channel().create(order(), stage.now)
  if (written.outcome !== 'done') throw new Error(JSON.stringify(written))
  const { orderId } = written.value
  expect((await channel().room()).ordersLeft).toBe((before.ordersLeft ?? 0) - 1)
  expect(await channel().order(orderId, null)).toMatchObject({
    sight: 'WAITING',
    amountFen: 10_000,
    hours: 2,
    adId: null,
  })
  stage.now += HOUR
  const seen = await channel().order(orderId, null)
  expect(seen).toMatchObject({ sight: 'DELIVERING', added: { addedFen: 0, count: 0 } })
  expect(
    await channel().changeBudget(made(orderId), { byFen: 5_000, toFen: 15_000 }, stage.now),
  ).toMatchObject({ outcome: 'done' })
  expect((await channel().order(orderId, null)).added).toEqual({ addedFen: 5_000, count: 1 })
  const question = { orderId, adId: seen.adId, createdAt: seen.createdAt ?? 0, planId: null }
  const figures = await channel().figures(question, stage.now)
  expect(figures).toMatchObject({
    disagrees: false,
    spendFen: expect.any(Number),
    interactions: expect.any(Number),
  })
  expect(await channel().figures({ ...question, adId: null }, stage.now)).toMatchObject({
    spendFen: 0,
    orders: 0,
  })
  expect(await channel().terminate(made(orderId), stage.now)).toEqual({
    outcome: 'done',
    value: { terminated: true },
  })
  expect(await channel().order(orderId, null)).toMatchObject({ sight: 'FROZEN' })
  const window = { from: stage.now - 2 * HOUR, to: stage.now }
  expect((await channel().orders(window, null)).orders).toMatchObject([
    { orderId, amountFen: null, name: null },
  ])
})

test('a write that could only begin too late is not sent', async () => {
  const before = stage.calls()
  const late = { outcome: 'refused', error: { kind: 'quota' } }
  expect(await channel().create(order(), stage.now - 1)).toMatchObject(late)
  expect(
    await channel().changeBudget(made('123'), { byFen: 5_000, toFen: 15_000 }, stage.now - 1),
  ).toMatchObject(late)
  expect(await channel().terminate(made('123'), stage.now - 1)).toMatchObject(late)
  expect(stage.calls()).toBe(before)
})

test("an answer about another order is not taken for this one's", async () => {
  await stage.control('POST', 'ends', ['FINISHED', 'FINISHED'])
  const [one, two] = [await channel().create(order(), stage.now), await channel().create(order(), stage.now)]
  if (one.outcome !== 'done' || two.outcome !== 'done') throw new Error('refused')
  await channel().order(one.value.orderId, null)
  stage.simulator.faults.add([
    { kind: 'strayed', times: 1, path: '/open_api/v1.0/qianchuan/aweme/order/detail/get/' },
  ])
  await expect(channel().order(two.value.orderId, null)).rejects.toMatchObject({ kind: 'parse' })
})

test('the mark of a material is found by its video; a video that the account does not see has none to read', async () => {
  const { advertiserId } = stage.simulator
  const marks = createQianchuanMarks(stage.oceanengine())
  const videos = world.videos.filter(({ publishedAt }) => publishedAt < stage.now).slice(0, 100)
  const bad = await marks.inefficient(advertiserId, videos.map(materialOf))
  const [marked] = videos.filter((video) => bad.includes(materialOf(video)))
  const [sound] = videos.filter((video) => !bad.includes(materialOf(video)))
  const read = (video: typeof marked) =>
    marks.marks(advertiserId, { awemeId: video?.kol.awemeId ?? '', itemId: video?.itemId ?? '' })
  expect(await read(marked)).toEqual(['INEFFICIENT_MATERIAL'])
  expect(await read(sound)).toEqual([])
  expect(await marks.marks(advertiserId, { awemeId: sound?.kol.awemeId ?? '', itemId: '123' })).toBeNull()
})
