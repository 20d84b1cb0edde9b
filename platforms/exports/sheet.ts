/** The XML of a worksheet as raw rows, a chunk at a time: memory holds one chunk of rows. */
import { SaxesParser } from 'saxes'
import { ExportFileError } from './errors.ts'
import type { Form, RawRow } from './raw.ts'
import type { SharedStrings } from './strings.ts'

export interface SheetContext {
  strings: SharedStrings
  /** Form of a number cell by its style. */
  styles: Form[]
}

type Bytes = AsyncIterable<Buffer>

/** Feeds XML to a parser chunk by chunk; `after` runs after each. */
export async function* parseXml<T>(bytes: Bytes, parser: SaxesParser, take: () => T[]): AsyncGenerator<T[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let failed: Error | null = null
  parser.on('error', (error) => {
    failed ??= error
  })
  const check = () => {
    if (failed) throw new ExportFileError(`The workbook's XML is damaged (${failed.message}).`)
  }
  for await (const chunk of bytes) {
    parser.write(decoder.decode(chunk, { stream: true }))
    check()
    const taken = take()
    if (taken.length > 0) yield taken
  }
  parser.close()
  check()
  const taken = take()
  if (taken.length > 0) yield taken
}

/** Names without their namespace prefix: some writers say x:row. */
export const local = (name: string) => name.slice(name.indexOf(':') + 1)

export function sheetRows(bytes: Bytes, { strings, styles }: SheetContext): AsyncGenerator<RawRow[]> {
  const parser = new SaxesParser()
  let rows: RawRow[] = []
  let row: Required<RawRow> = { line: 0, cells: [], forms: [] }
  let cell: { column: number; type: string; style: number } = { column: 0, type: 'n', style: 0 }
  let text: string | null = null
  let phonetic = 0

  parser.on('opentag', ({ name, attributes }) => {
    switch (local(name)) {
      case 'row':
        row = { line: Number(attributes.r ?? row.line + 1), cells: [], forms: [] }
        break
      case 'c':
        cell = {
          column: attributes.r ? columnOf(attributes.r) : row.cells.length,
          type: attributes.t ?? 'n',
          style: Number(attributes.s ?? 0),
        }
        text = null
        break
      case 'rPh':
        phonetic++
        break
      case 'v':
      case 't':
        if (phonetic === 0) text ??= ''
        open = true
        break
    }
  })
  let open = false
  parser.on('text', (part) => {
    if (open && phonetic === 0 && text !== null) text += part
  })
  parser.on('closetag', ({ name }) => {
    switch (local(name)) {
      case 'v':
      case 't':
        open = false
        break
      case 'rPh':
        phonetic--
        break
      case 'c':
        if (text !== null) put(row, cell.column, ...contentOf(cell, text))
        break
      case 'row':
        rows.push(row)
        break
    }
  })

  function contentOf({ type, style }: typeof cell, value: string): [string, Form] {
    if (type === 's') return [strings.at(Number(value)), 'TEXT']
    if (type === 'n') return [value.trim(), styles[style] ?? 'NUMBER']
    // An ISO instant of strict files; text of formulas, inline text, booleans and errors.
    return [value, 'TEXT']
  }

  return parseXml(bytes, parser, () => {
    const taken = rows
    rows = []
    return taken
  })
}

/** Cells that a row leaves out are empty. */
function put(row: Required<RawRow>, column: number, text: string, form: Form): void {
  if (column > 16_383) throw new ExportFileError(`Row ${row.line} has a cell beyond the last column.`)
  while (row.cells.length < column) {
    row.cells.push('')
    row.forms.push('TEXT')
  }
  row.cells[column] = text
  row.forms[column] = form
}

/** B12 is column 1. */
export function columnOf(reference: string): number {
  let column = 0
  for (let i = 0; i < reference.length; i++) {
    const code = reference.charCodeAt(i)
    if (code < 65 || code > 90) break
    column = column * 26 + code - 64
  }
  return column - 1
}
