/** What to do next with money: the table of rules. */
import { expect, test } from 'vitest'
import type { Fatigue } from '../../rules/fatigue.ts'
import { DECISION_RULES, DECISIONS, type DecideEvidence, decide } from '../../rules/promotion-decide.ts'
import { DECIDE_DEFAULTS } from '../../rules/promotion-settings.ts'
import {
  CANDIDATE,
  changed,
  EARNING,
  FAIL,
  FAR,
  IDLE,
  JUDGED,
  LOW,
  NOW,
  over,
  PASS,
  refused,
  SCALE,
  TRIAL,
  tired,
  trial,
} from './promotion-evidence.ts'

const TABLE: [string, DecideEvidence, string][] = [
  ['a breakout', CANDIDATE, 'START READY 10000'],
  ['no breakout', { ...CANDIDATE, firing: false }, 'HOLD NOT_FIRING'],
  ['a margin that nobody knows', { ...CANDIDATE, breakEven: null }, 'HOLD NO_BREAK_EVEN'],
  ['a material that others have worn out', { ...CANDIDATE, ...tired('FATIGUED') }, 'HOLD ALREADY_TIRED'],
  ['tried three times', { ...CANDIDATE, trials: { count: 3, fen: 30_000 } }, 'HOLD TRIALS_USED_UP'],
  ['tried with all the money', { ...CANDIDATE, trials: { count: 1, fen: 40_001 } }, 'HOLD TRIALS_USED_UP'],
  ['tried once', { ...CANDIDATE, trials: { count: 1, fen: 40_000 } }, 'START READY 10000'],

  ['trial, the test passed', { ...TRIAL, ...PASS }, 'PROMOTE TEST_PASSED'],
  [
    'trial, passed, and no click was reported',
    { ...TRIAL, ...PASS, shows: 9_000, clicks: 0 },
    'PROMOTE TEST_PASSED',
  ],
  ['trial, passed at its end', { ...TRIAL, ...PASS, ...over }, 'PROMOTE TEST_PASSED'],
  ['trial, the test failed', { ...TRIAL, ...FAIL }, 'STOP TEST_FAILED'],
  ['trial, failed at its end', { ...TRIAL, ...FAIL, ...over }, 'STOP TEST_FAILED'],
  ['trial, 3001 shows and no click', { ...TRIAL, shows: 3_001, clicks: 0, orders: 0 }, 'STOP NO_CLICK'],
  ['trial, 3000 shows and no click', { ...TRIAL, shows: 3_000, clicks: 0, orders: 0 }, 'HOLD UNDECIDED'],
  ['trial, clicks not told', { ...TRIAL, shows: 9_000, clicks: null }, 'HOLD UNDECIDED'],
  ['trial, shows not told', { ...TRIAL, shows: null, clicks: 0 }, 'HOLD UNDECIDED'],
  ['trial, 21 clicks and no order, still running', { ...TRIAL, clicks: 21, orders: 0 }, 'HOLD UNDECIDED'],
  [
    'trial, 21 clicks and no order at its end',
    { ...TRIAL, ...over, clicks: 21, orders: 0 },
    'STOP CLICKS_WITHOUT_ORDER',
  ],
  [
    'trial, 20 clicks and no order at its end',
    { ...TRIAL, ...over, clicks: 20, orders: 0 },
    'STOP INCONCLUSIVE',
  ],
  [
    'trial, bought plays answer nothing',
    { ...TRIAL, shows: 4_000, interaction: { paid: 0.019, own: 0.05 } },
    'STOP INTERACTION_FELL',
  ],
  [
    'trial, they answer nothing and buy',
    { ...TRIAL, ...EARNING, shows: 4_000, interaction: { paid: 0.019, own: 0.05 } },
    'HOLD UNDECIDED',
  ],
  ['trial, few bought plays', { ...TRIAL, interaction: { paid: 0, own: 0.05 } }, 'HOLD UNDECIDED'],
  [
    'trial, its own rate is not known',
    { ...TRIAL, shows: 4_000, interaction: { paid: 0, own: null } },
    'HOLD UNDECIDED',
  ],
  ['trial, early', TRIAL, 'HOLD UNDECIDED'],
  [
    'trial, no figures',
    { ...TRIAL, ...trial({ roi: null, low: null, high: null }), spentFen: 0 },
    'HOLD UNDECIDED',
  ],
  [
    'trial, nearly spent and earning',
    { ...TRIAL, ...EARNING, spentFen: 8_000 },
    'ADD_BUDGET NEARLY_SPENT 5000',
  ],
  ['trial, nearly spent and losing', { ...TRIAL, spentFen: 8_000 }, 'HOLD UNDECIDED'],
  ['trial, not nearly spent', { ...TRIAL, ...EARNING, spentFen: 7_999 }, 'HOLD UNDECIDED'],
  [
    'trial, nearly spent, little is left for trials',
    { ...TRIAL, ...EARNING, spentFen: 8_000, trials: { count: 2, fen: 47_500 } },
    'ADD_BUDGET NEARLY_SPENT 2000',
  ],
  [
    'trial, nearly spent, nothing is left for trials',
    { ...TRIAL, ...EARNING, spentFen: 8_000, trials: { count: 2, fen: 50_000 } },
    'HOLD UNDECIDED',
  ],
  [
    'trial, nearly spent, takes no more',
    { ...TRIAL, ...EARNING, spentFen: 8_000, can: { add: false, cut: false, everCut: false, leastFen: 0 } },
    'HOLD UNDECIDED',
  ],
  [
    'trial, nearly spent, given more just now',
    { ...TRIAL, ...EARNING, spentFen: 8_000, ...changed(2, 1, 5_000) },
    'ADD_BUDGET NEARLY_SPENT 5000',
  ],
  [
    'trial, nearly spent, refused less than an hour ago',
    { ...TRIAL, ...EARNING, spentFen: 8_000, ...refused(1, 59) },
    'HOLD COOLING_DOWN',
  ],
  [
    'trial, nearly spent, refused an hour ago',
    { ...TRIAL, ...EARNING, spentFen: 8_000, ...refused(9, 60) },
    'ADD_BUDGET NEARLY_SPENT 5000',
  ],
  [
    'trial, refused just now, and passed since',
    { ...TRIAL, ...PASS, spentFen: 8_000, ...refused(1, 1) },
    'PROMOTE TEST_PASSED',
  ],
  ['trial, at its end and earning', { ...TRIAL, ...EARNING, ...over }, 'START ONE_MORE 10000'],
  [
    'trial, the third at its end and earning',
    { ...TRIAL, ...EARNING, ...over, trials: { count: 3, fen: 30_000 } },
    'STOP INCONCLUSIVE',
  ],
  ['trial, at its end and losing', { ...TRIAL, ...over }, 'STOP INCONCLUSIVE'],
  ['trial, half spent and far below', { ...TRIAL, ...FAR }, 'STOP FUTILE'],
  ['trial, half spent, nothing sold', { ...TRIAL, ...FAR, ...trial({ roi: 0 }), orders: 0 }, 'STOP FUTILE'],
  ['trial, not half spent and far below', { ...TRIAL, ...FAR, spentFen: 24_999 }, 'HOLD UNDECIDED'],
  [
    'trial, half of little spent and far below',
    { ...TRIAL, ...FAR, spentFen: 19_999, budgetFen: 30_000 },
    'HOLD UNDECIDED',
  ],
  ['trial, half spent and below', { ...TRIAL, ...FAR, ...trial({ roi: 1.4 }) }, 'HOLD UNDECIDED'],
  ['trial, far below, ended, reports to come', { ...TRIAL, ...FAR, live: false }, 'HOLD UNDECIDED'],
  ['trial, far below at its end', { ...TRIAL, ...FAR, ...over }, 'STOP INCONCLUSIVE'],
  [
    'trial, far below and passed',
    { ...TRIAL, ...FAR, ...trial({ verdict: 'PASS', roi: 1.3 }) },
    'PROMOTE TEST_PASSED',
  ],

  ['scale, earning', SCALE, 'ADD_BUDGET EARNS 20000'],
  [
    'scale, earning, the day has little left',
    { ...SCALE, ...changed(1, 90, 75_500) },
    'ADD_BUDGET EARNS 4000',
  ],
  ['scale, earning, the day has nothing left', { ...SCALE, ...changed(1, 90, 79_500) }, 'HOLD STEADY'],
  ['scale, earning, changed an hour ago', { ...SCALE, ...changed(1, 60) }, 'ADD_BUDGET EARNS 20000'],
  ['scale, earning, changed less than an hour ago', { ...SCALE, ...changed(1, 59) }, 'HOLD COOLING_DOWN'],
  ['scale, earning, refused less than an hour ago', { ...SCALE, ...refused(1, 59) }, 'HOLD COOLING_DOWN'],
  ['scale, earning, refused twice today', { ...SCALE, ...refused(2, 300) }, 'HOLD COOLING_DOWN'],
  ['scale, earning, changed twice today', { ...SCALE, ...changed(2, 300) }, 'HOLD COOLING_DOWN'],
  ['scale, earning, little spent', { ...SCALE, spentFen: 19_999 }, 'HOLD STEADY'],
  ['scale, earning, little time', { ...SCALE, hoursRun: 1.9 }, 'HOLD STEADY'],
  [
    'scale, earning, a plan that pays itself',
    { ...SCALE, can: { add: false, cut: false, everCut: false, leastFen: 0 } },
    'HOLD STEADY',
  ],
  ['scale, not proven any more', { ...SCALE, ...EARNING }, 'HOLD STEADY'],
  ['scale, the test failed', { ...SCALE, ...FAIL, ...tired('FATIGUED', 'RETIRE') }, 'STOP TEST_FAILED'],
  ['scale, settled below after 14 days', { ...SCALE, settled: { roi: 1.9, days: 14 } }, 'STOP SETTLED_BELOW'],
  [
    'scale, settled below after 7 days',
    { ...SCALE, settled: { roi: 1.9, days: 7 } },
    'CUT SETTLED_BELOW 30000',
  ],
  [
    'scale, settled below after 7 days, and nothing can be cut',
    { ...SCALE, settled: { roi: 1.9, days: 7 }, can: { add: true, cut: false, everCut: false, leastFen: 0 } },
    'STOP SETTLED_BELOW',
  ],
  [
    'scale, settled below after 7 days, while a change is under way',
    { ...SCALE, settled: { roi: 1.9, days: 7 }, can: { add: false, cut: false, everCut: true, leastFen: 0 } },
    'HOLD CANNOT_CUT',
  ],
  ['scale, settled at break-even', { ...SCALE, settled: { roi: 2, days: 14 } }, 'ADD_BUDGET EARNS 20000'],
  ['scale, fatigued', { ...SCALE, ...tired('FATIGUED', 'RETIRE') }, 'RETIRE FATIGUED'],
  ['scale, fatigued and earning', { ...SCALE, ...tired('FATIGUED', 'REMIX') }, 'REMIX STILL_EARNS'],
  ['scale, tiring at its age and earning', { ...SCALE, ...tired('TIRING', 'REMIX') }, 'REMIX STILL_EARNS'],
  [
    'scale, to be remixed and below',
    { ...SCALE, ...LOW, ...tired('TIRING', 'REMIX') },
    'CUT EARNS_LESS 30000',
  ],
  ['scale, its time is over', { ...SCALE, ...over, ...tired('TIRING', 'CUT') }, 'RETIRE TIME_OVER'],
  ['scale, over and earning', { ...SCALE, ...over }, 'START EARNED_TO_THE_END 100000'],
  ['scale, over, earning, not proven', { ...SCALE, ...EARNING, ...over }, 'START EARNED_TO_THE_END 100000'],
  ['scale, over, fresh', { ...SCALE, ...over, ...tired('FRESH') }, 'START EARNED_TO_THE_END 100000'],
  ['scale, over, to be remixed', { ...SCALE, ...over, ...tired('TIRING', 'REMIX') }, 'RETIRE TIME_OVER'],
  ['scale, over and below', { ...SCALE, ...LOW, ...over }, 'RETIRE TIME_OVER'],
  ['scale, over, nothing known', { ...SCALE, ...over, ...trial({ roi: null }) }, 'RETIRE TIME_OVER'],
  ['scale, over, settled below', { ...SCALE, ...over, settled: { roi: 1.9, days: 7 } }, 'RETIRE TIME_OVER'],
  ['scale, over, the test failed', { ...SCALE, ...FAIL, ...over }, 'STOP TEST_FAILED'],
  ['scale, tiring', { ...SCALE, ...tired('TIRING', 'CUT') }, 'CUT TIRING 30000'],
  [
    'scale, tiring, cut just now',
    { ...SCALE, ...tired('TIRING', 'CUT'), ...changed(1, 30) },
    'HOLD COOLING_DOWN',
  ],
  [
    'scale, tiring, refused more twice today',
    { ...SCALE, ...tired('TIRING', 'CUT'), ...refused(2, 60) },
    'CUT TIRING 30000',
  ],
  [
    'scale, tiring, cannot be cut',
    { ...SCALE, ...tired('TIRING', 'CUT'), can: { add: true, cut: false, everCut: false, leastFen: 0 } },
    'HOLD CANNOT_CUT',
  ],
  ['scale, tiring, small', { ...SCALE, ...tired('TIRING', 'CUT'), budgetFen: 12_000 }, 'RETIRE TOO_SMALL'],
  [
    'scale, tiring, less than its method takes would be left',
    { ...SCALE, ...tired('TIRING', 'CUT'), can: { add: true, cut: true, everCut: true, leastFen: 80_000 } },
    'RETIRE TOO_SMALL',
  ],
  [
    'scale, tiring, more spent than would be left',
    { ...SCALE, ...tired('TIRING', 'CUT'), spentFen: 70_000 },
    'RETIRE TOO_SMALL',
  ],
  ['scale, fresh', { ...SCALE, ...tired('FRESH') }, 'ADD_BUDGET EARNS 20000'],
  ['scale, below break-even', { ...SCALE, ...LOW }, 'CUT EARNS_LESS 30000'],
  ['scale, below break-even, little spent', { ...SCALE, ...LOW, spentFen: 11_999 }, 'HOLD STEADY'],
  ['scale, below break-even, little time', { ...SCALE, ...LOW, hoursRun: 0.9 }, 'HOLD STEADY'],
  ['scale, no figures', { ...SCALE, ...trial({ roi: null, low: null, high: null }) }, 'HOLD STEADY'],

  ['in a plan, nothing spent for three days', IDLE, 'STOP NEVER_DELIVERED'],
  ['in a plan, delivered and nothing spent', { ...IDLE, hoursRun: 60 }, 'STOP NEVER_DELIVERED'],
  ['in a plan, nothing spent for less', { ...IDLE, idleHours: 71.9 }, 'HOLD STEADY'],
  ['in a plan, something spent or nothing said', { ...IDLE, idleHours: null }, 'HOLD STEADY'],
  ['taken out of the plan by others', { ...IDLE, live: false }, 'HOLD STEADY'],
  ['out of the plan', { ...IDLE, ...over }, 'RETIRE TIME_OVER'],
  ['money of its own that waits', { ...IDLE, planPays: false }, 'HOLD STEADY'],
  ['in a plan for a boost that is not to come', { stage: 'UNNEEDED', boostId: 7 }, 'STOP NOT_NEEDED'],

  ['passed, and settled at break-even', JUDGED('PASS', 20_000), 'HOLD SETTLED_KEPT'],
  ['passed, and settled below', JUDGED('PASS', 19_999), 'STOP SETTLED_OVERTURNED'],
  ['failed, and settled below', JUDGED('FAIL', 29_999), 'HOLD SETTLED_KEPT'],
  ['failed, and settled far above', JUDGED('FAIL', 30_000), 'HOLD SETTLED_OVERTURNED'],
  ['passed, settled below, what was scaled did not', JUDGED('PASS', 19_999, 2), 'HOLD SETTLED_OVERTURNED'],
  ['scaled, earned and settled at break-even', JUDGED('EARNED', 20_000), 'HOLD SETTLED_KEPT'],
  ['scaled, earned and settled below', JUDGED('EARNED', 19_999, 2), 'HOLD SETTLED_OVERTURNED'],
  ['scaled, earned, all together below', JUDGED('EARNED', 20_000, 1.9), 'STOP SETTLED_KEPT'],
  ['scaled, lost, and settled below with all', JUDGED('LOST', 10_000), 'STOP SETTLED_KEPT'],
  ['scaled, lost, and settled above', JUDGED('LOST', 20_000), 'HOLD SETTLED_OVERTURNED'],
]

