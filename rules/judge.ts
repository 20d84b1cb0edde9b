/** One look at one video, judged: the same function live, on import and in replay. */
import { type ActiveRule, applies, type ReadyRule, readyOf } from './active-rule.ts'
import { type Episode, type Evidence, type Step, step } from './breakout.ts'
import { coveredPlays } from './covered.ts'
import { type Curve, extendCurve } from './curve.ts'
import type { Forecast } from './forecast.ts'
import {
  COUNTING,
  type Counter,
  type Figures,
  type MetricInput,
  type Reading,
  type Readings,
  readMetrics,
} from './metric.ts'
import { type Operand, readOperand } from './operand.ts'
import { outcomeOf } from './outcome.ts'
import type { StandingOf } from './reference.ts'
import type { Place } from './scope.ts'
import type { Look, Purpose } from './types.ts'

export type { ActiveRule }

/** What is carried from look to look of one video. */
export interface Watch {
  videoId: number
  publishedAt: number
  purpose: Purpose
  /** For the scope of rules; left out: only rules without one judge it. */
  place?: Place | null
  /** The latest look; null before the first. */
  last: Look | null
  /** At the latest look; null: it had none. */
  velocity: number | null
  curve: Curve
}

export interface JudgeInput {
  watch: Watch
  look: Look
  kol: MetricInput['kol']
  /** As the workspace and other sources had it at the look; left out: nothing is known. */
  counting?: readonly Counter[]
  figures?: Figures | null
  /** Of this video at this look, by the curve that the look is part of; left out: nothing is foreseen. */
  foresee?: ((curve: Curve) => Forecast | null) | null
  /** Left out: of no class is known what is usual. */
  standingOf?: StandingOf | null
  rules: readonly ActiveRule[]
  /** The rule's episode of this video: open, or closed by hand and not yet released; null: none. */
  episodeOf: (ruleId: number) => Episode | null
}

export interface Verdict {
  watch: Watch
  /** null: nothing was foreseen. */
  forecast: Forecast | null
  /** The catalogue; and, by their keys, the operands of the rules that judge the video. */
  readings: Readings
  /** Only rules whose episode moves. */
  moves: { rule: ActiveRule; step: Exclude<Step, { to: 'STAY' }>; evidence: Evidence }[]
}

export function judge(input: JudgeInput): Verdict {
  const { watch, look, rules, episodeOf } = input
  const curve = extendCurve(watch.curve, watch.publishedAt, watch.last, look)
  const forecast = input.foresee?.(curve) ?? null
  const readings = readAll(input, forecast)
  const moves: Verdict['moves'] = []
  for (const rule of rules) {
    const ready = readyOf(rule)
    if (!applies(ready, watch.purpose, watch.place)) continue
    for (const operand of ready.derived) readInto(readings, operand, input)
    const outcome = outcomeOf(ready.clause, readings)
    const next = step(episodeOf(rule.ruleId), outcome, look.observedAt, ready.timing)
    if (next.to !== 'STAY') moves.push({ rule, step: next, evidence: evidenceOf(ready, look, readings) })
  }
  const next = { ...watch, last: look, velocity: readings.velocity.value, curve }
  return { watch: next, forecast, readings, moves }
}

function readAll({ watch, look, kol, counting, figures }: JudgeInput, forecast: Forecast | null): Readings {
  return readMetrics({
    look,
    covered: coveredPlays({ ...watch, look }, figures ?? null),
    previous: watch.last,
    previousVelocity: watch.velocity,
    publishedAt: watch.publishedAt,
    kol,
    counting: counting ?? COUNTING,
    figures: figures ?? null,
    forecast,
  })
}

/** Once, however many rules ask. */
function readInto(readings: Record<string, Reading>, operand: Operand, input: JudgeInput): void {
  if (readings[operand.key] !== undefined) return
  const { watch, look, standingOf } = input
  const seen = { publishedAt: watch.publishedAt, look, last: watch.last, curve: watch.curve }
  const { age: coveredAge } = coveredPlays(seen, input.figures ?? null)
  readings[operand.key] = readOperand(operand, readings, { ...seen, coveredAge }, standingOf ?? null)
}

function evidenceOf({ line, kept }: ReadyRule, look: Look, readings: Record<string, Reading>): Evidence {
  return {
    observedAt: new Date(look.observedAt).toISOString(),
    condition: line,
    readings: Object.fromEntries(kept.map((key) => [key, readings[key] as Reading])),
  }
}
