/**
 * The words every folder shares. Plain data only: no clock, no database, no platform.
 * 人 persona, 货 product, 场 scene, 需 need; see ARCHITECTURE.md for the whole vocabulary.
 */

/** 要素 kinds, in the order of the axes of a content matrix. */
export const ELEMENT_KINDS = ['PERSONA', 'PRODUCT', 'SCENE', 'NEED'] as const
export type ElementKind = (typeof ELEMENT_KINDS)[number]

/** What a report says of one promotion. CTR and completion are ratios of these. */
export const REPORT_FIGURES = [
  'spendFen',
  'gmvFen',
  'orders',
  'shows',
  'clicks',
  'plays',
  'interactions',
] as const
export type ReportFigure = (typeof REPORT_FIGURES)[number]

/** 种草 seeding, 带货 selling, 引流 live-room traffic: what a video is for, and so what success means. */
export const PURPOSES = ['SEEDING', 'SELLING', 'TRAFFIC'] as const
export type Purpose = (typeof PURPOSES)[number]

/** 头部 / 腰部 / 尾部 / 素人. */
export const TIERS = ['HEAD', 'WAIST', 'TAIL', 'KOC'] as const
export type Tier = (typeof TIERS)[number]

/** 活动 levels, as the trade grades a marketing period. */
export const CAMPAIGN_LEVELS = ['S', 'SS', 'A', 'IP', 'INDUSTRY', 'INDUSTRY_IP'] as const
export type CampaignLevel = (typeof CAMPAIGN_LEVELS)[number]

/** 筹备 / 预热 / 活动 / 返场. */
export const PHASES = ['PREPARATION', 'WARM_UP', 'EVENT', 'ENCORE'] as const
export type PhaseKind = (typeof PHASES)[number]

/** 报价 by length of the video: 1-20s, 21-60s, 60s以上. */
export const PRICE_BANDS = ['UP_TO_20S', 'FROM_21_TO_60S', 'OVER_60S'] as const
export type PriceBand = (typeof PRICE_BANDS)[number]

/** 合作 from the first idea to the last payment; DROPPED from anywhere before SETTLED. */
export const COLLABORATION_STATES = [
  'PROPOSED',
  'AGREED',
  'BRIEFED',
  'DRAFT',
  'PUBLISHED',
  'SETTLED',
  'DROPPED',
] as const
export type CollaborationState = (typeof COLLABORATION_STATES)[number]

/** The three-step playbook: 垂类 KOLs test a cell, 头部 reuse the hit, 腰尾部 radiate it. */
export const PLAYBOOK_STEPS = ['TEST', 'REUSE', 'RADIATE'] as const
export type PlaybookStep = (typeof PLAYBOOK_STEPS)[number]

/**
 * Cumulative counters of one video as one source gave them.
 * null: the source does not give this counter (never "zero").
 */
export interface Counters {
  plays: number | null
  likes: number | null
  comments: number | null
  shares: number | null
  saves: number | null
}
export const COUNTERS = [
  'plays',
  'likes',
  'comments',
  'shares',
  'saves',
] as const satisfies (keyof Counters)[]

/** One look at a video: its counters at an instant. */
export interface Look extends Counters {
  /** Instant of measurement, ms since the epoch (UTC). */
  observedAt: number
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export type { Group as BoardGroup } from './board.ts'
export type { BreakoutState, CloseReason, Evidence } from './breakout.ts'
export type { AudienceMode, Bid, Channel, Goal, Method } from './capability.ts'
export type { Neighbour } from './capability-check.ts'
export type { FatigueSettings } from './fatigue.ts'
export type { Model } from './forecast-model.ts'
export type { GuardReason, GuardSettings, Mark, PromotionMode } from './guard.ts'
export type { Pairing } from './pair.ts'
export type {
  Aim,
  CallKind,
  CallOutcome,
  CallPhase,
  OrderSight,
  OrderStand,
  PromotionState,
  StopReason,
} from './promotion.ts'
export type { DecisionAction, DecisionRule } from './promotion-decide.ts'
export type { Place } from './promotion-place.ts'
export type { DecideSettings } from './promotion-settings.ts'
export type { Additions, ListedOrder } from './reconcile.ts'
export type { Difference } from './reconcile-nightly.ts'
export type { ClassKind, ClassStats } from './reference.ts'
export type { RemixPart } from './remix.ts'
export type { Matter, SentOutcome, Team, Topic, WebhookFormat } from './route.ts'
export type { Definition, Severity } from './rule.ts'
export type { Version } from './rule-stint.ts'
export type { TrialState } from './trial-test.ts'
export type { TrialTerms } from './trial-wealth.ts'
