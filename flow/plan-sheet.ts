/** 排期表: the plan of a matrix out as a file for Excel, and the edited file in again. */
import { eq } from 'drizzle-orm'
import type { Db, Tx } from '../db/client.ts'
import { findMatrices, loadPlan } from '../db/queries/plan-sheet.ts'
import { matrix } from '../db/tables.ts'
import type { SheetFormat, writeTable } from '../platforms/plan-sheet.ts'
import type { readTable } from '../platforms/plan-sheet-read.ts'
import { unnumbered } from '../rules/label.ts'
import { columnsOf } from '../rules/plan-cell.ts'
import { readEdits, type SheetNote, type SheetRefusal, type SheetRow } from '../rules/plan-edit.ts'
import { COLUMNS, createRowWriter, headingOf, type SheetField } from '../rules/plan-sheet.ts'
import { type Context, write } from './context.ts'
import { found, InvalidInputError, LinesError, PairError, type Refusal } from './errors.ts'
import { MOST_LINES, planVideos } from './plan.ts'
import { revisePlans } from './revise-plans.ts'

export type { SheetFormat }
/** Most videos of one file that is written. */
export const MOST_EXPORTED = 20_000

/** Writes and reads the files; put together in cli/. */
export interface SheetFiles {
  write: typeof writeTable
  read: typeof readTable
}

export interface ExportedPlan {
  /** Of the file, e.g. 排期-春季.csv. */
  name: string
  mediaType: string
  bytes: Buffer
  /** How many are in it. */
  videos: number
}

/** Planned and published videos, earliest planned first; three statements. InvalidInputError: more than 20,000. */
export async function exportPlan(
  db: Pick<Tx, 'execute'>,
  { matrixId, format, files }: { matrixId: number; format: SheetFormat; files: SheetFiles },
): Promise<ExportedPlan> {
  const plan = found(await loadPlan(db, matrixId, { kind: 'ALL', most: MOST_EXPORTED + 1 }), 'matrix')
  if (plan.videos.length > MOST_EXPORTED) {
    throw new InvalidInputError('matrixId', `the matrix has more than ${MOST_EXPORTED} videos`)
  }
  const cells = createRowWriter(plan)
  const rows = plan.videos.map((video) => {
    const row = cells(video)
    return COLUMNS.map(({ field }) => row[field])
  })
  const name = `排期-${plan.matrix.name.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '_')}.${format.toLowerCase()}`
  return { name, videos: rows.length, ...(await files.write(format, { columns: COLUMNS, rows })) }
}

export interface ImportPlan {
  matrixId: number
  /** Of the file, for messages. */
  name: string
  bytes: Buffer
  dryRun: boolean
  files: SheetFiles
}
export interface PlanImport {
  /** false: a dry run, or lines were refused, and nothing was changed. */
  written: boolean
  /** Rows that plan a video, revise one, and say what is there; those that are refused are in none of them. */
  new: number
  revised: number
  unchanged: number
  /** New rows that are planned already. */
  skipped: SheetNote[]
  notes: SheetNote[]
  /** Every cell that is wrong; several of one line are possible. */
  refused: SheetRefusal[]
  /** Headings that are not read. */
  ignored: string[]
}

class TakenBack extends Error {}

/**
 * Brings an edited sheet back: all of its rows or none, at most 2,000 (rules/plan-edit.ts says what a row means). Videos
 * that are not in the file stay as they are, and the same file again changes nothing. A dry run does the same and takes
 * it back. InvalidInputError: the file as a whole cannot be read.
 */
