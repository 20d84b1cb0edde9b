/** Who hears of money that waits for a person, of material to be cut anew, and of verdicts that fell: once, and each time anew. */
import { readFile } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { delivery, promotionApproval } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { deliver } from '../../flow/deliver.ts'
import { waitsFor } from '../../flow/promote.ts'
import { approvePromotion } from '../../flow/promotion.ts'
import { lockPromotion, type PromotionRow, recordDecision } from '../../flow/promotion-row.ts'
import { type SetPromotionSettings, setPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { markRemix } from '../../flow/remix.ts'
import { dueRoutes, route } from '../../flow/route.ts'
import type { CapScope } from '../../rules/guard-money.ts'
import { needsPerson } from '../../rules/guard-person.ts'
import { DAY, type GuardReason, HOUR, type Mark } from '../../rules/types.ts'
import { SHANGHAI } from '../../rules/zone.ts'
import { REASONS } from '../rules/guard-reasons.ts'
import { content, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { deliveriesOf, hook, tellAll, webhookDeps } from '../support/news.ts'
import { changed, orderChannel, ordered, scaled } from '../support/orders.ts'
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
  expect(receiver.got[0]?.body.data).toMatchObject({ until: ctx.now.getTime() + 2 * DAY, zone: SHANGHAI })
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
    for (const state of ['PROPOSED', 'APPROVED', 'RECONCILING', 'ASKING', 'RUNNING'] as const) {
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
    'person RECONCILING NO_PLAN': 'HELD',
    'person RECONCILING CONFIRM': 'HELD',
    'program PROPOSED CONFIRM': 'TRIAL_READY',
    'program APPROVED NO_PLAN': 'HELD',
    'program APPROVED CONFIRM': 'HELD',
    'program RECONCILING NO_PLAN': 'HELD',
    'program RECONCILING CONFIRM': 'HELD',
  })
  const wish = { state: 'PROPOSED', held: [{ kind: 'NO_PLACE', why: 'NO_PLAN' }] } as const
  await changed(ctx, promotionId, { ...wish, held: [...wish.held] })
  expect(await isDue(ctx)).toBe(false)
  await approvePromotion(ctx, { promotionId, by: await person(ctx) })
  await changed(ctx, promotionId, { ...wish, held: [...wish.held] })
  expect(await isDue(ctx)).toBe(true)
})

test('what the program proposed is held once somebody agrees to it, however late, and is told once', async () => {
  const { ctx, promotionId } = await trial()
  const held = [{ kind: 'NO_PLACE', why: 'NO_PLAN' } as const]
  await changed(ctx, promotionId, { proposedBy: null, held, heldSince: ctx.now })
  const at = later(ctx, 25 * HOUR)
  expect([await isDue(at), await tellAll(at, deps)]).toEqual([false, 0])
  // As where its plan is not chosen yet.
  const agree = async (ctx: Context) =>
    write(ctx, async (tx) =>
      tx.insert(promotionApproval).values({
        ...{ promotionId, tokenId: await person(ctx), amountFen: 10_000, createdAt: ctx.now },
      }),
    )
  await agree(at)
  expect([await isDue(at), await tellAll(at, deps), await isDue(at)]).toEqual([true, 1, false])
  await agree(later(at, HOUR))
  expect([await isDue(later(at, HOUR)), await tellAll(later(at, HOUR), deps)]).toEqual([false, 0])
  expect(told()).toEqual(['held'])
})

test('a lost add that may not be done again is told, until its time is over, and not once it ends', async () => {
  const { ctx, promotionId } = await trial()
  const lost = { state: 'RECONCILING', attempt: 1, since: later(ctx, -HOUR).now, claimedAt: ctx.now } as const
  await changed(ctx, promotionId, { ...lost, held: [{ kind: 'CONFIRM' }], heldSince: ctx.now })
  expect([await isDue(ctx), await tellAll(ctx, deps), await isDue(ctx)]).toEqual([true, 1, false])
  expect(receiver.got[0]?.body.data).toMatchObject({ until: lost.since.getTime() + 2 * DAY })
  expect(linesOf(0)).toMatch(/确认：approvePromotion[\s\S]*没投出就取消/)
  await changed(ctx, promotionId, { stop: 'PERSON', heldSince: later(ctx, HOUR).now })
  expect([await isDue(later(ctx, HOUR)), await route(later(ctx, HOUR))]).toEqual([false, 0])
})

