/** What importing any kind of export has in common: the workspace, the report of refused rows, and what is said. */
import { basename } from 'node:path'
import type { Context } from '../flow/context.ts'
import { chooseWorkspace } from '../flow/workspace.ts'
import type { ExportFile } from '../platforms/exports/open.ts'
import type { RefusedLine } from '../platforms/exports/row.ts'
import { boot } from './boot.ts'
import type { ImportArguments, ImportCommand } from './import.ts'
import { createReport } from './import-report.ts'

interface Imported {
  refused: number
  /** When this very file was imported before; nothing else happened then. */
  before: Date | null
}
interface Reading<Result> {
  opened: Pick<ExportFile, 'skipped'>
  fingerprint: string
  /** The result so far in one line. */
  counts: (soFar: Result, ms: number) => string
  /** What else there is to say of the whole. */
  remarks?: (result: Result) => string[]
}
interface Common<Result> {
  file: string
  fingerprint: string
  skipped: () => number
  dryRun: boolean
  onRefused: (refusal: RefusedLine) => void
  onProgress: (soFar: Result) => void
}

export async function importFileRows<Result extends Imported>(
  { config, log, clock, shutdown, say, progress }: ImportCommand,
  given: ImportArguments,
  { opened, fingerprint, counts, remarks = () => [] }: Reading<Result>,
  take: (ctx: Context, common: Common<Result>) => Promise<Result>,
): Promise<void> {
  const { file, dryRun } = given
  const { database } = await boot({ config, log, shutdown })
  const now = clock()
  const took = () => clock().getTime() - now.getTime()
  const workspaceId = await chooseWorkspace(database.db, now, given.workspace, 'Seedbed')
  const report = createReport(`${file}.refused.csv`, dryRun ? say : null)
  let before = false
  const result = await take(
    { db: database.db, workspaceId, now },
    {
      file: basename(file),
      fingerprint,
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
    // A file that is known already keeps the report of its first import.
    .finally(() => (before ? undefined : report.close()))
  progress('')
  if (result.before) {
    say(`${basename(file)} was imported before, at ${result.before.toISOString()}: nothing changed.`)
    return
  }
  say(`${dryRun ? 'Dry run, nothing written. ' : ''}${counts(result, took())}`)
  for (const remark of remarks(result)) say(remark)
  if (result.refused > 0 && !dryRun)
    say(`The ${result.refused} refused rows, with line, column and reason: ${report.file}`)
}
