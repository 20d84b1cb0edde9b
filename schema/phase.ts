import { PROGRESS } from '../db/queries/campaign.ts'
import { type Goal, type PhasePlan, type Progress, reached, type Threshold } from '../rules/campaign.ts'
import { PHASES } from '../rules/types.ts'
import { builder, KEY } from './builder.ts'
import { VideoConnection } from './video.ts'

export const PhaseKindEnum = builder.enumType('PhaseKind', {
  description: '筹备 PREPARATION, 预热 WARM_UP, 活动 EVENT, 返场 ENCORE, in this order.',
  values: PHASES,
})

const unset = 'null: not set.'
const GoalType = builder.objectRef<Goal>('PhaseGoal').implement({
  description: 'What a phase is to reach.',
  fields: (t) => ({
    videos: t.exposeInt('videos', { nullable: true, description: `Videos to publish; ${unset}` }),
    plays: t.expose('plays', {
      type: 'BigInt',
      nullable: true,
      description: `播放量 of them together; ${unset}`,
    }),
    gmvFen: t.expose('gmvFen', { type: 'BigInt', nullable: true, description: `GMV in 分; ${unset}` }),
    roi: t.exposeFloat('roi', { nullable: true, description: `GMV over spend, 2 is 1:2; ${unset}` }),
  }),
})
const as = 'null: as everywhere.'
const ThresholdType = builder.objectRef<Threshold>('PhaseThreshold').implement({
  description: 'What makes a 爆款 within a phase.',
  fields: (t) => ({
    kolRatio: t.exposeFloat('kolRatio', {
      nullable: true,
      description: `Times the KOL's own median; ${as}`,
    }),
    interactionRate: t.exposeFloat('interactionRate', {
      nullable: true,
      description: `互动率, 0.05 is 5 %; ${as}`,
    }),
  }),
})

type Standing = Progress & { goal: Goal; budgetFen: number | null }
const over = 'over goal, 1 is reached; null: no goal, or nothing is known.'
const ReachedType = builder.objectRef<Standing>('PhaseReached').implement({
  description: 'How much of its goal a phase has reached.',
  fields: (t) => {
    const share = (key: keyof ReturnType<typeof reached>, description: string) =>
      t.float({
        nullable: true,
        description,
        resolve: (standing) => reached(standing, standing.goal, standing.budgetFen)[key],
      })
    return {
      videos: share('videos', `Published videos ${over}`),
      plays: share('plays', `Plays ${over}`),
      gmv: share('gmvFen', `GMV ${over}`),
      roi: share('roi', `ROI ${over}`),
      budget: share(
        'budget',
        'Spend over budget, 1 is spent; null: no budget, one of 0, or spend is not known.',
      ),
    }
  },
})
const known = 'null: not known of any.'
const ProgressType = builder.objectRef<Standing>('PhaseProgress').implement({
  description:
    'What came of the videos that are assigned to a phase, whenever they went out. Sums are over the videos of which ' +
    'the number is known; null is not 0.',
  fields: (t) => ({
    videosPlanned: t.exposeInt('planned', { description: 'Planned, not out yet.' }),
    videosPublished: t.exposeInt('published', { description: 'Published, those archived since included.' }),
    videosFlagged: t.exposeInt('flagged', { description: 'Published ones that were 爆款 at least once.' }),
    plays: t.expose('plays', { type: 'BigInt', nullable: true, description: `播放量; ${known}` }),
    spendFen: t.expose('spendFen', {
      type: 'BigInt',
      nullable: true,
      description: `投放 spend in 分, without what KOLs are paid; ${known}`,
    }),
    gmvFen: t.expose('gmvFen', { type: 'BigInt', nullable: true, description: `GMV in 分; ${known}` }),
    roi: t.exposeFloat('roi', {
      nullable: true,
      description:
        'GMV over spend of the videos of which both are known; null: of none, or nothing was spent.',
    }),
    reached: t.field({
      type: ReachedType,
      description: 'Against the goal.',
      resolve: (standing) => standing,
    }),
  }),
})

export const Phase = builder.drizzleNode('phase', {
  name: 'Phase',
  description: '阶段: one of the four of a campaign. Videos are assigned to it, whatever its days.',
  id: { column: (phase) => phase.id },
  select: KEY,
  fields: (t) => ({
    kind: t.expose('kind', { type: PhaseKindEnum, description: 'Which of the four.' }),
    startsOn: t.expose('startsOn', { type: 'Date', description: 'First day.' }),
    endsOn: t.expose('endsOn', { type: 'Date', description: 'Last day.' }),
    budgetFen: t.expose('budgetFen', {
      type: 'BigInt',
      nullable: true,
      description: `Budget in 分; ${unset}`,
    }),
    goal: t.expose('goal', { type: GoalType, description: 'What it is to reach.' }),
    threshold: t.expose('threshold', { type: ThresholdType, description: 'What makes a 爆款 within it.' }),
    campaign: t.relation('campaign', { description: 'Of which campaign.' }),
    progress: t.field({
      type: ProgressType,
      description: 'What came of its videos so far.',
      select: { columns: { goal: true, budgetFen: true }, extras: PROGRESS },
      resolve: ({ progress, goal, budgetFen }) => ({ ...progress, goal, budgetFen }),
    }),
    videos: t.relatedConnection(
      'videos',
      { description: 'Videos assigned to it, newest first.', query: { orderBy: { id: 'desc' } } },
      VideoConnection,
    ),
  }),
})

const GoalInput = builder.inputType('PhaseGoalInput', {
  description: 'What a phase is to reach; what is left out is not set.',
  fields: (t) => ({
    videos: t.int({ description: 'Videos to publish, from 1.' }),
    plays: t.field({ type: 'BigInt', description: '播放量 of them together, from 1.' }),
    gmvFen: t.field({ type: 'BigInt', description: 'GMV in 分, from 1.' }),
    roi: t.float({ description: 'GMV over spend, above 0.' }),
  }),
})
const ThresholdInput = builder.inputType('PhaseThresholdInput', {
  description: 'What makes a 爆款 within a phase; what is left out is as everywhere.',
  fields: (t) => ({
    kolRatio: t.float({ description: "Times the KOL's own median, above 0." }),
    interactionRate: t.float({ description: '互动率, above 0 and at most 1: 0.05 is 5 %.' }),
  }),
})
export const PhaseInput = builder.inputType('PhaseInput', {
  description: 'A phase, with its days within those of the campaign.',
  fields: (t) => ({
    kind: t.field({ type: PhaseKindEnum, required: true, description: 'Which of the four.' }),
    startsOn: t.field({ type: 'Date', required: true, description: 'First day.' }),
    endsOn: t.field({ type: 'Date', required: true, description: 'Last day.' }),
    budgetFen: t.field({ type: 'BigInt', description: 'Budget in 分, 0 or more.' }),
    goal: t.field({ type: GoalInput, description: 'What it is to reach.' }),
    threshold: t.field({ type: ThresholdInput, description: 'What makes a 爆款 within it.' }),
  }),
})

/** As flow takes it. */
export function phasePlan(given: typeof PhaseInput.$inferInput): PhasePlan {
  const { kind, startsOn, endsOn, budgetFen, goal, threshold } = given
  return {
    kind,
    startsOn,
    endsOn,
    budgetFen: budgetFen ?? null,
    goal: said(goal),
    threshold: said(threshold),
  }
}

/** Without what was given as null. */
function said<T extends object>(given: T | null | undefined): { [K in keyof T]: Exclude<T[K], null> } {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], null> }
}
