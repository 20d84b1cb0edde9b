import { expect, test } from 'vitest'
import { METRIC_KEYS, type MetricKey, type Reading, type Readings } from '../../rules/metric.ts'
import {
  type Comparison,
  type Condition,
  type Definition,
  definition,
  describe,
  evaluate,
  metricsOf,
  type Outcome,
  STARTER_RULE,
  timing,
} from '../../rules/rule.ts'

const UNKNOWN: Reading = { value: null, reason: 'NOT_GIVEN' }

/** Readings in which only the given metrics are known. */
function readings(known: Partial<Record<MetricKey, number>>): Readings {
  const all = METRIC_KEYS.map((key) => {
    const value = known[key]
    return [key, value === undefined ? UNKNOWN : { value }] as const
  })
  return Object.fromEntries(all) as Readings
}

const rule = (condition: Condition): Definition => ({
  purposes: [],
  condition,
  holdMinutes: 0,
  cooldownMinutes: 0,
})
const atLeast = (metric: MetricKey, value: number, release?: number): Comparison => ({
  metric,
  op: '>=',
  value,
  release,
})
const atMost = (metric: MetricKey, value: number, release?: number): Comparison => ({
  metric,
  op: '<=',
  value,
  release,
})

const LEVELS: [string, Comparison, number | null, Outcome][] = [
  ['>= above the value: MET', atLeast('plays', 100, 50), 101, 'MET'],
  ['>= at the value: MET', atLeast('plays', 100, 50), 100, 'MET'],
  ['>= below the value, above the release: HELD', atLeast('plays', 100, 50), 99, 'HELD'],
  ['>= at the release: HELD', atLeast('plays', 100, 50), 50, 'HELD'],
  ['>= below the release: RELEASED', atLeast('plays', 100, 50), 49, 'RELEASED'],
  ['>= 0: RELEASED, zero is a value', atLeast('plays', 100, 50), 0, 'RELEASED'],
  ['>= unknown: NO_DATA', atLeast('plays', 100, 50), null, 'NO_DATA'],
  ['>= without a release level, below: RELEASED', atLeast('plays', 100), 99, 'RELEASED'],
  ['>= release equal to the value, below: RELEASED', atLeast('plays', 100, 100), 99, 'RELEASED'],
  ['>= release 0: HELD at 0', atLeast('plays', 100, 0), 0, 'HELD'],
  ['>= value 0: MET at 0', atLeast('plays', 0), 0, 'MET'],
  ['<= below the value: MET', atMost('plays', 100, 200), 99, 'MET'],
  ['<= at the value: MET', atMost('plays', 100, 200), 100, 'MET'],
  ['<= above the value, below the release: HELD', atMost('plays', 100, 200), 101, 'HELD'],
  ['<= at the release: HELD', atMost('plays', 100, 200), 200, 'HELD'],
  ['<= above the release: RELEASED', atMost('plays', 100, 200), 201, 'RELEASED'],
  ['<= unknown: NO_DATA', atMost('plays', 100, 200), null, 'NO_DATA'],
  ['<= without a release level, above: RELEASED', atMost('plays', 100), 101, 'RELEASED'],
]

test.each(LEVELS)('%s', (_name, comparison, plays, expected) => {
  expect(evaluate(rule(comparison), readings(plays === null ? {} : { plays }))).toBe(expected)
})

/**
 * Two comparisons, `>= 100 release 50`; each reads M: 150 met, H: 75 held, R: 10 released, ?: unknown. Columns: the
 * two, then the outcome of `all`, of `any`.
 */
const TRUTH: [string, Outcome, Outcome][] = [
  ['MM', 'MET', 'MET'],
  ['MH', 'HELD', 'MET'],
  ['MR', 'RELEASED', 'MET'],
  ['M?', 'NO_DATA', 'MET'],
  ['HM', 'HELD', 'MET'],
  ['HH', 'HELD', 'HELD'],
  ['HR', 'RELEASED', 'HELD'],
  // One false decides `all` at the value; at the release level nothing is known: held.
  ['H?', 'HELD', 'NO_DATA'],
  ['RM', 'RELEASED', 'MET'],
  ['RH', 'RELEASED', 'HELD'],
  ['RR', 'RELEASED', 'RELEASED'],
  ['R?', 'RELEASED', 'NO_DATA'],
  ['?M', 'NO_DATA', 'MET'],
  ['?H', 'HELD', 'NO_DATA'],
  ['?R', 'RELEASED', 'NO_DATA'],
  ['??', 'NO_DATA', 'NO_DATA'],
]
const READ: Record<string, number | undefined> = { M: 150, H: 75, R: 10 }

test.each(TRUTH)('%s: all is %s, any is %s', (two, all, any) => {
  const [plays, likes] = [...two].map((sign) => READ[sign])
  const known = readings({ ...(plays && { plays }), ...(likes && { likes }) })
  const parts = [atLeast('plays', 100, 50), atLeast('likes', 100, 50)]
  expect(evaluate(rule({ all: parts }), known)).toBe(all)
  expect(evaluate(rule({ any: parts }), known)).toBe(any)
})

