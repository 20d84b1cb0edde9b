import { createHmac } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { createDoudian, type DoudianOptions, type OrderRow } from '../../platforms/doudian.ts'
import { DOUDIAN_CODES, signDoudian } from '../../platforms/doudian-call.ts'
import { createDoudianToken, refreshDoudianToken } from '../../platforms/doudian-token.ts'
import { DOUDIAN_APP } from '../../platforms/simulator/doudian.ts'
import { ordersOf } from '../../platforms/simulator/doudian-orders.ts'
import { DOUDIAN_SHOP_ID } from '../../platforms/simulator/doudian-shop.ts'
import { seededPlans } from '../../platforms/simulator/plans.ts'
import { createState } from '../../platforms/simulator/vendor.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { all, START, saying, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 13, videos: 80, hitShare: 0.08 })
const truth = ordersOf(world, createState())
const stage = stageOf(world, START + 6 * DAY)
let token = ''

const options = (extra: Partial<DoudianOptions> = {}): DoudianOptions => ({
  ...DOUDIAN_APP,
  baseUrl: stage.simulator.url,
  http: stage.http(),
  now: () => stage.now,
  accessToken: () => token,
  ...extra,
})
const facing = (body: unknown) => createDoudian(options({ http: stage.http(saying(body)) }))
const everything = () => ({ from: START, to: stage.now })
const sum = (rows: OrderRow[], of: (row: OrderRow) => number | null) =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0)

beforeAll(async () => {
  token = (await createDoudianToken(options(), { shopId: DOUDIAN_SHOP_ID })).accessToken
})

test('what the shop sells is what the 全域 plans carry', () => {
  const [plan] = seededPlans(world, '1')
  expect(new Set(truth.map(({ productId }) => productId))).toEqual(new Set(plan?.productIds))
})

test('the signature is that of the reference, and of the text written out by hand', () => {
  const [appKey, appSecret] = ['7000000000000000001', '0123456789abcdef0123456789abcdef']
  const paramJson = '{"order_asc":false,"order_by":"update_time","page":0,"size":10}'
  const call = { method: 'order.searchList', paramJson, timestamp: '1700000000' }
  const text =
    '0123456789abcdef0123456789abcdefapp_key7000000000000000001methodorder.searchListparam_json' +
    '{"order_asc":false,"order_by":"update_time","page":0,"size":10}timestamp1700000000v2' +
    '0123456789abcdef0123456789abcdef'
  const byHand = createHmac('sha256', appSecret).update(text).digest('hex')
  expect(byHand).toBe('9e8938070e141478af64f9ce8f3481ffbb4e1a9cea41b2eb25ce28258ff3e58f')
  expect(signDoudian({ appKey, appSecret }, call)).toBe(byHand)
})

test('what is signed is what is sent: sorted at every depth, compact, <>& as they are', async () => {
  const sent: { url: URL; text: string }[] = []
  const recording = async (input: unknown, init?: RequestInit) => {
    sent.push({ url: new URL(String(input)), text: String(init?.body) })
    return new Response('{"code":10000,"data":{"access_token":"a","expires_in":1,"refresh_token":"r"}}')
  }
  const app = options({
    http: stage.http({ attempts: 1, fetch: recording as typeof fetch }),
    timestamp: 'text',
  })
  await createDoudianToken(app, { code: 'a<b>&c' })
  const { url, text } = sent[0] ?? { url: new URL('x:'), text: '' }
  expect(text).toBe('{"code":"a<b>&c","grant_type":"authorization_code"}')
  const timestamp = url.searchParams.get('timestamp') ?? ''
  expect(timestamp).toBe('2026-06-07 00:00:00')
  const sign = signDoudian(DOUDIAN_APP, { method: 'token.create', paramJson: text, timestamp })
  expect([url.pathname, url.searchParams.get('sign')]).toEqual(['/token/create', sign])
  expect(url.searchParams.get('access_token')).toBe('')
})

test('both sides give every paid sale of every video, and agree to the 分', async () => {
  stage.now = START + 6 * DAY
  const paid = truth.filter((order) => !order.inRoom && order.paidAt !== null && order.paidAt <= stage.now)
  const lines = paid.flatMap((order) => order.skus)
  expect(lines.length).toBeGreaterThan(200)
  const doudian = createDoudian(options())
  const shop = await all(doudian.shopOrders(everything()))
  const alliance = await all(doudian.allianceOrders(everything()))
  for (const rows of [shop, alliance]) {
    expect(rows.map((row) => row.orderId).sort()).toEqual(lines.map((sku) => sku.orderId).sort())
    expect(sum(rows, (row) => row.payAmountFen)).toBe(lines.reduce((total, sku) => total + sku.payFen, 0))
    expect(rows.every((row) => row.quality === 'ok' && world.video(row.itemId))).toBe(true)
    expect(rows.every((row) => row.kolAccountId === world.video(row.itemId)?.kol.awemeId)).toBe(true)
    const refunded = paid.filter(({ refundAt }) => refundAt !== null && refundAt <= stage.now)
    expect(rows.filter((row) => row.refunded)).toHaveLength(refunded.flatMap(({ skus }) => skus).length)
  }
  expect(shop.every((row) => row.settledFen === null && row.paidAt <= stage.now)).toBe(true)
})

