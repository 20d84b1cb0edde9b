/**
 * What to do next with a promotion, from all that is known of it. PASS and FAIL come from the sequential test alone, which
 * may be looked at whenever one likes; every other rule only ends or slows spending, or lets a trial that is not decided go
 * on, and so makes no wrong PASS more likely.
 */
import type { Fatigue, FatigueMetric } from './fatigue.ts'
import type { DecideSettings } from './promotion-settings.ts'
import { explainDecision } from './promotion-why.ts'
import { type Restated, type Said, type Settled, sayRestated, type Together } from './trial-settled.ts'
import { MINUTE } from './types.ts'

/** REMIX moves no money: the material still earns and its audience has seen it, so that a new cut of it is to be made. */
export const DECISIONS = ['START', 'ADD_BUDGET', 'HOLD', 'CUT', 'STOP', 'PROMOTE', 'REMIX', 'RETIRE'] as const
export type DecisionAction = (typeof DECISIONS)[number]

/** What the sequential test says now: ROI with its always-valid interval; null: no figures yet, or no bound on that side. */
export interface Trial {
  verdict: 'PASS' | 'FAIL' | 'HOLD'
  roi: number | null
  low: number | null
  high: number | null
  breakEven: number
}

/** A video that is not promoted at this moment. */
export interface Candidate {
  stage: 'CANDIDATE'
  /** Its breakout is FIRING. */
  firing: boolean
  /** null: the margin is not known. */
  breakEven: number | null
  fatigue: Pick<Fatigue, 'kind'> | null
  /** Earlier trials of the video, and what they committed, 分. */
  trials: { count: number; fen: number }
}

interface Changes {
  today: number
  lastAt: number | null
}

/** A promotion whose order was made. Money in 分, counters of this order; null: not known. */
export interface Running {
  stage: 'TRIAL' | 'SCALE'
  trial: Trial
  spentFen: number
  budgetFen: number
  hoursRun: number
  /** Since its order was made, while no report said that anything was spent; null: one did, or it is not said. */
  idleHours: number | null
  /** The order may spend. */
  live: boolean
  /** It spends no more, and its reports have had their delay. */
  over: boolean
  shows: number | null
  clicks: number | null
  orders: number | null
  /** Interactions per play: of bought plays, and of the video's own ones. */
  interaction: { paid: number | null; own: number | null }
  /** Of the trial that it scales with all that was scaled on it and is over: GMV that stayed after returns, over spend, after so many days. */
  settled: Together | null
  fatigue: Pick<Fatigue, 'kind' | 'advice' | 'ageDays' | 'falls'> | null
  /** All trials of the video with this one. */
  trials: { count: number; fen: number }
  /** Changes of its budget on this business day, what they added, and when the latest was made, ms; those that were refused. */
  changes: Changes & { addedFen: number; refused: Changes }
  /** What its method and its order allow now; `everCut`: at all; `leastFen`: the smallest order that it takes. */
  can: { add: boolean; cut: boolean; everCut: boolean; leastFen: number }
  /** The budget of a plan pays: no end and no money of its own. */
  planPays: boolean
}

/** A video in a plan, or on its way into one, for a boost that is not to come: rules/promotion-place.ts. */
export interface Unneeded {
  stage: 'UNNEEDED'
  boostId: number
}

/** A trial with its verdict or a scaled order, both over, now that returns are known. */
export interface Judged {
  stage: 'JUDGED'
  said: Said
  breakEven: number
  settled: Settled
  restated: Restated
  /** Settled ROI of it with all other orders of its trial. */
  together: number
}
export type DecideEvidence = Candidate | Running | Unneeded | Judged

export const DECISION_RULES = [
  'NOT_FIRING',
  'NO_BREAK_EVEN',
  'ALREADY_TIRED',
  'TRIALS_USED_UP',
  'READY',
  'TEST_PASSED',
  'TEST_FAILED',
  'NO_CLICK',
  'CLICKS_WITHOUT_ORDER',
  'INTERACTION_FELL',
  'FUTILE',
  'ONE_MORE',
  'INCONCLUSIVE',
  'NEARLY_SPENT',
  'UNDECIDED',
  'SETTLED_BELOW',
  'SETTLED_KEPT',
  'SETTLED_OVERTURNED',
  'FATIGUED',
  'TIME_OVER',
  'EARNED_TO_THE_END',
  'NEVER_DELIVERED',
  'NOT_NEEDED',
  'TIRING',
  'STILL_EARNS',
  'EARNS_LESS',
  'TOO_SMALL',
  'CANNOT_CUT',
  'COOLING_DOWN',
  'EARNS',
  'STEADY',
] as const
export type DecisionRule = (typeof DECISION_RULES)[number]
/** The other two are put into words by rules/trial-settled.ts. */
export type ExplainedRule = Exclude<DecisionRule, 'SETTLED_KEPT' | 'SETTLED_OVERTURNED'>
/** Of the rules above: counted up when one of them changes its meaning. */
export const DECISION_VERSION = 5

