/** 投放 over GraphQL: what a client sees and changes, and which refusals it is told. */
import { beforeAll, expect, test } from 'vitest'
import { proposeFromBreakouts } from '../../flow/promotion-propose.ts'
import { DAY } from '../../rules/types.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { START, stageOf, worldOf } from '../support/platforms.ts'
import { playPromotions, promotionTeam, SPENDS, simulatedChannels, type Team } from '../support/promotions.ts'

const t = testDatabase()
const api = testApi(t)
const world = worldOf({ seed: 71, hitShare: 0.3 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const hits = world.videos.filter(({ hit, publishedAt }) => hit && publishedAt < START + 3 * DAY)
let team: Team
let token: string
let admin: string
beforeAll(async () => {
  const ctx = await t.tenant(new Date(stage.now))
  const itemIds = hits.slice(0, 3).map(({ itemId }) => itemId)
  const { advertiserId } = stage.simulator
  const settings = { ...SPENDS, decide: { trialHours: 2, mostTrials: 1 } }
  team = await promotionTeam(ctx, world, { itemIds, advertiserId, settings })
  token = await tokenOf(ctx)
  admin = await tokenOf(ctx, 'ADMIN')
  await stage.control('POST', 'ends', ['FINISHED', 'FINISHED', 'FINISHED'])
  await proposeFromBreakouts(ctx)
  await playPromotions(
    ctx,
    stage,
    simulatedChannels(stage.simulator, () => stage.now),
  )
  api.now = new Date(stage.now)
})

const LIST = `{ promotions(aim: TRIAL) { edges { node {
  id state order stop aim method goal amountFen orderedFen committedFen spentFen gmvFen orders roi breakEven hours byProgram approvals
  orderId advertiserId dueAt held { kind zh en } video { title } breakout { state } origin { id }
  decisions { action rule ruleVersion settingsVersion amountFen low high numbers zh en }
  calls { attempt call stage outcome amountFen orderId problem }
  looks(first: 3) { at spentFen gmvFen orders shows clicks plays interactions disagrees passE failE }
} } } }`

test('a page of promotions with all that belongs to them, in as many statements as there are kinds of things', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  let nodes: any[] = []
  const sent = await statementsOf(t, async () => {
    nodes = (await api.data(token, LIST)).promotions.edges.map(({ node }: { node: unknown }) => node)
  })
  expect(nodes).toHaveLength(3)
  expect(nodes[0]).toMatchObject({
    state: 'STOPPED',
    order: 'OVER',
    method: 'SUIXINTUI_ORDER',
    goal: 'PURCHASE',
    amountFen: 10_000,
    committedFen: nodes[0].spentFen,
    breakEven: 2,
    byProgram: true,
    dueAt: null,
    held: [],
    breakout: { state: 'FIRING' },
    calls: [
      { stage: 'CLAIMED', outcome: null },
      { stage: 'ANSWERED', outcome: 'DONE', orderId: nodes[0].orderId },
    ],
  })
  expect(nodes[0].decisions[0]).toMatchObject({ action: 'START', rule: 'READY', settingsVersion: 1 })
  expect(nodes[0].looks).toHaveLength(3)
  expect(nodes[0].looks[0].spentFen).toBe(nodes[0].spentFen)
  expect(nodes[0].looks[0].at > nodes[0].looks[1].at).toBe(true)
  expect(sent.filter((text) => text.includes('promotion')).length).toBeLessThanOrEqual(2)
})

test('filters, and the promotions of a video', async () => {
  const [first] = [...team.videos.values()]
  const video = globalId('Video', first?.videoId ?? 0)
  const breakout = globalId('Breakout', first?.breakoutId ?? 0)
  const document = `{ node(id: "${video}") { ... on Video { promotions { edges { node { id } } } } }
    of: promotions(breakoutId: "${breakout}") { edges { node { id } } }
    brand: promotions(brandId: "${globalId('Brand', team.brandId)}") { edges { node { id } } }
    live: promotions(live: true) { edges { node { id } } }
    states: promotions(states: [RUNNING, PASSED]) { edges { node { id } } } }`
  const { node, of, brand, live, states } = await api.data(token, document)
  expect(node.promotions.edges).toHaveLength(1)
  expect(of).toEqual(node.promotions)
  expect(brand.edges).toHaveLength(3)
  expect([live.edges, states.edges]).toEqual([[], []])
})

const PROPOSE = `mutation($input: ProposePromotionInput!) { proposePromotion(input: $input) {
  __typename ... on Promotion { id state byProgram } ... on Error { message } ... on InvalidInputError { field } } }`

test('proposed, agreed to and stopped by persons, with typed refusals', async () => {
  const [first] = [...team.videos.values()]
  const videoId = globalId('Video', first?.videoId ?? 0)
  const { proposePromotion: refused } = await api.data(token, PROPOSE, { input: { videoId, hours: 3 } })
  expect(refused).toMatchObject({
    __typename: 'InvalidInputError',
    field: 'hours',
    message: expect.stringContaining('2, 6, 12'),
  })
  const { proposePromotion: made } = await api.data(token, PROPOSE, {
    input: { videoId, amountFen: 20_000 },
  })
  expect(made).toMatchObject({ __typename: 'Promotion', state: 'PROPOSED', byProgram: false })
  const { proposePromotion: again } = await api.data(token, PROPOSE, { input: { videoId } })
  expect(again.__typename).toBe('ConflictError')
  const change = (name: string, input: string) =>
    api.data(
      token,
      `mutation { ${name}(input: ${input}) { __typename ... on Promotion { state stop approvals } ... on Error { message } } }`,
    )
  const id = `promotionId: "${made.id}"`
  expect((await change('approvePromotion', `{ ${id} }`)).approvePromotion).toMatchObject({
    state: 'APPROVED',
    approvals: 1,
  })
  expect(
    (await change('settlePromotion', `{ ${id}, found: THERE, orderId: "1" }`)).settlePromotion.__typename,
  ).toBe('ConflictError')
  expect((await change('stopPromotion', `{ ${id} }`)).stopPromotion).toMatchObject({
    state: 'CANCELLED',
    stop: 'PERSON',
  })
  expect((await change('approvePromotion', `{ ${id} }`)).approvePromotion.__typename).toBe('ConflictError')
  expect(
    (await change('stopPromotion', `{ promotionId: "${globalId('Promotion', 9e9)}" }`)).stopPromotion
      .__typename,
  ).toBe('NotFoundError')
})

const SETTINGS =
  'version killed mode caps { orderFen dayFen brandFen } twoPersonsFromFen quiet naturalOrders marks costs decide fatigue'

test('settings are for an ADMIN, and the kill switch is for everybody who may change anything', async () => {
  const { promotionSettings: before } = await api.data(token, `{ promotionSettings { ${SETTINGS} } }`)
  expect(before).toMatchObject({
    version: 1,
    killed: false,
    mode: 'AUTO',
    caps: { orderFen: 50_000 },
    quiet: null,
  })
  expect(before.decide).toMatchObject({ trialFen: 10_000, trialHours: 2 })
  const set = (input: string) =>
    `mutation { setPromotionSettings(input: ${input}) { __typename ... on PromotionSettings { ${SETTINGS} } ... on InvalidInputError { field message } } }`
  const { errors } = await api.query(token, set('{ mode: DRY_RUN }'))
  expect(errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('ADMIN') },
  ])
  const input =
    '{ mode: APPROVE, caps: { dayFen: null, orderFen: 60000 }, quiet: { from: 0, to: 420 }, decide: { trialFen: 20000 } }'
  const { setPromotionSettings: changed } = await api.data(admin, set(input))
  expect(changed).toMatchObject({
    version: 2,
    mode: 'APPROVE',
    caps: { orderFen: 60_000, dayFen: null, brandFen: before.caps.brandFen },
    quiet: { from: 0, to: 420 },
    decide: { trialFen: 20_000, trialHours: 2 },
  })
  const { setPromotionSettings: refused } = await api.data(admin, set('{ decide: { trialFen: -1 } }'))
  expect(refused).toMatchObject({ __typename: 'InvalidInputError', field: 'decide.trialFen' })
  const kill = (killed: boolean) =>
    `mutation { setKillSwitch(input: { killed: ${killed} }) { __typename ... on KillSwitch { killed stopped } } }`
  expect((await api.data(token, kill(true))).setKillSwitch).toMatchObject({ killed: true, stopped: 0 })
  expect((await api.data(token, '{ promotionSettings { killed } }')).promotionSettings.killed).toBe(true)
  expect((await api.data(token, kill(false))).setKillSwitch.killed).toBe(false)
})
