import { expect, test } from 'vitest'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { createQianchuanAccount } from '../../platforms/qianchuan-account.ts'
import { createQianchuanReport } from '../../platforms/qianchuan-report.ts'
import { createSuixintui, SUIXINTUI_PATH } from '../../platforms/suixintui.ts'
import type { OrderInput } from '../../platforms/suixintui-rules.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { orderOn, START, saying, stageOf, worldOf } from '../support/platforms.ts'

const at = START + 4 * DAY
const CREATE = `${SUIXINTUI_PATH}order/create/`
const world = worldOf({ seed: 11 })
const stage = stageOf(world, at, { tokenLifeS: 1e9 })
const suixintui = (canned?: string) => createSuixintui(stage.oceanengine(canned ? saying(canned) : {}))

const video = world.videos.find((each) => each.nature === 'hit')
const dud = world.videos.find((each) => each.nature === 'ordinary')
const order = (change: Partial<OrderInput> = {}) => orderOn(stage, change)
async function create(change: Partial<OrderInput> = {}) {
  const made = await suixintui().create(order(change))
  if (made.outcome !== 'done') throw new Error(JSON.stringify(made))
  return made.value
}
/** An order that runs to its end, an hour after it was made. */
async function delivered(change: Partial<OrderInput> = {}) {
  const from = stage.now
  await stage.control('POST', 'ends', ['FINISHED'])
  const { orderId } = await create(change)
  stage.now = from + HOUR
  const { adId, status } = await suixintui().order(stage.simulator.advertiserId, orderId)
  expect(status).toBe('DELIVERY_OK')
  return { orderId, adId: adId ?? '', from }
}

const LIVE = { goal: 'LIVE_PROM_GOODS', liveHeat: 'BY_ROOM', itemId: null } as const
const ROI = 'AD_CONVERT_TYPE_LIVE_ROI'
test.each<[string, Partial<OrderInput>]>([
  ['amountFen', { amountFen: 9_000 }],
  ['amountFen', { amountFen: 500_001_000 }],
  ['amountFen', { amountFen: 10_500 }],
  ['amountFen', { amountFen: Number.NaN }],
  ['hours', { hours: 5 }],
  ['hours', { ...LIVE, externalAction: 'AD_CONVERT_TYPE_LIVE_HEAT', hours: 6.5 }],
  ['itemId', { itemId: null }],
  ['itemId', { itemId: '@8hxd' }],
  ['awemeId', { awemeId: '' }],
  ['advertiserId', { advertiserId: 'x' }],
  ['liveHeat', { liveHeat: 'BY_VIDEO' }],
  ['itemId', { ...LIVE, liveHeat: 'BY_VIDEO', externalAction: ROI }],
  ['externalAction', { externalAction: 'AD_CONVERT_TYPE_LIVE_HEAT' }],
  ['externalAction', { pictures: true, externalAction: 'AD_CONVERT_TYPE_QC_MUST_BUY' }],
  ['bidType', { externalAction: ROI }],
  ['bidType', { ...LIVE, externalAction: 'AD_CONVERT_TYPE_LIVE_HEAT', bidType: 'MANUAL_BID' }],
  ['cpaBidFen', { bidType: 'MANUAL_BID' }],
  ['cpaBidFen', { bidType: 'AUTO_BID', cpaBidFen: 100 }],
  ['cpaBidFen', { bidType: 'MANUAL_BID', cpaBidFen: 9 }],
  ['cpaBidFen', { bidType: 'MANUAL_BID', cpaBidFen: 50_001 }],
  ['cpaBidFen', { bidType: 'MANUAL_BID', cpaBidFen: 10.5 }],
  ['roiGoal', { bidType: 'MANUAL_BID', externalAction: ROI }],
  ['roiGoal', { bidType: 'MANUAL_BID', externalAction: ROI, roiGoal: 100.01 }],
  ['roiGoal', { bidType: 'MANUAL_BID', externalAction: ROI, roiGoal: 1.005 }],
  ['roiGoal', { roiGoal: 2 }],
  ['audience.authorIds', { audience: { mode: 'FANS', authorIds: [] } }],
  [
    'audience.region',
    { audience: { mode: 'CUSTOM', region: { district: 'COUNTY', ids: Array(101).fill('1') } } },
  ],
])('an order that breaks a rule of %s is never sent: %j', async (field, change) => {
  const before = stage.calls()
  expect(await suixintui().create(order(change))).toMatchObject({ outcome: 'invalid', field })
  expect(stage.calls()).toBe(before)
})

