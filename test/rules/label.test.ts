import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLabels } from '../../rules/label.ts'

const named = (...names: string[]) => names.map((name, index) => ({ id: index + 1, name }))
const found = (names: string[], text: string) =>
  createLabels(named(...names))
    .find(text)
    .map(({ id }) => id)

test.each([
  [
    ['宿舍', '食堂'],
    ['宿舍', '食堂'],
  ],
  [
    ['宿舍', '宿舍'],
    ['宿舍#1', '宿舍#2'],
  ],
  [
    ['新品#1', '新品'],
    ['新品#1', '新品'],
  ],
  [
    ['宿舍', '宿舍', '宿舍#1'],
    ['宿舍#1', '宿舍#2', '宿舍#1#3'],
  ],
])('%j are shown as %j', (names, expected) => {
  const all = named(...names)
  const labels = createLabels(all)
  expect(all.map((one) => labels.of(one))).toEqual(expected)
})

test('a text means the one of that label, all of that name, or nothing; the number may always be given', () => {
  expect(found(['宿舍', '宿舍', '食堂'], '宿舍#2')).toEqual([2])
  expect(found(['宿舍', '宿舍', '食堂'], '宿舍')).toEqual([1, 2])
  expect(found(['宿舍', '宿舍', '食堂'], '食堂#3')).toEqual([3])
  expect(found(['宿舍', '宿舍', '食堂'], '食堂#2')).toEqual([])
  expect(found(['宿舍', '宿舍', '宿舍#1'], '宿舍#1')).toEqual([1])
})

test('every label means the one that it is of', () => {
  const name = fc.constantFrom('a', 'b', 'a#1', 'a#2', 'b#3', 'a#1#2', 'a#1#4')
  fc.assert(
    fc.property(fc.array(name, { maxLength: 8 }), (names) => {
      const all = named(...names)
      const labels = createLabels(all)
      for (const one of all) expect(labels.find(labels.of(one))).toEqual([one])
    }),
  )
})
