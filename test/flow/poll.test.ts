import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { snapshot, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { poll } from '../../flow/poll.ts'
import { LEASE } from '../../flow/shard.ts'
import { sweep } from '../../flow/sweep.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { counters, signal, testConnector } from '../support/connector.ts'
import { content, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()

const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })
const stateOf = (ctx: Context, videoId: number) =>
  write(ctx, async (tx) => (await tx.select().from(videoState).where(eq(videoState.videoId, videoId)))[0])
const snapshotsOf = (ctx: Context, videoId: number) =>
  write(ctx, (tx) =>
    tx.select().from(snapshot).where(eq(snapshot.videoId, videoId)).orderBy(snapshot.observedAt),
  )

async function watched() {
  const ctx = await t.tenant()
  await sweep(ctx)
  const matrix = await content(ctx)
  return { ctx, matrix }
}

test('a due video is asked for once, its look is stored and its next one is set', async () => {
  const { ctx, matrix } = await watched()
  const kolId = await kol(ctx)
  const { videoId, itemId } = await published(ctx, matrix, { kolId })
  const connector = testConnector(() => counters({ plays: 5000, likes: 300, comments: 40, shares: 60 }))
  expect(await poll(ctx, { connector })).toEqual({ claimed: 1, looks: 1, misses: 0, fired: 0 })
  expect(connector.asked).toEqual([expect.objectContaining({ itemId })])
  expect(await snapshotsOf(ctx, videoId)).toEqual([
    expect.objectContaining({ observedAt: NOW, recordedAt: NOW, source: 'test', plays: 5000, saves: null }),
  ])
  const state = await stateOf(ctx, videoId)
  expect(state).toMatchObject({
    looks: 1,
    plays: 5000,
    interactionRate: 0.08,
    noDataSince: null,
  })
  expect(state?.nextPollAt?.getTime()).toBeGreaterThan(NOW.getTime())
  expect(state?.nextPollAt?.getTime()).toBeLessThanOrEqual(NOW.getTime() + 30 * MINUTE)
  expect(await poll(ctx, { connector })).toMatchObject({ claimed: 0 })
})

test('a batch costs the same number of statements, whatever its size', async () => {
  const { ctx, matrix } = await watched()
  const counted: number[] = []
  for (const size of [1, 40]) {
    for (let i = 0; i < size; i++) await published(ctx, matrix, { kolId: await kol(ctx) })
    t.statements()
    await poll(ctx, { connector: testConnector(() => counters()) })
    counted.push(t.statements().length)
  }
  expect(counted[0]).toBe(counted[1])
  // Two transactions of begin, set, commit; claim; lease, terms, peers, rules, counters, episodes, looks, release.
  expect(counted[0]).toBe(16)
})

test('two workers never take the same video', async () => {
  const { ctx, matrix } = await watched()
  for (let i = 0; i < 30; i++) await published(ctx, matrix)
  const connector = testConnector(() => counters())
  const polls = await Promise.all([1, 2, 3].map(() => poll(ctx, { connector, limit: 20 })))
  expect(polls.reduce((sum, { looks }) => sum + looks, 0)).toBe(30)
  expect(new Set(connector.asked.map(({ itemId }) => itemId)).size).toBe(30)
})

test('a failed look keeps what is known, says NO_DATA and since when, and is tried again sooner', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix, { publishedAt: new Date(NOW.getTime() - 2 * DAY) })
  const connector = testConnector((_item, times) =>
    times === 2 || times === 3 ? 'rate_limited' : counters(),
  )
  await poll(ctx, { connector })
  const first = await stateOf(ctx, videoId)
  const second = later(ctx, 12 * HOUR)
  expect(await poll(second, { connector })).toMatchObject({ looks: 0, misses: 1 })
  expect(await stateOf(ctx, videoId)).toMatchObject({
    plays: 1000,
    observedAt: first?.observedAt,
    misses: 1,
    noDataSince: second.now,
    noDataReason: 'rate_limited',
    nextPollAt: new Date(second.now.getTime() + MINUTE),
  })
  const third = later(second, MINUTE)
  await poll(third, { connector })
  expect(await stateOf(ctx, videoId)).toMatchObject({
    misses: 2,
    noDataSince: second.now,
    nextPollAt: new Date(third.now.getTime() + 2 * MINUTE),
  })
  await poll(later(third, 2 * MINUTE), { connector })
  expect(await stateOf(ctx, videoId)).toMatchObject({
    misses: 0,
    noDataSince: null,
    noDataReason: null,
    looks: 2,
  })
})

test('a video the connector says nothing about is a miss, not a zero', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix)
  const silent = { ...testConnector(() => counters()), fetchCounters: async () => [] }
  expect(await poll(ctx, { connector: silent })).toMatchObject({ looks: 0, misses: 1 })
  expect(await stateOf(ctx, videoId)).toMatchObject({ plays: null, noDataReason: 'not_answered' })
})

test('a worker that lost its claim writes nothing', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix)
  const slowCtx = ctx
  const fast = later(ctx, LEASE + 1)
  const asked = signal()
  const release = signal()
  const slow = testConnector(async () => {
    asked.give()
    await release.given
    return counters({ plays: 1 })
  })
  const slowPoll = poll(slowCtx, { connector: slow })
  await asked.given
  expect(await poll(fast, { connector: testConnector(() => counters({ plays: 2 })) })).toMatchObject({
    looks: 1,
  })
  release.give()
  expect(await slowPoll).toMatchObject({ claimed: 1, looks: 0 })
  expect((await snapshotsOf(ctx, videoId)).map(({ plays }) => plays)).toEqual([2])
  expect(await stateOf(ctx, videoId)).toMatchObject({ plays: 2, looks: 1 })
})

test('a fallen counter is stored as seen', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix)
  const connector = testConnector((_item, times) => counters({ plays: times === 1 ? 1000 : 900 }))
  await poll(ctx, { connector })
  await poll(later(ctx, 30 * MINUTE), { connector })
  expect((await snapshotsOf(ctx, videoId)).map(({ plays }) => plays)).toEqual([1000, 900])
  expect(await stateOf(ctx, videoId)).toMatchObject({ plays: 900, velocity: null })
})

test('another source leaves the video alone', async () => {
  const { ctx, matrix } = await watched()
  await published(ctx, matrix, { source: 'elsewhere' })
  expect(await poll(ctx, { connector: testConnector(() => counters()) })).toMatchObject({ claimed: 0 })
})

test('the sweep names the due work of every workspace and shows what is overdue', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix)
  const mine = async (now: Date) =>
    (await sweep({ ...ctx, now })).filter((due) => due.workspaceId === ctx.workspaceId)
  expect(await mine(NOW)).toEqual([{ workspaceId: ctx.workspaceId, source: 'test', shards: 1 }])
  expect(await stateOf(ctx, videoId)).toMatchObject({ noDataSince: null })
  await mine(new Date(NOW.getTime() + 2 * HOUR))
  expect(await stateOf(ctx, videoId)).toMatchObject({ noDataSince: NOW, noDataReason: 'overdue' })
})
