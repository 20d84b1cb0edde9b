import { installRulePack } from '../flow/rule-pack.ts'
import { describe } from '../rules/rule.ts'
import { type PackedRule, RULE_PACKS, type RulePack } from '../rules/rule-pack.ts'
import { builder } from './builder.ts'
import type { ApiContext } from './context.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'
import { Rule } from './rule.ts'
import { shownDefinition } from './rule-definition.ts'
import { PurposeEnum } from './video.ts'

/** Beside the rule of that name in the workspace. */
interface Placed extends PackedRule {
  ruleId: number | null
}
interface PlacedPack extends RulePack {
  rules: readonly Placed[]
}

async function placedPacks(db: ApiContext['db']): Promise<PlacedPack[]> {
  const names = RULE_PACKS.flatMap(({ rules }) => rules.map(({ name }) => name))
  const found = await db.query.rule.findMany({
    columns: { id: true, name: true },
    where: { name: { in: names } },
  })
  const idOf = new Map(found.map(({ id, name }) => [name, id]))
  return RULE_PACKS.map((pack) => ({
    ...pack,
    rules: pack.rules.map((rule) => ({ ...rule, ruleId: idOf.get(rule.name) ?? null })),
  }))
}

const PackedRuleType = builder.objectRef<Placed>('PackedRule').implement({
  description: 'A rule of a pack, as it is installed.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name; in the workspace it is known by it.' }),
    definition: t.field({
      type: 'JSON',
      description: 'As createRule takes it, whole.',
      resolve: ({ definition }) => shownDefinition(definition),
    }),
    condition: t.string({
      description: 'The condition in one line.',
      resolve: ({ definition }) => describe(definition.condition),
    }),
    source: t.exposeString('source', {
      description: 'Where its thresholds are from, and what they are worth.',
    }),
    rule: t.field({
      type: Rule,
      nullable: true,
      description:
        'The rule of that name in the workspace, which may have been revised since; null: there is none.',
      // A key is enough: the rest is loaded with what is selected of it.
      resolve: ({ ruleId }) => (ruleId === null ? null : ({ id: ruleId } as typeof Rule.$inferType)),
    }),
  }),
})

const RulePackType = builder.objectRef<PlacedPack>('RulePack').implement({
  description:
    '规则包: rules to start from, to be edited freely. Thresholds in circulation, none of them measured.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'What installRulePack takes.' }),
    zh: t.exposeString('zh', { description: 'Chinese name.' }),
    purpose: t.field({
      type: PurposeEnum,
      nullable: true,
      description: 'What its rules are for; null: every purpose.',
      resolve: ({ purpose }) => purpose,
    }),
    rules: t.field({
      type: [PackedRuleType],
      description: 'Its rules.',
      resolve: ({ rules }) => rules,
    }),
  }),
})

builder.queryField('rulePacks', (t) =>
  t.field({
    type: [RulePackType],
    description: 'The packs that come with it.',
    resolve: (_root, _args, { db }) => placedPacks(db),
  }),
)

const InstallRulePackInput = builder.inputType('InstallRulePackInput', {
  description: 'A pack to install.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its key.' }),
    enabled: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether the rules that are made judge at once.',
    }),
  }),
})
builder.mutationField('installRulePack', (t) =>
  t.field({
    ...CHANGE,
    type: RulePackType,
    description:
      'Makes those rules of a pack that are not there by name. Rules that are there stay as they are, also whether they ' +
      'are switched on; sent twice it is as once. InvalidInputError: there is no such pack.',
    args: { input: t.arg({ type: InstallRulePackInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input: { key, enabled } }, { run, db }) => {
      await run(installRulePack, { key, enabled })
      return one((await placedPacks(db)).find((pack) => pack.key === key))
    },
  }),
)
