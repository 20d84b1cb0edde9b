import { isObjectType } from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { notification } from '../../db/tables.ts'
import { connectAccount } from '../../flow/account.ts'
import { type Context, write } from '../../flow/context.ts'
import { notify } from '../../flow/notify.ts'
import { createSealer } from '../../flow/seal.ts'
import { addWebhook } from '../../flow/webhook.ts'
import { DAY } from '../../rules/types.ts'
import { schema } from '../../schema/schema.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { webhookDeps } from '../support/news.ts'
import { proposed } from '../support/promotions.ts'
import { world } from './world.ts'

const t = testDatabase()
const api = testApi(t)

interface Team {
  token: string
  /** Type name to global id, one of every node type but Cell. */
  ids: Record<string, string>
}
let mine: Team
let theirs: Team
async function team(): Promise<Team> {
  const ctx = await t.tenant()
  const { content, kolId, ruleId, videoIds, breakoutIds, ...when } = await world(ctx)
  const numbers = {
    Brand: content.brandId,
    Element: content.elementIds.need,
    Matrix: content.matrixId,
    Kol: kolId,
    Video: videoIds[0] ?? 0,
    Rule: ruleId,
    Breakout: breakoutIds[0] ?? 0,
    Notification: await told(ctx, breakoutIds),
    Promotion: await proposed(ctx, videoIds[0] ?? 0),
    Webhook: await addWebhook(
      ctx,
      webhookDeps(() => at),
      WEBHOOK,
    ),
    Account: await connected(ctx),
    Campaign: when.campaignId,
    Phase: when.phaseId,
    Occasion: when.occasionId,
    Pair: when.pairId,
    Programme: when.programmeId,
    Collaboration: when.collaborationId,
  }
  const ids = Object.fromEntries(Object.entries(numbers).map(([type, id]) => [type, globalId(type, id)]))
  // Some are shown to an ADMIN alone.
  const token = await tokenOf(ctx, 'ADMIN')
  const { node } = await api.data(token, `{ node(id: "${ids.Video}") { ... on Video { cell { id } } } }`)
  return { token, ids: { ...ids, Cell: node.cell.id } }
}
/** What tells of these episodes; told now where their firing did not. */
function told(ctx: Context, breakoutIds: readonly number[]): Promise<number> {
  return write(ctx, async (tx) => {
    await notify(tx, ctx.now, breakoutIds)
    const [first] = await tx.select({ id: notification.id }).from(notification)
    return first?.id ?? 0
  })
}
/** An account whose tokens nobody opens. */
function connected(ctx: Context): Promise<number> {
  const sealer = createSealer([{ id: 'k', key: Buffer.alloc(32, 1) }])
  const grant = {
    accessToken: 'a',
    accessExpiresAt: at + DAY,
    refreshToken: 'r',
    refreshExpiresAt: at + 30 * DAY,
  }
  const deps = { sealer, oauths: new Map() }
  return connectAccount(ctx, deps, { platform: 'oceanengine', externalId: '1', name: 'shop', grant })
}
const at = NOW.getTime()
const WEBHOOK = { name: 'x', team: 'ADS', format: 'WECOM', url: 'https://x.test', by: null } as const
beforeAll(async () => {
  mine = await team()
  theirs = await team()
})

const NODE = 'query($id: ID!) { node(id: $id) { __typename id } }'
const NODES = 'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }'

test('every node type is found by its id', async () => {
  const { __schema } = await api.data(mine.token, '{ __schema { types { name interfaces { name } } } }')
  const types = __schema.types
    .filter((type: { interfaces?: { name: string }[] }) =>
      type.interfaces?.some(({ name }) => name === 'Node'),
    )
    .map((type: { name: string }) => type.name)
  expect(types.sort()).toEqual(Object.keys(mine.ids).sort())
  for (const [type, id] of Object.entries(mine.ids)) {
    expect(await api.data(mine.token, NODE, { id }), type).toEqual({ node: { __typename: type, id } })
  }
})

test('a field that may be null says what null means', () => {
  const silent: string[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || type.name === 'Mutation') continue
    for (const { name, type: result, description } of Object.values(type.getFields())) {
      if (!String(result).endsWith('!') && !description?.includes('null')) silent.push(`${type.name}.${name}`)
    }
  }
  expect(silent).toEqual([])
})

test('ids of another workspace, and of nothing, are null and no error', async () => {
  for (const [type, id] of Object.entries(theirs.ids)) {
    expect(await api.data(mine.token, NODE, { id }), type).toEqual({ node: null })
    expect(await api.data(mine.token, NODE, { id: globalId(type, 987_654_321) }), type).toEqual({
      node: null,
    })
  }
  expect(api.logged()).toEqual([])
})

test('nodes keeps the order and the places of what is not there, also when one is asked for twice', async () => {
  const { Video, Brand } = mine.ids
  const ids = [Video, theirs.ids.Video, Brand, Video, theirs.ids.Brand]
  const { nodes } = await api.data(mine.token, NODES, { ids })
  expect(nodes).toEqual([
    { __typename: 'Video', id: Video },
    null,
    { __typename: 'Brand', id: Brand },
    { __typename: 'Video', id: Video },
    null,
  ])
  const all = Object.values(mine.ids)
  expect((await api.data(mine.token, NODES, { ids: all })).nodes.map(({ id }: { id: string }) => id)).toEqual(
    all,
  )
})

test('nodes of one type are one statement, with what is selected of them', async () => {
  const ctx = await t.tenant()
  const token = await tokenOf(ctx)
  const { videoIds } = await world(ctx, { videos: 5 })
  const ids = videoIds.map((id) => globalId('Video', id))
  const document =
    'query($ids: [ID!]!) { nodes(ids: $ids) { ... on Video { id title kol { name } state { plays } } } }'
  const sent = await statementsOf(t, async () => {
    const { nodes } = await api.data(token, document, { ids })
    expect(nodes.map(({ id }: { id: string }) => id)).toEqual(ids)
    expect(nodes[4]).toMatchObject({ kol: { name: expect.any(String) }, state: { plays: 1000 } })
  })
  expect(sent.filter((text) => text.includes('"video"'))).toHaveLength(1)
})

test('a breakout of another workspace cannot be closed', async () => {
  const document = `mutation($id: ID!) { closeBreakout(input: { breakoutId: $id }) { __typename } }`
  const { closeBreakout } = await api.data(mine.token, document, { id: theirs.ids.Breakout })
  expect(closeBreakout).toEqual({ __typename: 'NotFoundError' })
  const { node } = await api.data(
    theirs.token,
    'query($id: ID!) { node(id: $id) { ... on Breakout { state } } }',
    { id: theirs.ids.Breakout },
  )
  expect(node).toEqual({ state: 'FIRING' })
})
