/** npm run plan, as a planner meets it. */
import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { createWorkspace } from '../../flow/workspace.ts'
import { content, planned } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { commandOn } from '../support/program.ts'

const t = testDatabase()
const { run, path } = commandOn(t, 'plan')
let matrixId: number
let videoId: number
beforeAll(async () => {
  const { db } = t.database
  const workspaceId = await createWorkspace(db, NOW, { name: '团队' })
  const ctx = { db, workspaceId, now: NOW }
  const made = await content(ctx)
  matrixId = made.matrixId
  videoId = await planned(ctx, made)
})

test('out as CSV and XLSX, edited, tried, brought back, and refused with a report', async () => {
  const matrix = ['--matrix', String(matrixId), '--workspace', '团队']
  const [csv, xlsx] = [path('plan.csv'), path('plan.xlsx')]
  expect(await run('export', ...matrix, '--out', csv)).toEqual({
    code: 0,
    output: `1 videos written to ${csv}.\n`,
  })
  expect((await run('export', ...matrix, '--out', xlsx)).code).toBe(0)
  expect((await run('import', xlsx, ...matrix)).output).toContain(
    '0 new, 0 revised, 1 unchanged, 0 planned already, 0 cells refused',
  )
  const text = await readFile(csv, 'utf8')
  await writeFile(csv, text.replace(/种草,[^,]*,/, '带货,换个标题,'))
  expect((await run('import', csv, ...matrix, '--dry-run')).output).toContain(
    'Dry run, nothing written. 0 new, 1 revised, 0 unchanged',
  )
  expect((await run('import', csv, ...matrix)).output).toContain('0 new, 1 revised')
  await writeFile(csv, `视频编号,标题,备注\n${videoId},${'长'.repeat(201)},x\n`)
  const refused = await run('import', csv, ...matrix)
  expect(refused.code).toBe(1)
  expect(refused.output).toContain('Not read: 备注')
  expect(refused.output).toContain('Nothing was changed.')
  expect(await readFile(`${csv}.refused.csv`, 'utf8')).toContain('2,标题,title has more than 200 characters,')
})

test.each([
  [['import'], /npm run plan -- import FILE/],
  [['export', '--matrix', '1'], /npm run plan -- export/],
  [['export', '--matrix', '1', '--out', 'plan.xls'], /must end in .csv or .xlsx/],
  [['import', 'nowhere.csv', '--matrix', '1'], /There is no file nowhere.csv/],
])('%j is told in one line', async (args, message) => {
  const { code, output } = await run(...args)
  expect(code).toBe(1)
  expect(output).toMatch(message)
  expect(output).not.toContain('at ')
})
