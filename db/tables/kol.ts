/** With whom: KOLs, what was known of them and when, and who counts as big. */
import { sql } from 'drizzle-orm'
import { check, date, foreignKey, index, primaryKey, snakeCase, text, unique } from 'drizzle-orm/pg-core'
import type { PriceBand, Tier } from '../../rules/types.ts'
import { count, createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/** 达人. */
export const kol = snakeCase.table(
  'kol',
  {
    workspaceId: workspaceId(),
    id: identity(),
    platform: text().notNull().default('douyin'),
    /** The platform's id of the account (抖音号 uid); text, it exceeds 2^53. null: a list gave only the name. */
    accountId: text(),
    /** 抖音号 as users see and type it. */
    showId: text(),
    name: text().notNull(),
    /** 垂类, separate from size. */
    vertical: text(),
    city: text(),
    /** Who represents them. */
    mcn: text(),
    /** The override if there is one, else by followers and the policy of the day; rewritten when one of them changes. */
    tier: text().$type<Tier>(),
    tierOverride: text().$type<Tier>(),
    /** Latest known; the history is in kol_snapshot. */
    followers: count(),
    archivedAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('kol_account').on(t.workspaceId, t.platform, t.accountId),
    index('kol_name').on(t.workspaceId, t.name),
    index('kol_tier_vertical').on(t.workspaceId, t.tier, t.vertical),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('kol_tier', sql`${t.tier} in ('HEAD', 'WAIST', 'TAIL', 'KOC')`),
    check('kol_tier_override', sql`${t.tierOverride} in ('HEAD', 'WAIST', 'TAIL', 'KOC')`),
  ],
)

/** Followers of a KOL as seen at an instant. */
export const kolSnapshot = snakeCase.table(
  'kol_snapshot',
  {
    workspaceId: workspaceId(),
    kolId: id().notNull(),
    observedAt: instant().notNull(),
    recordedAt: instant().notNull(),
    source: text().notNull(),
    followers: count().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.kolId, t.observedAt, t.source] }),
    foreignKey({ columns: [t.workspaceId, t.kolId], foreignColumns: [kol.workspaceId, kol.id] }),
  ],
)

/** 报价 of a KOL as known from an instant on; append-only. The latest one of a band counts. */
export const kolPrice = snakeCase.table(
  'kol_price',
  {
    workspaceId: workspaceId(),
    kolId: id().notNull(),
    band: text().$type<PriceBand>().notNull(),
    observedAt: instant().notNull(),
    recordedAt: instant().notNull(),
    source: text().notNull(),
    priceFen: count().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.kolId, t.band, t.observedAt, t.source] }),
    foreignKey({ columns: [t.workspaceId, t.kolId], foreignColumns: [kol.workspaceId, kol.id] }),
    check('kol_price_band', sql`${t.band} in ('UP_TO_20S', 'FROM_21_TO_60S', 'OVER_60S')`),
    check('kol_price_positive', sql`${t.priceFen} >= 0`),
  ],
)

/** 层级 cut-offs of a workspace from a business day on: least followers of each tier, KOC below TAIL. */
export const tierPolicy = snakeCase.table(
  'tier_policy',
  {
    workspaceId: workspaceId(),
    startsOn: date({ mode: 'string' }).notNull(),
    head: count().notNull(),
    waist: count().notNull(),
    tail: count().notNull(),
    /** When the KOLs were brought to it; null: not yet, it may start later. */
    appliedAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.startsOn] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('tier_policy_falls', sql`${t.head} > ${t.waist} and ${t.waist} > ${t.tail} and ${t.tail} > 0`),
  ],
)
