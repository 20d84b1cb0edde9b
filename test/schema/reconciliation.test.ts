/** 每日对账 over GraphQL: what differed, in words and numbers. */
import { expect, test } from 'vitest'
import { reconciliation } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import type { Difference } from '../../rules/types.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'
import { ordered } from '../support/orders.ts'

const t = testDatabase()
const api = testApi(t)

test('the nights, latest first, with their differences and whose order each is of', async () => {
  const ctx = await t.tenant()
  const { trial } = await ordered(ctx, await content(ctx))
  const { subjectId, advertiserId: accountId } = trial
  const spend: Difference = {
    ...{ kind: 'SPEND_DIFFERS', accountId, orderId: trial.orderId, promotionId: trial.id, what: 'SPEND' },
    ...{ oursFen: 9_993, theirsFen: 10_000, diffFen: 7 },
  }
  const wallet: Difference = {
    ...{ kind: 'WALLET_FELL', accountId, orderId: null, promotionId: null, what: 'WALLET' },
    ...{ oursFen: 80_000, theirsFen: 100_000, diffFen: 20_000 },
  }
  const night = (day: string, differences: Difference[], walletFen: number | null) => ({
    ...{ subjectId, day, orders: 1, differences, walletFen, createdAt: ctx.now },
  })
  await write(ctx, (tx) =>
    tx
      .insert(reconciliation)
      .values([night('2026-11-09', [], null), night('2026-11-10', [spend, wallet], 900_000)]),
  )
  const token = await tokenOf(ctx, 'VIEWER')
  const document = `{ reconciliations { edges { node { day advertiserId orders walletFen createdAt
    differences { kind what orderId promotion { id orderId } oursFen theirsFen diffFen zh en } } } } }`
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
  let nodes: any[] = []
  const sent = await statementsOf(t, async () => {
    nodes = (await api.data(token, document)).reconciliations.edges.map(({ node }: { node: unknown }) => node)
  })
  expect(nodes).toMatchObject([
    {
      ...{ day: '2026-11-10', advertiserId: accountId, orders: 1, walletFen: 900_000 },
      differences: [
        {
          ...{ kind: 'SPEND_DIFFERS', what: 'SPEND', oursFen: 9_993, theirsFen: 10_000, diffFen: 7 },
          promotion: { id: globalId('Promotion', trial.id), orderId: trial.orderId },
          zh: `订单 ${trial.orderId} 消耗：我方 99.93 元，平台 100 元`,
        },
        {
          ...{ kind: 'WALLET_FELL', orderId: null, promotion: null },
          zh: '钱包少了 1000 元，账上和报表最多说明 800 元：有别的消耗',
          en: expect.stringContaining('fell by 1000 yuan'),
        },
      ],
    },
    { day: '2026-11-09', walletFen: null, differences: [] },
  ])
  expect(sent.filter((text) => /"(reconciliation|promotion)"/.test(text)).length).toBeLessThanOrEqual(2)
})
