/** 规则: what a rule says. */
import { z } from 'zod'
import { condition, onlyKeys } from './condition.ts'
import { EVERYWHERE, scope } from './scope.ts'
import { MINUTE, PURPOSES } from './types.ts'

export { type Comparison, type Condition, describe, metricsOf, operandsOf } from './condition.ts'
export { evaluate, type Outcome } from './outcome.ts'
export type { Place, Scope } from './scope.ts'

/** 级别: how loudly a person is told. */
export const SEVERITIES = ['INFO', 'WARNING', 'CRITICAL'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What is to follow of a firing: 标记, 提议试投, 提议放量, 停投. A person decides. */
export const ACTIONS = ['FLAG', 'PROPOSE_TRIAL', 'PROPOSE_SCALE', 'STOP_PROMOTION'] as const
export type Action = (typeof ACTIONS)[number]

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day HH:MM, 00:00 to 23:59')
const quiet = z
  .strictObject({ from: clock, to: clock }, onlyKeys(['from', 'to']))
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    message: 'must not be the time at which they begin',
  })

const PARTS = {
  /** Videos of these purposes; empty: of every purpose. */
  purposes: z.array(z.enum(PURPOSES)).default([]),
  scope: scope.default(EVERYWHERE),
  condition,
  /** The condition must hold this long before the episode fires. */
  holdMinutes: z.number().int().min(0).max(10_080).default(0),
  /** Below the release level it goes on firing for this long; one look at or above it starts the time anew. */
  keepFiringMinutes: z.number().int().min(0).max(10_080).default(0),
  /** Once released, the condition must not be met again for this long; then the episode closes. */
  cooldownMinutes: z.number().int().min(0).max(43_200).default(360),
  /** 免打扰: nobody is told in this time of the workspace's zone, which may pass midnight; episodes do not wait. */
  quiet: quiet.nullable().default(null),
  severity: z.enum(SEVERITIES).default('WARNING'),
  action: z.enum(ACTIONS).default('FLAG'),
}
export const definition = z.strictObject(PARTS, onlyKeys(Object.keys(PARTS)))
export type Definition = z.infer<typeof definition>
/** As a database may hold it: what was added to rules since it was written is missing. */
export type StoredDefinition = Pick<Definition, 'condition'> & Partial<Definition>

const USUAL: Omit<Definition, 'condition'> = {
  purposes: [],
  scope: EVERYWHERE,
  holdMinutes: 0,
  keepFiringMinutes: 0,
  cooldownMinutes: 360,
  quiet: null,
  severity: 'WARNING',
  action: 'FLAG',
}

/** With the defaults of all that it does not say: it means the same. Checks nothing: that is done on writing. */
export function completed(stored: StoredDefinition): Definition {
  return { ...USUAL, ...stored, scope: { ...EVERYWHERE, ...stored.scope } }
}

/** ms. */
export interface Timing {
  holdMs: number
  keepFiringMs: number
  cooldownMs: number
}
export const timing = (d: Definition): Timing => ({
  holdMs: d.holdMinutes * MINUTE,
  keepFiringMs: d.keepFiringMinutes * MINUTE,
  cooldownMs: d.cooldownMinutes * MINUTE,
})

/**
 * The rule a new workspace starts with; edit it freely. "Interactions of 3 times the creator's own median" and
 * "interaction rate of 3-5 %" are rules of thumb in circulation, not measured thresholds.
 */
export const STARTER_RULE: { name: string; definition: Definition } = {
  name: '爆款：达人同龄 3 倍',
  definition: completed({
    condition: {
      all: [
        { metric: 'kolRatio', op: '>=', value: 3, release: 2 },
        { metric: 'interactionRate', op: '>=', value: 0.03, release: 0.025 },
        { metric: 'plays', op: '>=', value: 1000 },
      ],
    },
    holdMinutes: 30,
  }),
}
