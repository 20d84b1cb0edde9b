/** What is learned from finished videos, small enough to read: a line per age, and one curve for the chance. */
import { AGES } from './curve.ts'
import { growth } from './look-growth.ts'
import type { Reference } from './reference.ts'
import { DAY } from './types.ts'

/** What is foreseen. */
export const TARGETS = ['plays24h', 'plays7d', 'final'] as const
export type Target = (typeof TARGETS)[number]
/** Ages by which a target is reached, ms; the end is when nobody looks any more. */
export const TARGET_AGES: Record<Target, number> = { plays24h: DAY, plays7d: 7 * DAY, final: 30 * DAY }

/** What a fit multiplies, in this order; plays are ln(1 + plays) above the level of the video's class. */
export const FEATURES = ['one', 'plays', 'gain', 'engagement', 'hourSin', 'hourCos'] as const

/** ln(1 + plays) at a target above the level of the class, by a weighted sum of FEATURES. */
export interface Fit {
  weights: number[]
  /** Of each feature: what stands for it where it is not known. */
  means: number[]
  /** Standard deviation of what it misses by, and what 10 % and 90 % of the videos ended below it. */
  spread: number
  low: number
  high: number
}

export interface Model {
  version: 1
  /** Finished videos it was learned from; 0: it is the one that is shipped. */
  videos: number
  /** The first of AGES that finished videos were seen at, ms: younger ones are foreseen by priorFit. Left out or 0: none. */
  from?: number
  /** A breakout ends in this share of its class. */
  top: number
  /** By how much ln(1 + plays) of that share exceeds the level of its class, by how narrow the class is. */
  excess: Record<Reference, number>
  /** So many videos of a class weigh as much as the wider one. */
  pull: Record<Reference, number>
  /** By AGES. */
  fits: Record<Target, Fit[]>
  /** Log-odds of ending in the top share, of what chanceFeatures in forecast.ts gives. */
  chance: number[]
}

/** Before anything was seen: ln(1 + plays) of a video, and how far videos of one class lie apart. Assumed: see PRIOR_LEVEL. */
export const PRIOR_SPREAD = 1.5
/** The median of 3,000 plays: between the pools of 200-500 and of 5,000-10,000 plays in circulation. A guess until there is history. */
export const PRIOR_LEVEL = Math.log1p(3000)
/** The normal distribution has 5 % above this. */
const Z95 = 1.645
/** 80 % of it lie within this on both sides. */
export const Z90 = 1.2816
/** Turns a normal margin into log-odds. */
export const LOGISTIC = 1.702

/**
 * Where nothing is learned: growth by the clock of rules/look-growth.ts, whose drift differs by half between videos, seen
 * against a class whose videos lie `apart`, a standard deviation of ln(plays in the end).
 */
export function priorFit(age: number, target: Target, apart = PRIOR_SPREAD): Fit {
  const ahead = age < TARGET_AGES[target] ? growth(age, TARGET_AGES[target]) : 0
  const noise = (0.5 * ahead) ** 2 + 0.04 * ahead + 0.0025
  const trust = apart ** 2 / (apart ** 2 + noise)
  const spread = Math.sqrt(trust * noise)
  return {
    weights: [trust * ahead, trust, 0, 0, 0, 0],
    means: [1, 0, 0, 0, 0, 0],
    spread,
    low: -Z90 * spread,
    high: Z90 * spread,
  }
}

const same = (value: number): Record<Reference, number> => ({
  KOL: value,
  CELL: value,
  VERTICAL: value,
  TIER: value,
  WORKSPACE: value,
})

/** What is used until enough videos are finished. */
export const SHIPPED: Model = {
  version: 1,
  videos: 0,
  top: 0.05,
  excess: same(Z95 * PRIOR_SPREAD),
  pull: { ...same(10), KOL: 3 },
  fits: {
    plays24h: AGES.map((age) => priorFit(age, 'plays24h')),
    plays7d: AGES.map((age) => priorFit(age, 'plays7d')),
    final: AGES.map((age) => priorFit(age, 'final')),
  },
  chance: [0, LOGISTIC, 0, 0, 0, 0, 0, 0],
}
