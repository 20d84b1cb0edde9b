/** Token chaos: processes that share accounts whose tokens expire every few seconds, killed at every step. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { account } from '../../db/tables.ts'
import { connectAccount, readAccessToken, refreshAccount } from '../../flow/account.ts'
import { write } from '../../flow/context.ts'
import { createSealer } from '../../flow/seal.ts'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengineOAuth } from '../../platforms/oceanengine-oauth.ts'
import { createSimulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const LIFE_S = 4
const ACCOUNTS = 200
const STEPS = ['before the order', 'after the order', 'while it is carried out', 'after the answer']
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test(`${ACCOUNTS} accounts, 4 processes, kill -9 at every step: none lost, no refresh token used twice`, {
  timeout: 180_000,
}, async () => {
  const world = createWorld({
    seed: 'tokens',
    startAt: Date.now(),
    kols: 1,
    videos: 1,
    hitShare: 0,
    publishDays: 1,
  })
  const simulator = await createSimulator({ world, now: Date.now, tokenLifeS: LIFE_S })
  closers.push(() => simulator.close())
  const key = randomBytes(32)
  const now = () => Date.now()
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const http = createHttp({
    now,
    sleep,
    random: Math.random,
    timeoutMs: 5000,
    attempts: 1,
    concurrencyPerAccount: 4,
  })
  const oauth = createOceanengineOAuth({ http, now }, { baseUrl: simulator.url, appId: 1n, secret: 'secret' })
  const deps = { sealer: createSealer([{ id: 'k', key }]), oauths: new Map([['oceanengine', oauth]]) }
  const tenant = await t.tenant(new Date())
  const ids: number[] = []
  for (let i = 0; i < ACCOUNTS; i++) {
    const { accessToken, refreshToken } = simulator.tokens.current(`a${i}`)
    const grant = {
      accessToken,
      refreshToken,
      accessExpiresAt: now() + LIFE_S * 1000,
      refreshExpiresAt: now() + 1e9,
    }
    ids.push(
      await connectAccount(tenant, deps, {
        platform: 'oceanengine',
        externalId: `a${i}`,
        name: `a${i}`,
        grant,
      }),
    )
  }
  const env = {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: t.ownerUrl,
    LOG_LEVEL: 'error',
    OCEANENGINE_URL: simulator.url,
    OCEANENGINE_APP_ID: '1',
    OCEANENGINE_APP_SECRET: 'secret',
    TOKEN_KEYS: `k:${key.toString('base64')}`,
    TEST_ACCOUNTS: ids.join(','),
    TEST_WORKSPACE: String(tenant.workspaceId),
    TEST_CALL: `${simulator.url}/open_api/v1.0/qianchuan/file/video/aweme/get/?advertiser_id=1&aweme_id=1`,
  }
  const began = now()
  const chaos = runChaos(env)
  // Until it has happened at every step, and every account has been refreshed about once.
  while (Object.keys(chaos.kills).length < STEPS.length || simulator.tokens.seen().refreshes < ACCOUNTS) {
    await sleep(100)
  }
  await chaos.stop()
  const seconds = (now() - began) / 1000

  expect(simulator.tokens.seen().reused).toEqual([])
  expect(chaos.said.filter((line) => /authorise|40107/.test(line))).toEqual([])
  const rows = await write(tenant, (tx) => tx.select().from(account))
  expect(rows.filter((row) => row.state !== 'ACTIVE')).toEqual([])
  // Half a life is the earliest that a token is refreshed: more would be a reconnect loop.
  const { refreshes } = simulator.tokens.seen()
  expect(refreshes).toBeLessThanOrEqual(ACCOUNTS * (seconds / (LIFE_S / 2) + 1))
  // Every account still works: the pair that is stored is the one that is alive, and it can be refreshed.
  for (const [i, accountId] of ids.entries()) {
    const ctx = { ...tenant, now: new Date() }
    const { generation } = rows.find((row) => row.id === accountId) ?? { generation: -1 }
    expect(await refreshAccount(ctx, deps, { accountId, generation })).toBe('DONE')
    expect(await readAccessToken(ctx, deps, { accountId })).toMatchObject({
      kind: 'ready',
      accessToken: simulator.tokens.current(`a${i}`).accessToken,
    })
  }
})

/** Four processes, each killing itself at one step after the other, started again for as long as it goes on. */
function runChaos(env: Record<string, string>) {
  const script = fileURLToPath(new URL('../support/token-process.ts', import.meta.url))
  const kills: Record<string, number> = {}
  const said: string[] = []
  const alive = new Set<ChildProcess>()
  const closed: Promise<unknown>[] = []
  let going = true
  let turn = 0

  async function keepAlive(): Promise<void> {
    while (going) {
      const step = STEPS[turn++ % STEPS.length] as string
      const child = spawn(process.execPath, ['--import', 'tsx', script], {
        env: { ...env, TEST_KILL_AT: step, TEST_KILL_CHANCE: '0.02' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      alive.add(child)
      closed.push(new Promise((resolve) => child.on('close', resolve)))
      child.stdout.on('data', (text) => said.push(...String(text).trim().split('\n')))
      const signal = await new Promise((resolve) => child.on('exit', (_code, how) => resolve(how)))
      alive.delete(child)
      if (signal === 'SIGKILL' && going) kills[step] = (kills[step] ?? 0) + 1
    }
  }
  const loops = [keepAlive(), keepAlive(), keepAlive(), keepAlive()]
  return {
    kills,
    said,
    async stop() {
      going = false
      for (const child of alive) child.kill('SIGKILL')
      await Promise.all(loops)
      // A process's output closes when its courier, which shares it, has carried out all that it was given.
      await Promise.all(closed)
    },
  }
}
