/** 自评: how a rule did, shown where it is edited. */
import { loadRuleScores, type RuleScoreRow } from '../db/queries/rule-score.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { batchedWith } from './batch.ts'
import { builder } from './builder.ts'
import { Rule } from './rule.ts'

const share = (part: number, rest: number) => (part + rest === 0 ? null : part / (part + rest))

const RuleScore = builder.objectRef<RuleScoreRow>('RuleScore').implement({
  description:
    'How a rule did on the videos that were published in one week, as its episodes are; written when all of them are ' +
    'finished: seen at 7 days or later, or not looked at for 2 days. On top: natural plays in the top 5 % of its class, ' +
    'its KOL, shrunk to tier, vertical and workspace by how much is known.',
  fields: (t) => ({
    weekAt: t.field({
      type: 'DateTime',
      description: 'Monday 00:00 of the week in the zone of the workspace.',
      resolve: ({ weekAt }) => new Date(weekAt),
    }),
    ruleVersion: t.exposeInt('ruleVersion', { description: 'The version that judged last.' }),
    hits: t.exposeInt('hit', { description: 'Videos that it flagged and that ended on top.' }),
    wrong: t.exposeInt('wrong', { description: 'Videos that it flagged and that did not.' }),
    missed: t.exposeInt('missed', { description: 'Videos that ended on top and that it never flagged.' }),
    precision: t.float({
      nullable: true,
      description: 'Hits of what it flagged, 0 to 1; null: it flagged nothing.',
      resolve: ({ hit, wrong }) => share(hit, wrong),
    }),
    recall: t.float({
      nullable: true,
      description: 'Hits of what ended on top, 0 to 1; null: nothing did.',
      resolve: ({ hit, missed }) => share(hit, missed),
    }),
    leadHours: t.exposeFloat('leadHours', {
      nullable: true,
      description:
        'Hours from the flag to the first look that saw half of the final natural plays, median over the hits; ' +
        'negative: the flag came later. null: no hit.',
    }),
  }),
})

const MOST_WEEKS = 104
const scoresOf = batchedWith((ruleIds, last: number, { db }) => loadRuleScores(db, ruleIds, last))

builder.drizzleObjectField(Rule, 'scores', (t) =>
  t.field({
    type: [RuleScore],
    description: `Week by week, the latest first; a week is there once all of its videos are finished. InvalidInputError: last is not 1 to ${MOST_WEEKS}.`,
    args: { last: t.arg.int({ defaultValue: 8, description: `So many weeks, 1 to ${MOST_WEEKS}.` }) },
    resolve: async ({ id }, { last }, context) => {
      const weeks = last ?? 8
      if (weeks < 1 || weeks > MOST_WEEKS) {
        throw new InvalidInputError('last', `last must be 1 to ${MOST_WEEKS}, not ${weeks}`)
      }
      return (await scoresOf(id, weeks, context)) ?? []
    },
  }),
)
