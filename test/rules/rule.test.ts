import fc from 'fast-check'
import { expect, test } from 'vitest'
import { METRIC_KEYS } from '../../rules/metric.ts'
import { completed, definition, STARTER_RULE, type StoredDefinition, timing } from '../../rules/rule.ts'
import { definitions } from './rule-world.ts'

const PLAYS = { metric: 'plays', op: '>=', value: 1000 }
const RATE = { metric: 'interactionRate', op: '>=', value: 0.9 }
const USUAL = {
  purposes: [],
  scope: { brandIds: [], matrixIds: [], phaseIds: [], tiers: [] },
  holdMinutes: 0,
  keepFiringMinutes: 0,
  cooldownMinutes: 360,
  quiet: null,
  severity: 'WARNING',
  action: 'FLAG',
}
const nots = (levels: number): unknown => (levels === 0 ? PLAYS : { not: nots(levels - 1) })
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
  ['not', { condition: { not: PLAYS } }],
  ['not deep down', { condition: { all: [PLAYS, { not: { any: [PLAYS, { not: PLAYS }] } }] } }],
  ['eight nots', { condition: nots(8) }],
  ['a release above the value of >= under not', { condition: { not: { ...PLAYS, release: 2000 } } }],
  ['a release below the value of <= under not', { condition: { not: { ...PLAYS, op: '<=', release: 500 } } }],
  [
    'a release below the value of >= under two nots',
    { condition: { not: { all: [{ not: { ...PLAYS, release: 500 } }] } } },
  ],
  ['a window', { condition: { ...PLAYS, windowMinutes: 360 } }],
  [
    'the shortest and the longest window',
    { condition: { all: [5, 43_200].map((windowMinutes) => ({ ...PLAYS, windowMinutes })) } },
  ],
  ['a ratio to a class', { condition: { ...PLAYS, of: 'KOL', by: 'RATIO' } }],
  ['a percentile of a class', { condition: { ...RATE, of: 'WORKSPACE', by: 'PERCENTILE', release: 0.8 } }],
  [
    'a scope',
    { condition: PLAYS, scope: { brandIds: [1, 2], matrixIds: [3], phaseIds: [4], tiers: ['HEAD', 'KOC'] } },
  ],
  ['quiet hours over midnight', { condition: PLAYS, quiet: { from: '22:30', to: '08:00' } }],
  ['no quiet hours', { condition: PLAYS, quiet: null }],
  ['a severity and an action', { condition: PLAYS, severity: 'CRITICAL', action: 'STOP_PROMOTION' }],
  ['the longest time to keep firing', { condition: PLAYS, keepFiringMinutes: 10_080 }],
  ['hold and cooldown 0', { condition: PLAYS, holdMinutes: 0, cooldownMinutes: 0 }],
  ['the longest hold and cooldown', { condition: PLAYS, holdMinutes: 10_080, cooldownMinutes: 43_200 }],
])('a definition may have %s, and comes back as it was', (_name, given) => {
  const parsed = definition.parse(given)
  expect(parsed).toEqual({ ...USUAL, ...(given as object) })
  expect(completed(given as StoredDefinition)).toEqual(parsed)
})

