/**
 * 互动率 of a trial against the video's own natural one, at any number of looks. Each rate has a confidence sequence from the
 * beta-binomial mixture (Robbins 1970; Howard et al. 2021, section 3): interactions are taken as plays that do or do not
 * interact, under Jeffreys' prior. People who are shown a video together are alike, so counts are taken as CLUMP times smaller:
 * it assumes that their variance is at most CLUMP times the binomial one. Exact where interactions are independent.
 */
import { ALPHA } from './trial-test.ts'

/** Hours with 50 interactions whose rates vary by a quarter have about this much more variance. */
export const CLUMP = 4

/** Counters of one kind of play; interactions are the same sum on both sides (likes alone, or all). */
export interface Interactions {
  plays: number
  interactions: number
}
export interface RateBounds {
  /** null: no plays. */
  rate: number | null
  lower: number
  upper: number
}
export type InteractionVerdict = 'BETTER' | 'WORSE' | 'OPEN'
export interface InteractionComparison {
  /** Of the trial beside the natural rate; BETTER and WORSE are each wrong at any look with chance ALPHA at most. */
  verdict: InteractionVerdict
  trial: RateBounds
  natural: RateBounds
}

/** Each of the two intervals may be wrong in half of ALPHA. */
export function compareInteraction(trial: Interactions, natural: Interactions): InteractionComparison {
  const ours = rateBounds(trial, ALPHA / 2)
  const theirs = rateBounds(natural, ALPHA / 2)
  const verdict = ours.lower > theirs.upper ? 'BETTER' : ours.upper < theirs.lower ? 'WORSE' : 'OPEN'
  return { verdict, trial: ours, natural: theirs }
}

const HALVINGS = 40

/** More interactions than plays count as all plays; below 0 as 0. `alpha`: of the whole interval, over all looks. */
export function rateBounds({ plays, interactions }: Interactions, alpha: number): RateBounds {
  if (!(plays > 0)) return { rate: null, lower: 0, upper: 1 }
  const rate = Math.min(1, Math.max(0, interactions / plays))
  const yes = (rate * plays) / CLUMP
  const no = plays / CLUMP - yes
  const limit = logBeta(yes + 0.5, no + 0.5) - Math.log(Math.PI) + Math.log(alpha)
  return { rate, lower: edge(0, rate, yes, no, limit), upper: edge(1, rate, yes, no, limit) }
}

/** Of the rates between `from` and the seen one, the first whose likelihood the mixture beats by less than 1 / alpha. */
function edge(from: number, rate: number, yes: number, no: number, limit: number): number {
  let outside = from
  let inside = rate
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (outside + inside) / 2
    if (logLikelihood(middle, yes, no) < limit) outside = middle
    else inside = middle
  }
  return outside
}

function logLikelihood(rate: number, yes: number, no: number): number {
  return (yes === 0 ? 0 : yes * Math.log(rate)) + (no === 0 ? 0 : no * Math.log1p(-rate))
}

const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b)

/** Stirling's series from 10 on, to which smaller arguments are carried; exact to 1e-10. */
function logGamma(x: number): number {
  let carried = 0
  let z = x
  for (; z < 10; z++) carried += Math.log(z)
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5)
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - carried
}
