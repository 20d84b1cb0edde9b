import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIGURE_KEYS, ORDER_OF_SOURCES, prefer } from '../../rules/precedence.ts'

const said = (source: string, value: number) => ({ source, value })

test('single orders come before the sums of 罗盘, which are shown beside them', () => {
  expect(prefer('gmvFen', [said('compass', 10_050), said('sale', 10_000)])).toEqual({
    value: 10_000,
    source: 'sale',
    others: [said('compass', 10_050)],
    disagrees: false,
  })
  expect(prefer('gmvFen', [said('compass', 10_101), said('sale', 10_000)])).toMatchObject({ disagrees: true })
  expect(prefer('gmvFen', [said('compass', 500)])).toMatchObject({
    value: 500,
    source: 'compass',
    others: [],
  })
  expect(prefer('gmvFen', [])).toBeNull()
})

test('随心推 and 千川 add up, each from the source that is trusted most', () => {
  const told = [said('material', 290), said('suixintui', 100), said('qianchuan', 300), said('compass', 401)]
  expect(prefer('spendFen', told)).toEqual({
    value: 400,
    source: 'suixintui+qianchuan',
    others: [said('material', 290), said('compass', 401)],
    disagrees: true,
  })
  expect(prefer('spendFen', [said('compass', 401)])).toMatchObject({ value: 401, source: 'compass' })
})

test('a source of a mapping of their own speaks only where no declared one does', () => {
  expect(prefer('gmvFen', [said('erp', 7), said('task', 9)])).toMatchObject({
    value: 9,
    others: [said('erp', 7)],
  })
  expect(prefer('gmvFen', [said('erp', 7), said('crm', 8)])).toEqual({
    value: 8,
    source: 'crm',
    others: [said('erp', 7)],
    disagrees: true,
  })
})

test('every source that speaks is either in the value or among the others, in whatever order they come', () => {
  const names = ['sale', 'compass', 'task', 'suixintui', 'order', 'qianchuan', 'material', 'plan', 'erp']
  const told = fc
    .uniqueArray(fc.constantFrom(...names), { minLength: 1 })
    .chain((sources) =>
      fc.tuple(...sources.map((source) => fc.nat(1000).map((value) => said(source, value)))),
    )
  fc.assert(
    fc.property(fc.constantFrom(...FIGURE_KEYS), told, (figure, all) => {
      const best = prefer(figure, all)
      expect(prefer(figure, all.toReversed())).toEqual(best)
      const chosen = best?.source.split('+') ?? []
      expect([...chosen, ...(best?.others ?? []).map(({ source }) => source)].sort()).toEqual(
        all.map(({ source }) => source).sort(),
      )
      const sum = all
        .filter(({ source }) => chosen.includes(source))
        .reduce((total, { value }) => total + value, 0)
      expect(best?.value).toBe(sum)
      for (const channel of ORDER_OF_SOURCES[figure].channels) {
        expect(chosen.filter((source) => channel.includes(source)).length).toBeLessThanOrEqual(1)
      }
    }),
  )
})