test('the same order twice is two orders; what costs more than the balance is refused with 40200', async () => {
  stage.now = at + 30 * DAY
  const [a, b] = [await create(), await create()]
  expect(a.orderId).not.toBe(b.orderId)
  const rich = await suixintui().create(order({ amountFen: 500_000_000 }))
  expect(rich).toMatchObject({ outcome: 'refused', error: { kind: 'rejected', code: 40200 } })
  const foreign = await suixintui().create(order({ advertiserId: '17' }))
  expect(foreign).toMatchObject({ outcome: 'refused', error: { code: 40002 } })
  expect(await suixintui().create(order({ itemId: '7000000000000000001' }))).toMatchObject({
    outcome: 'refused',
    error: { kind: 'not_found', code: 40501 },
  })
  expect((await stage.truth()).writes.at(-1)).toMatchObject({ path: CREATE, code: 40501, made: null })
})

test('a hit sells, a dud does not; bought plays are in the counters of the video', async () => {
  stage.now = at + 40 * DAY
  const good = await delivered({ amountFen: 200_000 })
  stage.now = good.from
  const bad = await delivered({
    amountFen: 200_000,
    awemeId: dud?.kol.awemeId ?? '',
    itemId: dud?.itemId ?? '',
  })
  stage.now = good.from + DAY
  const rows = await suixintui().report({
    advertiserId: stage.simulator.advertiserId,
    goal: 'VIDEO_PROM_GOODS',
    from: good.from,
    to: stage.now,
    adIds: [good.adId, bad.adId],
  })
  const [hit, miss] = [good.adId, bad.adId].map((adId) => rows.find((row) => row.adId === adId))
  expect(hit?.roi).toBeGreaterThan(miss?.roi ?? 0)
  expect([hit?.quality, miss?.quality]).toEqual(['ok', 'ok'])
  expect(hit?.orderId).toBe(good.orderId)
  const bought = (await stage.truth()).orders
    .filter(({ itemId }) => itemId === video?.itemId)
    .reduce((sum, { figures }) => sum + figures.plays, 0)
  const counters = createQianchuan({
    baseUrl: stage.simulator.url,
    advertiserId: stage.simulator.advertiserId,
    accessToken: () => stage.simulator.tokens.current().accessToken,
    http: stage.http(),
  })
  const [seen] = await counters.fetchCounters([
    { itemId: video?.itemId ?? '', accountId: video?.kol.awemeId ?? '' },
  ])
  const natural = world.counters(video?.itemId ?? '', stage.now)?.plays ?? 0
  expect(bought).toBeGreaterThan(0)
  expect(seen).toMatchObject({ ok: true, counters: { plays: natural + bought } })
})

test('a renewal adds money and days; an end frees what is held and costs one of the quota', async () => {
  stage.now = at + 50 * DAY
  const { orderId, from } = await delivered({ amountFen: 100_000 })
  const { advertiserId } = stage.simulator
  const wallet = () => createQianchuanAccount(stage.oceanengine()).wallet(advertiserId)
  const added = { advertiserId, orderId, goal: 'VIDEO_PROM_GOODS' as const, addFen: 50_000, addTime: 1 }
  expect(await suixintui().addBudget({ ...added, addTime: 8 })).toMatchObject({ field: 'addTime' })
  expect(await suixintui().addBudget({ ...added, addFen: 50 })).toMatchObject({ field: 'addFen' })
  const held = (await wallet()).heldForOrdersFen ?? 0
  expect(await suixintui().addBudget(added)).toEqual({ outcome: 'done', value: null })
  expect((await wallet()).heldForOrdersFen).toBe(held + 50_000)
  const detail = await suixintui().order(advertiserId, orderId)
  expect(detail.renewals).toEqual({ addedFen: 50_000, count: 1, addedTime: 1 })
  stage.now = from + 2 * HOUR
  expect(await suixintui().terminate(advertiserId, orderId)).toMatchObject({
    outcome: 'done',
    value: { terminated: true, terminations: { used: 1 } },
  })
  expect((await suixintui().order(advertiserId, orderId)).status).toBe('FROZEN')
  expect(await suixintui().terminate(advertiserId, orderId)).toMatchObject({ error: { code: 40001 } })
  const after = await wallet()
  expect((after.validFen ?? 0) + (after.heldForOrdersFen ?? 0)).toBe(after.totalFen)
})

