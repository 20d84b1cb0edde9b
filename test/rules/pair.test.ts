import fc from 'fast-check'
import { expect, test } from 'vitest'
import { brokenPairs, contradiction, type Pairing } from '../../rules/pair.ts'
import { ELEMENT_KINDS } from '../../rules/types.ts'

const forbidden = (elementId: number, otherId: number): Pairing => ({ kind: 'FORBIDDEN', elementId, otherId })
const required = (elementId: number, otherId: number): Pairing => ({ kind: 'REQUIRED', elementId, otherId })

const NEITHER: number[] = []
test.each<[cell: number[], pair: Pairing, broken: boolean, why: string]>([
  [NEITHER, forbidden(1, 2), false, 'forbidden, neither there'],
  [[1], forbidden(1, 2), false, 'forbidden, the one alone'],
  [[2], forbidden(1, 2), false, 'forbidden, the other alone'],
  [[1, 2], forbidden(1, 2), true, 'forbidden, both'],
  [[2, 1], forbidden(1, 2), true, 'forbidden, both, the other way round'],
  [NEITHER, required(1, 2), false, 'required, neither there'],
  [[1], required(1, 2), true, 'required, an empty axis where the other belongs'],
  [[1, 3], required(1, 2), true, 'required, a third where the other belongs'],
  [[2], required(1, 2), false, 'required, the other does not need the one'],
  [[1, 2], required(1, 2), false, 'required, both'],
])('a cell of %j under %j: broken %s (%s)', (cell, pair, broken) => {
  expect(brokenPairs(cell, [pair])).toEqual(broken ? [pair] : [])
})

test('every pair that is broken is told, in their order, with all that it carries', () => {
  const pairs = [
    { ...required(1, 9), reason: 'a' },
    { ...forbidden(1, 3), reason: 'b' },
    { ...forbidden(1, 2), reason: 'c' },
  ]
  expect(brokenPairs([1, 2], pairs).map(({ reason }) => reason)).toEqual(['a', 'c'])
})

/** Ids 1-9 are personas, 10-19 products, 20-29 scenes, 30-39 needs. */
const kindOf = (id: number) => ELEMENT_KINDS[Math.floor(id / 10)]

test.each<[pairs: Pairing[], clash: Pairing[] | null, why: string]>([
  [[], null, 'no pair'],
  [[required(1, 11)], null, 'one requirement'],
  [[forbidden(1, 11)], null, 'one that is forbidden'],
  [[required(1, 11), required(11, 1)], null, 'two that need each other'],
  [[required(1, 11), required(2, 12), forbidden(1, 12)], null, 'two that do not touch'],
  [[required(1, 11), forbidden(1, 11)], [required(1, 11), forbidden(1, 11)], 'required and forbidden'],
  [[required(11, 1), forbidden(1, 11)], [required(11, 1), forbidden(1, 11)], 'the other way round'],
  [[required(1, 11), required(1, 12)], [required(1, 11), required(1, 12)], 'two on one axis'],
  [
    [required(1, 11), required(11, 21), forbidden(1, 21)],
    [required(1, 11), required(11, 21), forbidden(1, 21)],
    'forbidden through a third',
  ],
  [[required(1, 11), required(11, 2)], [required(1, 11), required(11, 2)], 'its own axis through a third'],
])('%j contradict each other: %j (%s)', (pairs, clash) => {
  expect(contradiction(pairs, kindOf)).toEqual(clash)
})

test('without a contradiction, every element has a cell that breaks nothing: all that it requires', () => {
  const id = fc.integer({ min: 0, max: 39 })
  const pair = fc.record({ kind: fc.constantFrom('FORBIDDEN', 'REQUIRED'), elementId: id, otherId: id })
  const apart = pair.filter(({ elementId, otherId }) => kindOf(elementId) !== kindOf(otherId))
  fc.assert(
    fc.property(fc.array(apart, { maxLength: 12 }), (pairs) => {
      const clash = contradiction(pairs as Pairing[], kindOf)
      const cells = pairs.map(({ elementId }) => closure(elementId, pairs as Pairing[]))
      const sound = cells.every(
        (cell) =>
          brokenPairs(cell, pairs as Pairing[]).length === 0 &&
          new Set(cell.map(kindOf)).size === cell.length,
      )
      expect(sound).toBe(clash === null)
    }),
  )
})

function closure(start: number, pairs: readonly Pairing[]): number[] {
  const cell = new Set([start])
  for (let before = 0; before < cell.size; ) {
    before = cell.size
    for (const { kind, elementId, otherId } of pairs) {
      if (kind === 'REQUIRED' && cell.has(elementId)) cell.add(otherId)
    }
  }
  return [...cell]
}
