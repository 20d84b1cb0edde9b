import { COUNTERS, type Counters } from '../rules/types.ts'

/** One look in the long observation form: the same shape from files, the simulator and exports. */
export interface ObservationRow {
  itemId: string
  kolId: string | null
  /** ms since the epoch (UTC), as is observedAt. */
  publishedAt: number
  observedAt: number
  counters: Counters
  /** Followers of the KOL at the look, where the source says so. */
  followers: number | null
}

/** A row of a file: read, or refused with the place and the reason, for the report to the user. */
export type ObservationLine =
  | { line: number; ok: true; row: ObservationRow }
  /** `column` is '*' when the row as a whole is wrong. */
  | { line: number; ok: false; column: string; reason: string; value: string }

/** The columns in the order in which we write them; a reader goes by name. */
export const OBSERVATION_COLUMNS = [
  'video_id',
  'kol_id',
  'published_at',
  'observed_at',
  ...COUNTERS,
  'followers',
] as const
export type ObservationColumn = (typeof OBSERVATION_COLUMNS)[number]
export const REQUIRED_COLUMNS: readonly ObservationColumn[] = [
  'video_id',
  'published_at',
  'observed_at',
  'plays',
]

const NUMBER_COLUMNS = [...COUNTERS, 'followers'] as const
const MAX_ID_LENGTH = 64
/** Values quoted in a report: enough to recognise one, never a page of a broken file. */
const MAX_QUOTED = 80

type Refusal = [column: string, reason: string, value: string]
type Cells = (column: ObservationColumn) => string

/** Reads records of one file, whose header has been checked. */
export function createRowReader(header: readonly string[], maxAgeSkewMs: number) {
  const at = Object.fromEntries(
    OBSERVATION_COLUMNS.map((column) => [column, header.indexOf(column)]),
  ) as Record<ObservationColumn, number>

  return (record: readonly string[], line: number): ObservationLine => {
    const result = readRow(record, header.length, (column) => record[at[column]] ?? '', maxAgeSkewMs)
    if (!Array.isArray(result)) return { line, ok: true, row: result }
    const [column, reason, value] = result
    return { line, ok: false, column, reason, value: value.slice(0, MAX_QUOTED) }
  }
}

function readRow(
  record: readonly string[],
  width: number,
  cell: Cells,
  maxAgeSkewMs: number,
): ObservationRow | Refusal {
  if (record.length !== width) return ['*', `${record.length} columns instead of ${width}`, record.join(',')]
  const itemId = cell('video_id')
  const kolId = cell('kol_id')
  const badItem = itemId.trim() === '' ? 'empty' : idProblem(itemId)
  if (badItem) return ['video_id', badItem, itemId]
  const badKol = idProblem(kolId)
  if (badKol) return ['kol_id', badKol, kolId]

  const publishedAt = parseInstant(cell('published_at'))
  if (publishedAt === null) return ['published_at', NOT_AN_INSTANT, cell('published_at')]
  const observedAt = parseInstant(cell('observed_at'))
  if (observedAt === null) return ['observed_at', NOT_AN_INSTANT, cell('observed_at')]
  if (publishedAt - observedAt > maxAgeSkewMs) {
    return ['observed_at', 'before published_at', cell('observed_at')]
  }

  const numbers = readNumbers(cell)
  if (Array.isArray(numbers)) return numbers
  const { followers, ...counters } = numbers
  return { itemId, kolId: kolId === '' ? null : kolId, publishedAt, observedAt, counters, followers }
}

function readNumbers(cell: Cells): (Counters & { followers: number | null }) | Refusal {
  const numbers: Record<(typeof NUMBER_COLUMNS)[number], number | null> = {
    plays: null,
    likes: null,
    comments: null,
    shares: null,
    saves: null,
    followers: null,
  }
  for (const column of NUMBER_COLUMNS) {
    const value = parseCount(cell(column))
    if (typeof value === 'string') return [column, value, cell(column)]
    numbers[column] = value
  }
  return numbers
}

function idProblem(id: string): string | null {
  if (id.length > MAX_ID_LENGTH) return `longer than ${MAX_ID_LENGTH} characters`
  // A NUL cannot be stored in PostgreSQL, and no platform's id has any of its kin.
  return /\p{Cc}/u.test(id) ? 'holds a control character' : null
}

/** A whole number, null for an empty cell (unknown, not 0), or the reason against it. */
export function parseCount(text: string): number | null | string {
  if (text === '') return null
  if (/^\d+$/.test(text)) {
    const value = Number(text)
    return value <= Number.MAX_SAFE_INTEGER ? value : 'beyond 2^53-1'
  }
  if (/^-\d+(\.\d+)?$/.test(text)) return 'negative'
  return /^\d*\.\d+$/.test(text) ? 'not a whole number' : 'not a number'
}

const NOT_AN_INSTANT = 'not an ISO 8601 instant with Z or an offset'
const INSTANT =
  /^\d{4}-(0[1-9]|1[0-2])-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]\d\d:[0-5]\d)$/

/** Date.parse takes a local time and rolls 30 February over into March; here both are refused. */
export function parseInstant(text: string): number | null {
  const match = INSTANT.exec(text)
  if (!match) return null
  const day = Number(match[2])
  if (day > 28 && new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() !== day) return null
  const value = Date.parse(text)
  return Number.isNaN(value) ? null : value
}

/** One line of the long form, without its line end; readObservations gives the same row back. */
export function observationLine(row: ObservationRow): string {
  const numbers = NUMBER_COLUMNS.map((column) =>
    column === 'followers' ? row.followers : row.counters[column],
  )
  const cells = [
    quoted(row.itemId),
    quoted(row.kolId ?? ''),
    new Date(row.publishedAt).toISOString(),
    new Date(row.observedAt).toISOString(),
    ...numbers.map((value) => value ?? ''),
  ]
  return cells.join(',')
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
