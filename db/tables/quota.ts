/** What asking costs: the platforms' quotas, which all workspaces share, and what each workspace used of them. */
import {
  boolean,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  primaryKey,
  snakeCase,
  text,
} from 'drizzle-orm/pg-core'
import { count, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/**
 * 调用配额 of one source and one limit of it (an app, an advertiser), over all processes and workspaces. No tenant's:
 * only flow/quota.ts writes it.
 */
export const callQuota = snakeCase.table(
  'call_quota',
  {
    source: text().notNull(),
    scope: text().notNull(),
    /** The day, in Shanghai, that `calls` are of. */
    day: date({ mode: 'string' }).notNull(),
    calls: integer().notNull().default(0),
    /** The platform asked for silence until then; null: it did not. */
    blockedUntil: instant(),
  },
  (t) => [primaryKey({ columns: [t.source, t.scope] })],
)

/**
 * A call that counts against the rate per second: from when it is let go until a while after its answer, so that however
 * late it arrives no second holds more than are allowed. On the database's clock. No tenant's, as call_quota.
 */
export const callSlot = snakeCase.table(
  'call_slot',
  {
    id: identity().primaryKey(),
    source: text().notNull(),
    scope: text().notNull(),
    answered: boolean().notNull().default(false),
    until: instant().notNull(),
  },
  (t) => [index('call_slot_of').on(t.source, t.scope)],
)

/** What a workspace asked of a source on one business day of Shanghai, and what that cost. */
export const callUse = snakeCase.table(
  'call_use',
  {
    workspaceId: workspaceId(),
    day: date({ mode: 'string' }).notNull(),
    source: text().notNull(),
    scope: text().notNull(),
    calls: integer().notNull().default(0),
    /** Refused by us, beside them: quota, cap or a platform that asked for silence. */
    refused: integer().notNull().default(0),
    costFen: count().notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.day, t.source, t.scope] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)

/** What a look at a source counts in the schedule: its cost, or more where the quota is scarce. */
export const lookPrice = snakeCase.table(
  'look_price',
  {
    workspaceId: workspaceId(),
    source: text().notNull(),
    priceFen: doublePrecision().notNull(),
    decidedAt: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.source] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)
