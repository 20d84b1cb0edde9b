/** The enabled rules, read once for many videos: what `rules/look-value.ts` needs of them and no video changes. */
import type { MetricKey } from './metric.ts'
import { type Comparison, type Condition, type Definition, timing } from './rule.ts'
import type { Purpose } from './types.ts'

/** A comparison that is to become true. */
export interface Level {
  metric: MetricKey
  op: Comparison['op']
  bound: number
}
/**
 * The parts of a condition move together (one push lifts plays, ratio and velocity), so `all` is as likely as its least
 * likely part and `any` as its likeliest: the upper bound of Fréchet and the lower one.
 */
export interface Group<Leaf> {
  takes: 'LEAST' | 'MOST'
  parts: (Leaf | Group<Leaf>)[]
}
export type Turn<Leaf> = Leaf | Group<Leaf>

export interface PreparedRule {
  ruleId: number
  holdMinutes: number
  holdMs: number
  /** What has to become true for the rule to be met, and for it to be released. */
  met: Turn<Level>
  released: Turn<Level>
}
/** By what the video is for: a rule applies to the purposes it names, or to all. */
export type PreparedRules = Record<Purpose, readonly PreparedRule[]>

export function prepareRules(rules: readonly { ruleId: number; definition: Definition }[]): PreparedRules {
  const prepared = rules.map(({ ruleId, definition }) => {
    const { condition, holdMinutes, purposes } = definition
    const { holdMs } = timing(definition)
    return { purposes, ruleId, holdMinutes, holdMs, met: met(condition), released: released(condition) }
  })
  const applying = (purpose: Purpose) =>
    prepared.filter(({ purposes }) => purposes.length === 0 || purposes.includes(purpose))
  return { SEEDING: applying('SEEDING'), SELLING: applying('SELLING'), TRAFFIC: applying('TRAFFIC') }
}

function met(c: Condition): Turn<Level> {
  if ('metric' in c) return { metric: c.metric, op: c.op, bound: c.value }
  return 'all' in c ? { takes: 'LEAST', parts: c.all.map(met) } : { takes: 'MOST', parts: c.any.map(met) }
}

/** Some part of `all`, or every part of `any`, falls below its release level. */
function released(c: Condition): Turn<Level> {
  if ('metric' in c) {
    return { metric: c.metric, op: c.op === '>=' ? '<=' : '>=', bound: c.release ?? c.value }
  }
  return 'all' in c
    ? { takes: 'MOST', parts: c.all.map(released) }
    : { takes: 'LEAST', parts: c.any.map(released) }
}
