/** What a condition answers: truth tables of its three-valued logic, and what holds of every condition. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METRIC_KEYS, type MetricKey, type Reading, type Readings } from '../../rules/metric.ts'
import { type Comparison, type Condition, completed, evaluate, type Outcome } from '../../rules/rule.ts'
import { definitions, keyOf, readingsOf } from './rule-world.ts'

const UNKNOWN: Reading = { value: null, reason: 'NOT_GIVEN' }

/** Readings in which only the given metrics are known. */
function readings(known: Partial<Record<MetricKey, number>>): Readings {
  const all = METRIC_KEYS.map((key) => {
    const value = known[key]
    return [key, value === undefined ? UNKNOWN : { value }] as const
  })
  return Object.fromEntries(all) as Readings
}

const rule = (condition: Condition) => completed({ condition, cooldownMinutes: 0 })
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

/**
 * Under not, `>= 100 release 150`: M: 50 below the value, met; H: 125 above it and short of the release level, held; R: 200
 * let go; ?: unknown.
 */
const UNDER_NOT: [string, Outcome, Outcome, Outcome][] = [
  // not a and not b; not a or not b; not (not a and not b)
  ['MM', 'MET', 'MET', 'RELEASED'],
  ['MH', 'HELD', 'MET', 'HELD'],
  ['MR', 'RELEASED', 'MET', 'MET'],
  ['M?', 'NO_DATA', 'MET', 'NO_DATA'],
  ['HH', 'HELD', 'HELD', 'HELD'],
  ['HR', 'RELEASED', 'HELD', 'MET'],
  ['H?', 'HELD', 'NO_DATA', 'NO_DATA'],
  ['RR', 'RELEASED', 'RELEASED', 'MET'],
  ['R?', 'RELEASED', 'NO_DATA', 'MET'],
  ['??', 'NO_DATA', 'NO_DATA', 'NO_DATA'],
]
const NOT_READ: Record<string, number | undefined> = { M: 50, H: 125, R: 200 }

test.each(UNDER_NOT)('under not %s: all is %s, any is %s', (two, all, any) => {
  const [plays, likes] = [...two].map((sign) => NOT_READ[sign])
  const known = readings({ ...(plays && { plays }), ...(likes && { likes }) })
  const parts = [{ not: atLeast('plays', 100, 150) }, { not: atLeast('likes', 100, 150) }]
  expect(evaluate(rule({ all: parts }), known)).toBe(all)
  expect(evaluate(rule({ any: parts }), known)).toBe(any)
  // By De Morgan the same, however it is written.
  const bare = parts.map(({ not }) => not)
  expect(evaluate(rule({ not: { any: bare } }), known)).toBe(all)
  expect(evaluate(rule({ not: { all: bare } }), known)).toBe(any)
})

test.each<[string, Condition, number | null, Outcome]>([
  ['not >=, below: MET', { not: atLeast('plays', 100) }, 99, 'MET'],
  ['not >=, at the value: RELEASED', { not: atLeast('plays', 100) }, 100, 'RELEASED'],
  ['not >= with a release, at the value: HELD', { not: atLeast('plays', 100, 150) }, 100, 'HELD'],
  ['not >= with a release, at the release: RELEASED', { not: atLeast('plays', 100, 150) }, 150, 'RELEASED'],
  ['not <=, above: MET', { not: atMost('plays', 100) }, 101, 'MET'],
  ['not <= with a release, at the value: HELD', { not: atMost('plays', 100, 50) }, 100, 'HELD'],
  ['not <= with a release, at the release: RELEASED', { not: atMost('plays', 100, 50) }, 50, 'RELEASED'],
  ['not unknown: NO_DATA', { not: atLeast('plays', 100) }, null, 'NO_DATA'],
  ['not not: as it is', { not: { not: atLeast('plays', 100, 50) } }, 75, 'HELD'],
  ['not not not: as not', { not: { not: { not: atLeast('plays', 100) } } }, 99, 'MET'],
])('%s', (_name, condition, plays, expected) => {
  expect(evaluate(rule(condition), readings(plays === null ? {} : { plays }))).toBe(expected)
})

test('a comparison with a window or a class reads its own number, not that of its metric', () => {
  const known = {
    ...readings({ plays: 5000 }),
    'plays over 60 min': { value: 10 },
    'plays / TIER median': { value: 4 },
  }
  const over = { metric: 'plays', windowMinutes: 60, op: '>=', value: 100 } as const
  const beside = { metric: 'plays', of: 'TIER', by: 'RATIO', op: '>=', value: 3 } as const
  expect(evaluate(rule(over), known)).toBe('RELEASED')
  expect(evaluate(rule(beside), known)).toBe('MET')
  expect(evaluate(rule({ ...beside, by: 'PERCENTILE' }), known)).toBe('NO_DATA')
})

/** The naive reading of a condition in three values. */
function naive(
  c: Condition,
  level: 'value' | 'release',
  read: (c: Comparison) => number | null,
): boolean | null {
  if ('not' in c) {
    const inner = naive(c.not, level, read)
    return inner === null ? null : !inner
  }
  if ('metric' in c) {
    const value = read(c)
    const bound = level === 'release' ? (c.release ?? c.value) : c.value
    return value === null ? null : c.op === '>=' ? value >= bound : value <= bound
  }
  const [parts, deciding] = 'all' in c ? [c.all, false] : [c.any, true]
  const all = parts.map((part) => naive(part, level, read))
  if (all.includes(deciding)) return deciding
  return all.includes(null) ? null : !deciding
}

test('of any definition: it says what the naive reading says, and MET and RELEASED are never both true', () => {
  const seen = new Set<Outcome>()
  fc.assert(
    fc.property(
      definitions,
      fc.infiniteStream(fc.option(fc.double({ min: -2, max: 2, noNaN: true }))),
      (d, numbers) => {
        const known = readingsOf(d, numbers)
        const read = (c: Comparison) => known[keyOf(c)]?.value ?? null
        const [met, above] = [naive(d.condition, 'value', read), naive(d.condition, 'release', read)]
        // What is met is not let go: the release level is never harder.
        if (met === true) expect(above).not.toBe(false)
        const outcome = evaluate(d, known)
        seen.add(outcome)
        const expected = met === null ? 'NO_DATA' : met ? 'MET' : above === false ? 'RELEASED' : 'HELD'
        expect(outcome).toBe(expected)
      },
    ),
    { numRuns: 2000 },
  )
  expect(seen.size).toBe(4)
})

test('a reading that is not there at all is as unknown as one without a value: nothing is thrown', () => {
  fc.assert(
    fc.property(definitions, (d) => {
      expect(evaluate(d, {})).toBe('NO_DATA')
    }),
  )
})
