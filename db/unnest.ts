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
    // As one text: postgres.js would escape every element, at ten times the cost.
    return sql`${sql.param(literalOf(items, key, type))}::${sql.raw(type)}[]`
  })
  const names = entries.map(([key]) => sql.identifier(snake(key)))
  return sql`unnest(${sql.join(arrays, sql`, `)}) as ${sql.identifier(alias)}(${sql.join(names, sql`, `)})`
}

function literalOf<Row extends object>(items: readonly Row[], key: keyof Row, type: PgType): string {
  const encode = ENCODERS[type] ?? String
  let literal = ''
  // Rows of a batch often share a value, instants above all.
  let last: unknown = UNSEEN
  let text = ''
  for (const item of items) {
    const value = item[key]
    if (value !== last) text = value === null || value === undefined ? 'NULL' : encode(value)
    literal += last === UNSEEN ? text : `,${text}`
    last = value
  }
  return `{${literal}}`
}
const UNSEEN = Symbol('unseen')

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
const ENCODERS: Partial<Record<PgType, (value: unknown) => string>> = {
  text: (value) => quoted(String(value)),
  jsonb: (value) => quoted(JSON.stringify(value)),
  timestamptz: (value) => new Date(value as number | Date).toISOString(),
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
