import { createRule, enableRule, reviseRule } from '../flow/rule.ts'
import { completed, type Definition, describe } from '../rules/rule.ts'
import { BreakoutConnection } from './breakout.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { DEFINITION, givenDefinition, shownDefinition, shownScope } from './rule-definition.ts'
import { TierEnum } from './tier.ts'

export const SeverityEnum = builder.enumType('Severity', {
  description: '级别: how loudly a person is told.',
  values: {
    INFO: { description: 'Worth knowing.' },
    WARNING: { description: 'Somebody should look at it today.' },
    CRITICAL: { description: 'Told at once, also in quiet hours.' },
  } as const,
})
const RuleActionEnum = builder.enumType('RuleAction', {
  description: 'What is to follow of a firing; a person decides.',
  values: {
    FLAG: { description: '标记 as 爆款, and no more.' },
    PROPOSE_TRIAL: { description: '提议试投: a trial with 随心推.' },
    PROPOSE_SCALE: { description: '提议放量: more money with 千川.' },
    STOP_PROMOTION: { description: '停投: its promotion should stop.' },
  } as const,
})
const RuleScope = builder.objectRef<ReturnType<typeof shownScope>>('RuleScope').implement({
  description: 'Whose videos a rule judges. Each list empty: all; of several lists all must fit.',
  fields: (t) => ({
    brandIds: t.exposeIDList('brandIds', { description: 'Of the video.' }),
    matrixIds: t.exposeIDList('matrixIds', { description: 'Of the cell of the video.' }),
    phaseIds: t.exposeIDList('phaseIds', { description: '阶段 that the video counts for.' }),
    tiers: t.expose('tiers', { type: [TierEnum], description: 'Of the KOL.' }),
  }),
})

const RuleVersion = builder.drizzleObject('ruleVersion', {
  name: 'RuleVersion',
  select: { columns: { ruleId: true, version: true } },
  description: 'What a rule said at one time.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    definition: t.field({
      type: 'JSON',
      description: 'As createRule takes it, whole: also what was left out, with its default.',
      select: { columns: { definition: true } },
      resolve: ({ definition }) => shownDefinition(definition),
    }),
    condition: t.string({
      description: 'The condition in one line.',
      select: { columns: { definition: true } },
      resolve: ({ definition }) => describe(definition.condition),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When this version was made.' }),
  }),
})

/** The definition that judges. */
const CURRENT = { with: { current: { columns: { definition: true } } } } as const
const said = (current: { definition: Definition } | null) => completed(one(current ?? undefined).definition)

export const Rule = builder.drizzleNode('rule', {
  name: 'Rule',
  description: '规则: when a video counts as 爆款.',
  id: { column: (rule) => rule.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the workspace.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Only enabled rules judge.' }),
    severity: t.field({
      type: SeverityEnum,
      description: 'How loudly people are told, in the current version.',
      select: CURRENT,
      resolve: ({ current }) => said(current).severity,
    }),
    action: t.field({
      type: RuleActionEnum,
      description: 'What is to follow of a firing, in the current version.',
      select: CURRENT,
      resolve: ({ current }) => said(current).action,
    }),
    scope: t.field({
      type: RuleScope,
      description: 'Whose videos it judges, in the current version; beside the purposes of its definition.',
      select: CURRENT,
      resolve: ({ current }) => shownScope(said(current).scope),
    }),
    current: t.relation('current', { type: RuleVersion, description: 'The version that judges.' }),
    versions: t.relation('versions', {
      type: RuleVersion,
      description: 'All versions, latest first.',
      query: { orderBy: { version: 'desc' } },
    }),
    breakouts: t.relatedConnection(
      'breakouts',
      {
        description: 'Episodes it raised, newest first; also those that never fired.',
        query: { orderBy: { id: 'desc' } },
      },
      BreakoutConnection,
    ),
  }),
})

const RuleConnection = builder.connectionObject(
  { type: Rule, name: 'RuleConnection', description: 'A page of rules.' },
  { name: 'RuleEdge', description: 'A rule in a list.' },
)

builder.queryField('rules', (t) =>
  t.drizzleConnection(
    {
      type: 'rule',
      description: 'Rules, newest first.',
      resolve: (query, _root, _args, { db }) => db.query.rule.findMany(query({ orderBy: { id: 'desc' } })),
    },
    RuleConnection,
  ),
)

const CreateRuleInput = builder.inputType('CreateRuleInput', {
  description: 'A rule to make.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the workspace.' }),
    definition: t.field({ type: 'JSON', required: true, description: DEFINITION }),
    enabled: t.boolean({ required: true, defaultValue: false, description: 'Whether it judges at once.' }),
  }),
})
builder.mutationField('createRule', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Rule,
    description:
      'Makes a rule. InvalidInputError names the part of the definition at fault, also a brand, matrix or phase that is ' +
      'not of the workspace. ConflictError: the name is taken.',
    args: { input: t.arg({ type: CreateRuleInput, required: true, description: 'The rule.' }) },
    resolve: async (query, _root, { input: { name, definition, enabled } }, { run, db }) => {
      const id = await run(createRule, { name, definition: givenDefinition(definition), enabled })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseRuleInput = builder.inputType('ReviseRuleInput', {
  description: 'The next version of a rule.',
  fields: (t) => ({
    ruleId: t.id({ required: true, description: 'The rule.' }),
    definition: t.field({ type: 'JSON', required: true, description: 'As createRule takes it.' }),
  }),
})
builder.mutationField('reviseRule', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Rule,
    description:
      'Gives a rule its next version: the definition replaces the one before it whole. Episodes keep the version that ' +
      'raised them. InvalidInputError as for createRule.',
    args: { input: t.arg({ type: ReviseRuleInput, required: true, description: 'The version.' }) },
    resolve: async (query, _root, { input: { definition, ...input } }, { run, db }) => {
      const ruleId = rowId('ruleId', 'Rule', input.ruleId)
      const id = await run(reviseRule, { ruleId, definition: givenDefinition(definition) })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)

const EnableRuleInput = builder.inputType('EnableRuleInput', {
  description: 'The switch of a rule.',
  fields: (t) => ({
    ruleId: t.id({ required: true, description: 'The rule.' }),
    enabled: t.boolean({
      required: true,
      description:
        'Whether it judges; switching on adds a version that says the same, from which on it is scored.',
    }),
  }),
})
builder.mutationField('enableRule', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Rule,
    description: 'Switches a rule on or off.',
    args: { input: t.arg({ type: EnableRuleInput, required: true, description: 'Which way.' }) },
    resolve: async (query, _root, { input: { enabled, ...input } }, { run, db }) => {
      const id = await run(enableRule, { ruleId: rowId('ruleId', 'Rule', input.ruleId), enabled })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)
