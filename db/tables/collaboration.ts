/** What a KOL agreed to make, and where the idea came from. */
import { sql } from 'drizzle-orm'
import {
  check,
  date,
  foreignKey,
  index,
  integer,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { CollaborationState, PlaybookStep, PriceBand } from '../../rules/types.ts'
import { brand } from './brand.ts'
import { phase } from './campaign.ts'
import { count, createdAt, id, identity, workspaceId } from './columns.ts'
import { kol } from './kol.ts'
import { cell, video } from './plan.ts'
import { breakout } from './watch.ts'

/** 合作: one KOL on one cell. Its video is the one that comes of it; its origin the breakout that it repeats. */
export const collaboration = snakeCase.table(
  'collaboration',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    cellId: id().notNull(),
    kolId: id().notNull(),
    phaseId: id(),
    state: text().$type<CollaborationState>().notNull(),
    step: text().$type<PlaybookStep>().notNull(),
    /** null: not agreed. */
    priceFen: count(),
    band: text().$type<PriceBand>(),
    /** Of the sales it brings, in 1/10,000; null: none agreed. */
    commissionBp: integer(),
    deliverables: text(),
    /** Business day. */
    dueOn: date({ mode: 'string' }),
    /** As it was sent; null: not briefed. */
    brief: text(),
    draftLink: text(),
    videoId: id(),
    originBreakoutId: id(),
    /** The collaboration whose video broke out; null: the video had none. */
    originId: id(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('collaboration_brand').on(t.workspaceId, t.brandId, t.id),
    index('collaboration_kol').on(t.workspaceId, t.kolId),
    index('collaboration_origin').on(t.workspaceId, t.originId),
    index('collaboration_breakout').on(t.workspaceId, t.originBreakoutId),
    uniqueIndex('collaboration_video').on(t.workspaceId, t.videoId),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.cellId], foreignColumns: [cell.workspaceId, cell.id] }),
    foreignKey({ columns: [t.workspaceId, t.kolId], foreignColumns: [kol.workspaceId, kol.id] }),
    foreignKey({ columns: [t.workspaceId, t.phaseId], foreignColumns: [phase.workspaceId, phase.id] }),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
    foreignKey({
      columns: [t.workspaceId, t.originBreakoutId],
      foreignColumns: [breakout.workspaceId, breakout.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.originId], foreignColumns: [t.workspaceId, t.id] }),
    check(
      'collaboration_state',
      sql`${t.state} in ('PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT', 'PUBLISHED', 'SETTLED', 'DROPPED')`,
    ),
    check('collaboration_step', sql`${t.step} in ('TEST', 'REUSE', 'RADIATE')`),
    check('collaboration_price', sql`${t.priceFen} >= 0`),
    check('collaboration_commission', sql`${t.commissionBp} between 0 and 10000`),
    check('collaboration_agreed', sql`${t.state} in ('PROPOSED', 'DROPPED') or ${t.priceFen} is not null`),
  ],
)

/** Each step of the machine as it was taken; append-only. */
export const collaborationStep = snakeCase.table(
  'collaboration_step',
  {
    workspaceId: workspaceId(),
    collaborationId: id().notNull(),
    seq: integer().notNull(),
    state: text().$type<CollaborationState>().notNull(),
    note: text(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.collaborationId, t.seq] }),
    foreignKey({
      columns: [t.workspaceId, t.collaborationId],
      foreignColumns: [collaboration.workspaceId, collaboration.id],
    }),
  ],
)
