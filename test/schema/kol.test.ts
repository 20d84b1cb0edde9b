/** The pool of KOLs as a client meets it. */
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { type Context, write } from '../../flow/context.ts'
import { createKol, setKolPrice } from '../../flow/kol.ts'
import { AGES } from '../../rules/curve.ts'
import { DAY } from '../../rules/types.ts'
import { content, itemId, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
})

/** A KOL with `videos` of them 8 days old, each with the plays at 24 h and 7 days and one of them flagged. */
async function seenKol(of: Context, videos: number): Promise<number> {
  const kolId = await createKol(of, { accountId: itemId(), name: unique('kol'), followers: 2_000_000 })
  await setKolPrice(of, { kolId, band: 'FROM_21_TO_60S', priceFen: 300_000 })
  const made = await content(of)
  const publishedAt = new Date(NOW.getTime() - 8 * DAY)
  for (let n = 0; n < videos; n++) await published(of, made, { kolId, publishedAt })
  // Too young to count, and not looked at.
  await published(of, made, { kolId })
  const curve = `{${AGES.map((age) => (age === DAY ? 10_000 : age === 7 * DAY ? 20_000 : 'NULL')).join(',')}}`
  await write(of, (tx) =>
    tx.execute(sql`
      update video_state set looks = 1, curve = ${curve}::bigint[], interaction_rate = 0.05,
        flagged_at = case when video_id = (select min(video_id) from video_state where kol_id = ${kolId}) then published_at end
      where kol_id = ${kolId} and published_at = ${publishedAt.toISOString()}`),
  )
  return kolId
}

const FACTS = `facts { videos medianPlays24h medianPlays7d interactionRate breakoutShare90d
  offers { band priceFen observedAt cpm cpe } anomalies { kind value low high text } }`

test('facts of our own looks, with prices and what is unusual', async () => {
  const kolId = await seenKol(ctx, 3)
  const { node } = await api.data(
    token,
    `{ node(id: "${globalId('Kol', kolId)}") { ... on Kol { tier ${FACTS} } } }`,
  )
  expect(node).toEqual({
    tier: 'HEAD',
    facts: {
      videos: 3,
      medianPlays24h: 10_000,
      medianPlays7d: 20_000,
      interactionRate: 0.05,
      breakoutShare90d: 0.25,
      offers: [
        { band: 'FROM_21_TO_60S', priceFen: 300_000, observedAt: NOW.toISOString(), cpm: 15_000, cpe: 300 },
      ],
      anomalies: [
        {
          kind: 'PLAYS_PER_FOLLOWER',
          value: 0.01,
          low: 0.05,
          high: 4,
          text: expect.stringContaining('0.01 倍'),
        },
      ],
    },
  })
  const few = await seenKol(ctx, 2)
  const { node: of2 } = await api.data(
    token,
    `{ node(id: "${globalId('Kol', few)}") { ... on Kol { ${FACTS} } } }`,
  )
  expect(of2.facts).toMatchObject({
    videos: 2,
    medianPlays7d: null,
    offers: [{ cpm: null, cpe: null }],
    anomalies: [],
  })
})

test('facts of a page are one statement, whatever its size', async () => {
  const one = await t.tenant()
  const many = await t.tenant()
  await seenKol(one, 1)
  for (let n = 0; n < 5; n++) await seenKol(many, 3)
  const document = `{ kols { edges { node { name ${FACTS} } } } }`
  const cost = async (of: Context) => {
    const mine = await tokenOf(of)
    return statementsOf(t, () => api.data(mine, document))
  }
  const sent = await cost(many)
  expect(sent.filter((text) => text.includes('json_build_object'))).toHaveLength(1)
  // The token, the beginning, the page, the facts, the end.
  expect(sent).toHaveLength(5)
  expect(await cost(one)).toHaveLength(5)
})

