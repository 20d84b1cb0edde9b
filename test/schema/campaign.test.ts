/** 大促, its phases and the activities of the year through the API. */
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { type Context, write } from '../../flow/context.ts'
import { planned, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { type World, world } from './world.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string
let made: World
let brand: string
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  made = await world(ctx)
  brand = globalId('Brand', made.content.brandId)
})

const call = async (name: string, input: Record<string, unknown>, fields = '') => {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const document = `mutation($input: ${type}!) { ${name}(input: $input) { __typename
    ... on Error { message } ... on InvalidInputError { field } ${fields} } }`
  return (await api.data(token, document, { input }))[name]
}
const PHASES = [
  { kind: 'WARM_UP', startsOn: '2027-05-20', endsOn: '2027-05-31', goal: { plays: 1000, roi: null } },
  {
    kind: 'EVENT',
    startsOn: '2027-06-01',
    endsOn: '2027-06-20',
    budgetFen: 200_000,
    goal: { videos: 2, plays: 4_000_000_000, gmvFen: 100, roi: 2 },
    threshold: { kolRatio: 2.5, interactionRate: 0.04 },
  },
]
const CAMPAIGN = `... on Campaign { id name level startsOn endsOn archivedAt brand { id }
  phases { id kind startsOn endsOn budgetFen goal { videos plays gmvFen roi } threshold { kolRatio interactionRate } } }`

test('a campaign is planned, changed and put away', async () => {
  const input = {
    brandId: brand,
    name: '618',
    level: 'S',
    startsOn: '2027-05-20',
    endsOn: '2027-06-20',
    phases: PHASES,
  }
  const created = await call('createCampaign', input, CAMPAIGN)
  const none = { videos: null, plays: null, gmvFen: null, roi: null }
  expect(created).toMatchObject({
    name: '618',
    level: 'S',
    startsOn: '2027-05-20',
    archivedAt: null,
    brand: { id: brand },
    phases: [
      { kind: 'WARM_UP', budgetFen: null, goal: { ...none, plays: 1000 }, threshold: { kolRatio: null } },
      PHASES[1],
    ],
  })
  const again = { name: 'ConflictError', level: 'S', startsOn: '2027-05-20', endsOn: '2027-06-20' }
  expect(await call('createCampaign', { ...again, brandId: brand, name: '618' })).toMatchObject({
    __typename: 'ConflictError',
  })
  const campaignId = created.id
  const bad = [
    { ...PHASES[0], endsOn: '2027-06-01' },
    { ...PHASES[1], budgetFen: -1 },
  ]
  expect(await call('reviseCampaign', { campaignId, phases: bad })).toEqual({
    __typename: 'InvalidInputError',
    field: 'phases.1.budgetFen',
    message: 'phases.1.budgetFen: -1 is not whole 分, 0 or more; phases.1.startsOn: 活动 overlaps 预热',
  })
  const revised = await call(
    'reviseCampaign',
    { campaignId, level: 'INDUSTRY_IP', endsOn: '2027-06-30' },
    CAMPAIGN,
  )
  expect(revised).toEqual({ ...created, level: 'INDUSTRY_IP', endsOn: '2027-06-30' })
  const archived = await call('archiveCampaign', { campaignId }, CAMPAIGN)
  expect(archived.archivedAt).toBe(ctx.now.toISOString())
})

test('days come from an activity, and days that are none are refused', async () => {
  const input = { brandId: brand, name: 'from an activity', level: 'A' }
  const occasionId = globalId('Occasion', made.occasionId)
  const { node } = await api.data(
    token,
    `{ node(id: "${occasionId}") { ... on Occasion { startsOn endsOn } } }`,
  )
  expect(await call('createCampaign', { ...input, occasionId }, CAMPAIGN)).toMatchObject(node)
  expect(await call('createCampaign', { ...input, name: 'x' })).toMatchObject({ field: 'startsOn' })
  for (const startsOn of ['2027-02-29', '2027-6-1', 20270601]) {
    const document =
      'mutation($d: Date!) { createOccasion(input: { name: "x", startsOn: $d, endsOn: $d }) { __typename } }'
    const { errors } = await api.query(token, document, { d: startsOn })
    expect(errors?.[0]?.message).toContain('YYYY-MM-DD')
  }
})

