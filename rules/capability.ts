/**
 * What each way of promoting a video takes, gives and allows, as data. The number in a comment is the section of
 * platform-apis.md that it comes from; what no document says is marked as assumed.
 */
import type { Aim } from './promotion.ts'
import { PURPOSES, type Purpose, REPORT_FIGURES, type ReportFigure } from './types.ts'

export const CHANNELS = ['SUIXINTUI', 'QIANCHUAN'] as const
export type Channel = (typeof CHANNELS)[number]

/** 随心推 order, video into a 全域 plan, 素材追投, 标准投放 plan. */
export const METHODS = ['SUIXINTUI_ORDER', 'UNI_PLAN_ADD', 'MATERIAL_BOOST', 'STANDARD_PLAN'] as const
export type Method = (typeof METHODS)[number]

/** What runs beside a promotion and may exclude it: 商品乘方 and 乘方全店托管 are made on the platform's pages only. */
export const RIVALS = [...METHODS, 'OVERALL_PLAN', 'OVERALL_SHOP'] as const
export type Rival = (typeof RIVALS)[number]

/** 商品购买, 商品支付ROI, 粉丝提升, 点赞评论. */
export const GOALS = ['PURCHASE', 'PAY_ROI', 'FOLLOW', 'LIKE_COMMENT'] as const
export type Goal = (typeof GOALS)[number]
/** AUTO: the platform bids. CPA: the price of one conversion. ROI: the ROI to be held. */
export const BIDS = ['AUTO', 'CPA', 'ROI'] as const
export type Bid = (typeof BIDS)[number]
/** The platform's own choice (it spells it ATUO), 达人相似粉丝, 达人相似观众, by hand. */
export const AUDIENCES = ['SYSTEM', 'FANS', 'LIVEFANS', 'CUSTOM'] as const
export type AudienceMode = (typeof AUDIENCES)[number]

export interface Bounds {
  min: number
  max: number
  step: number
}

export interface Capability {
  channel: Channel
  aims: readonly Aim[]
  purposes: readonly Purpose[]
  /** 分; null: it takes no money of its own. */
  amountFen: Bounds | null
  /** What the amount is: ORDER all that it may spend, PLAN out of the plan's own budget. */
  money: 'ORDER' | 'PLAN'
  /** How long it may run, hours; null: until somebody ends it. */
  hours: readonly number[] | Bounds | null
  /** Ids and texts that it cannot go without. */
  needs: readonly ('productId' | 'planId' | 'materialIds' | 'title' | 'name')[]
  /** Goals that the video's product must be known for. */
  productFor: readonly Goal[]
  /** Of its name, as the platform counts: a CJK character is 2 long where `cjkIsTwo`. null: it has none. */
  name: { most: number; cjkIsTwo: boolean } | null
  mostMaterials: number | null
  goals: readonly Goal[]
  /** Ways to bid by goal. */
  bids: Readonly<Partial<Record<Goal, readonly Bid[]>>>
  cpaFen: Bounds | null
  roiGoal: Bounds | null
  /** null: nobody is chosen, the plan's own audience holds. */
  audience: {
    modes: readonly AudienceMode[]
    mostAuthors: number
    mostCities: number
    mostCounties: number
  } | null
  /** More money while it runs, and more time with it; null: no. */
  addBudget: { amountFen: Bounds; time: (Bounds & { unit: 'DAY' | 'HOUR' }) | null } | null
  /** Whether its budget may be lowered while it runs. */
  cut: boolean
  /** How it is ended early: for good and out of a small quota, for good, or so that it may go on; null: it cannot be. */
  end: 'TERMINATE_BY_QUOTA' | 'DELETE' | 'PAUSE' | null
  /** What the platform limits beside money, told by its quota interface. */
  quotas: readonly ('ORDERS_AT_ONCE' | 'MOST_COST' | 'TERMINATIONS')[]
  /** What it cannot run beside: on the same product, or anywhere on the account. */
  excludes: readonly { rival: Rival; same: 'PRODUCT' | 'ACCOUNT' }[]
  /** How a write whose answer was lost is found again. STATE: it is there or not, and doing it twice is doing it once. */
  foundBy: 'VIDEO_AMOUNT_TIME' | 'NAME' | 'STATE'
  report: { figures: readonly ReportFigure[]; delayMinutes: number }
}

