/** Reads a table that platforms/plan-sheet.ts wrote, after people and Excel have been at it. */
import { clean, isBlank, parseId } from './exports/cells.ts'
import { csvRows } from './exports/csv.ts'
import { parseMoment } from './exports/dates.ts'
import { ExportFileError, Refused } from './exports/errors.ts'
import type { Form, RawRow } from './exports/raw.ts'
import { sniff } from './exports/sniff.ts'
import { decode } from './exports/text.ts'
import { openWorkbook } from './exports/workbook.ts'
import { type TableColumn, unescaped, unmarked } from './plan-sheet.ts'

export interface ReadRow {
  /** Line of a CSV, row of a sheet. */
  line: number
  /** By field; a column that the file does not have is left out. */
  cells: Partial<Record<string, string>>
  /** Why a cell may not say what it said once: an id that was rounded. */
  doubts: Partial<Record<string, string>>
  /** Filled cells behind the last heading of a CSV: a quote is missing somewhere. */
  surplus: string[]
}
export type ReadTable = { ok: true; rows: ReadRow[]; ignored: string[] } | { ok: false; why: string }

const DEEPEST = 30
/** What a workbook may have unpacked: a small one can hold a lot of nothing. */
const MOST_BYTES = 64 * 1024 * 1024
const SHANGHAI = 8 * 3_600_000

/** At most `most` rows, empty ones not counted; `why` says what is wrong with the file as a whole. */
export async function readTable(
  bytes: Buffer,
  columns: readonly TableColumn[],
  most: number,
): Promise<ReadTable> {
  try {
    if (bytes.length === 0) throw new ExportFileError('The file is empty.')
    if (sniff(bytes.subarray(0, 512)) === 'WORKBOOK') return await fromWorkbook(bytes, columns, most)
    const rows = csvRows(decode(whole(bytes)).text, (chunk) => headLine(chunk, columns))
    const table = await fromRows(rows, columns, most, { date1904: false, sheet: false })
    if (!table) throw noHeader(columns)
    return table
  } catch (error) {
    if (!(error instanceof ExportFileError)) throw error
    return { ok: false, why: error.message }
  }
}

/** Titles hold delimiters that mean nothing; headings do not. */
function headLine(text: string, columns: readonly TableColumn[]): string {
  const lines = text.split(/[\r\n]+/, DEEPEST)
  return lines.find((line) => headerOf(line.replaceAll('"', '').split(/[,;\t]/), columns)) ?? lines[0] ?? ''
}

async function* whole(bytes: Buffer) {
  yield bytes
}

async function fromWorkbook(
  bytes: Buffer,
  columns: readonly TableColumn[],
  most: number,
): Promise<ReadTable> {
  const book = await openWorkbook(bytes, MOST_BYTES)
  try {
    const found: { name: string; table: ReadTable }[] = []
    for (const name of book.sheets) {
      const table = await fromRows(book.rows(name), columns, most, { ...book, sheet: true })
      if (table) found.push({ name, table })
    }
    const [one, other] = found
    if (!one) throw noHeader(columns)
    if (other)
      throw new ExportFileError(
        `Several sheets have a plan: ${found.map(({ name }) => name).join(', ')}. Leave one in the file.`,
      )
    return one.table
  } finally {
    await book.close()
  }
}

const noHeader = (columns: readonly TableColumn[]) =>
  new ExportFileError(`No line has headings of a plan: ${columns.map(({ heading }) => heading).join(', ')}.`)

interface Header {
  /** Index in a row, by column. */
  at: Map<TableColumn, number>
  width: number
  ignored: string[]
}

async function fromRows(
  source: AsyncIterable<RawRow[]>,
  columns: readonly TableColumn[],
  most: number,
  { date1904, sheet }: { date1904: boolean; sheet: boolean },
): Promise<ReadTable | null> {
  let header: Header | null = null
  let tried = 0
  let count = 0
  const rows: ReadRow[] = []
  for await (const chunk of source) {
    for (const raw of chunk) {
      if (header) {
        if (raw.cells.every((cell) => cell.trim() === '')) continue
        if (++count <= most) rows.push(rowOf(raw, header, date1904, sheet))
      } else if (++tried > DEEPEST) {
        return null
      } else {
        header = headerOf(raw.cells, columns)
      }
    }
  }
  if (!header) return null
  if (count <= most) return { ok: true, rows, ignored: header.ignored }
  throw new ExportFileError(
    `The file has ${count} rows, and an import takes at most ${most}. Leave out rows that you did not change: a video ` +
      'that is not in the file stays as it is.',
  )
}

/** The first line with two headings that are known. */
function headerOf(cells: readonly string[], columns: readonly TableColumn[]): Header | null {
  const known = new Map(
    columns.flatMap((column) =>
      [column.heading, ...column.aliases].map((heading) => [clean(heading), column] as const),
    ),
  )
  const at = new Map<TableColumn, number>()
  const ignored: string[] = []
  const twice: string[] = []
  for (const [index, cell] of cells.entries()) {
    const column = known.get(clean(cell))
    if (column && at.has(column)) twice.push(cell.trim())
    else if (column) at.set(column, index)
    else if (cell.trim() !== '') ignored.push(cell.trim())
  }
  if (at.size < 2) return null
  if (twice.length > 0) throw new ExportFileError(`Two columns say the same: ${twice.join(', ')}.`)
  return { at, width: cells.length, ignored }
}

function rowOf({ line, cells, forms }: RawRow, header: Header, date1904: boolean, sheet: boolean): ReadRow {
  const row: ReadRow = { line, cells: {}, doubts: {}, surplus: [] }
  for (const [{ field, kind }, index] of header.at) {
    const cell = cells[index] ?? ''
    const form = forms?.[index]
    row.cells[field] = textOf(cell, kind, form, date1904)
    const doubt = kind === 'ID' ? doubtOf(cell, form) : null
    if (doubt) row.doubts[field] = doubt
  }
  // In a sheet people write notes there.
  if (!sheet) row.surplus = cells.slice(header.width).filter((cell) => cell.trim() !== '')
  return row
}

function textOf(cell: string, kind: TableColumn['kind'], form: Form | undefined, date1904: boolean): string {
  if (kind === 'TIME' && form !== undefined && form !== 'TEXT') return wallOf(cell, form, date1904)
  if (form === 'DATE') return wallOf(cell, form, date1904)
  if (kind === 'ID') {
    const excelText = /^="(.*)"$/s.exec(cell.trim())
    return excelText?.[1] ?? unmarked(read(cell, form).trim())
  }
  // No name or title: what is not known may be written as a dash.
  if ((kind === 'TIME' || kind === 'NUMBER') && isBlank(cell)) return ''
  return kind === 'TEXT' ? unmarked(read(cell, form)).trim() : clean(read(cell, form))
}

const read = (cell: string, form: Form | undefined) => (form === undefined ? cell : unescaped(cell))

/** A date cell has no zone: what it shows is what is meant. */
function wallOf(cell: string, form: Form, date1904: boolean): string {
  const moment = parseMoment(cell, form, date1904)
  if (moment === null || moment instanceof Refused) return cell.trim()
  return new Date(moment.at + SHANGHAI).toISOString().slice(0, 19).replace('T', ' ').replace(/:00$/, '')
}

/** Only digits can have been lost. */
function doubtOf(cell: string, form: Form | undefined): string | null {
  if (!/^[\d.e+]+$/i.test(cell.trim())) return null
  const id = parseId(cell, form)
  return id instanceof Refused ? id.reason : null
}
