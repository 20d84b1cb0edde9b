/** The chance that a look at a later instant changes what a rule says. */
import { chanceAbove, chanceUnseen, type Sight } from './look-growth.ts'
import type { MetricKey, NullReason } from './metric.ts'
import type { Comparison, Condition } from './rule.ts'

export interface Glance {
  publishedAt: number
  /** null: never looked at. */
  last: Sight | null
  before: Sight | null
}

/** The chance, and the comparison that decides it; null where the condition cannot become true or false. */
export interface Chance {
  chance: number
  /** null: nothing was read yet. */
  on: { metric: MetricKey; value: number | null; op: Comparison['op']; bound: number }
}

/** What no later look of this video will read: it decides nothing. */
const NEVER_READ: ReadonlySet<NullReason> = new Set(['NOT_GIVEN', 'NO_KOL', 'NO_FOLLOWERS'])

/** That the condition is met at the instant `at`, ms. */
export function chanceMet(c: Condition, glance: Glance, at: number): Chance {
  return combined(c, (one) => above(one, one.value, glance, at), false)
}

/** That the condition is released at the instant `at`, ms: some part falls below its release level. */
export function chanceReleased(c: Condition, glance: Glance, at: number): Chance {
  const below = (one: Comparison): Chance => {
    const bound = one.release ?? one.value
    const turned: Comparison = { ...one, op: one.op === '>=' ? '<=' : '>=' }
    return above(turned, bound, glance, at)
  }
  return combined(c, below, true)
}

/**
 * The parts of a condition move together (one push lifts plays, ratio and velocity), so `all` is as likely as its least
 * likely part and `any` as its likeliest: the upper bound of Fréchet and the lower one. Negated, they change places.
 */
function combined(c: Condition, of: (one: Comparison) => Chance, negated: boolean): Chance {
  if ('metric' in c) return of(c)
  const parts = ('all' in c ? c.all : c.any).map((part) => combined(part, of, negated))
  const least = 'all' in c !== negated
  return parts.reduce((a, b) => ((least ? b.chance < a.chance : b.chance > a.chance) ? b : a))
}

function above(one: Comparison, bound: number, { publishedAt, last, before }: Glance, at: number): Chance {
  const { metric, op } = one
  const reading = last?.readings[metric]
  const on = { metric, value: reading?.value ?? null, op, bound }
  if (last === null || reading === undefined || reading.value === null) {
    const never = reading?.value === null && NEVER_READ.has(reading.reason)
    const from = (last?.observedAt ?? publishedAt) - publishedAt
    return { chance: never ? 0 : chanceUnseen(from, at - publishedAt), on }
  }
  const chance = chanceAbove(metric, bound, at - publishedAt, publishedAt, last, before)
  return { chance: op === '>=' ? chance : 1 - chance, on }
}
