/** A guard's reason in one sentence, zh and en. */
import type { GuardReason } from './guard.ts'
import type { CapScope } from './guard-money.ts'

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
      return say(`平台标记 ${reason.mark}：不投`, `the platform marks the material ${reason.mark}`)
    case 'MARKS_UNKNOWN':
      return say('还没读到素材标记', "the platform's marks of the material were not read yet")
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
      return say(
        `平台标记 ${reason.mark}：需要确认`,
        `the platform marks the material ${reason.mark}: a person has to confirm`,
      )
  }
}

const say = (zh: string, en: string): Said => ({ zh, en })
