/** Connecting an account of a platform: out by GraphQL, consent on the platform, back by the callback. */
import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { afterEach, expect, test } from 'vitest'
import { type Api, startApi } from '../../api/server.ts'
import { account, subject } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { createSealer } from '../../flow/seal.ts'
import { createToken } from '../../flow/workspace.ts'
import { createDoudianOAuth } from '../../platforms/doudian-oauth.ts'
import { createDouyinOAuth } from '../../platforms/douyin-oauth.ts'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengineOAuth } from '../../platforms/oceanengine-oauth.ts'
import { DOUDIAN_APP } from '../../platforms/simulator/doudian.ts'
import { DOUDIAN_SHOP_ID } from '../../platforms/simulator/doudian-shop.ts'
import { DOUYIN_APP, openIdOf } from '../../platforms/simulator/douyin-accounts.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, MINUTE } from '../../rules/types.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function stage(withApp = true) {
  const time = { now: NOW.getTime() }
  const now = () => time.now
  const world = createWorld({
    seed: 'authorise',
    startAt: time.now,
    kols: 1,
    videos: 1,
    hitShare: 0,
    publishDays: 1,
  })
  const simulator: Simulator = await createSimulator({ world, now })
  closers.push(() => simulator.close())
  const sleep = () => Promise.resolve()
  const http = createHttp({
    now,
    sleep,
    random: () => 0.5,
    timeoutMs: 5000,
    attempts: 1,
    concurrencyPerAccount: 4,
  })
  const baseUrl = simulator.url
  const oauths = [
    createOceanengineOAuth({ http, now }, { baseUrl, appId: 42n, secret: 'app-secret' }),
    createDouyinOAuth({ http, now }, { baseUrl, ...DOUYIN_APP }),
    createDoudianOAuth({ http, now, baseUrl, ...DOUDIAN_APP, serviceId: '33428' }),
  ]
  const sealer = createSealer([{ id: 'k', key: randomBytes(32) }])
  const accounts = {
    sealer,
    oauths: new Map(oauths.map((oauth) => [oauth.platform, oauth])),
    publicUrl: 'https://seedbed.example',
  }
  const api: Api = await startApi({
    database: t.database,
    queue: { ping: async () => {}, counts: async () => ({}) },
    clock: () => new Date(time.now),
    log: pino({ level: 'silent' }),
    host: '127.0.0.1',
    port: 0,
    accounts: withApp ? accounts : null,
  })
  closers.push(() => api.close())
  const tenant = await t.tenant()
  const secret = await createToken(tenant, { name: 'editor', role: 'EDITOR' })
  const ask = async (query: string) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const answer = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    })
    return ((await answer.json()) as { data: Record<string, never> }).data
  }
  const begin = async (
    platform = 'oceanengine',
    more = '',
  ): Promise<{ url: string; message?: string; field?: string }> => {
    const start = `startAuthorisation(input: { platform: "${platform}" ${more} })`
    const data = await ask(
      `mutation { ${start} { ... on Authorisation { url } ... on InvalidInputError { field message } } }`,
    )
    return data.startAuthorisation as never
  }
  const back = async (query: Record<string, string>, platform = 'oceanengine') => {
    const answer = await fetch(`${api.url}/oauth/${platform}/callback?${new URLSearchParams(query)}`)
    return { status: answer.status, text: await answer.text() }
  }
  return { time, world, simulator, tenant, ask, begin, back }
}
const stateOf = (url: string) => new URL(url).searchParams.get('state') ?? ''
const ACCOUNTS =
  '{ accounts { edges { node { platform externalId name state warning lastError renewalsLeft } } } }'

test('an account is connected, listed without its tokens, and connected again in place', async () => {
  const { simulator, tenant, ask, begin, back } = await stage()
  const { url } = await begin()
  const address = new URL(url)
  expect(address.searchParams.get('app_id')).toBe('42')
  expect(address.searchParams.get('redirect_uri')).toBe('https://seedbed.example/oauth/oceanengine/callback')
  expect(url).not.toContain('app-secret')
  const first = await back({ state: stateOf(url), auth_code: simulator.tokens.code('shop') })
  expect(first).toEqual({ status: 200, text: expect.stringContaining('店铺 shop is connected') })
  const node = {
    platform: 'oceanengine',
    name: '店铺 shop',
    state: 'ACTIVE',
    warning: null,
    lastError: null,
    renewalsLeft: null,
  }
  const listed = {
    accounts: { edges: [{ node: { ...node, externalId: expect.stringMatching(/^\d{19}$/) } }] },
  }
  expect(await ask(ACCOUNTS)).toEqual(listed)
  await back({ state: stateOf((await begin()).url), auth_code: simulator.tokens.code('shop') })
  expect(await ask(ACCOUNTS)).toEqual(listed)
  const [row] = await write(tenant, (tx) => tx.select().from(account))
  expect(row?.generation).toBe(2)
  expect(row?.tokens.toString('latin1')).not.toContain('sim-access')
})