test.each(TABLE)('%s', (_name, evidence, want) => {
  const { action, rule, amountFen } = decide(evidence, DECIDE_DEFAULTS, NOW)
  expect([action, rule, amountFen].filter((part) => part !== null).join(' ')).toBe(want)
})

test('the table has every rule and every action', () => {
  const words = new Set(TABLE.flatMap(([, , want]) => want.split(' ')))
  expect([...DECISION_RULES, ...DECISIONS].filter((word) => !words.has(word))).toEqual([])
})

test('a decision stores versions, numbers, the interval and a sentence', () => {
  expect(decide({ ...TRIAL, ...PASS }, { ...DECIDE_DEFAULTS, version: 7 }, NOW)).toEqual({
    action: 'PROMOTE',
    rule: 'TEST_PASSED',
    ruleVersion: 5,
    settingsVersion: 7,
    amountFen: null,
    numbers: {
      amountFen: null,
      trials: 1,
      trialsFen: 10_000,
      roi: 3.2,
      low: 2.1,
      high: 5,
      breakEven: 2,
      spentFen: 5_000,
      budgetFen: 10_000,
      hoursRun: 12,
      idleHours: null,
      shows: 2_000,
      clicks: 60,
      orders: 1,
      interactionPaid: 0.03,
      interactionOwn: 0.05,
      settledRoi: null,
      settledDays: null,
      changesToday: 0,
      addedTodayFen: 0,
      ageDays: null,
      ctr: null,
      ctrPeak: null,
      completion: null,
      completionPeak: null,
      dayRoi: null,
      dayRoiPeak: null,
    },
    interval: { low: 2.1, high: 5 },
    zh: '试投通过，放量：ROI 3.2（2.1–5），保本 2，已花 50 元，12 小时',
    en: 'the trial passed, scale it: ROI 3.2 (2.1–5), break-even 2, 50 yuan spent in 12 h',
  })
})

