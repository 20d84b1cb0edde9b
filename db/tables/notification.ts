/** What people are told, each once. */
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, primaryKey, snakeCase, text } from 'drizzle-orm/pg-core'
import type { Severity } from '../../rules/types.ts'
import { brand } from './brand.ts'
import { createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { rule } from './watch.ts'

/** 通知: of one episode, or of many that fired together in a brand under a rule; breakout.notification_id points here. */
export const notification = snakeCase.table(
  'notification',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    ruleId: id().notNull(),
    severity: text().$type<Severity>().notNull(),
    /** Episodes that it tells of. */
    episodes: integer().notNull(),
    createdAt: createdAt(),
    /** When it is told: later than made in quiet hours, and while a spike is being gathered. */
    dueAt: instant().notNull(),
    /** Until then episodes of the same brand and rule join it; null: it tells of one. */
    openUntil: instant(),
    /** Read by a person. */
    readAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('notification_due').on(t.workspaceId, t.dueAt),
    index('notification_group').on(t.workspaceId, t.brandId, t.ruleId, t.createdAt),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.ruleId], foreignColumns: [rule.workspaceId, rule.id] }),
    check('notification_severity', sql`${t.severity} in ('INFO', 'WARNING', 'CRITICAL')`),
    check('notification_episodes', sql`${t.episodes} > 0`),
  ],
)
