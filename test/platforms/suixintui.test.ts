import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { checkExchange } from '../../platforms/contract.ts'
import { suixintuiContracts } from '../../platforms/contracts/suixintui.ts'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengine } from '../../platforms/oceanengine.ts'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { createQianchuanAccount } from '../../platforms/qianchuan-account.ts'
import { createQianchuanReport } from '../../platforms/qianchuan-report.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import type { Exchange } from '../../platforms/simulator/vendor.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { createSuixintui, SUIXINTUI_PATH } from '../../platforms/suixintui.ts'
import type { OrderInput } from '../../platforms/suixintui-rules.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const world = createWorld({ seed: 11, startAt: START, kols: 4, videos: 120, hitShare: 0.1, publishDays: 2 })
const at = START + 4 * DAY
const CREATE = `${SUIXINTUI_PATH}order/create/`
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

function oceanengine(canned?: string) {
  const http = createHttp({
    ...(canned ? { fetch: async () => new Response(canned) } : {}),
    now: () => now,
    sleep: async () => {},
    random: () => 0.5,
    timeoutMs: 2000,
    attempts: 3,
    concurrencyPerAccount: 4,
  })
  return createOceanengine({
    baseUrl: simulator.url,
    accessToken: () => simulator.tokens.current().accessToken,
    http,
  })
}
const suixintui = (canned?: string) => createSuixintui(oceanengine(canned))

const video = world.videos.find((each) => each.nature === 'hit')
const dud = world.videos.find((each) => each.nature === 'ordinary')
const order = (change: Partial<OrderInput> = {}): OrderInput => ({
  advertiserId: simulator.advertiserId,
  goal: 'VIDEO_PROM_GOODS',
  awemeId: video?.kol.awemeId ?? '',
  itemId: video?.itemId ?? '',
  externalAction: 'AD_CONVERT_TYPE_SHOPPING',
  amountFen: 50_000,
  hours: 6,
  bidType: 'AUTO_BID',
  audience: { mode: 'ATUO' },
  ...change,
})
interface Truth {
  orders: { orderId: string; itemId: string; status: string; amountFen: number; figures: { plays: number } }[]
  writes: { path: string; code: number; made: string | null }[]
}
const truth = async () => (await (await fetch(`${simulator.url}/control/truth`)).json()) as Truth
async function create(change: Partial<OrderInput> = {}) {
  const made = await suixintui().create(order(change))
  if (made.outcome !== 'done') throw new Error(JSON.stringify(made))
  return made.value
}
/** An order that the review lets pass; the seed refuses a share. */
async function delivered(change: Partial<OrderInput> = {}) {
  const before = now
  for (let tries = 0; tries < 6; tries++) {
    now = before
    const { orderId } = await create(change)
    now = before + HOUR
    const detail = await suixintui().order(simulator.advertiserId, orderId)
    if (detail.status === 'DELIVERY_OK') return { orderId, adId: detail.adId ?? '', from: before }
  }
  throw new Error('the review refuses everything')
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
  const before = wire.length
  expect(await suixintui().create(order(change))).toMatchObject({ outcome: 'invalid', field })
  expect(wire.length).toBe(before)
})

test('an order runs from UNPAID to FINISHED by the clock, its ad_id comes when it is paid', async () => {
  now = at
  const { orderId, adId } = await create()
  expect(adId).toBeNull()
  const seen: string[] = []
  for (const after of [0, 9_000, 41_000, 2 * HOUR, 9 * HOUR]) {
    now = at + after
    const detail = await suixintui().order(simulator.advertiserId, orderId)
    seen.push(detail.status)
    expect(detail.adId === null).toBe(detail.status === 'UNPAID')
    expect(detail).toMatchObject({ amountFen: 50_000, hours: 6, createdAt: at, itemId: video?.itemId })
  }
  expect(seen[0]).toBe('UNPAID')
  expect(['FINISHED', 'OVER', 'OFFLINE_AUDIT']).toContain(seen.at(-1))
})

test('the answer of a create is lost: the outcome is unknown, nothing is sent again, one order exists', async () => {
  now = at + DAY
  const before = (await truth()).orders.length
  simulator.faults.add([{ kind: 'cut_after', times: 1, path: CREATE }])
  expect(await suixintui().create(order())).toMatchObject({ outcome: 'unknown', error: { kind: 'network' } })
  const after = await truth()
  expect(after.orders.length).toBe(before + 1)
  const { orders } = await suixintui().orders({
    advertiserId: simulator.advertiserId,
    goal: 'VIDEO_PROM_GOODS',
    from: now,
    to: now,
  })
  expect(orders.filter(({ createdAt }) => createdAt === now).map(({ orderId }) => orderId)).toEqual([
    after.orders.at(-1)?.orderId,
  ])
})

test.each([
  ['hang', 'unknown'],
  ['busy', 'unknown'],
  ['http_500', 'unknown'],
  ['partial_body', 'unknown'],
  ['wrong_type', 'unknown'],
  ['expired_token', 'refused'],
] as const)(
  'a create that meets %s is %s and sent once',
  async (kind, outcome) => {
    now = at + 10 * DAY
    const before = simulator.tally.calls().byPath[CREATE]?.total ?? 0
    simulator.faults.add([{ kind, times: 1, path: CREATE }])
    expect(await suixintui().create(order())).toMatchObject({ outcome })
    expect((simulator.tally.calls().byPath[CREATE]?.total ?? 0) - before).toBe(1)
  },
  10_000,
)

