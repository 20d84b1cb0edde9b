/** What queries cost in SQL: the same number of statements for 2 rows as for 12, and no more than is written here. */
import { beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { type World, world } from './world.ts'

const t = testDatabase()
const api = testApi(t)

interface Team extends World {
  token: string
}
let small: Team
let large: Team
async function team(videos: number, looks: number): Promise<Team> {
  const ctx = await t.tenant()
  const made = await world(ctx, { videos, looks })
  for (let n = 1; n < videos; n++) await world(ctx)
  return { ...made, token: await tokenOf(ctx) }
}
beforeAll(async () => {
  small = await team(2, 2)
  large = await team(12, 12)
})

/** Statements of the request itself, without those that every request has. */
async function cost(document: string, { token, content, videoIds }: Team): Promise<string[]> {
  const variables = {
    brand: globalId('Brand', content.brandId),
    video: globalId('Video', videoIds[0] ?? 0),
  }
  const used = Object.keys(variables).filter((name) => document.includes(`$${name}`))
  const head = used.length > 0 ? `query(${used.map((name) => `$${name}: ID!`)}) ` : ''
  let data: unknown
  const sent = await statementsOf(t, async () => {
    data = await api.data(token, head + document, variables)
  })
  expect(JSON.stringify(data).replaceAll('"breakouts":{"edges":[]}', '')).not.toContain('"edges":[]')
  return sent
}
const E = (fields: string) => `{ edges { node { ${fields} } } }`

const QUERIES: [name: string, statements: number, document: string][] = [
  ['viewer', 1, '{ viewer { role workspace { name zone } } }'],
  ['metrics', 0, '{ metrics { key zh unit } }'],
  [
    'breakouts with KOL, plays, interaction rate and reason',
    1,
    `{ breakouts ${E(`state firingAt reason evidence { readings { metric value } }
    rule { name current { condition } }
    video { title kol { name tier followers } state { plays interactionRate } cell { persona { name } product { name } } }`)} }`,
  ],
  [
    'videos with cell, state and snapshots',
    1,
    `{ videos ${E(`title cell { persona { name } product { name } scene { name } need { name } matrix { name } }
    state { plays likes nextPollAt } snapshots(first: 3) ${E('observedAt plays')} breakouts ${E('state rule { name }')}`)} }`,
  ],
  [
    'a brand with everything below it',
    1,
    `{ brands ${E(`name elements ${E(`name versions ${E('version name')}`)}
    matrices ${E(`name elements { name } cells ${E(`persona { name } videos ${E('title kol { name }')}`)}`)} videos ${E('title')}`)} }`,
  ],
  [
    'a plan with what its elements said, by the keys that the first statement gave',
    2,
    `{ videos ${E(`title hook format programme { name } phase { kind }
    elements { version kind name links product { priceFen breakEvenRoi } need { pain } }`)} }`,
  ],
  [
    'a brand with its pairs and programmes',
    1,
    `{ node(id: $brand) { ... on Brand { name pairs(lifted: true) { edges { node { kind reason element { name } other { name } } } }
    programmes(archived: false) { edges { node { name brand { name } } } } matrices ${E('name')} } } }`,
  ],
  ['KOLs with their videos', 1, `{ kols ${E(`name videos(first: 5) ${E('title state { plays }')}`)} }`],
  [
    'rules with versions and breakouts',
    1,
    `{ rules ${E(`name current { definition } versions { version } breakouts(first: 2) { edges { node { state video { title } } } }`)} }`,
  ],
  [
    'collaborations with KOL, cell, steps and where they come from',
    1,
    `{ collaborations ${E(`state step priceFen kol { name tier } cell { product { name } } steps { seq state }
    originBreakout { video { title } } origin { state } video { title } phase { kind }`)} }`,
  ],
  [
    'breakouts with what repeats them',
    1,
    `{ breakouts(first: 1) ${E(`collaborations ${E('state kol { name }')}`)} }`,
  ],
  ['videos by filters', 1, `{ videos(stage: PUBLISHED, purpose: SEEDING, noData: false) ${E('title')} }`],
  ['two lists in one request', 2, `{ videos ${E('title')} kols ${E('name')} }`],
  ['two aliases of one list', 2, `{ a: videos(first: 1) ${E('title')} b: videos(first: 2) ${E('title')} }`],
  [
    'one aliased connection of each row, with other arguments',
    2,
    `{ kols ${E(`a: videos(first: 1) ${E('title')} b: videos(first: 2) ${E('title')}`)} }`,
  ],
  [
    'a node',
    1,
    `{ node(id: $video) { ... on Video { title kol { name } state { plays } snapshots(first: 1) ${E('plays')} } } }`,
  ],
  [
    'nodes of two types',
    2,
    `{ nodes(ids: [$video, $brand]) { ... on Video { title kol { name } } ... on Brand { name matrices ${E('name')} } } }`,
  ],
]

/** A request that reads also has: the token's lookup, the begin that sets the workspace, and the commit. */
const FRAME = 3

test.each(QUERIES)('%s: %i', async (_name, statements, document) => {
  const two = await cost(document, small)
  expect(two).toHaveLength(statements === 0 ? 1 : FRAME + statements)
  expect(await cost(document, large)).toHaveLength(two.length)
})

/** A line per join; without what differs from run to run. */
const printed = (sent: string[]) =>
  sent
    .map((text) =>
      text
        .replace(/workspace = '\d+'/, "workspace = '…'")
        .replaceAll(/ (left join lateral|order by)/g, '\n  $1'),
    )
    .join(';\n')

test('the text of the breakout list', async () => {
  const [, , document] = QUERIES[2] as (typeof QUERIES)[number]
  await expect(printed(await cost(document, small))).toMatchFileSnapshot('statement/breakouts.sql')
})

test('the text of nodes of two types', async () => {
  const [, , document] = QUERIES.at(-1) as (typeof QUERIES)[number]
  await expect(printed(await cost(document, small))).toMatchFileSnapshot('statement/nodes.sql')
})

test('the text of a mutation: it writes in one transaction and reads what it wrote in another', async () => {
  const { token, content, kolId } = small
  const input = {
    matrixId: globalId('Matrix', content.matrixId),
    elementIds: Object.values(content.elementIds).map((id) => globalId('Element', id)),
    kolId: globalId('Kol', kolId),
    purpose: 'SEEDING',
    title: 'again in the same cell',
  }
  const document = `mutation($input: PlanVideoInput!) { planVideo(input: $input) {
    ... on Video { title kol { name } cell { persona { name } } } } }`
  const sent = await statementsOf(t, async () => {
    const { planVideo } = await api.data(token, document, { input })
    expect(planVideo).toMatchObject({ title: input.title, cell: { persona: { name: expect.any(String) } } })
  })
  await expect(printed(sent)).toMatchFileSnapshot('statement/planVideo.sql')
})

test('two mutations in one document do not share a reader: each sees what it wrote', async () => {
  const document = `mutation { a: createBrand(input: { name: "${small.token.slice(-9)}" }) { ... on Brand { name matrices { edges { cursor } } } }
    b: createBrand(input: { name: "${small.token.slice(-9)} b" }) { ... on Brand { name } } }`
  const sent = await statementsOf(t, async () => {
    const { a, b } = await api.data(small.token, document)
    expect([a.name, b.name]).toEqual([small.token.slice(-9), `${small.token.slice(-9)} b`])
  })
  expect(sent.filter((text) => text.startsWith('begin isolation'))).toHaveLength(2)
  expect(sent.filter((text) => text === 'commit')).toHaveLength(4)
})