test('campaigns are filtered by brand, days and level, and are those of the brand', async () => {
  const own = await t.tenant()
  const key = await tokenOf(own)
  const { content } = await world(own)
  const id = globalId('Brand', content.brandId)
  await world(own)
  const add = (name: string, level: string, from: string, to: string) =>
    api.data(
      key,
      `mutation { createCampaign(input: { brandId: "${id}", name: "${name}", level: ${level},
      startsOn: "${from}", endsOn: "${to}" }) { ... on Campaign { id } } }`,
    )
  await add('spring', 'A', '2026-03-01', '2026-03-08')
  const { createCampaign } = await add('june', 'SS', '2026-06-01', '2026-06-20')
  const list = async (args: string) => {
    const fields = `${args} { edges { node { name } } }`
    const answer = await api.data(
      key,
      `{ campaigns${fields.replace('(', `(brandId: "${id}", `)}
      node(id: "${id}") { ... on Brand { campaigns${fields} } } }`,
    )
    const names = (edges: { node: { name: string } }[]) =>
      edges.map(({ node }) => node.name).filter((name) => !name.startsWith('campaign'))
    expect(answer.node.campaigns).toEqual(answer.campaigns)
    return names(answer.campaigns.edges)
  }
  expect(await list('(first: 9)')).toEqual(['june', 'spring'])
  expect(await list('(from: "2026-03-08", to: "2026-03-08")')).toEqual(['spring'])
  expect(await list('(from: "2026-03-09", to: "2026-05-31")')).toEqual([])
  expect(await list('(from: "2026-03-09")')).toEqual(['june'])
  expect(await list('(level: SS)')).toEqual(['june'])
  await api.data(
    key,
    `mutation { archiveCampaign(input: { campaignId: "${createCampaign.id}" }) { __typename } }`,
  )
  expect(await list('(first: 9)')).toEqual(['spring'])
  expect(await list('(archived: true)')).toEqual(['june', 'spring'])
  expect((await api.data(key, '{ campaigns { edges { node { name } } } }')).campaigns.edges).toHaveLength(3)
})

const PROGRESS = `progress { videosPlanned videosPublished videosFlagged plays spendFen gmvFen roi
  reached { videos plays gmv roi budget } }`
test('progress stands against the goal, and a list of phases is one statement', async () => {
  const { content, campaignId } = made
  const id = globalId('Campaign', campaignId)
  const phases = [
    {
      kind: 'EVENT',
      startsOn: '2026-11-01',
      endsOn: '2026-11-10',
      budgetFen: 400,
      goal: { videos: 4, plays: 1000, gmvFen: 900, roi: 2 },
    },
    { kind: 'ENCORE', startsOn: '2026-11-11', endsOn: '2026-11-11', goal: { plays: 5 } },
  ]
  const revised = await call('reviseCampaign', { campaignId: id, phases }, CAMPAIGN)
  const { videoId } = await published(ctx, content)
  const plannedId = await planned(ctx, content)
  await write(ctx, async (tx) => {
    await tx.execute(sql`update video set phase_id = ${made.phaseId} where id in (${videoId}, ${plannedId})`)
    await tx.execute(
      sql`update video_state set plays = 500, spend_fen = 100, gmv_fen = 300 where video_id = ${videoId}`,
    )
  })
  const nothing = { videos: null, plays: null, gmv: null, roi: null, budget: null }
  const event = {
    ...{
      videosPlanned: 1,
      videosPublished: 1,
      videosFlagged: 0,
      plays: 500,
      spendFen: 100,
      gmvFen: 300,
      roi: 3,
    },
    reached: { videos: 0.25, plays: 0.5, gmv: 1 / 3, roi: 1.5, budget: 0.25 },
  }
  const encore = {
    ...{ videosPlanned: 0, videosPublished: 0, videosFlagged: 0 },
    ...{ plays: null, spendFen: null, gmvFen: null, roi: null },
    reached: nothing,
  }
  const sent = await statementsOf(t, async () => {
    const { campaigns } = await api.data(
      token,
      `{ campaigns(level: S) { edges { node { id phases { kind ${PROGRESS}
      campaign { name } videos { edges { node { id phase { kind } } } } } } } } }`,
    )
    const found = campaigns.edges.find(({ node }: { node: { id: string } }) => node.id === id)
    expect(found.node.phases).toMatchObject([{ progress: event }, { progress: encore }])
    expect(found.node.phases[0].videos.edges.map(({ node }: { node: object }) => node)).toEqual([
      { id: globalId('Video', plannedId), phase: { kind: 'EVENT' } },
      { id: globalId('Video', videoId), phase: { kind: 'EVENT' } },
    ])
  })
  expect(sent.filter((text) => text.startsWith('select') && text.includes('"phase"'))).toHaveLength(1)
  const phase = revised.phases[0].id
  const { node } = await api.data(token, `{ node(id: "${phase}") { ... on Phase { ${PROGRESS} } } }`)
  expect(node.progress).toEqual(event)
})

test('activities: by their days, page by page, edited and put away', async () => {
  const own = await t.tenant()
  const key = await tokenOf(own)
  const read = async (args: string) =>
    (
      await api.data(
        key,
        `{ occasions(${args}) { edges { node { id name startsOn lunar } } pageInfo { endCursor hasNextPage } } }`,
      )
    ).occasions
  const names = async (args: string) =>
    (await read(args)).edges.map(({ node }: { node: { name: string } }) => node.name)
  expect(await names('from: "2026-11-11", to: "2026-12-31"')).toEqual(['双11', '双12'])
  expect(await names('from: "2027-02-06", to: "2027-02-06"')).toEqual(['春节'])
  expect(await names('from: "2026-11-12", to: "2026-11-30"')).toEqual([])
  const whole = (await read('first: 200')).edges.map(({ node }: { node: { id: string } }) => node.id)
  const paged: string[] = []
  for (let after = '', more = true; more; ) {
    const page = await read(`first: 7${after}`)
    paged.push(...page.edges.map(({ node }: { node: { id: string } }) => node.id))
    after = `, after: "${page.pageInfo.endCursor}"`
    more = page.pageInfo.hasNextPage
  }
  expect(paged).toEqual(whole)
  const [double11] = (await read('from: "2026-11-11", to: "2026-11-11"')).edges
  const change = (text: string) =>
    api.data(
      key,
      `mutation { ${text} { __typename ... on Error { message } ... on Occasion { id name startsOn lunar } } }`,
    )
  const id = double11.node.id
  expect(
    (await change(`reviseOccasion(input: { occasionId: "${id}", startsOn: "2026-10-20" })`)).reviseOccasion,
  ).toMatchObject({ id, name: '双11', startsOn: '2026-10-20', lunar: false })
  await change(`archiveOccasion(input: { occasionId: "${id}" })`)
  expect(await names('from: "2026-11-11", to: "2026-11-11"')).toEqual([])
  const added = `createOccasion(input: { name: "双11", startsOn: "2026-10-20", endsOn: "2026-11-11" })`
  expect((await change(added)).createOccasion).toMatchObject({ id })
  expect((await change(added)).createOccasion).toMatchObject({ __typename: 'ConflictError' })
})

test('a video is linked by what is shared of it', async () => {
  const plan = async () => globalId('Video', await planned(ctx, made.content))
  const fields = '... on ShortLinkError { link } ... on Video { id stage itemId publishedAt }'
  const videoId = await plan()
  const link = (share: string, over = {}) => call('linkVideo', { videoId, share, ...over }, fields)
  expect(await link('7.48 复制打开抖音 https://v.douyin.com/iAbCdEf/ 01/02')).toMatchObject({
    __typename: 'ShortLinkError',
    link: 'https://v.douyin.com/iAbCdEf/',
  })
  expect(await link('13800138000')).toMatchObject({ __typename: 'InvalidInputError', field: 'share' })
  const itemId = '7412345678901234567'
  const publishedAt = '2026-11-10T12:00:00.000Z'
  expect(await link(`https://www.douyin.com/video/${itemId}`, { publishedAt })).toEqual({
    __typename: 'Video',
    id: videoId,
    stage: 'PUBLISHED',
    itemId,
    publishedAt,
  })
  expect(await call('linkVideo', { videoId: await plan(), share: itemId })).toMatchObject({
    __typename: 'ConflictError',
  })
})

test('nothing of another workspace is shown or changed', async () => {
  const theirs = await world(await t.tenant())
  const other = (type: string, id: number) => globalId(type, id)
  const campaignId = other('Campaign', theirs.campaignId)
  const occasionId = other('Occasion', theirs.occasionId)
  const brandId = other('Brand', theirs.content.brandId)
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-02' }
  const refused = [
    await call('reviseCampaign', { campaignId, name: 'x' }),
    await call('archiveCampaign', { campaignId }),
    await call('reviseOccasion', { occasionId, name: 'x' }),
    await call('archiveOccasion', { occasionId }),
    await call('createCampaign', { brandId, name: 'x', level: 'S', ...days }),
    await call('createCampaign', { brandId: brand, name: 'x', level: 'S', occasionId }),
  ]
  expect(refused.map(({ __typename }) => __typename)).toEqual(refused.map(() => 'NotFoundError'))
  const { campaigns } = await api.data(
    token,
    `{ campaigns(brandId: "${brandId}") { edges { node { id } } } }`,
  )
  expect(campaigns.edges).toEqual([])
})
