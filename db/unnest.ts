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
    const values = items.map((item) => encode(item[key], type))
    // As text first: postgres.js would encode a jsonb element, which is text by now, a second time.
    return type === 'jsonb'
      ? sql`${sql.param(values)}::text[]::jsonb[]`
      : sql`${sql.param(values)}::${sql.raw(type)}[]`
  })
  const names = entries.map(([key]) => sql.identifier(snake(key)))
  return sql`unnest(${sql.join(arrays, sql`, `)}) as ${sql.identifier(alias)}(${sql.join(names, sql`, `)})`
}

/** Everything goes as text: postgres.js would else guess an array's type from its first element. */
function encode(value: unknown, type: PgType): string | null {
  if (value === null || value === undefined) return null
  if (type === 'jsonb') return JSON.stringify(value)
  if (type === 'timestamptz') return new Date(value as number | Date).toISOString()
  return String(value)
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
