/** Planning as a client sees it: typed contents of versions, refusals to branch on, bulk plans. */
import { beforeAll, expect, test } from 'vitest'
import { reviseElement } from '../../flow/element.ts'
import { type Content, content, itemId } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { world } from './world.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Awaited<ReturnType<typeof t.tenant>>
let token: string
let made: Content
let phaseId: string
let kolId: string
const element = (kind: keyof Content['elementIds']) => globalId('Element', made.elementIds[kind])
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  const all = await world(ctx)
  made = all.content
  phaseId = globalId('Phase', all.phaseId)
  kolId = globalId('Kol', all.kolId)
})

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
async function run(name: string, input: unknown, fields: string): Promise<any> {
  const Input = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const document = `mutation($input: ${Input}!) { ${name}(input: $input) { __typename ... on Error { message } ${fields} } }`
  return (await api.data(token, document, { input }))[name]
}
const line = (over: object = {}) => ({
  matrixId: globalId('Matrix', made.matrixId),
  elementIds: [element('persona')],
  purpose: 'SEEDING',
  title: unique('video'),
  ...over,
})

const SAID = `persona { fit expressiveness heat } product { sellingPoints benefit priceFen grossMargin breakEvenRoi }
  scene { texture plot topic } need { pain step }`

test('each kind has its own attributes; those that were not said, and those of other kinds, are null', async () => {
  const cases = {
    PERSONA: { fit: '成分党', expressiveness: '强', heat: 4 },
    PRODUCT: { sellingPoints: ['持妆'], benefit: '赠替换装', priceFen: 19_900, grossMargin: 0.25 },
    SCENE: { texture: '胶片', plot: '反转', topic: '#空瓶记' },
    NEED: { pain: '熬夜脸', step: 'ASK' },
  }
  for (const [kind, said] of Object.entries(cases)) {
    const key = kind.toLowerCase()
    const input = { brandId: globalId('Brand', made.brandId), kind, name: unique(kind) }
    const links = ['https://www.douyin.com/video/7400000000000000001']
    const full = { ...input, note: '主推', links, [key]: said }
    const answer = await run('createElement', full, `... on Element { current { kind note links ${SAID} } }`)
    const derived = kind === 'PRODUCT' ? { ...said, breakEvenRoi: 4 } : said
    const none = { persona: null, product: null, scene: null, need: null }
    expect(answer.current).toEqual({ kind, note: '主推', links, ...none, [key]: derived })
    const bare = await run('createElement', input, `... on Element { current { note links ${SAID} } }`)
    const silent = Object.fromEntries(Object.keys(derived).map((name) => [name, null]))
    expect(bare.current).toEqual({ note: null, links: [], ...none, [key]: silent })
  }
})

test('a published video shows what its elements said then, a planned one what they say now', async () => {
  const { id } = await run(
    'planVideo',
    line({ elementIds: [element('product'), element('need')] }),
    '... on Video { id }',
  )
  const other = await run('planVideo', line({ elementIds: [element('product')] }), '... on Video { id }')
  const price = (priceFen: number) => {
    const attributes = { product: { priceFen } }
    return reviseElement(ctx, { elementId: made.elementIds.product, attributes })
  }
  await price(19_900)
  await run('publishVideo', { videoId: id, itemId: itemId() }, '')
  await price(16_900)
  const document = `query($ids: [ID!]!) { nodes(ids: $ids) { ... on Video {
    elements { kind version product { priceFen } } } } }`
  const { nodes } = await api.data(token, document, { ids: [id, other.id] })
  expect(nodes).toEqual([
    {
      elements: [
        { kind: 'PRODUCT', version: 2, product: { priceFen: 19_900 } },
        { kind: 'NEED', version: 1, product: null },
      ],
    },
    { elements: [{ kind: 'PRODUCT', version: 3, product: { priceFen: 16_900 } }] },
  ])
  const versions = `{ node(id: "${element('product')}") { ... on Element {
    versions(first: 2) { edges { node { version product { priceFen } } } pageInfo { hasNextPage } } } } }`
  expect((await api.data(token, versions)).node.versions).toEqual({
    edges: [
      { node: { version: 3, product: { priceFen: 16_900 } } },
      { node: { version: 2, product: { priceFen: 19_900 } } },
    ],
    pageInfo: { hasNextPage: true },
  })
})

