/**
 * Between which values the true ROI of a trial lies, by what was seen until now: the ROIs that neither e-process of
 * rules/trial-test.ts rejects (a confidence sequence by inversion; Waudby-Smith & Ramdas 2024). Each bound is wrong at any look of
 * the trial with chance ALPHA at most, where that test's assumptions hold.
 */
import { ALPHA, type TrialState } from './trial-test.ts'
import { failWealth, passWealth } from './trial-wealth.ts'

export interface TrialBounds {
  /** GMV net of expected returns over spend, as counted; null: nothing was spent. */
  roi: number | null
  /** 0: nothing is excluded. */
  lowerRoi: number
  /** null: nothing is excluded. */
  upperRoi: number | null
}

const MOST_ROI = 1e6
/** Halvings of the interval in which a bound is sought: exact to 9 digits of it. */
const HALVINGS = 30

export function boundsOf({ hours, last, terms }: TrialState): TrialBounds {
  if (!last?.spendFen) return { roi: null, lowerRoi: 0, upperRoi: null }
  const roi = (last.gmvFen * (1 - terms.returnRate)) / last.spendFen
  const tooLow = (at: number) => passWealth(hours, at, terms) >= 1 / ALPHA
  const tooHigh = (at: number) => failWealth(hours, at, terms) >= 1 / ALPHA
  const lowerRoi = tooLow(0) ? edge(0, Math.min(roi, MOST_ROI), tooLow) : 0
  let most = Math.max(roi, terms.breakEvenRoi)
  while (most < MOST_ROI && !tooHigh(most)) most *= 2
  return { roi, lowerRoi, upperRoi: tooHigh(most) ? edge(most, 0, tooHigh) : null }
}

/** The outermost value towards `to` that is rejected; `from` is. */
function edge(from: number, to: number, rejected: (at: number) => boolean): number {
  let inside = to
  let outside = from
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (inside + outside) / 2
    if (rejected(middle)) outside = middle
    else inside = middle
  }
  return outside
}
