import type { Broken } from './qianchuan-write.ts'
import { firstBroken, hasDecimals, isId } from './qianchuan-write.ts'

/** 小店随心推: what an order may say, checked before it is sent, because a sent order commits money at once. */
export const VIDEO_ACTIONS = [
  // 商品购买, 商品支付ROI, 粉丝提升, 点赞评论
  'AD_CONVERT_TYPE_SHOPPING',
  'AD_CONVERT_TYPE_LIVE_ROI',
  'AD_CONVERT_TYPE_QC_FOLLOW_ACTION',
  'AD_CONVERT_TYPE_QC_MUST_BUY',
] as const
export const LIVE_ACTIONS = [
  'AD_CONVERT_TYPE_LIVE_CLICK_PRODUCT_ACTION',
  'AD_CONVERT_TYPE_LIVE_HEAT',
  'AD_CONVERT_TYPE_LIVE_ROI',
  'AD_CONVERT_TYPE_LIVE_SUCCESSORDER_ACTION',
  'AD_CONVERT_TYPE_LIVE_SUCCESSORDER_PAY',
  'AD_CONVERT_TYPE_NEW_FOLLOW_ACTION',
] as const
export type ExternalAction = (typeof VIDEO_ACTIONS)[number] | (typeof LIVE_ACTIONS)[number]
export type MarketingGoal = 'VIDEO_PROM_GOODS' | 'LIVE_PROM_GOODS'

export const AGES = [
  'AGE_BETWEEN_18_23',
  'AGE_BETWEEN_24_30',
  'AGE_BETWEEN_31_40',
  'AGE_BETWEEN_41_50',
] as const

/** ATUO is the platform's own spelling of its own choice (系统推荐). */
export type Audience =
  | { mode: 'ATUO' }
  /** 达人相似粉丝 / 达人相似观众 of up to 20 抖音号. */
  | { mode: 'FANS' | 'LIVEFANS'; authorIds: readonly string[] }
  | {
      mode: 'CUSTOM'
      ages?: readonly (typeof AGES)[number][]
      gender?: 'GENDER_FEMALE' | 'GENDER_MALE'
      /** Regions by the platform's numbers: up to 200 cities, or up to 100 counties. */
      region?: { district: 'CITY' | 'COUNTY'; ids: readonly string[] }
      interestIds?: readonly string[]
    }

export interface OrderInput {
  advertiserId: string
  goal: MarketingGoal
  /** The video's author; for live heating the host. */
  awemeId: string
  /** The one video; null only for a live room that is heated directly. */
  itemId: string | null
  liveHeat?: 'BY_ROOM' | 'BY_VIDEO'
  /** 图文 instead of a video. */
  pictures?: boolean
  externalAction: ExternalAction
  /** 100 to 5,000,000 yuan in steps of 10. */
  amountFen: number
  hours: number
  bidType: 'AUTO_BID' | 'MANUAL_BID'
  /** MANUAL_BID: price of one conversion. */
  cpaBidFen?: number
  /** MANUAL_BID on 支付ROI: 0.01 to 100. */
  roiGoal?: number
  audience: Audience
}

export const VIDEO_HOURS: readonly number[] = [2, 6, 12, 24, 72, 120]
/** 0.5 to 6 in steps of 0.5, then 12 and 24. */
export const LIVE_HOURS: readonly number[] = [...Array.from({ length: 12 }, (_, i) => (i + 1) / 2), 12, 24]

const YUAN = 100

/** The first broken rule of an order, in our field's name; null when it may be sent. */
export function checkOrder(order: OrderInput): Broken | null {
  return checkSubject(order) ?? checkMoney(order) ?? checkBid(order) ?? checkAudience(order.audience)
}

function checkSubject(order: OrderInput): Broken | null {
  const video = order.goal === 'VIDEO_PROM_GOODS'
  const actions: readonly string[] = video ? VIDEO_ACTIONS : LIVE_ACTIONS
  const sells = ['AD_CONVERT_TYPE_SHOPPING', 'AD_CONVERT_TYPE_LIVE_ROI'].includes(order.externalAction)
  const wantsItem = video || order.liveHeat === 'BY_VIDEO'
  return firstBroken([
    ['advertiserId', isId(order.advertiserId), 'not a platform id'],
    ['awemeId', isId(order.awemeId), 'not a platform id'],
    ['liveHeat', (order.liveHeat === undefined) === video, 'belongs to live orders, and to all of them'],
    ['itemId', wantsItem === (order.itemId !== null), 'needed for a video, none for a room heated directly'],
    ['itemId', order.itemId === null || isId(order.itemId), 'not a platform id'],
    ['externalAction', actions.includes(order.externalAction), `not an aim of ${order.goal}`],
    ['externalAction', !order.pictures || sells, '图文 only for 商品购买 and 商品支付ROI'],
  ])
}

