/** The enabled rules, read once for many videos: what `rules/look-value.ts` needs of them and no video changes. */
import type { Operand } from './operand.ts'
import { type Clause, clauseOf, type Leaf } from './outcome.ts'
import { completed, type Definition, timing } from './rule.ts'
import { inScope, narrowing, type Place, type Scope } from './scope.ts'
import type { Purpose } from './types.ts'

/** A comparison that is to become true. */
export interface Level {
  operand: Operand
  op: Leaf['op']
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
  /** null: everywhere. */
  scope: Scope | null
  holdMinutes: number
  holdMs: number
  keepFiringMinutes: number
  keepFiringMs: number
  /** What has to become true for the rule to be met, and for it to be released. */
  met: Turn<Level>
  released: Turn<Level>
}
/** By what the video is for: a rule applies to the purposes it names, or to all. */
export type PreparedRules = Record<Purpose, readonly PreparedRule[]>

export function prepareRules(rules: readonly { ruleId: number; definition: Definition }[]): PreparedRules {
  const prepared = rules.map(({ ruleId, definition }) => {
    const whole = completed(definition)
    const { condition, scope, holdMinutes, keepFiringMinutes, purposes } = whole
    const { holdMs, keepFiringMs } = timing(whole)
    const clause = clauseOf(condition)
    const turns = { met: met(clause), released: released(clause) }
    const times = { holdMinutes, holdMs, keepFiringMinutes, keepFiringMs }
    return { purposes, ruleId, scope: narrowing(scope), ...times, ...turns }
  })
  const applying = (purpose: Purpose) =>
    prepared.filter(({ purposes }) => purposes.length === 0 || purposes.includes(purpose))
  return { SEEDING: applying('SEEDING'), SELLING: applying('SELLING'), TRAFFIC: applying('TRAFFIC') }
}

/** Those of a purpose whose scope holds the video; most lists leave nothing out and are answered as they are. */
export function within(
  rules: readonly PreparedRule[],
  place: Place | null | undefined,
): readonly PreparedRule[] {
  for (const { scope } of rules) {
    if (!inScope(scope, place)) return rules.filter((rule) => inScope(rule.scope, place))
  }
  return rules
}

function met(clause: Clause): Turn<Level> {
  if ('operand' in clause) return level(clause, clause.wanted, clause.value)
  return { takes: clause.deciding ? 'MOST' : 'LEAST', parts: clause.parts.map(met) }
}

/** Some part of `all`, or every part of `any`, falls below its release level. */
function released(clause: Clause): Turn<Level> {
  if ('operand' in clause) return level(clause, !clause.wanted, clause.release)
  return { takes: clause.deciding ? 'LEAST' : 'MOST', parts: clause.parts.map(released) }
}

function level({ operand, op }: Leaf, wanted: boolean, bound: number): Level {
  return { operand, op: wanted ? op : op === '>=' ? '<=' : '>=', bound }
}
