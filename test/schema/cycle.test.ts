/** 监测周期 and the next look as the API tells them. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import type { Reason } from '../../rules/look-why.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'
import { type Content, content, planned, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { world } from './world.ts'

const t = testDatabase()
const api = testApi(t)
const NEXT = 'nextPoll { at cycleMinutes urgent why { kind text numbers { name value } } }'

let ctx: Context
let token: string
let matrix: Content
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  matrix = await content(ctx)
})
const after = (ms: number) => new Date(ctx.now.getTime() + ms)
async function watched(state: Partial<typeof videoState.$inferInsert>): Promise<number> {
  const { videoId } = await published(ctx, matrix)
  await write(ctx, (tx) => tx.update(videoState).set(state).where(eq(videoState.videoId, videoId)))
  return videoId
}
const nextOf = async (videoId: number) => {
  const query = `query($id: ID!) { node(id: $id) { ... on Video { cycleMinutes ${NEXT} } } }`
  return (await api.data(token, query, { id: globalId('Video', videoId) })).node
}

test('why the next look is when it is, with its numbers', async () => {
  const reason: Reason = { kind: 'RETRY', misses: 3, minutes: 4 }
  const videoId = await watched({
    nextPollAt: after(4 * MINUTE),
    pollWhy: JSON.stringify(reason),
    urgent: true,
  })
  expect(await nextOf(videoId)).toEqual({
    cycleMinutes: null,
    nextPoll: {
      at: after(4 * MINUTE).toISOString(),
      cycleMinutes: null,
      urgent: true,
      why: {
        kind: 'RETRY',
        text: expect.stringContaining('3'),
        numbers: expect.arrayContaining([
          { name: 'misses', value: 3 },
          { name: 'minutes', value: 4 },
        ]),
      },
    },
  })
})

test('before its first look there is no why; planned or no longer watched there is no look', async () => {
  expect(await nextOf((await published(ctx, matrix)).videoId)).toMatchObject({
    nextPoll: { at: ctx.now.toISOString(), why: null },
  })
  expect(
    await nextOf(await watched({ nextPollAt: null, pollWhy: '{"kind":"END","days":30}' })),
  ).toMatchObject({ nextPoll: null })
  expect(await nextOf(await planned(ctx, matrix))).toMatchObject({ nextPoll: null })
})

const SET = (
  name: string,
) => `mutation($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) {
  ... on Error { message } ... on InvalidInputError { field }`

test('a cycle of a video, of its phase and of its matrix, and what is refused', async () => {
  const made = await world(ctx)
  const [id = 0] = made.videoIds
  const state = { observedAt: ctx.now, nextPollAt: after(3 * HOUR) }
  await write(ctx, (tx) => tx.update(videoState).set(state).where(eq(videoState.videoId, id)))
  const set = async (name: string, fields: string, input: object) =>
    (await api.data(token, `${SET(name)} ${fields} } }`, { input }))[name]
  const matrixId = globalId('Matrix', made.content.matrixId)
  expect(
    await set('setMatrixCycle', '... on Matrix { cycleMinutes }', { matrixId, cycleMinutes: 120 }),
  ).toEqual({ cycleMinutes: 120 })
  expect(await nextOf(id)).toMatchObject({
    cycleMinutes: null,
    nextPoll: { at: after(2 * HOUR).toISOString(), cycleMinutes: 120, why: { kind: 'CYCLE' } },
  })
  const phaseId = globalId('Phase', made.phaseId)
  expect(await set('setPhaseCycle', '... on Phase { cycleMinutes }', { phaseId, cycleMinutes: 60 })).toEqual({
    cycleMinutes: 60,
  })
  const videoIds = [globalId('Video', id)]
  const batch = `... on VideoBatch { videos { cycleMinutes nextPoll { at } } }`
  expect(await set('setVideoCycle', batch, { videoIds, cycleMinutes: 30 })).toEqual({
    videos: [{ cycleMinutes: 30, nextPoll: { at: after(30 * MINUTE).toISOString() } }],
  })
  expect(await set('setVideoCycle', batch, { videoIds })).toMatchObject({ videos: [{ cycleMinutes: null }] })
  expect(await nextOf(id)).toMatchObject({ nextPoll: { cycleMinutes: 120 } })
  const refused = await set('setVideoCycle', batch, { videoIds, cycleMinutes: 4 })
  expect(refused).toMatchObject({ field: 'cycleMinutes', message: expect.stringContaining('43200') })
  expect(await set('setMatrixCycle', '__typename', { matrixId: phaseId, cycleMinutes: 5 })).toMatchObject({
    field: 'matrixId',
  })
})

test('a list of videos with their next looks costs one statement', async () => {
  const other = await t.tenant()
  const reader = await tokenOf(other)
  const made = await content(other)
  const document = `{ videos { edges { node { title cycleMinutes ${NEXT} phase { cycleMinutes } cell { matrix { cycleMinutes } } } } } }`
  const cost = async (videos: number) => {
    const sent = await statementsOf(t, async () => {
      expect((await api.data(reader, document)).videos.edges).toHaveLength(videos)
    })
    // Of every request: the lookup of the token, begin and commit.
    return sent.length - 3
  }
  await published(other, made)
  const one = await cost(1)
  for (let n = 0; n < 11; n++) await published(other, made)
  expect([one, await cost(12)]).toEqual([1, 1])
})
