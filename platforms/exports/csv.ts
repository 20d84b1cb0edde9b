/** CSV, TSV and their kin as raw rows, a chunk of the file at a time. */
import { CsvError, Parser } from 'csv-parse'
import { feed, innerLineEnds } from '../observation-csv.ts'
import { ExportFileError } from './errors.ts'
import type { RawRow } from './raw.ts'

/** A quote that is never closed would otherwise swallow the rest of the file into memory. */
const MAX_RECORD_BYTES = 1024 * 1024

/** `head`: the part of the first chunk by which the delimiter is told. */
export async function* csvRows(
  text: AsyncIterable<string>,
  head = (chunk: string) => chunk.slice(0, 8192),
): AsyncGenerator<RawRow[], void, undefined> {
  let parser: Parser | null = null
  let next = 1
  const rowsOf = (fed: { records: string[][]; error: Error | null }) => {
    const rows = fed.records.map((cells) => {
      const line = next
      next += 1 + innerLineEnds(cells)
      return { line, cells }
    })
    return { rows, error: fed.error }
  }
  try {
    for await (const chunk of text) {
      if (chunk === '') continue
      parser ??= createParser(delimiterOf(head(chunk)))
      const open = parser
      const { rows, error } = rowsOf(await feed(open, (done) => open.write(chunk, done)))
      if (rows.length > 0) yield rows
      if (error) throw error
    }
    if (!parser) return
    const open = parser
    const { rows, error } = rowsOf(await feed(open, (done) => open.end(done)))
    if (rows.length > 0) yield rows
    if (error) throw error
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new ExportFileError(`Line ${next}: broken quotes or an endless line (${error.message}).`)
  } finally {
    parser?.destroy()
  }
}

function createParser(delimiter: string): Parser {
  const parser = new Parser({
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    // A quote inside a title, and Excel's ="7411…", are text.
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: MAX_RECORD_BYTES,
  })
  // Without a listener an 'error' event ends the process; feed() reads `errored` instead.
  parser.on('error', () => {})
  return parser
}

/** What occurs most often outside quotes. */
function delimiterOf(start: string): string {
  const plain = start.replaceAll(/"[^"]*"/g, '')
  const counted = [',', '\t', ';'].map((one) => [plain.split(one).length - 1, one] as const)
  return counted.reduce((best, one) => (one[0] > best[0] ? one : best))[1]
}
