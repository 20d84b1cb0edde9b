/** Files of observations, walked forward: what was said of every video at every look, and what became of it. */
import { createReadStream } from 'node:fs'
import { type ObservationRow, readObservations } from '../platforms/observations.ts'
import type { ActiveRule } from '../rules/judge.ts'
import { quantile, type Reference } from '../rules/reference.ts'
import { SHIPPED_RULE } from '../rules/rule-pack.ts'
import { DEFAULT_TIER_POLICY, tierOf } from '../rules/tier.ts'
import { HOUR, type Tier } from '../rules/types.ts'
import { createWalk } from '../rules/walk.ts'

/** One video; arrays are by look. */
export interface Course {
  id: string
  tier: Tier | null
  /** Hours. */
  ages: number[]
  plays: number[]
  probability: number[]
  /** Its product with what is still to come. */
  promise: number[]
  /** ln(1 + plays) from which on it was in the top share of its class, as known then. */
  cutoff: number[]
  /** When the shipped rule fired first, in hours of age; null: it never did. */
  flaggedAt: number | null
}

export interface Covered {
  name: string
  courses: Course[]
  looks: number
  lessons: number
  /** Ends above what 95 % of all videos of the file end at: known only in hindsight. */
  hits: boolean[]
}

export const TOP = 0.05
const RULE: ActiveRule = { ruleId: 1, version: 1, definition: SHIPPED_RULE.definition }

export async function readRows(path: string): Promise<ObservationRow[]> {
  const rows: ObservationRow[] = []
  for await (const lines of readObservations(createReadStream(path))) {
    for (const line of lines) if (line.ok) rows.push(line.row)
  }
  return rows.sort((a, b) => a.observedAt - b.observedAt)
}

/** In the zone of Shanghai, as a workspace has it unless set. */
export function cover(name: string, rows: readonly ObservationRow[], narrowest: Reference): Covered {
  const walk = createWalk({ rules: [RULE], top: TOP, narrowest, offset: 8 * HOUR })
  const courses = new Map<string, Course>()
  for (const { itemId: id, publishedAt, kolId, observedAt, counters, followers } of rows) {
    const tier = tierOf(followers, DEFAULT_TIER_POLICY, null)
    const look = { observedAt, ...counters }
    const { forecast, verdict, usual } = walk.look({ id, publishedAt, kolId, tier }, look, followers)
    const course = courses.get(id) ?? begun(id, tier)
    courses.set(id, course)
    const age = (observedAt - publishedAt) / HOUR
    if (verdict.moves.some(({ step }) => step.to === 'FIRING')) course.flaggedAt ??= age
    if (forecast === null) continue
    course.ages.push(age)
    course.plays.push(counters.plays as number)
    course.probability.push(forecast.probability)
    course.promise.push(forecast.probability * forecast.ahead)
    course.cutoff.push(usual.cutoff)
  }
  const known = [...courses.values()].filter(({ ages }) => ages.length > 0)
  const finals = known.map(finalOf)
  const cut = quantile(Float64Array.from(finals).sort(), 1 - TOP)
  return {
    name,
    courses: known,
    looks: rows.length,
    lessons: walk.lessons,
    hits: finals.map((plays) => plays > cut),
  }
}

const begun = (id: string, tier: Tier | null): Course => ({
  id,
  tier,
  ages: [],
  plays: [],
  probability: [],
  promise: [],
  cutoff: [],
  flaggedAt: null,
})

export const finalOf = ({ plays }: Course) => plays.at(-1) as number

/** Hours: about two minutes, for clocks that are not quite even. */
const SLACK = 0.02
/** A look older than this share of the age says nothing of it. */
const OLDEST = 0.8

/** Index of the look at an age of so many hours: the last one by then; -1: there is none near it. */
export function lookAt({ ages }: Course, hours: number): number {
  let at = -1
  for (let i = 0; i < ages.length; i++) {
    const age = ages[i] as number
    if (age > hours * OLDEST && age <= hours + SLACK) at = i
  }
  return at
}
