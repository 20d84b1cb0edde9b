/** An account of 抖音: a refresh keeps its refresh token, five renewals prolong it, then a person must act. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { account } from '../../db/tables.ts'
import { connectAccount, REFRESH_LEASE, readAccessToken, refreshAccount } from '../../flow/account.ts'
import { type Context, write } from '../../flow/context.ts'
import { createSealer } from '../../flow/seal.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { OAuth, Renewed, TokenGrant } from '../../platforms/oauth.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { signal } from '../support/connector.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
const sealer = createSealer([{ id: 'k', key: randomBytes(32) }])
const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })

/** A platform in a few lines; whatever a test says happens instead of the next refreshes or renewals. */
async function connected(renewals = 0) {
  const ctx = await t.tenant()
  const start = ctx.now.getTime()
  const said: string[] = []
  const refreshes: (() => Promise<void>)[] = []
  const renews: (() => Promise<Renewed | null>)[] = []
  const time = { now: start }
  let [refreshToken, refreshExpiresAt] = ['r1', start + 30 * DAY]
  const grant = (): TokenGrant => {
    return { accessToken: 'a', accessExpiresAt: time.now + 15 * DAY, refreshToken, refreshExpiresAt }
  }
  const oauth: OAuth = {
    platform: 'douyin',
    codeParameter: 'code',
    authoriseUrl: () => 'unused',
    exchange: () => Promise.reject(new Error('unused')),
    async refresh(given) {
      said.push(`refresh ${given}`)
      await refreshes.shift()?.()
      return grant()
    },
    async renew(given) {
      said.push(`renew ${given}`)
      const other = renews.shift()
      if (other) return other()
      ;[refreshToken, refreshExpiresAt] = ['r2', time.now + 30 * DAY]
      return { refreshToken, refreshExpiresAt }
    },
  }
  const deps = { sealer, oauths: new Map([['douyin', oauth]]) }
  const external = { platform: 'douyin', externalId: 'open-id', name: '达人' }
  const accountId = await connectAccount(ctx, deps, { ...external, grant: grant() })
  if (renewals > 0) await write(ctx, (tx) => tx.update(account).set({ renewals }))
  const row = async () => {
    const [only] = await write(ctx, (tx) => tx.select().from(account))
    if (!only) throw new Error('the account is there')
    return only
  }
  const at = (ms: number) => {
    time.now = start + ms
    return later(ctx, ms)
  }
  const refresh = async (ms: number) => {
    const { generation } = await row()
    return refreshAccount(at(ms), deps, { accountId, generation })
  }
  const read = (ms: number, refused?: string) => readAccessToken(at(ms), deps, { accountId, refused })
  return { start, said, refreshes, renews, row, refresh, read }
}
const fails = (kind: 'network' | 'auth', message: string) => () =>
  Promise.reject(new FetchError(kind, message))
const DUE = 27 * DAY

test('it is refreshed for the renewal even where the access token does not need it', async () => {
  const { said, read, refresh, row } = await connected()
  expect(await refresh(20 * DAY)).toBe('DONE')
  expect(said).toEqual(['refresh r1'])
  expect(await read(DUE - 1)).toMatchObject({ kind: 'ready' })
  expect(await read(DUE)).toMatchObject({ kind: 'stale', accessToken: 'a' })
  const { generation } = await row()
  expect(await refresh(DUE)).toBe('DONE')
  expect(said.slice(1)).toEqual(['refresh r1', 'renew r1'])
  expect(await row()).toMatchObject({ renewals: 1, claim: null, lastError: null, generation: generation + 2 })
  await refresh(40 * DAY)
  expect(said.slice(3)).toEqual(['refresh r2'])
})

test('however many ask at once, it is renewed once', async () => {
  const { said, refresh, refreshes, row } = await connected()
  const release = signal()
  refreshes.push(() => release.given)
  const answers: string[] = []
  const told = signal()
  const asks = Array.from({ length: 6 }, async () => {
    answers.push(await refresh(DUE))
    if (answers.length === 5) told.give()
  })
  await told.given
  release.give()
  await Promise.all(asks)
  expect(answers).toEqual(['BUSY', 'BUSY', 'BUSY', 'BUSY', 'BUSY', 'DONE'])
  expect(said).toEqual(['refresh r1', 'renew r1'])
  expect(await row()).toMatchObject({ renewals: 1, state: 'ACTIVE' })
})