const YUAN = 100
/** No document says how late reports are: assumed; the verdict after the end of an order waits this long. */
const REPORT_DELAY_MINUTES = 60

export const CAPABILITIES: Readonly<Record<Method, Capability>> = {
  SUIXINTUI_ORDER: {
    channel: 'SUIXINTUI',
    aims: ['TRIAL', 'SCALE'],
    purposes: PURPOSES,
    // 3: integer yuan, 100 to 5,000,000, multiple of 10. 0.8: one video per order.
    amountFen: { min: 100 * YUAN, max: 5_000_000 * YUAN, step: 10 * YUAN },
    money: 'ORDER',
    // 3: a video's delivery_time.
    hours: [2, 6, 12, 24, 72, 120],
    needs: [],
    // 3: VIDEO_PROM_GOODS is a video that sells; the order names no product, so the video must have one.
    productFor: ['PURCHASE', 'PAY_ROI'],
    name: null,
    mostMaterials: null,
    // 3: external_action of a video.
    goals: ['PURCHASE', 'PAY_ROI', 'FOLLOW', 'LIKE_COMMENT'],
    // 3: a video with LIVE_ROI takes MANUAL_BID only.
    bids: {
      PURCHASE: ['AUTO', 'CPA'],
      PAY_ROI: ['ROI'],
      FOLLOW: ['AUTO', 'CPA'],
      LIKE_COMMENT: ['AUTO', 'CPA'],
    },
    // 3: cpa_bid 0.1 to 10,000 yuan and not above the amount; roi_goal 0.01 to 100, two decimals.
    cpaFen: { min: 10, max: 10_000 * YUAN, step: 1 },
    roiGoal: { min: 0.01, max: 100, step: 0.01 },
    // 3: author_ids at most 20, 200 provinces or cities, or 100 counties.
    audience: {
      modes: ['SYSTEM', 'FANS', 'LIVEFANS', 'CUSTOM'],
      mostAuthors: 20,
      mostCities: 200,
      mostCounties: 100,
    },
    // 3: renewal_budget in yuan, its bounds not documented; of a video 0 to 7 days despite the field's name.
    addBudget: {
      amountFen: { min: YUAN, max: 5_000_000 * YUAN, step: YUAN },
      time: { unit: 'DAY', min: 0, max: 7, step: 1 },
    },
    cut: false,
    // 3: order/terminate with terminate_quota_info; FROZEN is the end of an order.
    end: 'TERMINATE_BY_QUOTA',
    // 3: order/quota/get.
    quotas: ['ORDERS_AT_ONCE', 'MOST_COST', 'TERMINATIONS'],
    // 0.7: switching 全店托管 on terminates 随心推 orders for good.
    excludes: [{ rival: 'OVERALL_SHOP', same: 'ACCOUNT' }],
    // 0.8: no client token, so by the order list.
    foundBy: 'VIDEO_AMOUNT_TIME',
    // 3: report/order/get.
    report: { figures: [...REPORT_FIGURES], delayMinutes: REPORT_DELAY_MINUTES },
  },
  UNI_PLAN_ADD: {
    channel: 'QIANCHUAN',
    aims: ['SCALE'],
    purposes: ['SELLING', 'SEEDING'],
    amountFen: null,
    money: 'PLAN',
    hours: null,
    // 2.7: multi_product_creative_list of a plan.
    needs: ['productId', 'planId'],
    productFor: [],
    name: null,
    mostMaterials: null,
    goals: ['PURCHASE'],
    bids: { PURCHASE: ['AUTO'] },
    cpaFen: null,
    roiGoal: null,
    audience: null,
    addBudget: null,
    cut: false,
    // 2.7: material/delete, not for what the system chose (AUTO).
    end: 'DELETE',
    quotas: [],
    // 0.7: standard and 全域 / 乘方 plans exclude each other.
    excludes: [{ rival: 'STANDARD_PLAN', same: 'PRODUCT' }],
    foundBy: 'STATE',
    // 2.7: ad/material/get, only what spent is shown.
    report: { figures: ['spendFen', 'gmvFen', 'orders'], delayMinutes: REPORT_DELAY_MINUTES },
  },
  MATERIAL_BOOST: {
    channel: 'QIANCHUAN',
    aims: ['SCALE'],
    purposes: ['SELLING', 'SEEDING'],
    // 2.7: at most the plan's budget (checked beside); the least is not documented: 100 yuan is what tools send.
    amountFen: { min: 100 * YUAN, max: 10_000_000 * YUAN - 1, step: 1 },
    money: 'ORDER',
    // 2.7: duration.
    hours: { min: 0.5, max: 24, step: 0.5 },
    needs: ['planId', 'materialIds', 'name'],
    productFor: [],
    // 2.7: name 1 to 50, how it is counted is not said.
    name: { most: 50, cjkIsTwo: false },
    // 2.7: material_ids.
    mostMaterials: 20,
    goals: ['PURCHASE'],
    bids: { PURCHASE: ['AUTO'] },
    cpaFen: null,
    roiGoal: null,
    audience: null,
    // 2.7: control_task/budget/update takes more and less.
    addBudget: { amountFen: { min: YUAN, max: 10_000_000 * YUAN - 1, step: 1 }, time: null },
    cut: true,
    // 2.7: control_task/status/update; what is deleted might show its figures no more.
    end: 'PAUSE',
    quotas: [],
    excludes: [{ rival: 'STANDARD_PLAN', same: 'PRODUCT' }],
    foundBy: 'NAME',
    // A.4: the metrics of control_task/list.
    report: {
      figures: ['spendFen', 'gmvFen', 'orders', 'shows', 'clicks'],
      delayMinutes: REPORT_DELAY_MINUTES,
    },
  },
  STANDARD_PLAN: {
    channel: 'QIANCHUAN',
    aims: ['SCALE'],
    purposes: ['SELLING', 'SEEDING'],
    // 2.6: 300 yuan to below 10,000,000, documented for the estimate; that it holds for the plan, and for its total, is assumed.
    amountFen: { min: 300 * YUAN, max: 10_000_000 * YUAN - 1, step: 1 },
    // 2.6: BUDGET_MODE_TOTAL with SCHEDULE_START_END. A daily budget is renewed every midnight, for which there is no claim. That
    // ad/budget/update sets the total of such a plan is assumed.
    money: 'ORDER',
    // 2.6: start_time and end_time are days, so it runs to the end of the day on which its hours are over; that the last day counts
    // is assumed. No longest is documented: 12 days end within the 14 that the nightly books compare.
    hours: { min: 24, max: 288, step: 24 },
    // 2.6: one product, and a title for the video.
    needs: ['productId', 'name', 'title'],
    productFor: [],
    // 2.6: 1 to 100, a CJK character counts 2, unique in the account.
    name: { most: 100, cjkIsTwo: true },
    mostMaterials: null,
    goals: ['PURCHASE', 'PAY_ROI'],
    // 2.6: SMART_BID_CONSERVATIVE without a goal; ROI bidding with SMART_BID_CUSTOM.
    bids: { PURCHASE: ['AUTO'], PAY_ROI: ['ROI'] },
    cpaFen: null,
    roiGoal: { min: 0.01, max: 100, step: 0.01 },
    audience: null,
    // 2.6: ad/budget/update.
    addBudget: { amountFen: { min: YUAN, max: 10_000_000 * YUAN - 1, step: 1 }, time: null },
    cut: true,
    // 2.6: ad/status/update; what is deleted might show its figures no more.
    end: 'PAUSE',
    quotas: [],
    // 0.7: 全店托管 pauses standard plans as well.
    excludes: [
      { rival: 'UNI_PLAN_ADD', same: 'PRODUCT' },
      { rival: 'MATERIAL_BOOST', same: 'PRODUCT' },
      { rival: 'OVERALL_PLAN', same: 'PRODUCT' },
      { rival: 'OVERALL_SHOP', same: 'ACCOUNT' },
    ],
    foundBy: 'NAME',
    // 2.9: report/ad/get, metric names of A.6.
    report: { figures: [...REPORT_FIGURES], delayMinutes: REPORT_DELAY_MINUTES },
  },
}
