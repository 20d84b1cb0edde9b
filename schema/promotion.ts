import type { promotion } from '../db/tables.ts'
import { explainReason } from '../rules/guard-why.ts'
import type { GuardReason } from '../rules/types.ts'
import { builder, KEY, MAX_PAGE } from './builder.ts'
import { optionalRowId } from './ids.ts'
import {
  AimEnum,
  CallEnum,
  CallOutcomeEnum,
  DecisionActionEnum,
  GoalEnum,
  MethodEnum,
  OrderStandEnum,
  PromotionStateEnum,
  StageEnum,
  StopReasonEnum,
} from './promotion-words.ts'
import { Video } from './video.ts'

const HeldReason = builder.objectRef<GuardReason>('HeldReason').implement({
  description: 'What speaks against the money now.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'e.g. CAP, QUIET, DRY_RUN, MARKED, CONFIRM.' }),
    zh: t.string({ description: 'In Chinese.', resolve: (reason) => explainReason(reason).zh }),
    en: t.string({ description: 'In English.', resolve: (reason) => explainReason(reason).en }),
  }),
})

const Decision = builder.drizzleObject('promotionDecision', {
  name: 'PromotionDecision',
  select: { columns: { id: true } },
  description: 'What was decided, with everything that it rests on. Never changed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    action: t.expose('action', { type: DecisionActionEnum, description: 'What is to be done.' }),
    rule: t.exposeString('rule', {
      description: 'The rule that said so, e.g. TEST_PASSED; BY_HAND: a person did.',
    }),
    ruleVersion: t.exposeInt('ruleVersion', { description: 'Of the rules.' }),
    settingsVersion: t.exposeInt('settingsVersion', { description: 'Of the settings; 0: the defaults.' }),
    amountFen: t.expose('amountFen', {
      type: 'BigInt',
      nullable: true,
      description: 'Of the order, more or less, in 分; null: no money is named.',
    }),
    low: t.exposeFloat('low', {
      nullable: true,
      description: 'Lower end of the ROI, net of expected returns; null: nothing is excluded yet.',
    }),
    high: t.exposeFloat('high', {
      nullable: true,
      description:
        'Its upper end; null: nothing is excluded yet. Valid at any number of looks, each in 95 of 100.',
    }),
    numbers: t.field({
      type: 'JSON',
      description: 'Every number that it rests on, money in 分, ratios as they are; null: not known.',
      select: { columns: { numbers: true } },
      resolve: ({ numbers }) => numbers,
    }),
    zh: t.exposeString('zh', { description: 'In one sentence, in Chinese.' }),
    en: t.exposeString('en', { description: 'In one sentence, in English.' }),
  }),
})

const Call = builder.drizzleObject('promotionCall', {
  name: 'PromotionCall',
  select: { columns: { id: true } },
  description: 'One line of the log of writes to the platform. Never changed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    attempt: t.exposeInt('attempt', { description: 'The write that it speaks of, counted from 1.' }),
    call: t.expose('call', { type: CallEnum, description: 'What was to be done.' }),
    stage: t.expose('stage', { type: StageEnum, description: 'Who says so.' }),
    outcome: t.expose('outcome', {
      type: CallOutcomeEnum,
      nullable: true,
      description: 'How it ended; null: it is only claimed, or lost.',
    }),
    amountFen: t.expose('amountFen', {
      type: 'BigInt',
      nullable: true,
      description: 'Of the order or the change, in 分; null: no money is named.',
    }),
    orderId: t.exposeString('orderId', {
      nullable: true,
      description: 'Of the platform; null: none was named.',
    }),
    problem: t.exposeString('problem', {
      nullable: true,
      description: "What went wrong, in the platform's words or ours; null: nothing did.",
    }),
  }),
})