test('a renewal that did not happen is made an hour later', async () => {
  const { start, said, renews, refresh, read, row } = await connected()
  renews.push(fails('network', 'no answer'))
  expect(await refresh(DUE)).toBe('DONE')
  expect(await row()).toMatchObject({
    state: 'ACTIVE',
    renewals: 0,
    claim: null,
    lastError: 'no answer',
    accessExpiresAt: new Date(start + DUE + 15 * DAY),
    refreshExpiresAt: new Date(start + 30 * DAY),
  })
  expect(await read(DUE + HOUR - 1)).toMatchObject({ kind: 'ready' })
  expect(await read(DUE + HOUR)).toMatchObject({ kind: 'stale' })
  expect(await refresh(DUE + HOUR)).toBe('DONE')
  expect(said).toEqual(['refresh r1', 'renew r1', 'refresh r1', 'renew r1'])
  expect(await row()).toMatchObject({ renewals: 1, lastError: null })
})

test('a renewal whose answer was lost leaves the access token its whole life, then a person must act', async () => {
  const { start, said, renews, refreshes, refresh, read, row } = await connected()
  renews.push(fails('network', 'no answer'))
  await refresh(DUE)
  refreshes.push(fails('auth', '10010 refresh_token'), fails('auth', '10010 refresh_token'))
  expect(await refresh(DUE + HOUR)).toBe('FAILED')
  expect(await row()).toMatchObject({
    state: 'ACTIVE',
    refreshExpiresAt: new Date(start + DUE + HOUR),
    lastError: '10010 refresh_token',
  })
  expect(await read(DUE + 15 * DAY - 1)).toMatchObject({ kind: 'ready', accessToken: 'a' })
  expect(await read(DUE + 15 * DAY)).toMatchObject({ kind: 'stale', accessToken: null })
  expect(await refresh(DUE + 15 * DAY)).toBe('REAUTHORISE')
  expect(await row()).toMatchObject({ state: 'REAUTHORISE', renewals: 0 })
  expect(said).toEqual(['refresh r1', 'renew r1', 'refresh r1', 'refresh r1'])
})

test('a process that dies over the renewal leaves the fresh access token behind', async () => {
  const { start, said, renews, refreshes, refresh, read, row } = await connected()
  const asked = signal()
  renews.push(() => {
    asked.give()
    return new Promise(() => {})
  })
  void refresh(DUE)
  await asked.given
  expect(await row()).toMatchObject({ accessExpiresAt: new Date(start + DUE + 15 * DAY), generation: 2 })
  expect(await read(DUE + MINUTE)).toMatchObject({ kind: 'ready' })
  expect(await refresh(DUE + MINUTE)).toBe('BUSY')
  refreshes.push(fails('auth', '10010 refresh_token'))
  expect(await refresh(DUE + REFRESH_LEASE)).toBe('FAILED')
  expect(await read(DUE + 14 * DAY)).toMatchObject({ kind: 'ready' })
  expect(said).toEqual(['refresh r1', 'renew r1', 'refresh r1'])
})

test('five are used up: no sixth is asked for', async () => {
  const { said, refresh, row } = await connected(5)
  await refresh(DUE)
  await refresh(29 * DAY)
  expect(said).toEqual(['refresh r1', 'refresh r1'])
  expect(await row()).toMatchObject({ renewals: 5, state: 'ACTIVE' })
})

test('where the platform has counted more than we did, its word is taken and the token is kept', async () => {
  const { start, said, renews, refresh, row } = await connected(2)
  renews.push(() => Promise.resolve(null))
  expect(await refresh(DUE)).toBe('DONE')
  expect(await row()).toMatchObject({
    renewals: 5,
    state: 'ACTIVE',
    lastError: null,
    refreshExpiresAt: new Date(start + 30 * DAY),
  })
  await refresh(DUE + DAY)
  expect(said).toEqual(['refresh r1', 'renew r1', 'refresh r1'])
})

test('what the user took back is given up once the access token is refused as well', async () => {
  const { refreshes, refresh, read } = await connected()
  refreshes.push(fails('auth', '10010'), fails('auth', '10010'))
  expect(await read(DAY, 'a')).toMatchObject({ kind: 'stale', accessToken: null })
  expect(await refresh(DAY)).toBe('FAILED')
  expect(await read(DAY, 'a')).toMatchObject({ kind: 'stale', accessToken: null })
  expect(await refresh(DAY)).toBe('REAUTHORISE')
})
