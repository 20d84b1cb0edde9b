/** When a video is looked at next, and that its shard is due no later. */
import { eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { setVideoCycle } from '../../flow/cycle.ts'
import { poll } from '../../flow/poll.ts'
import { createRule, enableRule } from '../../flow/rule.ts'
import { sweep } from '../../flow/sweep.ts'
import { archiveVideo } from '../../flow/video.ts'
import { FetchError } from '../../platforms/errors.ts'
import { told } from '../../rules/look-why.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { counters, signal, testConnector } from '../support/connector.ts'
import { content, kol, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, ordered, tend } from '../support/orders.ts'

const t = testDatabase()
const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })
const stateOf = (ctx: Context, videoId: number) =>
  write(ctx, async (tx) => {
    const [state] = await tx.select().from(videoState).where(eq(videoState.videoId, videoId))
    if (!state) throw new Error('the video is not watched')
    return state
  })

async function watched() {
  const ctx = await t.tenant()
  await sweep(ctx)
  return { ctx, matrix: await content(ctx) }
}

/** Videos that are due and would not be found, or found late: their shard says otherwise. */
const forgotten = (ctx: Context) =>
  write(ctx, (tx) =>
    rows(
      tx,
      sql`select s.video_id from video_state s
        left join poll_shard p on p.workspace_id = s.workspace_id and p.source = s.source and p.shard = s.shard
        where s.workspace_id = current_workspace() and s.source is not null and s.next_poll_at is not null
          and (p.due_at is null or p.due_at > s.next_poll_at)`,
    ),
  )

test('a look says when the next one is and why, and a hold that ends is urgent', async () => {
  const { ctx, matrix } = await watched()
  await createRule(ctx, {
    name: 'plays',
    enabled: true,
    definition: { condition: { metric: 'plays', op: '>=', value: 1000 }, holdMinutes: 30 },
  })
  const cold = await published(ctx, matrix, { kolId: await kol(ctx) })
  const hot = await published(ctx, matrix, { kolId: await kol(ctx) })
  const plays = (itemId: string) => counters({ plays: itemId === hot.itemId ? 5000 : 1 })
  await poll(later(ctx, 10 * MINUTE), { connector: testConnector(plays) })
  const state = await stateOf(ctx, hot.videoId)
  expect(state.nextPollAt).toEqual(later(ctx, 40 * MINUTE).now)
  expect(state.urgent).toBe(true)
  expect(told(JSON.parse(state.pollWhy ?? '')).text).toMatch(/is met and must hold 30 min/)
  const other = await stateOf(ctx, cold.videoId)
  expect(other.urgent).toBe(false)
  expect(JSON.parse(other.pollWhy ?? '')).toMatchObject({ costFen: 10, delayFenPerHour: 600 })
})

test('a changed rule brings the looks of young videos forward, spread over an hour', async () => {
  const { ctx, matrix } = await watched()
  const at = (days: number) => ({ publishedAt: new Date(ctx.now.getTime() - days * DAY) })
  const young = await published(ctx, matrix, at(2))
  const old = await published(ctx, matrix, at(10))
  const byHand = await published(ctx, matrix, at(2))
  await setVideoCycle(ctx, { videoIds: [byHand.videoId], minutes: 1440 })
  await poll(ctx, { connector: testConnector(() => counters({ plays: 1 })) })
  const before = [await stateOf(ctx, old.videoId), await stateOf(ctx, byHand.videoId)]
  expect((await stateOf(ctx, young.videoId)).nextPollAt?.getTime()).toBeGreaterThan(ctx.now.getTime() + HOUR)
  const ruleId = await createRule(ctx, {
    name: 'new',
    enabled: false,
    definition: { condition: { metric: 'plays', op: '>=', value: 1 } },
  })
  await enableRule(ctx, { ruleId, enabled: true })
  const after = await stateOf(ctx, young.videoId)
  expect(after.nextPollAt?.getTime()).toBeLessThan(ctx.now.getTime() + HOUR)
  expect(after.pollWhy).toBeNull()
  expect([await stateOf(ctx, old.videoId), await stateOf(ctx, byHand.videoId)]).toEqual(before)
  expect(await forgotten(ctx)).toEqual([])
})

