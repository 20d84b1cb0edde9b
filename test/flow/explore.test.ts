/** What an account may look at decides who polls a video. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { account, kol as kolTable, subject, videoState } from '../../db/tables.ts'
import { connectAccount } from '../../flow/account.ts'
import { type Context, write } from '../../flow/context.ts'
import { explore } from '../../flow/explore.ts'
import { publishVideo } from '../../flow/publish.ts'
import { createSealer } from '../../flow/seal.ts'
import { subjectsOf } from '../../flow/subject.ts'
import { dueAccounts } from '../../flow/sweep.ts'
import type { FoundSubject } from '../../platforms/directory.ts'
import { FetchError } from '../../platforms/errors.ts'
import { DAY, MINUTE } from '../../rules/types.ts'
import { type Content, content, itemId, kol, planned } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
const deps = { sealer: createSealer([{ id: 'k', key: Buffer.alloc(32, 1) }]) }
const at = new Date('2026-11-20T04:00:00Z')
const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })

let ctx: Context
let matrix: Content
let kolId: number
let aweme: string
beforeAll(async () => {
  ctx = await t.tenant(at)
  matrix = await content(ctx)
  kolId = await kol(ctx)
  const [row] = await write(ctx, (tx) => tx.select().from(kolTable).where(eq(kolTable.id, kolId)))
  aweme = row?.accountId ?? ''
})

function connect(platform: string): Promise<number> {
  const grant = {
    accessToken: 'a',
    refreshToken: 'r',
    accessExpiresAt: at.getTime() + DAY,
    refreshExpiresAt: at.getTime() + 30 * DAY,
  }
  return connectAccount(ctx, deps, { platform, externalId: unique('account'), name: platform, grant })
}
const names = (...subjects: FoundSubject[]) => ({
  directoryOf: () => ({ subjects: async () => ({ subjects, complete: true }) }),
})
const advertiser = (...kolAccountIds: string[]): FoundSubject => ({
  source: 'qianchuan',
  externalId: '17',
  name: 'main',
  kolAccountIds,
})
async function publish(): Promise<number> {
  const videoId = await planned(ctx, matrix, { kolId })
  await publishVideo(ctx, { videoId, itemId: itemId(), publishedAt: ctx.now })
  return videoId
}
async function stateOf(videoId: number) {
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  return state
}

test('a video that nobody sees says so, and is polled from the moment on that somebody does', async () => {
  const videoId = await publish()
  expect(await stateOf(videoId)).toMatchObject({
    source: null,
    nextPollAt: null,
    noDataReason: 'not_connected',
    noDataSince: at,
  })
  const accountId = await connect('oceanengine')
  await explore(later(ctx, MINUTE), { accountId, ...names(advertiser('1', '2')) })
  expect(await stateOf(videoId)).toMatchObject({ source: null })
  await explore(later(ctx, 2 * MINUTE), { accountId, ...names(advertiser('1', aweme)) })
  expect(await stateOf(videoId)).toMatchObject({
    source: 'qianchuan',
    noDataReason: null,
    noDataSince: null,
    nextPollAt: new Date(at.getTime() + 2 * MINUTE),
  })
  expect(await stateOf(await publish())).toMatchObject({ source: 'qianchuan', nextPollAt: at })
})

test('千川 comes before 抖音, an account that works before one that does not', async () => {
  const [lost, own] = [await connect('oceanengine'), await connect('douyin')]
  const user: FoundSubject = { source: 'douyin', externalId: 'open', name: 'kol', kolAccountIds: [aweme] }
  await explore(ctx, { accountId: own, ...names(user) })
  await explore(ctx, { accountId: lost, ...names(advertiser(aweme)) })
  const videoId = await publish()
  expect(await stateOf(videoId)).toMatchObject({ source: 'qianchuan' })
  await write(ctx, (tx) =>
    tx.update(account).set({ state: 'REAUTHORISE' }).where(eq(account.platform, 'oceanengine')),
  )
  await explore(ctx, { accountId: own, ...names(user) })
  expect(await stateOf(videoId)).toMatchObject({ source: 'douyin' })
  await write(ctx, (tx) => tx.update(account).set({ state: 'ACTIVE' }))
  await explore(ctx, { accountId: own, ...names(user) })
  expect(await stateOf(videoId)).toMatchObject({ source: 'qianchuan' })
})

test('a binding that ends is no longer asked through, and the subject may come back', async () => {
  const accountId = await connect('oceanengine')
  const mine = { ...advertiser('77'), externalId: '18' }
  const seen = () => subjectsOf(ctx, { source: 'qianchuan', kolAccountIds: ['77'] })
  await explore(ctx, { accountId, ...names(mine) })
  expect(await seen()).toEqual([
    { kolAccountId: '77', accountId, subjectId: expect.any(Number), externalId: '18' },
  ])
  await explore(ctx, { accountId, ...names({ ...mine, kolAccountIds: [] }) })
  expect(await seen()).toEqual([])
  const partly = { directoryOf: () => ({ subjects: async () => ({ subjects: [], complete: false }) }) }
  await explore(ctx, { accountId, ...partly })
  const lost = () => write(ctx, (tx) => tx.select().from(subject).where(eq(subject.accountId, accountId)))
  expect(await lost()).toMatchObject([{ lostAt: null }])
  await explore(ctx, { accountId, ...names() })
  expect(await lost()).toMatchObject([{ lostAt: at }])
  await explore(ctx, { accountId, ...names(mine) })
  expect(await seen()).toHaveLength(1)
})

test('accounts are explored once a day, and ten minutes after a failure, which changes nothing', async () => {
  const fresh = await t.tenant(at)
  ctx = fresh
  const accountId = await connect('oceanengine')
  const due = async (ms: number) => {
    const found = await dueAccounts({ db: fresh.db, now: later(fresh, ms).now })
    return found.some((one) => one.workspaceId === fresh.workspaceId && one.accountId === accountId)
  }
  expect(await due(0)).toBe(true)
  await explore(fresh, { accountId, ...names(advertiser('5')) })
  expect([await due(DAY - MINUTE), await due(DAY)]).toEqual([false, true])
  const away = {
    directoryOf: () => ({ subjects: () => Promise.reject(new FetchError('timeout', 'no answer')) }),
  }
  await explore(later(fresh, DAY), { accountId, ...away })
  expect([await due(DAY + 9 * MINUTE), await due(DAY + 10 * MINUTE)]).toEqual([false, true])
  expect(await subjectsOf(fresh, { source: 'qianchuan', kolAccountIds: ['5'] })).toHaveLength(1)
  const [row] = await write(fresh, (tx) => tx.select().from(account).where(eq(account.id, accountId)))
  expect(row).toMatchObject({ state: 'ACTIVE', lastError: 'no answer' })
})
