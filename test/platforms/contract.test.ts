import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Contract, checkExchange, fields, intText, wireInt } from '../../platforms/contract.ts'
import { doudianContracts } from '../../platforms/contracts/doudian.ts'
import { douyinContracts } from '../../platforms/contracts/douyin.ts'
import { xingtuContracts } from '../../platforms/contracts/xingtu.ts'
import { createDoudian } from '../../platforms/doudian.ts'
import { createDoudianToken, refreshDoudianToken } from '../../platforms/doudian-token.ts'
import { createDouyin } from '../../platforms/douyin.ts'
import {
  authorizeUrl,
  clientToken,
  exchangeCode,
  refreshToken,
  renewRefreshToken,
} from '../../platforms/douyin-oauth.ts'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengine } from '../../platforms/oceanengine.ts'
import { DOUDIAN_APP, doudian } from '../../platforms/simulator/doudian.ts'
import { DOUDIAN_SHOP_ID } from '../../platforms/simulator/doudian-shop.ts'
import { DOUYIN_SCOPES, douyin } from '../../platforms/simulator/douyin.ts'
import { DOUYIN_APP } from '../../platforms/simulator/douyin-accounts.ts'
import { DOUYIN_PAGES, douyinOauth } from '../../platforms/simulator/douyin-oauth.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import type { Exchange, Route } from '../../platforms/simulator/vendor.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { XINGTU_STAR_ID, xingtuRoutes } from '../../platforms/simulator/xingtu.ts'
import { createXingtu } from '../../platforms/xingtu.ts'
import { DAY } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const NOW = START + 6 * DAY
const world = createWorld({ seed: 5, startAt: START, kols: 4, videos: 80, hitShare: 0.08, publishDays: 2 })
const exchanges: Exchange[] = []
let simulator: Simulator

beforeAll(async () => {
  simulator = await createSimulator({
    world,
    now: () => NOW,
    onExchange: (exchange) => void exchanges.push(exchange),
  })
})
afterAll(() => simulator.close())

const http = createHttp({
  now: () => NOW,
  sleep: async () => {},
  random: () => 0.5,
  timeoutMs: 5000,
  attempts: 1,
  concurrencyPerAccount: 4,
})
async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const got: T[] = []
  for await (const each of list) got.push(each)
  return got
}

async function callDouyin() {
  const deps = { http, now: () => NOW }
  const app = { baseUrl: simulator.url, ...DOUYIN_APP }
  const awemeId = world.videos[0]?.kol.awemeId ?? ''
  const url = authorizeUrl(app, { scopes: DOUYIN_SCOPES, redirectUri: 'https://x.test/', state: 's' })
  const page = (await (await fetch(`${url}&aweme_id=${awemeId}`)).json()) as { data: { code: string } }
  const grant = await exchangeCode(deps, app, page.data.code)
  await refreshToken(deps, app, grant.refreshToken)
  await renewRefreshToken(deps, app, grant.refreshToken)
  await clientToken(deps, app)
  const douyin = createDouyin({ baseUrl: simulator.url, http, accessToken: () => grant.accessToken })
  const videos = await all(douyin.listVideos(grant.openId))
  const itemIds = videos.slice(0, 20).map((video) => video.itemId)
  await douyin.fetchCounters(itemIds.map((itemId) => ({ itemId, accountId: grant.openId })))
  const openItemId = videos[0]?.openItemId ?? ''
  await douyin.videoData(grant.openId, { openItemIds: [openItemId] })
  await douyin.itemBase(grant.openId, openItemId)
  await douyin.itemPlay(grant.openId, openItemId, 7)
  await douyin.userFans(grant.openId, 15)
}

async function callDoudian() {
  const app = { ...DOUDIAN_APP, baseUrl: simulator.url, http, now: () => NOW }
  const grant = await createDoudianToken(app, { shopId: DOUDIAN_SHOP_ID })
  await refreshDoudianToken(app, grant.refreshToken)
  const doudian = createDoudian({ ...app, accessToken: () => grant.accessToken })
  await all(doudian.shopOrders({ from: START, to: NOW }))
  await all(doudian.allianceOrders({ from: START, to: NOW }))
}

