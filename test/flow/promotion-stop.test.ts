/** An order that runs is never left alone for longer than between two looks, and one that is to end ends soon. */
import { expect, test } from 'vitest'
import { promotionCall } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { held, settledMoney } from '../../flow/promote.ts'
import { endRefusedAt } from '../../flow/promotion-settle.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { PromotionChannel } from '../../platforms/promotion.ts'
import { type CallOutcome, HOUR, MINUTE, type OrderSight } from '../../rules/types.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, FIGURES, orderChannel, ordered } from '../support/orders.ts'
import { promotionsOf } from '../support/promotions.ts'

const t = testDatabase()
async function running() {
  const ctx = await t.tenant()
  const { trial } = await ordered(ctx, await content(ctx))
  return { ctx, trial, now: ctx.now.getTime() }
}

test('more money that has to wait for the morning keeps no look waiting, and no end at all', async () => {
  const { ctx, trial, now } = await running()
  const quiet = [{ kind: 'QUIET', until: now + 9 * HOUR }] as const
  const due = async (change: Parameters<typeof changed>[2]) => {
    const row = await changed(ctx, trial.id, change)
    return (await write(ctx, (tx) => held(tx, row, quiet, ctx.now))).dueAt?.getTime()
  }
  expect(await due({ orderStand: 'LIVE' })).toBe(now + 15 * MINUTE)
  expect(await due({ stop: 'PERSON' })).toBe(now)
  expect(await due({ state: 'APPROVED', orderStand: 'NONE', orderId: null, stop: null })).toBe(now + 9 * HOUR)
})

test('only an end that the platform refused is put off, not one that could not be asked for', async () => {
  const { ctx, trial, now } = await running()
  const answered = (attempt: number, at: number, outcome: CallOutcome) => ({
    ...{ promotionId: trial.id, attempt, call: 'TERMINATE' as const, stage: 'ANSWERED' as const },
    ...{ at: new Date(at), outcome },
  })
  const refusedAt = () => write(ctx, (tx) => endRefusedAt(tx, trial))
  await write(ctx, (tx) => tx.insert(promotionCall).values([answered(2, now, 'NOT_NOW')]))
  expect(await refusedAt()).toBeNull()
  const more = [answered(3, now - HOUR, 'REFUSED'), answered(4, now - 2 * HOUR, 'REFUSED')]
  await write(ctx, (tx) => tx.insert(promotionCall).values(more))
  expect(await refusedAt()).toBe(now - HOUR)
})

test('a cut below what is spent does not free what is gone', async () => {
  const { trial } = await running()
  const row = { ...trial, orderedFen: 30_000, spentFen: 23_000, addingFen: 9_000 }
  expect(settledMoney(row, 'CUT', 'DONE')).toEqual({ orderedFen: 23_000, addingFen: 0 })
  expect(settledMoney({ ...row, spentFen: null }, 'CUT', 'DONE')).toEqual({
    orderedFen: 21_000,
    addingFen: 0,
  })
  expect(settledMoney(row, 'CUT', 'REFUSED')).toEqual({ orderedFen: 30_000, addingFen: 0 })
})

test('an end that the platform puts off for hours is tried again within minutes', async () => {
  const { ctx, trial, now } = await running()
  const row = await changed(ctx, trial.id, { stop: 'PERSON' })
  const error = new FetchError('quota', 'RESERVE', { retryAfterMs: 9 * HOUR })
  const channel = { ...orderChannel(row), terminate: async () => ({ outcome: 'refused' as const, error }) }
  await tendPromotion(ctx, { promotionId: row.id, channels: { [row.method]: channel }, clock: () => ctx.now })
  const [after] = (await promotionsOf(ctx)).promotions
  expect(after).toMatchObject({ orderStand: 'LIVE', stop: 'PERSON', lookedAt: null })
  expect(after?.dueAt?.getTime()).toBe(now + 5 * MINUTE)
})

const boost = { method: 'MATERIAL_BOOST', planId: '17', hours: 24, spentFen: 3_000 } as const

test('a boost that others paused may go on, and is over when its time is', async () => {
  const { ctx, trial, now } = await running()
  const row = await changed(ctx, trial.id, { ...boost, claimedAt: ctx.now })
  const tendAt = async (at: number) => {
    const paused = orderChannel(row)
    const order = async () => ({ ...(await paused.order('', null)), sight: 'FROZEN' as const })
    const channels = { [row.method]: { ...paused, order } }
    const later = { ...ctx, now: new Date(at) }
    await changed(ctx, row.id, { dueAt: later.now })
    await tendPromotion(later, { promotionId: row.id, channels, clock: () => later.now })
    return (await promotionsOf(ctx)).promotions[0]
  }
  expect(await tendAt(now + HOUR)).toMatchObject({ orderStand: 'LIVE', stop: null })
  expect(await tendAt(now + 49 * HOUR)).toMatchObject({ orderStand: 'OVER', stop: 'PLATFORM' })
})

