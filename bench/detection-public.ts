/** How good the shipped rule is on public data, beside thresholds that were tuned in hindsight. */
import { createRandom } from '../platforms/simulator/random.ts'
import { averagePrecision, calibrate, type Tally, tally } from '../rules/score.ts'
import { type Course, type Covered, finalOf, lookAt } from './detection-sets.ts'

/** What holds at a look, by the two levels of the shipped rule. */
export interface Level {
  probability: number
  promise: number
  /** For so long without a break, in hours. */
  hold: number
}
export const SHIPPED: Level = { probability: 0.5, promise: 0.27, hold: 0 }

/** The videos that were looked at near an age. */
export interface AtAge {
  hours: number
  videos: number
  hits: number
  /** The condition holds at the look; the rule had fired by then; by the cutoff as it was known at the look. */
  shipped: Tally
  fired: Tally
  rolling: Tally
  /** A threshold of plays, tuned on one half and applied to the other. */
  tuned: Tally
  /** Average precision of the chance, and of plays as they stood. */
  byChance: number
  byPlays: number
  byChanceRolling: number
  byPlaysRolling: number
  /** Expected calibration error, and by the cutoff as it was known. */
  error: number
  errorRolling: number
}

const pick = <T>(list: readonly T[], at: readonly number[]) => at.map((i) => list[i] as T)

export function atAge({ courses, hits }: Covered, hours: number): AtAge {
  const looks = courses.map((course) => lookAt(course, hours))
  const seen = courses.flatMap((_, i) => (looks[i] === -1 ? [] : [i]))
  const those = pick(courses, seen)
  const at = pick(looks, seen)
  const came = pick(hits, seen)
  const rolled = those.map((course, i) => inTop(course, at[i] as number))
  const chances = those.map(({ probability }, i) => probability[at[i] as number] as number)
  const plays = those.map((course, i) => course.plays[at[i] as number] as number)
  const holds = those.map((course, i) => holdsAt(course, at[i] as number, SHIPPED))
  const fired = those.map(
    ({ flaggedAt, ages }, i) => flaggedAt !== null && flaggedAt <= (ages[at[i] as number] as number),
  )
  return {
    hours,
    videos: those.length,
    hits: came.filter(Boolean).length,
    shipped: tally(holds, came),
    fired: tally(fired, came),
    rolling: tally(holds, rolled),
    tuned: tally(tunedFlags(plays, came), came),
    byChance: averagePrecision(chances, came) ?? Number.NaN,
    byPlays: averagePrecision(plays, came) ?? Number.NaN,
    byChanceRolling: averagePrecision(chances, rolled) ?? Number.NaN,
    byPlaysRolling: averagePrecision(plays, rolled) ?? Number.NaN,
    error: calibrate(chances, came).error ?? Number.NaN,
    errorRolling: calibrate(chances, rolled).error ?? Number.NaN,
  }
}

/** Of its class, as the class was known at the look. */
const inTop = (course: Course, at: number) => Math.log1p(finalOf(course)) >= (course.cutoff[at] as number)

export function holdsAt({ ages, probability, promise }: Course, at: number, level: Level): boolean {
  let since = at
  while (
    since >= 0 &&
    ((probability[since] as number) >= level.probability || (promise[since] as number) >= level.promise)
  ) {
    if ((ages[at] as number) - (ages[since] as number) >= level.hold) return true
    since--
  }
  return false
}

/** Each half by the threshold that has the best F1 on the other. */
function tunedFlags(plays: readonly number[], hits: readonly boolean[]): boolean[] {
  const best = [0, 1].map((half) => {
    const mine = plays.flatMap((_, i) => (i % 2 === half ? [i] : []))
    return bestThreshold(pick(plays, mine), pick(hits, mine))
  })
  return plays.map((count, i) => count >= (best[1 - (i % 2)] as number))
}

function bestThreshold(plays: readonly number[], hits: readonly boolean[]): number {
  const all = hits.filter(Boolean).length
  const order = plays.map((_, i) => i).sort((a, b) => (plays[b] as number) - (plays[a] as number))
  let right = 0
  let best = { f1: 0, value: Number.POSITIVE_INFINITY }
  for (const [n, i] of order.entries()) {
    if (hits[i]) right++
    const next = order[n + 1]
    if (next !== undefined && plays[next] === plays[i]) continue
    const f1 = (2 * right) / (n + 1 + all)
    if (f1 > best.f1) best = { f1, value: plays[i] as number }
  }
  return best.value
}

export interface Mixed {
  byChance: number
  byPlays: number
  byChanceRolling: number
  byPlaysRolling: number
  /** The same over the repetitions: lowest and highest of byChance. */
  least: number
  most: number
}

/** Each video at one of the ages, drawn; the mean over repetitions. */
export function mixedAges({ courses, hits }: Covered, ages: readonly number[], repetitions: number): Mixed {
  const looks = courses.map((course) => ages.map((hours) => lookAt(course, hours)).filter((at) => at !== -1))
  const seen = courses.flatMap((_, i) => (looks[i]?.length ? [i] : []))
  const came = pick(hits, seen)
  const random = createRandom('detection', 'mixed')
  const runs = Array.from({ length: repetitions }, () => {
    const at = seen.map((i) => random.pick(looks[i] as number[]))
    const those = pick(courses, seen)
    const chances = those.map(({ probability }, n) => probability[at[n] as number] as number)
    const plays = those.map((course, n) => course.plays[at[n] as number] as number)
    const rolled = those.map((course, n) => inTop(course, at[n] as number))
    return {
      chance: averagePrecision(chances, came) ?? 0,
      plays: averagePrecision(plays, came) ?? 0,
      chanceRolling: averagePrecision(chances, rolled) ?? 0,
      playsRolling: averagePrecision(plays, rolled) ?? 0,
    }
  })
  const mean = (of: (run: (typeof runs)[number]) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length
  return {
    byChance: mean(({ chance }) => chance),
    byPlays: mean(({ plays }) => plays),
    byChanceRolling: mean(({ chanceRolling }) => chanceRolling),
    byPlaysRolling: mean(({ playsRolling }) => playsRolling),
    least: Math.min(...runs.map(({ chance }) => chance)),
    most: Math.max(...runs.map(({ chance }) => chance)),
  }
}

/** Expected calibration error over all looks, by both truths. */
export function errorOverAll({ courses, hits }: Covered): { global: number; rolling: number } {
  const chances = courses.flatMap(({ probability }) => probability)
  const came = courses.flatMap(({ probability }, i) => probability.map(() => hits[i] as boolean))
  const rolled = courses.flatMap((course) => course.probability.map((_, at) => inTop(course, at)))
  return {
    global: calibrate(chances, came).error ?? Number.NaN,
    rolling: calibrate(chances, rolled).error ?? Number.NaN,
  }
}

/** Precision and recall at an age, were the rule set otherwise. */
export function otherwise({ courses, hits }: Covered, hours: number, level: Level): Tally {
  const looks = courses.map((course) => lookAt(course, hours))
  const seen = courses.flatMap((_, i) => (looks[i] === -1 ? [] : [i]))
  return tally(
    seen.map((i) => holdsAt(courses[i] as Course, looks[i] as number, level)),
    pick(hits, seen),
  )
}