export async function importPlan(ctx: Context, input: ImportPlan): Promise<PlanImport> {
  const { matrixId, name, bytes, dryRun, files } = input
  const table = await files.read(bytes, COLUMNS, MOST_LINES)
  if (!table.ok) throw new InvalidInputError('base64', `${name}: ${table.why}`)
  const rows: SheetRow[] = table.rows
  const surplus = table.rows.flatMap(({ line, surplus: cells }) =>
    cells.length > 0
      ? [
          {
            line,
            column: '',
            reason: 'more cells than headings: is a quote missing?',
            value: cells.join(' / '),
          },
        ]
      : [],
  )
  let result: PlanImport | undefined
  const work = async (tx: Tx) => {
    // Held until the end: the new rows of two imports at once would be planned twice.
    const home = await tx
      .select({ id: matrix.id })
      .from(matrix)
      .where(eq(matrix.id, matrixId))
      .for('no key update')
    found(home[0], 'matrix')
    const edits = readEdits(found(await loadPlan(tx, matrixId, named(rows)), 'matrix'), rows)
    // A transaction within this one: the verbs take part in it.
    const within = { ...ctx, db: tx as unknown as Db }
    const planned = edits.planned.map(({ video }) => ({ ...video, matrixId }))
    const revised = edits.revised.map(({ videoId, change }) => ({ ...change, videoId }))
    const refused = [
      ...edits.refused,
      ...surplus,
      ...(await attempt(edits.planned, rows, () => planVideos(within, { lines: planned }))),
      ...(await attempt(edits.revised, rows, () => revisePlans(within, { lines: revised }))),
    ].sort((a, b) => a.line - b.line)
    const bad = new Set(refused.map(({ line }) => line))
    const taken = (lines: readonly { line: number }[]) => lines.filter(({ line }) => !bad.has(line)).length
    const { unchanged, skipped, notes } = edits
    const counts = { new: taken(edits.planned), revised: taken(edits.revised), unchanged }
    const written = !dryRun && refused.length === 0
    result = { written, ...counts, skipped, notes, refused, ignored: table.ignored }
    if (!written) throw new TakenBack()
  }
  await write(ctx, work).catch((error: unknown) => {
    if (!(error instanceof TakenBack)) throw error
  })
  return found(result, 'matrix')
}

/** What the rows name; the rest of the plan need not be read. */
function named(rows: readonly SheetRow[]) {
  const all = (field: SheetField) => [...new Set(rows.flatMap(({ cells }) => cells[field]?.trim() || []))]
  const kolNames = all('kol').flatMap((text) => [text, unnumbered(text)])
  const ids = all('id').flatMap((text) => (/^\d{1,15}(\.0+)?$/.test(text) ? Number(text) : []))
  return { kind: 'NAMED' as const, ids, titles: all('title'), kolNames, accounts: all('account') }
}

/** Does the bulk change, and gives what it refuses in the words of the sheet. */
async function attempt(
  lines: readonly { line: number }[],
  rows: readonly SheetRow[],
  work: () => Promise<unknown>,
): Promise<SheetRefusal[]> {
  if (lines.length === 0) return []
  try {
    await work()
    return []
  } catch (error) {
    if (!(error instanceof LinesError)) throw error
    const byLine = new Map(rows.map((row) => [row.line, row]))
    return error.lines.map(({ index, error: refusal }) => {
      const line = lines[index]?.line ?? 0
      const fields = fieldsOf(refusal)
      const value = fields.flatMap((field) => byLine.get(line)?.cells[field] || []).join(' / ')
      return { line, column: fields.map(headingOf).join('/'), reason: refusal.message, value }
    })
  }
}

function fieldsOf(refusal: Refusal): readonly SheetField[] {
  if (refusal instanceof PairError) return columnsOf('axes')
  if (!(refusal instanceof InvalidInputError)) return ['id']
  return columnsOf(refusal.field === 'elementIds' ? 'axes' : refusal.field)
}

/** The one matrix of that name or number. InvalidInputError: there is none, or several; names them. */
export async function chooseMatrix(db: Pick<Tx, 'execute'>, wanted: string): Promise<number> {
  const all = await findMatrices(db, wanted)
  const [only, other] = all
  if (only && !other) return only.id
  const list = all.map(({ id, name, brand }) => `${id} ${name} (${brand})`).join(', ')
  const why = only
    ? `Several matrices are called so, give the number: ${list}`
    : `There is no matrix ${wanted}`
  throw new InvalidInputError('matrix', why)
}
