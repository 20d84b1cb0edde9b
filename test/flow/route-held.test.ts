/** Who hears of money that waits for a person, of material to be cut anew, and of verdicts that fell: once, and each time anew. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { delivery } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { deliver } from '../../flow/deliver.ts'
import { approvePromotion } from '../../flow/promotion.ts'
import { lockPromotion, recordDecision } from '../../flow/promotion-row.ts'
import { type SetPromotionSettings, setPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { markRemix } from '../../flow/remix.ts'
import { dueRoutes, route } from '../../flow/route.ts'
import type { CapScope } from '../../rules/guard-money.ts'
import { needsPerson } from '../../rules/guard-person.ts'
import { DAY, HOUR, type Mark } from '../../rules/types.ts'
import { REASONS } from '../rules/guard-reasons.ts'
import { content, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { deliveriesOf, hook, tellAll, webhookDeps } from '../support/news.ts'
import { changed, orderChannel, ordered } from '../support/orders.ts'
import { person, proposed, SPENDS } from '../support/promotions.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const deps = webhookDeps(() => NOW.getTime())

const later = <C extends Context>(ctx: C, ms: number): C => ({
  ...ctx,
  now: new Date(ctx.now.getTime() + ms),
})
const isDue = async (ctx: Context) => (await dueRoutes(ctx)).includes(ctx.workspaceId)
const told = () => receiver.got.map(({ body }) => body.type)
const linesOf = (nth: number): string => receiver.got.at(nth)?.body.data.text.lines.join('\n')
const ids = () => new Set(receiver.got.map(({ headers }) => headers['webhook-id']))

/** No other caps. */
const caps = (some: Partial<Record<CapScope, number>> = {}) => ({
  capsFen: { ...{ ORDER: null, VIDEO: null, DAY: null, BRAND: null, WORKSPACE: null }, ...some },
})

/** A trial that a person proposed, an address of ADS and one of CONTENT, and the next thing that is done for the trial. */
async function trial(guard: SetPromotionSettings['guard'] = {}) {
  const ctx = await t.tenant()
  const { videoId } = await published(ctx, await content(ctx), { kolId: await kol(ctx) })
  const promotionId = await proposed(ctx, videoId)
  const set = (at: Context, change: SetPromotionSettings['guard']) =>
    setPromotionSettings(at, { guard: { ...SPENDS.guard, ...change }, by: null })
  await set(ctx, guard)
  for (const team of ['ADS', 'CONTENT'] as const) await hook(ctx, deps, receiver, { team })
  const row = await write(ctx, (tx) => lockPromotion(tx, promotionId))
  const tend = async (at: Context, marks: Mark[] = []) => {
    await changed(at, promotionId, { dueAt: at.now })
    const channels = { SUIXINTUI_ORDER: { ...orderChannel(row), marks: async () => marks } }
    await tendPromotion(at, { promotionId, channels, clock: () => at.now })
  }
  return { ctx, promotionId, videoId, row, set, tend }
}

test('what comes to wait for a word a day after it was proposed is told, and anew when another word is missing', async () => {
  const { ctx, promotionId, row, tend } = await trial({ mode: 'APPROVE', twoPersonsFromFen: 1 })
  const adding = { held: [{ kind: 'NO_PLACE', why: 'ADDING' }], heldSince: ctx.now } as const
  await changed(ctx, promotionId, { ...adding, held: [...adding.held] })
  const at = later(ctx, 30 * HOUR)
  expect([await isDue(at), await tellAll(at, deps)]).toEqual([false, 0])
  await tend(at)
  expect([await isDue(at), await tellAll(at, deps), await tellAll(at, deps)]).toEqual([true, 1, 0])
  await approvePromotion(later(at, HOUR), { promotionId, by: row.proposedBy ?? 0 })
  const made = await Promise.all([route(later(at, HOUR)), route(later(at, HOUR))])
  expect(made.sort()).toEqual([0, 1])
  expect(await tellAll(later(at, HOUR), deps)).toBe(1)
  await tend(later(at, 2 * HOUR))
  expect(await isDue(later(at, 2 * HOUR))).toBe(false)
  expect([told(), ids().size]).toEqual([['trial_ready', 'trial_ready'], 2])
  expect(linesOf(-1)).toContain('需两人批准')
})

