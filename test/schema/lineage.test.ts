/** One cell that a TEST KOL broke out with, reused by a head KOL, radiated by two more. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { breakout, collaboration } from '../../db/tables.ts'
import { dropCollaboration } from '../../flow/collaboration.ts'
import { type Context, write } from '../../flow/context.ts'
import { DAY } from '../../rules/types.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { brokeOut, creator, proposed, result, shot } from '../support/playbook.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string

interface Tree {
  first: { collaborationId: number; videoId: number }
  reuse: { collaborationId: number; videoId: number }
  firstBreakout: number
  reuseBreakout: number
  radiate: number
  dropped: number
  kols: number[]
}
let tree: Tree
async function grow(): Promise<Tree> {
  const on = await content(ctx)
  const later = { ...ctx, now: new Date(NOW.getTime() + DAY) }
  const kols = [
    await creator(ctx),
    await creator(ctx, { tier: 'HEAD' }),
    await creator(ctx),
    await creator(ctx),
  ]
  const [k0 = 0, k1 = 0, k2 = 0, k3 = 0] = kols
  const first = await shot(ctx, on, { kolId: k0, priceFen: 100 })
  await result(ctx, first.videoId, { plays: 1_000, spendFen: 30, gmvFen: 700 })
  const firstBreakout = await brokeOut(ctx, first.videoId)
  const reuse = await shot(later, on, { kolId: k1, priceFen: 200, originBreakoutId: firstBreakout })
  await result(ctx, reuse.videoId, { plays: 50_000 })
  const reuseBreakout = await brokeOut(later, reuse.videoId)
  const radiate = await proposed(later, on, { kolId: k2, priceFen: 400, originBreakoutId: reuseBreakout })
  const dropped = await proposed(later, on, { kolId: k3, priceFen: 800, originBreakoutId: reuseBreakout })
  await dropCollaboration(later, { collaborationId: dropped })
  return { first, reuse, firstBreakout, reuseBreakout, radiate, dropped, kols }
}
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  tree = await grow()
  await grow()
})

const GRAPH = `lineage {
  nodes { key kind hop step state tier kol { id } collaboration { id } video { id title } plays spendFen gmvFen }
  edges { from to breakout { id } }
  hops { hop collaborations videos plays spendFen gmvFen } }`
const read = async (type: 'Breakout' | 'Collaboration', id: number) => {
  const document = `{ node(id: "${globalId(type, id)}") { ... on ${type} { ${GRAPH} } } }`
  return (await api.data(token, document)).node.lineage
}

test('the same tree from every place in it, from the first origin down, with what each hop added', async () => {
  const { first, reuse, radiate, dropped, kols, firstBreakout, reuseBreakout } = tree
  const lineage = await read('Breakout', firstBreakout)
  const node = (key: string, hop: number, step: string, n: number, over: object) => {
    const [kind = '', id = ''] = key.split(':')
    const of = kind === 'VIDEO' ? 'video' : 'collaboration'
    const type = kind === 'VIDEO' ? 'Video' : 'Collaboration'
    const none = { collaboration: null, video: null, state: null, plays: null, spendFen: null, gmvFen: null }
    const self = { id: globalId(type, id), ...(kind === 'VIDEO' && { title: expect.any(String) }) }
    const kol = { id: globalId('Kol', kols[n] ?? 0) }
    return { ...none, key, kind, hop, step, tier: n === 1 ? 'HEAD' : 'TAIL', kol, [of]: self, ...over }
  }
  const c0 = `COLLABORATION:${first.collaborationId}`
  const v0 = `VIDEO:${first.videoId}`
  const c1 = `COLLABORATION:${reuse.collaborationId}`
  const v1 = `VIDEO:${reuse.videoId}`
  expect(lineage).toEqual({
    nodes: [
      node(c0, 0, 'TEST', 0, { state: 'PUBLISHED', spendFen: 100 }),
      node(v0, 0, 'TEST', 0, { plays: 1_000, spendFen: 30, gmvFen: 700 }),
      node(c1, 1, 'REUSE', 1, { state: 'PUBLISHED', spendFen: 200 }),
      node(v1, 1, 'REUSE', 1, { plays: 50_000 }),
      node(`COLLABORATION:${radiate}`, 2, 'RADIATE', 2, { state: 'PROPOSED' }),
      node(`COLLABORATION:${dropped}`, 2, 'RADIATE', 3, { state: 'DROPPED' }),
    ],
    edges: [
      { from: c0, to: v0, breakout: null },
      { from: v0, to: c1, breakout: { id: globalId('Breakout', firstBreakout) } },
      { from: c1, to: v1, breakout: null },
      { from: v1, to: `COLLABORATION:${radiate}`, breakout: { id: globalId('Breakout', reuseBreakout) } },
      { from: v1, to: `COLLABORATION:${dropped}`, breakout: { id: globalId('Breakout', reuseBreakout) } },
    ],
    hops: [
      { hop: 0, collaborations: 1, videos: 1, plays: 1_000, spendFen: 130, gmvFen: 700 },
      { hop: 1, collaborations: 1, videos: 1, plays: 50_000, spendFen: 200, gmvFen: null },
      { hop: 2, collaborations: 2, videos: 0, plays: null, spendFen: null, gmvFen: null },
    ],
  })
  expect(await read('Breakout', reuseBreakout)).toEqual(lineage)
  for (const id of [first.collaborationId, reuse.collaborationId, radiate, dropped]) {
    expect(await read('Collaboration', id)).toEqual(lineage)
  }
})

test('a breakout of a video that no collaboration led to is a root of its own', async () => {
  const on = await content(ctx)
  const { videoId } = await published(ctx, on)
  const lineage = await read('Breakout', await brokeOut(ctx, videoId))
  expect(lineage).toMatchObject({
    nodes: [{ key: `VIDEO:${videoId}`, hop: 0, step: null, kol: null, plays: null }],
    edges: [],
    hops: [{ hop: 0, collaborations: 0, videos: 1, plays: null }],
  })
})

test('the whole of it is one statement, and one more for each kind of thing that is selected of the nodes', async () => {
  const ask = (id: number, fields: string) =>
    statementsOf(t, () =>
      api.data(
        token,
        `{ node(id: "${globalId('Breakout', id)}") { ... on Breakout { lineage { ${fields} } } } }`,
      ),
    )
  const recursive = (sent: string[]) => sent.filter((text) => text.includes('recursive')).length
  const plain = await ask(tree.firstBreakout, 'nodes { key state plays } edges { from to } hops { plays }')
  expect([plain.length, recursive(plain)]).toEqual([5, 1])
  const deep = await ask(tree.firstBreakout, 'nodes { kol { name } video { title } collaboration { dueOn } }')
  expect([deep.length, recursive(deep)]).toEqual([8, 1])
})

test('those of a page are one statement together', async () => {
  const page = '{ collaborations(first: 8) { edges { node { lineage { hops { hop } } } } } }'
  const sent = await statementsOf(t, async () => {
    const { collaborations } = await api.data(token, page)
    const hops = collaborations.edges.map(
      ({ node }: { node: { lineage: { hops: [] } } }) => node.lineage.hops.length,
    )
    expect(hops).toEqual([3, 3, 3, 3, 3, 3, 3, 3])
  })
  expect(sent.filter((text) => text.includes('recursive'))).toHaveLength(1)
  expect(sent).toHaveLength(5)
})

test('a circle that somebody put into the tables is walked once', async () => {
  const { first, reuse, radiate } = await grow()
  const [last] = await write(ctx, (tx) =>
    tx.select().from(breakout).where(eq(breakout.videoId, reuse.videoId)),
  )
  await write(ctx, (tx) =>
    tx
      .update(collaboration)
      .set({ originBreakoutId: last?.id ?? 0 })
      .where(eq(collaboration.id, first.collaborationId)),
  )
  for (const id of [first.collaborationId, reuse.collaborationId, radiate]) {
    const { nodes } = await read('Collaboration', id)
    const keys: string[] = nodes.map(({ key }: { key: string }) => key)
    expect(new Set(keys).size, String(keys)).toBe(keys.length)
    expect(keys).toContain(`COLLABORATION:${radiate}`)
    expect(keys).toHaveLength(6)
  }
})
