/** What is planned: brands, elements, pairs, matrices, cells, programme, videos. */
import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { ElementKind, Purpose, RemixPart, Tier } from '../../rules/types.ts'
import { brand } from './brand.ts'
import { phase } from './campaign.ts'
import { createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { kol } from './kol.ts'

export type VideoStage = 'PLANNED' | 'PUBLISHED' | 'ARCHIVED'

/** 要素: the current version is copied here from element_version by the same statement that makes it. */
export const element = snakeCase.table(
  'element',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    kind: text().$type<ElementKind>().notNull(),
    name: text().notNull(),
    version: integer().notNull().default(1),
    archivedAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('element_brand').on(t.workspaceId, t.brandId, t.kind),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    check('element_kind', sql`${t.kind} in ('PERSONA', 'PRODUCT', 'SCENE', 'NEED')`),
  ],
)

/** What an element said at one time; a published video points at the version it was made with. */
export const elementVersion = snakeCase.table(
  'element_version',
  {
    workspaceId: workspaceId(),
    elementId: id().notNull(),
    version: integer().notNull(),
    name: text().notNull(),
    /** By kind: see rules/element.ts. */
    attributes: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    note: text(),
    /** Addresses of examples. */
    links: text().array().notNull().default([]),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.elementId, t.version] }),
    foreignKey({ columns: [t.workspaceId, t.elementId], foreignColumns: [element.workspaceId, element.id] }),
  ],
)

/**
 * Brand fit. FORBIDDEN: the two never meet in a cell. REQUIRED: a cell with the element has the other one on its axis.
 * Lifted, not deleted.
 */
export const pair = snakeCase.table(
  'pair',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    kind: text().$type<'FORBIDDEN' | 'REQUIRED'>().notNull(),
    elementId: id().notNull(),
    otherId: id().notNull(),
    reason: text().notNull(),
    createdAt: createdAt(),
    liftedAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('pair_elements')
      .on(t.workspaceId, t.elementId, t.otherId, t.kind)
      .where(sql`${t.liftedAt} is null`),
    index('pair_brand').on(t.workspaceId, t.brandId),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.elementId], foreignColumns: [element.workspaceId, element.id] }),
    foreignKey({ columns: [t.workspaceId, t.otherId], foreignColumns: [element.workspaceId, element.id] }),
    check('pair_kind', sql`${t.kind} in ('FORBIDDEN', 'REQUIRED')`),
  ],
)

/** 栏目: a format that a brand's audience comes back for. */
export const programme = snakeCase.table(
  'programme',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    name: text().notNull(),
    archivedAt: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('programme_name').on(t.workspaceId, t.brandId, t.name),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
  ],
)

/** 内容矩阵. */
export const matrix = snakeCase.table(
  'matrix',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    name: text().notNull(),
    /** 监测周期 of its videos, set by hand; null: decided by what a look is worth. */
    cycleMinutes: integer(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('matrix_name').on(t.workspaceId, t.brandId, t.name),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
  ],
)

/** The elements chosen for a matrix; an element's kind is its axis. */
export const matrixElement = snakeCase.table(
  'matrix_element',
  { workspaceId: workspaceId(), matrixId: id().notNull(), elementId: id().notNull() },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.matrixId, t.elementId] }),
    foreignKey({ columns: [t.workspaceId, t.matrixId], foreignColumns: [matrix.workspaceId, matrix.id] }),
    foreignKey({ columns: [t.workspaceId, t.elementId], foreignColumns: [element.workspaceId, element.id] }),
  ],
)

