/** npm run plan, as a planner meets it. */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connect } from '../../db/client.ts'
import { startEmbedded } from '../../db/embedded.ts'
import { migrate } from '../../db/migrate.ts'
import { createWorkspace } from '../../flow/workspace.ts'
import { content, planned } from '../support/content.ts'
import { NOW } from '../support/database.ts'
import { killPrograms, program } from '../support/program.ts'

let dataDir: string
let matrixId: number
let videoId: number
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seedbed-plan-'))
  await chmod(dataDir, 0o755)
  const server = await startEmbedded({ dataDir: join(dataDir, 'main'), log: () => {} })
  await migrate(server.url)
  const database = connect(server.url)
  const workspaceId = await createWorkspace(database.db, NOW, { name: '团队' })
  const ctx = { db: database.db, workspaceId, now: NOW }
  const made = await content(ctx)
  matrixId = made.matrixId
  videoId = await planned(ctx, made)
  await database.close()
  await server.stop()
})
afterEach(() => killPrograms())
afterAll(async () => {
  if (existsSync(join(dataDir, 'main/postgres/postmaster.pid'))) {
    const server = await startEmbedded({ dataDir: join(dataDir, 'main'), log: () => {} })
    await server.stop()
  }
  await rm(dataDir, { recursive: true, force: true })
})

async function run(...args: string[]) {
  const command = program(['plan', ...args], { DATA_DIR: dataDir, LOG_LEVEL: 'error' })
  const code = await command.ended
  return { code, output: command.output() }
}

test('out as CSV and XLSX, edited, tried, brought back, and refused with a report', async () => {
  const matrix = ['--matrix', String(matrixId), '--workspace', '团队']
  const [csv, xlsx] = [join(dataDir, 'plan.csv'), join(dataDir, 'plan.xlsx')]
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
}, 120_000)

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