test('settlement follows after eight days, and a later refund takes it back', async () => {
  const late = truth.find(({ refundAt, paidAt, inRoom }) => {
    return !inRoom && refundAt !== null && paidAt !== null && refundAt > paidAt + 9 * DAY
  })
  const id = late?.orderId
  const payFen = late?.skus[0]?.payFen
  const paidAt = late?.paidAt ?? 0
  const rowAt = async (at: number) => {
    stage.now = at
    token = (await createDoudianToken(options(), { shopId: DOUDIAN_SHOP_ID })).accessToken
    const rows = await all(createDoudian(options()).allianceOrders(everything()))
    return rows.find((row) => row.orderId === id)
  }
  expect(await rowAt(paidAt + HOUR)).toMatchObject({ status: 'PAID', settledFen: null, refunded: false })
  expect(await rowAt(paidAt + 6 * DAY)).toMatchObject({ status: 'CONFIRMED', settledFen: null })
  expect(await rowAt(paidAt + 8 * DAY)).toMatchObject({ status: 'SETTLED', settledFen: payFen })
  const refundAt = late?.refundAt ?? 0
  expect(await rowAt(refundAt)).toMatchObject({
    status: 'REFUNDED',
    settledFen: 0,
    payAmountFen: payFen,
    refunded: true,
    updatedAt: refundAt,
  })
})

test('a window by update time sees the refund of an old order again', async () => {
  const refunds = truth.filter(({ refundAt, inRoom }) => refundAt !== null && !inRoom)
  const at = Math.max(...refunds.map(({ refundAt }) => refundAt ?? 0))
  stage.now = at + 1000
  token = (await createDoudianToken(options(), { shopId: DOUDIAN_SHOP_ID })).accessToken
  const doudian = createDoudian(options())
  const rows = [
    ...(await all(doudian.shopOrders({ from: at, to: at }))),
    ...(await all(doudian.allianceOrders({ from: at, to: at }))),
  ]
  expect(rows.length).toBeGreaterThanOrEqual(2)
  expect(rows.every((row) => row.refunded && row.updatedAt === at)).toBe(true)
  stage.now = START + 6 * DAY
  token = (await createDoudianToken(options(), { shopId: DOUDIAN_SHOP_ID })).accessToken
})

const order = (extra: object, sku: object = {}) => ({
  code: 10000,
  data: {
    shop_order_list: [
      {
        order_id: '1',
        order_status: 5,
        pay_amount: 100,
        pay_time: 1,
        update_time: 2,
        sku_order_list: [{ order_id: '1', pay_amount: 100, video_id: '7', ...sku }],
        ...extra,
      },
    ],
  },
})
test.each<[string, ReturnType<typeof order>, Partial<OrderRow> | null]>([
  ['as it should be', order({}), { quality: 'ok', status: 'FINISHED', kolAccountId: null, paidAt: 1000 }],
  ['lines that do not sum up', order({ pay_amount: 90 }), { quality: 'disputed', payAmountFen: 100 }],
  ['an unknown status', order({ order_status: 77 }), { quality: 'disputed' }],
  ['refunded by after-sale', order({}, { after_sale_info: { after_sale_status: 12 } }), { refunded: true }],
  ['failed after-sale', order({}, { after_sale_info: { after_sale_status: 28 } }), { refunded: false }],
  ['never paid', order({ pay_time: 0 }), null],
  ['no video', order({}, { video_id: '' }), null],
  ['video 0', order({}, { video_id: 0 }), null],
])('a shop order: %s', async (_, body, row) => {
  expect(await all(facing(body).shopOrders(everything()))).toMatchObject(row ? [row] : [])
})

const sale = (extra: object) => [
  {
    order_id: '1',
    total_pay_amount: 1000,
    pay_goods_amount: 1000,
    settled_goods_amount: 900,
    commission_rate: 3500,
    estimated_commission: 350,
    flow_point: 'SETTLE',
    pay_success_time: '2026-06-01 08:00:00',
    settle_time: '2026-06-09 08:00:00',
    media_type: 'video',
    media_id: '7',
    ...extra,
  },
]
test.each<[string, object, Partial<OrderRow> | null]>([
  ['as it should be', {}, { quality: 'ok', settledFen: 900, paidAt: Date.UTC(2026, 5, 1) }],
  ['commission that is not amount x rate', { estimated_commission: 35 }, { quality: 'disputed' }],
  ['more settled than paid', { settled_goods_amount: 1001 }, { quality: 'disputed' }],
  ['not settled yet', { settle_time: '', settled_goods_amount: 0 }, { settledFen: null }],
  ['of a live room', { media_type: 'live' }, null],
])('an alliance order: %s', async (_, extra, row) => {
  const pages = [sale(extra), []]
  const fetch = async () =>
    new Response(JSON.stringify({ code: 10000, data: { orders: pages.shift(), cursor: '1' } }))
  const rows = await all(
    createDoudian(options({ http: stage.http({ attempts: 1, fetch }) })).allianceOrders(everything()),
  )
  expect(rows).toMatchObject(row ? [row] : [])
})