test('a create that is throttled is refused at the door, so it may be sent again', async () => {
  now = at + 20 * DAY
  simulator.faults.add([{ kind: 'rate_limit', times: 1, path: CREATE }])
  const before = (await truth()).orders.length
  expect(await suixintui().create(order())).toMatchObject({ outcome: 'done' })
  expect((await truth()).orders.length).toBe(before + 1)
})

test('the same order twice is two orders; what costs more than the balance is refused with 40200', async () => {
  now = at + 30 * DAY
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
  expect((await truth()).writes.at(-1)).toMatchObject({ path: CREATE, code: 40501, made: null })
})

test('a hit sells, a dud does not; bought plays are in the counters of the video', async () => {
  now = at + 40 * DAY
  const good = await delivered({ amountFen: 200_000 })
  now = good.from
  const bad = await delivered({
    amountFen: 200_000,
    awemeId: dud?.kol.awemeId ?? '',
    itemId: dud?.itemId ?? '',
  })
  now = good.from + DAY
  const rows = await suixintui().report({
    advertiserId: simulator.advertiserId,
    goal: 'VIDEO_PROM_GOODS',
    from: good.from,
    to: now,
    adIds: [good.adId, bad.adId],
  })
  const [hit, miss] = [good.adId, bad.adId].map((adId) => rows.find((row) => row.adId === adId))
  expect(hit?.roi).toBeGreaterThan(miss?.roi ?? 0)
  expect([hit?.quality, miss?.quality]).toEqual(['ok', 'ok'])
  expect(hit?.orderId).toBe(good.orderId)
  const bought = (await truth()).orders
    .filter(({ itemId }) => itemId === video?.itemId)
    .reduce((sum, { figures }) => sum + figures.plays, 0)
  const counters = createQianchuan({
    baseUrl: simulator.url,
    advertiserId: simulator.advertiserId,
    accessToken: () => simulator.tokens.current().accessToken,
    http: createHttp({
      now: () => now,
      sleep: async () => {},
      random: () => 0.5,
      timeoutMs: 2000,
      attempts: 1,
      concurrencyPerAccount: 1,
    }),
  })
  const [seen] = await counters.fetchCounters([
    { itemId: video?.itemId ?? '', accountId: video?.kol.awemeId ?? '' },
  ])
  const natural = world.counters(video?.itemId ?? '', now)?.plays ?? 0
  expect(bought).toBeGreaterThan(0)
  expect(seen).toMatchObject({ ok: true, counters: { plays: natural + bought } })
})

test('a renewal adds money and days; an end frees what is held and costs one of the quota', async () => {
  now = at + 50 * DAY
  const { orderId, from } = await delivered({ amountFen: 100_000 })
  const { advertiserId } = simulator
  const wallet = () => createQianchuanAccount(oceanengine()).wallet(advertiserId)
  const added = { advertiserId, orderId, goal: 'VIDEO_PROM_GOODS' as const, addFen: 50_000, addTime: 1 }
  expect(await suixintui().addBudget({ ...added, addTime: 8 })).toMatchObject({ field: 'addTime' })
  expect(await suixintui().addBudget({ ...added, addFen: 50 })).toMatchObject({ field: 'addFen' })
  const held = (await wallet()).heldForOrdersFen ?? 0
  expect(await suixintui().addBudget(added)).toEqual({ outcome: 'done', value: null })
  expect((await wallet()).heldForOrdersFen).toBe(held + 50_000)
  const detail = await suixintui().order(advertiserId, orderId)
  expect(detail.renewals).toEqual({ addedFen: 50_000, count: 1, addedTime: 1 })
  now = from + 2 * HOUR
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
  now = at + 60 * DAY
  const { advertiserId } = simulator
  const quota = await suixintui().quota(advertiserId)
  for (let i = quota.used; i < quota.most; i++) await create({ amountFen: 10_000 })
  expect(await suixintui().create(order())).toMatchObject({ outcome: 'refused', error: { code: 40001 } })
  expect(await suixintui().quota(advertiserId)).toMatchObject({ used: quota.most, most: quota.most })
  const { orders, unread } = await suixintui().orders({
    advertiserId,
    goal: 'VIDEO_PROM_GOODS',
    from: at,
    to: now,
  })
  expect(unread).toEqual([])
  expect(orders.map(({ orderId }) => orderId)).toEqual(
    (await truth()).orders.map(({ orderId }) => orderId).toReversed(),
  )
  now += MINUTE
})

test('settled ROI falls for 14 days as refunds come in', async () => {
  const report = createQianchuanReport(oceanengine())
  const day = at + 40 * DAY
  const settled: number[] = []
  for (const days of [1, 7, 20, 40]) {
    now = day + days * DAY
    const [row] = await report.account({
      advertiserId: simulator.advertiserId,
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
  const { advertiserId } = simulator
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

test('every exchange keeps the contract in both directions, but for the planted wrong_type', () => {
  const mine = wire.filter(({ path }) => path.startsWith(SUIXINTUI_PATH) && !path.endsWith('authorized/get/'))
  expect(mine.flatMap((exchange) => checkExchange(suixintuiContracts, exchange))).toEqual([
    `POST ${CREATE}: data: Invalid input: expected object, received string`,
  ])
  expect(new Set(mine.map(({ path }) => path)).size).toBe(suixintuiContracts.length)
})
