/**
 * The chance that a look at a later instant changes what a rule says. Each comparison is a stake with log-odds, which
 * cost one multiplication a gap; a condition is decided by one of them, and only that one's odds are made a chance.
 */
import { chanceUnseen, follow, growth } from './look-growth.ts'
import type { Turn } from './look-rules.ts'
import { CERTAIN, type Outlook, type Stake, type Stakes } from './look-stake.ts'
import { HOUR } from './types.ts'

/** To fall below a bound has what chance is left from staying above it: nothing, where that rounds to 1. */
const NOTHING_LEFT = Math.log(Number.EPSILON / 2)

/** Takes the outlook to `gap` ms behind the latest look. */
export function lookAhead(outlook: Outlook, gap: number): void {
  const { age, courses, waiting } = outlook
  const to = age + gap
  const ticks = growth(age, to)
  for (const course of courses) follow(course, age, to, ticks)
  if (waiting) {
    const chance = chanceUnseen(age, to)
    outlook.unseen = Math.log(chance / (1 - chance))
  }
  outlook.to = to
}

/** The stake that decides, by `rank`: the least of `all`, the greatest of `any`, the first among equals. */
function decisive(turn: Turn<Stake>): Stake {
  if (!('parts' in turn)) return turn
  const { parts, takes } = turn
  let found: Stake | null = null
  for (const part of parts) {
    const other = 'parts' in part ? decisive(part) : part
    if (found === null || (takes === 'LEAST' ? other.rank < found.rank : other.rank > found.rank))
      found = other
  }
  return found as Stake
}

// One loop for each rank: a function that is handed in is not inlined, and this is where the time goes.

/** Ranked by their log-odds where the outlook has been taken: the stake that decides. */
export function byOdds({ turn, row }: Stakes, outlook: Outlook): Stake {
  for (const one of row) one.rank = odds(one, outlook)
  return decisive(turn)
}

/** Ranked by no less than their log-odds anywhere up to there. */
export function byMostOdds({ turn, row }: Stakes, outlook: Outlook): Stake {
  for (const one of row) one.rank = mostOdds(one, outlook)
  return decisive(turn)
}

/** Ranked by their chance: odds beyond what a chance can tell apart are equal. */
export function byChance({ turn, row }: Stakes, outlook: Outlook): Stake {
  for (const one of row) {
    const log = odds(one, outlook)
    one.rank = one.sign === 1 ? chanceFrom(log) : 1 - chanceFrom(-log)
  }
  return decisive(turn)
}

function odds({ how, sign, course, ahead, level }: Stake, { to, unseen }: Outlook): number {
  if (how === 'WAITS') return unseen
  if (how === 'AGES') return to / HOUR >= level.bound ? sign * CERTAIN : -sign * CERTAIN
  if (course === null) return ahead
  const above = ahead + course.lift + course.slowing
  if (course.steepness === CERTAIN) return above >= 0 ? sign * CERTAIN : -sign * CERTAIN
  const found = sign * above * course.steepness
  return sign === -1 && found < NOTHING_LEFT ? -CERTAIN : found
}

/**
 * Short of its bound a stake gains by doubt, and by a drift and a slowing that lead there; each of them makes its odds
 * shorter the longer the gap, so they are most at its end. One that is won already may be lost: it has no limit.
 */
function mostOdds(one: Stake, outlook: Outlook): number {
  const { how, sign, course, ahead, level } = one
  if (how === 'AGES' && sign === -1) return outlook.age / HOUR >= level.bound ? -CERTAIN : CERTAIN
  if (course === null) return odds(one, outlook)
  if (sign * ahead >= 0) return CERTAIN
  const gain = Math.max(0, sign * course.lift) + Math.max(0, sign * course.slowing)
  return (sign * ahead + gain) * course.steepness
}

/** 0 to 1. */
export function chanceFrom(odds: number): number {
  return 1 / (1 + Math.exp(-odds))
}