test('lists by tier, 垂类, name, followers and whether in use', async () => {
  const own = await t.tenant()
  const mine = await tokenOf(own)
  const make = (name: string, followers?: number, vertical?: string) =>
    createKol(own, { name, followers, vertical })
  await make('小鹿100%护肤', 5_000, '美妆')
  await make('XiaoLu_A', 50_000, '美妆')
  await make('xiaolu B', 5_000_000, '母婴')
  await make('无名')
  const names = async (args: string) => {
    const { kols } = await api.data(mine, `{ kols${args} { edges { node { name } } } }`)
    return kols.edges.map(({ node }: { node: { name: string } }) => node.name)
  }
  expect(await names('')).toHaveLength(4)
  expect(await names('(tier: TAIL, vertical: "美妆")')).toEqual(['XiaoLu_A'])
  expect(await names('(name: "xiaolu")')).toEqual(['xiaolu B', 'XiaoLu_A'])
  expect(await names('(name: "0%")')).toEqual(['小鹿100%护肤'])
  expect(await names('(name: "u_")')).toEqual(['XiaoLu_A'])
  expect(await names('(minFollowers: 5000, maxFollowers: 50000)')).toEqual(['XiaoLu_A', '小鹿100%护肤'])
  expect(await names('(minFollowers: 0)')).toHaveLength(3)
  const { kols } = await api.data(mine, '{ kols(name: "无名") { edges { node { id } } } }')
  const archive = `mutation { archiveKol(input: { kolId: "${kols.edges[0].node.id}" }) { ... on Kol { archivedAt } } }`
  expect((await api.data(mine, archive)).archiveKol).toEqual({ archivedAt: NOW.toISOString() })
  expect(await names('(archived: true)')).toEqual(['无名'])
  expect(await names('(archived: false)')).toHaveLength(3)
})

test('changes by hand, their history, and policies', async () => {
  const own = await t.tenant()
  const mine = await tokenOf(own)
  const change = async (name: string, input: string, fields: string, type = 'Kol') => {
    const document = `mutation { ${name}(input: ${input}) { ... on ${type} { ${fields} } ... on Error { message } } }`
    return (await api.data(mine, document))[name]
  }
  const { id } = await change('createKol', '{ name: "甲", followers: 60000, city: "上海" }', 'id')
  expect(
    await change(
      'reviseKol',
      `{ kolId: "${id}", tier: HEAD, city: null, showId: "jia" }`,
      'tier tierOverride city showId',
    ),
  ).toEqual({ tier: 'HEAD', tierOverride: 'HEAD', city: null, showId: 'jia' })
  expect(await change('reviseKol', `{ kolId: "${id}", tier: null }`, 'tier tierOverride')).toEqual({
    tier: 'TAIL',
    tierOverride: null,
  })
  for (const price of [
    'band: UP_TO_20S, priceFen: 100',
    'band: OVER_60S, priceFen: 300, observedAt: "2026-11-01T00:00:00Z"',
  ]) {
    await change('setKolPrice', `{ kolId: "${id}", ${price} }`, 'id')
  }
  const history = `followerHistory { edges { node { followers source observedAt recordedAt } } }
    priceHistory(first: 1) { edges { cursor node { band priceFen source observedAt } } pageInfo { hasNextPage } }`
  const { node } = await api.data(mine, `{ node(id: "${id}") { ... on Kol { ${history} } } }`)
  const at = NOW.toISOString()
  expect(node.followerHistory.edges).toEqual([
    { node: { followers: 60_000, source: 'manual', observedAt: at, recordedAt: at } },
  ])
  const [edge] = node.priceHistory.edges
  expect(edge.node).toEqual({ band: 'UP_TO_20S', priceFen: 100, source: 'manual', observedAt: at })
  const rest = `{ node(id: "${id}") { ... on Kol { priceHistory(after: "${edge.cursor}") { edges { node { band } } } } } }`
  expect((await api.data(mine, rest)).node.priceHistory.edges).toEqual([{ node: { band: 'OVER_60S' } }])

  const policy = '{ startsOn: "2026-11-01", head: 500, waist: 50, tail: 5 }'
  expect(await change('setTierPolicy', policy, 'startsOn head', 'TierPolicy')).toEqual({
    startsOn: '2026-11-01',
    head: 500,
  })
  expect(await change('setTierPolicy', policy.replace('50,', '500,'), 'head', 'TierPolicy')).toEqual({
    message: 'waist must be below head',
  })
  await change('setTierPolicy', policy.replace('11-01', '12-01'), 'head', 'TierPolicy')
  const read = await api.data(
    mine,
    '{ tierPolicies { edges { node { startsOn waist } } } kols { edges { node { tier } } } }',
  )
  expect(read.tierPolicies.edges.map(({ node }: { node: object }) => node)).toEqual([
    { startsOn: '2026-12-01', waist: 50 },
    { startsOn: '2026-11-01', waist: 50 },
  ])
  expect(read.kols.edges).toEqual([{ node: { tier: 'HEAD' } }])
})
