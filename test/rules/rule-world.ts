/** Any definition that may be written, and numbers for what it reads. */
import fc from 'fast-check'
import { METRIC_KEYS, type Reading } from '../../rules/metric.ts'
import { operandOf, STANDINGS, type Subject } from '../../rules/operand.ts'
import { REFERENCES, USUAL_OF } from '../../rules/reference.ts'
import {
  ACTIONS,
  type Comparison,
  type Condition,
  type Definition,
  operandsOf,
  SEVERITIES,
} from '../../rules/rule.ts'
import { PURPOSES, TIERS } from '../../rules/types.ts'

export const keyOf = (c: Comparison): string => operandOf(c).key

const subject: fc.Arbitrary<Subject> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...METRIC_KEYS).map((metric) => ({ metric })) },
  fc.integer({ min: 5, max: 43_200 }).map((windowMinutes) => ({ metric: 'plays' as const, windowMinutes })),
  fc.record({
    metric: fc.constantFrom(...USUAL_OF),
    of: fc.constantFrom(...REFERENCES),
    by: fc.constantFrom(...STANDINGS),
  }),
)
// Few levels, all shares, so that numbers meet them.
const level = fc.constantFrom(0, 0.25, 0.5, 0.75, 1)
const released = fc.option(fc.tuple(level, level), { nil: undefined })

function comparison(flipped: boolean): fc.Arbitrary<Comparison> {
  const op = fc.constantFrom('>=' as const, '<=' as const)
  return fc.tuple(subject, op, level, released).map(([of, op, value, levels]) => {
    // What no class tells apart may not be asked for.
    const most = of.by === 'PERCENTILE' ? 0.99 : 1
    if (levels === undefined) return { ...of, op, value: Math.min(most, value) }
    const [low, high] = levels.map((one) => Math.min(most, one)).toSorted((a, b) => a - b) as [number, number]
    const lower = (op === '>=') !== flipped
    return { ...of, op, value: lower ? high : low, release: lower ? low : high }
  })
}
function condition(levels: number, flipped = false): fc.Arbitrary<Condition> {
  if (levels === 0) return comparison(flipped)
  const inner = condition(levels - 1, flipped)
  const parts = fc.array(inner, { minLength: 1, maxLength: 3 })
  return fc.oneof(
    { weight: 2, arbitrary: comparison(flipped) },
    parts.map((all) => ({ all })),
    parts.map((any) => ({ any })),
    condition(levels - 1, !flipped).map((not) => ({ not })),
  )
}
const ids = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 })
const clock = fc
  .tuple(fc.nat(23), fc.nat(59))
  .map((pair) => pair.map((n) => String(n).padStart(2, '0')).join(':'))

export const definitions: fc.Arbitrary<Definition> = fc.record({
  purposes: fc.subarray([...PURPOSES]),
  scope: fc.record({ brandIds: ids, matrixIds: ids, phaseIds: ids, tiers: fc.subarray([...TIERS]) }),
  condition: condition(3),
  holdMinutes: fc.integer({ min: 0, max: 10_080 }),
  keepFiringMinutes: fc.integer({ min: 0, max: 10_080 }),
  cooldownMinutes: fc.integer({ min: 0, max: 43_200 }),
  quiet: fc.option(fc.record({ from: clock, to: clock }).filter(({ from, to }) => from !== to)),
  severity: fc.constantFrom(...SEVERITIES),
  action: fc.constantFrom(...ACTIONS),
})

/** A number, or none, for each thing that the definition reads. */
export function readingsOf(d: Definition, numbers: Iterator<number | null>): Record<string, Reading> {
  const known = operandsOf(d.condition).map(({ key }) => {
    const value = numbers.next().value as number | null
    return [key, value === null ? { value, reason: 'NOT_GIVEN' } : { value }]
  })
  return Object.fromEntries(known)
}
