/**
 * What reports of ads cover. They run behind the counter, so of a video with ads, growth that no report can cover yet
 * counts for nothing: bought plays never pass for natural ones meanwhile.
 */
import type { Figures } from './metric.ts'
import { playsAt, type Seen } from './operand.ts'
import { HOUR, MINUTE } from './types.ts'

/** Reports are read every quarter of an hour, and the vendors say about as much again. Assumed; bench/README.md has longer ones. */
export const REPORT_LAG = HOUR
/**
 * An order of our own counts from so long after it was sent. A look that was on its way meanwhile is judged without it,
 * live as in a replay: a lease runs 5 minutes. Nothing is delivered sooner, since orders are reviewed first.
 */
export const ORDER_LAG = 6 * MINUTE

export type AdFigures = Pick<Figures, 'boughtPlays' | 'spendFen' | 'adsSince'>

/** REPORTED: a report speaks of plays or spend. ORDERED: only an order of our own says that there are ads. null: nobody does. */
export function adsBy(figures: AdFigures | null, observedAt: number): 'REPORTED' | 'ORDERED' | null {
  if (figures?.boughtPlays || figures?.spendFen) return 'REPORTED'
  const since = figures?.adsSince ?? null
  return since !== null && observedAt >= since + ORDER_LAG ? 'ORDERED' : null
}

/** `age` in ms. */
export interface Covered {
  age: number
  /** null: not known at that age, or the video is no older than a report. */
  plays: number | null
}

/** All plays of the look where nobody speaks of ads; those of before the first order where no report does yet. */
export function coveredPlays(
  seen: Pick<Seen, 'publishedAt' | 'look' | 'last' | 'curve'>,
  figures: AdFigures | null,
): Covered {
  const { look, last, publishedAt } = seen
  const age = look.observedAt - publishedAt
  const ads = look.plays === null ? null : adsBy(figures, look.observedAt)
  if (ads === null) return { age, plays: look.plays }
  const ordered = ads === 'ORDERED' ? (figures?.adsSince as number) - publishedAt : 0
  const then = Math.max(age - REPORT_LAG, ordered)
  return { age: then, plays: then <= 0 ? null : playsAt(then, { ...seen, last: last ?? look }) }
}