test('what is taken out of a plan says why', () => {
  const idle = decide(IDLE, DECIDE_DEFAULTS, NOW)
  expect(idle).toMatchObject({ numbers: { idleHours: 72 }, zh: '加进计划 72 小时没有花钱，移出计划' })
  const unneeded = decide({ stage: 'UNNEEDED', boostId: 7 }, DECIDE_DEFAULTS, NOW)
  expect(unneeded).toMatchObject({ numbers: { boostId: 7 }, interval: { low: null, high: null } })
  expect([unneeded.zh, unneeded.en]).toEqual([
    '追投 7 已取消或没有投成，不再需要加进计划',
    'boost 7 was cancelled or never ran, so the video is not needed in the plan',
  ])
})

test('what fell of the material is in its numbers and its sentence', () => {
  const falls: Fatigue['falls'] = [
    { metric: 'CTR', value: 0.035, peak: 0.05, fall: 0.3 },
    { metric: 'COMPLETION', value: 0.2, peak: 0.3, fall: 1 / 3 },
  ]
  const { numbers, zh, en } = decide({ ...SCALE, ...tired('FATIGUED', 'REMIX', falls) }, DECIDE_DEFAULTS, NOW)
  expect(numbers).toMatchObject({ ageDays: 8, ctr: 0.035, ctrPeak: 0.05, completionPeak: 0.3, dayRoi: null })
  expect(zh).toBe(
    '素材变疲但还赚钱，做混剪：换开头、主体或行动号召；ROI 3.2，保本 2：第 8 天，CTR 0.035 < 0.05，完播率 0.2 < 0.3（自身最好）',
  )
  expect(en).toMatch(/break-even 2: day 8, CTR 0.035 < 0.05, completion 0.2 < 0.3 at its best$/)
})