const NOT_SAID = 'null: the platform did not say.'
const Look = builder.drizzleObject('promotionLook', {
  name: 'PromotionLook',
  select: { columns: { promotionId: true, at: true } },
  description: 'What an order had done at one instant, cumulative, as its report said. Never changed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    spentFen: t.expose('spentFen', { type: 'BigInt', nullable: true, description: `消耗, 分; ${NOT_SAID}` }),
    gmvFen: t.expose('gmvFen', {
      type: 'BigInt',
      nullable: true,
      description: `支付 GMV before returns, 分; ${NOT_SAID}`,
    }),
    orders: t.expose('orders', { type: 'BigInt', nullable: true, description: `成交订单; ${NOT_SAID}` }),
    shows: t.expose('shows', { type: 'BigInt', nullable: true, description: `展示; ${NOT_SAID}` }),
    clicks: t.expose('clicks', { type: 'BigInt', nullable: true, description: `点击; ${NOT_SAID}` }),
    plays: t.expose('plays', { type: 'BigInt', nullable: true, description: `Bought plays; ${NOT_SAID}` }),
    interactions: t.expose('interactions', {
      type: 'BigInt',
      nullable: true,
      description: `Likes, comments and shares of bought plays; ${NOT_SAID}`,
    }),
    disagrees: t.exposeBoolean('disagrees', {
      description: 'Spend times ROI was not GMV: the test did not count this look.',
    }),
    passE: t.float({
      nullable: true,
      description:
        'e-value against "at break-even or below": 20 passes, at any look. null: it is not tested.',
      select: { columns: { trial: true } },
      resolve: ({ trial }) => trial?.passE ?? null,
    }),
    failE: t.float({
      nullable: true,
      description: 'e-value against "worth scaling": 20 fails, at any look. null: it is not tested.',
      select: { columns: { trial: true } },
      resolve: ({ trial }) => trial?.failE ?? null,
    }),
  }),
})

export const Promotion = builder.drizzleNode('promotion', {
  name: 'Promotion',
  description: '投放: a paid order on a video, from the proposal to its last 分.',
  id: { column: (promotion) => promotion.id },
  select: KEY,
  fields: (t) => ({
    aim: t.expose('aim', { type: AimEnum, description: 'Tried or scaled.' }),
    method: t.expose('method', { type: MethodEnum, description: 'How the money is spent.' }),
    state: t.expose('state', { type: PromotionStateEnum, description: 'Where it is.' }),
    order: t.expose('orderStand', { type: OrderStandEnum, description: 'Whether the order may spend.' }),
    stop: t.expose('stop', {
      type: StopReasonEnum,
      nullable: true,
      description: 'Why it is to end, or ended; null: nobody told it to.',
    }),
    since: t.expose('since', { type: 'DateTime', description: 'When it came into its state.' }),
    orderId: t.exposeString('orderId', {
      nullable: true,
      description:
        "The platform's number of the order, 追投 task or 标准投放 plan; of a video in a plan, which has none, ours. null: none is known.",
    }),
    planId: t.exposeString('planId', {
      nullable: true,
      description:
        'The 全域 plan that it is a part of, as the platform numbers it; null: it needs none, or none is chosen yet.',
    }),
    advertiserId: t.exposeString('advertiserId', { description: 'Who pays, as the platform numbers it.' }),
    amountFen: t.expose('amountFen', {
      type: 'BigInt',
      description: 'Of the first order, 分; 0: the plan that it is put into pays.',
    }),
    hours: t.exposeFloat('hours', {
      nullable: true,
      description:
        'How long the order runs, a 标准投放 plan to the end of the day on which they are over; null: until it is ended.',
    }),
    goal: t.field({
      type: GoalEnum,
      description: '投放目标.',
      select: { columns: { terms: true } },
      resolve: ({ terms }) => terms.goal,
    }),
    orderedFen: t.expose('orderedFen', { type: 'BigInt', description: 'With all that was added, 分.' }),
    committedFen: t.expose('committedFen', {
      type: 'BigInt',
      description:
        'What no other order may have, 分: 0 before it is sent, all of it while it may spend, what it spent in the end.',
    }),
    spentFen: t.expose('spentFen', {
      type: 'BigInt',
      nullable: true,
      description: '消耗 as of the latest look, 分; null: not looked at, or not said.',
    }),
    gmvFen: t.expose('gmvFen', {
      type: 'BigInt',
      nullable: true,
      description: '支付 GMV before returns as of the latest look, 分; null: not looked at, or not said.',
    }),
    orders: t.expose('orders', {
      type: 'BigInt',
      nullable: true,
      description: '成交订单 as of the latest look; null: not looked at, or not said.',
    }),
    roi: t.float({
      nullable: true,
      description: '支付 ROI: GMV over spend, before returns; null: nothing was spent, or one is not known.',
      select: { columns: { spentFen: true, gmvFen: true } },
      resolve: roiOf,
    }),
    breakEven: t.float({
      nullable: true,
      description:
        '保本 ROI of GMV net of expected returns, as it was when proposed; null: it is not tested.',
      select: { columns: { trialTerms: true } },
      resolve: ({ trialTerms }) => trialTerms?.breakEvenRoi ?? null,
    }),
    held: t.field({
      type: [HeldReason],
      description: 'Why nothing is sent now; empty: nothing speaks against it.',
      select: { columns: { held: true } },
      resolve: ({ held }) => held ?? [],
    }),
    dueAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is looked after next; null: it is over.',
    }),
    lookedAt: t.expose('lookedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The latest look at its order; null: none yet.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was proposed.' }),
    byProgram: t.boolean({
      description: 'false: a person proposed it.',
      select: { columns: { proposedBy: true } },
      resolve: ({ proposedBy }) => proposedBy === null,
    }),
    approvals: t.int({
      description: 'Persons who agreed to what is ordered now.',
      select: { columns: { orderedFen: true }, with: { approvals: true } },
      resolve: ({ approvals, orderedFen }) =>
        new Set(approvals.filter((each) => each.amountFen >= orderedFen).map(({ tokenId }) => tokenId)).size,
    }),
    video: t.relation('video', { description: 'What is promoted.' }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    breakout: t.relation('breakout', {
      nullable: true,
      description: 'The 爆款 that it follows; null: none was named.',
    }),
    origin: t.relation('origin', {
      nullable: true,
      description: 'The trial that it follows; null: it is the first.',
    }),
    decisions: t.relation('decisions', {
      type: Decision,
      description: 'All decisions, the first one first. What goes on unchanged is said once.',
      query: { orderBy: { id: 'asc' } },
    }),
    calls: t.relation('calls', {
      type: Call,
      description: 'Every write to the platform, the first one first.',
      query: { orderBy: { id: 'asc' } },
    }),
    looks: t.relation('looks', {
      type: Look,
      description: 'The latest looks at the order, latest first.',
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: 100,
          description: `At most so many, 1 to ${MAX_PAGE}.`,
        }),
      },
      query: ({ first }) => ({
        orderBy: { at: 'desc' },
        limit: Math.min(Math.max(first, 1), MAX_PAGE),
      }),
    }),
  }),
})

