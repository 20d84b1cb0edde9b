/** How good flags and chances were, once it is known what became of the videos. null: there is nothing to divide by. */
import { quantile } from './reference.ts'
import { DAY } from './types.ts'

export interface Tally {
  videos: number
  /** Those that came true. */
  hits: number
  flagged: number
  /** Flagged and came true. */
  right: number
  /** Right of the flagged; null: none was flagged. */
  precision: number | null
  /** Right of the hits; null: there was none. */
  recall: number | null
  /** Harmonic mean of both, 2 right / (flagged + hits); null: neither a flag nor a hit. */
  f1: number | null
}

/** Both by video; what is truthy counts. */
export function tally(flagged: ArrayLike<unknown>, hits: ArrayLike<unknown>): Tally {
  const counts = { videos: flagged.length, hits: 0, flagged: 0, right: 0 }
  for (let i = 0; i < flagged.length; i++) {
    if (hits[i]) counts.hits++
    if (!flagged[i]) continue
    counts.flagged++
    if (hits[i]) counts.right++
  }
  const { right } = counts
  return {
    ...counts,
    precision: ratio(right, counts.flagged),
    recall: ratio(right, counts.hits),
    f1: ratio(2 * right, counts.flagged + counts.hits),
  }
}

const ratio = (part: number, whole: number) => (whole === 0 ? null : part / whole)

/**
 * Precision at each step down the ranking, weighted by the recall that the step adds; equal scores are one step, as in
 * scikit-learn's average_precision_score. null: nothing came true.
 */
export function averagePrecision(scores: ArrayLike<number>, hits: ArrayLike<unknown>): number | null {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i)
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number))
  let right = 0
  let rightBefore = 0
  let sum = 0
  for (let n = 0; n < order.length; n++) {
    const at = order[n] as number
    if (hits[at]) right++
    const next = order[n + 1]
    if (next !== undefined && scores[next] === scores[at]) continue
    sum += (right - rightBefore) * (right / (n + 1))
    rightBefore = right
  }
  return ratio(sum, right)
}

export interface CalibrationBin {
  /** Chances from here, and below `to`; the last bin holds 1 as well. */
  from: number
  to: number
  count: number
  /** Mean chance, and the share that came true; null: there was none. */
  said: number | null
  came: number | null
}
export interface Calibration {
  bins: CalibrationBin[]
  /** Expected calibration error: mean distance of said and came, weighted by count (Guo et al. 2017); null: no chance was given. */
  error: number | null
}

const BINS = 10

/** In ten bins of equal width. */
export function calibrate(chances: ArrayLike<number>, hits: ArrayLike<unknown>): Calibration {
  const counts = new Float64Array(BINS)
  const said = new Float64Array(BINS)
  const came = new Float64Array(BINS)
  for (let i = 0; i < chances.length; i++) {
    const chance = chances[i] as number
    const bin = Math.min(BINS - 1, Math.floor(chance * BINS))
    counts[bin] = (counts[bin] as number) + 1
    said[bin] = (said[bin] as number) + chance
    if (hits[i]) came[bin] = (came[bin] as number) + 1
  }
  let off = 0
  const bins = Array.from(counts, (count, k): CalibrationBin => {
    off += Math.abs((said[k] as number) - (came[k] as number))
    const range = { from: k / BINS, to: (k + 1) / BINS, count }
    return { ...range, said: ratio(said[k] as number, count), came: ratio(came[k] as number, count) }
  })
  return { bins, error: ratio(off, chances.length) }
}

/** The first of the instants at which half of the final plays was there; null: it never was. NaN: plays are not known. */
export function halfAt(instants: ArrayLike<number>, plays: ArrayLike<number>, final: number): number | null {
  for (let i = 0; i < instants.length; i++) {
    if ((plays[i] as number) >= final / 2) return instants[i] as number
  }
  return null
}

export interface Leads {
  count: number
  /** Quartiles, in the unit of what was given; R's type 7. */
  lower: number
  median: number
  upper: number
}

/** null: there are none. */
export function spreadOf(values: readonly number[]): Leads | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  return {
    count: sorted.length,
    lower: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upper: quantile(sorted, 0.75),
  }
}

/** Over the time from the first look to the last one, ms; null: there was no time. */
export function alertsPerDay(alerts: number, from: number, to: number): number | null {
  return to > from ? alerts / ((to - from) / DAY) : null
}
