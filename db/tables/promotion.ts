/** 投放: paid orders on videos, each with its decisions, calls and looks. Money in 分. */
import { sql } from 'drizzle-orm'
import {
  boolean,
  check,
  date,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  snakeCase,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import type {
  Additions,
  Aim,
  AudienceMode,
  Bid,
  CallKind,
  CallOutcome,
  CallPhase,
  DecideSettings,
  DecisionAction,
  DecisionRule,
  Difference,
  FatigueSettings,
  Goal,
  GuardReason,
  GuardSettings,
  Method,
  OrderSight,
  OrderStand,
  PromotionState,
  ReportFigure,
  StopReason,
  TrialState,
  TrialTerms,
} from '../../rules/types.ts'
import { subject } from './account.ts'
import { brand } from './brand.ts'
import { count, createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { video } from './plan.ts'
import { token, workspace } from './tenant.ts'
import { breakout } from './watch.ts'

/** What is asked of the platform beside amount and time. */
export interface OrderTerms {
  goal: Goal
  bid: { by: Bid; cpaFen: number | null; roiGoal: number | null }
  audience: { mode: AudienceMode; authorIds: readonly string[] }
}
/** Counters of a report, money in 分; null: not said. */
export type FiguresBefore = Record<ReportFigure, number | null>
/** Costs of a video's sales, for what the video itself does not say; fractions, null: not known. */
export interface DefaultCosts {
  grossMargin: number | null
  commissionRate: number | null
  returnRate: number | null
}
export interface StoredSettings {
  guard: GuardSettings
  decide: DecideSettings
  fatigue: FatigueSettings
  costs: DefaultCosts
}

/** The machine of rules/promotion.ts in a row; only flow/promotion-row.ts moves it. */
export const promotion = snakeCase.table(
  'promotion',
  {
    workspaceId: workspaceId(),
    id: identity(),
    /** Ours alone: names the order where the platform keeps a name. */
    key: uuid().notNull().defaultRandom(),
    brandId: id().notNull(),
    videoId: id().notNull(),
    /** The episode that it follows; null: proposed without one. */
    breakoutId: id(),
    /** The trial that it follows: scaled, or tried once more. */
    originId: id(),
    /** The boost that needs its video in the plan; null: not made for one. */
    forId: id(),
    aim: text().$type<Aim>().notNull(),
    method: text().$type<Method>().notNull(),
    /** The advertiser who pays, and whom to ask; all of it frozen, so that a later change moves no money. */
    subjectId: id().notNull(),
    advertiserId: text().notNull(),
    awemeId: text().notNull(),
    itemId: text().notNull(),
    planId: text(),
    amountFen: count().notNull(),
    hours: doublePrecision(),
    terms: jsonb().$type<OrderTerms>().notNull(),
    /** Of the sequential test; null: it is not tested. */
    trialTerms: jsonb().$type<TrialTerms>(),
    /** Token that proposed it; null: the program. */
    proposedBy: id(),
    state: text().$type<PromotionState>().notNull(),
    orderStand: text().$type<OrderStand>().notNull(),
    changeCall: text().$type<Exclude<CallKind, 'CREATE'>>(),
    changePhase: text().$type<CallPhase>(),
    stop: text().$type<StopReason>(),
    attempt: integer().notNull(),
    claimedAt: instant(),
    since: instant().notNull(),
    orderId: text(),
    adId: text(),
    /** Asked for by the order and every addition that was taken or given up on; of the unsettled addition. */
    orderedFen: count().notNull(),
    addingFen: count().notNull().default(0),
    /** What no other order may have: rules/guard-money.ts. */
    committedFen: count().notNull(),
    /** When money was last claimed for it: whose day and month it counts in. */
    moneyAt: instant(),
    /** Additions as the platform told of them before the latest one was sent. */
    addedBefore: jsonb().$type<Additions>(),
    /** What its report said before it was sent, of others' doing; null: a report of its own. */
    figuresBefore: jsonb().$type<FiguresBefore>(),
    /** As of the latest look; null: not known. */
    spentFen: count(),
    gmvFen: count(),
    orders: count(),
    shows: count(),
    clicks: count(),
    plays: count(),
    interactions: count(),
    lookedAt: instant(),
    deliveringAt: instant(),
    overAt: instant(),
    /** Spent in the end; null: it still may spend, or its last figures are not there. */
    finalFen: count(),
    /** Why it is not sent: what the guard said last; null: nothing. */
    held: jsonb().$type<GuardReason[]>(),
    /** Since when it waits for reasons of these kinds, of those that concern a person; says nothing while there are none. */
    heldSince: instant(),
    /** When it is to be tended next; null: never again. */
    dueAt: instant(),
    /** Who tends it now: what is read may be written only under the claim. */
    claim: uuid(),
    claimedUntil: instant(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('promotion_key').on(t.key),
    uniqueIndex('promotion_order').on(t.workspaceId, t.advertiserId, t.method, t.orderId),
    /** At most one that is not over per video, aim and method. */
    uniqueIndex('promotion_open')
      .on(t.workspaceId, t.videoId, t.aim, t.method)
      .where(
        sql`${t.state} in ('PROPOSED', 'APPROVED', 'SUBMITTING', 'RECONCILING', 'ASKING', 'RUNNING', 'JUDGING', 'FATIGUED')`,
      ),
    /** Two whose fate is not known could not be told apart in the platform's list. */
    uniqueIndex('promotion_unsettled')
      .on(t.workspaceId, t.advertiserId, t.itemId)
      .where(sql`${t.state} in ('SUBMITTING', 'RECONCILING', 'ASKING')`),
    index('promotion_due').on(t.dueAt).where(sql`${t.dueAt} is not null`),
    /** What teams are told of: promotion_news of the database has the same condition. */
    index('promotion_told')
      .on(t.workspaceId)
      .where(
        sql`${t.state} in ('PROPOSED', 'APPROVED', 'RECONCILING', 'ASKING') or ${t.changePhase} = 'ASKING'`,
      ),
    index('promotion_money').on(t.workspaceId, t.moneyAt),
    index('promotion_video').on(t.workspaceId, t.videoId, t.id),
    index('promotion_brand').on(t.workspaceId, t.brandId, t.id),
    index('promotion_for').on(t.workspaceId, t.forId).where(sql`${t.forId} is not null`),
    index('promotion_breakout').on(t.workspaceId, t.breakoutId),
    foreignKey({ columns: [t.workspaceId, t.brandId], foreignColumns: [brand.workspaceId, brand.id] }),
    foreignKey({ columns: [t.workspaceId, t.videoId], foreignColumns: [video.workspaceId, video.id] }),
    foreignKey({
      columns: [t.workspaceId, t.breakoutId],
      foreignColumns: [breakout.workspaceId, breakout.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.originId], foreignColumns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.forId], foreignColumns: [t.workspaceId, t.id] }),
    foreignKey({ columns: [t.workspaceId, t.subjectId], foreignColumns: [subject.workspaceId, subject.id] }),
    foreignKey({ columns: [t.workspaceId, t.proposedBy], foreignColumns: [token.workspaceId, token.id] }),
    check('promotion_aim', sql`${t.aim} in ('TRIAL', 'SCALE')`),
    check(
      'promotion_money_counts',
      sql`${t.amountFen} >= 0 and ${t.orderedFen} >= 0 and ${t.addingFen} >= 0 and ${t.committedFen} >= 0`,
    ),
    check('promotion_live', sql`${t.orderStand} = 'NONE' or ${t.orderId} is not null`),
    check('promotion_change', sql`(${t.changeCall} is null) = (${t.changePhase} is null)`),
  ],
)

/** Who agreed to how much of the whole order; a second word of the same person replaces nothing. Append-only. */
export const promotionApproval = snakeCase.table(
  'promotion_approval',
  {
    workspaceId: workspaceId(),
    id: identity(),
    promotionId: id().notNull(),
    tokenId: id().notNull(),
    amountFen: count().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('promotion_approval_of').on(t.workspaceId, t.promotionId),
    foreignKey({
      columns: [t.workspaceId, t.promotionId],
      foreignColumns: [promotion.workspaceId, promotion.id],
    }),
    foreignKey({ columns: [t.workspaceId, t.tokenId], foreignColumns: [token.workspaceId, token.id] }),
  ],
)

/** What was decided and why; append-only. Each promotion has exactly one START, its first. */
export const promotionDecision = snakeCase.table(
  'promotion_decision',
  {
    workspaceId: workspaceId(),
    id: identity(),
    promotionId: id().notNull(),
    at: instant().notNull(),
    action: text().$type<DecisionAction>().notNull(),
    /** BY_HAND: a person's, whom the rule did not tell to. */
    rule: text().$type<DecisionRule | 'BY_HAND'>().notNull(),
    ruleVersion: integer().notNull(),
    settingsVersion: integer().notNull(),
    amountFen: count(),
    numbers: jsonb().$type<Record<string, number | null>>().notNull(),
    low: doublePrecision(),
    high: doublePrecision(),
    zh: text().notNull(),
    en: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('promotion_decision_of').on(t.workspaceId, t.promotionId, t.id),
    /** What teams are told of: promotion_news of the database has the same condition. */
    index('promotion_decision_told')
      .on(t.workspaceId, t.at)
      .where(sql`${t.action} = 'REMIX' or ${t.rule} = 'SETTLED_OVERTURNED'`),
    uniqueIndex('promotion_decision_start')
      .on(t.workspaceId, t.promotionId)
      .where(sql`${t.action} = 'START'`),
    foreignKey({
      columns: [t.workspaceId, t.promotionId],
      foreignColumns: [promotion.workspaceId, promotion.id],
    }),
  ],
)

/**
 * Every write to a platform, append-only: CLAIMED is committed before it is sent; ANSWERED when the answer was there;
 * LOST when nobody answered for it; SETTLED and TOLD what the platform's list, or a person, said became of it.
 */
export const promotionCall = snakeCase.table(
  'promotion_call',
  {
    workspaceId: workspaceId(),
    id: identity(),
    promotionId: id().notNull(),
    attempt: integer().notNull(),
    call: text().$type<CallKind>().notNull(),
    stage: text().$type<'CLAIMED' | 'ANSWERED' | 'LOST' | 'SETTLED' | 'TOLD'>().notNull(),
    at: instant().notNull(),
    /** Of the order, the addition or the cut; null: no money is named. */
    amountFen: count(),
    /** null: of a claim. */
    outcome: text().$type<CallOutcome | 'AMBIGUOUS'>(),
    orderId: text(),
    /** In the platform's words, or ours; null: nothing went wrong. */
    problem: text(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('promotion_call_of').on(t.workspaceId, t.promotionId, t.id),
    uniqueIndex('promotion_call_claim')
      .on(t.workspaceId, t.promotionId, t.attempt)
      .where(sql`${t.stage} = 'CLAIMED'`),
    foreignKey({
      columns: [t.workspaceId, t.promotionId],
      foreignColumns: [promotion.workspaceId, promotion.id],
    }),
    check('promotion_call_claimed', sql`(${t.stage} in ('CLAIMED', 'LOST')) = (${t.outcome} is null)`),
  ],
)

/** What an order had done at one instant, and what the test made of it; append-only. */
export const promotionLook = snakeCase.table(
  'promotion_look',
  {
    workspaceId: workspaceId(),
    promotionId: id().notNull(),
    at: instant().notNull(),
    sight: text().$type<OrderSight>().notNull(),
    spentFen: count(),
    gmvFen: count(),
    orders: count(),
    shows: count(),
    clicks: count(),
    plays: count(),
    interactions: count(),
    /** The platform's own figures contradict each other: the test did not count them. */
    disagrees: boolean().notNull(),
    /** After this look; null: it is not tested. */
    trial: jsonb().$type<TrialState>(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.promotionId, t.at] }),
    foreignKey({
      columns: [t.workspaceId, t.promotionId],
      foreignColumns: [promotion.workspaceId, promotion.id],
    }),
  ],
)

/** How a workspace spends: each change is a version. None: rules' defaults, which spend nothing. Append-only. */
export const promotionSettings = snakeCase.table(
  'promotion_settings',
  {
    workspaceId: workspaceId(),
    version: integer().notNull(),
    settings: jsonb().$type<StoredSettings>().notNull(),
    /** The kill switch. */
    killed: boolean().notNull(),
    changedBy: id(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.version] }),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
    foreignKey({ columns: [t.workspaceId, t.changedBy], foreignColumns: [token.workspaceId, token.id] }),
  ],
)

/** 对账: one night's comparison of our orders with the platform's; append-only. */
export const reconciliation = snakeCase.table(
  'reconciliation',
  {
    workspaceId: workspaceId(),
    id: identity(),
    subjectId: id().notNull(),
    /** Business day until whose end was compared. */
    day: date({ mode: 'string' }).notNull(),
    /** Orders of either side. */
    orders: integer().notNull(),
    differences: jsonb().$type<Difference[]>().notNull(),
    /** What the wallet held when it was compared; null: the platform did not say. */
    walletFen: count(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    uniqueIndex('reconciliation_day').on(t.workspaceId, t.subjectId, t.day),
    foreignKey({ columns: [t.workspaceId, t.subjectId], foreignColumns: [subject.workspaceId, subject.id] }),
  ],
)