function roiOf({ spentFen, gmvFen }: Pick<typeof promotion.$inferSelect, 'spentFen' | 'gmvFen'>) {
  return spentFen && gmvFen !== null ? gmvFen / spentFen : null
}

export const PromotionConnection = builder.connectionObject(
  { type: Promotion, name: 'PromotionConnection', description: 'A page of promotions.' },
  { name: 'PromotionEdge', description: 'A promotion in a list.' },
)

builder.queryField('promotions', (t) =>
  t.drizzleConnection(
    {
      type: 'promotion',
      description: '投放, newest first.',
      args: {
        states: t.arg({ type: [PromotionStateEnum], description: 'Only in these states.' }),
        aim: t.arg({ type: AimEnum, description: 'Only of this aim.' }),
        live: t.arg.boolean({ description: 'true: only those whose order may spend now.' }),
        brandId: t.arg.id({ description: 'Only of this brand.' }),
        breakoutId: t.arg.id({ description: 'Only those that follow this breakout.' }),
      },
      resolve: (query, _root, { states, aim, live, ...args }, { db }) => {
        const brandId = optionalRowId('brandId', 'Brand', args.brandId)
        const breakoutId = optionalRowId('breakoutId', 'Breakout', args.breakoutId)
        const where = {
          ...(states && { state: { in: states } }),
          ...(aim && { aim }),
          ...(live && { orderStand: 'LIVE' as const }),
          ...(brandId && { brandId }),
          ...(breakoutId && { breakoutId }),
        }
        return db.query.promotion.findMany(query({ where, orderBy: { id: 'desc' } }))
      },
    },
    PromotionConnection,
  ),
)

builder.drizzleObjectField(Video, 'promotions', (t) =>
  t.relatedConnection(
    'promotions',
    { description: 'Its 投放, newest first.', query: { orderBy: { id: 'desc' } } },
    PromotionConnection,
  ),
)
