/**
 * The read side of one GraphQL request: a read-only transaction of one workspace, begun by the first query and so
 * free for a request that reads nothing. All answers of the request are of one instant (repeatable read).
 */
import { drizzle } from 'drizzle-orm/postgres-js'
import type postgres from 'postgres'
import type { Db } from './client.ts'
import { relations } from './relations.ts'

export interface Reader {
  db: Db
  /** Ends the transaction and gives the connection back; the next query begins a new one. */
  close(): Promise<void>
}

export function createReader(pool: postgres.Sql, workspaceId: number): Reader {
  if (!Number.isSafeInteger(workspaceId)) throw new TypeError('a workspace id is a whole number')
  let opened: Promise<postgres.ReservedSql> | null = null

  async function open(): Promise<postgres.ReservedSql> {
    const connection = await pool.reserve()
    // One round trip, and pipelined with the first query: nothing waits for it.
    connection
      .unsafe(
        `begin isolation level repeatable read read only; set local seedbed.workspace = '${workspaceId}'`,
      )
      .catch(() => {})
    return connection
  }
  const connection = () => {
    opened ??= open()
    return opened
  }
  const client = {
    options: pool.options,
    unsafe(text: string, params: never[], options: postgres.UnsafeQueryOptions) {
      const objects = () => connection().then((c) => c.unsafe(text, params, options))
      return {
        // biome-ignore lint/suspicious/noThenProperty: drizzle awaits what postgres.js gives, a lazy query
        then: (ok: (rows: unknown) => unknown, fail: (error: unknown) => unknown) => objects().then(ok, fail),
        values: () => connection().then((c) => c.unsafe(text, params, options).values()),
      }
    },
  }
  return {
    db: drizzle({ client: client as unknown as postgres.Sql, relations }),
    async close() {
      const ending = opened
      opened = null
      if (!ending) return
      const connection = await ending.catch(() => null)
      try {
        await connection?.unsafe('commit')
      } finally {
        connection?.release()
      }
    },
  }
}
