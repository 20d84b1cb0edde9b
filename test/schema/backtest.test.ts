/** Backtests and scores as the API answers them. */
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { ruleScore } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { createRule } from '../../flow/rule.ts'
import { DAY } from '../../rules/types.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { type World, world } from './world.ts'

const t = testDatabase()
const api = testApi(t)
interface Team extends World {
  ctx: Context
  token: string
}
async function team(videos: number): Promise<Team> {
  const ctx = await t.tenant(new Date(NOW.getTime() - DAY))
  return { ...(await world(ctx, { videos })), ctx, token: await tokenOf(ctx) }
}
let small: Team
let large: Team
beforeAll(async () => {
  small = await team(2)
  large = await team(12)
})

const SIDE = `hits wrong missed open precision recall f1 averagePrecision medianLeadHours alertsPerDay
  flags { at hit leadHours reason video { id title kol { name } state { plays } } evidence { readings { metric value } } }`
const BACKTEST = `query($rule: ID, $definition: JSON, $from: DateTime!, $to: DateTime!, $brandId: ID, $first: Int = 100) {
  backtest(rule: $rule, definition: $definition, from: $from, to: $to, brandId: $brandId) {
    videos looks candidate { ${SIDE} some: flags(first: $first) { at } } active { ${SIDE} } } }`
const span = { from: new Date(NOW.getTime() - 2 * DAY), to: NOW }
const of = ({ ruleId }: Team) => ({ ...span, rule: globalId('Rule', ruleId) })

test('a rule is shown with what it would have flagged, beside itself', async () => {
  const { backtest } = await api.data(small.token, BACKTEST, of(small))
  expect(backtest).toMatchObject({ videos: 2, looks: 2 })
  expect(backtest.active).toEqual({ ...backtest.candidate, some: undefined })
  expect(backtest.candidate).toMatchObject({ hits: 0, open: 2, precision: null, alertsPerDay: 1 })
  expect(backtest.candidate.flags).toMatchObject([
    {
      at: new Date(NOW.getTime() - DAY).toISOString(),
      hit: null,
      leadHours: null,
      reason: expect.stringMatching(/^plays 1000, .*met plays >= 1$/),
      video: { title: expect.stringContaining('video') },
      evidence: { readings: expect.arrayContaining([{ metric: 'plays', value: 1000 }]) },
    },
    { hit: null },
  ])
})

test('a definition names brands by the ids of the API, and is tried alone', async () => {
  const condition = { metric: 'plays', op: '>=', value: 500 }
  const scope = { brandIds: [globalId('Brand', small.content.brandId)] }
  const { backtest } = await api.data(small.token, BACKTEST, { ...span, definition: { condition, scope } })
  expect(backtest.active).toBeNull()
  expect(backtest.candidate.flags).toHaveLength(2)
  const brandId = globalId('Brand', small.content.brandId)
  expect((await api.data(small.token, BACKTEST, { ...of(small), brandId })).backtest.videos).toBe(2)
})

test('of many flags the first are shown', async () => {
  const { backtest } = await api.data(large.token, BACKTEST, { ...of(large), first: 3 })
  expect(backtest.candidate.flags).toHaveLength(12)
  expect(backtest.candidate.some).toHaveLength(3)
})

test.each<[string, () => Record<string, unknown>, RegExp]>([
  ['no rule at all', () => span, /a rule, a definition, or both/],
  ['a rule of another workspace', () => of(large), /no such rule/],
  ['the id of a brand', () => ({ ...span, rule: globalId('Brand', 1) }), /must be the id of a Rule/],
  ['a span that ends before it begins', () => ({ ...of(small), from: NOW, to: span.from }), /before to/],
  ['no flags', () => ({ ...of(small), first: 0 }), /first must be 1 to 1000/],
])('%s is refused', async (_name, variables, message) => {
  const { errors } = await api.query(small.token, BACKTEST, variables())
  expect(errors?.map((error) => error.message)).toEqual([expect.stringMatching(message)])
})

