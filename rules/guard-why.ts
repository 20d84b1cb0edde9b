/** A guard's reason in one sentence, zh and en. */
import type { GuardReason, Mark, Origin } from './guard.ts'
import type { CapScope } from './guard-money.ts'
import type { PlaceWhy } from './promotion-place.ts'

export interface Said {
  zh: string
  en: string
}

const SCOPES: Readonly<Record<CapScope, Said>> = {
  ORDER: { zh: '单笔', en: 'the order' },
  VIDEO: { zh: '单条视频', en: 'the video' },
  DAY: { zh: '当日', en: 'the day' },
  BRAND: { zh: '品牌本月', en: "the brand's month" },
  WORKSPACE: { zh: '工作区本月', en: "the workspace's month" },
}

const PLACES: Readonly<Record<PlaceWhy, Said>> = {
  NO_PRODUCT: {
    zh: '不知道视频卖的是平台上的哪个商品',
    en: 'what the video sells is not known to the platform: read the sales of the shop',
  },
  NO_PLAN: { zh: '没有在投的全域计划带这个商品', en: 'no running 全域 plan carries the product' },
  TOO_SMALL: {
    zh: '带这个商品的全域计划日预算都低于追投金额',
    en: 'no 全域 plan with the product has a budget of the amount',
  },
  BARRED: {
    zh: '带这个商品的全域计划都不收这条视频：审核未通过或已被排除',
    en: 'every 全域 plan with the product refused the video or excludes it',
  },
  EXCLUDED: {
    zh: '同商品的标准计划与全域计划互斥，另一种在投：先停掉它',
    en: 'of a standard plan and a 全域 plan of a product the platform lets only one run, and the other runs: end it first',
  },
  ALREADY_IN: { zh: '视频已在计划里', en: 'the video is in the plan already' },
  ADDING: { zh: '先把视频加进计划', en: 'the video is being put into the plan first' },
}

/** 分 as yuan without trailing zeros. */
export const yuan = (fen: number): string => String(Number((fen / 100).toFixed(2)))

export function explainReason(reason: GuardReason): Said {
  switch (reason.kind) {
    case 'AMOUNT':
      return say(`金额 ${reason.askedFen} 分无效`, `${reason.askedFen} 分 is no amount: give whole 分`)
    case 'DRY_RUN':
      return say('试运行：不花钱', 'dry run: nothing is sent')
    case 'KILLED':
      return say('总开关已关：不再花钱', 'the kill switch is on: no new money')
    case 'QUIET': {
      const until = new Date(reason.until).toISOString()
      return say(`静默时段，至 ${until}`, `quiet hours until ${until}`)
    }
    case 'CAP': {
      const { zh, en } = SCOPES[reason.scope]
      const [cap, spent, ask] = [reason.capFen, reason.committedFen, reason.askedFen].map(yuan)
      return say(
        `${zh}上限 ${cap} 元，已占 ${spent} 元，再要 ${ask} 元`,
        `the cap of ${en} is ${cap} yuan, ${spent} are committed, ${ask} more are asked for`,
      )
    }
    case 'NO_BASE': {
      const { needed, orders } = reason
      return say(
        `先要自然成交 ${needed} 单，现有 ${orders ?? '未知'}`,
        `${needed} orders without ads must come first, ${orders === null ? 'how many did is not known' : `${orders} did`}`,
      )
    }
    case 'IN_FLIGHT':
      return say(
        `投放 ${reason.promotionId} 还在${reason.unsettled ? '核对' : '跑'}`,
        `promotion ${reason.promotionId} of the same video ${reason.unsettled ? 'is not settled' : 'still runs'}`,
      )
    case 'MARKED':
      return ofMark(reason, '不投', '')
    case 'MARKS_UNKNOWN':
      return say('还没读到素材标记', "the platform's marks of the material were not read yet")
    case 'NO_PLACE':
      return PLACES[reason.why]
    case 'WALLET':
      return say(
        `余额 ${yuan(reason.walletFen)} 元，要 ${yuan(reason.askedFen)} 元`,
        `the wallet has ${yuan(reason.walletFen)} yuan, ${yuan(reason.askedFen)} are asked for`,
      )
    case 'ORDERS_AT_ONCE':
      return say('在投订单数已满', 'the platform lets no more orders run at once')
    case 'MOST_COST':
      return say(
        `平台单笔最多 ${yuan(reason.mostFen)} 元，要 ${yuan(reason.askedFen)} 元`,
        `the platform takes ${yuan(reason.mostFen)} yuan an order, ${yuan(reason.askedFen)} are asked for`,
      )
    case 'CONFIRM':
      return say('需要有人确认', 'a person has to confirm it')
    case 'TWO_PERSONS':
      return say(
        `${yuan(reason.fromFen)} 元起需两人批准，本单 ${yuan(reason.askedFen)} 元，现有 ${reason.persons} 人`,
        `from ${yuan(reason.fromFen)} yuan on two persons must agree; it is ${yuan(reason.askedFen)} with ${reason.persons}`,
      )
    case 'RISKY_MARK':
      return ofMark(reason, '需要确认', ': a person has to confirm')
  }
}

const MARK_WORDS: Readonly<Record<Mark, string>> = {
  SIMILAR_MATERIAL: '同质',
  SIMILAR_RISK_MATERIAL: '疑似同质',
  CARRY_MATERIAL: '搬运',
  INEFFICIENT_MATERIAL: '低效',
  LOW_QUALITY_MATERIAL: '低质',
}

/** Of a remix with its origin: what it has to differ from. */
function ofMark({ mark, remixOf }: { mark: Mark; remixOf?: Origin }, zh: string, en: string): Said {
  const marked = {
    zh: `平台标记${MARK_WORDS[mark]}（${mark}）：${zh}`,
    en: `the platform marks the material ${mark}${en}`,
  }
  if (!remixOf) return marked
  const { title, videoId } = remixOf
  return say(
    `${marked.zh}；它混剪自「${title}」（视频 ${videoId}），换掉实质内容再投`,
    `${marked.en}; it was cut out of "${title}" (video ${videoId}): change more of its substance`,
  )
}

const say = (zh: string, en: string): Said => ({ zh, en })
