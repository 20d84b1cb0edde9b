/** What finished videos teach: from what was seen of each to the model and the classes. */
import { AGES, type Curve, curveIn, type Place, placeOf } from './curve.ts'
import { BACK, type Stand } from './forecast.ts'
import { expectationOf, type Kin, learnExpectations } from './forecast-class.ts'
import { type Example, LEAST_EXAMPLES, learn } from './forecast-learn.ts'
import { type Model, SHIPPED, TARGET_AGES, type Target } from './forecast-model.ts'
import {
  CLASS_KINDS,
  type Classes,
  type ClassKind,
  type ClassStats,
  keyOf,
  learnClasses,
  type Reference,
} from './reference.ts'
import { DAY, type Tier } from './types.ts'

/** A finished video as it was seen. */
export interface Trace {
  publishedAt: number
  /** Of publication, in the workspace's zone, 0 to 24. */
  hour: number
  kolId: number | string | null
  tier: Tier | null
  vertical: string | null
  cellId: number | null
  /** Natural plays, and interactions of the counters that were given, at AGES. */
  curve: Curve
  interactions: Curve
  /** Age at the first look that gave plays, ms; null: it is no longer known. */
  firstAge: number | null
  /** Age at the last look, ms, and the natural plays it saw. */
  lastAge: number
  lastPlays: number
}

export interface Lesson {
  model: Model
  classes: Map<ClassKind, Map<string, ClassStats>>
}

/** 滚动: finished in so long a time, ms, but so many at least, of whose top a small share can be told, and at most. */
export const ROLLING = { age: 90 * DAY, least: 3000, most: 20_000 }
/** The latest of those make the forecast. */
const MOST_EXAMPLES = 3000

/** Too few finished videos: the shipped model goes on, with whatever classes there are. */
export function teach(seen: readonly Trace[], top: number, narrowest: Reference): Lesson {
  const traces = seen.map(fromFirstLook)
  const finals = traces.map(({ lastPlays }) => Math.log1p(lastPlays))
  const classes = learnClasses(
    traces.map((trace, i) => ({
      curve: trace.curve,
      rates: ratesOf(trace),
      final: finals[i] as number,
      tier: trace.tier,
      vertical: trace.vertical,
      cellId: trace.cellId,
    })),
  )
  const kin = traces.map((trace) => classesOf(classes, trace))
  const { finalsBefore, ...about } = learnExpectations(
    traces.map(({ publishedAt, kolId, tier }, i) => ({
      publishedAt,
      kolId,
      tier,
      final: finals[i] as number,
      classes: kin[i] as Classes,
    })),
    top,
    narrowest,
  )
  if (traces.length < LEAST_EXAMPLES) return { model: { ...SHIPPED, top, ...about }, classes }
  const from = Math.max(0, traces.length - MOST_EXAMPLES)
  const examples = traces.slice(from).map((trace, nth): Example => {
    const i = from + nth
    const of: Kin = { tier: trace.tier, classes: kin[i] as Classes, finals: finalsBefore[i] as number[] }
    const { level, cutoff } = expectationOf(about, of, narrowest)
    return { level, cutoff, stands: standsOf(trace), targets: targetsOf(trace) }
  })
  return { model: learn(examples, { top, ...about }), classes }
}

/** The classes of one video. */
export function classesOf(
  classes: Lesson['classes'],
  member: Pick<Trace, 'tier' | 'vertical' | 'cellId'>,
): Classes {
  const found: Classes = {}
  for (const kind of CLASS_KINDS) {
    const key = keyOf(kind, member)
    if (key !== null) found[kind] = classes.get(kind)?.get(key) ?? null
  }
  return found
}

function ratesOf({ curve, interactions }: Trace): Curve {
  const rates: (number | null)[] = []
  for (let i = 0; i < AGES.length; i++) {
    const plays = curve[i] ?? null
    const count = interactions[i] ?? null
    rates.push(plays === null || count === null || plays === 0 ? null : count / plays)
  }
  return rates
}

/** Its last look is what became of it, and no way there. */
const LAST = 0.97

/** A curve stands for ages before its first look, where nobody looked: plays of a later age, which teach nothing. */
function fromFirstLook(trace: Trace): Trace {
  const { curve, interactions } = trace
  const first = curve.findIndex((plays) => plays !== null)
  const least = (trace.firstAge ?? evenUntil(curve, first)) * LAST
  if (first === -1 || (AGES[first] as number) >= least) return trace
  const from = AGES.findIndex((age) => age >= least)
  const seen = (values: Curve) => values.map((value, i) => (from === -1 || i < from ? null : value))
  return { ...trace, curve: seen(curve), interactions: seen(interactions) }
}

/** Ages that one look stands for have the same plays: the last of those, ms. */
function evenUntil(curve: Curve, first: number): number {
  let last = first
  while (last + 1 < curve.length && curve[last + 1] === curve[first]) last++
  return first === -1 ? 0 : (AGES[last] as number)
}

/** Where the grid lies on every curve. */
const BACK_PLACES = AGES.map((age) => placeOf(age * BACK))
const DAY_PLACE = placeOf(TARGET_AGES.plays24h)
const WEEK_PLACE = placeOf(TARGET_AGES.plays7d)

function standsOf({ curve, interactions, hour, lastAge }: Trace): (Stand | null)[] {
  return AGES.map((age, i) => {
    const plays = curve[i] ?? null
    if (plays === null || age > lastAge * LAST) return null
    return {
      age,
      plays,
      earlier: curveIn(curve, BACK_PLACES[i] as Place),
      interactions: interactions[i] ?? null,
      hour,
    }
  })
}

/** Where a video was no longer looked at, it had reached what it had in the end. */
function targetsOf({ curve, lastAge, lastPlays }: Trace): Record<Target, number | null> {
  const final = Math.log1p(lastPlays)
  return {
    plays24h: lastAge <= TARGET_AGES.plays24h ? final : lnOf(curveIn(curve, DAY_PLACE)),
    plays7d: lastAge <= TARGET_AGES.plays7d ? final : lnOf(curveIn(curve, WEEK_PLACE)),
    final,
  }
}

const lnOf = (plays: number | null) => (plays === null ? null : Math.log1p(plays))
