/** A difference of the nightly books in one sentence, zh and en. */
import { type Said, yuan } from './guard-why.ts'
import type { Difference } from './reconcile-nightly.ts'

const WHAT = {
  AMOUNT: { zh: '金额', en: 'amount' },
  SPEND: { zh: '消耗', en: 'spend' },
  WALLET: { zh: '余额', en: 'wallet' },
}

export function explainDifference({
  kind,
  orderId,
  promotionId,
  what,
  oursFen,
  theirsFen,
}: Difference): Said {
  const [ours, theirs] = [money(oursFen), money(theirsFen)]
  const { zh, en } = WHAT[what]
  const order = { zh: `订单 ${orderId}`, en: `order ${orderId}` }
  switch (kind) {
    case 'MISSING_THERE':
      return say(
        `平台没有${order.zh}（${zh} ${ours} 元）`,
        `the platform has no ${order.en} (${en} ${ours} yuan)`,
      )
    case 'MISSING_HERE':
      return say(
        `${order.zh} 不是本系统下的（${zh} ${theirs} 元）`,
        `${order.en} is none of ours (${en} ${theirs} yuan)`,
      )
    case 'CLAIMED_TWICE':
      return say(
        `${order.zh} 被两个投放认领（${promotionId}，${zh} ${ours} 元）`,
        `two promotions claim ${order.en} (${promotionId}, ${en} ${ours} yuan)`,
      )
    case 'AMOUNT_DIFFERS':
    case 'SPEND_DIFFERS':
      return say(
        `${order.zh} ${zh}：我方 ${ours} 元，平台 ${theirs} 元`,
        `${en} of ${order.en}: ours ${ours} yuan, the platform's ${theirs}`,
      )
    case 'WALLET_DIFFERS':
      return say(
        `钱包少了 ${theirs} 元，订单花了 ${ours} 元`,
        `the wallet lost ${theirs} yuan, the orders spent ${ours}`,
      )
    case 'WALLET_FELL':
      return say(
        `钱包少了 ${theirs} 元，账上和报表最多说明 ${ours} 元：有别的消耗`,
        `the wallet fell by ${theirs} yuan, of which the books and the report explain ${ours} at most: somebody else spent`,
      )
    case 'NOT_COMPARED':
      return say(
        `${orderId === null ? '钱包' : order.zh} ${zh}未能对账：我方 ${ours}，平台 ${theirs}`,
        `${en} of ${orderId === null ? 'the wallet' : order.en} not compared: ours ${ours}, the platform's ${theirs}`,
      )
  }
}

const money = (fen: number | null) => (fen === null ? '?' : yuan(fen))
const say = (zh: string, en: string): Said => ({ zh, en })
