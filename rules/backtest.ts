/** What became of videos, and how often a rule was right about them. */
import { expectationOf, FINISHED_AGE } from './forecast-class.ts'
import type { Model } from './forecast-model.ts'
import { NARROWEST } from './forecast-video.ts'
import { quantile } from './reference.ts'
import type { Classes } from './reference.ts'
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

/** 爆款 in hindsight: among the top share of its class, which is its KOL's videos, shrunk to tier, vertical and workspace. */
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
  /** Of ending in the top of its class, as foreseen at the flag: the flags' order for averagePrecision. null: not foreseen. */
  probability: number | null
  /** When it had half of its final natural plays; null: plays are not known. */
  halfAt: number | null
}

export interface Scores {
  /** Flagged and on top in the end; flagged and not; on top and never flagged; flagged and not finished. */
  hits: number
  wrong: number
  missed: number
  open: number
  /** 0 to 1; null: nothing was flagged that is finished. */
  precision: number | null
  /** 0 to 1; null: nothing ended on top. */
  recall: number | null
  /** Harmonic mean of both; null: one of them is. 0 where both are. */
  f1: number | null
  /** Over the flags, the likeliest first; what was missed adds nothing. null: nothing ended on top. */
  averagePrecision: number | null
  /** From the flag to half of the final plays, over the hits; negative: it came later. null: no hit. */
  medianLeadHours: number | null
}

export function scoresOf(cases: readonly Case[]): Scores {
  const finished = cases.filter(({ truth }) => truth !== 'OPEN')
  const flagged = finished.filter(({ flaggedAt }) => flaggedAt !== null)
  const hits = flagged.filter(({ truth }) => truth === 'HIT')
  const tops = finished.filter(({ truth }) => truth === 'HIT').length
  const precision = flagged.length === 0 ? null : hits.length / flagged.length
  const recall = tops === 0 ? null : hits.length / tops
  return {
    hits: hits.length,
    wrong: flagged.length - hits.length,
    missed: tops - hits.length,
    open: cases.filter(({ truth, flaggedAt }) => truth === 'OPEN' && flaggedAt !== null).length,
    precision,
    recall,
    f1: f1Of(precision, recall),
    averagePrecision: tops === 0 ? null : averagePrecision(flagged, tops),
    medianLeadHours: medianLead(hits),
  }
}

function f1Of(precision: number | null, recall: number | null): number | null {
  if (precision === null || recall === null) return null
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall)
}

/** Precision at each step of recall, by how many hits the step has; equals are one step, as their order says nothing. */
function averagePrecision(flagged: readonly Case[], tops: number): number {
  const order = flagged.toSorted((a, b) => (b.probability ?? 0) - (a.probability ?? 0))
  let hits = 0
  let sum = 0
  for (let i = 0; i < order.length; ) {
    const before = hits
    const level = order[i]?.probability ?? 0
    for (; i < order.length && (order[i]?.probability ?? 0) === level; i++) if (order[i]?.truth === 'HIT') hits++
    sum += (hits - before) * (hits / i)
  }
  return sum / tops
}

export function leadHours({ flaggedAt, halfAt }: Pick<Case, 'flaggedAt' | 'halfAt'>): number | null {
  return flaggedAt === null || halfAt === null ? null : (halfAt - flaggedAt) / HOUR
}

function medianLead(hits: readonly Case[]): number | null {
  const leads = hits.map(leadHours).filter((lead) => lead !== null)
  return leads.length === 0 ? null : quantile(leads.sort((a, b) => a - b), 0.5)
}

/** Finds when plays passed half of what they were in the end, from looks in time order. */
export interface Halfway {
  /** Half of the final plays. */
  half: number
  /** The look before: ms and plays. At first the publication. */
  at: number
  plays: number
  /** null: not yet. */
  halfAt: number | null
}

/** Between two looks plays grow evenly. */
export function passHalf(way: Halfway, observedAt: number, plays: number): void {
  if (way.halfAt !== null) return
  if (plays >= way.half) {
    const share = plays <= way.plays ? 1 : (way.half - way.plays) / (plays - way.plays)
    way.halfAt = way.at + (observedAt - way.at) * Math.max(0, share)
  }
  way.at = observedAt
  way.plays = plays
}
