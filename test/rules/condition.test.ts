/** How a condition is told, and what it reads. */
import { expect, test } from 'vitest'
import type { MetricKey } from '../../rules/metric.ts'
import {
  type Comparison,
  type Condition,
  describe,
  metricsOf,
  operandsOf,
  STARTER_RULE,
} from '../../rules/rule.ts'

const p = (metric: MetricKey): Comparison => ({ metric, op: '>=', value: 100 })
const OVER: Comparison = { metric: 'plays', windowMinutes: 360, op: '>=', value: 1000 }
const BESIDE: Comparison = { metric: 'plays', of: 'TIER', by: 'RATIO', op: '>=', value: 3 }
const RANKED: Comparison = { metric: 'interactionRate', of: 'CELL', by: 'PERCENTILE', op: '>=', value: 0.9 }

test.each<[Condition, string]>([
  [p('plays'), 'plays >= 100'],
  [{ metric: 'interactionRate', op: '<=', value: 0.03, release: 0.05 }, 'interactionRate <= 0.03'],
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
  [OVER, 'plays over 360 min >= 1000'],
  [BESIDE, 'plays / TIER median >= 3'],
  [RANKED, 'interactionRate percentile of CELL >= 0.9'],
  [{ not: p('plays') }, 'not (plays >= 100)'],
  [
    { all: [{ not: { any: [p('plays'), OVER] } }, RANKED] },
    'not (plays >= 100 or plays over 360 min >= 1000) and interactionRate percentile of CELL >= 0.9',
  ],
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
  [
    'those under not, with a window and of a class',
    { not: { all: [OVER, BESIDE, RANKED] } },
    ['plays', 'interactionRate'],
  ],
  ['each once', { any: [p('plays'), { all: [p('likes'), p('plays')] }, p('likes')] }, ['plays', 'likes']],
])('a condition reads %s', (_name, condition, metrics) => {
  expect(metricsOf(condition)).toEqual(metrics)
})

test('what a condition reads beyond the catalogue has a name of its own, each once', () => {
  const condition = { all: [OVER, BESIDE, { not: RANKED }, p('plays'), { ...BESIDE, value: 8 }] }
  expect(operandsOf(condition)).toEqual([
    { key: 'plays over 360 min', metric: 'plays', windowMs: 21_600_000, of: null, by: 'RATIO' },
    { key: 'plays / TIER median', metric: 'plays', windowMs: null, of: 'TIER', by: 'RATIO' },
    {
      key: 'interactionRate percentile of CELL',
      metric: 'interactionRate',
      windowMs: null,
      of: 'CELL',
      by: 'PERCENTILE',
    },
    { key: 'plays', metric: 'plays', windowMs: null, of: null, by: 'RATIO' },
  ])
})
