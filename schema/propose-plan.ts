/** 排期建议: which cells get a video next, by whom, and why. */
import { type ProposedPlan, proposePlan } from '../flow/propose-plan.ts'
import type { Obstacle } from '../rules/cover-grid.ts'
import { STRATEGIES } from '../rules/propose-plan.ts'
import { builder } from './builder.ts'
import { Element } from './element.ts'
import { rowId } from './ids.ts'
import { Kol } from './kol.ts'

const StrategyEnum = builder.enumType('PlanStrategy', {
  description:
    'COVERING: every pair of elements of two axes meets in at least `times` videos, in as few videos as possible (a ' +
    'pairwise covering array). BALANCED: all elements and pairs as equally often as can be.',
  values: STRATEGIES,
})

/** A key is enough: the rest is loaded with what is selected of it. */
const elementOf = (id: number) => ({ id }) as typeof Element.$inferType
const pairOf = ({ pair }: { pair: readonly [number, number] }) => pair.map(elementOf)

const PlanLine = builder.objectRef<ProposedPlan['lines'][number]>('PlanLine').implement({
  description: 'A video to plan.',
  fields: (t) => ({
    elements: t.field({
      type: [Element],
      description: 'Its cell: one 要素 of each axis that has any.',
      resolve: ({ elements }) => Object.values(elements).map(elementOf),
    }),
    kol: t.field({
      type: Kol,
      nullable: true,
      description: 'Who makes it; null: nobody is free, or the plan was asked for without KOLs.',
      resolve: ({ kolId }) => (kolId === null ? null : ({ id: kolId } as typeof Kol.$inferType)),
    }),
    title: t.exposeString('title', { description: 'The names of its elements, to begin with.' }),
    covers: t.int({
      description: 'Pairs of elements that were in too few videos before it.',
      resolve: ({ why }) => why.covers.length,
    }),
    why: t.string({
      description: 'The numbers in one sentence, for people.',
      resolve: ({ why }) => why.text,
    }),
  }),
})

const UncoveredPair = builder.objectRef<ProposedPlan['uncovered'][number]>('UncoveredPair').implement({
  description: 'Two elements that meet too rarely even with the lines.',
  fields: (t) => ({
    elements: t.field({ type: [Element], description: 'The two.', resolve: pairOf }),
    missing: t.exposeInt('missing', { description: 'How many videos it misses.' }),
  }),
})

const ObstacleEnum = builder.enumType('PairObstacle', {
  description:
    'FORBIDDEN: a pair says so. REQUIRED: one of them requires an element that leaves no room for the other. ' +
    'NO_THIRD: no element of some axis goes with both. NO_REST: those that do, do not go with each other.',
  values: ['FORBIDDEN', 'REQUIRED', 'NO_THIRD', 'NO_REST'] as const satisfies Obstacle['kind'][],
})
const ImpossiblePair = builder.objectRef<ProposedPlan['impossible'][number]>('ImpossiblePair').implement({
  description: 'Two elements that no cell can hold.',
  fields: (t) => ({
    elements: t.field({ type: [Element], description: 'The two.', resolve: pairOf }),
    obstacle: t.field({ type: ObstacleEnum, description: 'Why.', resolve: ({ reason }) => reason.kind }),
    reason: t.string({
      nullable: true,
      description: 'What the forbidden pair says; null: it is not FORBIDDEN.',
      resolve: ({ reason }) => (reason.kind === 'FORBIDDEN' ? reason.reason : null),
    }),
  }),
})

const Plan = builder.objectRef<ProposedPlan>('ProposedPlan').implement({
  description:
    'Videos that fill the gaps of a matrix; a proposal, nothing is kept. Accept lines with planVideos.',
  fields: (t) => ({
    lines: t.field({
      type: [PlanLine],
      description: 'What covers most first.',
      resolve: ({ lines }) => lines,
    }),
    uncovered: t.field({
      type: [UncoveredPair],
      description: 'Pairs that the number of videos does not reach.',
      resolve: ({ uncovered }) => uncovered,
    }),
    impossible: t.field({
      type: [ImpossiblePair],
      description: 'Pairs that can never meet.',
      resolve: ({ impossible }) => impossible,
    }),
    coverageBefore: t.float({
      nullable: true,
      description: 'Share, 0 to 1, of possible pairs in enough videos now; null: no pair is possible.',
      resolve: ({ coverage }) => coverage.before,
    }),
    coverageAfter: t.float({
      nullable: true,
      description: 'The same with the lines; null: no pair is possible.',
      resolve: ({ coverage }) => coverage.after,
    }),
  }),
})

builder.queryField('proposePlan', (t) =>
  t.field({
    type: Plan,
    description:
      'Which videos to plan next in a matrix. Keeps to its pairs, counts what is planned and published, and changes ' +
      'nothing: pass the lines that you accept to planVideos. The same seed gives the same plan.',
    args: {
      matrixId: t.arg.id({ required: true, description: 'The matrix.' }),
      strategy: t.arg({ type: StrategyEnum, defaultValue: 'COVERING', description: 'How gaps are filled.' }),
      videos: t.arg.int({
        description: 'At most this many, up to 2,000; left out: as many as COVERING needs.',
      }),
      times: t.arg.int({ defaultValue: 1, description: 'Videos that a pair needs, 1 to 10.' }),
      seed: t.arg.string({ defaultValue: 'seedbed', description: 'Another one gives another plan as good.' }),
      kolIds: t.arg.idList({
        description: 'Who may be chosen; left out: all that are not archived; empty: lines without a KOL.',
      }),
      perKol: t.arg.int({
        defaultValue: 3,
        description: 'Most videos that a KOL has planned at a time, those planned by now included, 1 to 100.',
      }),
    },
    resolve: (_root, { matrixId, strategy, videos, times, seed, kolIds, perKol }, { db }) =>
      proposePlan(db, {
        matrixId: rowId('matrixId', 'Matrix', matrixId),
        strategy: strategy ?? 'COVERING',
        videos: videos ?? undefined,
        times: times ?? 1,
        seed: seed ?? 'seedbed',
        kolIds: kolIds?.map((given) => rowId('kolIds', 'Kol', given)),
        perKol: perKol ?? 3,
      }),
  }),
)
