/** 200 days of an account of 抖音 in use, against the simulated platform with its limits and moods. */
import { randomBytes } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { account } from '../../db/tables.ts'
import { connectAccount, readAccessToken, refreshAccount } from '../../flow/account.ts'
import { write } from '../../flow/context.ts'
import { createSealer } from '../../flow/seal.ts'
import { createDouyinOAuth } from '../../platforms/douyin-oauth.ts'
import { createHttp } from '../../platforms/http.ts'
import { DOUYIN_APP } from '../../platforms/simulator/douyin-accounts.ts'
import type { Fault } from '../../platforms/simulator/faults.ts'
import { createRandom } from '../../platforms/simulator/random.ts'
import { createSimulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { accountWarning } from '../../rules/account.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()
const START = NOW.getTime()
const RENEW = '/oauth/renew_refresh_token/'
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function stage(seed: string) {
  const time = { now: START }
  const now = () => time.now
  const world = createWorld({ seed, startAt: START, kols: 1, videos: 1, hitShare: 0, publishDays: 1 })
  const renewals: number[] = []
  const simulator = await createSimulator({
    world,
    now,
    onExchange: ({ path, code }) => void (path === RENEW && renewals.push(code)),
  })
  closers.push(() => simulator.close())
  const http = createHttp({
    now,
    sleep: async () => {},
    random: () => 0.5,
    timeoutMs: 5000,
    attempts: 1,
    concurrencyPerAccount: 4,
  })
  const oauth = createDouyinOAuth({ http, now }, { baseUrl: simulator.url, ...DOUYIN_APP })
  const deps = {
    sealer: createSealer([{ id: 'k', key: randomBytes(32) }]),
    oauths: new Map([['douyin', oauth]]),
  }
  const tenant = await t.tenant()
  const consent = oauth.authoriseUrl('state', 'https://x.test/')
  const page = await fetch(`${consent}&aweme_id=${world.kols[0]?.awemeId}`)
  const { data } = (await page.json()) as { data: { code: string } }
  const authorised = await oauth.exchange(data.code)
  const accountId = await connectAccount(tenant, deps, { platform: 'douyin', ...authorised })
  const ctx = () => ({ ...tenant, now: new Date(time.now) })

  /** As workers/tokens.ts does: a stale token is refreshed first, and used all the same where that fails. */
  async function use(): Promise<'works' | 'refused' | 'nothing' | 'reauthorise'> {
    let token = await readAccessToken(ctx(), deps, { accountId })
    if (token.kind === 'stale') {
      const { generation, accessToken } = token
      const refreshed = await refreshAccount(ctx(), deps, { accountId, generation })
      if (refreshed !== 'FAILED') token = await readAccessToken(ctx(), deps, { accountId })
      else if (accessToken !== null) token = { ...token, kind: 'ready', accessToken, refreshAt: ctx().now }
    }
    if (token.kind === 'reauthorise') return 'reauthorise'
    if (token.accessToken === null) return 'nothing'
    const url = `${simulator.url}/api/douyin/v1/video/video_list/?open_id=${authorised.externalId}&count=1`
    const answer = await fetch(url, { headers: { 'access-token': token.accessToken } })
    const { data } = (await answer.json()) as { data: { error_code: number } }
    return data.error_code === 0 ? 'works' : 'refused'
  }
  async function warning(): Promise<string | null> {
    const [row] = await write(tenant, (tx) => tx.select().from(account))
    if (!row) throw new Error('the account is there')
    const accessExpiresAt = row.accessExpiresAt.getTime()
    const refreshExpiresAt = row.refreshExpiresAt.getTime()
    return accountWarning({ ...row, accessExpiresAt, refreshExpiresAt }, time.now)
  }
  return { time, simulator, renewals, authorised, use, warning, ctx }
}

/** Uses it until it is over, at most 200 days; all in days since it was authorised. */
async function live(seed: string, faults: Fault[], gap: () => number) {
  const { time, simulator, renewals, use, warning } = await stage(seed)
  simulator.faults.add(faults)
  let warnedAt = Number.NaN
  let workedUntil = 0
  const lapses: string[] = []
  let idle: string[] = []
  for (; time.now < START + 200 * DAY; time.now += gap()) {
    const day = (time.now - START) / DAY
    const used = await use()
    if (used === 'reauthorise') return { workedUntil, warnedAt, lapses, renewals }
    if (used === 'refused') lapses.push(`refused on day ${day}`)
    // At the end there is nothing left while the platform may yet be slow to say so; before, that is a lapse.
    if (used === 'nothing') idle.push(`nothing on day ${day}`)
    if (used === 'works') {
      lapses.push(...idle)
      idle = []
      workedUntil = day
    }
    if ((await warning()) === null) warnedAt = Number.NaN
    else if (Number.isNaN(warnedAt)) warnedAt = day
  }
  throw new Error('it never ended')
}

test('in regular use it lasts as long as the platform allows, and a person is warned a week before', {
  timeout: 60_000,
}, async () => {
  const { workedUntil, warnedAt, lapses, renewals } = await live('regular', [], () => DAY)
  expect(renewals).toEqual([0, 0, 0, 0, 0])
  expect(lapses).toEqual([])
  // Five renewals after 27 days each, the last refresh token's 30, and 15 of the last access token.
  expect(workedUntil).toBeGreaterThanOrEqual(5 * 27 + 30 + 13)
  expect(workedUntil).toBeLessThanOrEqual(5 * 27 + 30 + 15)
  expect(warnedAt).toBe(5 * 27 + 30 - 7)
})

const HARMLESS: Fault[] = (['cut', 'http_500', 'busy', 'rate_limit'] as const).flatMap((kind) => [
  { kind, path: '/oauth/refresh_token/', probability: 0.04 },
  { kind, path: RENEW, probability: 0.04 },
])
test.each(['a', 'b'])('outages of the platform cost nothing, seed %s', { timeout: 60_000 }, async (seed) => {
  const random = createRandom(seed, 'gaps')
  const { workedUntil, warnedAt, lapses, renewals } = await live(
    seed,
    HARMLESS,
    () => HOUR + random.next() * DAY,
  )
  expect(renewals.filter((code) => code === 0)).toHaveLength(5)
  expect(renewals).not.toContain(10020)
  expect(lapses).toEqual([])
  expect(workedUntil).toBeGreaterThan(175)
  expect(workedUntil - warnedAt).toBeGreaterThan(14)
})

const LOST: Fault[] = (['cut_after', 'partial_body', 'wrong_type'] as const).flatMap((kind) => [
  { kind, path: RENEW, probability: 0.15 },
  { kind, path: '/oauth/refresh_token/', probability: 0.1 },
])
test.each(['a', 'b', 'c'])(
  'a lost answer ends it early, never without a warning, seed %s',
  {
    timeout: 60_000,
  },
  async (seed) => {
    const random = createRandom(seed, 'gaps')
    const { workedUntil, warnedAt, lapses, renewals } = await live(
      seed,
      LOST,
      () => HOUR + random.next() * DAY,
    )
    expect(renewals.length).toBeLessThanOrEqual(5)
    expect(renewals).not.toContain(10020)
    expect(lapses).toEqual([])
    expect(workedUntil).toBeGreaterThan(27 + 10)
    expect(workedUntil - warnedAt).toBeGreaterThan(7)
  },
)
