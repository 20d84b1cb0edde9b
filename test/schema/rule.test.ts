/** Rules and their packs as the API takes and shows them. */
import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { type Context, write } from '../../flow/context.ts'
import { createRule } from '../../flow/rule.ts'
import { RULE_PACKS } from '../../rules/rule-pack.ts'
import { content } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string
let brand: string
let matrix: string
beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx)
  const made = await content(ctx)
  brand = globalId('Brand', made.brandId)
  matrix = globalId('Matrix', made.matrixId)
})

const RULE = `severity action scope { brandIds matrixIds phaseIds tiers } current { definition condition }`
const CREATE = `mutation($input: CreateRuleInput!) { createRule(input: $input) {
  __typename ... on Rule { id ${RULE} } ... on InvalidInputError { field message } } }`
const REVISE = `mutation($input: ReviseRuleInput!) { reviseRule(input: $input) {
  __typename ... on Rule { id ${RULE} } ... on InvalidInputError { field message } } }`
const create = async (definition: unknown) =>
  (await api.data(token, CREATE, { input: { name: unique('rule'), definition } })).createRule
const PLAYS = { metric: 'plays', op: '>=', value: 1000 }
const EVERYWHERE = { brandIds: [], matrixIds: [], phaseIds: [], tiers: [] }

test('what a rule says is shown whole, and may be written back as it is', async () => {
  const definition = {
    condition: { all: [{ not: PLAYS }, { ...PLAYS, of: 'TIER', by: 'RATIO', release: 500 }] },
    scope: { brandIds: [brand], matrixIds: [matrix], tiers: ['HEAD'] },
    severity: 'CRITICAL',
    action: 'PROPOSE_TRIAL',
    quiet: { from: '22:00', to: '08:00' },
  }
  const rule = await create(definition)
  const scope = { brandIds: [brand], matrixIds: [matrix], phaseIds: [], tiers: ['HEAD'] }
  const usual = { purposes: [], holdMinutes: 0, keepFiringMinutes: 0, cooldownMinutes: 360 }
  const shown = {
    __typename: 'Rule',
    id: expect.any(String),
    severity: 'CRITICAL',
    action: 'PROPOSE_TRIAL',
    scope,
    current: {
      definition: { ...usual, ...definition, scope },
      condition: 'not (plays >= 1000) and plays / TIER median >= 1000',
    },
  }
  expect(rule).toEqual(shown)
  const again = { ruleId: rule.id, definition: rule.current.definition }
  expect((await api.data(token, REVISE, { input: again })).reviseRule).toEqual(shown)
})

test('what a rule leaves out is shown with its default', async () => {
  expect(await create({ condition: PLAYS })).toMatchObject({
    severity: 'WARNING',
    action: 'FLAG',
    scope: EVERYWHERE,
    current: {
      definition: { purposes: [], scope: EVERYWHERE, quiet: null, severity: 'WARNING', action: 'FLAG' },
    },
  })
})

test('a rule that was stored before there were scopes and severities is shown as a new one', async () => {
  const old = JSON.stringify({ purposes: [], condition: PLAYS, holdMinutes: 5, cooldownMinutes: 60 })
  const [made] = await write(ctx, (tx) =>
    tx.execute<{ id: string }>(sql`
      with made as (insert into rule (name, created_at) values (${unique('rule')}, now()) returning id)
      insert into rule_version (rule_id, version, definition, created_at)
      select id, 1, ${old}::text::jsonb, now() from made returning rule_id as id`),
  )
  const ruleId = Number(made?.id)
  const document = `query($id: ID!) { node(id: $id) { ... on Rule { ${RULE} } } }`
  const { node } = await api.data(token, document, { id: globalId('Rule', ruleId) })
  expect(node).toMatchObject({
    severity: 'WARNING',
    action: 'FLAG',
    scope: EVERYWHERE,
    current: { definition: { scope: EVERYWHERE, holdMinutes: 5, keepFiringMinutes: 0, quiet: null } },
  })
})