test.each(METRIC_KEYS)('a definition may read %s', (metric) => {
  expect(definition.safeParse({ condition: { ...PLAYS, metric, value: 0.5 } }).success).toBe(true)
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
  [
    'a key too many: it says which there are',
    { condition: { ...PLAYS, hold: 1 } },
    'condition',
    /hold is not known.*windowMinutes/,
  ],
  [
    'a key beside not',
    { condition: { not: PLAYS, op: '>=' } },
    'condition',
    /op is not known here; there may be: not/,
  ],
  ['a not of a list', { condition: { not: [PLAYS] } }, 'condition.not', /object/],
  ['a not of nothing', { condition: { not: null } }, 'condition.not', /object/],
  [
    'a bad part of not',
    { condition: { not: { all: [PLAYS, { ...PLAYS, metric: 'fame' }] } } },
    'condition.not.all.1.metric',
    /kolRatio/,
  ],
  [
    'a release below the value of >= under not',
    { condition: { not: { ...PLAYS, release: 999 } } },
    'condition.not.release',
    /under not.*harder.*at least 1000/,
  ],
  [
    'a release above the value of <= under not',
    { condition: { not: { any: [{ ...PLAYS, op: '<=', release: 1001 }] } } },
    'condition.not.any.0.release',
    /under not.*harder.*at most 1000/,
  ],
  [
    'a release above the value of >= under two nots',
    { condition: { not: { not: { ...PLAYS, release: 1001 } } } },
    'condition.not.not.release',
    /easier.*at most 1000/,
  ],
  [
    'a window of another metric',
    { condition: { ...PLAYS, metric: 'likes', windowMinutes: 60 } },
    'condition.windowMinutes',
    /must be plays/,
  ],
  ['a window of nothing', { condition: { ...PLAYS, windowMinutes: 0 } }, 'condition.windowMinutes', /5/],
  [
    'half a minute of window',
    { condition: { ...PLAYS, windowMinutes: 60.5 } },
    'condition.windowMinutes',
    /int/,
  ],
  [
    'a window of more than 30 days',
    { condition: { ...PLAYS, windowMinutes: 43_201 } },
    'condition.windowMinutes',
    /43200/,
  ],
  [
    'a window and a class',
    { condition: { ...PLAYS, windowMinutes: 60, of: 'KOL', by: 'RATIO' } },
    'condition.of',
    /not both/,
  ],
  [
    'a class of a metric of which none is known',
    { condition: { ...PLAYS, metric: 'likes', of: 'KOL', by: 'RATIO' } },
    'condition.of',
    /plays and interactionRate only/,
  ],
  ['an unknown class', { condition: { ...PLAYS, of: 'BRAND', by: 'RATIO' } }, 'condition.of', /VERTICAL/],
  ['a class without by', { condition: { ...PLAYS, of: 'KOL' } }, 'condition.by', /RATIO or PERCENTILE/],
  ['by without a class', { condition: { ...PLAYS, by: 'RATIO' } }, 'condition.of', /go together/],
  ['an unknown by', { condition: { ...PLAYS, of: 'KOL', by: 'RANK' } }, 'condition.by', /PERCENTILE/],
  [
    'a percentile of 95',
    { condition: { ...RATE, value: 95, of: 'KOL', by: 'PERCENTILE' } },
    'condition.value',
    /0.95 is 95 %/,
  ],
  [
    'a percentile that no class tells apart',
    { condition: { ...RATE, value: 0.995, of: 'KOL', by: 'PERCENTILE' } },
    'condition.value',
    /never be met: .* up to 0.99/,
  ],
  [
    'a percentile that is let go at one',
    { condition: { not: { ...RATE, value: 0.9, release: 0.999, of: 'KOL', by: 'PERCENTILE' } } },
    'condition.not.release',
    /never be met/,
  ],
  [
    'a percentile let go at -1',
    { condition: { ...RATE, release: -1, of: 'KOL', by: 'PERCENTILE' } },
    'condition.release',
    /between 0 and 1/,
  ],
  [
    'a probability of 70',
    { condition: { ...PLAYS, metric: 'breakoutProbability', value: 70 } },
    'condition.value',
    /between 0 and 1/,
  ],
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
  ['a key too many', { condition: PLAYS, cooldown: 1 }, '', /cooldown is not known here; .*cooldownMinutes/],
  ['a scope that is a list', { condition: PLAYS, scope: [] }, 'scope', /object/],
  [
    'a key too many in the scope',
    { condition: PLAYS, scope: { brands: [1] } },
    'scope',
    /brands is not known here; .*brandIds/,
  ],
  [
    'an id in the scope that is none',
    { condition: PLAYS, scope: { brandIds: [1, 0] } },
    'scope.brandIds.1',
    /1/,
  ],
  ['an id in words', { condition: PLAYS, scope: { matrixIds: ['1'] } }, 'scope.matrixIds.0', /number/],
  ['half an id', { condition: PLAYS, scope: { phaseIds: [1.5] } }, 'scope.phaseIds.0', /int/],
  ['an unknown tier', { condition: PLAYS, scope: { tiers: ['TOP'] } }, 'scope.tiers.0', /HEAD/],
  ['quiet hours without an end', { condition: PLAYS, quiet: { from: '22:00' } }, 'quiet.to', /string/],
  [
    'quiet hours that are no time',
    { condition: PLAYS, quiet: { from: '24:00', to: '08:00' } },
    'quiet.from',
    /HH:MM/,
  ],
  [
    'quiet hours of nothing, or of all day',
    { condition: PLAYS, quiet: { from: '08:00', to: '08:00' } },
    'quiet.to',
    /begin/,
  ],
  [
    'a key too many in the quiet hours',
    { condition: PLAYS, quiet: { from: '22:00', to: '08:00', zone: 'UTC' } },
    'quiet',
    /zone/,
  ],
  ['an unknown severity', { condition: PLAYS, severity: 'FATAL' }, 'severity', /CRITICAL/],
  ['an unknown action', { condition: PLAYS, action: 'BUY' }, 'action', /PROPOSE_TRIAL/],
  ['a negative time to keep firing', { condition: PLAYS, keepFiringMinutes: -1 }, 'keepFiringMinutes', /0/],
  [
    'a time to keep firing of more than a week',
    { condition: PLAYS, keepFiringMinutes: 10_081 },
    'keepFiringMinutes',
    /10080/,
  ],
])('a definition may not have %s: the error names the part', (_name, given, path, message) => {
  const issues = definition.safeParse(given).error?.issues ?? []
  expect(issues[0]?.path.join('.')).toBe(path)
  expect(issues[0]?.message).toMatch(message)
})

test('a definition as deep as a request can hold is refused, not overflowed', () => {
  expect(definition.safeParse({ condition: deep(5000) }).success).toBe(false)
})

test('a definition as deep as a request can hold is refused under nots too', () => {
  expect(definition.safeParse({ condition: nots(9) }).success).toBe(false)
  expect(definition.safeParse({ condition: nots(5000) }).success).toBe(false)
})

test('any definition survives JSON, validation and completion, each as often as one likes', () => {
  fc.assert(
    fc.property(definitions, (given) => {
      const stored = JSON.parse(JSON.stringify(given))
      expect(definition.parse(stored)).toEqual(stored)
      expect(completed(stored)).toEqual(stored)
    }),
    { numRuns: 1000 },
  )
})

test('what was stored before rules had scopes, severities and quiet hours means the same', () => {
  const old = {
    purposes: ['SELLING' as const],
    condition: STARTER_RULE.definition.condition,
    holdMinutes: 30,
    cooldownMinutes: 60,
  }
  expect(completed(old)).toEqual({ ...USUAL, ...old })
  expect(completed({ ...old, scope: { tiers: ['HEAD'] } as never })).toMatchObject({
    scope: { brandIds: [], tiers: ['HEAD'] },
  })
})

test('hold, keep firing and cooldown are minutes', () => {
  const given = completed({
    condition: STARTER_RULE.definition.condition,
    holdMinutes: 30,
    keepFiringMinutes: 20,
  })
  expect(timing(given)).toEqual({ holdMs: 1_800_000, keepFiringMs: 1_200_000, cooldownMs: 21_600_000 })
})
