import { defineConfig } from 'drizzle-kit'

/** Only for `drizzle-kit generate`; the program migrates by db/migrate.ts. */
export default defineConfig({ dialect: 'postgresql', schema: './db/tables.ts', out: './db/migrations' })
