/** Thresholds of the decisions about money: every one can be set, and says where its default comes from. */

export interface DecideSettings {
  version: number
  /** 100 yuan x 24 h for a new material: platform-apis.md 6.3. */
  trialFen: number
  trialHours: number
  /** All trials of one video: assumed, so that an undecided one does not go on for ever. */
  mostTrials: number
  mostTrialFen: number
  /** Stop at more than 3000 impressions without a click: 6.3. */
  noClickShows: number
  /** More than 20 clicks without an order: 6.3 tests again, here the trial ends and a person changes the page first. */
  clicksWithoutOrder: number
  /** Share of its own interaction rate below which bought plays are lost on it, and from how many shows. Assumed. */
  interactionFloor: number
  /** A trial that is not decided gets more at this share of its budget (assumed), +50 % (6.3: +50 % a day). */
  nearlySpent: number
  trialAdd: number
  /** A trial ends once so much of its budget is spent with an ROI below so many times break-even: measured, bench profit. */
  futileSpent: number
  futileRoi: number
  /** And at least so much, 200 yuan: of a few orders' chance an ROI says nothing. As addSpentFen; assumed. */
  futileFen: number
  /** +20 % after 200 yuan and 120 min, 60 min apart, at most 800 yuan a day: tool defaults in 6.2. At ROI > 2.2 there, above break-even by the test here. */
  scaleAdd: number
  addSpentFen: number
  addHours: number
  cooldownMinutes: number
  mostAddedADayFen: number
  /** At most 2 edits per plan and day: 1984nian 5002 in 6.2. */
  editsADay: number
  /** After 120 yuan and 60 min: tool defaults in 6.2. ROI < 1.2 there, below break-even here. */
  cutSpentFen: number
  cutHours: number
  /** How much of the budget is taken: assumed. */
  cutShare: number
  /** What is left of a budget is not cut below this, 100 yuan, but retired. Assumed. */
  leastFen: number
  /** A video in a plan that spent nothing for so long after it was put in is taken out: a review takes hours. Assumed. */
  undeliveredHours: number
  /** Amounts are multiples of it: 10 yuan, which every channel takes. */
  stepFen: number
}

export const DECIDE_DEFAULTS: DecideSettings = {
  version: 1,
  trialFen: 10_000,
  trialHours: 24,
  mostTrials: 3,
  mostTrialFen: 50_000,
  noClickShows: 3_000,
  clicksWithoutOrder: 20,
  interactionFloor: 0.4,
  nearlySpent: 0.8,
  trialAdd: 0.5,
  futileSpent: 0.5,
  futileRoi: 0.7,
  futileFen: 20_000,
  scaleAdd: 0.2,
  addSpentFen: 20_000,
  addHours: 2,
  cooldownMinutes: 60,
  mostAddedADayFen: 80_000,
  editsADay: 2,
  cutSpentFen: 12_000,
  cutHours: 1,
  cutShare: 0.3,
  leastFen: 10_000,
  undeliveredHours: 72,
  stepFen: 1_000,
}
