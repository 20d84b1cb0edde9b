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
 * What is known about a published video now, derived from its snapshots, and when it is looked at next. No index but
 * the board's holds a column that a look changes: the update of a look without a cell touches no index (HOT).
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
    /** Videos are polled by shards: those of one KOL lie in one, so that they share calls, and a worker leases whole ones. */
    shard: smallint().notNull().generatedAlwaysAs(sql`(coalesce(kol_id, video_id) % 256)::smallint`),
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
    /** Of ending in the top of its class, 0 to 1, as of the latest look (rules/forecast.ts); null: not foreseen. */
    breakoutProbability: doublePrecision(),
    /** How the velocity changed between the last two of it, plays per hour and hour. */
    acceleration: doublePrecision(),
    /** First firing under any rule; null: never flagged. */
    flaggedAt: instant(),
    /**
     * What other sources say of it so far (flow/money.ts); null: not known. Spend and what it brought are of ads; GMV and
     * orders are all that the video sold; settled GMV has the refunds of 7 and 14 days taken out.
     */
    spendFen: count(),
    paidGmvFen: count(),
    gmvFen: count(),
    orders: count(),
    settled7Fen: count('settled7_fen'),
    settled14Fen: count('settled14_fen'),
    adShows: count(),
    /** Plays that our own promotions bought, and whether a source said so or they are estimated. */
    boughtPlays: count(),
    boughtBy: text().$type<'REPORTED' | 'ESTIMATED'>(),
    completionRate: doublePrecision(),
    fiveSecondRate: doublePrecision(),
    /** Plays at the ages of rules/curve.ts; null where not reached or not seen. */
    curve: sparseCounts().notNull().default(sql`'{}'`),
    nextPollAt: instant(),
    /** Why then: a Reason of rules/look-why.ts as JSON text; null: it was not decided by a look. */
    pollWhy: text(),
    /** May use the part of a quota that is kept for what is hot. */
    urgent: boolean().notNull().default(false),
    /** A cycle set by hand, of the video or else of its phase or matrix; null: none. */
    cycleMinutes: integer(),
    /** Earliest instant from which the figures by hour and day are to be made again; null: they are true. */
    dirtyFrom: instant(),
    /** Consecutive failed looks; 0 after an answer. */
    misses: integer().notNull().default(0),
    noDataSince: instant(),
    noDataReason: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.videoId] }),
    index('video_state_shard').on(t.workspaceId, t.source, t.shard),
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
 * The lease on the videos of one source in one shard: a worker that dies leaves it to run out. `due_at` is no later
 * than the first next_poll_at among them; null: nothing is due.
 */
export const pollShard = snakeCase.table(
  'poll_shard',
  {
    workspaceId: workspaceId(),
    source: text().notNull(),
    shard: smallint().notNull(),
    dueAt: instant(),
    claim: uuid(),
    claimedUntil: instant(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.source, t.shard] })],
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
    /** Firing, and below the release level since; null: it is not. */
    belowAt: instant(),
    coolingAt: instant(),
    closedAt: instant(),
    closeReason: text().$type<CloseReason>(),
    /** Closed by hand: when the video fell below the release level; until then no new episode begins. */
    releasedAt: instant(),
    /** The numbers at the look that began it, replaced by those at firing. */
    evidence: jsonb().$type<Evidence>().notNull(),
    /** What told of its firing, written with it; null: it never fired, or before there were notifications. */
    notificationId: id(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('breakout_open').on(t.workspaceId, t.videoId, t.ruleId).where(sql`${t.state} <> 'CLOSED'`),
    index('breakout_firing').on(t.workspaceId, t.firingAt),
    index('breakout_video').on(t.workspaceId, t.videoId),
    index('breakout_notification').on(t.workspaceId, t.notificationId),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
    foreignKey({
      columns: [t.workspaceId, t.ruleId, t.ruleVersion],
      foreignColumns: [ruleVersion.workspaceId, ruleVersion.ruleId, ruleVersion.version],
    }),
    check('breakout_state', sql`${t.state} in ('PENDING', 'FIRING', 'COOLING', 'CLOSED')`),
  ],
)

/** How a rule did in a week that is decided: of the videos that were published in it, which are finished now. */
export const ruleScore = snakeCase.table(
  'rule_score',
  {
    workspaceId: workspaceId(),
    ruleId: id().notNull(),
    /** The version that judged last. */
    ruleVersion: integer().notNull(),
    /** Monday 00:00 in the workspace's zone. */
    weekAt: instant().notNull(),
    /** Flagged and in the top of its class in the end; flagged and not; in the top and never flagged. */
    hit: integer().notNull(),
    wrong: integer().notNull(),
    missed: integer().notNull(),
    /** Hours from the flag to half of the final plays, median over what was right; null: nothing was. */
    leadHours: doublePrecision(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.ruleId, t.weekAt] }),
    foreignKey({ columns: [t.workspaceId, t.ruleId], foreignColumns: [rule.workspaceId, rule.id] }),
  ],
)

/** What other sources said of a video from an instant on, as video_state had it then: a replay judges by it. */
export const figuresKnown = snakeCase.table(
  'figures_known',
  {
    workspaceId: workspaceId(),
    videoId: id().notNull(),
    knownAt: instant().notNull(),
    /** The money columns of video_state, by their names in TypeScript. */
    figures: jsonb().$type<Record<string, number | string | null>>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.videoId, t.knownAt] }),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
  ],
)
