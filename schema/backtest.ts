/** 回测: a rule over the past, beside the one that judges now. */
import {
  type BacktestSide,
  backtest,
  type Flag,
  MOST_LOOKS,
  type Backtest as Tried,
} from '../flow/backtest.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { explain } from '../rules/breakout.ts'
import { EvidenceType } from './breakout.ts'
import { builder } from './builder.ts'
import { optionalRowId } from './ids.ts'
import { givenDefinition } from './rule-definition.ts'
import { Video } from './video.ts'

const BacktestFlag = builder.objectRef<Flag>('BacktestFlag').implement({
  description: 'The first time that a rule would have fired on a video.',
  fields: (t) => ({
    video: t.field({
      type: Video,
      description: 'The video.',
      // A key is enough: the rest is loaded with what is selected of it.
      resolve: ({ videoId }) => ({ id: videoId }) as typeof Video.$inferType,
    }),
    at: t.field({
      type: 'DateTime',
      description: 'The look at which it fires.',
      resolve: ({ at }) => new Date(at),
    }),
    evidence: t.field({
      type: EvidenceType,
      description: 'The numbers that raise it, as they were known then.',
      resolve: ({ evidence }) => evidence,
    }),
    reason: t.string({
      description: 'The evidence in one sentence, for people.',
      resolve: ({ evidence }) => explain(evidence),
    }),
    hit: t.exposeBoolean('hit', {
      nullable: true,
      description: 'Whether it ended in the top 5 % of its class; null: it is not finished.',
    }),
    leadHours: t.exposeFloat('leadHours', {
      nullable: true,
      description:
        'Hours from the flag to the first look that saw half of the final natural plays; negative: the flag came later. ' +
        'null: it is not finished.',
    }),
  }),
})

const MOST_FLAGS = 1000

const Side = builder.objectRef<BacktestSide>('BacktestSide').implement({
  description:
    'What one rule would have done. A video is a hit if its natural plays, as known at `to`, are in the end in the top ' +
    '5 % of its class as it is known today: its KOL, shrunk to tier, vertical and workspace by how much is known. One that ' +
    'is not finished at `to` (seen at 7 days or later, or not looked at for 2 days) is open and counts in no share; one on ' +
    'which the rule fired before `from` counts for nothing.',
  fields: (t) => ({
    flags: t.field({
      type: [BacktestFlag],
      description: `The first firing on each video within the span, in the order of time. InvalidInputError: first is not 1 to ${MOST_FLAGS}.`,
      args: { first: t.arg.int({ defaultValue: 100, description: `So many at most, 1 to ${MOST_FLAGS}.` }) },
      resolve: ({ flags }, { first }) => {
        const most = first ?? 100
        if (most < 1 || most > MOST_FLAGS) {
          throw new InvalidInputError('first', `first must be 1 to ${MOST_FLAGS}, not ${most}`)
        }
        return flags.slice(0, most)
      },
    }),
    hits: t.exposeInt('hits', { description: 'Videos that it flags and that ended on top.' }),
    wrong: t.exposeInt('wrong', { description: 'Videos that it flags and that did not.' }),
    missed: t.exposeInt('missed', {
      description: 'Videos that ended on top and that it does not flag by `to`.',
    }),
    open: t.exposeInt('open', { description: 'Videos that it flags and that are not finished.' }),
    precision: t.exposeFloat('precision', {
      nullable: true,
      description: 'Hits of what it flags, 0 to 1; null: it flags nothing that is finished.',
    }),
    recall: t.exposeFloat('recall', {
      nullable: true,
      description: 'Hits of what ended on top, 0 to 1; null: nothing did.',
    }),
    f1: t.exposeFloat('f1', {
      nullable: true,
      description:
        'Harmonic mean of precision and recall, 0 to 1; null: nothing was flagged and nothing ended on top.',
    }),
    averagePrecision: t.exposeFloat('averagePrecision', {
      nullable: true,
      description:
        'Of the ranking: flagged before not flagged, and of the flagged the likeliest first, by the probability of ' +
        'ending on top that was foreseen at the flag. 0 to 1, as average_precision_score of scikit-learn. null: nothing ' +
        'ended on top.',
    }),
    medianLeadHours: t.exposeFloat('medianLeadHours', {
      nullable: true,
      description: 'Median of leadHours over the hits; null: no hit.',
    }),
    alertsPerDay: t.exposeFloat('alertsPerDay', {
      description:
        'Episodes that fire within the span, a day of 24 hours; one is told once however long it lasts.',
    }),
  }),
})

const Backtest = builder.objectRef<Tried>('Backtest').implement({
  description: 'A rule over the past. Nothing is kept.',
  fields: (t) => ({
    candidate: t.field({
      type: Side,
      description: 'The definition that was given; without one the rule as it stands.',
      resolve: ({ candidate }) => candidate,
    }),
    active: t.field({
      type: Side,
      nullable: true,
      description: 'The current version of the rule, beside it; null: no rule was named.',
      resolve: ({ active }) => active,
    }),
    videos: t.exposeInt('videos', { description: 'Videos with a look within the span.' }),
    dropped: t.exposeInt('dropped', {
      description: 'Videos of the span that are left out, because their first looks are no longer kept.',
    }),
    looks: t.exposeInt('looks', {
      description:
        'Looks that were replayed, from the first one of each video on; with those of earlier videos of its KOL.',
    }),
  }),
})

builder.queryField('backtest', (t) =>
  t.field({
    type: Backtest,
    authScopes: { editor: true },
    description:
      'What a rule would have flagged from `from` to `to`, both counted, had it always been switched on: the functions that ' +
      'judge live, over looks, followers, money and forecasts as each was known at the time. Live and replay agree to the ' +
      'bit, but for episodes that a person closed, prices, margins, purposes and places, which are those of now. For those ' +
      'who edit rules (EDITOR). NotFoundError: no such rule. InvalidInputError: neither rule nor definition, a definition ' +
      `that is wrong, from not before to, to in the future, or more than ${MOST_LOOKS} looks.`,
    args: {
      rule: t.arg.id({
        description: 'The rule that is compared with; without a definition it is what is tried.',
      }),
      definition: t.arg({ type: 'JSON', description: 'What is tried, as createRule takes it.' }),
      from: t.arg({ type: 'DateTime', required: true, description: 'Flags from this instant on.' }),
      to: t.arg({ type: 'DateTime', required: true, description: 'As known then; now at the latest.' }),
      brandId: t.arg.id({ description: 'Only videos of this brand; left out: of all.' }),
    },
    resolve: (_root, { rule, definition, from, to, brandId }, { db, now }) =>
      backtest(db, {
        ruleId: optionalRowId('rule', 'Rule', rule),
        definition: definition == null ? undefined : givenDefinition(definition),
        from,
        to,
        brandId: optionalRowId('brandId', 'Brand', brandId),
        now,
      }),
  }),
)
