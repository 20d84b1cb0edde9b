/** A video whose way into a plan nobody answered for: put in once more where that is allowed, and never taken for not sent while it may be there. */
import { expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { approvePromotion } from '../../flow/promotion.ts'
import type { PromotionRow } from '../../flow/promotion-row.ts'
import {
  type SetPromotionSettings,
  setKillSwitch,
  setPromotionSettings,
} from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { OrderFigures, PromotionChannel } from '../../platforms/promotion.ts'
import { DAY, HOUR, MINUTE, type OrderSight } from '../../rules/types.ts'
import { content } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { changed, FIGURES, orderChannel, ordered } from '../support/orders.ts'
import { person, promotionsOf, SPENDS } from '../support/promotions.ts'

const t = testDatabase()
const NOTHING: OrderFigures = { ...FIGURES, spendFen: 0, gmvFen: 0, orders: 0 }
const DONE = { outcome: 'done', value: { orderId: 'named/1', adId: '17' } } as const
const REFUSED = { outcome: 'refused', error: new FetchError('rejected', '素材已在计划中') } as const
const INVALID = { outcome: 'invalid', field: 'productId', reason: 'not a platform id' } as const
type Answer = Awaited<ReturnType<PromotionChannel['create']>>

/** Claimed so long ago. */
async function lost(minutes: number, settings: Omit<SetPromotionSettings, 'by'> = SPENDS) {
  const ctx = await t.tenant()
  const { trial } = await ordered(ctx, await content(ctx))
  await setPromotionSettings(ctx, { ...settings, by: null })
  const claimedAt = new Date(ctx.now.getTime() - minutes * MINUTE)
  const add = {
    aim: 'SCALE',
    method: 'UNI_PLAN_ADD',
    planId: '17',
    amountFen: 0,
    orderedFen: 0,
    hours: null,
  } as const
  const open = { state: 'RECONCILING', orderStand: 'NONE', orderId: null, deliveringAt: null } as const
  return { ctx, row: await changed(ctx, trial.id, { ...add, ...open, claimedAt, since: claimedAt }) }
}

async function tendAt(
  ctx: Context,
  row: PromotionRow,
  { sight, answer = DONE, at = ctx.now }: { sight: OrderSight; answer?: Answer; at?: Date },
) {
  let creates = 0
  const base = orderChannel(row, NOTHING)
  const channel: PromotionChannel = {
    ...base,
    orderIdOf: () => 'named/1',
    order: async () => ({ ...(await base.order('', null)), sight }),
    create: async () => {
      creates++
      return answer
    },
  }
  const channels = { UNI_PLAN_ADD: channel }
  const did = await tendPromotion({ ...ctx, now: at }, { promotionId: row.id, channels, clock: () => at })
  const { promotions, calls } = await promotionsOf(ctx)
  const settled = calls.find(({ stage }) => stage === 'SETTLED')?.outcome ?? null
  return { did, creates, settled, row: promotions.find(({ id }) => id === row.id) }
}

const LAG = 15 * MINUTE
test.each<[string, number, Answer, OrderSight, string | null, string]>([
  ['taken', 2, DONE, 'WAITING', 'DONE', 'RUNNING'],
  ['refused, and its video is delivered', 2, REFUSED, 'DELIVERING', 'DONE', 'RUNNING'],
  ['refused, and the review refused its video', 2, REFUSED, 'REJECTED', 'DONE', 'REJECTED'],
  ['refused, and nothing is shown, which says nothing', 60, REFUSED, 'WAITING', 'DONE', 'RUNNING'],
  [
    'refused, and its video is shown as taken out, perhaps of before',
    2,
    REFUSED,
    'FROZEN',
    null,
    'RECONCILING',
  ],
  ['refused, and its video is out when it must be shown', 60, REFUSED, 'FROZEN', 'NOT_NOW', 'REJECTED'],
  ['not sent, and nothing is shown', 60, INVALID, 'WAITING', 'DONE', 'RUNNING'],
])('a second add that is %s', async (_, minutes, answer, sight, settled, state) => {
  const { ctx, row } = await lost(minutes)
  const after = await tendAt(ctx, row, { sight, answer })
  expect([after.settled, after.row?.state]).toEqual([settled, state])
  if (state === 'RECONCILING') expect(after.row?.dueAt?.getTime()).toBe((row.claimedAt?.getTime() ?? 0) + LAG)
  if (state === 'RUNNING')
    expect(after.row).toMatchObject({ orderId: 'named/1', orderStand: 'LIVE', held: null })
})

const minuteOf = (now: Date) => ((now.getTime() / MINUTE + 8 * 60) % (24 * 60)) as number
test.each<[string, (now: Date) => Omit<SetPromotionSettings, 'by'>, string, number]>([
  ['a dry run', () => ({ guard: { mode: 'DRY_RUN' } }), 'DRY_RUN', HOUR],
  [
    'quiet hours',
    (now) => ({ guard: { ...SPENDS.guard, quiet: { from: minuteOf(now) - 60, to: minuteOf(now) + 30 } } }),
    'QUIET',
    30 * MINUTE,
  ],
  ['a person who has to confirm', () => ({ guard: { mode: 'APPROVE' } }), 'CONFIRM', HOUR],
])('%s: nothing is sent once more, and asked about again', async (_, settings, kind, wait) => {
  const { ctx, row } = await lost(20)
  await setPromotionSettings(ctx, { ...settings(ctx.now), by: null })
  const held = await tendAt(ctx, row, { sight: 'WAITING' })
  expect(held).toMatchObject({
    creates: 0,
    row: { state: 'RECONCILING', held: expect.arrayContaining([expect.objectContaining({ kind })]) },
  })
  expect(held.row?.dueAt?.getTime()).toBe(ctx.now.getTime() + wait)
  // What is seen there needs no second one.
  const later = new Date(ctx.now.getTime() + wait)
  if (kind === 'CONFIRM') {
    const seen = await tendAt(ctx, row, { sight: 'DELIVERING', at: later })
    expect(seen).toMatchObject({ creates: 0, row: { state: 'RUNNING', held: null, orderId: 'named/1' } })
    return
  }
  // Who changes a setting wakes it.
  await setPromotionSettings(ctx, { guard: { mode: 'AUTO', quiet: null }, by: null })
  const again = await tendAt(ctx, row, { sight: 'WAITING' })
  expect(again).toMatchObject({ creates: 1, row: { state: 'RUNNING', held: null } })
})

test('who has to confirm that it is put in once more can', async () => {
  const { ctx, row } = await lost(20)
  const by = await person(ctx)
  const agree = () => approvePromotion(ctx, { promotionId: row.id, by })
  await setPromotionSettings(ctx, { guard: { mode: 'APPROVE' }, by: null })
  await expect(agree()).rejects.toThrow('nothing to agree to')
  await tendAt(ctx, row, { sight: 'WAITING' })
  await agree()
  const again = await tendAt(ctx, row, { sight: 'WAITING' })
  expect(again).toMatchObject({ creates: 1, row: { state: 'RUNNING', held: null } })
})

test('what a kill switch stopped is taken out, not put in', async () => {
  const { ctx, row } = await lost(2)
  await setKillSwitch(ctx, { killed: true, by: null })
  const after = await tendAt(ctx, row, { sight: 'WAITING' })
  expect(after).toMatchObject({ creates: 0, row: { stop: 'KILL_SWITCH', orderStand: 'OVER' } })
  expect(after.did.slice(0, 2)).toEqual(['RECONCILE', 'TERMINATE'])
})

test('what nobody lets be put in once more for two days is taken out instead, and holds back nothing any more', async () => {
  const { ctx, row } = await lost(20)
  await setPromotionSettings(ctx, { guard: { mode: 'APPROVE' }, by: null })
  const since = row.since.getTime()
  const early = await tendAt(ctx, row, { sight: 'WAITING', at: new Date(since + 2 * DAY - MINUTE) })
  expect(early.row).toMatchObject({ state: 'RECONCILING', stop: null, held: [{ kind: 'CONFIRM' }] })
  const late = await tendAt(ctx, row, { sight: 'WAITING', at: new Date(since + 2 * DAY + HOUR) })
  expect(late.did.slice(0, 3)).toEqual(['RECONCILE', 'RECONCILE', 'TERMINATE'])
  expect(late).toMatchObject({
    creates: 0,
    row: { state: 'STOPPED', stop: 'STALE', orderStand: 'OVER', held: null },
  })
})

test('a repeat begins only while whoever sends it still has the row', async () => {
  const { ctx, row } = await lost(20)
  const from = ctx.now.getTime()
  let asked = 0
  // Seven minutes go by between the lease and the repeat.
  const clock = () => new Date(asked++ === 0 ? from : from + 7 * MINUTE)
  const begins: number[] = []
  const channel: PromotionChannel = {
    ...orderChannel(row, NOTHING),
    orderIdOf: () => 'named/1',
    create: async (_, notAfter) => {
      begins.push(notAfter)
      return DONE
    },
  }
  await tendPromotion(ctx, { promotionId: row.id, channels: { UNI_PLAN_ADD: channel }, clock })
  expect(begins).toEqual([from + 9 * MINUTE])
})

test('the end of what the review refused is not settled by that it is refused', async () => {
  const { ctx, row: add } = await lost(2)
  const plan = {
    method: 'STANDARD_PLAN',
    planId: null,
    state: 'RUNNING',
    orderStand: 'LIVE',
    orderId: '5',
  } as const
  const ending = { stop: 'PLATFORM', changeCall: 'TERMINATE', changePhase: 'RECONCILING' } as const
  const row = await changed(ctx, add.id, { ...plan, ...ending, amountFen: 50_000, orderedFen: 50_000 })
  const channel = orderChannel(row)
  const { order } = channel
  const refused = async () => ({ ...(await order('', null)), sight: 'REJECTED' as const, resumes: true })
  const tendAfter = async (minutes: number) => {
    const clock = () => new Date(ctx.now.getTime() + minutes * MINUTE)
    const channels = { STANDARD_PLAN: { ...channel, order: refused } }
    const did = await tendPromotion({ ...ctx, now: clock() }, { promotionId: row.id, channels, clock })
    return { did, row: (await promotionsOf(ctx)).promotions[0] }
  }
  const first = await tendAfter(0)
  expect(first).toMatchObject({ did: ['RECONCILE'], row: { orderStand: 'LIVE', finalFen: null } })
  const second = await tendAfter(14)
  expect(second.did.slice(0, 2)).toEqual(['RECONCILE', 'TERMINATE'])
  expect(second.row).toMatchObject({ state: 'STOPPED', orderStand: 'OVER' })
})
