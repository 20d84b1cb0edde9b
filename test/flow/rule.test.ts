/** Rules as they are written, installed in packs, and carried through the database. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { breakout, rule, ruleVersion } from '../../db/tables.ts'
import { createCampaign } from '../../flow/campaign.ts'
import { type Context, write } from '../../flow/context.ts'
import { InvalidInputError } from '../../flow/errors.ts'
import { judgeLooks } from '../../flow/judge.ts'
import { createRule, enableRule, reviseRule } from '../../flow/rule.ts'
import { installRulePack } from '../../flow/rule-pack.ts'
import { RULE_PACKS } from '../../rules/rule-pack.ts'
import { MINUTE } from '../../rules/types.ts'
import { counters } from '../support/connector.ts'
import { type Content, content, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
let ctx: Context
let mine: Content
let theirs: Content
let phaseId: number
beforeAll(async () => {
  ctx = await t.tenant()
  mine = await content(ctx)
  theirs = await content(await t.tenant())
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  const event = { kind: 'EVENT' as const, ...days, budgetFen: null, goal: {}, threshold: {} }
  const campaign = { brandId: mine.brandId, name: unique('campaign'), level: 'S' as const, ...days }
  await createCampaign(ctx, { ...campaign, phases: [event] })
  phaseId = (await write(ctx, (tx) => tx.query.phase.findFirst()))?.id ?? 0
})

const PLAYS = { metric: 'plays', op: '>=', value: 1000 }
const scoped = (scope: object) => ({ condition: PLAYS, scope })
const create = (definition: unknown) => createRule(ctx, { name: unique('rule'), definition, enabled: false })
const versions = (ruleId: number) =>
  write(ctx, (tx) =>
    tx.select().from(ruleVersion).where(eq(ruleVersion.ruleId, ruleId)).orderBy(ruleVersion.version),
  )

test('a scope of the workspace is kept as it is; checking it is one statement, and none where there is no scope', async () => {
  const scope = { brandIds: [mine.brandId], matrixIds: [mine.matrixId], phaseIds: [phaseId], tiers: ['HEAD'] }
  const asked = async (definition: unknown) => {
    let ruleId = 0
    const sent = await statementsOf(t, async () => {
      ruleId = await create(definition)
    })
    return { ruleId, statements: sent.length }
  }
  const [wide, narrow] = [await asked({ condition: PLAYS }), await asked(scoped(scope))]
  expect(narrow.statements).toBe(wide.statements + 1)
  expect((await versions(narrow.ruleId)).map(({ definition }) => definition.scope)).toEqual([scope])
})

test.each<[string, () => object, string, RegExp]>([
  [
    'a brand of another workspace',
    () => ({ brandIds: [theirs.brandId] }),
    'brandIds',
    /no brand \d+ in this/,
  ],
  ['one of several', () => ({ matrixIds: [mine.matrixId, theirs.matrixId] }), 'matrixIds', /no matrix/],
  ['a phase that is none', () => ({ phaseIds: [phaseId, 987_654_321] }), 'phaseIds', /no phase 987654321/],
])('a scope may not name %s, and nothing is written', async (_name, scope, field, message) => {
  const name = unique('rule')
  const refused = { name: 'InvalidInputError', field: `definition.scope.${field}` }
  const made = createRule(ctx, { name, definition: scoped(scope()), enabled: false })
  await expect(made).rejects.toMatchObject({ ...refused, message: expect.stringMatching(message) })
  const ruleId = await createRule(ctx, { name, definition: { condition: PLAYS }, enabled: false })
  await expect(reviseRule(ctx, { ruleId, definition: scoped(scope()) })).rejects.toMatchObject(refused)
  expect(await versions(ruleId)).toHaveLength(1)
})

test('an error names the path in the definition and what is allowed there', async () => {
  const wrong: [unknown, string, RegExp][] = [
    [
      { condition: { not: { ...PLAYS, metric: 'fame' } } },
      'definition.condition.not.metric',
      /breakoutProbability/,
    ],
    [{ condition: PLAYS, keepFiring: 1 }, 'definition', /keepFiring is not known here; .*keepFiringMinutes/],
    [{ condition: { ...PLAYS, of: 'TIER' } }, 'definition.condition.by', /RATIO or PERCENTILE/],
  ]
  for (const [definition, field, message] of wrong) {
    const refused = create(definition)
    await expect(refused).rejects.toBeInstanceOf(InvalidInputError)
    await expect(refused).rejects.toMatchObject({ field, message: expect.stringMatching(message) })
  }
})

test('a pack is installed once, switched off unless asked, and leaves alone what is there', async () => {
  const own = await t.tenant()
  const all = () => write(own, (tx) => tx.select().from(rule).orderBy(rule.id))
  const before = await all()
  for (const { key, rules } of RULE_PACKS) {
    const names = rules.map(({ name }) => name)
    const ids = await installRulePack(own, { key, enabled: false })
    const made = await all()
    expect(ids.map((id) => made.find((one) => one.id === id)?.name)).toEqual(names)
    const [first] = ids
    const wasOn = made.find(({ id }) => id === first)?.enabled
    await enableRule(own, { ruleId: first ?? 0, enabled: true })
    await reviseRule(own, { ruleId: first ?? 0, definition: { condition: PLAYS } })
    expect(await installRulePack(own, { key, enabled: true })).toEqual(ids)
    const again = (await all()).filter(({ id }) => ids.includes(id))
    expect(again.map(({ enabled, version }) => [enabled, version])).toEqual(
      ids.map((id) => (id === first ? [true, wasOn ? 2 : 3] : [false, 1])),
    )
  }
  const starter = before.map(({ id }) => id)
  expect((await all()).filter(({ id }) => starter.includes(id))).toHaveLength(before.length)
})

test('a pack that is switched on judges at once; two people who install it at once make it once', async () => {
  const own = await t.tenant()
  const twice = [1, 2].map(() => installRulePack(own, { key: 'SELLING', enabled: true }))
  const [one, other] = await Promise.all(twice)
  expect(one).toEqual(other)
  const made = await write(own, (tx) => tx.query.rule.findMany({ where: { id: { in: one ?? [] } } }))
  expect(made.map(({ enabled }) => enabled)).toEqual(made.map(() => true))
  expect(made).toHaveLength(RULE_PACKS.find(({ key }) => key === 'SELLING')?.rules.length ?? 0)
})

test('a pack that is none: the error says which there are', async () => {
  const refused = installRulePack(ctx, { key: 'LUCK', enabled: false })
  await expect(refused).rejects.toMatchObject({
    field: 'key',
    message: 'There is no rule pack LUCK; there are SEEDING, SELLING, TRAFFIC, PROBABILITY',
  })
})

test('an episode that keeps firing says since when it is below, through the database', async () => {
  const own = await t.tenant()
  const matrix = await content(own)
  const condition = { ...PLAYS, release: 500 }
  const definition = { condition, keepFiringMinutes: 30, cooldownMinutes: 60 }
  const ruleId = await createRule(own, { name: unique('rule'), enabled: true, definition })
  const { videoId } = await published(own, matrix)
  const at = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE)
  const story: [minutes: number, plays: number | null, state: string, belowAt: Date | null][] = [
    [10, 2000, 'FIRING', null],
    [20, 400, 'FIRING', at(20)],
    [30, null, 'FIRING', at(20)],
    [40, 500, 'FIRING', null],
    [50, 400, 'FIRING', at(50)],
    [70, 300, 'FIRING', at(50)],
    [80, 300, 'COOLING', null],
    [90, 2000, 'FIRING', null],
  ]
  for (const [minutes, plays, state, belowAt] of story) {
    const one = { videoId, observedAt: at(minutes).getTime(), followers: null, ...counters({ plays }) }
    await write(own, (tx) => judgeLooks(tx, [one]))
    const found = await write(own, (tx) => tx.select().from(breakout).where(eq(breakout.ruleId, ruleId)))
    expect(found.map((row) => [minutes, row.state, row.belowAt])).toEqual([[minutes, state, belowAt]])
  }
})
