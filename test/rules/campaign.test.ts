import { expect, test } from 'vitest'
import { type CampaignPlan, campaignProblems, type PhasePlan, reached } from '../../rules/campaign.ts'

const phase = (kind: PhasePlan['kind'], startsOn: string, endsOn: string, over: Partial<PhasePlan> = {}) => ({
  kind,
  startsOn: `2026-${startsOn}`,
  endsOn: `2026-${endsOn}`,
  budgetFen: null,
  goal: {},
  threshold: {},
  ...over,
})
const FOUR = [
  phase('PREPARATION', '10-01', '10-14'),
  phase('WARM_UP', '10-15', '10-31'),
  phase('EVENT', '11-01', '11-11'),
  phase('ENCORE', '11-12', '11-20'),
]
const plan = (phases: PhasePlan[], over: Partial<CampaignPlan> = {}): CampaignPlan => ({
  startsOn: '2026-10-01',
  endsOn: '2026-11-20',
  phases,
  ...over,
})
const fields = (given: CampaignPlan) => campaignProblems(given).map(({ field }) => field)
const goal = (over: PhasePlan['goal']) => plan([phase('EVENT', '11-01', '11-11', { goal: over })])
const threshold = (over: PhasePlan['threshold']) =>
  plan([phase('EVENT', '11-01', '11-11', { threshold: over })])
const budget = (budgetFen: number) => plan([phase('EVENT', '11-01', '11-11', { budgetFen })])

test.each<[string, CampaignPlan, string[]]>([
  ['the four phases', plan(FOUR), []],
  ['no phase', plan([]), []],
  ['in any order of the list', plan(FOUR.toReversed()), []],
  ['days between phases', plan([phase('WARM_UP', '10-05', '10-06'), phase('ENCORE', '11-20', '11-20')]), []],
  ['all on its days, one each', plan([phase('EVENT', '10-01', '10-01')], { endsOn: '2026-10-01' }), []],
  ['ends before it starts', plan([], { endsOn: '2026-09-30' }), ['endsOn']],
  ['days that are none', plan([], { startsOn: '2026-02-30', endsOn: 'soon' }), ['startsOn', 'endsOn']],
  ['longer than a year', plan([], { endsOn: '2027-11-20' }), ['endsOn']],
  ['a phase that ends before it starts', plan([phase('EVENT', '11-11', '11-01')]), ['phases.0.endsOn']],
  [
    'a phase before and behind',
    plan([phase('EVENT', '09-30', '11-21')]),
    ['phases.0.startsOn', 'phases.0.endsOn'],
  ],
  [
    'phases that share a day',
    plan([phase('WARM_UP', '10-15', '11-01'), phase('EVENT', '11-01', '11-11')]),
    ['phases.1.startsOn'],
  ],
  [
    'phases the wrong way round',
    plan([phase('EVENT', '10-02', '10-03'), phase('WARM_UP', '10-15', '10-16')]),
    ['phases.0.startsOn'],
  ],
  [
    'one inside of an earlier kind that is not its neighbour',
    plan([
      phase('PREPARATION', '10-01', '11-05'),
      phase('WARM_UP', '11-06', '11-07'),
      phase('ENCORE', '11-02', '11-03'),
    ]),
    ['phases.2.startsOn'],
  ],
  [
    'one kind twice',
    plan([...FOUR, phase('EVENT', '11-13', '11-14')]),
    ['phases.4.kind', 'phases.3.startsOn'],
  ],
  ['a negative budget', budget(-1), ['phases.0.budgetFen']],
  ['half a 分', budget(0.5), ['phases.0.budgetFen']],
  ['no money at all', budget(0), []],
  [
    'a goal of nothing',
    goal({ videos: 0, plays: -1, gmvFen: 1.5, roi: 0 }),
    ['videos', 'plays', 'gmvFen', 'roi'].map((name) => `phases.0.goal.${name}`),
  ],
  ['a goal', goal({ videos: 1, plays: 1e10, gmvFen: 1, roi: 0.5 }), []],
  [
    '5 % written as 5',
    threshold({ interactionRate: 5, kolRatio: 0 }),
    ['phases.0.threshold.kolRatio', 'phases.0.threshold.interactionRate'],
  ],
  ['thresholds', threshold({ interactionRate: 1, kolRatio: 0.5 }), []],
  [
    'infinite',
    goal({ roi: Number.POSITIVE_INFINITY, plays: Number.NaN }),
    ['phases.0.goal.plays', 'phases.0.goal.roi'],
  ],
  [
    'all of it at once',
    plan([phase('EVENT', '10-05', '10-06', { budgetFen: -1 }), phase('WARM_UP', '10-06', '11-30')]),
    ['phases.0.budgetFen', 'phases.1.endsOn', 'phases.0.startsOn'],
  ],
])('%s', (_name, given, expected) => {
  expect(fields(given)).toEqual(expected)
})

test('messages name the place and the phase', () => {
  const [first, second] = campaignProblems(
    plan([phase('EVENT', '10-05', '10-06'), phase('WARM_UP', '10-06', '11-30')]),
  )
  expect(first?.message).toBe('phases.1.endsOn: 预热 2026-11-30 is not within 2026-10-01 to 2026-11-20')
  expect(second?.message).toBe('phases.0.startsOn: 活动 overlaps 预热')
})

const done = { planned: 1, published: 4, flagged: 1, plays: 500, spendFen: 200, gmvFen: null, roi: null }
test('what is reached is null where there is no goal, or nothing known', () => {
  expect(reached(done, { videos: 8, plays: 1000, gmvFen: 10, roi: 2 }, 100)).toEqual({
    videos: 0.5,
    plays: 0.5,
    gmvFen: null,
    roi: null,
    budget: 2,
  })
  const none = { videos: null, plays: null, gmvFen: null, roi: null, budget: null }
  expect(reached(done, {}, null)).toEqual(none)
  expect(reached(done, {}, 0)).toEqual(none)
  expect(reached({ ...done, plays: 0 }, { plays: 10 }, null).plays).toBe(0)
})