test.each<[string, unknown, string, RegExp]>([
  ['a number for an id', { brandIds: [7] }, 'definition.scope.brandIds.0', /id of this API, and 7 is none/],
  [
    'an id of another kind',
    { matrixIds: [globalId('Brand', 1)] },
    'definition.scope.matrixIds.0',
    /of a Matrix/,
  ],
  [
    'a brand that is not there',
    { brandIds: [globalId('Brand', 987_654_321)] },
    'definition.scope.brandIds',
    /no brand/,
  ],
  ['no list', { brandIds: 'all' }, 'definition.scope.brandIds', /array/],
  ['no scope', 'all', 'definition.scope', /object/],
  ['another key', { brands: [] }, 'definition.scope', /there may be: brandIds, matrixIds/],
])('a scope with %s is refused at its path', async (_name, scope, field, message) => {
  expect(await create({ condition: PLAYS, scope })).toEqual({
    __typename: 'InvalidInputError',
    field,
    message: expect.stringMatching(message),
  })
})

const PACKS =
  '{ rulePacks { key zh purpose rules { name condition source definition rule { id name enabled } } } }'
const INSTALL = `mutation($input: InstallRulePackInput!) { installRulePack(input: $input) {
  __typename ... on RulePack { key rules { name rule { id name enabled } } } ... on InvalidInputError { field } } }`

test('the packs are shown with where they are from, beside the rules that were made of them', async () => {
  const own = await t.tenant()
  const mine = await tokenOf(own)
  const { rulePacks } = await api.data(mine, PACKS)
  expect(
    rulePacks.map(({ key, purpose }: { key: string; purpose: string | null }) => [key, purpose]),
  ).toEqual(RULE_PACKS.map(({ key, purpose }) => [key, purpose]))
  const [seeding] = rulePacks
  expect(seeding.rules[1]).toMatchObject({ source: expect.stringMatching(/rule of thumb/), rule: null })
  const { installRulePack } = await api.data(mine, INSTALL, { input: { key: 'SELLING' } })
  const { rules } = installRulePack
  expect(rules.map(({ rule }: { rule: unknown }) => rule)).toEqual(
    rules.map(({ name }: { name: string }) => ({ id: expect.any(String), name, enabled: false })),
  )
  expect(
    (await api.data(mine, INSTALL, { input: { key: 'SELLING', enabled: true } })).installRulePack,
  ).toEqual(installRulePack)
  const after = (await api.data(mine, PACKS)).rulePacks
  expect(after[1].rules.map(({ rule }: { rule: { id: string } }) => rule.id)).toEqual(
    rules.map(({ rule }: { rule: { id: string } }) => rule.id),
  )
  expect((await api.data(mine, INSTALL, { input: { key: 'LUCK' } })).installRulePack).toEqual({
    __typename: 'InvalidInputError',
    field: 'key',
  })
})

test('a pack is written as it is shown', async () => {
  const { rulePacks } = await api.data(token, PACKS)
  for (const { definition } of rulePacks.flatMap(
    ({ rules }: { rules: { definition: unknown }[] }) => rules,
  )) {
    expect((await create(definition)).current.definition).toEqual(definition)
  }
})

test('a page of rules with all that they say takes as many statements for one rule as for many', async () => {
  const document = `{ rules { edges { node { name ${RULE} } } } }`
  const few = await t.tenant()
  await createRule(few, { name: unique('rule'), definition: { condition: PLAYS }, enabled: false })
  const [one, many] = [await tokenOf(few), token]
  const counts = []
  for (const of of [one, many]) counts.push((await statementsOf(t, () => api.data(of, document))).length)
  expect(counts[0]).toBe(counts[1])
  const stored = await write(ctx, (tx) => tx.execute(sql`select 1 from rule`))
  expect(stored.length).toBeGreaterThan(5)
})
