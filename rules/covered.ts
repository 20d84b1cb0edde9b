/**
 * What reports of ads cover. They run behind the counter, so of a video with ads, growth that no report can cover yet
 * counts for nothing: bought plays never pass for natural ones meanwhile.
 */
import type { Figures } from './metric.ts'
import { playsAt, type Seen } from './operand.ts'
import { HOUR } from './types.ts'

/** Reports are read every quarter of an hour, and the vendors say about as much again. Assumed; bench/README.md has longer ones. */
export const REPORT_LAG = HOUR

/** `age` in ms. */
export interface Covered {
  age: number
  /** null: not known at that age, or the video is no older than a report. */
  plays: number | null
}

/** All plays of the look where no source speaks of ads. */
export function coveredPlays(
  seen: Pick<Seen, 'publishedAt' | 'look' | 'last' | 'curve'>,
  figures: Pick<Figures, 'boughtPlays' | 'spendFen'> | null,
): Covered {
  const { look, last, publishedAt } = seen
  const age = look.observedAt - publishedAt
  if (look.plays === null || !(figures?.boughtPlays || figures?.spendFen)) return { age, plays: look.plays }
  const then = age - REPORT_LAG
  return { age: then, plays: then <= 0 ? null : playsAt(then, { ...seen, last: last ?? look }) }
}
