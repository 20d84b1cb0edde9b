/** A video's metrics, now or as known at an instant, with where each comes from. */
import { InvalidInputError } from '../flow/errors.ts'
import { type FigureQuestion, readFigures } from '../flow/figure.ts'
import { METRIC_KEYS } from '../rules/catalogue.ts'
import type { Figure as FigureRow } from '../rules/figure.ts'
import type { Said } from '../rules/precedence.ts'
import { batchedWith } from './batch.ts'
import { builder } from './builder.ts'
import { Metric } from './metric.ts'
import { Video } from './video.ts'

export const NullReasonEnum = builder.enumType('MetricNullReason', {
  description: 'Why a metric has no value.',
  values: {
    NO_LOOK: { description: 'Nobody has looked at the video by then.' },
    NOT_GIVEN: { description: 'No source gives what it is made of.' },
    ZERO_PLAYS: { description: 'It would be divided by 0 plays.' },
    ZERO_INTERACTIONS: { description: 'It would be divided by 0 interactions.' },
    ZERO_SPEND: { description: 'It would be divided by a spend of 0.' },
    ZERO_SHOWS: { description: 'It would be divided by 0 shows.' },
    NO_EARLIER_LOOK: { description: 'It needs one look more, or the counter fell at the look before.' },
    RESTATED: { description: 'The counter fell between two looks: what was gained is not known.' },
    NO_KOL: { description: 'The video has no KOL.' },
    NO_FOLLOWERS: { description: 'Followers of the KOL are not known, or 0.' },
    TOO_FEW_PEERS: {
      description: 'Fewer than 3 earlier videos of the KOL were seen at that age, or their median is 0.',
    },
    NO_MONEY: {
      description:
        'No source tells the money that goes into it: spend, sales, what ads sold, or what was settled.',
    },
    NOT_SETTLED_YET: { description: 'Its orders have not had the time to settle.' },
    NO_PRICE: { description: 'No price is agreed with the KOL.' },
    NOT_FORESEEN: { description: 'Nothing is foreseen: no look with plays yet, or it is as of an instant.' },
    NO_MARGIN: { description: 'The gross margin of the 货 is not known, or 0.' },
  } as const satisfies Record<NonNullable<FigureRow['reason']>, { description: string }>,
})

const SaidType = builder.objectRef<Said>('FigureTold').implement({
  description: 'What another source says.',
  fields: (t) => ({
    source: t.exposeString('source', { description: 'The connector, or the kind of export.' }),
    value: t.exposeFloat('value', { description: 'Its value, in the unit of the metric.' }),
  }),
})

const Figure = builder.objectRef<FigureRow>('Figure').implement({
  description: 'A metric of a video as known at an instant. null is not 0.',
  fields: (t) => ({
    metric: t.field({ type: Metric, description: 'Which.', resolve: ({ metric }) => ({ key: metric }) }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: 'In the unit of the metric; null: see reason.',
    }),
    reason: t.expose('reason', {
      type: NullReasonEnum,
      nullable: true,
      description: 'Why there is no value; null: there is one.',
    }),
    estimated: t.exposeBoolean('estimated', { description: 'It rests on something that nobody measured.' }),
    source: t.exposeString('source', {
      nullable: true,
      description:
        'Where it comes from: the source that is believed, `a+b` where channels of ads add up, `a / b` where it is ' +
        'made of several. null: of no source.',
    }),
    observedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its counters were measured, or its money became known; of several the earliest. null: of no source.',
      resolve: ({ observedAt }) => (observedAt === null ? null : new Date(observedAt)),
    }),
    others: t.field({
      type: [SaidType],
      description:
        'What other sources say, which does not count: counters that were looked at within an hour of the newest look. ' +
        'Empty for what is computed.',
      resolve: ({ others }) => others,
    }),
    disagrees: t.exposeBoolean('disagrees', {
      description: 'Sources say numbers more than 1 % apart, of this or of something that it is made of.',
    }),
  }),
})

const figuresAt = batchedWith((videoIds, asOf: FigureQuestion['asOf'], { db, now }) =>
  readFigures(db, { videoIds, asOf, now }),
)

builder.drizzleObjectField(Video, 'figures', (t) =>
  t.field({
    type: [Figure],
    nullable: true,
    description:
      'Every metric of the catalogue, in its order. As of an instant it is what was recorded by then: counters, ' +
      "followers, the KOL's other videos and money; a later restatement or refund leaves it as it was. Agreed price, " +
      'margin and what counts as interaction are those of now. Left out, it is of now, against the baselines that looks are ' +
      'judged by. null: not published by then, or not known to us. ' +
      'InvalidInputError: a metric that is not there, or raw looks that it needs are no longer kept.',
    args: {
      asOf: t.arg({ type: 'DateTime', description: 'As known then; left out, or later than now: now.' }),
      metrics: t.arg.stringList({ description: 'Only these keys of `metrics`; left out: all.' }),
    },
    resolve: async ({ id }, { asOf, metrics }, context) => {
      const unknown = metrics?.find((key) => !METRIC_KEYS.some((known) => known === key))
      if (unknown !== undefined) throw new InvalidInputError('metrics', `There is no metric ${unknown}.`)
      const figures = await figuresAt(id, asOf && asOf < context.now ? asOf : null, context)
      if (figures instanceof InvalidInputError) throw figures
      return figures?.filter(({ metric }) => !metrics || metrics.includes(metric)) ?? null
    },
  }),
)
