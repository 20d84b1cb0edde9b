import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDoudianOAuth } from '../../platforms/doudian-oauth.ts'
import { createHttp } from '../../platforms/http.ts'
import { DOUDIAN_APP } from '../../platforms/simulator/doudian.ts'
import { DOUDIAN_SHOP_ID } from '../../platforms/simulator/doudian-shop.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const world = createWorld({ seed: 14, startAt: START, kols: 1, videos: 1, hitShare: 0, publishDays: 1 })
let now = START
let simulator: Simulator
beforeAll(async () => {
  simulator = await createSimulator({ world, now: () => now })
})
afterAll(() => simulator.close())

const oauth = (fetch?: typeof globalThis.fetch) => {
  const http = createHttp({
    ...(fetch ? { fetch } : {}),
    now: () => now,
    sleep: async () => {},
    random: () => 0.5,
    timeoutMs: 5000,
    attempts: 3,
    concurrencyPerAccount: 4,
  })
  return createDoudianOAuth({
    ...DOUDIAN_APP,
    baseUrl: simulator.url,
    http,
    now: () => now,
    serviceId: '33428',
  })
}
const authorised = () => oauth().exchange(simulator.tokens.code('shop'))
const answering = (data: object) =>
  oauth(async () => new Response(JSON.stringify({ code: 10000, msg: 'success', data })))

test('a person goes to the service market; the address they come back to is not ours to name', () => {
  const url = oauth().authoriseUrl('a state', 'https://us.test/back')
  expect(url).toBe('https://fuwu.jinritemai.com/authorize?service_id=33428&state=a+state')
})

test('a code gives the shop and its tokens, once and within ten minutes', async () => {
  const code = simulator.tokens.code('shop')
  expect(await oauth().exchange(code)).toMatchObject({
    externalId: DOUDIAN_SHOP_ID,
    name: '苗圃测试店',
    grant: { accessExpiresAt: now + 7 * DAY, refreshExpiresAt: now + 14 * DAY },
  })
  await expect(oauth().exchange(code)).rejects.toMatchObject({ kind: 'auth' })
  const late = simulator.tokens.code('shop')
  now += 10 * MINUTE
  await expect(oauth().exchange(late)).rejects.toMatchObject({ kind: 'auth' })
})

test('an early refresh gives the pair as it is, also its ends; one in the last hour kills it', async () => {
  const { grant } = await authorised()
  now += 6 * DAY
  expect(await oauth().refresh(grant.refreshToken)).toMatchObject(grant)
  now += DAY - HOUR
  const next = await oauth().refresh(grant.refreshToken)
  expect(next).toMatchObject({ accessExpiresAt: now + 7 * DAY, refreshExpiresAt: now + 14 * DAY })
  expect(next.refreshToken).not.toBe(grant.refreshToken)
  await expect(oauth().refresh(grant.refreshToken)).rejects.toMatchObject({ kind: 'auth' })
})

test('after fourteen days without any the shop must authorise again', async () => {
  const { grant } = await authorised()
  now += 14 * DAY
  await expect(oauth().refresh(grant.refreshToken)).rejects.toMatchObject({ kind: 'auth' })
})

test('with an unknown outcome nothing is sent twice, and it is no word on the token', async () => {
  const { grant } = await authorised()
  simulator.faults.add([{ kind: 'cut', path: '/token/refresh', times: 1 }])
  await expect(oauth().refresh(grant.refreshToken)).rejects.toMatchObject({ kind: 'network' })
  expect(simulator.faults.list()).toEqual([])
})

test('a shop without a name is called by its id; tokens of no shop are refused', async () => {
  const tokens = { access_token: 'a', expires_in: 1, refresh_token: 'r' }
  expect(await answering({ ...tokens, shop_id: 7, shop_name: ' ' }).exchange('c')).toMatchObject({
    externalId: '7',
    name: '7',
  })
  await expect(answering(tokens).exchange('c')).rejects.toMatchObject({ kind: 'parse' })
})
