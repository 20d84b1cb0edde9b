/** A list of 达人 into the pool of the workspace. */
import { importKols, type KolImportResult } from '../flow/import-kol.ts'
import type { KolFile } from '../platforms/exports/open.ts'
import type { ImportArguments, ImportCommand } from './import.ts'
import { importFileRows } from './import-rows.ts'

export async function importKolList(
  command: ImportCommand,
  given: ImportArguments,
  opened: KolFile,
  fingerprint: string,
): Promise<void> {
  const { items } = opened
  await importFileRows(command, given, { opened, fingerprint, counts }, (ctx, common) =>
    importKols(ctx, { ...common, items }),
  )
}

function counts(r: KolImportResult, ms: number): string {
  const rate = Math.round(r.rows / Math.max(ms / 1000, 0.001))
  const kols = `${r.rows} rows: ${r.created} new KOLs, ${r.revised} revised`
  const history = `${r.looks} follower counts and ${r.prices} prices added, ${r.refused} refused`
  return `${kols}; ${history}, ${r.skipped} totals or notes skipped; ${(ms / 1000).toFixed(1)} s, ${rate} rows/s`
}
