import { expect, test } from 'vitest'
import { definition, metricsOf, STARTER_RULE } from '../../rules/rule.ts'
import { RULE_PACKS } from '../../rules/rule-pack.ts'
import { PURPOSES } from '../../rules/types.ts'

const ALL = RULE_PACKS.flatMap(({ purpose, rules }) => rules.map((rule) => ({ purpose, ...rule })))

test('there is a pack for every purpose, and each key, and each name of a rule, is there once', () => {
  expect(RULE_PACKS.map(({ purpose }) => purpose)).toEqual([...PURPOSES, null])
  expect(new Set(RULE_PACKS.map(({ key }) => key)).size).toBe(RULE_PACKS.length)
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length)
})

test.each(ALL)('$name may be written as it is, and says where it is from', (rule) => {
  expect(definition.parse(JSON.parse(JSON.stringify(rule.definition)))).toEqual(rule.definition)
  expect(rule.name).toMatch(/\p{Script=Han}/u)
  expect(rule.source).toMatch(
    rule.purpose === null ? /^ours: / : /^a rule of thumb in circulation, not measured/,
  )
  if (rule.name !== STARTER_RULE.name) {
    expect(rule.definition.purposes).toEqual(rule.purpose === null ? [] : [rule.purpose])
  }
})

test('the rule on the chance of a breakout knows no threshold of plays', () => {
  const chance = ALL.find(({ name }) => name === '爆款概率 70%')
  expect(chance?.definition).toMatchObject({
    condition: { metric: 'breakoutProbability', op: '>=', value: 0.7, release: 0.5 },
    holdMinutes: 30,
  })
  expect(metricsOf(chance?.definition.condition as never)).toEqual(['breakoutProbability'])
})
