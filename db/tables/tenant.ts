/** Who: tenants, their tokens, and what they imported. */
import { sql } from 'drizzle-orm'
import {
  bytea,
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { count, createdAt, identity, instant, workspaceId } from './columns.ts'

export type Role = 'ADMIN' | 'EDITOR' | 'VIEWER'

/** 工作区: a tenant. */
export const workspace = snakeCase.table('workspace', {
  id: identity().primaryKey(),
  name: text().notNull(),
  /** IANA zone of the business day. */
  zone: text().notNull().default('Asia/Shanghai'),
  /** The counters that count as interaction. */
  interactionCounters: text()
    .$type<'likes' | 'comments' | 'shares' | 'saves'>()
    .array()
    .notNull()
    .default(sql`'{likes,comments,shares}'`),
  /** Most that looks may cost in one business day, 分; null: no cap. */
  lookCapFen: count(),
  createdAt: createdAt(),
})

/** A bearer token: names workspace and role. Only its SHA-256 is kept. */
export const token = snakeCase.table(
  'token',
  {
    workspaceId: workspaceId(),
    id: identity(),
    name: text().notNull(),
    role: text().$type<Role>().notNull(),
    hash: bytea().notNull(),
    createdAt: createdAt(),
    revokedAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('token_hash').on(t.hash),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('token_role', sql`${t.role} in ('ADMIN', 'EDITOR', 'VIEWER')`),
  ],
)

/** One run of an importer over one file; RUNNING after a crash says that the file must be imported again. */
export const importRun = snakeCase.table(
  'import_run',
  {
    workspaceId: workspaceId(),
    id: identity(),
    file: text().notNull(),
    state: text().$type<'RUNNING' | 'DONE'>().notNull(),
    rows: integer().notNull().default(0),
    inserted: integer().notNull().default(0),
    restated: integer().notNull().default(0),
    refused: integer().notNull().default(0),
    judged: integer().notNull().default(0),
    /** Of an export: its kind, what makes the same file the same, rows that are no data, and spend x ROI <> GMV. */
    kind: text(),
    fingerprint: text(),
    skipped: integer().notNull().default(0),
    disagreeing: integer().notNull().default(0),
    startedAt: instant().notNull(),
    finishedAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('import_run_fingerprint').on(t.workspaceId, t.fingerprint),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)
