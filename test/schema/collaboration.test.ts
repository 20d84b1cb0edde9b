/** The KOL matrix as a client walks it: propose, agree, brief, draft, publish, settle; reuse a hit; read the lineage. */
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { type Content, content, itemId } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, testApi, tokenOf } from '../support/graphql.ts'
import { brokeOut, creator, proposed, result, shot } from '../support/playbook.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let on: Content
let token: string
beforeAll(async () => {
  ctx = await t.tenant()
  on = await content(ctx)
  token = await tokenOf(ctx)
})

/** Sends a mutation and gives its union member. */
async function run(
  name: string,
  input: Record<string, unknown>,
  fields = 'id state',
  type = 'Collaboration',
) {
  const Input = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const document = `mutation($input: ${Input}!) { ${name}(input: $input) {
    __typename ... on Error { message } ... on InvalidInputError { field } ... on NotFoundError { what }
    ... on ${type} { ${fields} } } }`
  return (await api.data(token, document, { input }))[name]
}
const cell = () => ({
  matrixId: globalId('Matrix', on.matrixId),
  elementIds: Object.values(on.elementIds).map((id) => globalId('Element', id)),
})

test('from the idea to the payment', async () => {
  const kolId = globalId('Kol', await creator(ctx, { tier: 'WAIST' }))
  const made = await run(
    'proposeCollaboration',
    {
      ...cell(),
      kolId,
      priceFen: 300_000,
      band: 'OVER_60S',
      commissionBp: 1_500,
      dueOn: '2026-11-20',
      note: '先试',
    },
    'id state step priceFen band commissionBp deliverables dueOn brief draftLink createdAt brand { id } kol { id } phase { id } video { id } originBreakout { id } origin { id }',
  )
  expect(made).toEqual({
    __typename: 'Collaboration',
    id: made.id,
    state: 'PROPOSED',
    step: 'TEST',
    priceFen: 300_000,
    band: 'OVER_60S',
    commissionBp: 1_500,
    deliverables: null,
    dueOn: '2026-11-20',
    brief: null,
    draftLink: null,
    createdAt: NOW.toISOString(),
    brand: { id: globalId('Brand', on.brandId) },
    kol: { id: kolId },
    phase: null,
    video: null,
    originBreakout: null,
    origin: null,
  })
  const act = { collaborationId: made.id }
  expect(await run('briefCollaboration', act)).toEqual({
    __typename: 'ConflictError',
    message: 'BRIEF leads from AGREED, and this one is PROPOSED.',
  })
  const agreed = await run(
    'agreeCollaboration',
    { ...act, priceFen: 0, deliverables: '一条' },
    'state priceFen',
  )
  expect(agreed).toMatchObject({ state: 'AGREED', priceFen: 0 })
  const preview = 'query($id: ID!, $t: String) { briefPreview(collaborationId: $id, template: $t) }'
  const { briefPreview } = await api.data(token, preview, { id: made.id })
  expect(briefPreview).toContain('【交付】一条\n交稿日期：2026-11-20')
  expect((await api.data(token, preview, { id: made.id, t: '{{deliverables}}!' })).briefPreview).toBe('一条!')
  expect(await run('briefCollaboration', act, 'state brief')).toMatchObject({
    state: 'BRIEFED',
    brief: briefPreview,
  })
  expect(await run('submitDraft', { ...act, draftLink: 'ftp://x' })).toMatchObject({ field: 'draftLink' })
  await run('submitDraft', act)
  expect(await run('refuseDraft', { ...act, note: '重拍开头' })).toMatchObject({ state: 'BRIEFED' })
  const draftLink = 'https://example.com/draft'
  expect(await run('submitDraft', { ...act, draftLink }, 'state draftLink')).toMatchObject({
    state: 'DRAFT',
    draftLink,
  })
  expect(await run('publishCollaboration', act)).toMatchObject({ field: 'videoId' })
  const number = itemId()
  const publication = { ...act, purpose: 'SELLING', title: unique('video'), itemId: number }
  const published = await run(
    'publishCollaboration',
    { ...publication, publishedAt: '2026-11-11T11:00:00Z' },
    'state video { itemId purpose publishedAt tier collaboration { id } }',
  )
  expect(published).toMatchObject({
    state: 'PUBLISHED',
    video: {
      itemId: number,
      purpose: 'SELLING',
      publishedAt: '2026-11-11T11:00:00.000Z',
      tier: 'WAIST',
      collaboration: { id: made.id },
    },
  })
  await run('settleCollaboration', { ...act, priceFen: 100, note: '已付' })
  const { node } = await api.data(
    token,
    `query($id: ID!) { node(id: $id) { ... on Kol { collaborations { edges { node {
      id state priceFen steps { seq state note createdAt } } } } } } }`,
    { id: kolId },
  )
  const steps = ['PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT', 'BRIEFED', 'DRAFT', 'PUBLISHED', 'SETTLED']
  const notes: Record<number, string> = { 1: '先试', 5: '重拍开头', 8: '已付' }
  expect(node.collaborations.edges).toEqual([
    {
      node: {
        id: made.id,
        state: 'SETTLED',
        priceFen: 100,
        steps: steps.map((state, n) => ({
          seq: n + 1,
          state,
          note: notes[n + 1] ?? null,
          createdAt: NOW.toISOString(),
        })),
      },
    },
  ])
  expect(await run('dropCollaboration', act)).toMatchObject({ __typename: 'ConflictError' })
})

