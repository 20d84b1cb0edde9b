/** 每日对账 against the simulator's book. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { write } from '../../flow/context.ts'
import { proposeFromBreakouts } from '../../flow/promotion-propose.ts'
import { dueReconciliations, reconcileBooks } from '../../flow/reconcile.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { testDatabase } from '../support/database.ts'
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
