/** Where people are told outside of Seedbed, and what was sent there. */
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
} from 'drizzle-orm/pg-core'
import type { Team, Topic, WebhookFormat } from '../../rules/types.ts'
import { brand } from './brand.ts'
import { createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { notification } from './notification.ts'
import { promotion } from './promotion.ts'
import { token, workspace } from './tenant.ts'

/** 推送: an address that a team is told at. */
export const webhook = snakeCase.table(
  'webhook',
  {
    workspaceId: workspaceId(),
    id: identity(),
    name: text().notNull(),
    /** Whose messages it gets. */
    team: text().$type<Team>().notNull(),
    /** null: those of all brands. */
    brandId: id(),
    format: text().$type<WebhookFormat>().notNull(),
    /** Encrypted (flow/seal.ts): a bot's address is a key to its group. */
    url: bytea().notNull(),
    /** Encrypted; what messages are signed with. null: the bot is not set to ask for it. */
    secret: bytea(),
    /** Gets nothing since; null: it is told. */
    pausedAt: instant(),
    createdBy: id(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.createdBy], foreignColumns: [token.workspaceId, token.id] }),
    check('webhook_team', sql`${t.team} in ('ADS', 'KOL', 'CONTENT')`),
    check('webhook_format', sql`${t.format} in ('SIGNED', 'FEISHU', 'DINGTALK', 'WECOM')`),
  ],
)

/** One message to one address. What it tells of is read when it is sent; a row is written once per topic and cause, and anew when a promotion has it to tell once more. */
export const delivery = snakeCase.table(
  'delivery',
  {
    workspaceId: workspaceId(),
    id: identity(),
    webhookId: id().notNull(),
    topic: text().$type<Topic>().notNull(),
    /** What it tells of: one of the two. */
    notificationId: id(),
    promotionId: id(),
    /** When it is sent next; null: never again. A sender moves it ahead before it sends. */
    dueAt: instant(),
    attempts: integer().notNull().default(0),
    /** Taken by the other side; null: not yet, or given up on. */
    sentAt: instant(),
    /** Of the last attempt: HTTP status, null without an answer; and what went wrong, without the address. */
    status: integer(),
    problem: text(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('delivery_once')
      .on(t.workspaceId, t.webhookId, t.topic, t.notificationId, t.promotionId)
      .nullsNotDistinct(),
    index('delivery_due').on(t.dueAt).where(sql`${t.dueAt} is not null`),
    /** What an address took in the last minute. */
    index('delivery_sent').on(t.workspaceId, t.webhookId, t.sentAt).where(sql`${t.sentAt} is not null`),
    foreignKey({ columns: [t.workspaceId, t.webhookId], foreignColumns: [webhook.workspaceId, webhook.id] }),
    foreignKey({
      columns: [t.workspaceId, t.notificationId],
      foreignColumns: [notification.workspaceId, notification.id],
    }),
    foreignKey({
      columns: [t.workspaceId, t.promotionId],
      foreignColumns: [promotion.workspaceId, promotion.id],
    }),
    check(
      'delivery_topic',
      sql`${t.topic} in ('BREAKOUT', 'TRIAL_READY', 'SCALE_READY', 'REUSE_HIT', 'ASKING', 'HELD', 'REMIX', 'CORRECTED')`,
    ),
    check('delivery_cause', sql`num_nonnulls(${t.notificationId}, ${t.promotionId}) = 1`),
  ],
)
