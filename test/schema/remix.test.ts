/** 混剪 over GraphQL: what of what, the refusals, and a page of it in as many statements as there are kinds of things. */
import { beforeAll, expect, test } from 'vitest'
import { loadVideoFacts } from '../../db/queries/promotion.ts'
import { write } from '../../flow/context.ts'
import { markRemix } from '../../flow/remix.ts'
import { archiveVideo } from '../../flow/video.ts'
import { type Content, content, planned, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Awaited<ReturnType<typeof t.tenant>>
let token: string
let own: Content
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  own = await content(ctx)
})

const video = (id: number) => globalId('Video', id)
const cut = async () => (await published(ctx, own)).videoId
const MARK = `mutation($input: MarkRemixInput!) { markRemix(input: $input) { __typename
  ... on Video { id remixOf { origin { id } parts createdAt } } ... on Error { message } ... on InvalidInputError { field } } }`
const mark = async (videoId: number, originId: number, parts: string[] = ['HOOK']) =>
  (await api.data(token, MARK, { input: { videoId: video(videoId), originId: video(originId), parts } }))
    .markRemix

test('marked, marked again, seen from both sides, and taken back', async () => {
  const [hit, other, variant] = [await cut(), await cut(), await planned(ctx, own)]
  expect(await mark(variant, other)).toMatchObject({
    remixOf: { origin: { id: video(other) }, parts: ['HOOK'] },
  })
  expect(await mark(variant, hit, ['CALL_TO_ACTION', 'HOOK', 'HOOK'])).toMatchObject({
    remixOf: { origin: { id: video(hit) }, parts: ['HOOK', 'CALL_TO_ACTION'], createdAt: NOW.toISOString() },
  })
  const read = (id: number) =>
    api.data(
      token,
      `{ node(id: "${video(id)}") { ... on Video { remixOf { parts }
      remixes(first: 5) { edges { node { video { id } parts } } pageInfo { hasNextPage } } } } }`,
    )
  expect((await read(hit)).node).toEqual({
    remixOf: null,
    remixes: {
      edges: [{ node: { video: { id: video(variant) }, parts: ['HOOK', 'CALL_TO_ACTION'] } }],
      pageInfo: { hasNextPage: false },
    },
  })
  expect((await read(other)).node.remixes.edges).toEqual([])
  const facts = await write(ctx, (tx) => loadVideoFacts(tx, [hit, variant], NOW))
  expect([facts.get(hit)?.remixOf, facts.get(variant)?.remixOf]).toMatchObject([null, { videoId: hit }])
  const unmark = `mutation { unmarkRemix(input: { videoId: "${video(variant)}" }) { ... on Video { remixOf { parts } } } }`
  for (const _ of [1, 2]) expect((await api.data(token, unmark)).unmarkRemix).toEqual({ remixOf: null })
  expect((await read(hit)).node.remixes.edges).toEqual([])
})

test('itself, another brand, a circle, no part, an archived and an unknown video are refused', async () => {
  const [a, b, c] = [await cut(), await cut(), await cut()]
  expect(await mark(a, a)).toMatchObject({ __typename: 'InvalidInputError', field: 'originId' })
  expect(await mark(b, a, [])).toMatchObject({ __typename: 'InvalidInputError', field: 'parts' })
  const strange = (await published(ctx, await content(ctx))).videoId
  expect(await mark(b, strange)).toMatchObject({
    __typename: 'InvalidInputError',
    message: expect.stringContaining('another brand'),
  })
  await mark(b, a)
  await mark(c, b)
  expect(await mark(a, b)).toMatchObject({
    __typename: 'ConflictError',
    message: expect.stringContaining('1 step on'),
  })
  expect(await mark(a, c)).toMatchObject({
    __typename: 'ConflictError',
    message: expect.stringContaining('2 steps'),
  })
  // Two halves of a circle at once: one is refused.
  const [d, e] = [await cut(), await cut()]
  const both = await Promise.allSettled([
    markRemix(ctx, { videoId: d, originId: e, parts: ['BODY'] }),
    markRemix(ctx, { videoId: e, originId: d, parts: ['BODY'] }),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await archiveVideo(ctx, { videoId: c })
  expect(await mark(c, a)).toMatchObject({ __typename: 'ConflictError' })
  // What it was cut out of may be put away.
  expect(await mark(e === d ? d : await cut(), c)).toMatchObject({ __typename: 'Video' })
  expect(await mark(a, 9e9)).toMatchObject({ __typename: 'NotFoundError' })
  const foreign = await t.tenant()
  const theirs = (await published(foreign, await content(foreign))).videoId
  expect(await mark(a, theirs)).toMatchObject({ __typename: 'NotFoundError' })
})

test('a page of videos with their origins and remixes costs no statement per video', async () => {
  const hits = [await cut(), await cut(), await cut()]
  for (const originId of hits)
    for (const _ of [1, 2]) await markRemix(ctx, { videoId: await cut(), originId, parts: ['BODY'] })
  const read = async (first: number) =>
    statementsOf(t, () =>
      api.data(
        token,
        `{ videos(first: ${first}) { edges { node { title remixOf { parts origin { title } }
        remixes { edges { node { parts video { title } } } } } } } }`,
      ),
    )
  const few = await read(2)
  const many = await read(9)
  expect(many).toHaveLength(few.length)
  expect(many.filter((text) => text.includes('"remix"'))).toHaveLength(1)
})
