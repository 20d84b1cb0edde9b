/** The condition of a rule: a tree of all, any and not over comparisons. */
import { z } from 'zod'
import { METRIC_KEYS, type MetricKey } from './catalogue.ts'
import { type Operand, operandOf, STANDINGS, type Subject } from './operand.ts'
import { QUANTILES, REFERENCES, USUAL_OF } from './reference.ts'

/** A comparison raises at `value` and lets go only below `release`: a number that trembles does not flap. */
export interface Comparison extends Subject {
  op: '>=' | '<='
  value: number
  release?: number | undefined
}
export type Condition = Comparison | { all: Condition[] } | { any: Condition[] } | { not: Condition }

/** Names what is allowed beside what is not. */
export function onlyKeys(keys: readonly string[]) {
  return {
    error: (issue: { code?: string; keys?: string[] }) =>
      issue.code === 'unrecognized_keys'
        ? `${issue.keys?.join(', ')} is not known here; there may be: ${keys.join(', ')}`
        : undefined,
  }
}

const PARTS = {
  metric: z.enum(METRIC_KEYS),
  op: z.enum(['>=', '<=']),
  value: z.number(),
  release: z.number().optional(),
  windowMinutes: z.number().int().min(5).max(43_200).optional(),
  of: z.enum(REFERENCES).optional(),
  by: z.enum(STANDINGS).optional(),
}

/** `flipped`: under an odd number of nots, where it is the other side that lets go. */
function comparison(flipped: boolean): z.ZodType<Comparison> {
  return z.strictObject(PARTS, onlyKeys(Object.keys(PARTS))).superRefine((given, ctx) => {
    for (const [path, message] of faults(given, flipped))
      ctx.addIssue({ code: 'custom', path: [path], message })
  })
}

/** The highest percentile that there is. */
const TOLD_APART = QUANTILES.at(-1) as number

function* faults(c: Comparison, flipped: boolean): Generator<[string, string]> {
  const { metric, value, release, windowMinutes, of, by } = c
  if (release !== undefined && !lets(c, release, flipped)) yield ['release', releaseRule(c, flipped)]
  if (windowMinutes !== undefined && metric !== 'plays') {
    yield ['windowMinutes', 'a window counts what plays gained: the metric must be plays']
  }
  if (windowMinutes !== undefined && of !== undefined) {
    yield ['of', 'a comparison has a window or a class to compare with, not both']
  }
  if (of !== undefined && !USUAL_OF.some((known) => known === metric)) {
    yield ['of', `what is usual at an age is known of ${USUAL_OF.join(' and ')} only, not of ${metric}`]
  }
  if ((of === undefined) !== (by === undefined)) {
    yield [of === undefined ? 'of' : 'by', `of and by go together; by is ${STANDINGS.join(' or ')}`]
  }
  if (by === 'PERCENTILE' || metric === 'breakoutProbability') {
    for (const [path, level] of Object.entries({ value, release })) {
      if (level !== undefined && (level < 0 || level > 1))
        yield [path, 'a share is between 0 and 1: 0.95 is 95 %']
      else if (level !== undefined && by === 'PERCENTILE' && c.op === '>=' && level > TOLD_APART)
        yield [path, `it would never be met: a class tells its videos apart up to ${TOLD_APART}`]
    }
  }
}

function lets({ op, value }: Comparison, release: number, flipped: boolean): boolean {
  return (op === '>=') !== flipped ? release <= value : release >= value
}

function releaseRule({ op, value }: Comparison, flipped: boolean): string {
  const side = (op === '>=') !== flipped ? 'at most' : 'at least'
  return flipped
    ? `under not, the release level must be harder to meet than the value that raises: ${side} ${value}`
    : `the release level must be easier to meet than the value that raises: ${side} ${value}`
}

const DEEPEST = 8
type Schemas = Record<'all' | 'any' | 'not' | 'comparison', z.ZodType<Condition>>

/** The key chooses the shape, so that an error names the part at fault and not the whole condition. */
function choice(schemas: Schemas): z.ZodType<Condition> {
  return z.unknown().transform((given, ctx): Condition => {
    const has = (key: string) => typeof given === 'object' && given !== null && key in given
    const key = (['all', 'any', 'not'] as const).find(has) ?? 'comparison'
    const parsed = schemas[key].safeParse(given)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) ctx.addIssue({ ...issue })
    return z.NEVER
  })
}

/** Level by level from the innermost, each as it is and as it is under a not. */
function layered(levels: number): z.ZodType<Condition> {
  const deep = z.never('conditions nest too deep')
  let inner: Record<'as' | 'flipped', { list: z.ZodType<Condition[]>; one: z.ZodType<Condition> }> = {
    as: { list: deep, one: deep },
    flipped: { list: deep, one: deep },
  }
  const level = (flipped: boolean) => {
    const { list } = flipped ? inner.flipped : inner.as
    const { one } = flipped ? inner.as : inner.flipped
    const made = choice({
      all: z.strictObject({ all: list }, onlyKeys(['all'])),
      any: z.strictObject({ any: list }, onlyKeys(['any'])),
      not: z.strictObject({ not: one }, onlyKeys(['not'])),
      comparison: comparison(flipped),
    })
    return { one: made, list: z.array(made).min(1) }
  }
  for (let left = levels; left > 0; left--) inner = { as: level(false), flipped: level(true) }
  return level(false).one
}
export const condition = layered(DEEPEST)

/** What a condition reads, each once. */
export function operandsOf(c: Condition): Operand[] {
  const found = new Map<string, Operand>()
  for (const one of comparisonsOf(c)) {
    const operand = operandOf(one)
    found.set(operand.key, operand)
  }
  return [...found.values()]
}

/** The metrics of the catalogue that it reads, each once. */
export function metricsOf(c: Condition): MetricKey[] {
  return [...new Set(comparisonsOf(c).map(({ metric }) => metric))]
}

function comparisonsOf(c: Condition): Comparison[] {
  if ('metric' in c) return [c]
  if ('not' in c) return comparisonsOf(c.not)
  return ('all' in c ? c.all : c.any).flatMap(comparisonsOf)
}

/** The condition in one line, e.g. `kolRatio >= 3 and (interactionRate >= 0.03 or not (plays over 60 min <= 100))`. */
export function describe(c: Condition): string {
  if ('metric' in c) return `${operandOf(c).key} ${c.op} ${c.value}`
  if ('not' in c) return `not (${describe(c.not)})`
  const [parts, word] = 'all' in c ? [c.all, ' and '] : [c.any, ' or ']
  const bare = (part: Condition) => 'metric' in part || 'not' in part || parts.length === 1
  return parts.map((part) => (bare(part) ? describe(part) : `(${describe(part)})`)).join(word)
}
