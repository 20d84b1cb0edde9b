/** What became of videos, and how often a rule was right about them. */
import { expectationOf, FINISHED_AGE } from './forecast-class.ts'
import type { Model } from './forecast-model.ts'
import { NARROWEST } from './forecast-video.ts'
import type { Classes } from './reference.ts'
import { averagePrecision, spreadOf, tally } from './score.ts'
import { DAY, HOUR, type Tier } from './types.ts'

/** A video that nobody looked at for this long is taken for finished, whatever its age. */
const SILENT = 2 * DAY

/** `lastAt`: when it was looked at last by `now`. */
export function isFinished(publishedAt: number, lastAt: number, now: number): boolean {
  return lastAt - publishedAt >= FINISHED_AGE || now - lastAt >= SILENT
}

export interface Ended {
  tier: Tier | null
  classes: Classes
  /** ln(1 + plays) in the end of the KOL's earlier finished videos. */
  finals: readonly number[]
  /** Natural plays in the end. */
  plays: number
}

/** 爆款 in hindsight: in the top share of its class, which is its KOL's videos, shrunk to tier, vertical and workspace. */
export function endedOnTop(model: Model, { tier, classes, finals, plays }: Ended): boolean {
  return Math.log1p(plays) >= expectationOf(model, { tier, classes, finals }, NARROWEST).cutoff
}

/** What became of a video. OPEN: it is not finished, and counts for nothing. */
export type Truth = 'HIT' | 'ORDINARY' | 'OPEN'

/** A video that a rule judged. Instants in ms. */
export interface Case {
  truth: Truth
  /** First firing; null: it never fired. */
  flaggedAt: number | null
  /** Of ending in the top of its class, as foreseen at the flag; null: not foreseen. */
  probability: number | null
  /** The first look that saw half of its final natural plays; null: it is not finished, or no look did. */
  halfAt: number | null
}

export interface Scores {
  /** Flagged and on top in the end; flagged and not; on top and never flagged; flagged and not finished. */
  hits: number
  wrong: number
  missed: number
  open: number
  precision: number | null
  recall: number | null
  f1: number | null
  averagePrecision: number | null
  /** From the flag to halfAt, over the hits; negative: the flag came later. null: no hit. */
  medianLeadHours: number | null
}

/** Videos that are not finished count as `open` only. */
export function scoresOf(cases: readonly Case[]): Scores {
  const finished = cases.filter(({ truth }) => truth !== 'OPEN')
  const flags = finished.map(({ flaggedAt }) => flaggedAt !== null)
  const tops = finished.map(({ truth }) => truth === 'HIT')
  const { hits, flagged, right, precision, recall, f1 } = tally(flags, tops)
  const leads = finished.flatMap((one) => (one.truth === 'HIT' ? (leadHours(one) ?? []) : []))
  return {
    hits: right,
    wrong: flagged - right,
    missed: hits - right,
    open: cases.filter(({ truth, flaggedAt }) => truth === 'OPEN' && flaggedAt !== null).length,
    precision,
    recall,
    f1,
    averagePrecision: averagePrecision(finished.map(rankOf), tops),
    medianLeadHours: spreadOf(leads)?.median ?? null,
  }
}

/** What was flagged comes before what was not, the likeliest first. */
function rankOf({ flaggedAt, probability }: Case): number {
  return flaggedAt === null ? -1 : (probability ?? 0)
}

export function leadHours({ flaggedAt, halfAt }: Pick<Case, 'flaggedAt' | 'halfAt'>): number | null {
  return flaggedAt === null || halfAt === null ? null : (halfAt - flaggedAt) / HOUR
}