export interface Decision {
  action: DecisionAction
  rule: DecisionRule
  ruleVersion: number
  settingsVersion: number
  /** START: the order; ADD_BUDGET: more; CUT: less; else null. 分. */
  amountFen: number | null
  /** Everything that the decision rests on, ROI as a ratio and money in 分; null: not known. */
  numbers: Record<string, number | null>
  /** Of the ROI. */
  interval: { low: number | null; high: number | null }
  zh: string
  en: string
}

interface Choice {
  action: DecisionAction
  rule: ExplainedRule
  amountFen?: number
}

export function decide(evidence: DecideEvidence, settings: DecideSettings, now: number): Decision {
  const versions = { ruleVersion: DECISION_VERSION, settingsVersion: settings.version }
  if (evidence.stage === 'JUDGED') return { ...ofJudged(evidence), ...versions }
  const { action, rule, amountFen = null } = chosen(evidence, settings, now)
  const numbers = numbersOf(evidence, amountFen)
  const { low, high } = 'trial' in evidence ? evidence.trial : { low: null, high: null }
  const said = explainDecision(rule, numbers)
  return { action, rule, ...versions, amountFen, numbers, interval: { low, high }, ...said }
}

function chosen(evidence: Candidate | Running | Unneeded, settings: DecideSettings, now: number): Choice {
  if (evidence.stage === 'CANDIDATE') return ofCandidate(evidence, settings)
  if (evidence.stage === 'UNNEEDED') return { action: 'STOP', rule: 'NOT_NEEDED' }
  return evidence.stage === 'TRIAL' ? ofTrial(evidence, settings, now) : ofScale(evidence, settings, now)
}

function ofCandidate({ firing, breakEven, fatigue, trials }: Candidate, settings: DecideSettings): Choice {
  if (!firing) return { action: 'HOLD', rule: 'NOT_FIRING' }
  if (breakEven === null) return { action: 'HOLD', rule: 'NO_BREAK_EVEN' }
  if (fatigue?.kind === 'FATIGUED') return { action: 'HOLD', rule: 'ALREADY_TIRED' }
  return roomFor(trials, settings)
    ? { action: 'START', rule: 'READY', amountFen: settings.trialFen }
    : { action: 'HOLD', rule: 'TRIALS_USED_UP' }
}

function roomFor({ count, fen }: Running['trials'], settings: DecideSettings): boolean {
  return count < settings.mostTrials && fen + settings.trialFen <= settings.mostTrialFen
}

function ofTrial(evidence: Running, settings: DecideSettings, now: number): Choice {
  const { trial, shows, clicks, orders, over } = evidence
  if (trial.verdict === 'PASS') return { action: 'PROMOTE', rule: 'TEST_PASSED' }
  if (trial.verdict === 'FAIL') return { action: 'STOP', rule: 'TEST_FAILED' }
  const seen = shows ?? 0
  if (clicks === 0 && seen > settings.noClickShows) return { action: 'STOP', rule: 'NO_CLICK' }
  if (over && orders === 0 && (clicks ?? 0) > settings.clicksWithoutOrder)
    return { action: 'STOP', rule: 'CLICKS_WITHOUT_ORDER' }
  const earns = trial.roi !== null && trial.roi >= trial.breakEven
  if (!earns && seen > settings.noClickShows && isCold(evidence, settings))
    return { action: 'STOP', rule: 'INTERACTION_FELL' }
  if (over) return atTheEnd(evidence, earns, settings)
  if (isFutile(evidence, settings)) return { action: 'STOP', rule: 'FUTILE' }
  return earns ? more(evidence, settings, now) : { action: 'HOLD', rule: 'UNDECIDED' }
}

function isCold({ interaction: { paid, own } }: Running, { interactionFloor }: DecideSettings): boolean {
  return paid !== null && own !== null && paid < interactionFloor * own
}

/** Most that stand so low in the middle lose; who is wrong of one forgoes a trial, and scales nothing. */
function isFutile({ trial, spentFen, budgetFen, live }: Running, settings: DecideSettings): boolean {
  const { roi, breakEven } = trial
  const enough = spentFen >= Math.max(settings.futileFen, settings.futileSpent * budgetFen)
  return live && enough && roi !== null && roi < settings.futileRoi * breakEven
}

