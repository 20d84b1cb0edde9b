import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concernsPerson, needsPerson } from '../../rules/guard-person.ts'
import { PLACE_WHYS } from '../../rules/promotion-place.ts'
import { REASONS } from './guard-reasons.ts'

test.each(REASONS)('%j alone: %s', (reason, person) => {
  expect(needsPerson([reason])).toBe(person)
})

test.each(REASONS)(
  '%j is told anew when it comes or goes: what needs a person, and what all money rests for',
  (reason, person) => {
    expect(concernsPerson(reason)).toBe(person || ['DRY_RUN', 'KILLED', 'QUIET'].includes(reason.kind))
  },
)

test('nothing holds it, so nobody is needed; and every reason for a plan is in the table', () => {
  expect(needsPerson([])).toBe(false)
  const whys = REASONS.flatMap(([reason]) => (reason.kind === 'NO_PLACE' ? [reason.why] : []))
  expect(whys).toEqual([...PLACE_WHYS])
})

test('of several one is enough, unless all money rests', () => {
  const rests = new Set(['DRY_RUN', 'KILLED', 'QUIET'])
  fc.assert(
    fc.property(fc.subarray([...REASONS]), (some) => {
      const standstill = some.some(([{ kind }]) => rests.has(kind))
      const person = some.some(([, needed]) => needed)
      expect(needsPerson(some.map(([reason]) => reason))).toBe(person && !standstill)
    }),
  )
})
