/**
 * Every table, in the order of the chain. Each key starts with the workspace, so that one tenant's rows lie
 * together and row-level security (migrations/*_policies) can use the index. Money is integer 分, instants are
 * timestamptz(3) in UTC, counters are 64-bit. null means "not known", never 0.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  bytea,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  snakeCase,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

import type {
  BreakoutState,
  CloseReason,
  Definition,
  ElementKind,
  Evidence,
  Purpose,
  Tier,
} from '../rules/types.ts'

/** Elements of a bigint[] as postgres.js gives them: it reads a NULL element as the text NULL. */
export function readCounts(values: readonly (string | null)[]): (number | null)[] {
  return values.map((value) => (value === null || value === 'NULL' ? null : Number(value)))
}
/** bigint[] with nulls in it. */
const sparseCounts = customType<{ data: readonly (number | null)[]; driverData: readonly (string | null)[] }>(
  {
    dataType: () => 'bigint[]',
    fromDriver: readCounts,
    toDriver: (values) => values.map((value) => (value === null ? null : String(value))),
  },
)
const id = () => bigint({ mode: 'number' })
const count = () => bigint({ mode: 'number' })
const instant = () => timestamp({ withTimezone: true, precision: 3, mode: 'date' })
const createdAt = () => instant().notNull()
/** Filled by the tenant setting of the transaction: an insert cannot name another workspace. */
const workspaceId = () => id().notNull().default(sql`current_workspace()`)
const identity = () => bigint({ mode: 'number' }).notNull().generatedAlwaysAsIdentity()

export type Role = 'ADMIN' | 'EDITOR' | 'VIEWER'
export type VideoStage = 'PLANNED' | 'PUBLISHED' | 'ARCHIVED'

/** 工作区: a tenant. */
export const workspace = snakeCase.table('workspace', {
  id: identity().primaryKey(),
  name: text().notNull(),
  /** IANA zone of the business day. */
  zone: text().notNull().default('Asia/Shanghai'),
  createdAt: createdAt(),
})

/** A bearer token: names workspace and role. Only its SHA-256 is kept. */
export const token = snakeCase.table(
  'token',
  {
    workspaceId: workspaceId(),
    id: identity(),
    name: text().notNull(),
    role: text().$type<Role>().notNull(),
    hash: bytea().notNull(),
    createdAt: createdAt(),
    revokedAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('token_hash').on(t.hash),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    check('token_role', sql`${t.role} in ('ADMIN', 'EDITOR', 'VIEWER')`),
  ],
)

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

/**
 * What is known about a published video now, derived from its snapshots, and when it is looked at next.
 * The claim is a lease: a worker that dies leaves it to run out.
 */
export const videoState = snakeCase.table(
  'video_state',
  {
    workspaceId: workspaceId(),
    videoId: id().notNull(),
    kolId: id(),
    publishedAt: instant().notNull(),
    /** The connector that polls it; null: its numbers come from files. */
    source: text(),
    /** Looks recorded; equals the number of snapshots, or something was lost. */
    looks: integer().notNull().default(0),
    observedAt: instant(),
    plays: count(),
    likes: count(),
    comments: count(),
    shares: count(),
    saves: count(),
    interactionRate: doublePrecision(),
    /** Plays per hour between the last two looks. */
    velocity: doublePrecision(),
    /** Plays over the median of the KOL's earlier videos at the same age. */
    kolRatio: doublePrecision(),
    /** Plays at the ages of rules/curve.ts; null where not reached or not seen. */
    curve: sparseCounts().notNull().default(sql`'{}'`),
    nextPollAt: instant(),
    claim: uuid(),
    claimedUntil: instant(),
    /** Consecutive failed looks; 0 after an answer. */
    misses: integer().notNull().default(0),
    noDataSince: instant(),
    noDataReason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.videoId] }),
    index('video_state_due')
      .on(t.workspaceId, t.source, t.nextPollAt)
      .where(sql`${t.nextPollAt} is not null`),
    index('video_state_kol').on(t.workspaceId, t.kolId, t.publishedAt),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
  ],
)

/**
 * 快照, append-only and bitemporal, partitioned by month of observed_at. A source that restates the same
 * instant adds a revision. No foreign key: writers insert only for videos whose state they hold locked, and
 * a check per row would halve the rate of ingestion.
 */
export const snapshot = snakeCase.table(
  'snapshot',
  {
    workspaceId: workspaceId(),
    videoId: id().notNull(),
    observedAt: instant().notNull(),
    source: text().notNull(),
    revision: smallint().notNull().default(0),
    recordedAt: instant().notNull(),
    plays: count(),
    likes: count(),
    comments: count(),
    shares: count(),
    saves: count(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.videoId, t.observedAt, t.source, t.revision] })],
)

/** 规则: the switch; what it says is in rule_version. */
export const rule = snakeCase.table(
  'rule',
  {
    workspaceId: workspaceId(),
    id: identity(),
    name: text().notNull(),
    enabled: boolean().notNull().default(false),
    version: integer().notNull().default(1),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('rule_name').on(t.workspaceId, t.name),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)

export const ruleVersion = snakeCase.table(
  'rule_version',
  {
    workspaceId: workspaceId(),
    ruleId: id().notNull(),
    version: integer().notNull(),
    definition: jsonb().$type<Definition>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.ruleId, t.version] }),
    foreignKey({ columns: [t.workspaceId, t.ruleId], foreignColumns: [rule.workspaceId, rule.id] }),
  ],
)

/** 爆款: one episode of a video under a rule; at most one is open at a time. */
export const breakout = snakeCase.table(
  'breakout',
  {
    workspaceId: workspaceId(),
    id: identity(),
    videoId: id().notNull(),
    ruleId: id().notNull(),
    /** The version that raised it. */
    ruleVersion: integer().notNull(),
    state: text().$type<BreakoutState>().notNull(),
    pendingAt: instant().notNull(),
    firingAt: instant(),
    coolingAt: instant(),
    closedAt: instant(),
    closeReason: text().$type<CloseReason>(),
    /** Closed by hand: when the video fell below the release level; until then no new episode begins. */
    releasedAt: instant(),
    /** The numbers at the look that began it, replaced by those at firing. */
    evidence: jsonb().$type<Evidence>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('breakout_open').on(t.workspaceId, t.videoId, t.ruleId).where(sql`${t.state} <> 'CLOSED'`),
    index('breakout_firing').on(t.workspaceId, t.firingAt),
    index('breakout_video').on(t.workspaceId, t.videoId),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
    foreignKey({
      columns: [t.workspaceId, t.ruleId, t.ruleVersion],
      foreignColumns: [ruleVersion.workspaceId, ruleVersion.ruleId, ruleVersion.version],
    }),
    check('breakout_state', sql`${t.state} in ('PENDING', 'FIRING', 'COOLING', 'CLOSED')`),
  ],
)

/** One run of an importer over one file; RUNNING after a crash says that the file must be imported again. */
export const importRun = snakeCase.table(
  'import_run',
  {
    workspaceId: workspaceId(),
    id: identity(),
    file: text().notNull(),
    state: text().$type<'RUNNING' | 'DONE'>().notNull(),
    rows: integer().notNull().default(0),
    inserted: integer().notNull().default(0),
    restated: integer().notNull().default(0),
    refused: integer().notNull().default(0),
    judged: integer().notNull().default(0),
    startedAt: instant().notNull(),
    finishedAt: instant(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)
