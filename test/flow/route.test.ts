/** Whom ADS hear of, and when: what waits for a person, each time that it does, and nothing that goes by itself. */
import { expect, test } from 'vitest'
import type { Context } from '../../flow/context.ts'
import { deliver } from '../../flow/deliver.ts'
import { approvePromotion, settlePromotion } from '../../flow/promotion.ts'
import type { Change } from '../../flow/promotion-row.ts'
import { setPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { dueRoutes, route } from '../../flow/route.ts'
import { changeWebhook } from '../../flow/webhook.ts'
import type { GuardSettings } from '../../rules/guard.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { signal } from '../support/connector.ts'
import { content, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { deliveriesOf, hook, ruled, tellAll, told, webhookDeps } from '../support/news.ts'
import { changed } from '../support/orders.ts'
import { person, proposed } from '../support/promotions.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const deps = webhookDeps(() => NOW.getTime())

const later = <C extends Context>(ctx: C, ms: number): C => ({
  ...ctx,
  now: new Date(ctx.now.getTime() + ms),
})
const run = (ctx: Context) => deliver(ctx, { ...deps, clock: () => ctx.now })
const ids = () => receiver.got.map(({ headers }) => headers['webhook-id'])
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** A trial that a person proposed under these settings, and whether it goes by itself was asked. */
async function trial(guard: Partial<GuardSettings> = {}) {
  const ctx = await t.tenant()
  const { videoId } = await published(ctx, await content(ctx), { kolId: await kol(ctx) })
  const promotionId = await proposed(ctx, videoId)
  await setPromotionSettings(ctx, { guard, by: null })
  const consider = () => tendPromotion(ctx, { promotionId, channels: {}, clock: () => ctx.now })
  return { ctx, promotionId, consider }
}
/** One whose order nobody can tell the fate of, since then by its clock. */
async function asking(lateBy = 0) {
  const { ctx, promotionId } = await trial()
  const since = later(ctx, lateBy).now
  await changed(ctx, promotionId, { state: 'ASKING', attempt: 1, claimedAt: since, since })
  return { ctx, promotionId }
}
/** It runs, and nobody can tell whether it was given more. */
const added = ({ now }: Context): Change => ({
  state: 'RUNNING',
  orderStand: 'LIVE',
  orderId: '1',
  changeCall: 'ADD_BUDGET',
  changePhase: 'ASKING',
  attempt: 2,
  claimedAt: now,
})
const isDue = async (ctx: Context) => (await dueRoutes(ctx)).includes(ctx.workspaceId)

test('a trial that waits for a word is told with its money, once that is known', async () => {
  const { ctx, consider } = await trial({ mode: 'APPROVE' })
  await hook(ctx, deps, receiver, { team: 'ADS', format: 'WECOM' })
  receiver.reply = () => ({ body: { errcode: 0, errmsg: 'ok' } })
  expect(await isDue(ctx)).toBe(false)
  expect(await tellAll(ctx, deps)).toBe(0)
  await consider()
  expect(await isDue(ctx)).toBe(true)
  expect(await tellAll(ctx, deps)).toBe(1)
  expect(await isDue(ctx)).toBe(false)
  expect(await tellAll(ctx, deps)).toBe(0)
  expect(receiver.got[0]?.body.markdown.content).toMatch(
    /可测试[\s\S]*人工提议 100 元[\s\S]*金额 100 元 · [\s\S]*需要的 ROI（保本，扣除退货）2\.00/,
  )
})

test.each<[string, Partial<GuardSettings>, number]>([
  ['AUTO: it goes by itself', { mode: 'AUTO' }, 0],
  ['AUTO, and so much takes two persons', { mode: 'AUTO', twoPersonsFromFen: 1 }, 1],
  ['DRY_RUN: it is not sent, and asks for a word all the same', { mode: 'DRY_RUN' }, 1],
])('%s', async (_name, guard, messages) => {
  const { ctx, consider } = await trial(guard)
  await hook(ctx, deps, receiver, { team: 'ADS' })
  expect(await tellAll(ctx, deps)).toBe(0)
  await consider()
  expect(await tellAll(ctx, deps)).toBe(messages)
})

test('what waits for a plan waits for nobody', async () => {
  const { ctx, promotionId } = await trial()
  await hook(ctx, deps, receiver, { team: 'ADS' })
  await changed(ctx, promotionId, { held: [{ kind: 'NO_PLACE', why: 'ADDING' }] })
  expect([await isDue(ctx), await route(ctx)]).toEqual([false, 0])
})

test('a proposal that was agreed to before it could be sent asks nobody any more', async () => {
  const { ctx, promotionId, consider } = await trial()
  await hook(ctx, deps, receiver, { team: 'ADS' })
  await consider()
  expect(await route(ctx)).toBe(1)
  await approvePromotion(ctx, { promotionId, by: await person(ctx) })
  expect(await run(ctx)).toBe(0)
  expect(await deliveriesOf(ctx)).toMatchObject([
    { dueAt: null, problem: expect.stringContaining('settled') },
  ])
})

test('each asking of a promotion is told once, under an id of its own', async () => {
  const { ctx, promotionId } = await asking()
  await hook(ctx, deps, receiver, { team: 'ADS' })
  expect([await tellAll(ctx, deps), await tellAll(ctx, deps)]).toEqual([1, 0])
  await settlePromotion(later(ctx, HOUR), { promotionId, found: 'THERE', orderId: '1' })
  expect(await route(later(ctx, HOUR))).toBe(0)
  const again = later(ctx, 2 * HOUR)
  await changed(ctx, promotionId, added(again))
  expect(await isDue(again)).toBe(true)
  const made = await Promise.all([route(again), route(again)])
  expect(made.sort()).toEqual([0, 1])
  expect(await deliveriesOf(ctx)).toMatchObject([
    { topic: 'ASKING', attempts: 0, sentAt: null, status: null, dueAt: again.now, createdAt: again.now },
  ])
  expect(await run(again)).toBe(1)
  expect(new Set(ids()).size).toBe(2)
  // Its time is over while it asks: the same asking.
  const over = later(ctx, 3 * HOUR)
  await changed(ctx, promotionId, { state: 'JUDGING', orderStand: 'OVER', since: over.now })
  expect([await isDue(over), await tellAll(over, deps)]).toEqual([false, 0])
})

test('who is asked is told however late, at an address that came later, and after a pause of days', async () => {
  const { ctx, promotionId } = await asking()
  const at = later(ctx, 9 * DAY)
  await changed(ctx, promotionId, added(ctx))
  const webhookId = await hook(at, deps, receiver, { team: 'ADS' })
  expect(await isDue(at)).toBe(true)
  expect(await route(at)).toBe(1)
  await changeWebhook(at, deps, { webhookId, paused: true })
  expect(await run(later(at, 2 * DAY))).toBe(0)
  await changeWebhook(at, deps, { webhookId, paused: false })
  expect(await run(later(at, 2 * DAY + 5 * MINUTE))).toBe(1)
})

test('a clock that is ahead where it was asked makes no second message', async () => {
  const { ctx } = await asking(MINUTE)
  await hook(ctx, deps, receiver, { team: 'ADS' })
  expect([await tellAll(ctx, deps), await tellAll(ctx, deps)]).toEqual([1, 0])
  expect(await tellAll(later(ctx, HOUR), deps)).toBe(0)
})

test('an answer to the first asking is none to the second', async () => {
  const { ctx, promotionId } = await asking()
  await hook(ctx, deps, receiver, { team: 'ADS' })
  await route(ctx)
  const { give, given } = signal()
  receiver.reply = (_got, nth) => (nth === 1 ? { after: given } : {})
  const slow = run(ctx)
  await until(() => receiver.got.length === 1)
  const again = later(ctx, HOUR)
  await changed(ctx, promotionId, added(again))
  expect(await route(again)).toBe(1)
  give()
  await slow
  expect(await deliveriesOf(ctx)).toMatchObject([{ attempts: 0, sentAt: null, dueAt: again.now }])
  expect(await run(again)).toBe(1)
})

/** An address of CONTENT for one brand, and how something of that brand gets to wait for it. */
async function waiting() {
  const ctx = await t.tenant()
  const { brandId, ...made } = await content(ctx)
  const { videoId } = await published(ctx, { brandId, ...made }, { kolId: await kol(ctx) })
  const url = `${receiver.url}/old`
  const webhookId = await hook(ctx, deps, receiver, { url, brandId })
  const ruleId = await ruled(ctx)
  const more = async () => {
    await told(ctx, ruleId, [videoId])
    expect(await route(ctx)).toBe(1)
  }
  await more()
  return { ctx, webhookId, url, brandId, more }
}

test('what waits for one brand, team or address does not go to another', async () => {
  const { ctx, webhookId, url, brandId, more } = await waiting()
  const last = async () => (await deliveriesOf(ctx)).at(-1)
  await changeWebhook(ctx, deps, { webhookId, name: 'x', url, brandId, team: 'CONTENT' })
  expect(await last()).toMatchObject({ dueAt: ctx.now, problem: null })
  for (const change of [{ brandId: null }, { url: `${receiver.url}/new` }, { team: 'KOL' }] as const) {
    await changeWebhook(ctx, deps, { webhookId, ...change })
    expect(await last(), JSON.stringify(change)).toMatchObject({
      dueAt: null,
      sentAt: null,
      problem: 'the address was changed',
    })
    expect(await tellAll(ctx, deps)).toBe(0)
    await more()
  }
  expect(receiver.got).toEqual([])
})

test('what is on its way then is not tried again at the new address', async () => {
  const { ctx, webhookId } = await waiting()
  const { give, given } = signal()
  receiver.reply = () => ({ status: 500, after: given })
  const slow = run(ctx)
  await until(() => receiver.got.length === 1)
  await changeWebhook(ctx, deps, { webhookId, url: `${receiver.url}/new` })
  give()
  await slow
  expect(await tellAll(later(ctx, HOUR), deps)).toBe(0)
  expect(receiver.got.map(({ url }) => url.pathname)).toEqual(['/old'])
})

test('an order that asks is told at the new address instead', async () => {
  const { ctx } = await asking()
  const webhookId = await hook(ctx, deps, receiver, { team: 'ADS' })
  expect(await route(ctx)).toBe(1)
  await changeWebhook(ctx, deps, { webhookId, url: `${receiver.url}/new` })
  expect(await run(ctx)).toBe(0)
  expect(await tellAll(ctx, deps)).toBe(1)
  expect(receiver.got.map(({ url }) => url.pathname)).toEqual(['/new'])
})