test('what settled ROI says of a verdict has its numbers and sentence', () => {
  expect(decide(JUDGED('PASS', 15_000), DECIDE_DEFAULTS, NOW)).toEqual({
    action: 'STOP',
    rule: 'SETTLED_OVERTURNED',
    ruleVersion: 5,
    settingsVersion: 1,
    amountFen: null,
    numbers: {
      breakEven: 2,
      settledDays: 7,
      settledRoi: 1.5,
      expectedRoi: 3.6,
      limitRoi: 2,
      returnRate: 0.625,
      expectedReturnRate: 0.1,
      spentFen: 10_000,
      gmvFen: 40_000,
      settledGmvFen: 15_000,
      togetherRoi: 1.5,
    },
    interval: { low: null, high: null },
    zh: expect.stringMatching(/^7 天结算 ROI 1.50.*「通过」推翻$/),
    en: expect.stringMatching(/^settled ROI after 7 days 1.50.*"passed" is overturned$/),
  })
})

test('a setting changes what it says', () => {
  const with_ = (over: Partial<typeof DECIDE_DEFAULTS>, evidence: DecideEvidence) =>
    decide(evidence, { ...DECIDE_DEFAULTS, ...over }, NOW).rule
  expect(with_({ noClickShows: 1_999 }, { ...TRIAL, clicks: 0 })).toBe('NO_CLICK')
  expect(with_({ mostTrials: 0 }, CANDIDATE)).toBe('TRIALS_USED_UP')
  expect(with_({ futileSpent: 0.4 }, { ...TRIAL, ...FAR, spentFen: 20_000 })).toBe('FUTILE')
  expect(with_({ futileRoi: 0.5 }, { ...TRIAL, ...FAR })).toBe('UNDECIDED')
  expect(with_({ editsADay: 3 }, { ...SCALE, ...changed(2, 300) })).toBe('EARNS')
  expect(with_({ undeliveredHours: 73 }, IDLE)).toBe('STEADY')
})
