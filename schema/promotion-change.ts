import { approvePromotion, settlePromotion, stopPromotion } from '../flow/promotion.ts'
import { DEFAULT_TERMS, proposePromotion } from '../flow/promotion-propose.ts'
import { builder } from './builder.ts'
import type { ApiContext } from './context.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { Promotion } from './promotion.ts'
import { AimEnum, FoundEnum, GoalEnum, MethodEnum } from './promotion-words.ts'

const ProposePromotionInput = builder.inputType('ProposePromotionInput', {
  description: 'Money to be spent on a video.',
  fields: (t) => ({
    videoId: t.id({ required: true, description: 'The video: published, with a KOL that an account sees.' }),
    aim: t.field({ type: AimEnum, required: true, defaultValue: 'TRIAL', description: 'Try or scale.' }),
    method: t.field({
      type: MethodEnum,
      required: true,
      defaultValue: 'SUIXINTUI_ORDER',
      description: 'How.',
    }),
    amountFen: t.field({
      type: 'BigInt',
      description:
        '分; left out: as in the settings. 随心推 takes 100 yuan and more, in steps of 10; 追投 at most the budget of its plan; 标准投放 300 yuan and more, for all of its days; UNI_PLAN_ADD none.',
    }),
    hours: t.float({
      description:
        'Left out: as in the settings, or the nearest that is taken. 随心推 takes 2, 6, 12, 24, 72 and 120; 追投 0.5 to 24 in steps of 0.5; 标准投放 whole days, 24 to 288, and runs to the end of the day on which they are over.',
    }),
    goal: t.field({ type: GoalEnum, description: '投放目标; left out: PURCHASE.' }),
    breakoutId: t.id({ description: 'The breakout that it follows.' }),
  }),
})
builder.mutationField('proposePromotion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Promotion,
    description:
      'Proposes a promotion: nothing is spent before it is approved, and nothing at all while the mode is DRY_RUN. ' +
      'InvalidInputError: what the method does not take, or what keeps the video from being judged (its margin, ' +
      'commission, returns, or the worth of an order are not known). ConflictError: one of the same aim is open. ' +
      'What needs a 全域 plan gets the running one that carries the product of the video, once it is tended; until then ' +
      '`held` says what is missing.',
    args: { input: t.arg({ type: ProposePromotionInput, required: true, description: 'The promotion.' }) },
    resolve: async (query, _root, { input: { aim, method, goal, ...input } }, { run, db, viewer }) => {
      const id = await run(proposePromotion, {
        videoId: rowId('videoId', 'Video', input.videoId),
        breakoutId: optionalRowId('breakoutId', 'Breakout', input.breakoutId),
        aim,
        method,
        amountFen: input.amountFen ?? undefined,
        hours: input.hours ?? undefined,
        terms: goal ? { ...DEFAULT_TERMS, goal } : undefined,
        by: viewer.tokenId,
      })
      return one(await db.query.promotion.findFirst(query({ where: { id } })))
    },
  }),
)

const ApprovePromotionInput = builder.inputType('ApprovePromotionInput', {
  description: 'A person agrees.',
  fields: (t) => ({
    promotionId: t.id({ required: true, description: 'The promotion.' }),
    amountFen: t.field({
      type: 'BigInt',
      description:
        'To how much of it in sum, 分: more than is ordered lets that be added later. Left out: what is ordered.',
    }),
  }),
})
builder.mutationField('approvePromotion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Promotion,
    description:
      'Agrees with this token to a promotion. It goes on once nobody else must agree: two persons, each with a token of ' +
      'their own, from the amount of the settings on, of whom one may have proposed it. ConflictError: it is over.',
    args: { input: t.arg({ type: ApprovePromotionInput, required: true, description: 'To what.' }) },
    resolve: async (query, _root, { input }, { run, db, viewer }) => {
      const promotionId = rowId('promotionId', 'Promotion', input.promotionId)
      const amountFen = input.amountFen ?? undefined
      const id = await run(approvePromotion, { promotionId, amountFen, by: viewer.tokenId })
      return one(await db.query.promotion.findFirst(query({ where: { id } })))
    },
  }),
)

const StopPromotionInput = builder.inputType('StopPromotionInput', {
  description: 'A promotion to end.',
  fields: (t) => ({ promotionId: t.id({ required: true, description: 'The promotion.' }) }),
})
builder.mutationField('stopPromotion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Promotion,
    description:
      'Cancels what was not sent, and ends an order for good as soon as the platform lets it, out of its small quota of ' +
      'ends a day; what it spends until then is spent. Cannot be taken back. ConflictError: it is over.',
    args: { input: t.arg({ type: StopPromotionInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const promotionId = rowId('promotionId', 'Promotion', input.promotionId)
      const id = await run(stopPromotion, { promotionId })
      return one(await db.query.promotion.findFirst(query({ where: { id } })))
    },
  }),
)

const SettlePromotionInput = builder.inputType('SettlePromotionInput', {
  description: 'What became of a write, as a person saw it.',
  fields: (t) => ({
    promotionId: t.id({ required: true, description: 'The promotion: one that is asked about.' }),
    found: t.field({ type: FoundEnum, required: true, description: "What is on the platform's pages." }),
    orderId: t.string({ description: 'The number of the order that was made; needed where one was.' }),
  }),
})
builder.mutationField('settlePromotion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Promotion,
    description:
      'Says what became of money where neither the answer nor the list of the platform does. Look there first: NOT_SENT lets ' +
      'it be sent again. ConflictError: nobody is asked, or the order is of another promotion.',
    args: { input: t.arg({ type: SettlePromotionInput, required: true, description: 'What was seen.' }) },
    resolve: async (query, _root, { input: { found, ...input } }, { run, db }: ApiContext) => {
      const promotionId = rowId('promotionId', 'Promotion', input.promotionId)
      const id = await run(settlePromotion, { promotionId, found, orderId: input.orderId ?? undefined })
      return one(await db.query.promotion.findFirst(query({ where: { id } })))
    },
  }),
)
