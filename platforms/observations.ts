import type { Readable } from 'node:stream'
import { CsvError, Parser } from 'csv-parse'
import { HOUR } from '../rules/types.ts'
import { type Fed, feed, innerLineEnds } from './observation-csv.ts'
import { ObservationFileError, unzipped } from './observation-file.ts'
import {
  createRowReader,
  OBSERVATION_COLUMNS,
  type ObservationLine,
  REQUIRED_COLUMNS,
} from './observation-row.ts'

export { ObservationFileError } from './observation-file.ts'
export { type ObservationLine, type ObservationRow, observationLine } from './observation-row.ts'

export interface ReadOptions {
  /** A look may seem this much older than its video: clocks of sources differ. 1 h unless set. */
  maxAgeSkewMs?: number
}

/** A quote that is never closed would otherwise swallow the rest of the file into memory. */
const MAX_RECORD_BYTES = 64 * 1024

/**
 * Streams the long observation form, gzipped or not, a batch of lines per chunk of the file: handing out
 * rows one by one through an async iterator costs more than reading them.
 */
export async function* readObservations(
  input: Readable,
  options: ReadOptions = {},
): AsyncGenerator<ObservationLine[], void, undefined> {
  const reader = createLineReader(options.maxAgeSkewMs ?? HOUR)
  const parser = createParser()
  try {
    for await (const chunk of unzipped(input, reader.nextLine)) {
      yield* batch(await feed(parser, (done) => parser.write(chunk, done)), reader)
    }
    yield* batch(await feed(parser, (done) => parser.end(done)), reader)
    reader.finish()
  } catch (error) {
    throw fileError(error, reader.nextLine())
  } finally {
    parser.destroy()
    input.destroy()
  }
}

function createParser(): Parser {
  const parser = new Parser({
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    // Both are judged per row, with the row's line, instead of ending the file.
    relax_column_count: true,
    skip_empty_lines: false,
    max_record_size: MAX_RECORD_BYTES,
  })
  // Without a listener an 'error' event ends the process; feed() reads `errored` instead.
  parser.on('error', () => {})
  return parser
}

/** Rows before a broken one are handed out before the error is thrown. */
function* batch(fed: Fed, reader: LineReader): Generator<ObservationLine[]> {
  const lines: ObservationLine[] = []
  for (const record of fed.records) {
    const line = reader.read(record)
    if (line) lines.push(line)
  }
  if (lines.length > 0) yield lines
  if (fed.error) throw fed.error
}

interface LineReader {
  /** null for the header and for empty lines. */
  read(record: string[]): ObservationLine | null
  finish(): void
  /** The line at which the next record starts. */
  nextLine(): number
}

function createLineReader(maxAgeSkewMs: number): LineReader {
  let readRow: ReturnType<typeof createRowReader> | null = null
  let next = 1
  return {
    nextLine: () => next,
    read: (record) => {
      const line = next
      next += 1 + innerLineEnds(record)
      if (record.length === 1 && record[0] === '') return null
      if (readRow) return readRow(record, line)
      readRow = createRowReader(checkedHeader(record, line), maxAgeSkewMs)
      return null
    },
    finish: () => {
      if (!readRow) checkedHeader([], 1)
    },
  }
}

function checkedHeader(record: readonly string[], line: number): string[] {
  const header = record.map((name) => name.trim().toLowerCase())
  const missing = REQUIRED_COLUMNS.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    throw new ObservationFileError('header', line, `missing columns: ${missing.join(', ')}`, missing)
  }
  const twice = OBSERVATION_COLUMNS.filter((column) => header.indexOf(column) !== header.lastIndexOf(column))
  if (twice.length > 0) {
    throw new ObservationFileError('header', line, `repeated columns: ${twice.join(', ')}`, twice)
  }
  return header
}

/** Anything else is a mistake of ours and keeps its own face. */
function fileError(error: unknown, line: number): unknown {
  const { code = '', message = '' } = error as NodeJS.ErrnoException
  if (error instanceof CsvError) {
    return new ObservationFileError('csv', line, `broken quotes or an endless line (${message})`)
  }
  if (code.startsWith('Z_')) return new ObservationFileError('gzip', line, `the gzip is damaged (${message})`)
  return error
}
