/** What is seen and what follows: video state, snapshots, rules, breakouts. */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  snakeCase,
  text,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type { BreakoutState, CloseReason, Definition, Evidence } from '../../rules/types.ts'
import { count, createdAt, id, identity, instant, sparseCounts, workspaceId } from './columns.ts'
import { video } from './plan.ts'
import { workspace } from './tenant.ts'

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
    /** Cell and phase of the video, here so that the board reads one table. */
    cellId: id(),
    phaseId: id(),
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
    /** First firing under any rule; null: never flagged. */
    flaggedAt: instant(),
    /** Money spent on it and sold through it so far, as far as we know; null: not known. */
    spendFen: count(),
    gmvFen: count(),
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
    // The board reads nothing but this index: a tenth of the table. By plays, so that the best video comes first.
    index('video_state_board')
      .on(
        t.workspaceId,
        t.cellId,
        t.plays.desc().nullsLast(),
        t.videoId,
        t.phaseId,
        t.observedAt,
        t.interactionRate,
        t.flaggedAt,
        t.spendFen,
        t.gmvFen,
      )
      .where(sql`${t.cellId} is not null`),
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
