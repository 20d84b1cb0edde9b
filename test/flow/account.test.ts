import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { account } from '../../db/tables.ts'
import {
  type AccountDeps,
  connectAccount,
  REFRESH_LEASE,
  readAccessToken,
  refreshAccount,
  resealAccounts,
} from '../../flow/account.ts'
import { type Context, write } from '../../flow/context.ts'
import { createSealer } from '../../flow/seal.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { TokenGrant } from '../../platforms/oauth.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { signal } from '../support/connector.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const key = { id: 'k1', key: randomBytes(32) }

function grant(now: Date, n: number): TokenGrant {
  const at = now.getTime()
  return {
    accessToken: `access-${n}`,
    accessExpiresAt: at + DAY,
    refreshToken: `refresh-${n}`,
    refreshExpiresAt: at + 30 * DAY,
  }
}

async function connected(refresh: (refreshToken: string) => Promise<TokenGrant>) {
  const ctx = await t.tenant()
  const asked: string[] = []
  const oauth = {
    platform: 'oceanengine',
    codeParameter: 'auth_code',
    authoriseUrl: () => 'unused',
    exchange: () => Promise.reject(new Error('unused')),
    refresh(refreshToken: string) {
      asked.push(refreshToken)
      return refresh(refreshToken)
    },
  }
  const deps: AccountDeps = { sealer: createSealer([key]), oauths: new Map([['oceanengine', oauth]]) }
  const external = { platform: 'oceanengine', externalId: 'user', name: '品牌号' }
  const accountId = await connectAccount(ctx, deps, { ...external, grant: grant(ctx.now, 1) })
  const row = () => write(ctx, async (tx) => (await tx.select().from(account))[0])
  return { ctx, deps, asked, accountId, row, external }
}
const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })

test('tokens lie encrypted in the row, and a fresh one is handed out without a call', async () => {
  const { ctx, deps, accountId, row, asked } = await connected(async () => grant(ctx.now, 2))
  const stored = (await row())?.tokens
  expect(stored?.toString('latin1')).not.toMatch(/access-1|refresh-1/)
  expect(await readAccessToken(ctx, deps, { accountId })).toEqual({
    kind: 'ready',
    accessToken: 'access-1',
    generation: 1,
    refreshAt: expect.any(Date),
  })
  expect(asked).toEqual([])
})

test('a pair that the platform has given is stored however long the database is away', async () => {
  const { ctx, deps, accountId, row } = await connected(async () => grant(ctx.now, 2))
  let transactions = 0
  // The second one is the first attempt to store.
  const away = new Set([2, 3])
  const db = new Proxy(ctx.db, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (name !== 'transaction') return value
      return (...args: unknown[]) =>
        away.has(++transactions) ? Promise.reject(new Error('terminating')) : value.apply(target, args)
    },
  })
  const waits: number[] = []
  const patient = { ...deps, sleep: async (ms: number) => void waits.push(ms) }
  expect(await refreshAccount({ ...ctx, db }, patient, { accountId, generation: 1 })).toBe('DONE')
  expect(waits).toEqual([200, 1000])
  expect(await row()).toMatchObject({ generation: 2, claim: null })
})

test('it is refreshed five minutes before its end, and used until then', async () => {
  const { ctx, deps, accountId } = await connected(async () => grant(ctx.now, 2))
  expect(await readAccessToken(later(ctx, DAY - 6 * MINUTE), deps, { accountId })).toMatchObject({
    kind: 'ready',
  })
  expect(await readAccessToken(later(ctx, DAY - 4 * MINUTE), deps, { accountId })).toEqual({
    kind: 'stale',
    accessToken: 'access-1',
    generation: 1,
  })
  expect(await readAccessToken(later(ctx, DAY), deps, { accountId })).toMatchObject({
    kind: 'stale',
    accessToken: null,
  })
  expect(await readAccessToken(ctx, deps, { accountId, refused: 'access-1' })).toMatchObject({
    kind: 'stale',
    accessToken: null,
  })
})

