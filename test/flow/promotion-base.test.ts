/** 基础转化: what a video sold before anybody paid for its plays. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { outcome } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { NO_ROOM, standingOf } from '../../flow/promotion-standing.ts'
import { DAY } from '../../rules/types.ts'
import { dayOf, SHANGHAI, startOfDay } from '../../rules/zone.ts'
import { content, ledger } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { type Ordered, ordered } from '../support/orders.ts'
import { storeSales } from '../support/sales.ts'

const t = testDatabase()
const ago = ({ now }: Context, days: number) => new Date(now.getTime() - days * DAY)

async function video() {
  const ctx = await t.tenant()
  return { ctx, ...(await ordered(ctx, await content(ctx), { publishedAt: ago(ctx, 9) })) }
}
type Video = { ctx: Context } & Ordered

async function sold({ ctx, itemId }: Video, ...days: number[]) {
  const subjectId = await ledger(ctx, 'doudian')
  const row = (days: number, nth: number) => ({
    ...{ side: 'shop' as const, orderId: `${itemId}${nth}`, subjectId, itemId, payAmountFen: 9_900 },
    ...{ status: 'PAID', refunded: false, paidAt: ago(ctx, days), recordedAt: ago(ctx, days) },
  })
  await write(ctx, (tx) => storeSales(tx, days.map(row)))
}

/** Another team's ads, or the platform's word on the whole life of an order. */
async function spent({ ctx, itemId }: Video, days: number, spendFen: number, grain: 'DAY' | 'TOTAL' = 'DAY') {
  const day = dayOf(ago(ctx, days), SHANGHAI)
  const startsAt = startOfDay(day, SHANGHAI)
  const endsAt = grain === 'DAY' ? new Date(startsAt.getTime() + DAY) : startsAt
  const row = {
    source: 'suixintui',
    subject: 'ORDER' as const,
    subjectId: String(days),
    labels: { videoId: itemId },
  }
  await write(ctx, (tx) =>
    tx
      .insert(outcome)
      .values({ ...row, day, startsAt, endsAt, grain, spendFen, runId: 1, recordedAt: ctx.now }),
  )
  await write(ctx, (tx) =>
    tx.execute(sql`update video_state set spend_fen = ${spendFen} where workspace_id = current_workspace()`),
  )
}

/** The state says 20 orders in all. */
const base = ({ ctx, trial }: Video) =>
  write(ctx, async (tx) => (await standingOf(tx, trial, NO_ROOM, ctx.now)).standing.naturalOrders)

test('all orders where nobody spent, those before the first ad where somebody did', async () => {
  const one = await video()
  expect(await base(one)).toBe(20)
  await sold(one, 8, 6, 6, 4, 3, 1)
  // A day that cost nothing is no day of ads.
  await spent(one, 7, 0)
  expect(await base(one)).toBe(20)
  await spent(one, 2, 500)
  await spent(one, 4, 500)
  expect(await base(one)).toBe(3)
})

test('sales of later days alone say nothing of the days before', async () => {
  const one = await video()
  await sold(one, 2, 1)
  await spent(one, 2, 500)
  expect(await base(one)).toBeNull()
})

test('without sales, or where nobody says on which day the ads began, it is not known', async () => {
  const silent = await video()
  await spent(silent, 2, 500)
  expect(await base(silent)).toBeNull()
  const whole = await video()
  await sold(whole, 8)
  await spent(whole, 2, 500, 'TOTAL')
  expect(await base(whole)).toBeNull()
})