test('the quota of orders at once fills up and is refused; the list pages through', async () => {
  stage.now = at + 60 * DAY
  const { advertiserId } = stage.simulator
  const quota = await suixintui().quota(advertiserId)
  for (let i = quota.used; i < quota.most; i++) await create({ amountFen: 10_000 })
  expect(await suixintui().create(order())).toMatchObject({ outcome: 'refused', error: { code: 40001 } })
  expect(await suixintui().quota(advertiserId)).toMatchObject({ used: quota.most, most: quota.most })
  const { orders, unread } = await suixintui().orders({
    advertiserId,
    goal: 'VIDEO_PROM_GOODS',
    from: at,
    to: stage.now,
  })
  expect(unread).toEqual([])
  expect(orders.map(({ orderId }) => orderId)).toEqual(
    (await stage.truth()).orders.map(({ orderId }) => orderId).toReversed(),
  )
})

test('settled ROI falls for 14 days as refunds come in', async () => {
  const report = createQianchuanReport(stage.oceanengine())
  const day = at + 40 * DAY
  const settled: number[] = []
  for (const days of [1, 7, 20, 40]) {
    stage.now = day + days * DAY
    const [row] = await report.account({
      advertiserId: stage.simulator.advertiserId,
      from: day,
      to: day,
      platform: 'ECP_AWEME',
    })
    expect(row?.quality).toBe('ok')
    expect((row?.refund14dFen ?? 0) + (row?.settledGmv14dFen ?? 0)).toBe(row?.gmvFen)
    settled.push(row?.settledGmv14dFen ?? 0)
  }
  expect(settled[0]).toBeGreaterThan(settled[1] ?? 0)
  expect(settled[1]).toBeGreaterThan(settled[2] ?? 0)
  expect(settled[2]).toBe(settled[3])
})

test('suggestions come in our units', async () => {
  const { advertiserId } = stage.simulator
  const question = { advertiserId, amountFen: 50_000, externalAction: 'AD_CONVERT_TYPE_SHOPPING' as const }
  expect(await suixintui().suggestBid({ ...question, audience: { mode: 'ATUO' } })).toBe(3850)
  expect(await suixintui().suggestRoi(advertiserId, video?.kol.awemeId ?? '')).toBe(1.85)
})

test('a fail_list is handed on, an unknown status stays open, missing figures stay null', async () => {
  const row =
    '{"order_id":1,"status":"NEW_WORD","marketing_goal":"VIDEO_PROM_GOODS","order_create_time":"2026-06-01 00:00:00"}'
  const list = `{"code":0,"data":{"list":[${row}],"fail_list":[1790000000000000001],"page_info":{"cursor":1,"has_more":0}}}`
  const filter = { advertiserId: '1', goal: 'VIDEO_PROM_GOODS' as const, from: at, to: at }
  const { orders, unread } = await suixintui(list).orders(filter)
  expect(unread).toEqual(['1790000000000000001'])
  expect(orders[0]).toMatchObject({ status: 'UNKNOWN', adId: null, itemId: null, amountFen: null })
  const report =
    '{"code":0,"data":{"list":[{"ad_id":1,"stat_cost":10,"pay_order_amount":99,"prepay_and_pay_order_roi":2}],"page_info":{"total_page":1}}}'
  const [seen] = await suixintui(report).report({ ...filter, adIds: ['1'] })
  expect(seen).toMatchObject({ spendFen: 1000, gmvFen: 9900, boughtPlays: null, quality: 'disagrees' })
})
