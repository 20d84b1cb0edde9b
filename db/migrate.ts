/** Brings a database up to the code, once, however many processes start together. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as drizzleMigrate } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url))
const OLDEST = 15
/** Any number, but the same in every process. */
const LOCK = 7_305_911

/** Expected trouble, told in one sentence. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

/** Applies what is missing as the owner of the tables. */
export async function migrate(ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} })
  try {
    const [server] = await sql`select current_setting('server_version_num')::int / 10000 as major`
    if ((server?.major as number) < OLDEST) {
      throw new MigrationError(`PostgreSQL ${server?.major} is too old: Seedbed needs ${OLDEST} or newer.`)
    }
    await sql`select pg_advisory_lock(${LOCK})`
    await drizzleMigrate(drizzle({ client: sql }), {
      migrationsFolder: FOLDER,
      migrationsSchema: 'seedbed_migrations',
    })
  } finally {
    await sql.end({ timeout: 5 })
  }
}

/** Names of migrations that the code has and the database lacks; for /readyz. */
export async function pendingMigrations(pool: postgres.Sql): Promise<string[]> {
  const folders = (await readdir(FOLDER, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const applied = await pool<{ name: string }[]>`select name from seedbed_migrations.__drizzle_migrations`
  const names = new Set(applied.map((row) => row.name))
  return folders.map((folder) => folder.name).filter((name) => !names.has(name))
}