function checkMoney({ amountFen, hours, goal }: OrderInput): Broken | null {
  const allowed = goal === 'VIDEO_PROM_GOODS' ? VIDEO_HOURS : LIVE_HOURS
  return firstBroken([
    ['amountFen', amountFen >= 100 * YUAN && amountFen <= 5_000_000 * YUAN, '100 to 5,000,000 yuan'],
    ['amountFen', amountFen % (10 * YUAN) === 0, 'steps of 10 yuan'],
    ['hours', allowed.includes(hours), `one of ${allowed.join(', ')}`],
  ])
}

function checkBid(order: OrderInput): Broken | null {
  const { bidType, cpaBidFen, roiGoal, amountFen } = order
  const roi = order.externalAction === 'AD_CONVERT_TYPE_LIVE_ROI'
  const manual = bidType === 'MANUAL_BID'
  const live = order.goal === 'LIVE_PROM_GOODS'
  const bid = cpaBidFen ?? 0
  const goal = roiGoal ?? 0
  return firstBroken([
    ['bidType', !roi || live || manual, '商品支付ROI of a video takes MANUAL_BID only'],
    ['bidType', !live || roi || !manual, 'a live order without 支付ROI takes AUTO_BID only'],
    ['cpaBidFen', (cpaBidFen !== undefined) === (manual && !roi), 'belongs to MANUAL_BID without 支付ROI'],
    ['cpaBidFen', cpaBidFen === undefined || Number.isInteger(bid), 'whole 分'],
    ['cpaBidFen', cpaBidFen === undefined || (bid >= 10 && bid <= 10_000 * YUAN), '0.1 to 10,000 yuan'],
    ['cpaBidFen', bid <= amountFen, 'not above the amount'],
    ['roiGoal', (roiGoal !== undefined) === (manual && roi), 'belongs to MANUAL_BID with 支付ROI'],
    ['roiGoal', roiGoal === undefined || (goal >= 0.01 && goal <= 100), '0.01 to 100'],
    ['roiGoal', hasDecimals(goal, 2), 'at most two decimals'],
  ])
}

export function checkAudience(audience: Audience): Broken | null {
  if (audience.mode === 'ATUO') return null
  if (audience.mode !== 'CUSTOM') {
    const { authorIds } = audience
    return firstBroken([
      ['audience.authorIds', authorIds.length >= 1 && authorIds.length <= 20, '1 to 20 抖音号'],
      ['audience.authorIds', authorIds.every(isId), 'not platform ids'],
    ])
  }
  const { region, ages = [], interestIds = [] } = audience
  const most = region?.district === 'COUNTY' ? 100 : 200
  const known: readonly string[] = AGES
  return firstBroken([
    ['audience.ages', ages.every((age) => known.includes(age)), `of ${AGES.join(', ')}`],
    ['audience.region', !region || region.ids.length >= 1, 'a district without regions'],
    ['audience.region', !region || region.ids.length <= most, `at most ${most}`],
    ['audience.region', !region || region.ids.every(isId), 'not region numbers'],
    ['audience.interestIds', interestIds.every(isId), 'not platform ids'],
  ])
}

export interface RenewalInput {
  advertiserId: string
  orderId: string
  goal: MarketingGoal
  /** Whole yuan; the document names neither a step nor bounds. */
  addFen: number
  /** More time: whole days of a video (0 to 7), hours of a live room (0 to 24 in steps of 0.5). */
  addTime: number
}

export function checkRenewal({ advertiserId, orderId, goal, addFen, addTime }: RenewalInput): Broken | null {
  const video = goal === 'VIDEO_PROM_GOODS'
  const step = video ? 1 : 0.5
  return firstBroken([
    ['advertiserId', isId(advertiserId), 'not a platform id'],
    ['orderId', isId(orderId), 'not a platform id'],
    ['addFen', addFen > 0 && addFen % YUAN === 0, 'whole yuan above 0'],
    ['addTime', addTime >= 0 && addTime <= (video ? 7 : 24), video ? '0 to 7 days' : '0 to 24 hours'],
    ['addTime', addTime % step === 0, video ? 'whole days' : 'steps of half an hour'],
  ])
}
