/** 监测周期 set by hand: which one holds, and what it does to the next look. */
import { eq, sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { among } from '../../db/among.ts'
import { phase, pollShard, video, videoState } from '../../db/tables.ts'
import { createCampaign } from '../../flow/campaign.ts'
import { type Context, write } from '../../flow/context.ts'
import {
  LONGEST_CYCLE,
  SHORTEST_CYCLE,
  setMatrixCycle,
  setPhaseCycle,
  setVideoCycle,
} from '../../flow/cycle.ts'
import { poll } from '../../flow/poll.ts'
import { archiveVideo, assignPhase } from '../../flow/video.ts'
import { type Reason, told } from '../../rules/look-why.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'
import { counters, testConnector } from '../support/connector.ts'
import { type Content, content, kol, planned, published } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
let ctx: Context
let matrix: Content
let now: number
beforeEach(async () => {
  ctx = await t.tenant()
  now = ctx.now.getTime()
  matrix = await content(ctx)
})
const at = (ms: number) => new Date(now + ms)

/** A video looked at an hour ago, due in two hours. */
async function watched(
  over: Partial<typeof videoState.$inferInsert> = {},
  of: { kolId?: number } = {},
): Promise<number> {
  const { videoId } = await published(ctx, matrix, { ...of, publishedAt: at(-5 * HOUR) })
  const state = {
    observedAt: at(-HOUR),
    nextPollAt: at(2 * HOUR),
    pollWhy: '{"kind":"END","days":1}',
    ...over,
  }
  await write(ctx, async (tx) => {
    await tx.update(videoState).set(state).where(eq(videoState.videoId, videoId))
    await tx.update(pollShard).set({ dueAt: at(2 * HOUR) })
  })
  return videoId
}
async function stateOf(videoId: number) {
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  return state
}
async function dueAt(videoId: number): Promise<Date | null> {
  const state = await stateOf(videoId)
  const shards = await write(ctx, (tx) =>
    tx
      .select()
      .from(pollShard)
      .where(eq(pollShard.shard, state?.shard ?? -1)),
  )
  return shards[0]?.dueAt ?? null
}
async function phaseOf(): Promise<number> {
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  const event = { kind: 'EVENT', ...days, budgetFen: null, goal: {}, threshold: {} } as const
  const input = { brandId: matrix.brandId, name: unique('campaign'), level: 'S', ...days } as const
  const campaignId = await createCampaign(ctx, { ...input, phases: [event] })
  const [made] = await write(ctx, (tx) => tx.select().from(phase).where(eq(phase.campaignId, campaignId)))
  return made?.id ?? 0
}

test.each<[string, Partial<typeof videoState.$inferInsert>, number, number | null]>([
  ['sooner than the look that is due', {}, 90, 30 * MINUTE],
  ['long overdue by it: now, not in the past', {}, 5, 0],
  ['later than the look that is due: it is not put off', {}, 300, 2 * HOUR],
  ['never seen yet', { observedAt: null }, 5, 2 * HOUR],
  ['its looks fail: tried again as before', { misses: 3 }, 5, 2 * HOUR],
  ['already due', { nextPollAt: new Date(0) }, 5, null],
])('%s', async (_name, before, minutes, due) => {
  const videoId = await watched(before)
  await setVideoCycle(ctx, { videoIds: [videoId], minutes })
  const state = await stateOf(videoId)
  expect(state?.cycleMinutes).toBe(minutes)
  expect(state?.nextPollAt).toEqual(due === null ? new Date(0) : at(due))
  const moved = due !== null && due < 2 * HOUR
  const why = told(JSON.parse(state?.pollWhy ?? '') as Reason)
  expect(why).toMatchObject(moved ? { kind: 'CYCLE', numbers: { minutes } } : { kind: 'END' })
  expect((await dueAt(videoId))?.getTime()).toBeLessThanOrEqual(state?.nextPollAt?.getTime() ?? 0)
})

test('a video’s own before its phase’s before its matrix’s, and back again', async () => {
  const [own, inPhase, plain] = [await watched(), await watched(), await watched()]
  const phaseId = await phaseOf()
  await assignPhase(ctx, { videoIds: [own, inPhase], phaseId })
  const held = async () => {
    const states = await write(ctx, (tx) =>
      tx
        .select()
        .from(videoState)
        .where(among(videoState.videoId, [own, inPhase, plain]))
        .orderBy(videoState.videoId),
    )
    return states.map(({ cycleMinutes }) => cycleMinutes)
  }
  await setMatrixCycle(ctx, { matrixId: matrix.matrixId, minutes: 60 })
  expect(await held()).toEqual([60, 60, 60])
  await setPhaseCycle(ctx, { phaseId, minutes: 30 })
  expect(await held()).toEqual([30, 30, 60])
  await setVideoCycle(ctx, { videoIds: [own], minutes: 10 })
  expect(await held()).toEqual([10, 30, 60])
  await setMatrixCycle(ctx, { matrixId: matrix.matrixId, minutes: null })
  expect(await held()).toEqual([10, 30, null])
  await setPhaseCycle(ctx, { phaseId, minutes: null })
  expect(await held()).toEqual([10, null, null])
  await setVideoCycle(ctx, { videoIds: [own], minutes: null })
  expect(await held()).toEqual([null, null, null])
  expect(await stateOf(plain)).toMatchObject({ nextPollAt: at(0) })
})

test('what is set by hand decides after the next look, also where it is longer than a look is worth', async () => {
  await ctx.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-11-30Z')`)
  const { videoId } = await published(ctx, matrix)
  await setVideoCycle(ctx, { videoIds: [videoId], minutes: 24 * 60 })
  expect(await stateOf(videoId)).toMatchObject({ cycleMinutes: 24 * 60, nextPollAt: at(0), pollWhy: null })
  await poll(ctx, { connector: testConnector(() => counters()) })
  const state = await stateOf(videoId)
  expect(state).toMatchObject({ looks: 1, nextPollAt: at(24 * HOUR) })
  expect(JSON.parse(state?.pollWhy ?? '')).toEqual({ kind: 'CYCLE', minutes: 24 * 60 })
  await setVideoCycle(ctx, { videoIds: [videoId], minutes: 60 })
  expect(await stateOf(videoId)).toMatchObject({ nextPollAt: at(HOUR) })
  expect(await dueAt(videoId)).toEqual(at(HOUR))
})

test('another matrix, another phase and another workspace keep theirs', async () => {
  const mine = await watched()
  const first = matrix
  matrix = await content(ctx)
  const other = await watched()
  await setMatrixCycle(ctx, { matrixId: first.matrixId, minutes: 60 })
  expect([await stateOf(mine), await stateOf(other)]).toMatchObject([
    { cycleMinutes: 60 },
    { cycleMinutes: null },
  ])
  const foreign = await t.tenant()
  const set = { minutes: 60 }
  await expect(setMatrixCycle(foreign, { ...set, matrixId: first.matrixId })).rejects.toThrow('matrix')
  await expect(setPhaseCycle(foreign, { ...set, phaseId: await phaseOf() })).rejects.toThrow('phase')
  await expect(setVideoCycle(foreign, { ...set, videoIds: [mine] })).rejects.toThrow('video')
})

test('a planned video keeps its cycle until it is published; an archived one takes none', async () => {
  const plan = await planned(ctx, matrix)
  const gone = await watched()
  await setVideoCycle(ctx, { videoIds: [plan], minutes: 15 })
  const [row] = await write(ctx, (tx) => tx.select().from(video).where(eq(video.id, plan)))
  expect(row?.cycleMinutes).toBe(15)
  await archiveVideo(ctx, { videoId: gone })
  await expect(setVideoCycle(ctx, { videoIds: [plan, gone], minutes: 5 })).rejects.toMatchObject({
    name: 'ConflictError',
  })
  await setMatrixCycle(ctx, { matrixId: matrix.matrixId, minutes: 5 })
  expect(await stateOf(gone)).toMatchObject({ nextPollAt: null, pollWhy: null })
})

test.each([SHORTEST_CYCLE - 1, LONGEST_CYCLE + 1, 0, -5, 7.5, Number.NaN])(
  '%d minutes are refused',
  async (minutes) => {
    const refusal = { name: 'InvalidInputError', field: 'cycleMinutes' }
    const videoId = await planned(ctx, matrix)
    await expect(setVideoCycle(ctx, { videoIds: [videoId], minutes })).rejects.toMatchObject(refusal)
    await expect(setMatrixCycle(ctx, { matrixId: matrix.matrixId, minutes })).rejects.toMatchObject(refusal)
    await expect(setPhaseCycle(ctx, { phaseId: 1, minutes })).rejects.toMatchObject(refusal)
  },
)

test('no videos and too many are refused in the name of the field; the bounds are taken', async () => {
  const refusal = { name: 'InvalidInputError', field: 'videoIds' }
  const many = Array.from({ length: 2001 }, (_, n) => n + 1)
  for (const videoIds of [[], many]) {
    await expect(setVideoCycle(ctx, { videoIds, minutes: 5 })).rejects.toMatchObject(refusal)
  }
  const videoId = await watched()
  for (const minutes of [SHORTEST_CYCLE, LONGEST_CYCLE]) {
    await setVideoCycle(ctx, { videoIds: [videoId, videoId], minutes })
    expect(await stateOf(videoId)).toMatchObject({ cycleMinutes: minutes })
  }
})

test('as many statements for one video as for twelve, and three fewer where nothing changes', async () => {
  const kolId = await kol(ctx)
  const cost = async (minutes: number) => {
    t.statements()
    await setMatrixCycle(ctx, { matrixId: matrix.matrixId, minutes })
    return t.statements().filter((text) => !text.includes('pg_catalog.pg_type')).length
  }
  await watched({}, { kolId })
  const one = await cost(60)
  for (let n = 0; n < 11; n++) await watched({}, { kolId })
  expect(await cost(30)).toBe(one)
  expect(await cost(30)).toBe(one - 3)
})
