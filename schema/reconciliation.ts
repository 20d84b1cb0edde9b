import type { DIFFERENCES } from '../rules/reconcile-nightly.ts'
import { explainDifference } from '../rules/reconcile-why.ts'
import type { Difference } from '../rules/types.ts'
import { builder } from './builder.ts'
import { Promotion } from './promotion.ts'

const DIFFERENCE_WORDS: Record<(typeof DIFFERENCES)[number], { description: string }> = {
  MISSING_THERE: { description: 'We have an order that the platform does not.' },
  MISSING_HERE: { description: 'The platform has an order that no promotion of ours made.' },
  AMOUNT_DIFFERS: { description: 'What was ordered is not the same.' },
  SPEND_DIFFERS: { description: 'What was spent in the end is not the same.' },
  CLAIMED_TWICE: { description: 'Two promotions say that an order is theirs.' },
  WALLET_DIFFERS: { description: 'The wallet lost more, or less, than the orders spent.' },
  WALLET_FELL: {
    description:
      'The wallet fell since the night before by more than all that orders and the report of plans may have taken. Money ' +
      'paid in may hide it and never makes it.',
  },
  NOT_COMPARED: { description: 'A side does not know its figure.' },
}
const DifferenceEnum = builder.enumType('BookDifferenceKind', {
  description: 'How our books and the platform’s differ.',
  values: DIFFERENCE_WORDS,
})
const WhatEnum = builder.enumType('BookFigure', {
  description: 'Which figure differs.',
  values: {
    AMOUNT: { description: 'What was ordered, with additions.' },
    SPEND: { description: '消耗 in the end.' },
    WALLET: { description: '余额 that is free to spend.' },
  } as const,
})

const BookDifference = builder.objectRef<Difference>('BookDifference').implement({
  description: 'One thing that differs.',
  fields: (t) => ({
    kind: t.expose('kind', { type: DifferenceEnum, description: 'How.' }),
    what: t.expose('what', { type: WhatEnum, description: 'Which figure.' }),
    orderId: t.exposeString('orderId', {
      nullable: true,
      description: "The platform's number; null: of the wallet.",
    }),
    promotion: t.field({
      type: Promotion,
      nullable: true,
      description: 'Whose order it is; null: of none of ours, or of the wallet.',
      // A key is enough: the rest is loaded with what is selected of it.
      resolve: ({ promotionId }) =>
        promotionId === null ? null : ({ id: promotionId } as typeof Promotion.$inferType),
    }),
    oursFen: t.expose('oursFen', {
      type: 'BigInt',
      nullable: true,
      description:
        '分 by our books; of WALLET_FELL what they and the report explain at most. null: not known.',
    }),
    theirsFen: t.expose('theirsFen', {
      type: 'BigInt',
      nullable: true,
      description: '分 by the platform; of WALLET_FELL what the wallet fell by. null: not known.',
    }),
    diffFen: t.expose('diffFen', {
      type: 'BigInt',
      nullable: true,
      description: 'Theirs less ours, 分; null: one is not known.',
    }),
    zh: t.string({
      description: 'In one sentence, in Chinese.',
      resolve: (each) => explainDifference(each).zh,
    }),
    en: t.string({
      description: 'In one sentence, in English.',
      resolve: (each) => explainDifference(each).en,
    }),
  }),
})

const Reconciliation = builder.drizzleObject('reconciliation', {
  name: 'Reconciliation',
  description:
    '每日对账: one night’s comparison of our orders with an advertiser’s. Never changed; it mends nothing.',
  select: { columns: { id: true } },
  fields: (t) => ({
    day: t.expose('day', {
      type: 'Date',
      description: 'Business day of Shanghai until whose end was compared.',
    }),
    advertiserId: t.string({
      description: 'As the platform numbers it.',
      select: { columns: {}, with: { subject: { columns: { externalId: true } } } },
      resolve: ({ subject }) => subject.externalId,
    }),
    orders: t.exposeInt('orders', { description: 'Orders of either side that were compared.' }),
    walletFen: t.expose('walletFen', {
      type: 'BigInt',
      nullable: true,
      description:
        'What the wallet had free to spend when it was compared, 分; null: the platform did not say.',
    }),
    differences: t.field({
      type: [BookDifference],
      description: 'What differs, the wallet last; empty: nothing does.',
      select: { columns: { differences: true } },
      resolve: ({ differences }) => differences,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was compared.' }),
  }),
})

const ReconciliationConnection = builder.connectionObject(
  { type: Reconciliation, name: 'ReconciliationConnection', description: 'A page of nightly comparisons.' },
  { name: 'ReconciliationEdge', description: 'A comparison in a list.' },
)

builder.queryField('reconciliations', (t) =>
  t.drizzleConnection(
    {
      type: Reconciliation,
      description: '每日对账 of all advertisers, latest first.',
      resolve: (query, _root, _args, { db }) =>
        db.query.reconciliation.findMany(query({ orderBy: { id: 'desc' } })),
    },
    ReconciliationConnection,
  ),
)