test('a warning says by when a person must act', async () => {
  const { time, simulator, ask, begin, back } = await stage()
  await back({ state: stateOf((await begin()).url), auth_code: simulator.tokens.code('shop') })
  time.now += 24 * DAY
  expect(JSON.stringify(await ask(ACCOUNTS))).toContain('Authorise again within 6 days')
})

test('an account of 抖音 is connected by its nickname, with five renewals', async () => {
  const { world, ask, begin, back } = await stage()
  const { url } = await begin('douyin')
  const { awemeId = '', nickname } = world.kols[0] ?? {}
  const page = (await (await fetch(`${url}&aweme_id=${awemeId}`)).json()) as { data: { location: string } }
  const address = new URL(page.data.location)
  expect(address.origin + address.pathname).toBe('https://seedbed.example/oauth/douyin/callback')
  expect(await back(Object.fromEntries(address.searchParams), 'douyin')).toMatchObject({ status: 200 })
  const node = {
    platform: 'douyin',
    externalId: openIdOf(awemeId),
    name: nickname,
    state: 'ACTIVE',
    renewalsLeft: 5,
  }
  expect(await ask(ACCOUNTS)).toMatchObject({ accounts: { edges: [{ node }] } })
})

test('a shop of 抖店 is connected by its name', async () => {
  const { simulator, tenant, ask, begin, back } = await stage()
  const { url } = await begin('doudian')
  const address = new URL(url)
  expect(address.origin + address.pathname).toBe('https://fuwu.jinritemai.com/authorize')
  expect([...address.searchParams.keys()]).toEqual(['service_id', 'state'])
  const code = simulator.tokens.code('shop')
  expect(await back({ state: stateOf(url), code }, 'doudian')).toEqual({
    status: 200,
    text: expect.stringContaining('苗圃测试店 is connected'),
  })
  const used = await back({ state: stateOf(url), code }, 'doudian')
  expect(used).toEqual({ status: 400, text: expect.stringContaining('did not take its code') })
  const node = {
    platform: 'doudian',
    externalId: DOUDIAN_SHOP_ID,
    name: '苗圃测试店',
    state: 'ACTIVE',
    renewalsLeft: null,
  }
  expect(await ask(ACCOUNTS)).toMatchObject({ accounts: { edges: [{ node }] } })
  const subjects = await write(tenant, (tx) => tx.select().from(subject))
  expect(subjects).toMatchObject([{ source: 'doudian', externalId: DOUDIAN_SHOP_ID, lostAt: null }])
})

test('a platform without an app and a KOL that is none are refused', async () => {
  const { begin } = await stage()
  expect(await begin('weibo')).toEqual({ field: 'platform', message: 'No app of weibo is set up here.' })
  expect(await begin('douyin', 'kolId: "bm9uZQ=="')).toMatchObject({ field: 'kolId' })
})

test('a state that was forged, is too old or is of another platform connects nothing', async () => {
  const { time, simulator, tenant, begin, back } = await stage()
  const { url } = await begin()
  const state = stateOf(url)
  const code = () => simulator.tokens.code('shop')
  const tries = [
    { auth_code: code() },
    { state: '', auth_code: code() },
    { state: `${state.slice(0, -2)}AA`, auth_code: code() },
    {
      state: Buffer.from('{"workspaceId":1,"platform":"oceanengine","until":9e15}').toString('base64url'),
      auth_code: code(),
    },
  ]
  for (const query of tries) {
    expect(await back(query)).toEqual({ status: 400, text: expect.stringContaining('was not made here') })
  }
  expect(await back({ state, auth_code: code() }, 'douyin')).toMatchObject({ status: 400 })
  time.now += 10 * MINUTE
  expect(await back({ state, auth_code: code() })).toMatchObject({ status: 400 })
  expect(await write(tenant, (tx) => tx.select().from(account))).toEqual([])
})

test('a code that is missing, wrong or used is told, and shows no secret', async () => {
  const { simulator, begin, back } = await stage()
  const state = stateOf((await begin()).url)
  expect(await back({ state })).toEqual({ status: 400, text: expect.stringContaining('sent no code') })
  const code = simulator.tokens.code('shop')
  expect(await back({ state, auth_code: code })).toMatchObject({ status: 200 })
  const used = await back({ state, auth_code: code })
  expect(used).toEqual({ status: 400, text: expect.stringContaining('did not take its code') })
  expect(used.text).not.toMatch(/app-secret/)
  expect(used.text).not.toContain(code)
})

test('without an app or a key there is nothing to begin, and no callback', async () => {
  const { begin, back } = await stage(false)
  expect(await begin()).toEqual({ field: 'platform', message: expect.stringContaining('TOKEN_KEYS') })
  expect((await back({ state: 'x' })).status).toBe(404)
})
