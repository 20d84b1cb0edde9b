/** What a campaign's plan must be, and how far it has come. */
import { type CampaignLevel, PHASES, type PhaseKind } from './types.ts'
import { countDays, isDay } from './zone.ts'

/** What a phase is to reach; what is left out was not set. Money in 分. */
export interface Goal {
  videos?: number | undefined
  plays?: number | undefined
  gmvFen?: number | undefined
  roi?: number | undefined
}
/** What makes a breakout within the phase; what is left out is as everywhere. */
export interface Threshold {
  kolRatio?: number | undefined
  interactionRate?: number | undefined
}
export interface PhasePlan {
  kind: PhaseKind
  startsOn: string
  endsOn: string
  /** 分; null: none set. */
  budgetFen: number | null
  goal: Goal
  threshold: Threshold
}
export interface CampaignPlan {
  startsOn: string
  endsOn: string
  phases: readonly PhasePlan[]
}

/** What is wrong and where, e.g. `phases.1.endsOn`, counted from 0 in the order given. */
export interface Problem {
  field: string
  message: string
}

/** 大促 levels in Chinese. */
export const LEVEL_NAMES: Record<CampaignLevel, string> = {
  S: 'S 级',
  SS: 'SS 级',
  A: 'A 级',
  IP: '平台 IP',
  INDUSTRY: '行业',
  INDUSTRY_IP: '行业 IP',
}
export const PHASE_NAMES: Record<PhaseKind, string> = {
  PREPARATION: '筹备',
  WARM_UP: '预热',
  EVENT: '活动',
  ENCORE: '返场',
}

/** A period that is longer is a slip of the year. */
export const LONGEST_CAMPAIGN = 366

/** Every problem of a plan, those of its own days first; none: it can be stored. */
export function campaignProblems(plan: CampaignPlan): Problem[] {
  const own = spanProblems('', plan, LONGEST_CAMPAIGN)
  const each = plan.phases.flatMap((phase, nth) => phaseProblems(`phases.${nth}.`, phase))
  // Days that are none cannot be compared.
  if (own.length > 0 || each.some(({ field }) => field.endsWith('sOn'))) return [...own, ...each]
  return [...each, ...insideProblems(plan), ...orderProblems(plan.phases)]
}

/** Two days, the second not before the first. */
export function spanProblems(
  prefix: string,
  { startsOn, endsOn }: { startsOn: string; endsOn: string },
  longest: number,
): Problem[] {
  const found = Object.entries({ startsOn, endsOn })
    .filter(([, day]) => !isDay(day))
    .map(([name, day]) => at(prefix + name, `${day} is not a day as YYYY-MM-DD`))
  if (found.length > 0) return found
  const days = countDays(startsOn, endsOn)
  if (days < 1) return [at(`${prefix}endsOn`, `${endsOn} lies before ${startsOn}`)]
  return days <= longest ? [] : [at(`${prefix}endsOn`, `${days} days are more than ${longest}`)]
}

interface Range {
  least: number
  most: number
  whole: boolean
  hint: string
}
const MOST = Number.MAX_SAFE_INTEGER
const COUNT: Range = { least: 1, most: MOST, whole: true, hint: 'a whole number from 1' }
const RATIO: Range = { least: Number.MIN_VALUE, most: 10_000, whole: false, hint: 'above 0, at most 10000' }
const SHARE: Range = {
  least: Number.MIN_VALUE,
  most: 1,
  whole: false,
  hint: 'above 0, at most 1: 0.05 is 5 %',
}
const GOAL: Record<keyof Goal, Range> = { videos: COUNT, plays: COUNT, gmvFen: COUNT, roi: RATIO }
const THRESHOLD: Record<keyof Threshold, Range> = { kolRatio: RATIO, interactionRate: SHARE }
const BUDGET: Range = { least: 0, most: MOST, whole: true, hint: 'whole 分, 0 or more' }