test("a brand's template of briefs, and what is wrong with one", async () => {
  const brandId = globalId('Brand', on.brandId)
  const set = (template: string | null) =>
    run('setBriefTemplate', { brandId, template }, 'briefTemplate', 'Brand')
  expect(await set('{{kol}}：{{product}}')).toMatchObject({ briefTemplate: '{{kol}}：{{product}}' })
  expect(await set('你好\n{{pirce}}')).toMatchObject({
    __typename: 'InvalidInputError',
    field: 'template',
    message: expect.stringMatching(/^template at line 2, column 1: there is no placeholder \{\{pirce\}\}/),
  })
  expect(await set(null)).toMatchObject({ briefTemplate: null })
  const id = globalId('Collaboration', 987_654)
  const document = 'query($id: ID!) { briefPreview(collaborationId: $id, template: "{{x}}") }'
  const { errors } = await api.query(token, document, { id })
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining('{{x}}') },
  ])
})

test('collaborations by state, step, brand, KOL and origin', async () => {
  const team = await t.tenant()
  const own = await tokenOf(team)
  const made = await content(team)
  const kols = [await creator(team), await creator(team), await creator(team)]
  const tested = await shot(team, made, { kolId: kols[0] ?? 0 })
  const originBreakoutId = await brokeOut(team, tested.videoId)
  const reuse = await proposed(team, made, { kolId: kols[1] ?? 0, originBreakoutId })
  const other = await proposed(team, await content(team), { kolId: kols[1] ?? 0 })
  const find = async (filter: string) => {
    const { collaborations } = await api.data(own, `{ collaborations${filter} { edges { node { id } } } }`)
    return collaborations.edges.map(({ node }: { node: { id: string } }) => node.id)
  }
  const ids = (...numbers: number[]) => numbers.map((id) => globalId('Collaboration', id))
  expect(await find('')).toEqual(ids(other, reuse, tested.collaborationId))
  expect(await find('(states: [PUBLISHED, SETTLED])')).toEqual(ids(tested.collaborationId))
  expect(await find('(step: REUSE)')).toEqual(ids(reuse))
  expect(await find(`(kolId: "${globalId('Kol', kols[1] ?? 0)}")`)).toEqual(ids(other, reuse))
  expect(await find(`(brandId: "${globalId('Brand', made.brandId)}")`)).toEqual(
    ids(reuse, tested.collaborationId),
  )
  expect(await find(`(originBreakoutId: "${globalId('Breakout', originBreakoutId)}")`)).toEqual(ids(reuse))
  expect(
    await api.data(
      token,
      `{ collaborations(kolId: "${globalId('Kol', kols[1] ?? 0)}") { edges { cursor } } }`,
    ),
  ).toEqual({ collaborations: { edges: [] } })
})

test('a rollout is proposed, accepted and accepted again', async () => {
  const team = await t.tenant()
  token = await tokenOf(team)
  const made = await content(team)
  const tester = await creator(team, { tier: 'TAIL' })
  const { videoId, collaborationId } = await shot(team, made, { kolId: tester })
  const breakoutId = globalId('Breakout', await brokeOut(team, videoId))
  const head = await creator(team, { tier: 'HEAD', priceFen: 500_00 })
  const dear = await creator(team, { tier: 'HEAD', priceFen: 5_000_00 })
  const second = await content(team)
  for (const kolId of [head, dear]) {
    const { videoId: old } = await shot(team, second, { kolId })
    await result(team, old, { week: 25_000 })
  }
  const document = `query($id: ID!, $budget: BigInt!) { proposeRollout(breakoutId: $id, budgetFen: $budget) {
    step band spendFen expectedPlays
    lines { kol { id name } priceFen expectedPlays playsPerYuan basis sameVertical why }
    leftOut { kol { id tier } reason why } } }`
  const { proposeRollout } = await api.data(token, document, { id: breakoutId, budget: 1_000_00 })
  expect(proposeRollout).toEqual({
    step: 'REUSE',
    band: 'FROM_21_TO_60S',
    spendFen: 500_00,
    expectedPlays: 25_000,
    lines: [
      {
        kol: { id: globalId('Kol', head), name: expect.any(String) },
        priceFen: 500_00,
        expectedPlays: 25_000,
        playsPerYuan: 50,
        basis: 'OWN',
        sameVertical: true,
        why: '25000 plays at 7 days (median of 1 own videos) for ¥500; 50 plays per yuan',
      },
    ],
    leftOut: [
      {
        kol: { id: globalId('Kol', dear), tier: 'HEAD' },
        reason: 'OVER_BUDGET',
        why: 'asks ¥5000, ¥500 is left',
      },
    ],
  })
  const lines = [{ kolId: globalId('Kol', head), priceFen: 500_00, band: 'FROM_21_TO_60S' }]
  const fields = 'created breakout { id } collaborations { id state step priceFen origin { id } }'
  const accepted = await run('acceptRollout', { breakoutId, lines }, fields, 'AcceptedRollout')
  expect(accepted).toMatchObject({
    created: 1,
    breakout: { id: breakoutId },
    collaborations: [
      {
        state: 'PROPOSED',
        step: 'REUSE',
        priceFen: 500_00,
        origin: { id: globalId('Collaboration', collaborationId) },
      },
    ],
  })
  const again = await run('acceptRollout', { breakoutId, lines }, fields, 'AcceptedRollout')
  expect(again).toEqual({ ...accepted, created: 0 })
  const { node } = await api.data(
    token,
    `{ node(id: "${breakoutId}") { ... on Breakout { collaborations { edges { node { id } } } } } }`,
  )
  expect(node.collaborations.edges).toEqual([{ node: { id: accepted.collaborations[0].id } }])
  const { errors } = await api.query(token, document, { id: globalId('Breakout', 987_654), budget: 1 })
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  expect(api.logged()).toEqual([])
})