test('what was agreed to and meets a mark is told once, and goes on with one more word', async () => {
  const { ctx, promotionId, tend } = await trial()
  await tend(ctx, ['LOW_QUALITY_MATERIAL'])
  const made = await Promise.all([route(ctx), route(ctx)])
  expect(made.sort()).toEqual([0, 1])
  const run = () => deliver(ctx, { ...deps, clock: () => ctx.now })
  expect((await Promise.all([run(), run()])).sort()).toEqual([0, 1])
  await tend(later(ctx, HOUR), ['LOW_QUALITY_MATERIAL'])
  expect([await isDue(later(ctx, HOUR)), await tellAll(later(ctx, HOUR), deps)]).toEqual([false, 0])
  expect(linesOf(0)).toMatch(/未投原因：平台标记低质[\s\S]*确认：approvePromotion[\s\S]*stopPromotion/)
  await approvePromotion(ctx, { promotionId, by: await person(ctx) })
  expect(await tellAll(later(ctx, HOUR), deps)).toBe(0)
  expect(await deliveriesOf(ctx)).toMatchObject([{ topic: 'HELD', attempts: 1 }])
})

test('other reasons are told anew, other numbers of the same are not', async () => {
  const { ctx, set, tend } = await trial(caps({ VIDEO: 5_000 }))
  const step = async (hours: number, some: Parameters<typeof caps>[0], marks: Mark[] = []) => {
    const at = later(ctx, hours * HOUR)
    await set(at, caps(some))
    await tend(at, marks)
    return tellAll(at, deps)
  }
  expect(await step(0, { VIDEO: 5_000 })).toBe(1)
  expect(await step(1, { VIDEO: 6_000 })).toBe(0)
  expect(await step(2, { VIDEO: 6_000, ORDER: 6_000 })).toBe(1)
  expect(await step(3, {}, ['CARRY_MATERIAL'])).toBe(1)
  expect(await step(4, {}, ['CARRY_MATERIAL'])).toBe(0)
  expect(linesOf(0)).toContain('单条视频上限 50 元')
  expect(linesOf(1)).toMatch(/单笔上限 60 元[\s\S]*单条视频上限 60 元/)
  expect(linesOf(2)).toContain('平台标记搬运（CARRY_MATERIAL）：不投')
  expect([told(), ids().size]).toEqual([['held', 'held', 'held'], 3])
})

test('what was seen to before it was sent, and what rests with all money, is told to nobody', async () => {
  const { ctx, set, tend } = await trial(caps({ VIDEO: 5_000 }))
  await tend(ctx)
  expect(await route(ctx)).toBe(1)
  await set(ctx, { mode: 'DRY_RUN' })
  await tend(ctx)
  expect(await tellAll(ctx, deps)).toBe(0)
  expect(await deliveriesOf(ctx)).toMatchObject([
    { topic: 'HELD', dueAt: null, problem: expect.stringContaining('settled') },
  ])
  await set(later(ctx, HOUR), { mode: 'AUTO', ...caps({ VIDEO: 5_000 }) })
  await tend(later(ctx, HOUR))
  expect(await tellAll(later(ctx, HOUR), deps)).toBe(1)
})

test('the database needs a person for what the rules do', async () => {
  const sets = [
    [],
    ...REASONS.map(([reason]) => [reason]),
    ...REASONS.flatMap(([one]) => REASONS.map(([other]) => [one, other])),
  ]
  const found = await rows<{ needed: boolean }>(
    t.database.db,
    sql`select needs_person(held) as needed from jsonb_array_elements(${JSON.stringify(sets)}::text::jsonb) with ordinality as one(held, nth)
      order by nth`,
  )
  expect(found.map(({ needed }) => needed)).toEqual(sets.map(needsPerson))
  expect(await rows(t.database.db, sql`select needs_person(null) as needed`)).toEqual([{ needed: false }])
})

test('in whatever state and held by whatever: what is due by the index is routed, and the other way round', async () => {
  const { ctx, promotionId, row } = await trial()
  const stands: Record<string, string> = {}
  for (const by of [row.proposedBy, null]) {
    for (const state of ['PROPOSED', 'APPROVED', 'ASKING', 'RUNNING'] as const) {
      for (const held of [null, 'NO_PLAN', 'ADDING', 'CONFIRM'] as const) {
        const reason = held === 'CONFIRM' ? { kind: held } : held && { kind: 'NO_PLACE' as const, why: held }
        await write(ctx, (tx) => tx.delete(delivery))
        await changed(ctx, promotionId, { proposedBy: by, state, held: reason && [reason] })
        const [due, made] = [await isDue(ctx), await route(ctx)]
        expect([made, await isDue(ctx)], `${state} ${held}`).toEqual([due ? 1 : 0, false])
        const topic = (await deliveriesOf(ctx))[0]?.topic
        if (topic && state !== 'ASKING') stands[`${by ? 'person' : 'program'} ${state} ${held}`] = topic
      }
    }
  }
  expect(stands).toEqual({
    'person PROPOSED NO_PLAN': 'HELD',
    'person PROPOSED CONFIRM': 'TRIAL_READY',
    'person APPROVED NO_PLAN': 'HELD',
    'person APPROVED CONFIRM': 'HELD',
    'program PROPOSED CONFIRM': 'TRIAL_READY',
    'program APPROVED NO_PLAN': 'HELD',
    'program APPROVED CONFIRM': 'HELD',
  })
  const wish = { state: 'PROPOSED', held: [{ kind: 'NO_PLACE', why: 'NO_PLAN' }] } as const
  await changed(ctx, promotionId, { ...wish, held: [...wish.held] })
  expect(await isDue(ctx)).toBe(false)
  await approvePromotion(ctx, { promotionId, by: await person(ctx) })
  await changed(ctx, promotionId, { ...wish, held: [...wish.held] })
  expect(await isDue(ctx)).toBe(true)
})

