import { beforeAll, expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { enableRule } from '../../flow/rule.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { type World, world } from './world.ts'

const t = testDatabase()
const api = testApi(t)

interface Team {
  ctx: Context
  token: string
  /** Three that fired alone. */
  few: World
  /** Eight of another brand under another rule, which are one group. */
  many: World
}
let team: Team
beforeAll(async () => {
  const ctx = await t.tenant()
  const few = await world(ctx, { videos: 3 })
  // Or the others would meet it as well.
  await enableRule(ctx, { ruleId: few.ruleId, enabled: false })
  const many = await world(ctx, { videos: 8 })
  team = { ctx, token: await tokenOf(ctx), few, many }
})

const LIST = `query($unreadOnly: Boolean! = false, $brandId: ID, $ruleId: ID, $since: DateTime, $after: String) {
  notifications(unreadOnly: $unreadOnly, brandId: $brandId, ruleId: $ruleId, since: $since, after: $after) {
    edges { cursor node {
      id severity episodes createdAt dueAt openUntil readAt
      brand { id } rule { id } text { zh en } breakouts { id video { title } }
    } } } }`

async function listed(variables: object = {}, at = NOW.getTime() + HOUR) {
  api.now = new Date(at)
  const { notifications } = await api.data(team.token, LIST, variables as Record<string, unknown>)
  return notifications.edges as { cursor: string; node: Record<string, unknown> & { id: string } }[]
}

test('what is due is listed, the last first, with what it tells of', async () => {
  const { few, many } = team
  const nodes = (await listed()).map(({ node }) => node)
  expect(nodes.map(({ episodes }) => episodes)).toEqual([8, 1, 1, 1])
  const until = new Date(NOW.getTime() + HOUR).toISOString()
  expect(nodes[0]).toMatchObject({
    severity: 'WARNING',
    createdAt: NOW.toISOString(),
    dueAt: until,
    openUntil: until,
    readAt: null,
    brand: { id: globalId('Brand', many.content.brandId) },
    rule: { id: globalId('Rule', many.ruleId) },
    breakouts: many.breakoutIds.map((id) => ({ id: globalId('Breakout', id) })),
  })
  const alone = few.breakoutIds.map((id) => [expect.objectContaining({ id: globalId('Breakout', id) })])
  expect(nodes.slice(1).map(({ breakouts }) => breakouts)).toEqual(alone.toReversed())
})

test('it says the numbers in both languages', async () => {
  const [group, one] = (await listed()).map(({ node }) => node.text as { zh: string; en: string })
  expect(group?.zh).toMatch(
    /^brand \S+ 有 8 条视频在 0 分钟内触发规则「rule \S+」；播放最高「video \S+」：.*播放量 1,000/,
  )
  expect(group?.en).toMatch(/^brand \S+: 8 videos met the rule "rule \S+" within 0 min; .*Plays 1,000/)
  expect(one?.zh).toMatch(/^brand \S+「video \S+」触发规则「rule \S+」：.*播放量 1,000/)
})

test('a group is not listed while it gathers', async () => {
  expect((await listed({}, NOW.getTime() + HOUR - 1)).map(({ node }) => node.episodes)).toEqual([1, 1, 1])
})

test('by brand, by rule, since when, and page by page', async () => {
  const { few, many } = team
  const of = async (variables: object) => (await listed(variables)).map(({ node }) => node.episodes)
  expect(await of({ brandId: globalId('Brand', many.content.brandId) })).toEqual([8])
  expect(await of({ ruleId: globalId('Rule', few.ruleId) })).toEqual([1, 1, 1])
  expect(await of({ since: new Date(NOW.getTime() + MINUTE).toISOString() })).toEqual([8])
  const [first] = await listed()
  expect(await of({ after: first?.cursor })).toEqual([1, 1, 1])
})

test('a page costs as many statements as a row', async () => {
  const count = (ruleId: string) => statementsOf(t, () => listed({ ruleId }))
  const { few, many } = team
  const three = (await count(globalId('Rule', few.ruleId))).length
  expect((await count(globalId('Rule', many.ruleId))).length).toBe(three)
})

test('a breakout leads to what told of it, and to nothing before it was told', async () => {
  const document = 'query($id: ID!) { node(id: $id) { ... on Breakout { notification { episodes } } } }'
  const id = globalId('Breakout', team.many.breakoutIds[3] ?? 0)
  expect((await api.data(team.token, document, { id })).node).toEqual({ notification: { episodes: 8 } })
})

const READ = `mutation($ids: [ID!]!) { readNotification(input: { ids: $ids }) {
  ... on ReadNotifications { notifications { id readAt } } ... on Error { __typename message } } }`

test('what is read is no longer unread; reading twice keeps the instant; of others nothing is said', async () => {
  const [first, second] = (await listed()).map(({ node }) => node.id) as [string, string]
  const read = async (ids: string[]) => (await api.data(team.token, READ, { ids })).readNotification
  const readAt = new Date(NOW.getTime() + HOUR).toISOString()
  const stranger = globalId('Notification', 987_654_321)
  expect(await read([first, stranger])).toEqual({ notifications: [{ id: first, readAt }] })
  api.now = new Date(NOW.getTime() + 2 * HOUR)
  expect(await read([first])).toEqual({ notifications: [{ id: first, readAt }] })
  const unread = (await listed({ unreadOnly: true })).map(({ node }) => node.id)
  expect(unread).toHaveLength(3)
  expect(unread[0]).toBe(second)
  expect(await read([])).toEqual({ notifications: [] })
  expect(await read([globalId('Video', 1)])).toMatchObject({ __typename: 'InvalidInputError' })
  expect(await read(Array.from({ length: 201 }, () => first))).toMatchObject({
    __typename: 'InvalidInputError',
  })
})

test.each([0, 201])('%i episodes are not to be had', async (first) => {
  api.now = new Date(NOW.getTime() + HOUR)
  const document = `{ notifications { edges { node { breakouts(first: ${first}) { id } } } } }`
  const { errors } = await api.query(team.token, document)
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
})