function atTheEnd({ trials }: Running, earns: boolean, settings: DecideSettings): Choice {
  return earns && roomFor(trials, settings)
    ? { action: 'START', rule: 'ONE_MORE', amountFen: settings.trialFen }
    : { action: 'STOP', rule: 'INCONCLUSIVE' }
}

function more(evidence: Running, settings: DecideSettings, now: number): Choice {
  const { spentFen, budgetFen, trials, can, changes } = evidence
  const amountFen = stepped(
    Math.min(budgetFen * settings.trialAdd, settings.mostTrialFen - trials.fen),
    settings,
  )
  if (!can.add || amountFen <= 0 || spentFen < settings.nearlySpent * budgetFen)
    return { action: 'HOLD', rule: 'UNDECIDED' }
  // A trial waits for nothing else: it is nearly out of money.
  if (!isRested(changes.refused, settings, now)) return { action: 'HOLD', rule: 'COOLING_DOWN' }
  return { action: 'ADD_BUDGET', rule: 'NEARLY_SPENT', amountFen }
}

function ofScale(evidence: Running, settings: DecideSettings, now: number): Choice {
  const { trial, settled, fatigue, over } = evidence
  if (trial.verdict === 'FAIL') return { action: 'STOP', rule: 'TEST_FAILED' }
  if (isUndelivered(evidence, settings)) return { action: 'STOP', rule: 'NEVER_DELIVERED' }
  const lost = settled !== null && settled.roi < trial.breakEven
  // Returns of the second week only take more away: what cannot get less ends after the first.
  if (lost && (settled.days === 14 || !evidence.can.everCut)) return { action: 'STOP', rule: 'SETTLED_BELOW' }
  if (fatigue?.advice === 'RETIRE') return { action: 'RETIRE', rule: 'FATIGUED' }
  if (over) return timeOver(evidence, lost, settings)
  if (lost) return less(evidence, 'SETTLED_BELOW', settings, now)
  if (fatigue?.advice === 'CUT') return less(evidence, 'TIRING', settings, now)
  const { spentFen, hoursRun } = evidence
  const below = trial.roi !== null && trial.roi < trial.breakEven
  if (below && spentFen >= settings.cutSpentFen && hoursRun >= settings.cutHours)
    return less(evidence, 'EARNS_LESS', settings, now)
  if (fatigue?.advice === 'REMIX') return { action: 'REMIX', rule: 'STILL_EARNS' }
  return onwards(evidence, settings, now)
}

/** What has money and a time of its own ends by itself; a plan would keep such a video, and we would look at it, for ever. */
function isUndelivered({ planPays, live, idleHours }: Running, settings: DecideSettings): boolean {
  return planPays && live && idleHours !== null && idleHours >= settings.undeliveredHours
}

/** What earned until its time was over and does not tire begins anew with the money that it had. */
function timeOver({ trial, budgetFen, fatigue }: Running, lost: boolean, settings: DecideSettings): Choice {
  const earned = trial.roi !== null && trial.roi >= trial.breakEven
  const tires = fatigue !== null && fatigue.advice !== 'NONE'
  const amountFen = stepped(budgetFen, settings)
  return earned && !tires && !lost && amountFen > 0
    ? { action: 'START', rule: 'EARNED_TO_THE_END', amountFen }
    : { action: 'RETIRE', rule: 'TIME_OVER' }
}

/**
 * Of such an order nothing runs any more: where all of its trial fell below what pays, what is scaled on it ends, as it does while
 * it runs; a FAIL that rose starts nothing.
 */
function ofJudged(evidence: Judged): Omit<Decision, 'ruleVersion' | 'settingsVersion'> {
  const { said, restated, together, breakEven } = evidence
  return {
    action: said !== 'FAIL' && together < breakEven ? 'STOP' : 'HOLD',
    rule: restated.standing === 'KEPT' ? 'SETTLED_KEPT' : 'SETTLED_OVERTURNED',
    amountFen: null,
    numbers: numbersOfJudged(evidence),
    interval: { low: null, high: null },
    zh: sayRestated(said, restated, together, 'zh'),
    en: sayRestated(said, restated, together, 'en'),
  }
}

