import { setInteractionCounters } from '../flow/metric-setting.ts'
import { METRIC_KEYS, METRICS, type MetricKey } from '../rules/catalogue.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'
import { InteractionCounterEnum, Workspace } from './viewer.ts'

export const Metric = builder.objectRef<{ key: MetricKey }>('Metric').implement({
  description: '指标: a named formula that rules can use.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Its name in a rule.' }),
    zh: t.string({ description: 'Chinese name.', resolve: ({ key }) => METRICS[key].zh }),
    en: t.string({ description: 'English name.', resolve: ({ key }) => METRICS[key].en }),
    unit: t.string({
      description:
        'count, ratio (1 is 100 %), times (倍), h (hours), plays/h, plays/h2 (plays per hour and hour), and money: 分, 分/1000 ' +
        '(per 1,000 shows or plays) or 分/interaction.',
      resolve: ({ key }) => METRICS[key].unit,
    }),
    formula: t.string({ description: 'How it is computed.', resolve: ({ key }) => METRICS[key].formula }),
    window: t.string({
      description: 'Over what time it speaks.',
      resolve: ({ key }) => METRICS[key].window,
    }),
    nullRule: t.string({ description: 'When it has no value.', resolve: ({ key }) => METRICS[key].nullRule }),
    restatement: t.string({
      description: 'What becomes of it where a source restates a counter or an order is refunded.',
      resolve: ({ key }) => METRICS[key].restatement,
    }),
    source: t.string({
      description: 'Where the formula comes from: a field of a platform, the usage of the trade, or ours.',
      resolve: ({ key }) => METRICS[key].source,
    }),
  }),
})

builder.queryField('metrics', (t) =>
  t.field({
    type: [Metric],
    description: 'The metric catalogue.',
    resolve: () => METRIC_KEYS.map((key) => ({ key })),
  }),
)

const SetInteractionCountersInput = builder.inputType('SetInteractionCountersInput', {
  description: 'What counts as interaction.',
  fields: (t) => ({
    counters: t.field({
      type: [InteractionCounterEnum],
      required: true,
      description: 'At least one; twice is once. A counter that a source does not give leaves no rate.',
    }),
  }),
})
builder.mutationField('setInteractionCounters', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Workspace,
    description:
      'Sets which counters count as interaction, in 互动率 and CPE. Rules, boards and `state` count so from the next ' +
      'look at each video on: what was judged stays. `figures` and boards as of an instant count so at once. ' +
      'InvalidInputError: none is named.',
    args: {
      input: t.arg({ type: SetInteractionCountersInput, required: true, description: 'The counters.' }),
    },
    resolve: async (query, _root, { input }, { run, db, viewer }) => {
      await run(setInteractionCounters, input)
      return one(await db.query.workspace.findFirst(query({ where: { id: viewer.workspaceId } })))
    },
  }),
)
