/** What is compared on the simulator: the rules that are shipped, and what else the language of rules can say. */
import type { Condition } from '../rules/condition.ts'
import type { ActiveRule } from '../rules/judge.ts'
import { completed, STARTER_RULE } from '../rules/rule.ts'
import { SHIPPED_RULE } from '../rules/rule-pack.ts'

export interface Candidate {
  name: string
  rule: ActiveRule
}

const STARTER = STARTER_RULE.definition.condition
const SHIPPED = SHIPPED_RULE.definition.condition
const ratio = (value: number): Condition => ({ metric: 'kolRatio', op: '>=', value })
/** Beside the median of its tier at that age: large accounts are answered less. */
const answered = (value: number): Condition => ({
  metric: 'interactionRate',
  of: 'TIER',
  by: 'RATIO',
  op: '>=',
  value,
})
const surely = (value: number): Condition => ({ metric: 'breakoutProbability', op: '>=', value })

const TRIED: readonly [name: string, condition: Condition, holdMinutes: number][] = [
  ['starter', STARTER, STARTER_RULE.definition.holdMinutes],
  ['shipped', SHIPPED, SHIPPED_RULE.definition.holdMinutes],
  ['shipped, 30 min', SHIPPED, 30],
  ['chance 0.7, 30 min', surely(0.7), 30],
  ['starter and shipped, 30 min', { all: [SHIPPED, STARTER] }, 30],
  ['answered 1 x and 2 x KOL, 30 min', { all: [answered(1), ratio(2)] }, 30],
  ['shipped, answered 0.75 x', { all: [SHIPPED, answered(0.75)] }, 0],
  ['shipped, answered 0.75 x, 30 min', { all: [SHIPPED, answered(0.75)] }, 30],
  ['shipped, answered 0.75 x, 2 x KOL, 30 min', { all: [SHIPPED, answered(0.75), ratio(2)] }, 30],
  ['shipped, answered 0.8 x, 30 min', { all: [SHIPPED, answered(0.8)] }, 30],
  ['shipped, answered 0.9 x', { all: [SHIPPED, answered(0.9)] }, 0],
  ['shipped, answered 0.9 x, 30 min', { all: [SHIPPED, answered(0.9)] }, 30],
  ['shipped, answered 1 x, 30 min', { all: [SHIPPED, answered(1)] }, 30],
  ['chance 0.5, answered 0.9 x, 30 min', { all: [surely(0.5), answered(0.9)] }, 30],
]

export const CANDIDATES: readonly Candidate[] = TRIED.map(([name, condition, holdMinutes], i) => ({
  name,
  rule: { ruleId: i + 1, version: 1, definition: completed({ condition, holdMinutes }) },
}))