function less(evidence: Running, rule: ExplainedRule, settings: DecideSettings, now: number): Choice {
  const { budgetFen, spentFen, can, changes } = evidence
  if (!can.cut) return { action: 'HOLD', rule: 'CANNOT_CUT' }
  if (!isCooled(evidence, changes.today, settings, now)) return { action: 'HOLD', rule: 'COOLING_DOWN' }
  const amountFen = stepped(budgetFen * settings.cutShare, settings)
  const left = budgetFen - amountFen
  // No budget is set below what is spent of it.
  const leastFen = Math.max(settings.leastFen, can.leastFen)
  if (amountFen <= 0 || left < leastFen || left <= spentFen) return { action: 'RETIRE', rule: 'TOO_SMALL' }
  return { action: 'CUT', rule, amountFen }
}

function onwards(evidence: Running, settings: DecideSettings, now: number): Choice {
  const { trial, spentFen, hoursRun, budgetFen, changes, can } = evidence
  const proven = trial.verdict === 'PASS' && trial.roi !== null && trial.roi >= trial.breakEven
  const enough = spentFen >= settings.addSpentFen && hoursRun >= settings.addHours
  if (!proven || !enough || !can.add) return { action: 'HOLD', rule: 'STEADY' }
  // What was refused is not asked for at every look; less money never waits for more that was not given.
  const edits = changes.today + changes.refused.today
  if (!isCooled(evidence, edits, settings, now)) return { action: 'HOLD', rule: 'COOLING_DOWN' }
  const left = settings.mostAddedADayFen - changes.addedFen
  const amountFen = stepped(Math.min(budgetFen * settings.scaleAdd, left), settings)
  return amountFen > 0
    ? { action: 'ADD_BUDGET', rule: 'EARNS', amountFen }
    : { action: 'HOLD', rule: 'STEADY' }
}

function isCooled({ changes }: Running, edits: number, settings: DecideSettings, now: number): boolean {
  const rested = isRested(changes, settings, now) && isRested(changes.refused, settings, now)
  return edits < settings.editsADay && rested
}

function isRested({ lastAt }: Changes, settings: DecideSettings, now: number): boolean {
  return lastAt === null || now - lastAt >= settings.cooldownMinutes * MINUTE
}

/** Down to a whole step. */
function stepped(fen: number, { stepFen }: DecideSettings): number {
  return Math.floor(fen / stepFen) * stepFen
}

function numbersOf(
  evidence: Candidate | Running | Unneeded,
  amountFen: number | null,
): Record<string, number | null> {
  if (evidence.stage === 'UNNEEDED') return { boostId: evidence.boostId }
  const { trials } = evidence
  const base = { amountFen, trials: trials.count, trialsFen: trials.fen }
  if (evidence.stage === 'CANDIDATE') return { ...base, breakEven: evidence.breakEven }
  const { trial, interaction, settled, changes, spentFen, budgetFen, hoursRun, shows, clicks, orders } =
    evidence
  const { roi, low, high, breakEven } = trial
  return {
    ...base,
    roi,
    low,
    high,
    breakEven,
    spentFen,
    budgetFen,
    hoursRun,
    idleHours: evidence.idleHours,
    shows,
    clicks,
    orders,
    interactionPaid: interaction.paid,
    interactionOwn: interaction.own,
    settledRoi: settled?.roi ?? null,
    settledDays: settled?.days ?? null,
    changesToday: changes.today,
    addedTodayFen: changes.addedFen,
    ...numbersOfFatigue(evidence.fatigue),
  }
}

/** Only what fell; the rest is null. */
function numbersOfFatigue(fatigue: Running['fatigue']): Record<string, number | null> {
  const of = (metric: FatigueMetric) => fatigue?.falls.find((fall) => fall.metric === metric)
  const [ctr, completion, roi] = [of('CTR'), of('COMPLETION'), of('ROI')]
  return {
    ageDays: fatigue?.ageDays ?? null,
    ctr: ctr?.value ?? null,
    ctrPeak: ctr?.peak ?? null,
    completion: completion?.value ?? null,
    completionPeak: completion?.peak ?? null,
    dayRoi: roi?.value ?? null,
    dayRoiPeak: roi?.peak ?? null,
  }
}

function numbersOfJudged({ breakEven, settled, restated, together }: Judged): Record<string, number | null> {
  const { days, spendFen, paidGmvFen, settledGmvFen } = settled
  const { settledRoi, expectedRoi, limitRoi, returnRate, expectedReturnRate } = restated
  return {
    breakEven,
    settledDays: days,
    settledRoi,
    expectedRoi,
    limitRoi,
    returnRate,
    expectedReturnRate,
    spentFen: spendFen,
    gmvFen: paidGmvFen,
    settledGmvFen,
    togetherRoi: together,
  }
}
