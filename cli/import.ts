/** npm run import -- FILE: observations in long form, plain or .gz. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { finished } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { type ImportResult, importObservations, type Refusal } from '../flow/import.ts'
import { chooseWorkspace } from '../flow/workspace.ts'
import { readObservations } from '../platforms/observations.ts'
import { boot } from './boot.ts'
import type { Shutdown } from './shutdown.ts'

export const IMPORT_USAGE = 'npm run import -- FILE [--dry-run] [--brand NAME] [--workspace NAME]'
/** A dry run writes nothing, not even its report: it shows this many refused rows. */
const SHOWN = 20

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

export async function importFile({
  args,
  config,
  log,
  clock,
  shutdown,
  say,
  progress,
}: ImportCommand): Promise<void> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      brand: { type: 'string', default: 'Imported' },
      workspace: { type: 'string' },
    },
  })
  const [file] = positionals
  if (!file || positionals.length > 1) throw new InvalidInputError('FILE', IMPORT_USAGE)
  await stat(file).catch(() => {
    throw new InvalidInputError('FILE', `There is no file ${file}`)
  })
  const dryRun = values['dry-run']
  const { database } = await boot({ config, log, shutdown })
  const now = clock()
  const workspaceId = await chooseWorkspace(database.db, now, values.workspace ?? null, 'Seedbed')
  const report = createReport(`${file}.refused.csv`, dryRun ? say : null)
  const started = now.getTime()
  const result = await importObservations(
    { db: database.db, pool: database.pool, workspaceId, now },
    {
      file: basename(file),
      items: readObservations(createReadStream(file)),
      brand: values.brand,
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

/** Refused rows as CSV; the file appears under its name only when it is complete, and an old one never stays. */
function createReport(file: string, show: ((line: string) => void) | null) {
  const partial = `${file}.partial`
  let stream: ReturnType<typeof createWriteStream> | null = null
  let shown = 0
  return {
    file,
    add({ line, column, reason, value }: Refusal): void {
      if (show) {
        if (shown++ < SHOWN) show(`line ${line}, ${column}: ${reason} (${value})`)
        return
      }
      if (!stream) {
        stream = createWriteStream(partial)
        stream.write('line,column,reason,value\n')
      }
      stream.write(`${[line, column, reason, value].map(quote).join(',')}\n`)
    },
    async close(): Promise<void> {
      if (show) return
      await rm(file, { force: true })
      if (!stream) return
      stream.end()
      await finished(stream)
      await rename(partial, file)
    },
  }
}

function quote(value: string | number): string {
  return /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value)
}
