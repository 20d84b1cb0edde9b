/** Opens the export of a platform: its kind, its columns, and its rows as outcomes, read once as a stream. */
import { createReadStream } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { unzipped } from '../observation-file.ts'
import { isBlank, isRounded, parseId } from './cells.ts'
import { csvRows } from './csv.ts'
import { parseMoment, parseWhen, type When } from './dates.ts'
import { ExportFileError, Refused } from './errors.ts'
import { heading, KINDS, type Kind, OUTCOME_FIELDS, type OutcomeField, type Subject, UNITS } from './kinds.ts'
import { createKolReader, type KolLine } from './kol-row.ts'
import { type Column, findLayout, type Layout, settleRates } from './layout.ts'
import { type Mapping, mappedKind, namedKind } from './mapping.ts'
import type { RawFile, RawRow } from './raw.ts'
import { createRowReader, type OutcomeLine, read } from './row.ts'
import { sniff } from './sniff.ts'
import { decode } from './text.ts'
import { openWorkbook } from './workbook.ts'

export interface OpenOptions {
  kind?: string | null | undefined
  mapping?: Mapping | null | undefined
  /** When the numbers were counted, for files whose rows do not say. */
  at?: string | null | undefined
  sheet?: string | null | undefined
}

export interface PreviewColumn {
  field: string
  heading: string
  unit: string
  /** First cell with a value, and what it is read as. */
  first: string
  read: string
}

interface OpenedFile {
  kind: string
  title: string
  /** Format, encoding or sheet. */
  about: string
  columns: PreviewColumn[]
  /** Headings that are not read. */
  ignored: string[]
  /** Headings that are understood and have no place with us. */
  unkept: string[]
  /** Totals, notes and repeated headers so far. */
  skipped: () => number
  close: () => Promise<void>
}

/** What came of something over a period. */
export interface OutcomeFile extends OpenedFile {
  subject: Subject
  /** Columns of `outcome` that the file has. */
  fields: OutcomeField[]
  items: AsyncGenerator<OutcomeLine[], void, undefined>
}

/** A list of 达人. */
export interface KolFile extends OpenedFile {
  subject: 'KOL'
  items: AsyncGenerator<KolLine[], void, undefined>
}

export type ExportFile = OutcomeFile | KolFile

/** Enough to find a header below titles and to see how a column is written. */
const HEAD = 200
/** A transposed sheet has a row per metric, so it is short and can be turned in memory. */
const TALLEST = 500

export async function openExport(file: string, options: OpenOptions = {}): Promise<ExportFile> {
  const kinds = kindsFor(options)
  const forced = kinds.length === 1
  const raw = await openRaw(file, options.sheet ?? null, (head) => {
    try {
      return findLayout(head, kinds, forced)
    } catch (error) {
      if (error instanceof ExportFileError) return error
      throw error
    }
  })
  try {
    return await assemble(raw, options.at ?? null)
  } catch (error) {
    await raw.close()
    throw error
  }
}

function kindsFor({ kind, mapping }: OpenOptions): readonly Kind[] {
  if (mapping) return [mappedKind(mapping, kind ?? null)]
  return kind ? [namedKind(kind)] : KINDS
}

type Found = Layout | ExportFileError
type Find = (head: RawRow[]) => Found
interface Opened extends RawFile {
  head: RawRow[]
  layout: Layout
  isSheet: boolean
}

