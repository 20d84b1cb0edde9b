/** One look at one video, judged: the same function live, on import and in replay. */
import { type Episode, type Evidence, type Step, step } from './breakout.ts'
import { type Curve, extendCurve } from './curve.ts'
import {
  COUNTING,
  type Counter,
  type Figures,
  type MetricInput,
  type Readings,
  readMetrics,
} from './metric.ts'
import { type Definition, describe, evaluate, metricsOf, timing } from './rule.ts'
import type { Look, Purpose } from './types.ts'

/** What is carried from look to look of one video. */
export interface Watch {
  videoId: number
  publishedAt: number
  purpose: Purpose
  /** The latest look; null before the first. */
  last: Look | null
  /** At the latest look; null: it had none. */
  velocity: number | null
  curve: Curve
}

export interface ActiveRule {
  ruleId: number
  version: number
  definition: Definition
}

export interface JudgeInput {
  watch: Watch
  look: Look
  kol: MetricInput['kol']
  /** As the workspace and other sources had it at the look; left out: nothing is known. */
  counting?: readonly Counter[]
  figures?: Figures | null
  rules: readonly ActiveRule[]
  /** The rule's episode of this video: open, or closed by hand and not yet released; null: none. */
  episodeOf: (ruleId: number) => Episode | null
}

export interface Verdict {
  watch: Watch
  readings: Readings
  /** Only rules whose episode moves. */
  moves: { rule: ActiveRule; step: Exclude<Step, { to: 'STAY' }>; evidence: Evidence }[]
}

export function judge({ watch, look, kol, counting, figures, rules, episodeOf }: JudgeInput): Verdict {
  const { publishedAt, last, velocity: previousVelocity } = watch
  const readings = readMetrics({
    look,
    previous: last,
    previousVelocity,
    publishedAt,
    kol,
    counting: counting ?? COUNTING,
    figures: figures ?? null,
  })
  const moves: Verdict['moves'] = []
  for (const rule of rules) {
    const { purposes } = rule.definition
    if (purposes.length > 0 && !purposes.includes(watch.purpose)) continue
    const outcome = evaluate(rule.definition, readings)
    const next = step(episodeOf(rule.ruleId), outcome, look.observedAt, timing(rule.definition))
    if (next.to !== 'STAY') moves.push({ rule, step: next, evidence: evidenceOf(rule, look, readings) })
  }
  const curve = extendCurve(watch.curve, publishedAt, last, look)
  return { watch: { ...watch, last: look, velocity: readings.velocity.value, curve }, readings, moves }
}

function evidenceOf({ definition }: ActiveRule, look: Look, readings: Readings): Evidence {
  const read = new Set([...metricsOf(definition.condition), 'plays', 'interactionRate', 'ageHours'] as const)
  return {
    observedAt: new Date(look.observedAt).toISOString(),
    condition: describe(definition.condition),
    readings: Object.fromEntries([...read].map((key) => [key, readings[key]])),
  }
}