test('a cell that breaks a pair is refused with the pair, in one plan, in an edit and in the line of many', async () => {
  const pair = { elementId: element('persona'), otherId: element('scene'), reason: '人设不符' }
  const PAIR = 'kind reason liftedAt element { id kind } other { id }'
  const forbidden = await run('createPair', { kind: 'FORBIDDEN', ...pair }, `... on Pair { id ${PAIR} }`)
  const told = {
    kind: 'FORBIDDEN',
    reason: '人设不符',
    liftedAt: null,
    element: { id: pair.elementId, kind: 'PERSONA' },
    other: { id: pair.otherId },
  }
  expect(forbidden).toEqual({ __typename: 'Pair', id: expect.any(String), ...told })
  const elementIds = [pair.elementId, pair.otherId]
  const broken = { __typename: 'PairError', message: expect.stringContaining('人设不符'), pairs: [told] }
  expect(await run('planVideo', line({ elementIds }), `... on PairError { pairs { ${PAIR} } }`)).toEqual(
    broken,
  )
  const { id } = await run('planVideo', line(), '... on Video { id }')
  expect(
    await run('revisePlan', { videoId: id, elementIds }, `... on PairError { pairs { ${PAIR} } }`),
  ).toEqual(broken)
  const lines = [
    line(),
    line({ elementIds }),
    line({ title: ' ' }),
    line({ kolId: globalId('Kol', 987_654_321) }),
  ]
  const LINES = '... on LinesError { lines { index type message field what pairs { reason } } }'
  expect(await run('planVideos', { lines }, LINES)).toEqual({
    __typename: 'LinesError',
    message: 'Nothing was changed: 3 of the lines cannot be accepted.',
    lines: [
      {
        index: 1,
        type: 'PairError',
        message: broken.message,
        field: null,
        what: null,
        pairs: [{ reason: '人设不符' }],
      },
      {
        index: 2,
        type: 'InvalidInputError',
        message: 'title must not be blank',
        field: 'title',
        what: null,
        pairs: [],
      },
      { index: 3, type: 'NotFoundError', message: expect.any(String), field: null, what: 'kol', pairs: [] },
    ],
  })
  const other = line({ matrixId: kolId })
  expect(
    await run('planVideos', { lines: [line(), other, line({ title: ' ' }), other] }, LINES),
  ).toMatchObject({
    lines: [
      { index: 1, type: 'InvalidInputError', field: 'matrixId' },
      { index: 2, type: 'InvalidInputError', field: 'title' },
      { index: 3, type: 'InvalidInputError', field: 'matrixId' },
    ],
  })
  expect((await run('planVideos', { lines: [other] }, LINES)).lines).toHaveLength(1)
  const clash = { kind: 'REQUIRED', ...pair, reason: '同款' }
  expect(await run('createPair', clash, '')).toMatchObject({ __typename: 'ConflictError' })
  const lifted = await run('liftPair', { pairId: forbidden.id }, '... on Pair { liftedAt }')
  expect(lifted.liftedAt).toBe(ctx.now.toISOString())
  const document = `{ node(id: "${globalId('Brand', made.brandId)}") { ... on Brand {
    held: pairs(lifted: false) { edges { node { id } } } lifted: pairs(lifted: true) { edges { node { reason } } } } } }`
  const { node } = await api.data(token, document)
  expect(node.held.edges).toEqual([])
  expect(node.lifted.edges[0]).toEqual({ node: { reason: '人设不符' } })
})

test('many videos are planned by one request, and found by programme and phase', async () => {
  const brandId = globalId('Brand', made.brandId)
  const programme = await run('createProgramme', { brandId, name: '空瓶记' }, '... on Programme { id name }')
  const lines = Array.from({ length: 30 }, (_, n) =>
    line({ title: `第${n}条`, programmeId: programme.id, phaseId, hook: '反转', format: '口播' }),
  )
  const FIELDS =
    '... on VideoBatch { videos { title hook format programme { name } phase { kind } cell { persona { id } } } }'
  const many = async (count: number) => {
    let answer: unknown
    const sent = await statementsOf(t, async () => {
      answer = await run('planVideos', { lines: lines.slice(0, count) }, FIELDS)
    })
    return { answer, statements: sent.length }
  }
  const { answer, statements } = await many(30)
  const same = { hook: '反转', format: '口播', programme: { name: '空瓶记' }, phase: { kind: 'EVENT' } }
  expect(answer).toEqual({
    __typename: 'VideoBatch',
    videos: lines.map(({ title }) => ({ title, ...same, cell: { persona: { id: element('persona') } } })),
  })
  expect(await many(1)).toMatchObject({ statements })
  const count = async (args: string) =>
    (await api.data(token, `{ videos(first: 200, ${args}) { edges { cursor } } }`)).videos.edges.length
  expect(await count(`programmeId: "${programme.id}"`)).toBe(31)
  expect(await count(`phaseId: "${phaseId}"`)).toBe(31)
  expect(await count(`programmeId: "${globalId('Programme', 987_654_321)}"`)).toBe(0)
})