const why = (kind: GuardReason['kind'], nth = 0) =>
  REASONS.flatMap(([reason]) => (reason.kind === kind ? [reason] : [])).at(nth) as GuardReason
const cap = (scope: CapScope, nth = 0) =>
  REASONS.flatMap(([reason]) => (reason.kind === 'CAP' && reason.scope === scope ? [reason] : []))[
    nth
  ] as GuardReason
const [wallet, flight] = [why('WALLET'), why('IN_FLIGHT')]
test.each<[string, GuardReason[], GuardReason[], boolean]>([
  ['what nobody need see to comes', [wallet], [flight, wallet, why('MARKS_UNKNOWN')], false],
  ['and goes', [wallet, why('ORDERS_AT_ONCE'), cap('DAY')], [wallet], false],
  ['a person is needed', [flight], [flight, wallet], true],
  ['for something else', [wallet], [why('NO_BASE')], true],
  ['with other numbers', [cap('VIDEO')], [{ ...cap('VIDEO'), committedFen: 1 } as GuardReason], false],
  ['all money rests', [wallet], [wallet, why('QUIET')], true],
  ['and goes on', [wallet, why('QUIET')], [wallet], true],
  ['the cap of a day is less than the order', [cap('DAY')], [cap('DAY', 1)], true],
])('since when it waits: %s', (_name, before, now, anew) => {
  const row = { held: before, heldSince: new Date(0) } as PromotionRow
  const { held, heldSince } = waitsFor(row, now, NOW)
  expect([held, heldSince]).toEqual([now, anew ? NOW : row.heldSince])
})

test('what is held when this is installed is told; what is proposed is not told again', async () => {
  const { ctx, promotionId } = await trial()
  const held = [wallet]
  await changed(ctx, promotionId, {
    state: 'APPROVED',
    held,
    heldSince: null,
    since: later(ctx, -5 * DAY).now,
  })
  expect(await isDue(ctx)).toBe(false)
  const file = new URL('../../db/migrations/20261122000033_told_held_remix/migration.sql', import.meta.url)
  const [update] = /^update promotion set held_since .*;$/m.exec(await readFile(file, 'utf8')) ?? []
  const wish = (await trial()).promotionId
  const owner = postgres(t.ownerUrl, { max: 1 })
  await owner.unsafe(update ?? '')
  const [row] = await owner`select held_since from promotion where id = ${promotionId}`
  const [other] = await owner`select held_since from promotion where id = ${wish}`
  await owner.end()
  expect([row?.held_since, other?.held_since]).toEqual([expect.any(Date), null])
  const at = { ...ctx, now: row?.held_since as Date }
  expect([await isDue(at), await route(at)]).toEqual([true, 1])
})

/** A running order, another on the same video, addresses of all teams, and what is decided of them. */
async function running() {
  const ctx = await t.tenant()
  const matrix = await content(ctx)
  const { trial, videoId } = await ordered(ctx, matrix, {})
  const added = await scaled(ctx, trial, { method: 'UNI_PLAN_ADD', planId: '7' })
  for (const team of ['ADS', 'KOL', 'CONTENT'] as const) await hook(ctx, deps, receiver, { team })
  const decide = (
    at: Context,
    action: 'HOLD' | 'REMIX' | 'STOP',
    rule: 'STEADY' | 'STILL_EARNS' | 'SETTLED_OVERTURNED' | 'SETTLED_KEPT',
    { of = trial.id, settledDays = null }: { of?: number; settledDays?: 7 | 14 | null } = {},
  ) => {
    const numbers = { roi: 2.5, breakEven: 2, spentFen: 30_000, ageDays: 6, settledDays }
    const said = { numbers, interval: { low: null, high: null }, zh: `因 ${rule}`, en: rule }
    const decision = { action, rule, ruleVersion: 1, settingsVersion: 1, amountFen: null, ...said }
    return write(at, (tx) => recordDecision(tx, of, at.now, decision))
  }
  return { ctx, matrix, trial, added, videoId, decide }
}

