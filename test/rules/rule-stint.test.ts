import { expect, test } from 'vitest'
import { completed } from '../../rules/rule.ts'
import { stintIn, stintsOf, type Version } from '../../rules/rule-stint.ts'

const says = (value: number) => completed({ condition: { metric: 'plays', op: '>=', value } })
/** Versions of these thresholds, one every 10 ms. */
const versions = (...values: number[]): Version[] =>
  values.map((value, i) => ({ version: i + 1, definition: says(value), createdAt: 10 * i }))

test.each([
  ['created switched on', [1], [1]],
  ['revised while it is on', [1, 2, 3], [3, 2, 1]],
  ['switched on after it was made', [1, 1], [2]],
  ['switched on, then revised', [1, 1, 2], [3, 2]],
  ['switched on twice', [1, 1, 2, 2], [4]],
  ['revised while it was off', [1, 2, 2], [3]],
])('a rule that was %s is known to have judged since', (_name, values, expected) => {
  expect(stintsOf(versions(...values)).map(({ version }) => version)).toEqual(expected)
})

test.each([
  ['before it was there', -5, 0, null],
  ['in which it began', -5, 5, { version: 1, from: 0 }],
  ['within one version', 12, 18, { version: 2, from: 12 }],
  ['in which it was revised', 5, 15, { version: 2, from: 10 }],
  ['behind the last revision', 100, 200, { version: 3, from: 100 }],
])('a week %s', (_name, from, to, expected) => {
  const found = stintIn(stintsOf(versions(1, 2, 3)), from, to)
  expect(found && { version: found.version.version, from: found.from }).toEqual(expected)
})