test('orders that keep coming at the same cursor are an error', async () => {
  const still = facing({ code: 10000, data: { orders: sale({}), cursor: '0' } })
  await expect(all(still.allianceOrders(everything()))).rejects.toMatchObject({ kind: 'parse' })
})

const TABLE: [number, string, string][] = [
  [20000, '', 'network'],
  [20001, '', 'timeout'],
  [30001, 'isv.app-permissions-insufficient', 'forbidden'],
  [30001, 'dop.app-forbidden', 'forbidden'],
  [30001, 'dop.authorization-no-existed', 'auth'],
  [30001, 'dop.authorization-closed', 'auth'],
  [30002, '', 'forbidden'],
  [40001, '', 'rejected'],
  [40002, '', 'rejected'],
  [40003, 'isv.signature-invalid', 'rejected'],
  [40003, 'isv.timestamp-invalid', 'rejected'],
  [40003, 'isv.access-token-expired', 'auth'],
  [40003, 'isv.access-token-invalid', 'auth'],
  [40003, 'isv.access-token-no-existed', 'auth'],
  [40004, '', 'rejected'],
  [50001, 'dop.token-generate-failed:1', 'auth'],
  [50001, '', 'rejected'],
  [50002, '', 'rejected'],
  [60000, '', 'rate_limited'],
  [70000, '', 'forbidden'],
  [80000, '', 'forbidden'],
  [90000, '', 'forbidden'],
  [12345, '', 'rejected'],
]
test.each(TABLE)('code %i %s is %s', async (code, sub_code, kind) => {
  const body = { code, msg: 'm', sub_code, sub_msg: 's', log_id: 'l', data: null }
  const failed = all(facing(body).shopOrders(everything()))
  await expect(failed).rejects.toMatchObject({ kind, code, requestId: 'l' })
})
test('the table of codes is complete', () => {
  const listed = new Set(TABLE.map(([code]) => code).filter((code) => code !== 12345))
  expect(Object.keys(DOUDIAN_CODES).map(Number)).toEqual([...listed])
})
test('partial success is read; what is no envelope is a parse error', async () => {
  expect(await all(facing({ ...order({}), code: 10001 }).shopOrders(everything()))).toHaveLength(1)
  await expect(all(facing([]).shopOrders(everything()))).rejects.toMatchObject({ kind: 'parse' })
})

test('tokens: seven days, the same pair until the last hour, refused when wrong', async () => {
  const grant = await createDoudianToken(options(), { shopId: DOUDIAN_SHOP_ID })
  expect(grant).toMatchObject({ accessExpiresAt: stage.now + 7 * DAY, shopId: DOUDIAN_SHOP_ID })
  const early = await refreshDoudianToken(options(), grant.refreshToken)
  expect(early.accessToken).toBe(grant.accessToken)
  stage.now += 7 * DAY
  const expired = createDoudian(options({ accessToken: () => grant.accessToken }))
  await expect(all(expired.shopOrders(everything()))).rejects.toMatchObject({ kind: 'auth', code: 40003 })
  const next = await refreshDoudianToken(options(), grant.refreshToken)
  expect(next.accessToken).not.toBe(grant.accessToken)
  const again = refreshDoudianToken(options(), grant.refreshToken)
  await expect(again).rejects.toMatchObject({ kind: 'auth' })
  const stale = createDoudian(
    options({ accessToken: (refused) => (refused ? next.accessToken : grant.accessToken) }),
  )
  expect(await all(stale.shopOrders(everything()))).not.toEqual([])
  token = next.accessToken
})

test.each(['rate_limit', 'http_500', 'cut', 'partial_body', 'busy'] as const)(
  'a passing fault loses no order: %s',
  async (kind) => {
    const before = await all(createDoudian(options()).shopOrders(everything()))
    stage.simulator.faults.add([{ kind, times: 1 }])
    expect(await all(createDoudian(options()).shopOrders(everything()))).toEqual(before)
  },
)
test.each([
  ['rate_limit', 'rate_limited'],
  ['http_500', 'network'],
  ['hang', 'timeout'],
  ['expired_token', 'auth'],
  ['wrong_type', 'parse'],
] as const)('a lasting fault ends the reading: %s is %s', async (kind, expected) => {
  stage.simulator.faults.add([{ kind, probability: 1 }])
  const doudian = createDoudian(
    options({ http: stage.http({ attempts: 2, timeoutMs: kind === 'hang' ? 30 : 5000 }) }),
  )
  await expect(all(doudian.shopOrders(everything()))).rejects.toMatchObject({ kind: expected })
  await expect(all(doudian.allianceOrders(everything()))).rejects.toMatchObject({ kind: expected })
})

test('a wrong secret is refused by its signature', async () => {
  const wrong = createDoudian(options({ appSecret: 'x' }))
  await expect(all(wrong.shopOrders(everything()))).rejects.toThrow('isv.signature-invalid')
})
