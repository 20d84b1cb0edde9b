import { expect, test } from 'vitest'
import { createDoudian } from '../../platforms/doudian.ts'
import { createDoudianToken } from '../../platforms/doudian-token.ts'
import { createDouyin } from '../../platforms/douyin.ts'
import { refreshTokens } from '../../platforms/oceanengine-oauth.ts'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { DOUDIAN_APP } from '../../platforms/simulator/doudian.ts'
import { DOUDIAN_SHOP_ID } from '../../platforms/simulator/doudian-shop.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { all, consent, freshToken, orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 15 })
const stage = stageOf(world, START + 4 * DAY)
const skew = (skewMs: number) => stage.control('POST', 'faults', [{ kind: 'clock_skew', skewMs }])
const deps = () => ({ http: stage.http({ attempts: 1 }), now: () => stage.now })
const refs = world.videos.map(({ itemId, kol }) => ({ itemId, accountId: kol.awemeId }))
const counters = (accessToken = () => stage.simulator.tokens.current().accessToken) =>
  createQianchuan({
    baseUrl: stage.simulator.url,
    http: stage.http({ attempts: 1 }),
    advertiserId: stage.simulator.advertiserId,
    accessToken,
  }).fetchCounters(refs)

test('the stage door sets it, lists it and ends it with the other faults', async () => {
  expect((await skew(0.5)).status).toBe(400)
  await skew(-MINUTE)
  await stage.control('POST', 'faults', [{ kind: 'cut', times: 1, path: '/elsewhere' }])
  const listed = await (await stage.control('GET', 'faults')).json()
  expect(listed).toEqual([
    { kind: 'cut', times: 1, path: '/elsewhere' },
    { kind: 'clock_skew', skewMs: -MINUTE },
  ])
  await stage.control('DELETE', 'faults')
  expect(await (await stage.control('GET', 'faults')).json()).toEqual([])
})

test.each([-HOUR, 7 * MINUTE, 3 * DAY])(
  'counters are as true as ever, whatever the clock says: %i',
  async (ms) => {
    stage.now = START + DAY
    const truth = await counters()
    expect(new Set(truth.map(({ ok }) => ok))).toEqual(new Set([true, false]))
    await skew(ms)
    // A day's token would be past its end by the vendor's clock.
    const token = freshToken(stage)
    expect(await counters(() => token)).toEqual(truth)
  },
)

test.each([-20 * MINUTE, 20 * MINUTE])('an order is dated and listed by the vendor: %i', async (ms) => {
  stage.now = START + (ms > 0 ? 40 : 50) * DAY - 10 * MINUTE * Math.sign(ms)
  await skew(ms)
  freshToken(stage)
  const suixintui = createSuixintui(stage.oceanengine({ attempts: 1 }))
  const made = await suixintui.create(orderOn(stage))
  const orderId = made.outcome === 'done' ? made.value.orderId : ''
  const { advertiserId } = stage.simulator
  expect((await suixintui.order(advertiserId, orderId)).createdAt).toBe(stage.now + ms)
  const found = async (at: number) => {
    const filter = { advertiserId, goal: 'VIDEO_PROM_GOODS' as const, from: at, to: at }
    return (await suixintui.orders(filter)).orders.map((each) => each.orderId)
  }
  // Midnight lies between the two clocks: the order is on the vendor's day, and not on ours.
  expect([await found(stage.now + ms), await found(stage.now)]).toEqual([[orderId], []])
})

test('a token ends by the clock of the vendor, before or after we think it does', async () => {
  stage.now = START + 90 * DAY
  const input = { baseUrl: stage.simulator.url, appId: 1n, secret: 's' }
  freshToken(stage)
  const { refreshToken } = stage.simulator.tokens.current()
  const pair = await refreshTokens(deps(), { ...input, refreshToken })
  const states = async () => {
    const answers = await counters(() => pair.accessToken)
    return answers.some(({ ok }) => ok)
      ? 'ok'
      : answers.flatMap((each) => (each.ok ? [] : each.error.code))[0]
  }
  stage.now = pair.accessExpiresAt - MINUTE
  expect(await states()).toBe('ok')
  await skew(MINUTE)
  expect(await states()).toBe(40102)
  stage.now = pair.accessExpiresAt + 4 * MINUTE
  await skew(-5 * MINUTE)
  expect(await states()).toBe('ok')
  stage.now += MINUTE
  expect(await states()).toBe(40102)
})

test.each([
  [9 * MINUTE, 'done'],
  [-9 * MINUTE, 'done'],
  [11 * MINUTE, 'isv.timestamp-invalid'],
  [-11 * MINUTE, 'isv.timestamp-invalid'],
])('抖店 refuses a question that is ten minutes from its own clock: %i is %s', async (ms, expected) => {
  stage.now = START + 3 * DAY
  const app = { ...DOUDIAN_APP, baseUrl: stage.simulator.url, ...deps() }
  const { accessToken } = await createDoudianToken(app, { shopId: DOUDIAN_SHOP_ID })
  await skew(ms)
  const doudian = createDoudian({ ...app, accessToken: () => accessToken })
  const read = all(doudian.shopOrders({ from: START, to: stage.now }))
  if (expected === 'done') expect((await read).length).toBeGreaterThan(0)
  else await expect(read).rejects.toThrow(expected)
})

test('抖音 dates a video by its clock and hides what is not out yet by the true one', async () => {
  stage.now = START + DAY
  const { awemeId } = world.kols[0] ?? { awemeId: '' }
  const { openId, accessToken } = await consent(stage, awemeId)
  const douyin = createDouyin({
    baseUrl: stage.simulator.url,
    http: stage.http(),
    accessToken: () => accessToken,
  })
  const before = await all(douyin.listVideos(openId))
  await skew(HOUR)
  const later = before.map((video) => ({ ...video, publishedAt: video.publishedAt + HOUR }))
  expect(await all(douyin.listVideos(openId))).toEqual(later)
  expect(before.length).toBeGreaterThan(1)
})