const p = (metric: MetricKey) => atLeast(metric, 100)
const NESTED: [string, Condition, Partial<Record<MetricKey, number>>, Outcome][] = [
  [
    'unknown in any in all, any met: MET',
    { all: [p('plays'), { any: [p('likes'), p('saves')] }] },
    { plays: 100, likes: 100 },
    'MET',
  ],
  [
    'unknown in any in all, any not met: NO_DATA',
    { all: [p('plays'), { any: [p('likes'), p('saves')] }] },
    { plays: 100, likes: 1 },
    'NO_DATA',
  ],
  [
    'unknown any in all, other false: RELEASED',
    { all: [p('plays'), { any: [p('likes'), p('saves')] }] },
    { plays: 1 },
    'RELEASED',
  ],
  [
    'unknown in all in any, other met: MET',
    { any: [p('plays'), { all: [p('likes'), p('saves')] }] },
    { plays: 100 },
    'MET',
  ],
  [
    'false decides all in any: RELEASED',
    { any: [p('plays'), { all: [p('likes'), p('saves')] }] },
    { plays: 1, likes: 1 },
    'RELEASED',
  ],
  ['all of one: as the one', { all: [{ any: [p('plays')] }] }, { plays: 100 }, 'MET'],
]

test.each(NESTED)('%s', (_name, condition, known, expected) => {
  expect(evaluate(rule(condition), readings(known))).toBe(expected)
})

const PLAYS = { metric: 'plays', op: '>=', value: 1000 }
const deep = (levels: number): unknown => (levels === 0 ? PLAYS : { all: [deep(levels - 1)] })

test.each<[string, unknown]>([
  ['a comparison alone', { condition: PLAYS }],
  ['a release below the value of >=', { condition: { ...PLAYS, release: 500 } }],
  ['a release at the value', { condition: { ...PLAYS, release: 1000 } }],
  ['a release above the value of <=', { condition: { ...PLAYS, op: '<=', release: 2000 } }],
  ['negative and fractional values', { condition: { ...PLAYS, value: -0.5 } }],
  ['all and any, nested', { condition: { all: [PLAYS, { any: [PLAYS, { all: [PLAYS] }] }] } }],
  ['eight levels', { condition: deep(8) }],
  ['every purpose by name', { purposes: ['SEEDING', 'SELLING', 'TRAFFIC'], condition: PLAYS }],
  ['hold and cooldown 0', { condition: PLAYS, holdMinutes: 0, cooldownMinutes: 0 }],
  ['the longest hold and cooldown', { condition: PLAYS, holdMinutes: 10_080, cooldownMinutes: 43_200 }],
])('a definition may have %s, and comes back as it was', (_name, given) => {
  expect(definition.parse(given)).toEqual({
    purposes: [],
    holdMinutes: 0,
    cooldownMinutes: 360,
    ...(given as object),
  })
})

test.each(METRIC_KEYS)('a definition may read %s', (metric) => {
  expect(definition.safeParse({ condition: { ...PLAYS, metric } }).success).toBe(true)
})

test('the rule of a new workspace is a good definition', () => {
  expect(definition.parse(STARTER_RULE.definition)).toEqual(STARTER_RULE.definition)
})

