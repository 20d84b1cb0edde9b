/** The words of 投放 as enums. */
import type { promotionCall } from '../db/tables.ts'
import { GOALS, METHODS } from '../rules/capability.ts'
import { PROMOTION_MODES } from '../rules/guard.ts'
import type { Aim, PromotionState, StopReason } from '../rules/promotion.ts'
import { CALLS } from '../rules/promotion.ts'
import type { DecisionAction } from '../rules/promotion-decide.ts'
import { builder } from './builder.ts'

type Values<Word extends string> = Record<Word, { description: string }>

export const AimEnum = builder.enumType('PromotionAim', {
  description: 'What an order is for.',
  values: {
    TRIAL: { description: '试投: a little money, to learn whether it pays.' },
    SCALE: { description: '放量: more of what passed.' },
  } as const satisfies Values<Aim>,
})
export const MethodEnum = builder.enumType('PromotionMethod', {
  description:
    '随心推 order; video into a running 全域 plan, which pays; 素材追投 of a video in such a plan; 标准投放 plan, with one amount for all of its days.',
  values: METHODS,
})
export const GoalEnum = builder.enumType('PromotionGoal', {
  description: '商品购买, 商品支付ROI, 粉丝提升, 点赞评论.',
  values: GOALS,
})
export const ModeEnum = builder.enumType('PromotionMode', {
  description:
    'DRY_RUN decides and sends nothing, APPROVE asks a person for each, AUTO spends within the caps by itself.',
  values: PROMOTION_MODES,
})
export const PromotionStateEnum = builder.enumType('PromotionState', {
  description: 'Where a promotion is. An order may still run behind PASSED and FAILED: see `order`.',
  values: {
    PROPOSED: { description: 'Waits for who must agree.' },
    APPROVED: { description: 'Is sent as soon as nothing speaks against it: see `held`.' },
    SUBMITTING: { description: 'Being sent.' },
    RECONCILING: { description: 'The answer was lost: looked for in the platform, not sent again.' },
    ASKING: { description: 'Nobody can tell what became of it: a person must, see settlePromotion.' },
    RUNNING: { description: 'The order was made.' },
    JUDGING: { description: 'The order is over, or the test has spoken.' },
    PASSED: { description: 'A trial above break-even.' },
    FAILED: { description: 'A trial that is not worth scaling.' },
    STOPPED: { description: 'Ended without a verdict.' },
    FATIGUED: { description: 'The material is tired; its end is on the way.' },
    RETIRED: { description: 'Scaled to its end.' },
    REJECTED: { description: 'The platform refused it, or its review did; nothing was spent.' },
    CANCELLED: { description: 'Called off before anything was spent.' },
  } as const satisfies Values<PromotionState>,
})
export const OrderStandEnum = builder.enumType('OrderStand', {
  description: 'What is known of the order at the platform.',
  values: {
    NONE: { description: 'Not there, or not known to be.' },
    LIVE: { description: 'It may spend.' },
    OVER: { description: 'It spends no more.' },
  } as const,
})
export const StopReasonEnum = builder.enumType('StopReason', {
  description: 'Why a promotion is to end.',
  values: {
    PERSON: { description: 'By hand.' },
    KILL_SWITCH: { description: '总开关.' },
    VERDICT: { description: 'The sequential test spoke against it.' },
    RULE: { description: 'Another rule of the decisions.' },
    FATIGUE: { description: '素材疲劳.' },
    STALE: { description: 'The breakout was over before it was sent.' },
    PLATFORM: { description: 'The platform ended it, or somebody on its pages.' },
  } as const satisfies Values<StopReason>,
})
export const DecisionActionEnum = builder.enumType('PromotionAction', {
  description: 'What was decided.',
  values: {
    START: { description: 'Begin; each promotion has exactly one.' },
    ADD_BUDGET: { description: '加预算.' },
    HOLD: { description: 'Go on as it is.' },
    CUT: { description: '减预算.' },
    STOP: { description: '停投.' },
    PROMOTE: { description: '放量: the trial passed.' },
    REMIX: { description: '混剪: it tires and still earns; moves no money.' },
    RETIRE: { description: '下线.' },
  } as const satisfies Values<DecisionAction>,
})
export const CallEnum = builder.enumType('PromotionWrite', {
  description: 'A write of money to the platform.',
  values: CALLS,
})
export const StageEnum = builder.enumType('PromotionCallStage', {
  description: 'What a line of the log says of a write.',
  values: {
    CLAIMED: { description: 'Committed before it was sent.' },
    ANSWERED: { description: 'What the platform said.' },
    LOST: { description: 'Nobody answered for it.' },
    SETTLED: { description: "What the platform's list showed." },
    TOLD: { description: 'What a person said.' },
  } as const satisfies Values<(typeof promotionCall.$inferSelect)['stage']>,
})
export const CallOutcomeEnum = builder.enumType('PromotionCallOutcome', {
  description: 'How a write ended.',
  values: {
    DONE: { description: 'It holds.' },
    REFUSED: { description: 'Nothing happened, and nothing will.' },
    NOT_NOW: { description: 'Nothing happened; later it may.' },
    UNKNOWN: { description: 'It may have happened.' },
    AMBIGUOUS: { description: 'More than one thing may have happened: a person is asked.' },
  } as const,
})
export const FoundEnum = builder.enumType('SettledAs', {
  description: "What a person saw on the platform's own pages.",
  values: {
    THERE: { description: 'The write was taken.' },
    NOT_SENT: { description: 'It was not: it may be sent again.' },
  } as const,
})