/** A running order, addresses of all teams, and what is decided of it. */
async function running() {
  const ctx = await t.tenant()
  const matrix = await content(ctx)
  const { trial, videoId } = await ordered(ctx, matrix, {})
  for (const team of ['ADS', 'KOL', 'CONTENT'] as const) await hook(ctx, deps, receiver, { team })
  const decide = (
    at: Context,
    action: 'HOLD' | 'REMIX' | 'STOP',
    rule: 'STEADY' | 'STILL_EARNS' | 'SETTLED_OVERTURNED',
  ) => {
    const numbers = { roi: 2.5, breakEven: 2, spentFen: 30_000, ageDays: 6 }
    const said = { numbers, interval: { low: null, high: null }, zh: `因 ${rule}`, en: rule }
    const decision = { action, rule, ruleVersion: 1, settingsVersion: 1, amountFen: null, ...said }
    return write(at, (tx) => recordDecision(tx, trial.id, at.now, decision))
  }
  return { ctx, matrix, trial, videoId, decide }
}

test('CONTENT is told of material to be cut anew with its numbers, once for each such decision', async () => {
  const { ctx, decide } = await running()
  await decide(ctx, 'REMIX', 'STILL_EARNS')
  await decide(later(ctx, HOUR), 'REMIX', 'STILL_EARNS')
  await decide(later(ctx, HOUR), 'HOLD', 'STEADY')
  const at = later(ctx, HOUR)
  expect(await isDue(at)).toBe(true)
  const made = await Promise.all([route(at), route(at)])
  expect(made.sort()).toEqual([0, 1])
  expect([await tellAll(at, deps), await isDue(at)]).toEqual([1, false])
  expect(told()).toEqual(['remix'])
  expect(linesOf(0)).toMatch(/^因 STILL_EARNS\n投放第 6 天 · ROI 2\.50 · 保本 2\.00 · 已花 300 元\n/)
  expect(receiver.got[0]?.body.data).toMatchObject({ numbers: { roi: 2.5 }, state: 'RUNNING' })
  await decide(later(at, HOUR), 'REMIX', 'STILL_EARNS')
  expect([await tellAll(later(at, HOUR), deps), await tellAll(later(at, HOUR), deps)]).toEqual([1, 0])
  expect([told(), ids().size]).toEqual([['remix', 'remix'], 2])
})

test('a cut that was made meanwhile, an order that was ended, and a day make it no news', async () => {
  const { ctx, matrix, trial, videoId, decide } = await running()
  await decide(ctx, 'REMIX', 'STILL_EARNS')
  expect(await isDue(later(ctx, DAY))).toBe(false)
  expect(await route(ctx)).toBe(1)
  const cut = await published(ctx, matrix)
  await markRemix(ctx, { videoId: cut.videoId, originId: videoId, parts: ['HOOK'] })
  expect(await tellAll(ctx, deps)).toBe(0)
  expect(await deliveriesOf(ctx)).toMatchObject([{ problem: expect.stringContaining('settled') }])
  const at = later(ctx, HOUR)
  await decide(at, 'HOLD', 'STEADY')
  await decide(at, 'REMIX', 'STILL_EARNS')
  expect(await isDue(at)).toBe(true)
  await changed(at, trial.id, { stop: 'FATIGUE' })
  expect([await isDue(at), await tellAll(at, deps)]).toEqual([false, 0])
  expect(receiver.got).toEqual([])
})

test('ADS are told of each verdict that fell, also of a trial that is over', async () => {
  const { ctx, trial, decide } = await running()
  await changed(ctx, trial.id, { state: 'PASSED', orderStand: 'OVER', stop: null })
  await decide(ctx, 'STOP', 'SETTLED_OVERTURNED')
  expect([await isDue(ctx), await tellAll(ctx, deps), await tellAll(ctx, deps)]).toEqual([true, 1, 0])
  const again = later(ctx, 7 * DAY)
  await decide(again, 'STOP', 'SETTLED_OVERTURNED')
  expect([await tellAll(again, deps), await isDue(again)]).toEqual([1, false])
  expect([told(), ids().size]).toEqual([['corrected', 'corrected'], 2])
  expect(linesOf(1)).toContain('因 SETTLED_OVERTURNED')
})
