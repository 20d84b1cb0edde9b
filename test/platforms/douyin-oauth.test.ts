import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  authorizeUrl,
  clientToken,
  createDouyinOAuth,
  exchangeCode,
  MAX_RENEWALS,
  refreshToken,
  renewRefreshToken,
  userInfo,
} from '../../platforms/douyin-oauth.ts'
import { createHttp } from '../../platforms/http.ts'
import { DOUYIN_APP, DouyinAccounts, openIdOf } from '../../platforms/simulator/douyin-accounts.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const world = createWorld({ seed: 12, startAt: START, kols: 1, videos: 3, hitShare: 0, publishDays: 1 })
const awemeId = world.kols[0]?.awemeId ?? ''
let now = START
let simulator: Simulator
beforeAll(async () => {
  simulator = await createSimulator({ world, now: () => now })
})
afterAll(() => simulator.close())

const deps = (fetch?: typeof globalThis.fetch) => ({
  now: () => now,
  http: createHttp({
    ...(fetch ? { fetch } : {}),
    now: () => now,
    sleep: async () => {},
    random: () => 0.5,
    timeoutMs: 5000,
    attempts: 3,
    concurrencyPerAccount: 4,
  }),
})
const app = () => ({ baseUrl: simulator.url, ...DOUYIN_APP })

async function consent(scopes: string[]): Promise<string> {
  const url = authorizeUrl(app(), { scopes, redirectUri: 'https://us.test/back?x=1', state: 'st' })
  const page = await (await fetch(`${url}&aweme_id=${awemeId}`)).json()
  return (page as { data: { code: string } }).data.code
}

test('the authorize page gets what it needs, and optional scopes with their tick', () => {
  const url = new URL(
    authorizeUrl(
      { clientKey: 'k' },
      {
        scopes: ['a', 'b'],
        redirectUri: 'https://us.test/?x=1&y=2',
        state: 's',
        optionalScopes: { c: true },
      },
    ),
  )
  expect(`${url.origin}${url.pathname}`).toBe('https://open.douyin.com/platform/oauth/connect/')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_key: 'k',
    response_type: 'code',
    scope: 'a,b',
    redirect_uri: 'https://us.test/?x=1&y=2',
    state: 's',
    optionalScope: 'c,1',
  })
})

test('a code works once and for ten minutes', async () => {
  const code = await consent(['a', 'b'])
  const grant = await exchangeCode(deps(), app(), code)
  expect(grant).toMatchObject({
    openId: openIdOf(awemeId),
    scopes: ['a', 'b'],
    accessExpiresAt: now + 15 * DAY,
    refreshExpiresAt: now + 30 * DAY,
  })
  await expect(exchangeCode(deps(), app(), code)).rejects.toMatchObject({ code: 10007, kind: 'auth' })
  const late = await consent(['a'])
  now += 10 * MINUTE
  await expect(exchangeCode(deps(), app(), late)).rejects.toMatchObject({ code: 10007 })
})

test('a refresh prolongs a live access token, replaces a dead one, and never prolongs itself', async () => {
  const grant = await exchangeCode(deps(), app(), await consent(['a']))
  now += DAY
  const longer = await refreshToken(deps(), app(), grant.refreshToken)
  expect([longer.accessToken, longer.accessExpiresAt]).toEqual([grant.accessToken, now + 15 * DAY])
  expect(longer.refreshExpiresAt).toBe(grant.refreshExpiresAt)
  now += 15 * DAY
  expect((await refreshToken(deps(), app(), grant.refreshToken)).accessToken).not.toBe(grant.accessToken)
  now = grant.refreshExpiresAt
  const dead = refreshToken(deps(), app(), grant.refreshToken)
  await expect(dead).rejects.toMatchObject({ code: 10010, kind: 'auth' })
})

test('a refresh token is renewed five times, with the scope for it', async () => {
  const without = await exchangeCode(deps(), app(), await consent(['a']))
  const refused = renewRefreshToken(deps(), app(), without.refreshToken)
  await expect(refused).rejects.toMatchObject({ code: 10004, kind: 'forbidden' })
  const grant = await exchangeCode(deps(), app(), await consent(['renew_refresh_token']))
  let token = grant.refreshToken
  for (let turn = 0; turn < MAX_RENEWALS; turn++) {
    now += 20 * DAY
    const renewed = await renewRefreshToken(deps(), app(), token)
    expect([renewed.refreshToken === token, renewed.refreshExpiresAt]).toEqual([false, now + 30 * DAY])
    token = renewed.refreshToken
  }
  await expect(renewRefreshToken(deps(), app(), token)).rejects.toMatchObject({ code: 10020, kind: 'auth' })
})

test('an account: consent, its name, a refresh, five renewals and no more', async () => {
  const oauth = createDouyinOAuth(deps(), app())
  const url = new URL(oauth.authoriseUrl('st', 'https://us.test/back'))
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    scope: 'user_info,video.list.bind,video.data.bind',
    optionalScope: 'data.external.item,1,data.external.user,1,renew_refresh_token,1',
    state: 'st',
    redirect_uri: 'https://us.test/back',
  })
  const page = (await (await fetch(`${url}&aweme_id=${awemeId}`)).json()) as { data: { location: string } }
  const code = new URL(page.data.location).searchParams.get(oauth.codeParameter) ?? ''
  const { externalId, name, grant } = await oauth.exchange(code)
  expect([externalId, name]).toEqual([openIdOf(awemeId), world.kols[0]?.nickname])
  let token = (await oauth.refresh(grant.refreshToken)).refreshToken
  expect(token).toBe(grant.refreshToken)
  for (let turn = 0; turn < MAX_RENEWALS; turn++) {
    const renewed = await oauth.renew?.(token)
    await expect(oauth.refresh(token)).rejects.toMatchObject({ kind: 'auth', code: 10010 })
    token = renewed?.refreshToken ?? ''
  }
  expect(await oauth.renew?.(token)).toBeNull()
  // That was no word against the token.
  expect((await oauth.refresh(token)).refreshToken).toBe(token)
})

