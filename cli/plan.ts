/** npm run plan: the plan of a matrix out as a file for Excel, and the edited file in again. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { type Context, write } from '../flow/context.ts'
import { InvalidInputError } from '../flow/errors.ts'
import {
  chooseMatrix,
  exportPlan,
  importPlan,
  type PlanImport,
  type SheetFormat,
} from '../flow/plan-sheet.ts'
import { chooseWorkspace } from '../flow/workspace.ts'
import { boot } from './boot.ts'
import { createReport } from './import-report.ts'
import { SHEETS } from './sheets.ts'
import type { Shutdown } from './shutdown.ts'

export const PLAN_USAGE = `npm run plan -- export --matrix NAME|ID --out FILE.csv|FILE.xlsx [--workspace NAME]
npm run plan -- import FILE --matrix NAME|ID [--dry-run] [--workspace NAME]`

export interface PlanCommand {
  args: string[]
  config: Config
  log: Logger
  clock: () => Date
  shutdown: Shutdown
  say: (line: string) => void
}

interface PlanArguments {
  verb: 'export' | 'import'
  file: string
  matrix: string
  workspace: string | null
  dryRun: boolean
}

export async function plan({ args, config, log, clock, shutdown, say }: PlanCommand): Promise<void> {
  const given = argumentsOf(args)
  const format = given.verb === 'export' ? formatOf(given.file) : null
  const bytes = given.verb === 'import' ? await bytesOf(given.file) : null
  const { database } = await boot({ config, log, shutdown })
  const now = clock()
  const workspaceId = await chooseWorkspace(database.db, now, given.workspace, 'Seedbed')
  const ctx = { db: database.db, workspaceId, now }
  const matrixId = await write(ctx, (tx) => chooseMatrix(tx, given.matrix))
  if (format) await exportTo(ctx, matrixId, given.file, format, say)
  if (bytes) await importFrom(ctx, matrixId, given, bytes, say)
}

function argumentsOf(args: string[]): PlanArguments {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      matrix: { type: 'string' },
      out: { type: 'string' },
      workspace: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
    },
  })
  const [verb, from, more] = positionals
  const file = verb === 'export' ? values.out : from
  const known = verb === 'export' ? from === undefined : verb === 'import' && more === undefined
  if (!known || !file || !values.matrix) throw new InvalidInputError('command', PLAN_USAGE)
  const { matrix, workspace = null } = values
  return { verb: verb as PlanArguments['verb'], file, matrix, workspace, dryRun: values['dry-run'] }
}

function formatOf(file: string): SheetFormat {
  const format = extname(file).slice(1).toUpperCase()
  if (format === 'CSV' || format === 'XLSX') return format
  throw new InvalidInputError('out', `--out must end in .csv or .xlsx, not ${file}`)
}

async function bytesOf(file: string): Promise<Buffer> {
  return readFile(file).catch((error: { code?: string }) => {
    throw error.code === 'ENOENT' ? new InvalidInputError('FILE', `There is no file ${file}`) : error
  })
}

async function exportTo(
  ctx: Context,
  matrixId: number,
  file: string,
  format: SheetFormat,
  say: PlanCommand['say'],
): Promise<void> {
  const exported = await write(ctx, (tx) => exportPlan(tx, { matrixId, format, files: SHEETS }))
  await writeFile(file, exported.bytes)
  say(`${exported.videos} videos written to ${file}.`)
}

async function importFrom(
  ctx: Context,
  matrixId: number,
  { file, dryRun }: PlanArguments,
  bytes: Buffer,
  say: PlanCommand['say'],
): Promise<void> {
  const name = basename(file)
  const result = await importPlan(ctx, { matrixId, name, bytes, dryRun, files: SHEETS })
  const report = createReport(`${file}.refused.csv`, dryRun ? say : null)
  for (const refusal of result.refused) report.add(refusal)
  await report.close()
  for (const { line, note } of [...result.notes, ...result.skipped]) say(`line ${line}: ${note}`)
  if (result.ignored.length > 0) say(`Not read: ${result.ignored.join(', ')}`)
  if (dryRun) return say(`Dry run, nothing written. ${counts(result)}`)
  if (result.written) return say(counts(result))
  throw new InvalidInputError('FILE', `Nothing was changed. ${counts(result)}: see ${report.file}`)
}

function counts({ new: made, revised, unchanged, skipped, refused }: PlanImport): string {
  const there = `${unchanged} unchanged, ${skipped.length} planned already`
  return `${made} new, ${revised} revised, ${there}, ${refused.length} cells refused`
}
