/** What is not taken, row by row, and rates whose unit only the column tells. */
import { expect, test } from 'vitest'
import { type Cell, csv, xlsx } from './files.ts'
import { HEADER, ID, OTHER, ROWS, readAll } from './fixture.ts'

test('ids that Excel damaged are refused with the place, the rest is read', async () => {
  const damaged = ['7.41111E+18', '7411111111111110000']
  const rows = damaged.map((id) => ROWS[0]?.with(1, id) ?? [])
  const text = await readAll(csv([HEADER, ...rows, ROWS[1] ?? []]))
  expect(text.rows).toHaveLength(1)
  expect(text.refused).toEqual([
    expect.objectContaining({ line: 2, column: '素材ID', value: damaged[0] }),
    expect.objectContaining({ line: 3, column: '素材ID', value: damaged[1] }),
  ])
  const numbers = (ROWS[0] as Cell[]).with(1, { raw: '7.4111111111111113E+18' })
  const sheet = await readAll(xlsx([{ name: 'a', rows: [HEADER, numbers, ROWS[1] as Cell[]] }]))
  expect(sheet.refused).toEqual([
    expect.objectContaining({ line: 2, reason: expect.stringMatching(/lost its last digits/) }),
  ])
})

test('a file whose ids are all rounded is refused as a whole', async () => {
  const ids = [7411111111111111123n, 7411111222211111456n, 7433111111111111789n, 7411144411111111321n]
  const rows = ids.map((id) => ROWS[0]?.with(1, String(Number(id))) ?? [])
  await expect(readAll(csv([HEADER, ...rows]))).rejects.toThrow(/have been rounded/)
})

test('a heading that occurs twice must say the same twice', async () => {
  const header = ['日期', '素材ID', '消耗', '消耗']
  const read = await readAll(csv([header, ['2026-11-11', ID, '5', '5'], ['2026-11-11', OTHER, '5', '6']]))
  expect(read.rows).toHaveLength(1)
  expect(read.refused).toEqual([
    expect.objectContaining({ line: 3, reason: expect.stringMatching(/occurs twice/) }),
  ])
})

test('a row with shifted columns, or broken in any cell, is refused and no other', async () => {
  const good = ROWS[0] ?? []
  const rows = [
    good,
    [...good, '1'],
    good.slice(1),
    good.with(0, '2026-13-01'),
    good.with(3, '-5'),
    good.with(9, 'x'),
    good.with(1, ''),
  ]
  const read = await readAll(csv([HEADER, ...rows]))
  expect(read.rows).toHaveLength(1)
  expect(read.refused.map(({ line, column }) => [line, column])).toEqual([
    // The quoted line break in no row: lines are rows here.
    [3, '*'],
    [4, '*'],
    [5, '日期'],
    [6, '整体消耗(元)'],
    [7, '整体点击率'],
    [8, '素材ID'],
  ])
})

test('bare rates are percent when any is above 1, or when clicks and shows say so', async () => {
  const header = ['日期', '素材ID', '展示次数', '点击次数', '点击率', '完播率']
  const read = await readAll(
    csv([
      header,
      ['2026-11-11', ID, '1000', '8', '0.8', '0.3'],
      ['2026-11-11', OTHER, '1000', '5', '0.5', '25'],
    ]),
  )
  expect(read.rows.map(({ extra }) => extra)).toEqual([
    { ctr: 0.008, finishRate: 0.003 },
    { ctr: 0.005, finishRate: 0.25 },
  ])
})