test.each<[string, unknown, string, RegExp]>([
  ['nothing', null, '', /object/],
  ['an array', [], '', /object/],
  ['no condition', {}, 'condition', /object/],
  ['a condition that is null', { condition: null }, 'condition', /object/],
  ['a condition in words', { condition: 'plays >= 1000' }, 'condition', /object/],
  ['a condition that is an array', { condition: [PLAYS] }, 'condition', /object/],
  ['an empty condition', { condition: {} }, 'condition.metric', /./],
  ['an unknown metric', { condition: { ...PLAYS, metric: 'fame' } }, 'condition.metric', /kolRatio/],
  ['an unknown operator', { condition: { ...PLAYS, op: '>' } }, 'condition.op', />=/],
  ['no value', { condition: { metric: 'plays', op: '>=' } }, 'condition.value', /number/],
  ['a value in words', { condition: { ...PLAYS, value: '1000' } }, 'condition.value', /number/],
  [
    'a value that is not a number',
    { condition: { ...PLAYS, value: Number.NaN } },
    'condition.value',
    /number/,
  ],
  [
    'an endless value',
    { condition: { ...PLAYS, value: Number.POSITIVE_INFINITY } },
    'condition.value',
    /number/,
  ],
  ['a release in words', { condition: { ...PLAYS, release: '1' } }, 'condition.release', /number/],
  ['a release that is null', { condition: { ...PLAYS, release: null } }, 'condition.release', /number/],
  [
    'a release above the value of >=',
    { condition: { ...PLAYS, release: 1001 } },
    'condition.release',
    /easier/,
  ],
  [
    'a release below the value of <=',
    { condition: { ...PLAYS, op: '<=', release: 999 } },
    'condition.release',
    /easier/,
  ],
  ['a key too many in a comparison', { condition: { ...PLAYS, hold: 1 } }, 'condition', /hold/],
  ['an empty all', { condition: { all: [] } }, 'condition.all', /1/],
  ['an empty any', { condition: { any: [] } }, 'condition.any', /1/],
  ['an all that is no list', { condition: { all: PLAYS } }, 'condition.all', /array/],
  ['both all and any', { condition: { all: [PLAYS], any: [PLAYS] } }, 'condition', /any/],
  ['a comparison beside all', { condition: { ...PLAYS, all: [PLAYS] } }, 'condition', /metric/],
  ['a bad part of all', { condition: { all: [PLAYS, { ...PLAYS, op: '=' }] } }, 'condition.all.1.op', />=/],
  [
    'a bad part deep down',
    { condition: { any: [{ all: [PLAYS, { any: [{ ...PLAYS, release: 1001 }] }] }] } },
    'condition.any.0.all.1.any.0.release',
    /easier/,
  ],
  ['nine levels', { condition: deep(9) }, `condition${'.all.0'.repeat(8)}.all`, /deep/],
  ['an unknown purpose', { condition: PLAYS, purposes: ['SEEDING', 'FUN'] }, 'purposes.1', /SELLING/],
  ['a purpose that is no list', { condition: PLAYS, purposes: 'SEEDING' }, 'purposes', /array/],
  ['a negative hold', { condition: PLAYS, holdMinutes: -1 }, 'holdMinutes', /0/],
  ['half a minute of hold', { condition: PLAYS, holdMinutes: 0.5 }, 'holdMinutes', /int/],
  ['a hold of more than a week', { condition: PLAYS, holdMinutes: 10_081 }, 'holdMinutes', /10080/],
  ['a negative cooldown', { condition: PLAYS, cooldownMinutes: -1 }, 'cooldownMinutes', /0/],
  ['half a minute of cooldown', { condition: PLAYS, cooldownMinutes: 0.5 }, 'cooldownMinutes', /int/],
  [
    'a cooldown of more than 30 days',
    { condition: PLAYS, cooldownMinutes: 43_201 },
    'cooldownMinutes',
    /43200/,
  ],
  ['a key too many', { condition: PLAYS, cooldown: 1 }, '', /cooldown/],
])('a definition may not have %s: the error names the part', (_name, given, path, message) => {
  const issues = definition.safeParse(given).error?.issues ?? []
  expect(issues[0]?.path.join('.')).toBe(path)
  expect(issues[0]?.message).toMatch(message)
})

test('a definition as deep as a request can hold is refused, not overflowed', () => {
  expect(definition.safeParse({ condition: deep(5000) }).success).toBe(false)
})

test.each<[Condition, string]>([
  [p('plays'), 'plays >= 100'],
  [atMost('interactionRate', 0.03, 0.05), 'interactionRate <= 0.03'],
  [{ all: [p('plays'), p('likes')] }, 'plays >= 100 and likes >= 100'],
  [{ any: [p('plays'), p('likes')] }, 'plays >= 100 or likes >= 100'],
  [
    { all: [p('kolRatio'), { any: [p('plays'), p('likes')] }] },
    'kolRatio >= 100 and (plays >= 100 or likes >= 100)',
  ],
  [
    { any: [{ all: [p('plays'), p('likes')] }, p('saves')] },
    '(plays >= 100 and likes >= 100) or saves >= 100',
  ],
  [{ all: [p('plays')] }, 'plays >= 100'],
  [{ all: [{ any: [p('plays'), p('likes')] }] }, 'plays >= 100 or likes >= 100'],
  [STARTER_RULE.definition.condition, 'kolRatio >= 3 and interactionRate >= 0.03 and plays >= 1000'],
])('a condition in one line: %#', (condition, line) => {
  expect(describe(condition)).toBe(line)
})

test.each<[string, Condition, MetricKey[]]>([
  ['the one of a comparison', p('plays'), ['plays']],
  [
    'those of all and any',
    { all: [p('plays'), { any: [p('likes'), p('saves')] }] },
    ['plays', 'likes', 'saves'],
  ],
  ['each once', { any: [p('plays'), { all: [p('likes'), p('plays')] }, p('likes')] }, ['plays', 'likes']],
])('a condition reads %s', (_name, condition, metrics) => {
  expect(metricsOf(condition)).toEqual(metrics)
})

test('hold and cooldown are minutes', () => {
  const given = { ...rule(p('plays')), holdMinutes: 30, cooldownMinutes: 360 }
  expect(timing(given)).toEqual({ holdMs: 1_800_000, cooldownMs: 21_600_000 })
})
