/** What a condition answers for one look, in three values: a null reading decides nothing by itself. */
import type { Condition } from './condition.ts'
import type { Reading } from './metric.ts'
import { type Operand, operandOf } from './operand.ts'

/** MET raises; HELD is between the two levels; NO_DATA is neither "fine" nor "resolved". */
export type Outcome = 'MET' | 'HELD' | 'RELEASED' | 'NO_DATA'

export interface Leaf {
  operand: Operand
  op: '>=' | '<='
  value: number
  release: number
  /** false: it stands under a not. */
  wanted: boolean
}
/** A condition without nots: they are moved down to its comparisons, which turns `all` into `any` and back. */
export type Clause =
  | Leaf
  /** What one part that is so decides of the whole: false in `all`, true in `any`. */
  | { deciding: boolean; parts: Clause[] }

export function clauseOf(c: Condition, wanted = true): Clause {
  if ('not' in c) return clauseOf(c.not, !wanted)
  if ('all' in c) return { deciding: !wanted, parts: c.all.map((part) => clauseOf(part, wanted)) }
  if ('any' in c) return { deciding: wanted, parts: c.any.map((part) => clauseOf(part, wanted)) }
  const { op, value, release = value } = c
  return { operand: operandOf(c), op, value, release, wanted }
}

/** `readings` by the key of the operand: the metrics of the look, and what of `operandsOf` is no metric. */
export function outcomeOf(clause: Clause, readings: Record<string, Reading>): Outcome {
  const raised = holds(clause, readings, false)
  if (raised === null) return 'NO_DATA'
  if (raised) return 'MET'
  return holds(clause, readings, true) === false ? 'RELEASED' : 'HELD'
}

/** The same for a condition that is asked once. */
export function evaluate(
  { condition }: { condition: Condition },
  readings: Record<string, Reading>,
): Outcome {
  return outcomeOf(clauseOf(condition), readings)
}

/** Three-valued: null where a null reading decides. */
function holds(clause: Clause, readings: Record<string, Reading>, released: boolean): boolean | null {
  if ('operand' in clause) return compare(clause, readings, released)
  const { deciding, parts } = clause
  let unknown = false
  for (const part of parts) {
    const one = holds(part, readings, released)
    if (one === deciding) return deciding
    if (one === null) unknown = true
  }
  return unknown ? null : !deciding
}

function compare(leaf: Leaf, readings: Record<string, Reading>, released: boolean): boolean | null {
  const value = readings[leaf.operand.key]?.value ?? null
  if (value === null) return null
  const bound = released ? leaf.release : leaf.value
  return (leaf.op === '>=' ? value >= bound : value <= bound) === leaf.wanted
}
