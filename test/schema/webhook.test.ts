import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { hook, ruled, tellAll, told, WHSEC, webhookDeps } from '../support/news.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const deps = webhookDeps(() => NOW.getTime())
const api = testApi(t, () => ({ webhooks: deps }))
const keyless = testApi(t)

let ctx: Context
let token: string
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx, 'ADMIN')
})

const FIELDS = 'id name team format host signed pausedAt createdAt brand { name }'
const change = (name: string, input: string, of = token, fields = `... on Webhook { ${FIELDS} }`) =>
  api.query(
    of,
    `mutation { ${name}(input: ${input}) { __typename ${fields} ... on Error { message } ... on InvalidInputError { field } } }`,
  )
const ADD = () =>
  `{ name: "投放群", team: ADS, format: SIGNED, url: "${receiver.url}/key-0815", secret: "${WHSEC}" }`

test('added, changed, tried and removed by an ADMIN, who never sees address nor secret again', async () => {
  const { brandId } = await content(ctx)
  const { addWebhook } = (await change('addWebhook', ADD())).data
  const host = new URL(receiver.url).host
  expect(addWebhook).toEqual({
    __typename: 'Webhook',
    id: expect.any(String),
    name: '投放群',
    team: 'ADS',
    format: 'SIGNED',
    host,
    signed: true,
    pausedAt: null,
    createdAt: NOW.toISOString(),
    brand: null,
  })
  const id = `webhookId: "${addWebhook.id}"`
  const brand = globalId('Brand', brandId)
  const paused = await change('changeWebhook', `{ ${id}, team: KOL, brandId: "${brand}", paused: true }`)
  expect(paused.data.changeWebhook).toMatchObject({
    team: 'KOL',
    pausedAt: NOW.toISOString(),
    name: '投放群',
  })
  expect(paused.data.changeWebhook.brand).not.toBeNull()
  const back = await change('changeWebhook', `{ ${id}, brandId: null, paused: false }`)
  expect(back.data.changeWebhook).toMatchObject({ brand: null, pausedAt: null })
  receiver.reply = (_got, nth) => ({ status: nth === 1 ? 204 : 403, body: nth === 1 ? '' : 'no key-0815' })
  const tested = () =>
    change('testWebhook', `{ ${id} }`, token, '... on TestedWebhook { taken status code problem }')
  expect((await tested()).data.testWebhook).toMatchObject({ taken: true, status: 204, problem: null })
  expect((await tested()).data.testWebhook).toMatchObject({
    taken: false,
    status: 403,
    problem: 'HTTP 403: no ***',
  })
  const removed = await change('removeWebhook', `{ ${id} }`, token, '... on RemovedWebhook { webhookId }')
  expect(removed.data.removeWebhook).toEqual({ __typename: 'RemovedWebhook', webhookId: addWebhook.id })
  expect((await tested()).data.testWebhook.__typename).toBe('NotFoundError')
  expect(api.logged()).toEqual([])
})

test('an address that cannot be used is a typed refusal that does not say it', async () => {
  const { data } = await change('addWebhook', ADD().replace('http:', 'gopher:'))
  expect(data.addWebhook).toMatchObject({ __typename: 'InvalidInputError', field: 'url' })
  expect(JSON.stringify(data)).not.toContain('key-0815')
})

test('an EDITOR neither sees nor changes them', async () => {
  const editor = await tokenOf(ctx)
  const webhook = globalId('Webhook', await hook(ctx, deps, receiver))
  const forbidden = [{ message: expect.stringContaining('ADMIN'), extensions: { code: 'FORBIDDEN' } }]
  for (const read of [
    'webhooks { edges { node { name } } }',
    `node(id: "${webhook}") { ... on Webhook { name } }`,
  ]) {
    const { data, errors } = await api.query(editor, `{ ${read} }`)
    expect(JSON.stringify(data ?? null)).not.toContain('hook ')
    expect(errors).toMatchObject(forbidden)
  }
  for (const [name, input] of [
    ['addWebhook', ADD()],
    ['changeWebhook', `{ webhookId: "${webhook}" }`],
    ['testWebhook', `{ webhookId: "${webhook}" }`],
    ['removeWebhook', `{ webhookId: "${webhook}" }`],
  ] as const) {
    const { data, errors } = await change(name, input, editor, '')
    expect({ data, errors }, name).toMatchObject({ data: { [name]: null }, errors: forbidden })
  }
  expect(receiver.got).toEqual([])
})

test('without a key for addresses nothing can be added, and the refusal says what to set', async () => {
  const { addWebhook } = await keyless.data(
    token,
    `mutation { addWebhook(input: ${ADD()}) { __typename ... on Error { message } } }`,
  )
  expect(addWebhook).toEqual({ __typename: 'ConflictError', message: expect.stringContaining('TOKEN_KEYS') })
})

test('messages with what became of them, a page of any size in the same few statements', async () => {
  const team = await t.tenant()
  const admin = await tokenOf(team, 'ADMIN')
  const made = await content(team)
  const { videoId } = await published(team, made)
  const ruleId = await ruled(team)
  for (let nth = 0; nth < 2; nth++) await hook(team, deps, receiver, { name: unique(`hook ${nth}`) })
  receiver.reply = (_got, nth) => ({ status: nth === 1 ? 404 : 200 })
  for (let nth = 0; nth < 3; nth++) await told(team, ruleId, [videoId])
  await tellAll(team, deps)
  const document = `{ webhooks { edges { node { name host deliveries(first: 2) { pageInfo { hasNextPage } edges { node {
    messageId topic state attempts dueAt sentAt status problem createdAt notification { text { zh } } promotion { id } } } } } } } }`
  const page: { state: string; messageId: string }[][] = []
  const sent = await statementsOf(t, async () => {
    const { webhooks } = await api.data(admin, document)
    for (const { node } of webhooks.edges) {
      expect(node.deliveries.pageInfo.hasNextPage).toBe(true)
      page.push(
        node.deliveries.edges.map((edge: { node: { state: string; messageId: string } }) => edge.node),
      )
    }
  })
  expect(page.map((one) => one.map(({ state }) => state))).toEqual([
    ['SENT', 'SENT'],
    ['SENT', 'SENT'],
  ])
  expect(page[0]?.[0]).toMatchObject({
    messageId: expect.stringMatching(/^msg_\d+_\d+_\d+$/),
    topic: 'BREAKOUT',
    attempts: 1,
    dueAt: null,
    sentAt: NOW.toISOString(),
    status: 200,
    problem: null,
    notification: { text: { zh: expect.stringContaining('触发规则') } },
    promotion: null,
  })
  expect(receiver.got.map(({ headers }) => headers['webhook-id'])).toContain(page[0]?.[0]?.messageId)
  expect(sent.filter((text) => text.includes('"delivery"') || text.includes('"webhook"'))).toHaveLength(1)
  expect(sent.filter((text) => text.includes('notification'))).toHaveLength(2)
})
