import { type AnyColumn, type SQL, sql } from 'drizzle-orm'

/** The column is one of these numbers; one parameter and one plan, however many there are. */
export function among(column: AnyColumn | SQL, ids: Iterable<number>): SQL {
  // As text: postgres.js would guess the array's type from its first element.
  return sql`${column} = any(${sql.param([...new Set(ids)].map(String))}::bigint[])`
}
