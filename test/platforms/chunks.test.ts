import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunksOf, isUrgent } from '../../platforms/chunks.ts'
import type { VideoRef } from '../../platforms/connector.ts'

const ref = (itemId: string, accountId: string, urgent?: boolean): VideoRef => ({
  itemId,
  accountId,
  ...(urgent === undefined ? {} : { urgent }),
})
const ids = (chunks: VideoRef[][]) => chunks.map((chunk) => chunk.map(({ itemId }) => itemId).join(''))

test('what is urgent shares calls, and those come first', () => {
  const refs = [
    ref('a', 'one'),
    ref('b', 'one', true),
    ref('c', 'one', false),
    ref('d', 'one', true),
    ref('e', 'two'),
    ref('f', 'two', true),
  ]
  expect(ids(chunksOf(refs, 2))).toEqual(['bd', 'fe', 'ac'])
})

test('nothing urgent keeps its order', () => {
  expect(ids(chunksOf([ref('a', 'one'), ref('b', 'two'), ref('c', 'one')], 2))).toEqual(['ac', 'b'])
})

test('every video is in one chunk of its account, and no more chunks are urgent than must be', () => {
  const refs = fc.array(
    fc.record({ itemId: fc.uuid(), accountId: fc.constantFrom('one', 'two', 'three'), urgent: fc.boolean() }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(refs, fc.integer({ min: 1, max: 7 }), (refs, size) => {
      const chunks = chunksOf(refs, size)
      expect(
        chunks
          .flat()
          .map(({ itemId }) => itemId)
          .sort(),
      ).toEqual(refs.map(({ itemId }) => itemId).sort())
      for (const chunk of chunks) {
        expect(new Set(chunk.map(({ accountId }) => accountId)).size).toBe(1)
        expect(chunk.length).toBeLessThanOrEqual(size)
      }
      const urgentOf = new Map<string, number>()
      for (const { accountId } of refs.filter(isUrgent)) {
        urgentOf.set(accountId, (urgentOf.get(accountId) ?? 0) + 1)
      }
      const least = [...urgentOf.values()].reduce((sum, count) => sum + Math.ceil(count / size), 0)
      expect(chunks.filter((chunk) => chunk.some(isUrgent))).toHaveLength(least)
    }),
  )
})
