/**
 * Connections that are bound by row-level security. Nothing reads or writes a tenant's rows but through
 * `inWorkspace` (flow) or a `Reader` (GraphQL): both set the workspace for one transaction only.
 */
import { type SQL, sql } from 'drizzle-orm'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { type Relations, relations } from './relations.ts'

export type Db = PostgresJsDatabase<Relations>
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]
/** Whatever can be read from: a transaction, or a reader of GraphQL. */
export type Reads = Pick<Db, 'execute' | 'select'>

export interface Database {
  db: Db
  /** The pool below it. */
  pool: postgres.Sql
  close(): Promise<void>
}

export interface ConnectOptions {
  max?: number
  name?: string
  /** Called with the text of every statement that is sent. */
  onStatement?: (text: string) => void
}

/**
 * The server's own defaults are of the days of turning disks: on anything newer they make it read whole tables for a
 * batch. Compiling a statement costs more than running any of ours.
 */
const PLANNING = { random_page_cost: '1.1', jit: 'off' }

/** Connects as the role that owns nothing. */
export function connect(
  url: string,
  { max = 10, name = 'seedbed', onStatement }: ConnectOptions = {},
): Database {
  const pool = postgres(url, {
    max,
    onnotice: () => {},
    connection: { application_name: name, role: 'seedbed_app', ...PLANNING } as Record<string, string>,
    ...(onStatement && { debug: (_connection: number, text: string) => onStatement(text) }),
  })
  const db = drizzle({ client: pool, relations })
  return { db, pool, close: () => pool.end({ timeout: 5 }) }
}

/** Runs `work` in one transaction that sees and writes only the workspace's rows. */
export function inWorkspace<T>(db: Db, workspaceId: number, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction(async (tx) => {
    // Not waited for alone: a connection answers in order, and after a failure it refuses all that follows.
    const set = tx.execute(sql`select set_config('seedbed.workspace', ${String(workspaceId)}, true)`).then()
    set.catch(() => {})
    const done = await work(tx)
    await set
    return done
  })
}

/** Rows of a hand-written statement. The caller names their shape; timestamps come as text, bigints as text. */
export async function rows<T>(tx: Pick<Tx, 'execute'>, query: SQL): Promise<T[]> {
  return (await tx.execute(query)) as unknown as T[]
}