test('CONTENT is told of material to be cut anew once a day, whichever of its orders say so and however often', async () => {
  const { ctx, trial, added, decide } = await running()
  await changed(ctx, trial.id, { held: [wallet] })
  await decide(ctx, 'REMIX', 'STILL_EARNS')
  await decide(ctx, 'REMIX', 'STILL_EARNS', { of: added.id })
  expect(await isDue(ctx)).toBe(true)
  const made = await Promise.all([route(ctx), route(ctx)])
  expect(made.sort()).toEqual([0, 1])
  expect([await tellAll(ctx, deps), await isDue(ctx)]).toEqual([1, false])
  expect(linesOf(0)).toMatch(/^因 STILL_EARNS\n这单已花 300 元\n/)
  const { numbers, held, state } = receiver.got[0]?.body.data ?? {}
  expect([numbers, held, state]).toEqual([
    { roi: 2.5, breakEven: 2, spentFen: 30_000, ageDays: 6 },
    [],
    'RUNNING',
  ])
  const flap = async (at: Context) => {
    await decide(at, 'HOLD', 'STEADY')
    await decide(at, 'REMIX', 'STILL_EARNS')
    return [await isDue(at), await tellAll(at, deps), await tellAll(at, deps)]
  }
  expect(await flap(later(ctx, HOUR))).toEqual([false, 0, 0])
  // A day after the latest, not after the one that was told.
  expect(await flap(later(ctx, DAY + HOUR))).toEqual([false, 0, 0])
  expect(await flap(later(ctx, 2 * DAY + 2 * HOUR))).toEqual([true, 1, 0])
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
  const at = later(ctx, DAY + HOUR)
  await decide(at, 'HOLD', 'STEADY')
  await decide(at, 'REMIX', 'STILL_EARNS')
  expect(await isDue(at)).toBe(true)
  await changed(at, trial.id, { stop: 'FATIGUE' })
  expect([await isDue(at), await tellAll(at, deps)]).toEqual([false, 0])
  expect(receiver.got).toEqual([])
})

test('ADS are told of each verdict that fell as soon as it was settled, also of a trial that is over', async () => {
  const { ctx, trial, decide } = await running()
  const overAt = later(ctx, -8 * DAY).now
  await changed(ctx, trial.id, { state: 'PASSED', orderStand: 'OVER', stop: null, overAt })
  await decide(ctx, 'STOP', 'SETTLED_OVERTURNED', { settledDays: 7 })
  expect([await isDue(ctx), await tellAll(ctx, deps), await tellAll(ctx, deps)]).toEqual([true, 1, 0])
  const again = later(ctx, 7 * DAY)
  await decide(again, 'STOP', 'SETTLED_OVERTURNED', { settledDays: 14 })
  expect([await tellAll(again, deps), await isDue(again)]).toEqual([1, false])
  expect([told(), ids().size]).toEqual([['corrected', 'corrected'], 2])
  expect(linesOf(1)).toContain('因 SETTLED_OVERTURNED')
})

test('a verdict that fell long ago, and one that the second week restored, are no news', async () => {
  const { ctx, trial, added, decide } = await running()
  const over = { state: 'STOPPED', orderStand: 'OVER' } as const
  // First reads of a shop: both terms of an order of last month at once.
  await changed(ctx, trial.id, { ...over, overAt: later(ctx, -30 * DAY).now })
  for (const settledDays of [7, 14] as const) await decide(ctx, 'STOP', 'SETTLED_OVERTURNED', { settledDays })
  expect([await isDue(ctx), await route(ctx)]).toEqual([false, 0])
  await changed(ctx, added.id, { ...over, overAt: later(ctx, -15 * DAY).now })
  await decide(ctx, 'STOP', 'SETTLED_OVERTURNED', { of: added.id, settledDays: 14 })
  expect([await isDue(ctx), await route(ctx)]).toEqual([true, 1])
  await decide(ctx, 'HOLD', 'SETTLED_KEPT', { of: added.id, settledDays: 14 })
  expect([await isDue(ctx), await tellAll(ctx, deps)]).toEqual([false, 0])
  expect(receiver.got).toEqual([])
})
