/** Pages over connections: nothing is lost or doubled, forwards and backwards. */
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { type Context, write } from '../../flow/context.ts'
import { schema } from '../../schema/schema.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, testApi, tokenOf } from '../support/graphql.ts'
import { type World, world } from './world.ts'

const t = testDatabase()
const api = testApi(t)
let token: string
let ctx: Context
let made: World
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  made = await world(ctx, { videos: 23 })
})

interface Page {
  edges: { cursor: string; node: Record<string, unknown> }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}
const PAGE = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'
type Read = (args: string) => Promise<Page>

async function forward(read: Read, size: number): Promise<Page['edges']> {
  const all: Page['edges'] = []
  for (let after = ''; ; ) {
    const { edges, pageInfo } = await read(`first: ${size}${after}`)
    expect(edges.length).toBeLessThanOrEqual(size)
    expect(pageInfo.hasPreviousPage).toBe(all.length > 0)
    all.push(...edges)
    expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor, endCursor: edges.at(-1)?.cursor })
    if (!pageInfo.hasNextPage) return all
    expect(edges).toHaveLength(size)
    after = `, after: "${pageInfo.endCursor}"`
  }
}

async function backward(read: Read, size: number): Promise<Page['edges']> {
  let all: Page['edges'] = []
  for (let before = ''; ; ) {
    const { edges, pageInfo } = await read(`last: ${size}${before}`)
    expect(pageInfo.hasNextPage).toBe(all.length > 0)
    all = [...edges, ...all]
    if (!pageInfo.hasPreviousPage) return all
    expect(edges).toHaveLength(size)
    before = `, before: "${pageInfo.startCursor}"`
  }
}

const videos: Read = async (args) =>
  (await api.data(token, `{ videos(${args}) { edges { cursor node { id } } ${PAGE} } }`)).videos

test.each([1, 7, 23])('videos, %i at a time, both ways', async (size) => {
  const want = made.videoIds.toReversed().map((id) => globalId('Video', id))
  const ids = (edges: Page['edges']) => edges.map(({ node }) => node.id)
  expect(ids(await forward(videos, size))).toEqual(want)
  expect(ids(await backward(videos, size))).toEqual(want)
})

test('pages of a connection within a connection, filtered', async () => {
  const brand = globalId('Brand', made.content.brandId)
  const want = Object.values(made.content.elementIds)
  const elements =
    (filter: string): Read =>
    async (args) => {
      const document = `{ node(id: "${brand}") { ... on Brand { elements(${args}${filter}) { edges { cursor node { id } } ${PAGE} } } } }`
      return (await api.data(token, document)).node.elements
    }
  const all = await forward(elements(''), 3)
  expect(all.map(({ node }) => node.id)).toEqual(want.toReversed().map((id) => globalId('Element', id)))
  const needs = await forward(elements(', kind: NEED'), 1)
  expect(needs.map(({ node }) => node.id)).toEqual([globalId('Element', made.content.elementIds.need)])
})

/** Instants that differ in the last millisecond, several sources at one instant, several revisions of one source. */
async function plantSnapshots(videoId: number): Promise<void> {
  await write(ctx, (tx) =>
    tx.execute(sql`
      insert into snapshot (video_id, observed_at, source, revision, recorded_at, plays)
      select ${videoId}::bigint, '2026-11-12 08:00:00.997Z'::timestamptz + ms * interval '1 ms', source, revision, '2026-11-12Z', null
      from generate_series(0, 3) ms, unnest(array['a', 'b', 'ä']) source, generate_series(0, 1) revision`),
  )
}