test('however many ask at once, the platform is asked once, and the new pair is stored', async () => {
  const release = signal()
  const { ctx, deps, accountId, asked, row } = await connected(async () => {
    await release.given
    return grant(ctx.now, 2)
  })
  const answers: string[] = []
  const told = signal()
  const asks = Array.from({ length: 6 }, async () => {
    answers.push(await refreshAccount(ctx, deps, { accountId, generation: 1 }))
    if (answers.length === 5) told.give()
  })
  // All but the one that holds the claim are told at once.
  await told.given
  expect(answers).toEqual(['BUSY', 'BUSY', 'BUSY', 'BUSY', 'BUSY'])
  release.give()
  await Promise.all(asks)
  expect(answers.at(-1)).toBe('DONE')
  expect(asked).toEqual(['refresh-1'])
  expect(await row()).toMatchObject({ generation: 2, claim: null, state: 'ACTIVE' })
  expect(await refreshAccount(ctx, deps, { accountId, generation: 1 })).toBe('DONE')
  expect(asked).toEqual(['refresh-1'])
  expect(await readAccessToken(ctx, deps, { accountId })).toMatchObject({
    kind: 'ready',
    accessToken: 'access-2',
  })
})

test('a network blip is not a revoked token: the account stays, and the next try works', async () => {
  let tries = 0
  const { ctx, deps, accountId, row } = await connected(async () => {
    tries++
    if (tries < 3) throw new FetchError(tries === 1 ? 'network' : 'rate_limited', 'no answer')
    return grant(ctx.now, 2)
  })
  expect(await refreshAccount(ctx, deps, { accountId, generation: 1 })).toBe('FAILED')
  expect(await row()).toMatchObject({ state: 'ACTIVE', lastError: 'no answer', claim: null, generation: 1 })
  expect(await refreshAccount(ctx, deps, { accountId, generation: 1 })).toBe('FAILED')
  expect(await refreshAccount(ctx, deps, { accountId, generation: 1 })).toBe('DONE')
  expect(await row()).toMatchObject({ lastError: null, generation: 2 })
})

test("the platform's own word ends an account; a person brings it back", async () => {
  const { ctx, deps, accountId, asked, external, row } = await connected(async () => {
    throw new FetchError('auth', '40103 refresh_token has expired')
  })
  expect(await refreshAccount(ctx, deps, { accountId, generation: 1 })).toBe('REAUTHORISE')
  expect(await readAccessToken(ctx, deps, { accountId })).toEqual({
    kind: 'reauthorise',
    reason: '40103 refresh_token has expired',
  })
  // No reconnect loop: the platform is not asked again.
  expect(await refreshAccount(ctx, deps, { accountId, generation: 1 })).toBe('REAUTHORISE')
  expect(asked).toHaveLength(1)
  const again = await connectAccount(ctx, deps, { ...external, grant: grant(ctx.now, 7) })
  expect(again).toBe(accountId)
  expect(await row()).toMatchObject({ state: 'ACTIVE', generation: 2, lastError: null })
  expect(await readAccessToken(ctx, deps, { accountId })).toMatchObject({
    kind: 'ready',
    accessToken: 'access-7',
  })
})

test('the claim of a dead process runs out, and somebody else refreshes', async () => {
  const { ctx, deps, accountId, asked } = await connected((token) =>
    asked.length === 1
      ? new Promise(() => {})
      : Promise.resolve(grant(ctx.now, token === 'refresh-1' ? 2 : 9)),
  )
  void refreshAccount(ctx, deps, { accountId, generation: 1 })
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(await refreshAccount(later(ctx, HOUR / 60), deps, { accountId, generation: 1 })).toBe('BUSY')
  expect(await refreshAccount(later(ctx, REFRESH_LEASE), deps, { accountId, generation: 1 })).toBe('DONE')
})

test('a new key takes over every pair, after which the old one may go', async () => {
  const { ctx, accountId, deps } = await connected(async () => grant(ctx.now, 2))
  const next = { id: 'k2', key: randomBytes(32) }
  expect(await resealAccounts(ctx, { sealer: createSealer([next, key]) })).toBe(1)
  expect(await resealAccounts(ctx, { sealer: createSealer([next, key]) })).toBe(0)
  const only = { ...deps, sealer: createSealer([next]) }
  expect(await readAccessToken(ctx, only, { accountId })).toMatchObject({
    kind: 'ready',
    accessToken: 'access-1',
  })
  await expect(readAccessToken(ctx, deps, { accountId })).rejects.toThrow('sealed with the key k2')
})

test('an account of another workspace does not exist', async () => {
  const { deps, accountId } = await connected(async () => grant(other.now, 2))
  const other = await t.tenant()
  await expect(readAccessToken(other, deps, { accountId })).rejects.toThrow('no such account')
  await expect(refreshAccount(other, deps, { accountId, generation: 1 })).rejects.toThrow('no such account')
})
