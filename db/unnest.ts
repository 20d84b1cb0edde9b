import { type SQL, sql } from 'drizzle-orm'

type PgType = 'bigint' | 'int' | 'smallint' | 'float8' | 'text' | 'timestamptz' | 'bool' | 'jsonb' | 'uuid'

/**
 * Rows as a table of one statement, e.g. `insert … select … from ${unnest(looks, 'look', {videoId: 'bigint'})}`:
 * one array parameter per column, so that a batch of any size is one statement with one plan. Keys become
 * snake_case columns. Instants are ms since the epoch or Dates.
 */
export function unnest<Row extends object>(
  items: readonly Row[],
  alias: string,
  columns: Partial<Record<keyof Row & string, PgType>>,
): SQL {
  const entries = Object.entries(columns) as [keyof Row & string, PgType][]
  const arrays = entries.map(([key, type]) => {
    const elements = items.map((item) => encode(item[key], type))
    // As one text: postgres.js would escape every element, at ten times the cost.
    const literal = sql.param(`{${elements.join(',')}}`)
    return sql`${literal}::${sql.raw(type)}[]`
  })
  const names = entries.map(([key]) => sql.identifier(snake(key)))
  return sql`unnest(${sql.join(arrays, sql`, `)}) as ${sql.identifier(alias)}(${sql.join(names, sql`, `)})`
}

/** An element of an array literal. */
function encode(value: unknown, type: PgType): string {
  if (value === null || value === undefined) return 'NULL'
  if (type === 'timestamptz') return typeof value === 'number' ? instantOf(value) : (value as Date).toISOString()
  if (type === 'text') return quoted(String(value))
  if (type === 'jsonb') return quoted(JSON.stringify(value))
  return String(value)
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** Most rows of a batch share their instants. */
let last = { at: Number.NaN, text: '' }
function instantOf(at: number): string {
  if (at !== last.at) last = { at, text: new Date(at).toISOString() }
  return last.text
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