test('a plan is edited, moved to a phase and put away; a published one only changes its phase', async () => {
  const { id } = await run('planVideo', line({ kolId, hook: '反转' }), '... on Video { id }')
  const FIELDS =
    '... on Video { title stage hook kol { id } purpose cell { persona { id } need { id } } phase { id } }'
  const edit = { videoId: id, title: null, hook: null, elementIds: [element('need')], purpose: 'TRAFFIC' }
  expect(await run('revisePlan', edit, FIELDS)).toMatchObject({
    title: expect.stringContaining('video'),
    hook: null,
    kol: { id: kolId },
    purpose: 'TRAFFIC',
    cell: { persona: null, need: { id: element('need') } },
  })
  const published = await run('planVideo', line(), '... on Video { id }')
  await run('publishVideo', { videoId: published.id, itemId: itemId() }, '')
  expect(await run('revisePlan', { videoId: published.id, phaseId }, '')).toMatchObject({
    __typename: 'ConflictError',
  })
  const both = { videoIds: [published.id, id], phaseId }
  const BATCH = '... on VideoBatch { videos { id phase { id } } }'
  expect(await run('assignPhase', both, BATCH)).toMatchObject({
    videos: both.videoIds.map((id) => ({ id, phase: { id: phaseId } })),
  })
  expect((await run('assignPhase', { videoIds: [id] }, BATCH)).videos).toEqual([{ id, phase: null }])
  expect(await run('archiveVideo', { videoId: id }, FIELDS)).toMatchObject({ stage: 'ARCHIVED' })
})

test('elements and programmes are put away and taken back, and lists tell them apart', async () => {
  const ids = await content(ctx)
  const brandId = globalId('Brand', ids.brandId)
  const elementId = globalId('Element', ids.elementIds.scene)
  const { id: programmeId } = await run('createProgramme', { brandId, name: 'a' }, '... on Programme { id }')
  expect(await run('renameProgramme', { programmeId, name: 'b' }, '... on Programme { name }')).toMatchObject(
    {
      name: 'b',
    },
  )
  const lists = async () => {
    const document = `{ node(id: "${brandId}") { ... on Brand {
      used: elements(archived: false) { edges { cursor } } put: elements(archived: true, kind: SCENE) { edges { node { id } } }
      programmes(archived: true) { edges { node { name } } } } } }`
    const { used, put, programmes } = (await api.data(token, document)).node
    return [used.edges.length, put.edges.length, programmes.edges.length]
  }
  const AT = 'archivedAt'
  expect(await lists()).toEqual([4, 0, 0])
  const at = ctx.now.toISOString()
  expect((await run('archiveElement', { elementId }, `... on Element { ${AT} }`)).archivedAt).toBe(at)
  expect((await run('archiveProgramme', { programmeId }, `... on Programme { ${AT} }`)).archivedAt).toBe(at)
  expect(await lists()).toEqual([3, 1, 1])
  expect((await run('restoreElement', { elementId }, `... on Element { ${AT} }`)).archivedAt).toBeNull()
  expect((await run('restoreProgramme', { programmeId }, `... on Programme { ${AT} }`)).archivedAt).toBeNull()
  expect(await lists()).toEqual([4, 0, 0])
})

test('a matrix is renamed and given elements', async () => {
  const ids = await content(ctx)
  const more = { brandId: globalId('Brand', ids.brandId), kind: 'NEED', name: 'more' }
  const { id } = await run('createElement', more, '... on Element { id }')
  const name = unique('renamed')
  const edit = { matrixId: globalId('Matrix', ids.matrixId), name, addElementIds: [id] }
  const { elements, ...rest } = await run('reviseMatrix', edit, '... on Matrix { name elements { id } }')
  expect(rest).toMatchObject({ name })
  expect(elements).toHaveLength(5)
  expect(elements[4]).toEqual({ id })
})