test.each([1, 7, 25])(
  'snapshots, whose cursor is an instant, a source and a revision, %i at a time',
  async (size) => {
    const videoId = made.videoIds[size % 20] as number
    await plantSnapshots(videoId)
    const snapshots: Read = async (args) => {
      const node = 'observedAt source revision'
      const document = `{ node(id: "${globalId('Video', videoId)}") { ... on Video { snapshots(${args}) { edges { cursor node { ${node} } } ${PAGE} } } } }`
      return (await api.data(token, document)).node.snapshots
    }
    const key = ({ node }: { node: Record<string, unknown> }) =>
      `${node.observedAt} ${node.source} ${node.revision}`
    const stored = await write(ctx, (tx) =>
      tx.execute<{ observed_ms: string; source: string; revision: number }>(sql`
      select (extract(epoch from observed_at) * 1000)::bigint as observed_ms, source, revision from snapshot
      where video_id = ${videoId} order by observed_at desc, source, revision desc`),
    )
    const want = stored.map(
      (row) => `${new Date(Number(row.observed_ms)).toISOString()} ${row.source} ${row.revision}`,
    )
    expect(want).toHaveLength(25)
    expect((await forward(snapshots, size)).map(key)).toEqual(want)
    expect((await backward(snapshots, size)).map(key)).toEqual(want)
  },
)

test('a page that begins where another ended does not move when rows are added before it', async () => {
  const first = await videos('first: 5')
  await world(ctx, { videos: 2 })
  const second = await videos(`first: 5, after: "${first.pageInfo.endCursor}"`)
  const both = [...first.edges, ...second.edges].map(({ node }) => node.id)
  expect(both).toEqual(
    made.videoIds
      .toReversed()
      .slice(0, 10)
      .map((id) => globalId('Video', id)),
  )
})

test('a page has 20 rows unless said, and never more than 200', async () => {
  const many = await t.tenant()
  const manyToken = await tokenOf(many)
  await write(many, (tx) =>
    tx.execute(
      sql`insert into brand (name, created_at) select 'brand ' || n, ${many.now.toISOString()} from generate_series(1, 205) n`,
    ),
  )
  const size = async (args: string) => {
    const { brands } = await api.data(
      manyToken,
      `{ brands${args} { edges { cursor } pageInfo { hasNextPage } } }`,
    )
    expect(brands.pageInfo.hasNextPage).toBe(!args.startsWith('(last'))
    return brands.edges.length
  }
  expect(await size('')).toBe(20)
  expect(await size('(first: 200)')).toBe(200)
  expect(await size('(first: 201)')).toBe(200)
  expect(await size('(last: 5000)')).toBe(200)
})

test.each([
  ['first: -1'],
  ['last: -1'],
  ['first: 1, last: 1'],
  ['first: 1, before: "x"'],
  ['after: "x"'],
  [`after: "${Buffer.from('DC:N:x').toString('base64')}"`],
  [`after: "${Buffer.from('DC:S:1 or true').toString('base64')}"`],
  [`after: "${Buffer.from('DC:N:1e400').toString('base64')}"`],
])('%s is the fault of the client', async (args) => {
  const { errors } = await api.query(token, `{ videos(${args}) { edges { cursor } } }`)
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(api.logged()).toEqual([])
})

test('a cursor of another list is refused', async () => {
  const [video] = (await videos('first: 1')).edges
  const document = `{ node(id: "${globalId('Video', made.videoIds[0] ?? 0)}") { ... on Video {
    snapshots(after: "${video?.cursor}") { edges { cursor } } } } }`
  const { errors } = await api.query(token, document)
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' }, message: 'A cursor is not of this list.' },
  ])
  expect(api.logged()).toEqual([])
})

test('a list of one kind of thing has one connection type, wherever it is', () => {
  const names = Object.keys(schema.getTypeMap()).filter((name) => name.endsWith('Connection'))
  const kinds = [
    'Account',
    'Brand',
    'Breakout',
    'Campaign',
    'Cell',
    'Collaboration',
    'Delivery',
    'Element',
    'ElementVersion',
    'Kol',
    'KolPrice',
    'KolSnapshot',
    'Matrix',
    'Notification',
    'Occasion',
    'Outcome',
    'Pair',
    'Programme',
    'Promotion',
    'Reconciliation',
    'Remix',
    'Rule',
    'Snapshot',
    'TierPolicy',
    'Video',
    'Webhook',
  ]
  expect(names.sort()).toEqual(kinds.map((kind) => `${kind}Connection`))
})

test('an empty list is an empty page', async () => {
  const none = await tokenOf(await t.tenant())
  const { videos } = await api.data(none, `{ videos { edges { cursor } ${PAGE} } }`)
  expect(videos).toEqual({
    edges: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  })
})