function phaseProblems(prefix: string, { budgetFen, goal, threshold, ...days }: PhasePlan): Problem[] {
  return [
    ...spanProblems(prefix, days, LONGEST_CAMPAIGN),
    ...numberProblem(`${prefix}budgetFen`, budgetFen, BUDGET),
    ...Object.entries(GOAL).flatMap(([name, range]) =>
      numberProblem(`${prefix}goal.${name}`, goal[name as keyof Goal], range),
    ),
    ...Object.entries(THRESHOLD).flatMap(([name, range]) =>
      numberProblem(`${prefix}threshold.${name}`, threshold[name as keyof Threshold], range),
    ),
  ]
}

function numberProblem(field: string, value: number | null | undefined, range: Range): Problem[] {
  if (value === null || value === undefined) return []
  const fits = value >= range.least && value <= range.most && (!range.whole || Number.isInteger(value))
  return fits ? [] : [at(field, `${value} is not ${range.hint}`)]
}

function insideProblems({ startsOn, endsOn, phases }: CampaignPlan): Problem[] {
  const outside = (day: string) => day < startsOn || day > endsOn
  return phases.flatMap((phase, nth) =>
    (['startsOn', 'endsOn'] as const)
      .filter((name) => outside(phase[name]))
      .map((name) =>
        at(
          `phases.${nth}.${name}`,
          `${PHASE_NAMES[phase.kind]} ${phase[name]} is not within ${startsOn} to ${endsOn}`,
        ),
      ),
  )
}

/** 筹备, 预热, 活动, 返场, each at most once and after the one before; in which order they are given does not matter. */
function orderProblems(phases: readonly PhasePlan[]): Problem[] {
  const found: Problem[] = []
  const seen: PhasePlan[] = []
  const rank = ({ kind }: PhasePlan) => PHASES.indexOf(kind)
  const ordered = phases.map((phase, nth) => ({ phase, nth })).sort((a, b) => rank(a.phase) - rank(b.phase))
  for (const { phase, nth } of ordered) {
    const name = PHASE_NAMES[phase.kind]
    const twin = seen.some(({ kind }) => kind === phase.kind)
    if (twin) found.push(at(`phases.${nth}.kind`, `${name} ${phase.kind} is given twice`))
    // The earlier kind that ends last is the one to clear.
    const before = seen.filter(({ kind }) => kind !== phase.kind)
    const last = before.reduce<PhasePlan | null>((a, b) => (a && a.endsOn >= b.endsOn ? a : b), null)
    if (!twin && last && phase.startsOn <= last.endsOn) {
      const how = phase.endsOn < last.startsOn ? 'lies before' : 'overlaps'
      found.push(at(`phases.${nth}.startsOn`, `${name} ${how} ${PHASE_NAMES[last.kind]}`))
    }
    seen.push(phase)
  }
  return found
}

/** What came of the videos of a phase. null: not known of any of them. Money in 分. */
export interface Progress {
  /** Still to come. */
  planned: number
  published: number
  /** Published ones that were flagged as 爆款 at least once. */
  flagged: number
  plays: number | null
  spendFen: number | null
  gmvFen: number | null
  /** GMV over spend of the videos of which both are known; null also where nothing was spent on them. */
  roi: number | null
}
/** Progress over goal, 1 is reached; null: no goal, or nothing is known. */
export type Reached = Record<keyof Goal | 'budget', number | null>

export function reached(progress: Progress, goal: Goal, budgetFen: number | null): Reached {
  return {
    videos: over(progress.published, goal.videos),
    plays: over(progress.plays, goal.plays),
    gmvFen: over(progress.gmvFen, goal.gmvFen),
    roi: over(progress.roi, goal.roi),
    budget: over(progress.spendFen, budgetFen),
  }
}
function over(value: number | null, goal: number | null | undefined): number | null {
  return value === null || !goal ? null : value / goal
}

function at(field: string, message: string): Problem {
  return { field, message: `${field}: ${message}` }
}
