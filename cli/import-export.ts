/** The export of a platform: says how it reads the columns, then takes the rows. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { InvalidInputError } from '../flow/errors.ts'
import { importOutcomes, type OutcomeResult } from '../flow/import-outcome.ts'
import { ExportFileError } from '../platforms/exports/errors.ts'
import { parseMapping } from '../platforms/exports/mapping.ts'
import { type ExportFile, type OutcomeFile, openExport } from '../platforms/exports/open.ts'
import type { ImportArguments, ImportCommand } from './import.ts'
import { importKolList } from './import-kol.ts'
import { importFileRows } from './import-rows.ts'

export async function importExport(command: ImportCommand, given: ImportArguments): Promise<void> {
  try {
    await run(command, given)
  } catch (error) {
    if (error instanceof ExportFileError) throw new InvalidInputError('FILE', error.message)
    throw error
  }
}

async function run(command: ImportCommand, given: ImportArguments): Promise<void> {
  const { file, dryRun } = given
  const map = given.map === null ? null : await mappingText(given.map)
  const mapping = map === null ? null : parseMapping(map)
  const opened = await openExport(file, { kind: given.kind, mapping, at: given.at, sheet: given.sheet })
  try {
    for (const one of dryRun ? described(opened) : described(opened).slice(0, 1)) command.say(one)
    const fingerprint = await fingerprintOf(file, [given.kind, map, given.at, given.sheet])
    await (opened.subject === 'KOL'
      ? importKolList(command, given, opened, fingerprint)
      : importRows(command, given, opened, fingerprint))
  } finally {
    await opened.close()
  }
}

async function importRows(
  command: ImportCommand,
  given: ImportArguments,
  opened: OutcomeFile,
  fingerprint: string,
): Promise<void> {
  const { kind, subject, fields, items } = opened
  await importFileRows(command, given, { opened, fingerprint, counts, remarks }, (ctx, common) =>
    importOutcomes(ctx, { ...common, kind, subject, fields, items }),
  )
}

function remarks({ disagreeing }: OutcomeResult): string[] {
  if (disagreeing === 0) return []
  return [`In ${disagreeing} rows spend x ROI is not the GMV: both are kept, the rows are marked.`]
}

async function mappingText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => {
    throw new InvalidInputError('map', `There is no file ${path}`)
  })
}

/** The same bytes read in another way are another import. */
async function fingerprintOf(file: string, reading: (string | null)[]): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.update(JSON.stringify(reading)).digest('hex')
}

function described({ kind, title, about, columns, ignored, unkept }: ExportFile): string[] {
  const rows = columns.map(({ field, heading, unit, first, read }) => {
    const example =
      first === '' ? '(no value in the first rows)' : first === read ? first : `${first} -> ${read}`
    return `  ${field} <- ${heading} [${unit}] ${example}`
  })
  const known = unkept.length > 0 ? [`  not taken, there is no place for it: ${unkept.join(', ')}`] : []
  const left = ignored.length > 0 ? [`  not read: ${ignored.join(', ')}`] : []
  return [`${title} (${kind}), ${about}: ${columns.length} columns`, ...rows, ...known, ...left]
}

function counts(r: OutcomeResult, ms: number): string {
  const rate = Math.round(r.rows / Math.max(ms / 1000, 0.001))
  const said = `${r.rows} rows: ${r.inserted} new, ${r.restated} restated, ${r.known} known, ${r.refused} refused`
  return `${said}, ${r.skipped} totals or notes skipped; ${(ms / 1000).toFixed(1)} s, ${rate} rows/s`
}
