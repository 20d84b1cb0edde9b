/** 每日对账 against the simulator's book. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { importRun, outcome, promotionCall, reconciliation } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { moveReadTo } from '../../flow/ledger.ts'
import { proposeFromBreakouts } from '../../flow/promotion-propose.ts'
import { dueReconciliations, reconcileBooks } from '../../flow/reconcile.ts'
import { FetchError } from '../../platforms/errors.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { dayOf, SHANGHAI, startOfDay } from '../../rules/zone.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, orderChannel, ordered } from '../support/orders.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'
import { playPromotions, promotionsOf, promotionTeam, simulatedChannels } from '../support/promotions.ts'

const t = testDatabase()
const world = worldOf({ seed: 71, hitShare: 0.3 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const [video] = world.videos.filter(({ hit, publishedAt }) => hit && publishedAt < START + 3 * DAY)

test('books that agree say nothing; an order that nobody here made and money that differs are listed once', async () => {
  const ctx = await t.tenant(new Date(stage.now))
  const { itemId = '' } = video ?? {}
  await promotionTeam(ctx, world, { itemIds: [itemId], advertiserId: stage.simulator.advertiserId })
  await stage.control('POST', 'ends', ['FINISHED', 'FINISHED'])
  await proposeFromBreakouts(ctx)
  const channels = simulatedChannels(stage.simulator, () => stage.now)
  await playPromotions(ctx, stage, channels)
  const { promotions } = await promotionsOf(ctx)
  const [mine] = promotions
  const subjectId = mine?.subjectId ?? 0
  const clock = () => new Date(stage.now)
  const now = () => ({ ...ctx, now: clock() })
  stage.now += DAY
  const due = () => dueReconciliations({ db: ctx.db, now: clock() })
  const run = () => reconcileBooks(now(), { subjectId, channels, clock })
  expect(await due()).toEqual([{ workspaceId: ctx.workspaceId, subjectId }])
  expect(await run()).toEqual([])
  expect(await due()).toEqual([])
  expect(await run()).toBeNull()

  const strange = await createSuixintui(stage.oceanengine()).create(
    orderOn(stage, { amountFen: 10_000, hours: 2 }),
  )
  await write(ctx, (tx) =>
    tx.execute(sql`update promotion set final_fen = final_fen - 7 where id = ${mine?.id}`),
  )
  stage.now += DAY + 5 * HOUR
  expect(await due()).toEqual([{ workspaceId: ctx.workspaceId, subjectId }])
  const orderId = strange.outcome === 'done' ? strange.value.orderId : ''
  const differences = (await run()) ?? []
  expect(differences).toHaveLength(3)
  expect(differences).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        kind: 'SPEND_DIFFERS',
        orderId: mine?.orderId,
        promotionId: mine?.id,
        diffFen: 7,
      }),
      expect.objectContaining({ kind: 'MISSING_HERE', orderId, what: 'AMOUNT', theirsFen: 10_000 }),
      expect.objectContaining({ kind: 'MISSING_HERE', orderId, what: 'SPEND', theirsFen: 10_000 }),
    ]),
  )
  stage.simulator.faults.add([{ kind: 'http_500', probability: 1 }])
  stage.now += DAY
  expect(await run()).toBeNull()
  expect(await due()).toHaveLength(1)
})

test('a wallet that fell by more than the books and the report know is named with both numbers', async () => {
  const ctx = await t.tenant()
  const { trial } = await ordered(ctx, await content(ctx), { moneyAt: ctx.now, spentFen: 0 })
  const { subjectId, advertiserId } = trial
  let wallet: number | null = 1_000_000
  let at = ctx.now
  const channel = {
    ...orderChannel(trial),
    room: async () => ({ walletFen: wallet, ordersLeft: null, mostCostFen: null }),
    orders: async () => ({ orders: [await orderChannel(trial).order('', null)], unread: [] }),
  }
  const ofWallet = async (held: number | null, reportRead = true) => {
    at = new Date(at.getTime() + DAY)
    wallet = held
    if (reportRead) await write(ctx, (tx) => moveReadTo(tx, subjectId, at))
    const channels = { SUIXINTUI_ORDER: channel }
    const found = await reconcileBooks({ ...ctx, now: at }, { subjectId, channels, clock: () => at })
    return (found ?? []).filter(({ what }) => what === 'WALLET')
  }
  expect(await ofWallet(1_000_000)).toEqual([])
  const plans = await spentOnPlans(ctx, advertiserId, at, 30_000)
  expect(plans).toBeGreaterThan(0)
  expect(await ofWallet(970_000)).toEqual([])
  expect(await ofWallet(870_000)).toEqual([
    {
      ...{ kind: 'WALLET_FELL', accountId: advertiserId, orderId: null, promotionId: null, what: 'WALLET' },
      ...{ oursFen: 0, theirsFen: 100_000, diffFen: 100_000 },
    },
  ])
  // The order was made, and added to, since: all that it may take.
  await changed(ctx, trial.id, { createdAt: at })
  const young = { ...(await channel.order('', null)), createdAt: at.getTime() }
  channel.order = async () => young
  channel.orders = async () => ({ orders: [young], unread: [] })
  expect(await ofWallet(870_000 - trial.amountFen)).toEqual([])
  expect(await ofWallet(2_000_000)).toEqual([])
  expect(await ofWallet(null)).toEqual([])
  expect(await ofWallet(1_000_000)).toEqual([])
  at = new Date(at.getTime() + DAY)
  expect(await ofWallet(800_000, false)).toMatchObject([
    { kind: 'NOT_COMPARED', oursFen: null, theirsFen: 200_000 },
  ])
  const nights = await write(ctx, (tx) => tx.select().from(reconciliation).orderBy(reconciliation.day))
  expect(nights.map(({ walletFen }) => walletFen)).toEqual([
    1_000_000,
    970_000,
    870_000,
    860_000,
    2_000_000,
    null,
    1_000_000,
    800_000,
  ])
})

test('a wallet that may not be seen is no reason to compare nothing, and what a plan pays for is no order', async () => {
  const ctx = await t.tenant()
  const matrix = await content(ctx)
  const { trial } = await ordered(ctx, matrix, { moneyAt: ctx.now })
  const { subjectId } = trial
  const { trial: added } = await ordered(ctx, matrix, { method: 'UNI_PLAN_ADD', subjectId, moneyAt: ctx.now })
  for (const { id: promotionId } of [trial, added]) {
    const call = { attempt: 1, call: 'CREATE' as const, stage: 'ANSWERED' as const, outcome: 'DONE' as const }
    await write(ctx, (tx) => tx.insert(promotionCall).values({ promotionId, at: ctx.now, ...call }))
  }
  const seen = await orderChannel(trial).order('', null)
  const channels = {
    SUIXINTUI_ORDER: {
      ...orderChannel(trial),
      room: () => Promise.reject(new FetchError('forbidden', 'no right to the wallet')),
      orders: async () => ({ orders: [seen], unread: [] }),
    },
    UNI_PLAN_ADD: orderChannel(added),
  }
  const now = new Date(ctx.now.getTime() + DAY)
  const found = await reconcileBooks({ ...ctx, now }, { subjectId, channels, clock: () => now })
  // It still runs: neither side knows what it spends in the end.
  expect(found).toMatchObject([{ kind: 'NOT_COMPARED', promotionId: trial.id, what: 'SPEND' }])
  const [night] = await write(ctx, (tx) => tx.select().from(reconciliation))
  expect(night).toMatchObject({ walletFen: null, orders: 1 })
})

/** As flow/ad-report.ts stores it: the report of one advertiser, one video in one plan on one day. */
async function spentOnPlans(ctx: Context, advertiserId: string, at: Date, spendFen: number): Promise<number> {
  const day = dayOf(at, SHANGHAI)
  const startsAt = startOfDay(day, SHANGHAI)
  const times = { day, startsAt, endsAt: new Date(startsAt.getTime() + DAY), grain: 'DAY' as const }
  return write(ctx, async (tx) => {
    const file = `qianchuan ${advertiserId}`
    const run = { file, kind: 'qianchuan', state: 'DONE' as const, startedAt: at, finishedAt: at }
    const [made] = await tx
      .insert(importRun)
      .values({ ...run, rows: 1, inserted: 1, restated: 0 })
      .returning()
    const runId = made?.id ?? 0
    const row = {
      source: 'qianchuan',
      subject: 'VIDEO' as const,
      subjectId: '7',
      scopeId: 'plan',
      runId,
      recordedAt: at,
    }
    await tx.insert(outcome).values([
      { ...row, ...times, spendFen: 1 },
      { ...row, ...times, spendFen, revision: 1 },
    ])
    return runId
  })
}
