/** 授权账号: what a platform lets us do in somebody's name, and the tokens for it. */
import { sql } from 'drizzle-orm'
import {
  bytea,
  check,
  foreignKey,
  integer,
  primaryKey,
  snakeCase,
  text,
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/** REAUTHORISE: only a person can help, by authorising again. */
export type AccountState = 'ACTIVE' | 'REAUTHORISE'

export const account = snakeCase.table(
  'account',
  {
    workspaceId: workspaceId(),
    id: identity(),
    /** The OAuth family: oceanengine or douyin. */
    platform: text().notNull(),
    /** The platform's id of who authorised: open_id, or the 巨量 user. */
    externalId: text().notNull(),
    name: text().notNull(),
    state: text().$type<AccountState>().notNull().default('ACTIVE'),
    /** Both tokens, encrypted (flow/seal.ts). */
    tokens: bytea().notNull(),
    /** Counts the token pairs stored so far; a write names the one it replaces. */
    generation: integer().notNull().default(1),
    accessExpiresAt: instant().notNull(),
    refreshExpiresAt: instant().notNull(),
    /** From here on whoever needs the access token refreshes it first. */
    refreshAt: instant().notNull(),
    /** How often the refresh token's life was renewed; Douyin allows 5. */
    renewals: integer().notNull().default(0),
    /** Who refreshes now, and until when the others wait for it. */
    claim: uuid(),
    claimedUntil: instant(),
    lastError: text(),
    lastErrorAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('account_external').on(t.workspaceId, t.platform, t.externalId),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('account_state', sql`${t.state} in ('ACTIVE', 'REAUTHORISE')`),
  ],
)