test('who may not edit rules may not keep the processor busy with them', async () => {
  const viewer = await tokenOf(small.ctx, 'VIEWER')
  const { errors } = await api.query(viewer, BACKTEST, of(small))
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
})

test('a backtest of twelve videos costs the statements of one of two', async () => {
  const counted: number[] = []
  for (const one of [small, large]) {
    counted.push((await statementsOf(t, () => api.data(one.token, BACKTEST, of(one)))).length)
  }
  expect(counted[0]).toBe(counted[1])
})

const SCORES = `{ rules { edges { node { id scores(last: 2) {
  weekAt ruleVersion hits wrong missed precision recall leadHours } } } } }`

test('the scores of a page of rules are one statement, the latest weeks first', async () => {
  const { ctx, token } = small
  const weeks = [0, 1, 2].map((n) => new Date(Date.UTC(2026, 9, 4 + 7 * n, 16)))
  const ruleIds = [small.ruleId]
  for (let n = 0; n < 4; n++) {
    const definition = { condition: { metric: 'plays', op: '>=', value: 1 } }
    ruleIds.push(await createRule(ctx, { name: unique('rule'), definition, enabled: false }))
  }
  const one = (await statementsOf(t, () => api.data(token, SCORES))).length
  const scored = { ruleVersion: 1, hit: 3, wrong: 1, missed: 0, leadHours: 4.5, createdAt: NOW }
  await write(ctx, (tx) =>
    tx.insert(ruleScore).values(
      ruleIds
        .flatMap((ruleId) => weeks.map((weekAt) => ({ ...scored, ruleId, weekAt })))
        .concat({
          ...scored,
          ruleId: small.ruleId,
          weekAt: new Date(Date.UTC(2026, 9, 25, 16)),
          ...{ hit: 0, wrong: 0, leadHours: null as never },
        }),
    ),
  )
  let data: { rules: { edges: { node: { id: string; scores: unknown[] } }[] } } | undefined
  const many = await statementsOf(t, async () => {
    data = await api.data(token, SCORES)
  })
  expect(many).toHaveLength(one)
  const node = data?.rules.edges.find((edge) => edge.node.id === globalId('Rule', small.ruleId))?.node
  expect(node?.scores).toEqual([
    {
      weekAt: '2026-10-25T16:00:00.000Z',
      ...{ ruleVersion: 1, hits: 0, wrong: 0, missed: 0, precision: null, recall: null, leadHours: null },
    },
    {
      weekAt: weeks[2]?.toISOString(),
      ...{ ruleVersion: 1, hits: 3, wrong: 1, missed: 0, precision: 0.75, recall: 1, leadHours: 4.5 },
    },
  ])
  const refused = await api.query(token, SCORES.replace('last: 2', 'last: 0'))
  expect(refused.errors?.[0]?.message).toMatch(/last must be 1 to 104/)
})

test('what is asked for is answered while a backtest runs', async () => {
  const { ctx, token, ruleId } = await team(2)
  // Enough looks for many turns.
  await write(ctx, (tx) =>
    tx.execute(sql`
      insert into snapshot (video_id, observed_at, source, recorded_at, plays)
      select video_id, ${NOW.toISOString()}::timestamptz - n * interval '2 seconds', 'other',
        ${NOW.toISOString()}::timestamptz - n * interval '2 seconds', 50000 - n
      from video_state, generate_series(1, 20000) n where workspace_id = current_workspace()`),
  )
  let done = false
  const running = api.data(token, BACKTEST, { ...span, rule: globalId('Rule', ruleId) }).then((data) => {
    done = true
    return data
  })
  let answered = 0
  while (!done) {
    await api.data(token, '{ viewer { role } }')
    if (!done) answered++
  }
  expect(answered).toBeGreaterThan(2)
  expect((await running).backtest.looks).toBe(2 * 20_001)
})
