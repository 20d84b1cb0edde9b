/** 授权账号: what a platform lets us do in somebody's name, and the tokens for it. */
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
  unique,
  uuid,
} from 'drizzle-orm/pg-core'
import { createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/** REAUTHORISE: only a person can help, by authorising again. */
export type AccountState = 'ACTIVE' | 'REAUTHORISE'

export const account = snakeCase.table(
  'account',
  {
    workspaceId: workspaceId(),
    id: identity(),
    /** The OAuth family: oceanengine, douyin or doudian. */
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
    /** When its subjects were last read; null: not yet. */
    exploredAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('account_external').on(t.workspaceId, t.platform, t.externalId),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('account_state', sql`${t.state} in ('ACTIVE', 'REAUTHORISE')`),
  ],
)

/** What an account may look at and spend from: a 千川 advertiser, a 抖音 user, a 星图 customer, a shop. */
export const subject = snakeCase.table(
  'subject',
  {
    workspaceId: workspaceId(),
    id: identity(),
    accountId: id().notNull(),
    /** The connector that speaks for it: qianchuan, douyin, xingtu, doudian. */
    source: text().notNull(),
    /** The platform's id; text, it exceeds 2^53. */
    externalId: text().notNull(),
    name: text().notNull(),
    /** Since when the platform no longer names it; null: it does. */
    lostAt: instant(),
    /** Its last good answer, and since when it fails, with the failure's kind and the platform's words. null: none. */
    answeredAt: instant(),
    failedAt: instant(),
    failureKind: text(),
    failureText: text(),
    /** How far its sales and reports are read. */
    readTo: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('subject_external').on(t.workspaceId, t.accountId, t.source, t.externalId),
    foreignKey({ columns: [t.workspaceId, t.accountId], foreignColumns: [account.workspaceId, account.id] }),
  ],
)

/** Whose videos a subject sees: the 抖音号 that are bound to it. */
export const reach = snakeCase.table(
  'reach',
  {
    workspaceId: workspaceId(),
    subjectId: id().notNull(),
    /** account_id of a KOL; the KOL itself may come later. */
    kolAccountId: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.subjectId, t.kolAccountId] }),
    index('reach_kol').on(t.workspaceId, t.kolAccountId),
    foreignKey({ columns: [t.workspaceId, t.subjectId], foreignColumns: [subject.workspaceId, subject.id] }),
  ],
)
