/** npm run import -- FILE: observations in long form, or the export of a platform. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { type ImportResult, importObservations } from '../flow/import.ts'
import { chooseWorkspace } from '../flow/workspace.ts'
import { KIND_NAMES } from '../platforms/exports/kinds.ts'
import { isObservations } from '../platforms/exports/open.ts'
import { readObservations } from '../platforms/observations.ts'
import { boot } from './boot.ts'
import { importExport } from './import-export.ts'
import { createReport } from './import-report.ts'
import type { Shutdown } from './shutdown.ts'

export const IMPORT_USAGE = `npm run import -- FILE [--dry-run] [--workspace NAME]
  observations in long form: [--brand NAME]
  exports: [--kind ${KIND_NAMES.join('|')}] [--map mapping.json] [--at DAY|PERIOD|INSTANT] [--sheet NAME]`

export interface ImportCommand {
  args: string[]
  config: Config
  log: Logger
  clock: () => Date
  shutdown: Shutdown
  say: (line: string) => void
  /** Shows a passing line. */
  progress: (line: string) => void
}

export interface ImportArguments {
  file: string
  dryRun: boolean
  brand: string
  workspace: string | null
  kind: string | null
  map: string | null
  at: string | null
  sheet: string | null
}

export async function importFile(command: ImportCommand): Promise<void> {
  const given = argumentsOf(command.args)
  await stat(given.file).catch(() => {
    throw new InvalidInputError('FILE', `There is no file ${given.file}`)
  })
  const asExport = given.kind !== null || given.map !== null || !(await isObservations(given.file))
  await (asExport ? importExport(command, given) : importLooks(command, given))
}

function argumentsOf(args: string[]): ImportArguments {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      brand: { type: 'string', default: 'Imported' },
      workspace: { type: 'string' },
      kind: { type: 'string' },
      map: { type: 'string' },
      at: { type: 'string' },
      sheet: { type: 'string' },
    },
  })
  const [file] = positionals
  if (!file || positionals.length > 1) throw new InvalidInputError('FILE', IMPORT_USAGE)
  const { workspace = null, kind = null, map = null, at = null, sheet = null } = values
  return { file, dryRun: values['dry-run'], brand: values.brand, workspace, kind, map, at, sheet }
}

async function importLooks(command: ImportCommand, given: ImportArguments): Promise<void> {
  const { config, log, clock, shutdown, say, progress } = command
  const { file, dryRun } = given
  const { database } = await boot({ config, log, shutdown })
  const now = clock()
  const workspaceId = await chooseWorkspace(database.db, now, given.workspace, 'Seedbed')
  const report = createReport(`${file}.refused.csv`, dryRun ? say : null)
  const started = now.getTime()
  const result = await importObservations(
    { db: database.db, pool: database.pool, workspaceId, now },
    {
      file: basename(file),
      items: readObservations(createReadStream(file)),
      brand: given.brand,
      dryRun,
      onRefused: report.add,
      onProgress: (soFar) => progress(line(soFar, clock().getTime() - started)),
    },
  ).finally(() => report.close())
  progress('')
  say(`${dryRun ? 'Dry run, nothing written. ' : ''}${line(result, clock().getTime() - started)}`)
  if (result.refused > 0 && !dryRun)
    say(`The ${result.refused} refused rows, with line, column and reason: ${report.file}`)
}

function line(r: ImportResult, ms: number): string {
  const rate = Math.round(r.rows / Math.max(ms / 1000, 0.001))
  const counts = `${r.rows} rows: ${r.inserted} new, ${r.restated} restated, ${r.known} known, ${r.refused} refused`
  return `${counts}; ${r.judged} judged, ${r.fired} breakouts; ${(ms / 1000).toFixed(1)} s, ${rate} rows/s`
}