async function openRaw(file: string, sheet: string | null, find: Find): Promise<Opened> {
  const start = await headOf(file)
  if (sniff(start) === 'WORKBOOK') return openSheet(file, sheet, find)
  const input = createReadStream(file)
  const decoded = decode(unzipped(input, () => 1))
  const close = async () => void input.destroy()
  try {
    const found = await settle(csvRows(decoded.text), find)
    return { ...found, about: `text, ${decoded.encoding()}`, date1904: false, isSheet: false, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await openFile(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    if (bytesRead === 0) throw new ExportFileError('The file is empty.')
    return buffer.subarray(0, Math.max(4, bytesRead))
  } finally {
    await handle.close()
  }
}

/** The one sheet that fits: covers and explanations are sheets too. */
async function openSheet(file: string, wanted: string | null, find: Find): Promise<Opened> {
  const book = await openWorkbook(file)
  try {
    if (wanted !== null && !book.sheets.includes(wanted)) {
      throw new ExportFileError(`There is no sheet ${wanted}; there are ${book.sheets.join(', ')}.`)
    }
    const fitting: { sheet: string; found: Settled }[] = []
    let why: unknown = new ExportFileError('The workbook has no visible sheet.')
    for (const sheet of wanted === null ? book.sheets : [wanted]) {
      try {
        fitting.push({ sheet, found: await settle(book.rows(sheet), find) })
      } catch (error) {
        if (!(error instanceof ExportFileError)) throw error
        why = error
      }
    }
    const [one, other] = fitting
    if (!one) throw why
    if (other) {
      const names = fitting.map(({ sheet }) => sheet).join(', ')
      throw new ExportFileError(`Several sheets fit: ${names}. Say which with --sheet NAME.`)
    }
    const about = `workbook, sheet ${one.sheet}`
    return { ...one.found, about, date1904: book.date1904, isSheet: true, close: book.close }
  } catch (error) {
    await book.close()
    throw error
  }
}

interface Settled {
  head: RawRow[]
  layout: Layout
  rows: AsyncGenerator<RawRow[], void, undefined>
}

async function settle(source: AsyncGenerator<RawRow[], void, undefined>, find: Find): Promise<Settled> {
  const head: RawRow[] = []
  let ended = false
  const take = async (most: number) => {
    while (!ended && head.length < most) {
      const next = await source.next()
      if (next.done) ended = true
      else for (const row of next.value) head.push(row)
    }
  }
  await take(HEAD)
  const layout = find(head)
  if (!(layout instanceof ExportFileError)) return { head, layout, rows: after(head, source) }
  await take(TALLEST + 1)
  const turned = ended && head.length <= TALLEST ? transpose(head) : []
  const sideways = turned.length > 1 ? find(turned) : layout
  if (sideways instanceof ExportFileError) {
    await source.return()
    throw layout
  }
  return { head: turned, layout: sideways, rows: after(turned, source) }
}

async function* after(head: RawRow[], rest: AsyncGenerator<RawRow[], void, undefined>) {
  yield head
  yield* rest
}

/** Metrics as rows become columns; `line` is then the column of the sheet. */
function transpose(rows: readonly RawRow[]): RawRow[] {
  const width = Math.max(0, ...rows.map(({ cells }) => cells.length))
  const withForms = rows.some(({ forms }) => forms)
  return Array.from({ length: width }, (_, index) => ({
    line: index + 1,
    cells: rows.map(({ cells }) => cells[index] ?? ''),
    ...(withForms && { forms: rows.map(({ forms }) => forms?.[index] ?? 'TEXT') }),
  }))
}

async function assemble(raw: Opened, given: string | null): Promise<ExportFile> {
  const { layout, head } = raw
  const sample = head.slice(layout.dataAt, HEAD)
  settleRates(layout.columns, sample)
  checkIds(layout, sample)
  const width = raw.isSheet ? null : widthOf(layout, sample)
  const { date1904 } = raw
  const { name: kind, title, subject, unkept: known = [] } = layout.kind
  const first = head[layout.dataAt]?.line ?? Number.POSITIVE_INFINITY
  let skipped = 0

  async function* items<Line>(
    readRow: (row: RawRow) => Line | null,
  ): AsyncGenerator<Line[], void, undefined> {
    try {
      for await (const rows of raw.rows) {
        const lines: Line[] = []
        for (const row of rows) {
          if (row.line < first) continue
          const line = readRow(row)
          if (line) lines.push(line)
          else if (!row.cells.every(isBlank)) skipped++
        }
        if (lines.length > 0) yield lines
      }
    } finally {
      await raw.close()
    }
  }
  const used = new Set(layout.columns.flatMap(({ index, repeats }) => [index, ...repeats]))
  const left = layout.headings.filter((text, index) => !used.has(index) && text.trim() !== '')
  const unkept = left.filter((text) => known.includes(heading(text).name.replace(/\(.*\)$/, '')))
  const opened: OpenedFile = {
    kind,
    title,
    about: raw.about,
    columns: layout.columns.map((column) => preview(column, sample, date1904)),
    ignored: left.filter((text) => !unkept.includes(text)),
    unkept,
    skipped: () => skipped,
    close: raw.close,
  }
  if (subject === 'KOL') {
    const at = momentOf(given)
    return { ...opened, subject, items: items(createKolReader(layout, { at, date1904, width })) }
  }
  const at = whenOf(layout, head.slice(0, layout.dataAt), given)
  const fields = OUTCOME_FIELDS.filter((field) => layout.columns.some((column) => column.field === field))
  return { ...opened, subject, fields, items: items(createRowReader(layout, { at, date1904, width })) }
}

/** When a list was seen, for rows that do not say. */
function momentOf(given: string | null): number | null {
  if (given === null) return null
  const moment = parseMoment(given, 'TEXT')
  if (moment !== null && !(moment instanceof Refused)) return moment.at
  throw new ExportFileError(`--at must be a day or an instant of Shanghai time, not ${given}.`)
}

function preview(column: Column, sample: readonly RawRow[], date1904: boolean): PreviewColumn {
  const row = sample.find(({ cells }) => !isBlank(cells[column.index] ?? ''))
  const cell = row?.cells[column.index] ?? ''
  const value = row ? said(row, column, date1904) : null
  return {
    field: column.field,
    heading: column.heading.trim(),
    unit: unitName(column),
    first: cell.trim(),
    read: value instanceof Refused ? `refused: ${value.reason}` : String(value ?? ''),
  }
}

function said(row: RawRow, column: Column, date1904: boolean) {
  if (column.unit !== 'WHEN') return read(row, column, date1904)
  const when = parseWhen(row.cells[column.index] ?? '', row.forms?.[column.index], date1904)
  return when === null || when instanceof Refused ? when : `${when.grain} ${when.day}`
}

function unitName({ unit, power, bare }: Column): string {
  if (unit === 'MONEY' || unit === 'SIGNED')
    return power === 0 ? '分' : power === 6 ? '万元 -> 分' : '元 -> 分'
  if (unit === 'COUNT') return power === 4 ? '万 -> count' : 'count'
  if (unit === 'RATE') return bare === 'PERCENT' ? 'percent -> fraction' : 'fraction (or with %)'
  return unit.toLowerCase()
}

/** Where no single id proves it but all of them together do. */
function checkIds({ columns }: Layout, sample: readonly RawRow[]): void {
  for (const column of columns) {
    if (UNITS[column.field] !== 'ID') continue
    const ids = sample.flatMap(({ cells, forms }) => {
      const id = parseId(cells[column.index] ?? '', forms?.[column.index])
      return typeof id === 'string' ? [id] : []
    })
    if (isRounded(ids)) {
      throw new ExportFileError(
        `The ids in ${column.heading} have been rounded (all end alike, e.g. ${ids[0]}): export them again as text.`,
      )
    }
  }
}

/** Rows may all end in one empty cell more than the header. */
function widthOf({ headings }: Layout, sample: readonly RawRow[]): number {
  const cells = sample[0]?.cells ?? []
  return cells.length > headings.length && cells.slice(headings.length).every((cell) => cell === '')
    ? cells.length
    : headings.length
}

function whenOf({ columns, kind }: Layout, titles: readonly RawRow[], given: string | null): When | null {
  const has = (field: string) => columns.some((column) => column.field === field)
  if (given !== null) {
    const when = parseWhen(given, 'TEXT')
    if (when === null || when instanceof Refused) {
      throw new ExportFileError(
        `--at must be a day, a period A~B or an instant of Shanghai time, not ${given}.`,
      )
    }
    if (!has('day')) return when
    throw new ExportFileError('The rows have a date of their own: leave --at out.')
  }
  if (has('day') || (kind.totals && has('createdAt'))) return null
  const period = periodIn(titles)
  if (period) return period
  throw new ExportFileError(
    'Neither the rows nor the title lines say when the numbers were counted: say it with --at 2026-11-10, ' +
      '--at 2026-11-01~2026-11-07 or --at "2026-11-10 12:00".',
  )
}

const DAY_TEXT = String.raw`\d{4}(?:[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{4})(?:[ T]+\d{1,2}:\d\d(?::\d\d)?)?`
const RANGE = new RegExp(`(${DAY_TEXT})\\s*(?:~|～|至|到|—|-)\\s*(${DAY_TEXT})`)
const DATED = new RegExp(`(?:日期|时间范围|周期|统计时间)[:：\\s]*(${DAY_TEXT})`)

/** The period of a title line such as 数据周期：2026-11-01 ~ 2026-11-07; null when two lines differ. */
function periodIn(titles: readonly RawRow[]): When | null {
  const found = titles.flatMap(({ cells }) => {
    const text = cells.filter((cell) => cell !== '').join(' ')
    const range = RANGE.exec(text)
    const when = parseWhen(range ? `${range[1]}~${range[2]}` : (DATED.exec(text)?.[1] ?? ''), 'TEXT')
    return when === null || when instanceof Refused ? [] : [when]
  })
  const [one] = found
  return one && found.every(({ startsAt, endsAt }) => startsAt === one.startsAt && endsAt === one.endsAt)
    ? one
    : null
}

/** Whether the file is the long form of observations, by its first line; any other is an export or unknown. */
export async function isObservations(file: string): Promise<boolean> {
  const start = await headOf(file)
  if (start.subarray(0, 2).toString('latin1') === 'PK') return false
  const input = createReadStream(file)
  try {
    for await (const chunk of unzipped(input, () => 1)) {
      const names = (
        chunk
          .toString('utf8')
          .replace(/^\ufeff/, '')
          .split(/\r?\n/, 1)[0] ?? ''
      ).split(',')
      const header = new Set(names.map((name) => name.replaceAll('"', '').trim().toLowerCase()))
      return header.has('observed_at') || (header.has('video_id') && header.has('published_at'))
    }
    return false
  } finally {
    input.destroy()
  }
}
