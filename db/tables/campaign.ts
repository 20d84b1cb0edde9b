/** When: campaigns with their phases, and the activities of the year. */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  unique,
} from 'drizzle-orm/pg-core'
import type { CampaignLevel, PhaseKind } from '../../rules/types.ts'
import { brand } from './brand.ts'
import { count, createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/** Business days of the workspace's zone, first and last. */
const days = () => ({
  startsOn: date({ mode: 'string' }).notNull(),
  endsOn: date({ mode: 'string' }).notNull(),
})

/** 活动: a marketing period of a brand. */
export const campaign = snakeCase.table(
  'campaign',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    name: text().notNull(),
    level: text().$type<CampaignLevel>().notNull(),
    ...days(),
    archivedAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('campaign_name').on(t.workspaceId, t.brandId, t.name),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    check('campaign_level', sql`${t.level} in ('S', 'SS', 'A', 'IP', 'INDUSTRY', 'INDUSTRY_IP')`),
    check('campaign_days', sql`${t.endsOn} >= ${t.startsOn}`),
  ],
)

/** What a phase is to reach; a goal that is absent was not set. */
export interface PhaseGoal {
  videos?: number
  plays?: number
  gmvFen?: number
  roi?: number
}
/** What makes a breakout within the phase; an absent one is as everywhere. */
export interface PhaseThreshold {
  kolRatio?: number
  interactionRate?: number
}

/** 阶段: one of the four of a campaign. */
export const phase = snakeCase.table(
  'phase',
  {
    workspaceId: workspaceId(),
    id: identity(),
    campaignId: id().notNull(),
    kind: text().$type<PhaseKind>().notNull(),
    ...days(),
    budgetFen: count(),
    goal: jsonb().$type<PhaseGoal>().notNull().default({}),
    threshold: jsonb().$type<PhaseThreshold>().notNull().default({}),
    /** 监测周期 of its videos, set by hand; null: as of the matrix, or what a look is worth. */
    cycleMinutes: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('phase_kind').on(t.workspaceId, t.campaignId, t.kind),
    foreignKey({
      columns: [t.workspaceId, t.campaignId],
      foreignColumns: [campaign.workspaceId, campaign.id],
    }),
    check('phase_kind_known', sql`${t.kind} in ('PREPARATION', 'WARM_UP', 'EVENT', 'ENCORE')`),
    check('phase_days', sql`${t.endsOn} >= ${t.startsOn}`),
    check('phase_budget', sql`${t.budgetFen} >= 0`),
  ],
)

/** 大促日历: a known activity in one year; a workspace begins with those of rules/occasion.ts and edits them. */
export const occasion = snakeCase.table(
  'occasion',
  {
    workspaceId: workspaceId(),
    id: identity(),
    name: text().notNull(),
    ...days(),
    /** Moves with the lunar calendar: next year's days are not this year's. */
    lunar: boolean().notNull().default(false),
    archivedAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('occasion_name').on(t.workspaceId, t.name, t.startsOn),
    index('occasion_days').on(t.workspaceId, t.startsOn),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('occasion_days_order', sql`${t.endsOn} >= ${t.startsOn}`),
  ],
)
