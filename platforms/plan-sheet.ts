/** A table of text as CSV or XLSX for Excel, so that platforms/plan-sheet-read.ts reads the same text again. */
import writeExcelFile, { type Cell } from 'write-excel-file/node'

export type SheetFormat = 'CSV' | 'XLSX'
/** NUMBER: a whole number. ID: digits that must stay as they are. TIME: `2026-11-20 18:00`, with seconds if need be. */
export interface TableColumn {
  field: string
  heading: string
  /** Other headings that are read as this one. */
  aliases: readonly string[]
  kind: 'NUMBER' | 'TEXT' | 'ID' | 'TIME'
  /** In characters. */
  width: number
}
export interface Table {
  columns: readonly TableColumn[]
  /** A cell per column; an empty text is an empty cell. */
  rows: readonly (readonly string[])[]
}

const MEDIA_TYPES: Record<SheetFormat, string> = {
  CSV: 'text/csv; charset=utf-8',
  XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

export async function writeTable(
  format: SheetFormat,
  table: Table,
): Promise<{ mediaType: string; bytes: Buffer }> {
  const bytes = format === 'CSV' ? csv(table) : await workbook(table)
  return { mediaType: MEDIA_TYPES[format], bytes }
}

/**
 * What Excel would run, or take for a number, a date or a truth value: it begins with = + - @, a tab or a line end, or
 * has nothing but digits and the signs of numbers and dates.
 */
const TEMPTING = String.raw`(?:[=+\-@\t\r\n]|[\d.,:/%\seE年月日-]+$|(?:true|false)$)`
const TEMPTS = new RegExp(`^'*${TEMPTING}`, 'i')
const MARKED = new RegExp(`^'+${TEMPTING}`, 'i')

/** Marks of text: an apostrophe in front, which `unmarked` takes off. Text that begins with such marks gets one more. */
const marked = (text: string) => (TEMPTS.test(text) ? `'${text}` : text)
/** A text cell of a workbook needs no mark, but one that looks marked must not lose what it has. */
const kept = (text: string) => (MARKED.test(text) ? `'${text}` : text)
export const unmarked = (text: string) => (MARKED.test(text) ? text.slice(1) : text)

function csv({ columns, rows }: Table): Buffer {
  const lines = rows.map((cells) =>
    columns.map(({ kind }, index) => {
      const cell = cells[index] ?? ''
      return quoted(kind === 'TEXT' || kind === 'ID' ? marked(cell) : cell)
    }),
  )
  const all = [columns.map(({ heading }) => heading), ...lines]
  // Without the mark of UTF-8 Excel reads the bytes as GBK.
  return Buffer.from(`\ufeff${all.map((line) => `${line.join(',')}\r\n`).join('')}`)
}

/** RFC 4180; also what other programs take for a delimiter. */
function quoted(cell: string): string {
  return /[",;\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}

async function workbook({ columns, rows }: Table): Promise<Buffer> {
  const header: Cell[] = columns.map(({ heading }) => ({ value: heading, fontWeight: 'bold' }))
  const data = rows.map((cells) => columns.map((column, index) => cellOf(column, cells[index] ?? '')))
  const widths = columns.map(({ width }) => ({ width }))
  const options = { sheet: '排期', columns: widths, stickyRowsCount: 1 }
  return writeExcelFile([header, ...data], options).toBuffer()
}

/** Excel keeps what is typed into a cell of this format as it is. */
const TEXT = '@'
const DATE = /^(20\d\d)-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d))?$/

function cellOf({ kind }: TableColumn, text: string): Cell {
  if (kind === 'NUMBER') return text === '' ? null : Number(text)
  const time = kind === 'TIME' ? DATE.exec(text) : null
  if (time) {
    const seconds = time[6] === undefined ? '' : ':ss'
    const value = new Date(`${text.replace(' ', 'T')}Z`)
    return { value, type: Date, format: `yyyy-mm-dd hh:mm${seconds}` }
  }
  if (text === '') return kind === 'TEXT' || kind === 'ID' ? EMPTY : null
  return { value: escaped(kept(text)), type: String, format: TEXT }
}
const EMPTY = { type: String, format: TEXT } as const

/** What XML cannot hold or would change, and what would be taken for such an escape. */
const UNWRITABLE = /(?![\t\n])\p{Cc}|[\ufffd\p{Cs}\p{Noncharacter_Code_Point}]|_(?=x[\da-f]{4})/giu

/** As Excel writes it: `_x000D_` for the character of that number, `_x005F_` for a `_` that is meant. */
function escaped(text: string): string {
  const clean = text.replaceAll(UNWRITABLE, (sign) => Array.from(sign, hex).join(''))
  // The writer looks texts up in an object that already has these names.
  return clean in Object.prototype ? hex(clean.charAt(0)) + clean.slice(1) : clean
}

function hex(sign: string): string {
  const units = Array.from({ length: sign.length }, (_, nth) => sign.charCodeAt(nth))
  return units.map((unit) => `_x${unit.toString(16).toUpperCase().padStart(4, '0')}_`).join('')
}

export function unescaped(text: string): string {
  return text.replaceAll(/_x([\da-f]{4})_/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}