/** 格: one combination; a row exists once something is planned in it. An axis may be empty. */
export const cell = snakeCase.table(
  'cell',
  {
    workspaceId: workspaceId(),
    id: identity(),
    matrixId: id().notNull(),
    personaId: id(),
    productId: id(),
    sceneId: id(),
    needId: id(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('cell_elements')
      .on(t.workspaceId, t.matrixId, t.personaId, t.productId, t.sceneId, t.needId)
      .nullsNotDistinct(),
    foreignKey({ columns: [t.workspaceId, t.matrixId], foreignColumns: [matrix.workspaceId, matrix.id] }),
    foreignKey({ columns: [t.workspaceId, t.personaId], foreignColumns: [element.workspaceId, element.id] }),
    foreignKey({ columns: [t.workspaceId, t.productId], foreignColumns: [element.workspaceId, element.id] }),
    foreignKey({ columns: [t.workspaceId, t.sceneId], foreignColumns: [element.workspaceId, element.id] }),
    foreignKey({ columns: [t.workspaceId, t.needId], foreignColumns: [element.workspaceId, element.id] }),
  ],
)

/** 视频: planned, then published; cell, element versions and tier are frozen at publication. */
export const video = snakeCase.table(
  'video',
  {
    workspaceId: workspaceId(),
    id: identity(),
    brandId: id().notNull(),
    cellId: id(),
    kolId: id(),
    purpose: text().$type<Purpose>().notNull(),
    title: text().notNull(),
    programmeId: id(),
    /** Modifiers of the cell: the first seconds (开头钩子), and the form (口播, 剧情, 测评 …). */
    hook: text(),
    format: text(),
    /** At most one phase of one campaign. */
    phaseId: id(),
    stage: text().$type<VideoStage>().notNull(),
    plannedFor: instant(),
    publishedAt: instant(),
    platform: text().notNull().default('douyin'),
    /** The plain 19-digit item id. */
    itemId: text(),
    personaVersion: integer(),
    productVersion: integer(),
    sceneVersion: integer(),
    needVersion: integer(),
    /** 监测周期 set by hand; null: as of its phase, its matrix, or what a look is worth. */
    cycleMinutes: integer(),
    /** The KOL's tier at publication. */
    tier: text().$type<Tier>(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('video_item').on(t.workspaceId, t.platform, t.itemId),
    index('video_brand').on(t.workspaceId, t.brandId, t.id),
    index('video_cell').on(t.workspaceId, t.cellId),
    index('video_planned').on(t.workspaceId, t.cellId, t.phaseId).where(sql`${t.stage} = 'PLANNED'`),
    index('video_calendar').on(t.workspaceId, t.plannedFor),
    index('video_published_at').on(t.workspaceId, t.publishedAt),
    index('video_phase').on(t.workspaceId, t.phaseId),
    index('video_kol').on(t.workspaceId, t.kolId, t.publishedAt),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.cellId], foreignColumns: [cell.workspaceId, cell.id] }),
    foreignKey({ columns: [t.workspaceId, t.kolId], foreignColumns: [kol.workspaceId, kol.id] }),
    foreignKey({
      columns: [t.workspaceId, t.programmeId],
      foreignColumns: [programme.workspaceId, programme.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.phaseId], foreignColumns: [phase.workspaceId, phase.id] }),
    check('video_stage', sql`${t.stage} in ('PLANNED', 'PUBLISHED', 'ARCHIVED')`),
    check('video_purpose', sql`${t.purpose} in ('SEEDING', 'SELLING', 'TRAFFIC')`),
    check(
      'video_published',
      sql`${t.stage} <> 'PUBLISHED' or (${t.publishedAt} is not null and ${t.itemId} is not null)`,
    ),
  ],
)

/** 混剪: a video that was cut anew out of another one of its brand. */
export const remix = snakeCase.table(
  'remix',
  {
    workspaceId: workspaceId(),
    videoId: id().notNull(),
    originId: id().notNull(),
    /** What is new in it. */
    parts: text().$type<RemixPart>().array().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.videoId] }),
    index('remix_origin').on(t.workspaceId, t.originId),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
    foreignKey({ columns: [t.workspaceId, t.originId], foreignColumns: [video.workspaceId, video.id] }),
    check('remix_parts', sql`${t.parts} <@ '{HOOK,BODY,CALL_TO_ACTION}' and cardinality(${t.parts}) > 0`),
    check('remix_not_itself', sql`${t.videoId} <> ${t.originId}`),
  ],
)
