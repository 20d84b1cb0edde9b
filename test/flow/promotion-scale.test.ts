/** 千川 after a trial: into the 全域 plan, 追投 on it, and 随心推 again where there is no plan. */
import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { promotion } from '../../db/tables.ts'
import { write } from '../../flow/context.ts'
import { reviseElement } from '../../flow/element.ts'
import { promote } from '../../flow/promote.ts'
import { approvePromotion, stopPromotion } from '../../flow/promotion.ts'
import { proposeFromBreakouts, proposePromotion } from '../../flow/promotion-propose.ts'
import type { SetPromotionSettings } from '../../flow/promotion-settings.ts'
import { reconcileBooks } from '../../flow/reconcile.ts'
import { createQianchuanBoosts } from '../../platforms/qianchuan-boost.ts'
import { GUARD_DEFAULTS } from '../../rules/guard.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { dayOf, SHANGHAI, startOfDay } from '../../rules/zone.ts'
import { testDatabase } from '../support/database.ts'
import { START, stageOf, worldOf } from '../support/platforms.ts'
import {
  person,
  playPromotions,
  promotionsOf,
  promotionTeam,
  SPENDS,
  simulatedChannels,
} from '../support/promotions.ts'

const t = testDatabase()
const world = worldOf({ seed: 71, hitShare: 0.3 })
const accounts = Array.from({ length: 12 }, (_, nth) => String(1_700_000_000_000_001 + nth))
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9, advertiserIds: [...accounts] })
const [hit] = world.videos.filter(
  ({ nature, publishedAt }) => nature === 'hit' && publishedAt < START + 3 * DAY,
)
const UNI = '/open_api/v1.0/qianchuan/uni_promotion/ad/'
const EARNS: Omit<SetPromotionSettings, 'by'> = {
  guard: {
    ...SPENDS.guard,
    capsFen: { ...GUARD_DEFAULTS.capsFen, ORDER: 300_000, VIDEO: 900_000, DAY: 900_000 },
  },
  decide: { trialFen: 50_000, trialHours: 6, mostTrialFen: 100_000 },
  costs: { commissionRate: 0, returnRate: 0 },
}

async function team({
  sold = true,
  mode,
  videoFen = 900_000,
}: {
  sold?: boolean
  mode?: 'APPROVE'
  videoFen?: number
} = {}) {
  const account = accounts.shift() ?? ''
  const ctx = await t.tenant(new Date(stage.now))
  const capsFen = { ...GUARD_DEFAULTS.capsFen, ...EARNS.guard?.capsFen, VIDEO: videoFen }
  const guard = { ...EARNS.guard, capsFen, ...(mode ? { mode } : {}) }
  const made = await promotionTeam(ctx, world, {
    ...{ itemIds: [hit?.itemId ?? ''], advertiserId: account, grossMargin: 1, sold },
    settings: { ...EARNS, guard },
  })
  const channels = simulatedChannels(stage.simulator, () => stage.now, account)
  const play = (ms: number) => playPromotions(ctx, stage, channels, { until: stage.now + ms })
  const at = () => ({ ...ctx, now: new Date(stage.now) })
  const [video] = made.videos.values()
  const boost = async (amountFen = 50_000) =>
    proposePromotion(at(), {
      ...{ videoId: video?.videoId ?? 0, aim: 'SCALE', method: 'MATERIAL_BOOST', amountFen, hours: 2 },
      by: await person(at()),
    })
  const rowOf = async (id: number) => (await promotionsOf(at())).promotions.find((each) => each.id === id)
  const there = async () => {
    const { plans, tasks } = (await stage.truth()) as unknown as Truth
    const own = new Set(plans.filter(({ advertiserId }) => advertiserId === account).map(({ adId }) => adId))
    return {
      tasks: tasks.filter(({ adId }) => own.has(adId)),
      materials: plans.filter(({ adId }) => own.has(adId)).flatMap(({ materials }) => materials),
    }
  }
  return { at, play, boost, rowOf, there, channels, productId: made.productId }
}
interface Truth {
  plans: { adId: string; advertiserId: string; materials: { itemId: string; removedAt: number | null }[] }[]
  tasks: { adId: string; taskId: string; name: string; budgetFen: number; status: string }[]
}
const cut = (path: string) =>
  stage.simulator.faults.add([{ kind: 'cut_after', path: `${UNI}${path}`, times: 1 }])

