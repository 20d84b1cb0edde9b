/** A list of 达人 into the pool of the workspace. */
import { basename } from 'node:path'
import { importKols, type KolImportResult } from '../flow/import-kol.ts'
import { chooseWorkspace } from '../flow/workspace.ts'
import type { KolFile } from '../platforms/exports/open.ts'
import { boot } from './boot.ts'
import type { ImportArguments, ImportCommand } from './import.ts'
import { createReport } from './import-report.ts'

export async function importKolList(
  command: ImportCommand,
  given: ImportArguments,
  opened: KolFile,
  fingerprint: string,
): Promise<void> {
  const { config, log, clock, shutdown, say, progress } = command
  const { file, dryRun } = given
  const { database } = await boot({ config, log, shutdown })
  const now = clock()
  const took = () => clock().getTime() - now.getTime()
  const workspaceId = await chooseWorkspace(database.db, now, given.workspace, 'Seedbed')
  const report = createReport(`${file}.refused.csv`, dryRun ? say : null)
  let before = false
  const result = await importKols(
    { db: database.db, workspaceId, now },
    {
      file: basename(file),
      fingerprint,
      items: opened.items,
      skipped: opened.skipped,
      dryRun,
      onRefused: report.add,
      onProgress: (soFar) => progress(counts(soFar, took())),
    },
  )
    .then((done) => {
      before = done.before !== null
      return done
    })
    // A list that is known already keeps the report of its first import.
    .finally(() => (before ? undefined : report.close()))
  progress('')
  if (result.before) {
    say(`${basename(file)} was imported before, at ${result.before.toISOString()}: nothing changed.`)
    return
  }
  say(`${dryRun ? 'Dry run, nothing written. ' : ''}${counts(result, took())}`)
  if (result.refused > 0 && !dryRun)
    say(`The ${result.refused} refused rows, with line, column and reason: ${report.file}`)
}

function counts(r: KolImportResult, ms: number): string {
  const rate = Math.round(r.rows / Math.max(ms / 1000, 0.001))
  const kols = `${r.rows} rows: ${r.created} new KOLs, ${r.revised} revised`
  const history = `${r.looks} follower counts and ${r.prices} prices added, ${r.refused} refused`
  return `${kols}; ${history}, ${r.skipped} totals or notes skipped; ${(ms / 1000).toFixed(1)} s, ${rate} rows/s`
}