test('an account whose name is not to be read is called by its id', async () => {
  const grant = await exchangeCode(deps(), app(), await consent(['video.list.bind']))
  await expect(userInfo(deps(), app(), grant)).rejects.toMatchObject({ kind: 'forbidden' })
  const { name, externalId } = await createDouyinOAuth(deps(), app()).exchange(await consent(['a']))
  expect(name).toBe(externalId)
})

test('a renewal without an answer, or without the permission, is an error and not the end', async () => {
  const { grant } = await createDouyinOAuth(deps(), app()).exchange(await consent(['a']))
  const lost = createDouyinOAuth(
    deps(() => Promise.reject(new TypeError('socket hang up'))),
    app(),
  )
  await expect(lost.renew?.(grant.refreshToken)).rejects.toMatchObject({ kind: 'network' })
  const refused = createDouyinOAuth(deps(), app()).renew?.(grant.refreshToken)
  await expect(refused).rejects.toMatchObject({ kind: 'forbidden', code: 10004 })
})

test('a client token lives two hours, or five minutes after the next one', async () => {
  const first = await clientToken(deps(), app())
  const second = await clientToken(deps(), app())
  expect(first.accessToken).not.toBe(second.accessToken)
  expect(second.expiresAt).toBe(now + 2 * HOUR)
  const accounts = new DouyinAccounts()
  const [old, fresh] = [accounts.client(0).token, accounts.client(HOUR).token]
  const lives = (at: number) => [old, fresh].map((token) => accounts.isClient(token, at))
  expect(lives(HOUR + 5 * MINUTE - 1)).toEqual([true, true])
  expect(lives(HOUR + 5 * MINUTE)).toEqual([false, true])
  expect(lives(3 * HOUR)).toEqual([false, false])
})

test('wrong credentials are told apart', async () => {
  const code = await consent(['a'])
  const badKey = exchangeCode(deps(), { ...app(), clientKey: 'x' }, code)
  await expect(badKey).rejects.toMatchObject({ code: 10003, kind: 'rejected' })
  const badSecret = exchangeCode(deps(), { ...app(), clientSecret: 'x' }, code)
  await expect(badSecret).rejects.toMatchObject({ code: 10013, kind: 'rejected' })
})

test('lives in seconds may be text', async () => {
  const data = {
    error_code: '0',
    access_token: 'act.1',
    expires_in: '86400',
    refresh_token: 'rft.1',
    refresh_expires_in: '2592000',
    open_id: 'o',
  }
  const texts = async () => new Response(JSON.stringify({ data, message: 'success' }))
  const grant = await refreshToken(deps(texts), app(), 'rft.0')
  expect([grant.accessExpiresAt, grant.refreshExpiresAt]).toEqual([now + DAY, now + 30 * DAY])
})

test('a form goes out as one, and an unknown outcome is not sent again', async () => {
  const sent: { type: string | null; text: string }[] = []
  const dying = async (input: unknown, init?: RequestInit) => {
    const request = new Request(String(input), init)
    sent.push({ type: request.headers.get('content-type'), text: await request.text() })
    throw new TypeError('socket hang up')
  }
  const failed = exchangeCode(deps(dying as typeof fetch), app(), 'c+1')
  await expect(failed).rejects.toMatchObject({ kind: 'network' })
  expect(sent).toHaveLength(1)
  expect(sent[0]?.type).toContain('application/x-www-form-urlencoded')
  expect(Object.fromEntries(new URLSearchParams(sent[0]?.text))).toEqual({
    client_key: DOUYIN_APP.clientKey,
    client_secret: DOUYIN_APP.clientSecret,
    code: 'c+1',
    grant_type: 'authorization_code',
  })
})

test('no message holds a secret of a form, however the vendor or fetch echoes it', async () => {
  const secret = { clientKey: 'key', clientSecret: 'sec/ret-77' }
  const echo = (text: string) => async () =>
    new Response(JSON.stringify({ data: { error_code: 10002, description: text } }))
  const broken = (text: string) => async () => {
    throw new TypeError(`bad body ${text}`)
  }
  const said =
    'code=code.4711&client_secret=sec%2Fret-77 refresh_token=rft.4712 sec/ret-77 code.4711 rft.4712'
  for (const vendor of [echo(said), broken(said)] as unknown as (typeof fetch)[]) {
    for (const asked of [
      exchangeCode(deps(vendor), secret, 'code.4711'),
      refreshToken(deps(vendor), secret, 'rft.4712'),
      renewRefreshToken(deps(vendor), secret, 'rft.4712'),
      clientToken(deps(vendor), secret),
    ]) {
      const { message } = await asked.then(
        () => new Error('succeeded'),
        (error: Error) => error,
      )
      expect(message).toContain('***')
    }
    const { message } = (await exchangeCode(deps(vendor), secret, 'code.4711').catch((e) => e)) as Error
    expect(message).not.toMatch(/4711|sec.{1,3}ret-77/)
    const later = (await refreshToken(deps(vendor), secret, 'rft.4712').catch((e) => e)) as Error
    expect(later.message).not.toMatch(/4712/)
  }
})