test('what passed goes into the plan of its product, then gets a boost that is watched to its end, and one more as far as the cap lets', async () => {
  const { at, play, there, channels } = await team({ videoFen: 400_000 })
  await stage.control('POST', 'ends', ['FINISHED'])
  await proposeFromBreakouts(at())
  await play(13 * HOUR)
  const { promotions, decisions, calls } = await promotionsOf(at())
  const { tasks, materials } = await there()
  expect(promotions.map(({ method, state, originId }) => [method, state, originId])).toEqual([
    ['SUIXINTUI_ORDER', 'PASSED', null],
    ['MATERIAL_BOOST', 'RETIRED', promotions[0]?.id],
    ['UNI_PLAN_ADD', 'RUNNING', promotions[0]?.id],
    ['MATERIAL_BOOST', 'APPROVED', promotions[0]?.id],
  ])
  const [, boost, added, again] = promotions
  expect(again).toMatchObject({ amountFen: boost?.orderedFen, held: [{ kind: 'CAP', scope: 'VIDEO' }] })
  expect(tasks).toMatchObject([{ taskId: boost?.orderId, name: `seedbed ${boost?.key}` }])
  expect(tasks[0]?.budgetFen).toBe(boost?.orderedFen)
  expect(boost).toMatchObject({ planId: tasks[0]?.adId, held: null, committedFen: boost?.spentFen })
  expect(boost?.orderedFen).toBeGreaterThan(150_000)
  expect(materials).toMatchObject([{ itemId: hit?.itemId, removedAt: null }])
  // The plan pays: no cap has it.
  expect(added).toMatchObject({ planId: tasks[0]?.adId, amountFen: 0, orderedFen: 0, committedFen: 0 })
  expect(added?.spentFen).toBeGreaterThan(0)
  const starts = decisions.filter(({ action }) => action === 'START')
  expect(starts.map(({ promotionId }) => promotionId)).toEqual(promotions.map(({ id }) => id))
  expect(starts[2]?.en).toMatch(/^into the 全域 plan \d+ first, then the boost: the trial passed/)
  expect(
    calls.filter(({ call, outcome }) => call === 'ADD_BUDGET' && outcome === 'DONE').length,
  ).toBeGreaterThan(0)
  // The books of the night: the boost is the same on both sides, and what the plan pays for is in none.
  stage.now = startOfDay(dayOf(new Date(stage.now + DAY), SHANGHAI), SHANGHAI).getTime() + 5 * HOUR
  const subjectId = boost?.subjectId ?? 0
  const books = { subjectId, channels, clock: () => new Date(stage.now) }
  expect(await reconcileBooks(at(), books)).toEqual([])
})

test('where no plan carries the product it is tried over 随心推 again, with the same money', async () => {
  const { at, play, there } = await team({ sold: false })
  await stage.control('POST', 'ends', ['FINISHED', 'FINISHED'])
  await proposeFromBreakouts(at())
  await play(9 * HOUR)
  const { promotions } = await promotionsOf(at())
  expect(promotions).toMatchObject([
    { method: 'SUIXINTUI_ORDER', aim: 'TRIAL' },
    {
      method: 'SUIXINTUI_ORDER',
      aim: 'SCALE',
      amountFen: 150_000,
      hours: 6,
      planId: null,
      orderStand: 'LIVE',
    },
  ])
  expect(await there()).toEqual({ tasks: [], materials: [] })
})

test('what the caps hold back is not put into a plan, whose own money no cap bounds', async () => {
  const { at, play, boost, there } = await team({ videoFen: 40_000 })
  const id = await boost()
  await play(2 * HOUR)
  const { promotions } = await promotionsOf(at())
  const held = [{ kind: 'CAP', scope: 'VIDEO', capFen: 40_000, askedFen: 50_000 }]
  expect(promotions).toMatchObject([{ id, state: 'PROPOSED', held }])
  expect(await there()).toMatchObject({ materials: [] })
})

test("a person's boost without a plan waits and says for what", async () => {
  const { at, play, boost, rowOf, productId } = await team({ sold: false })
  const id = await boost()
  await play(HOUR)
  expect(await rowOf(id)).toMatchObject({
    state: 'PROPOSED',
    held: [{ kind: 'NO_PLACE', why: 'NO_PRODUCT' }],
  })
  // A product that no plan carries.
  await reviseElement(at(), {
    elementId: productId,
    attributes: { product: { shopProductId: '36208891425793' } },
  })
  await play(2 * HOUR)
  expect(await rowOf(id)).toMatchObject({ state: 'PROPOSED', held: [{ kind: 'NO_PLACE', why: 'NO_PLAN' }] })
  await play(3 * DAY)
  expect(await rowOf(id)).toMatchObject({ state: 'CANCELLED', stop: 'STALE', dueAt: null })
})

