/** What answers of a platform leave behind on the subject that was asked. */
import { eq, sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { loadSubjects } from '../../db/queries/connection.ts'
import { account, kol as kolTable, subject, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { type Answer, recordAnswers } from '../../flow/health.ts'
import { poll } from '../../flow/poll.ts'
import { wakeShards } from '../../flow/shard.ts'
import { subjectsOf } from '../../flow/subject.ts'
import type { Connector, VideoRef } from '../../platforms/connector.ts'
import { FetchError, type FetchErrorKind } from '../../platforms/errors.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'
import { counters, signal, testConnector } from '../support/connector.ts'
import { type Content, content, kol, published, seen } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'

const t = testDatabase()
let ctx: Context
let subjectId: number
beforeEach(async () => {
  ctx = await t.tenant()
  await seen(ctx, 'qianchuan', ['77'])
  subjectId = (await rowsOf())[0]?.id ?? 0
})
const rowsOf = () => write(ctx, (tx) => tx.select().from(subject).orderBy(subject.id))
async function answers() {
  const [row] = await rowsOf()
  const { answeredAt, failedAt, failureKind, failureText } = row ?? {}
  return { answeredAt, failedAt, failureKind, failureText }
}
const at = (minutes: number) => new Date(ctx.now.getTime() + minutes * MINUTE)
const ok = (): Answer => ({ ok: true, subjectId })
const failed = (kind: FetchErrorKind, words = 'in words', code: number | null = null): Answer => {
  return { ok: false, subjectId, error: new FetchError(kind, words, { code }) }
}
const record = (minutes: number, ...given: Answer[]) =>
  write(ctx, (tx) => recordAnswers(tx, at(minutes), given))

const NOTHING = { answeredAt: null, failedAt: null, failureKind: null, failureText: null }
const kinds = ['auth', 'forbidden', 'rate_limited', 'network', 'timeout', 'parse'] as const

test.each<[string, () => Answer[], object]>([
  ['one answer among failures', () => [failed('network'), ok(), failed('not_found')], { answeredAt: 'now' }],
  ...kinds.map((kind): [string, () => Answer[], object] => [
    `all ${kind}`,
    () => [failed(kind), failed(kind)],
    { failedAt: 'now', failureKind: kind, failureText: 'in words' },
  ]),
  [
    'the platform refuses the call',
    () => [failed('rejected', 'x', 40001)],
    { failedAt: 'now', failureKind: 'rejected', failureText: 'x' },
  ],
  ['an item id that is none', () => [failed('rejected')], {}],
  ['videos that are gone', () => [failed('not_found'), failed('not_found')], {}],
  ['some gone, the others not reached', () => [failed('not_found'), failed('network')], {}],
  ['nobody was asked', () => [{ ok: false, error: new FetchError('forbidden', 'unseen') }], {}],
  ['kept back by our own quota', () => [failed('quota')], {}],
  [
    'one kept back, the other failed',
    () => [failed('quota'), failed('timeout')],
    { failedAt: 'now', failureKind: 'timeout', failureText: 'in words' },
  ],
  ['no answers', () => [], {}],
])('%s', async (_name, given, left) => {
  await record(0, ...given())
  const said = Object.entries(left).map(([key, value]) => [key, value === 'now' ? ctx.now : value])
  expect(await answers()).toEqual({ ...NOTHING, ...Object.fromEntries(said) })
})

test('a failure stands since its first batch, with its words; another kind replaces them, an answer ends it', async () => {
  await record(0, ok())
  await record(10, failed('network', 'first'))
  await record(20, failed('network', 'second'))
  expect(await answers()).toEqual({
    answeredAt: at(0),
    failedAt: at(10),
    failureKind: 'network',
    failureText: 'first',
  })
  await record(30, failed('auth', 'third'))
  expect(await answers()).toMatchObject({ failedAt: at(10), failureKind: 'auth', failureText: 'third' })
  await record(31, ok())
  expect(await answers()).toMatchObject({ answeredAt: at(31), failedAt: at(10) })
  await record(40, failed('auth', 'fourth'))
  expect(await answers()).toMatchObject({ failedAt: at(40), failureText: 'fourth' })
})

test('a batch that is late changes nothing that is newer', async () => {
  await record(10, ok())
  await record(0, ok())
  expect(await answers()).toMatchObject({ answeredAt: at(10) })
  await record(5, failed('network'))
  const { answeredAt, failedAt } = await answers()
  expect([answeredAt, failedAt]).toEqual([at(10), at(5)])
})

test('within a minute the row is left alone, unless it failed', async () => {
  await record(0, ok())
  await record(0.5, ok())
  expect(await answers()).toMatchObject({ answeredAt: at(0) })
  await record(0.6, failed('network'))
  await record(0.7, ok())
  expect(await answers()).toMatchObject({ answeredAt: at(0.7) })
})

test('long words are cut, between characters', async () => {
  await record(0, failed('network', '🌱'.repeat(400)))
  expect((await answers()).failureText).toBe('🌱'.repeat(300))
})

test('a batch of many subjects is one statement, and none without news', async () => {
  await seen(ctx, 'qianchuan', ['78'])
  const [one, other] = await rowsOf()
  const given: Answer[] = [
    { ok: true, subjectId: one?.id ?? 0 },
    { ok: false, subjectId: other?.id ?? 0, error: new FetchError('auth', '40102') },
  ]
  await write(ctx, async (tx) => {
    t.statements()
    await recordAnswers(tx, ctx.now, given)
    await recordAnswers(tx, ctx.now, [failed('not_found')])
  })
  expect(t.statements().filter((text) => text.includes('update subject'))).toHaveLength(1)
  expect(await rowsOf()).toMatchObject([{ answeredAt: ctx.now }, { failureKind: 'auth' }])
})

test('a subject that another batch writes is not waited for', async () => {
  const [held, done] = [signal(), signal()]
  const first = write(ctx, async (tx) => {
    await recordAnswers(tx, at(1), [ok()])
    held.give()
    await done.given
  })
  await held.given
  await record(2, ok())
  done.give()
  await first
  expect(await answers()).toMatchObject({ answeredAt: at(1) })
})

test('another workspace does not reach it', async () => {
  const foreign = await t.tenant()
  await write(foreign, (tx) => recordAnswers(tx, foreign.now, [ok()]))
  expect(await answers()).toEqual(NOTHING)
})

test('a poll leaves behind what its answers say of the subject', async () => {
  await ctx.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-11-30Z')`)
  const { videoId } = await published(ctx, await content(ctx))
  const due = sql`update video_state set next_poll_at = ${at(0).toISOString()} where video_id = ${videoId}`
  const through = (answer: Parameters<typeof testConnector>[0]): Connector => {
    const connector = testConnector(answer)
    const asked = async (refs: readonly VideoRef[]) =>
      (await connector.fetchCounters(refs)).map((one) => ({ ...one, subjectId }))
    return { ...connector, fetchCounters: asked }
  }
  await poll(ctx, { connector: through(() => counters()) })
  expect(await answers()).toEqual({ ...NOTHING, answeredAt: at(0) })
  await write(ctx, async (tx) => {
    await tx.execute(due)
    await wakeShards(tx, null)
  })
  await poll({ ...ctx, now: at(1) }, { connector: through(() => 'forbidden') })
  expect(await answers()).toMatchObject({ answeredAt: at(0), failedAt: at(1), failureKind: 'forbidden' })
})

test('a video counts for the one subject that it is asked through, the next one when that is lost', async () => {
  const matrix: Content = await content(ctx)
  const kolId = await kol(ctx)
  const [{ accountId: aweme = '' } = {}] = await write(ctx, (tx) =>
    tx.select().from(kolTable).where(eq(kolTable.id, kolId)),
  )
  for (let n = 0; n < 2; n++) await seen(ctx, 'qianchuan', [aweme ?? '', '77'])
  await seen(ctx, 'douyin', [aweme ?? ''])
  const { videoId } = await published(ctx, matrix, { kolId, source: 'qianchuan' })
  const unwatched = await published(ctx, matrix, { kolId, source: 'qianchuan' })
  await write(ctx, async (tx) => {
    await tx
      .update(videoState)
      .set({ nextPollAt: at(60) })
      .where(eq(videoState.videoId, videoId))
    await tx.update(videoState).set({ nextPollAt: null }).where(eq(videoState.videoId, unwatched.videoId))
  })
  const all = await write(ctx, (tx) => tx.select({ id: account.id }).from(account).orderBy(account.id))
  const accounts = all.map(({ id }) => id)
  const watched = async () =>
    (await write(ctx, (tx) => loadSubjects(tx, accounts))).map(({ videos }) => videos)
  const chosen = async () => {
    const [{ subjectId: id = 0 } = {}] = await subjectsOf(ctx, {
      source: 'qianchuan',
      kolAccountIds: [aweme ?? ''],
    })
    return (await rowsOf()).map((row) => Number(row.id === id))
  }
  expect(await watched()).toEqual([0, 1, 0, 0])
  expect(await chosen()).toEqual([0, 1, 0, 0])
  const [, first] = await write(ctx, (tx) => loadSubjects(tx, accounts))
  expect(first).toMatchObject({ dueAt: ctx.now.getTime() + HOUR, lostAt: null, source: 'qianchuan' })
  await write(ctx, (tx) =>
    tx
      .update(account)
      .set({ state: 'REAUTHORISE' })
      .where(eq(account.id, accounts[1] ?? 0)),
  )
  expect([await watched(), await chosen()]).toEqual([
    [0, 0, 1, 0],
    [0, 0, 1, 0],
  ])
  await write(ctx, (tx) =>
    tx
      .update(subject)
      .set({ lostAt: at(0) })
      .where(eq(subject.accountId, accounts[2] ?? 0)),
  )
  expect([await watched(), await chosen()]).toEqual([
    [0, 1, 0, 0],
    [0, 1, 0, 0],
  ])
})