test('a video with money on it is looked at when its order begins, and every hour, however old it is', async () => {
  const { ctx, matrix } = await watched()
  const born = (days: number) => ({ publishedAt: new Date(ctx.now.getTime() - days * DAY) })
  const { videoId, trial } = await ordered(ctx, matrix, { ...born(9), deliveringAt: null })
  const old = await ordered(ctx, matrix, { ...born(31), deliveringAt: null })
  const plain = await published(ctx, matrix, born(9))
  const connector = testConnector(() => counters({ plays: 1 }))
  // Who pays for an order sees its video.
  const pollAll = async (at: Context) => {
    for (const source of ['test', 'qianchuan']) await poll(at, { connector: { ...connector, source } })
  }
  await changed(ctx, trial.id, { orderStand: 'NONE' })
  await changed(ctx, old.trial.id, { orderStand: 'NONE' })
  await pollAll(ctx)
  expect((await stateOf(ctx, videoId)).nextPollAt).toEqual(later(ctx, 3 * DAY).now)
  expect(await stateOf(ctx, old.videoId)).toMatchObject({ nextPollAt: null })

  const begins = later(ctx, 10 * MINUTE)
  for (const each of [trial, old.trial]) {
    await tend(begins, await changed(ctx, each.id, { orderStand: 'LIVE', dueAt: begins.now }))
    expect(await stateOf(ctx, each.videoId)).toMatchObject({ nextPollAt: begins.now, pollWhy: null })
  }
  expect(await forgotten(ctx)).toEqual([])
  await pollAll(begins)
  for (const each of [videoId, old.videoId])
    expect((await stateOf(ctx, each)).nextPollAt).toEqual(later(begins, HOUR).now)
  expect((await stateOf(ctx, plain.videoId)).nextPollAt).toEqual(later(ctx, 3 * DAY).now)

  await changed(ctx, trial.id, { orderStand: 'OVER', overAt: begins.now })
  await pollAll(later(begins, HOUR))
  expect((await stateOf(ctx, videoId)).nextPollAt).toEqual(later(begins, 3 * DAY + HOUR).now)
})

test('a look that our quota does not allow is put off and shows as NO_DATA, and is no failure', async () => {
  const { ctx, matrix } = await watched()
  const { videoId, itemId } = await published(ctx, matrix)
  const error = new FetchError('quota', 'no calls left today', { retryAfterMs: 3 * HOUR })
  const connector = {
    ...testConnector(() => counters()),
    fetchCounters: async () => [{ ok: false as const, itemId, error }],
  }
  expect(await poll(ctx, { connector })).toMatchObject({ looks: 0, misses: 1 })
  expect(await stateOf(ctx, videoId)).toMatchObject({
    misses: 0,
    noDataReason: 'quota',
    noDataSince: ctx.now,
    // A cap may be raised before the day ends.
    nextPollAt: later(ctx, 15 * MINUTE).now,
    pollWhy: null,
  })
})

test('a video that is archived while the platform is asked stays as it is', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix)
  const asked = signal()
  const release = signal()
  const slow = testConnector(async () => {
    asked.give()
    await release.given
    return counters()
  })
  const polling = poll(ctx, { connector: slow })
  await asked.given
  await archiveVideo(ctx, { videoId })
  release.give()
  expect(await polling).toMatchObject({ claimed: 1, looks: 0 })
  expect(await stateOf(ctx, videoId)).toMatchObject({ looks: 0, plays: null, nextPollAt: null })
})

test('a cycle that is set while the platform is asked holds from that look on', async () => {
  const { ctx, matrix } = await watched()
  const { videoId } = await published(ctx, matrix, { publishedAt: new Date(ctx.now.getTime() - 10 * DAY) })
  const asked = signal()
  const release = signal()
  const slow = testConnector(async () => {
    asked.give()
    await release.given
    return counters()
  })
  const polling = poll(ctx, { connector: slow })
  await asked.given
  await setVideoCycle(ctx, { videoIds: [videoId], minutes: 60 })
  release.give()
  await polling
  expect((await stateOf(ctx, videoId)).nextPollAt).toEqual(later(ctx, HOUR).now)
})

test('whatever happens to videos, their shard is due no later than they are', async () => {
  const { ctx, matrix } = await watched()
  const kols = [await kol(ctx), await kol(ctx)]
  const step = fc.record({
    what: fc.constantFrom('publish', 'poll', 'fail', 'cycle', 'archive', 'rule'),
    nth: fc.nat(20),
    wait: fc.integer({ min: 0, max: 12 * 60 }),
  })
  const [rule] = await write(ctx, (tx) => tx.query.rule.findMany())
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      let now: Context = ctx
      const ids: number[] = []
      for (const { what, nth, wait } of steps) {
        now = later(now, wait * MINUTE)
        const videoId = ids[nth % Math.max(1, ids.length)]
        const connector = testConnector(() => (what === 'fail' ? 'timeout' : counters({ plays: nth * 500 })))
        if (what === 'publish')
          ids.push((await published(now, matrix, { kolId: kols[nth % 2] as number })).videoId)
        if (what === 'poll' || what === 'fail') await poll(now, { connector, limit: 2 })
        if (what === 'cycle' && videoId) await setVideoCycle(now, { videoIds: [videoId], minutes: 5 + nth })
        if (what === 'archive' && videoId) {
          await archiveVideo(now, { videoId })
          ids.splice(ids.indexOf(videoId), 1)
        }
        if (what === 'rule') await enableRule(now, { ruleId: rule?.id ?? 0, enabled: nth % 2 === 0 })
        expect(await forgotten(now)).toEqual([])
      }
    }),
    { numRuns: 15 },
  )
})