test('who agrees before the plan is chosen has agreed; its add takes a word of its own', async () => {
  const { at, play, boost, rowOf } = await team({ mode: 'APPROVE' })
  const id = await boost()
  const by = await person(at())
  await approvePromotion(at(), { promotionId: id, by })
  await play(MINUTE)
  expect(await rowOf(id)).toMatchObject({ state: 'PROPOSED', held: [{ kind: 'NO_PLACE', why: 'ADDING' }] })
  const added = (await promotionsOf(at())).promotions.at(-1)?.id ?? 0
  expect(await rowOf(added)).toMatchObject({ method: 'UNI_PLAN_ADD', held: [{ kind: 'CONFIRM' }] })
  await approvePromotion(at(), { promotionId: added, by })
  await play(HOUR)
  const running = await rowOf(id)
  expect(running).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE', orderedFen: 50_000 })
  // What somebody adds on the pages of the platform is committed here as well.
  const byHand = [{ taskId: running?.orderId ?? '', budgetFen: 70_000 }]
  await createQianchuanBoosts(stage.oceanengine()).setBudgets(running?.advertiserId ?? '', byHand)
  await play(20 * MINUTE)
  expect(await rowOf(id)).toMatchObject({ orderedFen: 70_000, committedFen: 70_000 })
})

test('lost answers: the video is in the plan once, the task is found by its name and made once, its budget set once', async () => {
  const { at, play, boost, rowOf, there } = await team()
  const id = await boost()
  for (const path of [
    'material/add/',
    'control_task/create/',
    'control_task/status/update/',
    'material/delete/',
  ])
    cut(path)
  await play(2 * HOUR)
  expect(await rowOf(id)).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE' })
  for (const each of (await promotionsOf(at())).promotions.filter(({ orderStand }) => orderStand === 'LIVE'))
    await stopPromotion(at(), { promotionId: each.id })
  await play(4 * HOUR)
  const { promotions, calls } = await promotionsOf(at())
  expect(promotions.map(({ state, orderStand }) => [state, orderStand])).toEqual([
    ['STOPPED', 'OVER'],
    ['STOPPED', 'OVER'],
  ])
  const { tasks, materials } = await there()
  expect(tasks).toMatchObject([
    { taskId: promotions[0]?.orderId, status: expect.stringMatching(/DISABLE|OFFLINE_TIME/) },
  ])
  expect(materials.map(({ removedAt }) => removedAt !== null)).toEqual([true])
  const settled = calls.filter(({ stage: said }) => said === 'SETTLED')
  expect(settled.map(({ call, outcome }) => `${call} ${outcome}`).sort()).toEqual([
    'CREATE DONE',
    'CREATE DONE',
    'TERMINATE DONE',
    'TERMINATE DONE',
  ])
})

test.each([
  ['CUT', 10_000, 40_000],
  ['ADD_BUDGET', 10_000, 60_000],
] as const)('%s of a boost, answered and lost, counts once', async (call, amountFen, whole) => {
  for (const lost of [false, true]) {
    const { at, play, boost, rowOf, there, channels } = await team()
    const id = await boost()
    await play(HOUR)
    const running = await rowOf(id)
    expect(running).toMatchObject({ state: 'RUNNING', orderedFen: 50_000 })
    if (!running) throw new Error('it is gone')
    const claim = randomUUID()
    const claimed = { claim, claimedUntil: new Date(stage.now + HOUR) }
    await write(at(), (tx) => tx.update(promotion).set(claimed).where(eq(promotion.id, id)))
    if (lost) cut('control_task/budget/update/')
    const tending = { ctx: at(), channels, clock: () => new Date(stage.now), claim }
    const row = await promote(tending, { ...running, ...claimed }, { call, amountFen })
    await write(at(), (tx) => tx.update(promotion).set({ claimedUntil: null }).where(eq(promotion.id, id)))
    if (lost)
      expect(row).toMatchObject({ changeCall: call, changePhase: 'RECONCILING', addingFen: amountFen })
    await play(10 * MINUTE)
    expect(await rowOf(id)).toMatchObject({
      changeCall: null,
      orderedFen: whole,
      addingFen: 0,
      committedFen: whole,
    })
    expect((await there()).tasks).toMatchObject([{ budgetFen: whole }])
  }
})
