import { createRule, enableRule, reviseRule } from '../flow/rule.ts'
import { METRIC_KEYS, METRICS, type MetricKey } from '../rules/metric.ts'
import { describe } from '../rules/rule.ts'
import { one } from './brand.ts'
import { builder } from './builder.ts'
import { REFUSALS } from './errors.ts'
import { rowId } from './ids.ts'

const Metric = builder.objectRef<{ key: MetricKey }>('Metric').implement({
  description: '指标: a named formula that rules can use.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its name in a rule.' }),
    zh: t.string({ description: 'Chinese name.', resolve: ({ key }) => METRICS[key].zh }),
    en: t.string({ description: 'English name.', resolve: ({ key }) => METRICS[key].en }),
    unit: t.string({ description: 'count, ratio, h or plays/h.', resolve: ({ key }) => METRICS[key].unit }),
    formula: t.string({ description: 'How it is computed.', resolve: ({ key }) => METRICS[key].formula }),
    nullRule: t.string({ description: 'When it has no value.', resolve: ({ key }) => METRICS[key].nullRule }),
  }),
})

builder.queryField('metrics', (t) =>
  t.field({
    type: [Metric],
    description: 'The metric catalogue.',
    resolve: () => METRIC_KEYS.map((key) => ({ key })),
  }),
)

const RuleVersion = builder.drizzleObject('ruleVersion', {
  name: 'RuleVersion',
  description: 'What a rule said at one time.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    definition: t.expose('definition', { type: 'JSON', description: 'As createRule takes it.' }),
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
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the workspace.' }),
    enabled: t.exposeBoolean('enabled', { description: 'Only enabled rules judge.' }),
    current: t.relation('current', { type: RuleVersion, description: 'The version that judges.' }),
    versions: t.relation('versions', {
      type: RuleVersion,
      description: 'All versions, latest first.',
      query: { orderBy: { version: 'desc' } },
    }),
    breakouts: t.relatedConnection('breakouts', {
      description: 'Episodes it raised, newest first; also those that never fired.',
      query: { orderBy: { id: 'desc' } },
    }),
  }),
})

builder.queryField('rules', (t) =>
  t.drizzleConnection({
    type: 'rule',
    description: 'Rules, newest first.',
    resolve: (query, _root, _args, { db }) => db.query.rule.findMany(query({ orderBy: { id: 'desc' } })),
  }),
)

const DEFINITION =
  '{ purposes?: [Purpose], condition, holdMinutes?, cooldownMinutes? }; a condition is { metric, op: ">=" or "<=", ' +
  'value, release? }, { all: [condition] } or { any: [condition] }. Metrics: see `metrics`.'

builder.mutationField('createRule', (t) =>
  t.drizzleField({
    type: Rule,
    description: 'Makes a rule. InvalidInputError names the part of the definition at fault.',
    errors: REFUSALS,
    args: {
      name: t.arg.string({ required: true, description: 'Up to 200 characters.' }),
      definition: t.arg({ type: 'JSON', required: true, description: DEFINITION }),
      enabled: t.arg.boolean({ required: true, defaultValue: false, description: 'Whether it judges at once.' }),
    },
    resolve: async (query, _root, { name, definition, enabled }, { run, db }) => {
      const id = await run(createRule, { name, definition, enabled })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)

builder.mutationField('reviseRule', (t) =>
  t.drizzleField({
    type: Rule,
    description: 'Gives a rule its next version. Episodes keep the version that raised them.',
    errors: REFUSALS,
    args: {
      ruleId: t.arg.globalID({ required: true, for: Rule, description: 'The rule.' }),
      definition: t.arg({ type: 'JSON', required: true, description: DEFINITION }),
    },
    resolve: async (query, _root, { ruleId, definition }, { run, db }) => {
      const id = await run(reviseRule, { ruleId: rowId('ruleId', 'Rule', ruleId), definition })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)

builder.mutationField('enableRule', (t) =>
  t.drizzleField({
    type: Rule,
    description: 'Switches a rule on or off.',
    errors: REFUSALS,
    args: {
      ruleId: t.arg.globalID({ required: true, for: Rule, description: 'The rule.' }),
      enabled: t.arg.boolean({ required: true, description: 'Whether it judges.' }),
    },
    resolve: async (query, _root, { ruleId, enabled }, { run, db }) => {
      const id = await run(enableRule, { ruleId: rowId('ruleId', 'Rule', ruleId), enabled })
      return one(await db.query.rule.findFirst(query({ where: { id } })))
    },
  }),
)
