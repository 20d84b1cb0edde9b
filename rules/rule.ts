/** What a rule says, and what it answers for one look. */
import { z } from 'zod'
import { METRIC_KEYS, type MetricKey, type Readings } from './metric.ts'
import { MINUTE, PURPOSES } from './types.ts'

/** A comparison raises at `value` and lets go only below `release`: a number that trembles does not flap. */
export interface Comparison {
  metric: MetricKey
  op: '>=' | '<='
  value: number
  release?: number | undefined
}
export type Condition = Comparison | { all: Condition[] } | { any: Condition[] }

const comparison = z
  .strictObject({
    metric: z.enum(METRIC_KEYS),
    op: z.enum(['>=', '<=']),
    value: z.number(),
    release: z.number().optional(),
  })
  .refine((c) => c.release === undefined || (c.op === '>=' ? c.release <= c.value : c.release >= c.value), {
    path: ['release'],
    message: 'the release level must be easier to meet than the value that raises',
  })
const DEEPEST = 8

/** The key chooses the shape, so that an error names the part at fault and not the whole condition. */
function condition(levels: number): z.ZodType<Condition> {
  const parts = levels === 0 ? z.never('conditions nest too deep') : z.array(condition(levels - 1)).min(1)
  const all = z.strictObject({ all: parts })
  const any = z.strictObject({ any: parts })
  return z.unknown().transform((given, ctx): Condition => {
    const has = (key: string) => typeof given === 'object' && given !== null && key in given
    const parsed = (has('all') ? all : has('any') ? any : comparison).safeParse(given)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) ctx.addIssue({ ...issue })
    return z.NEVER
  })
}

export const definition = z.strictObject({
  /** Videos of these purposes; empty: of every purpose. */
  purposes: z.array(z.enum(PURPOSES)).default([]),
  condition: condition(DEEPEST),
  /** The condition must hold this long before the episode fires. */
  holdMinutes: z.number().int().min(0).max(10_080).default(0),
  /** Once released, the condition must not be met again for this long; then the episode closes. */
  cooldownMinutes: z.number().int().min(0).max(43_200).default(360),
})
export type Definition = z.infer<typeof definition>

/** MET raises; HELD is between the two levels; NO_DATA is neither "fine" nor "resolved". */
export type Outcome = 'MET' | 'HELD' | 'RELEASED' | 'NO_DATA'

export interface Timing {
  holdMs: number
  cooldownMs: number
}
export const timing = (d: Definition): Timing => ({
  holdMs: d.holdMinutes * MINUTE,
  cooldownMs: d.cooldownMinutes * MINUTE,
})

export function evaluate(d: Definition, readings: Readings): Outcome {
  const raised = holds(d.condition, readings, 'value')
  if (raised === null) return 'NO_DATA'
  if (raised) return 'MET'
  return holds(d.condition, readings, 'release') === false ? 'RELEASED' : 'HELD'
}

/** Three-valued: null where a null metric decides. One false decides `all`, one true decides `any`. */
function holds(c: Condition, readings: Readings, level: 'value' | 'release'): boolean | null {
  if ('all' in c) return decide(c.all, false)
  if ('any' in c) return decide(c.any, true)
  const { value } = readings[c.metric]
  if (value === null) return null
  const bound = level === 'release' ? (c.release ?? c.value) : c.value
  return c.op === '>=' ? value >= bound : value <= bound

  function decide(parts: Condition[], deciding: boolean): boolean | null {
    let unknown = false
    for (const part of parts) {
      const one = holds(part, readings, level)
      if (one === deciding) return deciding
      if (one === null) unknown = true
    }
    return unknown ? null : !deciding
  }
}

/** The metrics a condition reads, each once. */
export function metricsOf(c: Condition): MetricKey[] {
  if ('metric' in c) return [c.metric]
  const parts = 'all' in c ? c.all : c.any
  return [...new Set(parts.flatMap(metricsOf))]
}

/** The condition in one line, e.g. `kolRatio >= 3 and (interactionRate >= 0.03 or plays >= 100000)`. */
export function describe(c: Condition): string {
  if ('metric' in c) return `${c.metric} ${c.op} ${c.value}`
  const [parts, word] = 'all' in c ? [c.all, ' and '] : [c.any, ' or ']
  return parts.map((p) => ('metric' in p || parts.length === 1 ? describe(p) : `(${describe(p)})`)).join(word)
}

/**
 * The rule a new workspace starts with; edit it freely. "Interactions of 3 times the creator's own median" and
 * "interaction rate of 3-5 %" are rules of thumb in circulation, not measured thresholds.
 */
export const STARTER_RULE: { name: string; definition: Definition } = {
  name: '爆款：达人同龄 3 倍',
  definition: {
    purposes: [],
    condition: {
      all: [
        { metric: 'kolRatio', op: '>=', value: 3, release: 2 },
        { metric: 'interactionRate', op: '>=', value: 0.03, release: 0.025 },
        { metric: 'plays', op: '>=', value: 1000 },
      ],
    },
    holdMinutes: 30,
    cooldownMinutes: 360,
  },
}
