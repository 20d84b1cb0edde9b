/** 结算修正: settled sales judge a trial again, once for each term, and what was scaled on its word ends. */
import { expect, test } from 'vitest'
import { loadUnsettled } from '../../db/queries/promotion-settled.ts'
import { type Context, write } from '../../flow/context.ts'
import { moveReadTo } from '../../flow/ledger.ts'
import type { Change } from '../../flow/promotion-row.ts'
import { restateTrials } from '../../flow/trial-settled.ts'
import { COVERED } from '../../rules/trial-settled.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { content, ledger } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { ordered, scaled, tend } from '../support/orders.ts'
import { promotionsOf } from '../support/promotions.ts'
import { storeSales } from '../support/sales.ts'

const t = testDatabase()
const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })

/** A trial of 100 yuan that brought 400 and is over now; `proposed` of the test team makes its break-even 2. */
async function judged(change: Change = {}) {
  const ctx = await t.tenant()
  const over = {
    state: 'PASSED',
    orderStand: 'OVER',
    overAt: ctx.now,
    finalFen: 10_000,
    gmvFen: 40_000,
  } as const
  const made = await ordered(ctx, await content(ctx), { ...over, dueAt: null, ...change })
  const shop = await ledger(ctx, 'doudian')
  const readTo = (days: number) =>
    write(ctx, (tx) => moveReadTo(tx, shop, later(ctx, days * DAY).now)).then(() => later(ctx, days * DAY))
  return { ctx, ...made, shop, readTo }
}
type Judged = Awaited<ReturnType<typeof judged>>

/** Two orders of 300 yuan while it ran, of which one was given back after so many days. */
async function sold({ ctx, itemId, shop }: Judged, backAfter: number | null) {
  const paidAt = new Date(ctx.now.getTime() - HOUR / 2)
  const back = new Date(paidAt.getTime() + (backAfter ?? 0) * DAY)
  const order = (nth: number) => ({
    ...{ side: 'shop' as const, orderId: `${itemId}${nth}`, subjectId: shop, itemId, payAmountFen: 30_000 },
    ...{ status: 'PAID', refunded: false, paidAt, updatedAt: paidAt, recordedAt: paidAt },
  })
  const given = { ...order(1), revision: 1, refunded: true, updatedAt: back, recordedAt: back }
  await write(ctx, (tx) => storeSales(tx, [order(0), order(1), ...(backAfter === null ? [] : [given])]))
}

const record = async (ctx: Context, id: number) =>
  (await promotionsOf(ctx)).decisions
    .filter(({ promotionId, rule }) => promotionId === id && rule.startsWith('SETTLED'))
    .map(({ action, rule, numbers }) => [action, rule, numbers.settledDays, numbers.settledRoi])

test('after 7 and after 14 days, once each, and not before all of its sales are that old', async () => {
  const trial = await judged()
  await sold(trial, 10)
  const { readTo, ctx, trial: row } = trial
  // Its day ends within a day of its end: not all of it is 7 days old yet.
  expect(await restateTrials(await readTo(6.5))).toEqual([])
  expect(await record(ctx, row.id)).toEqual([])
  expect(await restateTrials(await readTo(8))).toEqual([])
  expect(await record(ctx, row.id)).toEqual([['HOLD', 'SETTLED_KEPT', 7, 4]])
  const last = await readTo(15)
  // Two shops whose sales are read at one instant.
  const both = await Promise.all([restateTrials(last), restateTrials(last)])
  expect(both.flat()).toEqual([])
  expect(await restateTrials(last)).toEqual([])
  // Half was given back: 200 of 400 yuan on 100 are break-even, which stands.
  expect(await record(ctx, row.id)).toEqual([
    ['HOLD', 'SETTLED_KEPT', 7, 4],
    ['HOLD', 'SETTLED_KEPT', 14, 2],
  ])
})

test('a passed one that settled below ends what runs on its word and cancels what waits', async () => {
  const trial = await judged({ gmvFen: 30_000 })
  await sold(trial, 2)
  const { ctx, trial: row } = trial
  const waits = await scaled(ctx, row, { state: 'APPROVED', orderStand: 'NONE', orderId: null })
  const at = await trial.readTo(8)
  expect(await restateTrials(at)).toEqual([row.id])
  const { promotions, decisions } = await promotionsOf(ctx)
  expect(promotions.find(({ id }) => id === waits.id)).toMatchObject({
    state: 'CANCELLED',
    stop: 'RULE',
    dueAt: null,
  })
  expect(decisions.filter(({ promotionId }) => promotionId === row.id).at(-1)).toMatchObject({
    action: 'STOP',
    rule: 'SETTLED_OVERTURNED',
    numbers: {
      settledDays: 7,
      settledRoi: 1.5,
      limitRoi: 2,
      returnRate: 0.5,
      spentFen: 10_000,
      settledGmvFen: 15_000,
    },
    zh: '7 天结算 ROI 1.50（当时预计 3.00，界线 2.00），退货 50 %（预计 0 %）：「通过」推翻',
  })
  const runs = await scaled(at, row)
  await tend(at, runs)
  const after = await promotionsOf(ctx)
  expect(after.promotions.find(({ id }) => id === runs.id)).toMatchObject({ stop: 'RULE', state: 'STOPPED' })
  expect(
    after.decisions.find(({ promotionId, action }) => promotionId === runs.id && action === 'STOP'),
  ).toMatchObject({
    rule: 'SETTLED_BELOW',
    numbers: { settledDays: 7, settledRoi: 1.5 },
    zh: '7 天结算 ROI 1.5，低于保本 2',
  })
})

test('one that failed and settled far above is on record, and nothing starts', async () => {
  const trial = await judged({ state: 'FAILED' })
  await sold(trial, null)
  expect(await restateTrials(await trial.readTo(8))).toEqual([trial.trial.id])
  expect(await record(trial.ctx, trial.trial.id)).toEqual([['HOLD', 'SETTLED_OVERTURNED', 7, 4]])
  expect((await promotionsOf(trial.ctx)).promotions).toHaveLength(1)
})

test('where too little of what it sold is known, or a ledger is not read, nothing is said', async () => {
  const trial = await judged({ gmvFen: 200_000 })
  await sold(trial, null)
  await restateTrials(await trial.readTo(20))
  const unread = await judged()
  await sold(unread, null)
  await restateTrials(later(unread.ctx, 20 * DAY))
  const still = await judged({ finalFen: null })
  await sold(still, null)
  await restateTrials(await still.readTo(20))
  for (const { ctx, trial: row } of [trial, unread, still]) expect(await record(ctx, row.id)).toEqual([])
})

test('what the known sales say nothing of is not found again and again', async () => {
  // Half of what it is said to have brought would be 600.01 yuan, and 600 are known.
  const trial = await judged({ gmvFen: 120_002 })
  await sold(trial, null)
  const last = await trial.readTo(15)
  const found = (covered: number) => write(last, (tx) => loadUnsettled(tx, last.now, covered))
  expect(await found(0.4)).toHaveLength(2)
  expect(await found(COVERED)).toEqual([])
  expect(await restateTrials(last)).toEqual([])
})
