/** Columns that tables share. */
import { sql } from 'drizzle-orm'
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core'

/** Elements of a bigint[] as postgres.js gives them: it reads a NULL element as the text NULL. */
export function readCounts(values: readonly (string | null)[]): (number | null)[] {
  return values.map((value) => (value === null || value === 'NULL' ? null : Number(value)))
}
/** bigint[] with nulls in it. */
export const sparseCounts = customType<{
  data: readonly (number | null)[]
  driverData: readonly (string | null)[]
}>({
  dataType: () => 'bigint[]',
  fromDriver: readCounts,
  toDriver: (values) => values.map((value) => (value === null ? null : String(value))),
})
export const id = () => bigint({ mode: 'number' })
export const count = (name?: string) => (name ? bigint(name, { mode: 'number' }) : bigint({ mode: 'number' }))
export const instant = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })
export const createdAt = () => instant().notNull()
/** Filled by the tenant setting of the transaction: an insert cannot name another workspace. */
export const workspaceId = () => id().notNull().default(sql`current_workspace()`)
export const identity = () => bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity()
