/** What is planned and with whom: brands, elements, matrices, cells, KOLs, videos. */
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
} from 'drizzle-orm/pg-core'
import type { ElementKind, Purpose, Tier } from '../../rules/types.ts'
import { count, createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

export type VideoStage = 'PLANNED' | 'PUBLISHED' | 'ARCHIVED'

/** 品牌. */
export const brand = snakeCase.table(
  'brand',
  { workspaceId: workspaceId(), id: identity(), name: text().notNull(), createdAt: createdAt() },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('brand_name').on(t.workspaceId, t.name),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)

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
    attributes: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.elementId, t.version] }),
    foreignKey({ columns: [t.workspaceId, t.elementId], foreignColumns: [element.workspaceId, element.id] }),
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

/** 达人. */
export const kol = snakeCase.table(
  'kol',
  {
    workspaceId: workspaceId(),
    id: identity(),
    platform: text().notNull().default('douyin'),
    /** The platform's id of the account (抖音号 uid); text, it exceeds 2^53. */
    accountId: text().notNull(),
    name: text().notNull(),
    /** 垂类, separate from size. */
    vertical: text(),
    tier: text().$type<Tier>(),
    /** Latest known; the history is in kol_snapshot. */
    followers: count(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('kol_account').on(t.workspaceId, t.platform, t.accountId),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('kol_tier', sql`${t.tier} in ('HEAD', 'WAIST', 'TAIL', 'KOC')`),
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
    /** The KOL's tier at publication. */
    tier: text().$type<Tier>(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('video_item').on(t.workspaceId, t.platform, t.itemId),
    index('video_brand').on(t.workspaceId, t.brandId, t.id),
    index('video_cell').on(t.workspaceId, t.cellId),
    index('video_kol').on(t.workspaceId, t.kolId, t.publishedAt),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.cellId], foreignColumns: [cell.workspaceId, cell.id] }),
    foreignKey({ columns: [t.workspaceId, t.kolId], foreignColumns: [kol.workspaceId, kol.id] }),
    check('video_stage', sql`${t.stage} in ('PLANNED', 'PUBLISHED', 'ARCHIVED')`),
    check('video_purpose', sql`${t.purpose} in ('SEEDING', 'SELLING', 'TRAFFIC')`),
    check(
      'video_published',
      sql`${t.stage} <> 'PUBLISHED' or (${t.publishedAt} is not null and ${t.itemId} is not null)`,
    ),
  ],
)
