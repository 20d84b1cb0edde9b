/** npm run import, as an operator meets it. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { commandOn } from '../support/program.ts'

const { run, file } = commandOn(testDatabase(), 'import')

test('an export: previewed, imported with its refused rows reported, known the second time', async () => {
  const path = await file(
    'material.csv',
    `\ufeff日期,素材ID,素材名称,整体消耗(元),整体支付ROI,整体成交金额(元)
2026-11-10,7411111111111111123,a,100.00,2.00,200.00
2026-11-10,7.41111E+18,b,1,1,1
2026-11-10,7422222222222222234,c,100.00,2.00,900.00
合计,,,201,,1101
`,
  )
  const dry = await run(path, '--dry-run')
  expect(dry.output).toContain('spend <- 整体消耗(元) [元 -> 分] 100.00 -> 10000')
  expect(dry.output).toContain('line 3, 素材ID: an id in scientific notation')
  expect(dry.output).toContain('Dry run, nothing written. 3 rows: 2 new')
  expect(existsSync(`${path}.refused.csv`)).toBe(false)

  const real = await run(path)
  expect(real).toMatchObject({ code: 0 })
  expect(real.output).toContain('3 rows: 2 new, 0 restated, 0 known, 1 refused, 1 totals or notes skipped')
  expect(real.output).toContain('In 1 rows spend x ROI is not the GMV')
  expect(await readFile(`${path}.refused.csv`, 'utf8')).toMatch(/^line,column,reason,value\n3,素材ID,/)

  const again = await run(path)
  expect(again.output).toContain('was imported before')
  expect(existsSync(`${path}.refused.csv`)).toBe(true)
})

test('the long form still goes its own way; what is neither is told in one sentence', async () => {
  const long = await file(
    'long.csv',
    'video_id,kol_id,published_at,observed_at,plays\n1,k,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,5\n',
  )
  expect((await run(long)).output).toMatch(/1 rows: 1 new.*1 judged/)
  const unknown = await run(await file('unknown.csv', '甲,乙\n1,2\n'))
  expect(unknown.code).toBe(1)
  expect(unknown.output).toContain('No kind of export fits.')
  expect(unknown.output).not.toContain('    at ')
})

test('a mapping file, and one that is wrong', async () => {
  const path = await file('own.csv', '编号,哪天,花了\n7411111111111111123,2026-11-10,5\n')
  const map = await file(
    'map.json',
    '{"subject":"VIDEO","columns":{"id":"编号","day":"哪天","spend":"花了"}}',
  )
  expect((await run(path, '--map', map)).output).toContain('1 rows: 1 new')
  const wrong = await run(path, '--map', await file('wrong.json', '{"columns":{}}'))
  expect(wrong.code).toBe(1)
  expect(wrong.output).toContain('The mapping is wrong')
})
