/**
 * Plays over time in a tiny notation, one word per look:
 *
 *   `300`         300 plays
 *   `300+50x3`    300, then 3 looks more that gain 50 each: 300 350 400 450
 *   `300-50x1`    300, then 250: a restated counter
 *   `_`           nobody looked
 *   `?`           a look that does not give plays
 *   `_x4`, `?x2`  4 times, twice
 */
import type { Look } from '../../rules/types.ts'

const WORD = /^(?:(?<sign>[_?])(?:x(?<times>\d+))?|(?<from>\d+)(?:(?<gain>[+-]\d+)x(?<more>\d+))?)$/

/** A look by its plays, with interactions of 10 %. */
export function lookOf(observedAt: number, plays: number | null): Look {
  const tenth = plays === null ? null : plays / 20
  return { observedAt, plays, likes: tenth, comments: 0, shares: tenth, saves: null }
}

/** The looks of the notation from `start` on, one each `every` ms; null: nobody looked. */
export function series(text: string, start: number, every: number): (Look | null)[] {
  const counts = text.trim().split(/\s+/).flatMap(word)
  return counts.map((count, i) =>
    count === '_' ? null : lookOf(start + i * every, count === '?' ? null : count),
  )
}

function word(text: string): (number | '_' | '?')[] {
  const parts = WORD.exec(text)?.groups
  if (!parts) throw new Error(`${text} is no word of a series`)
  const { sign, times = '1', from, gain = '0', more = '0' } = parts
  if (sign === '_' || sign === '?') return Array.from({ length: Number(times) }, () => sign)
  return Array.from({ length: Number(more) + 1 }, (_, i) => Number(from) + i * Number(gain))
}