async function callXingtu() {
  const accessToken = () => simulator.tokens.current().accessToken
  const oceanengine = createOceanengine({ baseUrl: simulator.url, http, accessToken })
  const orders = new Map<string, string>()
  const orderOf = (itemId: string) => orders.get(itemId) ?? null
  const xingtu = createXingtu({ oceanengine, starId: XINGTU_STAR_ID, orderOf })
  for (const { itemId, taskId } of await all(xingtu.tasks())) if (itemId) orders.set(itemId, taskId)
  await xingtu.fetchCounters([...orders.keys()].map((itemId) => ({ itemId, accountId: '' })))
  await xingtu.report([...orders.values()][0] ?? '')
  await xingtu.authorsOf([...orders.keys()])
}

interface Case {
  vendor: string
  routes: readonly Route[]
  contracts: readonly Contract[]
  /** Calls every interface once with the connector. */
  call: () => Promise<void>
}
/** A new vendor is one entry here. */
const CASES: Case[] = [
  {
    vendor: 'douyin',
    routes: [...douyin.routes, ...douyinOauth.routes.filter(({ path }) => !DOUYIN_PAGES.includes(path))],
    contracts: douyinContracts,
    call: callDouyin,
  },
  { vendor: 'doudian', routes: doudian.routes, contracts: doudianContracts, call: callDoudian },
  { vendor: 'xingtu', routes: xingtuRoutes, contracts: xingtuContracts, call: callXingtu },
]
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

test.each(CASES)(
  '$vendor: every route has a contract and every contract a route',
  ({ routes, contracts }) => {
    expect(contracts.map(nameOf).sort()).toEqual(routes.map(nameOf).sort())
  },
)

test.each(CASES)('$vendor: questions and answers keep the contract, every interface', async (vendor) => {
  exchanges.length = 0
  await vendor.call()
  const relevant = exchanges.filter(({ path }) => !DOUYIN_PAGES.includes(path))
  expect([...new Set(relevant.flatMap((exchange) => checkExchange(vendor.contracts, exchange)))]).toEqual([])
  expect(relevant.filter(({ code }) => code !== 0 && code !== 10000)).toEqual([])
  expect([...new Set(relevant.map(nameOf))].sort()).toEqual(vendor.contracts.map(nameOf).sort())
})

const contract: Contract = {
  method: 'GET',
  path: '/x',
  query: fields({ id: intText }, { filtering: fields({}, { ids: z.array(wireInt) }) }),
  data: fields({ id: wireInt }),
}
const exchange = (query: string, data: unknown, extra: Partial<Exchange> = {}): Exchange => ({
  method: 'GET',
  path: '/x',
  query: new URLSearchParams(query),
  headers: {},
  body: null,
  text: '',
  answer: { code: 0, data },
  code: 0,
  ...extra,
})
const BIG = 7_000_000_000_000_000_001n

test.each<[string, Exchange, string[]]>([
  ['a good exchange', exchange(`id=1&filtering={"ids":[${BIG}]}`, { id: BIG }), []],
  ['a quoted id', exchange(`id=1&filtering={"ids":["${BIG}"]}`, { id: 1 }), ['query.filtering.ids.0']],
  ['a quoted id in the answer', exchange('id=1', { id: `${BIG}` }), ['data.id']],
  ['an unknown parameter', exchange('id=1&page=1', { id: 1 }), ['query']],
  ['an unknown field of the answer', exchange('id=1', { id: 1, more: 1 }), ['data']],
  ['a missing parameter', exchange('', { id: 1 }), ['query.id']],
  ['a refusal, whose data says nothing', exchange('id=1', {}, { code: 40001 }), []],
  ['a body where there is none', exchange('id=1', { id: 1 }, { text: '{"a":1}' }), ['body']],
  ['an unknown interface', exchange('id=1', {}, { path: '/y' }), ['no contract']],
])('checkExchange finds %s', (_, given, parts) => {
  const problems = checkExchange([contract], given)
  expect(problems).toHaveLength(parts.length)
  for (const [index, part] of parts.entries()) expect(problems[index]).toContain(`: ${part}`)
})

test('the fields of a form are text, those of JSON keep their kind', () => {
  const posting: Contract = { method: 'POST', path: '/x', body: fields({ id: wireInt }), data: z.unknown() }
  const asJson = exchange('', {}, { method: 'POST', text: `{"id":${BIG}}` })
  const asForm = {
    ...asJson,
    text: 'id=1',
    body: { id: '1' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }
  expect(checkExchange([posting], asJson)).toEqual([])
  expect(checkExchange([posting], asForm)).toHaveLength(1)
})