test('a boost that the platform does not list any more counts as last seen once its time is over', async () => {
  const { ctx, trial, now } = await running()
  const row = await changed(ctx, trial.id, { ...boost, claimedAt: ctx.now })
  const gone = new FetchError('not_found', 'the list does not show it')
  const channels = { [row.method]: { ...orderChannel(row), order: () => Promise.reject(gone) } }
  const tendAt = async (at: number) => {
    const later = { ...ctx, now: new Date(at) }
    await changed(ctx, row.id, { dueAt: later.now })
    await tendPromotion(later, { promotionId: row.id, channels, clock: () => later.now })
    return (await promotionsOf(ctx)).promotions[0]
  }
  expect(await tendAt(now + HOUR)).toMatchObject({ orderStand: 'LIVE' })
  expect(await tendAt(now + 50 * HOUR)).toMatchObject({ orderStand: 'OVER', spentFen: 3_000, finalFen: null })
  expect(await tendAt(now + 15 * 24 * HOUR)).toMatchObject({ finalFen: trial.orderedFen, dueAt: null })
})

const REFUSED = { outcome: 'refused', error: new FetchError('rejected', 'not this one') } as const

test.each<[string, number, PromotionChannel['terminate'] | null, object]>([
  ['ran', 10_000, null, { state: 'STOPPED', orderStand: 'OVER', stop: 'PLATFORM' }],
  ['never ran', 0, null, { state: 'REJECTED', orderStand: 'OVER', stop: 'PLATFORM' }],
  [
    'ran, and cannot be ended',
    10_000,
    async () => REFUSED,
    { state: 'RUNNING', orderStand: 'LIVE', stop: 'PLATFORM', committedFen: 50_000, finalFen: null },
  ],
])(
  'a plan that %s and that the review refuses is paused: who mends it has it deliver again',
  async (_, spendFen, terminate, want) => {
    const { ctx, trial, now } = await running()
    const plan = { aim: 'SCALE', method: 'STANDARD_PLAN', amountFen: 50_000, orderedFen: 50_000 } as const
    const delivered = spendFen > 0 ? {} : { deliveringAt: null }
    const row = await changed(ctx, trial.id, {
      ...plan,
      ...delivered,
      claimedAt: ctx.now,
      committedFen: 50_000,
    })
    const base = orderChannel(row, { ...FIGURES, spendFen })
    let ends = 0
    const channel: PromotionChannel = {
      ...base,
      order: async () => ({ ...(await base.order('', null)), sight: 'REJECTED', resumes: true }),
      terminate: (...asked) => {
        ends++
        return (terminate ?? base.terminate)(...asked)
      },
    }
    const channels = { STANDARD_PLAN: channel }
    const did = await tendPromotion(ctx, { promotionId: row.id, channels, clock: () => ctx.now })
    expect(did.slice(0, 2)).toEqual(['LOOK', 'TERMINATE'])
    const [after] = (await promotionsOf(ctx)).promotions
    expect(after).toMatchObject(want)
    expect(ends).toBe(1)
    if (terminate) expect(after?.dueAt?.getTime()).toBeLessThanOrEqual(now + 30 * MINUTE)
  },
)

/** Told to end, and the platform will not, from the first hour on; looked at four times a day. */
async function keptFor(hours: number, sight: OrderSight, spent: (hour: number) => number | null) {
  const { ctx, trial, now } = await running()
  const add = { aim: 'SCALE', method: 'UNI_PLAN_ADD', planId: '17', amountFen: 0, orderedFen: 0 } as const
  const row = await changed(ctx, trial.id, { ...add, hours: null, stop: 'PERSON', since: ctx.now })
  const base = orderChannel(row)
  for (let hour = 0; hour <= hours; hour += 6) {
    const channel: PromotionChannel = {
      ...base,
      order: async () => ({ ...(await base.order('', null)), sight }),
      figures: async () => ({ ...FIGURES, spendFen: spent(hour) }),
      terminate: async () => REFUSED,
    }
    const clock = () => new Date(now + hour * HOUR)
    const channels = { UNI_PLAN_ADD: channel }
    await tendPromotion({ ...ctx, now: clock() }, { promotionId: row.id, channels, clock })
  }
  return (await promotionsOf(ctx)).promotions[0]
}

test.each<[string, number, OrderSight, (hour: number) => number | null, string]>([
  ['for most of a day', 18, 'WAITING', () => 0, 'LIVE'],
  ['for a day, and nothing is shown', 24, 'WAITING', () => 0, 'OVER'],
  ['for a day in which it spent nothing more', 24, 'WAITING', () => 700, 'OVER'],
  ['for a day in which it spent more', 24, 'WAITING', (hour) => hour, 'LIVE'],
  ['for a day, and what it spent is not told', 24, 'WAITING', () => null, 'LIVE'],
  ['for a day, and it is delivered', 24, 'DELIVERING', () => 700, 'LIVE'],
])('a video that its plan will not give back %s', async (_, hours, sight, spent, orderStand) => {
  const row = await keptFor(hours, sight, spent)
  expect(row).toMatchObject({ orderStand, stop: 'PERSON' })
  if (orderStand === 'OVER') expect(row?.state).toBe('STOPPED')
})
