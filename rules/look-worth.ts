/**
 * Over which gap the lateness to be expected has grown to what a look costs. It runs after every look: it makes no more
 * of a rule or a gap than the answer needs.
 */
import { byChance, byMostOdds, byOdds, chanceFrom, lookAhead } from './look-chance.ts'
import type { Outlook, Stake, Stakes } from './look-stake.ts'
import { HOUR, MINUTE } from './types.ts'

/** No source of ours is fresher. */
export const SHORTEST_GAP = 5 * MINUTE
/** Gaps at which the chance is read, ms: fixed, so that nearly equal videos get nearly equal looks. */
const GAPS = Array.from({ length: 32 }, (_, i) => SHORTEST_GAP * 1.25 ** i)

/** A rule that a look may change. */
export interface Open {
  ruleId: number
  /** What the change is worth beside a first detection. */
  weight: number
  stakes: Stakes
  /** Chance x weight is nowhere above this, up to the longest gap. */
  most: number
}

/** ms; infinite: the lateness does not grow to `hours` within `longest`. */
export function gapWorth(rules: Open[], outlook: Outlook, hours: number, longest: number): number {
  const beyond = GAPS.findIndex((gap) => gap >= longest)
  const end = GAPS[beyond] ?? (GAPS.at(-1) as number)
  const most = limit(rules, outlook, end)
  let lost = 0
  let before = 0
  let least = 0
  for (const gap of GAPS) {
    // Most videos stop here at once: even the greatest chance for the rest of the time is not worth a look.
    if (gap > end || lost + (most * (end - before)) / HOUR < hours) break
    // A chance that was there once stays worth finding out.
    const reached = greatest(rules, outlook, gap, least)
    const more = (((least + reached) / 2) * (gap - before)) / HOUR
    if (lost + more >= hours) return more === 0 ? gap : before + ((hours - lost) / more) * (gap - before)
    lost += more
    before = gap
    least = reached
  }
  return Number.POSITIVE_INFINITY
}

/** Sets each rule's `most` up to the gap `end`; the greatest of them. */
function limit(rules: Open[], outlook: Outlook, end: number): number {
  lookAhead(outlook, end)
  let most = 0
  for (const rule of rules) {
    const { rank } = byMostOdds(rule.stakes, outlook)
    rule.most = chanceFrom(rank) * rule.weight
    if (rule.most > most) most = rule.most
  }
  return most
}

/** Chance x weight of the likeliest change after `gap`; `least` where none is above it. */
function greatest(rules: Open[], outlook: Outlook, gap: number, least: number): number {
  lookAhead(outlook, gap)
  let found = least
  let topRank = Number.NEGATIVE_INFINITY
  let topWeight = 0
  for (const { most, stakes, weight } of rules) {
    if (most <= found) continue
    const { rank } = byOdds(stakes, outlook)
    // Likelier and worth as much was there already: an exponential saved.
    if (rank <= topRank && weight <= topWeight) continue
    topRank = rank
    topWeight = weight
    found = Math.max(found, chanceFrom(rank) * weight)
  }
  return found
}

/** The rule whose change is likeliest after `gap`, and the stake that decides it; null: none can change. */
export function likeliest(rules: Open[], outlook: Outlook, gap: number): { rule: Open; stake: Stake } | null {
  lookAhead(outlook, gap)
  let top: { rule: Open; stake: Stake } | null = null
  for (const rule of rules) {
    const stake = byChance(rule.stakes, outlook)
    if (top === null || stake.rank * rule.weight > top.stake.rank * top.rule.weight) top = { rule, stake }
  }
  return top
}
