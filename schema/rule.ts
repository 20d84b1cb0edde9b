import { createRule, enableRule, reviseRule } from '../flow/rule.ts'
import { describe } from '../rules/rule.ts'
import { BreakoutConnection } from './breakout.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'

const RuleVersion = builder.drizzleObject('ruleVersion', {
  name: 'RuleVersion',
  select: { columns: { ruleId: true, version: true } },
  description: 'What a rule said at one time.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    definition: t.expose('definition', {
      type: 'JSON',
      description: 'The whole rule, as createRule takes it.',
    }),
    condition: t.string({
      description: 'The condition in one line.',
      select: { columns: { definition: true } },
      resolve: ({ definition }) => describe(definition.condition),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When this version was made.' }),
  }),
})

export const Rule = builder.drizzleNode('rule', {
  name: 'Rule',
  description: '规则: when a video counts as 爆款.',
  id: { column: (rule) => rule.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the workspace.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Only enabled rules judge.' }),
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

const DEFINITION =
  '{ purposes?: [Purpose], condition, holdMinutes?, cooldownMinutes? }; a condition is { metric, op: ">=" or "<=", ' +
  'value, release? }, { all: [condition] } or { any: [condition] }. Metrics: see `metrics`.'

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
      'Makes a rule. InvalidInputError names the part of the definition at fault. ConflictError: the name is taken.',
    args: { input: t.arg({ type: CreateRuleInput, required: true, description: 'The rule.' }) },
    resolve: async (query, _root, { input: { name, definition, enabled } }, { run, db }) => {
      const id = await run(createRule, { name, definition, enabled })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseRuleInput = builder.inputType('ReviseRuleInput', {
  description: 'The next version of a rule.',
  fields: (t) => ({
    ruleId: t.id({ required: true, description: 'The rule.' }),
    definition: t.field({ type: 'JSON', required: true, description: DEFINITION }),
  }),
})
builder.mutationField('reviseRule', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Rule,
    description: 'Gives a rule its next version. Episodes keep the version that raised them.',
    args: { input: t.arg({ type: ReviseRuleInput, required: true, description: 'The version.' }) },
    resolve: async (query, _root, { input: { definition, ...input } }, { run, db }) => {
      const id = await run(reviseRule, { ruleId: rowId('ruleId', 'Rule', input.ruleId), definition })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)

const EnableRuleInput = builder.inputType('EnableRuleInput', {
  description: 'The switch of a rule.',
  fields: (t) => ({
    ruleId: t.id({ required: true, description: 'The rule.' }),
    enabled: t.boolean({ required: true, description: 'Whether it judges.' }),
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
