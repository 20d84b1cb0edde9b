/** What only some rules read: nobody else pays for it, live or in a replay. */
import type { ActiveRule } from './active-rule.ts'
import type { MetricKey } from './catalogue.ts'
import { operandsOf } from './condition.ts'

export interface Needs {
  /** A forecast at every look. */
  forecast: boolean
  /** What is usual in a class; and in cells. */
  standings: boolean
  cells: boolean
  followers: boolean
  /** Of the product. */
  margins: boolean
  /** Some scope names matrices. */
  matrices: boolean
}

const FORESEEN: readonly MetricKey[] = [
  'breakoutProbability',
  'breakoutPromise',
  'expectedPlays24h',
  'expectedPlays7d',
  'expectedPlays',
]

export function needsOf(rules: readonly ActiveRule[]): Needs {
  const operands = rules.flatMap(({ definition }) => operandsOf(definition.condition))
  return {
    forecast: operands.some(({ metric }) => FORESEEN.includes(metric)),
    standings: operands.some(({ of }) => of !== null),
    cells: operands.some(({ of }) => of === 'CELL'),
    followers: operands.some(({ metric }) => metric === 'playsPerFollower'),
    margins: operands.some(({ metric }) => metric === 'breakEvenRoi'),
    matrices: rules.some(({ definition }) => definition.scope.matrixIds.length > 0),
  }
}
