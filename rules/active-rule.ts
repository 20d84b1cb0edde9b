/** A rule that judges, and what of it no look changes, made ready once. */
import { describe, operandsOf } from './condition.ts'
import { isDerived, type Operand } from './operand.ts'
import { type Clause, clauseOf } from './outcome.ts'
import { completed, type Definition, type Timing, timing } from './rule.ts'
import { inScope, narrowing, type Place, type Scope } from './scope.ts'
import type { Purpose } from './types.ts'

export interface ActiveRule {
  ruleId: number
  version: number
  definition: Definition
}

export interface ReadyRule {
  /** null: of every purpose, everywhere. */
  purposes: readonly Purpose[] | null
  scope: Scope | null
  clause: Clause
  /** What it reads beyond the catalogue. */
  derived: readonly Operand[]
  timing: Timing
  /** For the evidence: the condition in one line, and the readings that are kept. */
  line: string
  kept: readonly string[]
}

/** By the rule itself, so that whoever judges need not carry it along: rules are read once for a batch of looks. */
const made = new WeakMap<ActiveRule, ReadyRule>()

export function readyOf(rule: ActiveRule): ReadyRule {
  const known = made.get(rule)
  if (known) return known
  const ready = prepare(rule)
  made.set(rule, ready)
  return ready
}

function prepare({ definition }: ActiveRule): ReadyRule {
  // One that was stored long ago may say less than its type does.
  const whole = completed(definition)
  const operands = operandsOf(whole.condition)
  return {
    purposes: whole.purposes.length === 0 ? null : whole.purposes,
    scope: narrowing(whole.scope),
    clause: clauseOf(whole.condition),
    derived: operands.filter(isDerived),
    timing: timing(whole),
    line: describe(whole.condition),
    kept: [...new Set([...operands.map(({ key }) => key), 'plays', 'interactionRate', 'ageHours'])],
  }
}

/** Whether it judges such a video. */
export function applies(
  { purposes, scope }: Pick<ReadyRule, 'purposes' | 'scope'>,
  purpose: Purpose,
  place: Place | null | undefined,
): boolean {
  return (purposes === null || purposes.includes(purpose)) && inScope(scope, place)
}
