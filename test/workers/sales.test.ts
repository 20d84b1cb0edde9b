/** The sweep finds whose sales are due, and a platform that refuses is left alone for a while. */
import { expect, test } from 'vitest'
import { sale } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { Ledger } from '../../platforms/ledger.ts'
import { DAY, MINUTE } from '../../rules/types.ts'
import type { Payload } from '../../workers/jobs.ts'
import { NO_PLATFORMS, type Platforms } from '../../workers/platforms.ts'
import { createSales } from '../../workers/sales.ts'
import { runSweep } from '../../workers/sweep.ts'
import { content, ledger } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { ordered } from '../support/orders.ts'
import { promotionsOf } from '../support/promotions.ts'

const t = testDatabase()

test('sales that are read correct the trials that came of age with them', async () => {
  const ctx = await t.tenant()
  const over = {
    state: 'PASSED',
    orderStand: 'OVER',
    overAt: ctx.now,
    finalFen: 10_000,
    gmvFen: 40_000,
  } as const
  const { itemId, trial } = await ordered(ctx, await content(ctx), { ...over, dueAt: null })
  const subjectId = await ledger(ctx, 'doudian')
  const paidAt = ctx.now.getTime()
  const order = {
    ...{ side: 'shop' as const, orderId: unique('order'), itemId, kolAccountId: null, doubt: null },
    ...{ productId: null, payAmountFen: 40_000, settledFen: null, status: 'PAID' as const, paidAt },
    ...{ updatedAt: paidAt, refunded: false, quality: 'ok' as const },
  }
  const doudian: Extract<Ledger, { source: 'doudian' }>['doudian'] = {
    shopOrders: async function* () {
      yield order
    },
    allianceOrders: async function* () {},
  }
  const platforms: Platforms = { ...NO_PLATFORMS, ledger: () => ({ source: 'doudian', doudian }) }
  const restated = async (days: number) => {
    const clock = () => new Date(paidAt + days * DAY)
    await createSales({ db: ctx.db, clock, platforms })({ workspaceId: ctx.workspaceId, subjectId })
    const { decisions } = await promotionsOf(ctx)
    return decisions.filter(({ rule }) => rule === 'SETTLED_KEPT').map(({ promotionId }) => promotionId)
  }
  expect(await restated(6)).toEqual([])
  expect(await restated(8)).toEqual([trial.id])
  expect(await restated(9)).toEqual([trial.id])
})

test('what is due is read once; after a refusal there is silence for five minutes', async () => {
  const ctx = await t.tenant()
  const subjectId = await ledger(ctx, 'doudian')
  const time = { now: ctx.now.getTime() }
  const [asked, refused]: [number[], { yes: boolean }] = [[], { yes: true }]
  const order = {
    ...{ side: 'shop' as const, orderId: unique('order'), itemId: '7400000000000000001', kolAccountId: null },
    ...{ productId: null, payAmountFen: 100, settledFen: null, status: 'PAID' as const, paidAt: time.now },
    ...{ updatedAt: time.now, refunded: false, quality: 'ok' as const, doubt: null },
  }
  const doudian: Extract<Ledger, { source: 'doudian' }>['doudian'] = {
    shopOrders: async function* () {
      asked.push(time.now)
      if (refused.yes) throw new FetchError('network', 'away')
      yield order
    },
    allianceOrders: async function* () {},
  }
  const capability = {
    ...{ gives: [], freshnessMs: 0, batch: 1, callsPerSecond: null, callsPerDay: null },
    ...{ scope: 'app' as const, costFen: 0 },
  }
  const platforms: Platforms = {
    ...NO_PLATFORMS,
    sources: () => [{ source: 'doudian', capability }],
    ledger: () => ({ source: 'doudian', doudian }),
  }
  const deps = { db: ctx.db, clock: () => new Date(time.now), platforms }
  const run = createSales(deps)
  const sweepAndRun = async (known: Platforms = platforms) => {
    const found: Payload<'sales'>[] = []
    const enqueue = async (name: string, payload: unknown) => {
      const job = payload as Payload<'sales'>
      if (name === 'sales' && job.workspaceId === ctx.workspaceId) found.push(job)
    }
    await runSweep({ ...deps, platforms: known, queue: { enqueue }, retention: { rawDays: 0, hourDays: 0 } })
    for (const payload of found) await run(payload)
    return found
  }
  expect(await sweepAndRun(NO_PLATFORMS)).toEqual([])
  expect(await sweepAndRun()).toEqual([{ workspaceId: ctx.workspaceId, subjectId }])
  time.now += MINUTE
  refused.yes = false
  expect(await sweepAndRun()).toHaveLength(1)
  expect(asked).toHaveLength(1)
  time.now += 4 * MINUTE
  await sweepAndRun()
  expect(asked).toHaveLength(2)
  expect(await write(ctx, (tx) => tx.select().from(sale))).toMatchObject([
    { orderId: order.orderId, subjectId },
  ])
  expect(await sweepAndRun()).toEqual([])
})
