/** 投放 from the episode to the last 分, on the simulator. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import { approvePromotion, settlePromotion, stopPromotion } from '../../flow/promotion.ts'
import { proposeFromBreakouts, proposePromotion } from '../../flow/promotion-propose.ts'
import {
  type SetPromotionSettings,
  setKillSwitch,
  setPromotionSettings,
} from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { GUARD_DEFAULTS } from '../../rules/guard.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { dayOf, SHANGHAI, startOfDay } from '../../rules/zone.ts'
import { testDatabase } from '../support/database.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'
import {
  looksAt,
  person,
  playPromotions,
  promotionsOf,
  promotionTeam,
  SPENDS,
  simulatedChannels,
} from '../support/promotions.ts'

const t = testDatabase()
const world = worldOf({ seed: 71, hitShare: 0.3 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9, advertiserIds: accounts() })
const CREATE = '/open_api/v1.0/qianchuan/aweme/order/create/'
/** Videos that earn, none of them marked. */
const hits = world.videos.filter(({ hit, publishedAt }) => hit && publishedAt < START + 3 * DAY)
let used = 0

/** An account for each test: its wallet and quotas are its own. */
function accounts() {
  return Array.from({ length: 20 }, (_, nth) => String(1_700_000_000_000_001 + nth))
}
let account = ''
beforeAll(() => {
  stage.now = START + 4 * DAY
})
afterEach(() => {
  used++
})

const WIDE = { ORDER: 300_000, VIDEO: 500_000, DAY: 500_000 }
const EARNS: Omit<SetPromotionSettings, 'by'> = {
  ...SPENDS,
  guard: { ...SPENDS.guard, capsFen: { ...GUARD_DEFAULTS.capsFen, ...WIDE } },
  decide: { trialFen: 50_000, trialHours: 6, mostTrialFen: 100_000 },
}

/** Too little for a verdict. */
const SHORT = { trialFen: 10_000, trialHours: 6, mostTrials: 2, mostTrialFen: 20_000 }

async function team(
  videos: number,
  over: { settings?: Omit<SetPromotionSettings, 'by'>; grossMargin?: number } = {},
) {
  account = accounts()[used] ?? ''
  const ctx = await t.tenant(new Date(stage.now))
  const itemIds = hits.slice(0, videos).map(({ itemId }) => itemId)
  const made = await promotionTeam(ctx, world, { itemIds, advertiserId: account, ...over })
  const channels = simulatedChannels(stage.simulator, () => stage.now, account)
  const play = (ms?: number) =>
    playPromotions(ctx, stage, channels, ms === undefined ? {} : { until: stage.now + ms })
  const at = () => ({ ...ctx, now: new Date(stage.now) })
  const videoIds = [...made.videos.values()].map(({ videoId }) => videoId)
  return { ctx, at, play, videoIds, made }
}
const end = (...ends: string[]) => stage.control('POST', 'ends', ends)
const orders = async () => (await stage.truth()).orders

test('an episode is tried, the trial passes, and what passed is scaled for as long as it earns: one order each', async () => {
  const { at, play, made } = await team(1, {
    settings: { ...EARNS, costs: { commissionRate: 0, returnRate: 0 } },
    grossMargin: 1,
  })
  await end('FINISHED', 'FINISHED', 'FINISHED')
  const [id] = await proposeFromBreakouts(at())
  expect(await proposeFromBreakouts(at())).toEqual([])
  await play()
  const { promotions, decisions, calls } = await promotionsOf(at())
  const [trial, scale] = promotions
  const [breakout] = [...made.videos.values()].map(({ breakoutId }) => breakoutId)
  expect(trial).toMatchObject({
    id,
    aim: 'TRIAL',
    state: 'PASSED',
    orderStand: 'OVER',
    dueAt: null,
    breakoutId: breakout,
  })
  expect(trial?.committedFen).toBe(trial?.spentFen)
  expect(scale).toMatchObject({
    aim: 'SCALE',
    originId: id,
    state: 'RETIRED',
    amountFen: 150_000,
    dueAt: null,
  })
  expect(promotions.slice(2)).toMatchObject([
    {
      aim: 'SCALE',
      originId: id,
      breakoutId: breakout,
      state: 'RETIRED',
      amountFen: Math.min(scale?.orderedFen ?? 0, WIDE.ORDER),
    },
    {
      aim: 'SCALE',
      originId: id,
      state: 'CANCELLED',
      stop: 'STALE',
      held: [{ kind: 'CAP', scope: 'VIDEO' }],
    },
  ])
  const ends = decisions.filter(({ rule }) => rule === 'EARNED_TO_THE_END')
  expect(ends.map(({ promotionId, action }) => [promotionId, action])).toEqual([
    [promotions[1]?.id, 'RETIRE'],
    [promotions[2]?.id, 'START'],
    [promotions[2]?.id, 'RETIRE'],
    [promotions[3]?.id, 'START'],
  ])
  expect(
    decisions.filter(({ promotionId }) => promotionId === id).map(({ action, rule }) => [action, rule]),
  ).toEqual(
    expect.arrayContaining([
      ['START', 'READY'],
      ['HOLD', 'UNDECIDED'],
      ['PROMOTE', 'TEST_PASSED'],
    ]),
  )
  const passed = decisions.find(({ action }) => action === 'PROMOTE')
  expect(passed?.low).toBeGreaterThan(1)
  expect(passed?.en).toMatch(/the trial passed, scale it: ROI .* break-even 1, /)
  expect(
    calls.filter(({ call }) => call === 'CREATE').map(({ stage: said, outcome }) => [said, outcome]),
  ).toEqual([
    ['CLAIMED', null],
    ['ANSWERED', 'DONE'],
    ['CLAIMED', null],
    ['ANSWERED', 'DONE'],
    ['CLAIMED', null],
    ['ANSWERED', 'DONE'],
  ])
})

test.each([
  ['goes on with what the first one showed', { returnRate: 0 }, true],
  ['begins anew where the margin has moved', { returnRate: 0.1 }, false],
])('one more trial %s', async (_name, costs, goesOn) => {
  const settings = {
    ...EARNS,
    decide: { ...SHORT, trialAdd: 0 },
    costs: { commissionRate: 0, returnRate: 0 },
  }
  const { at, play } = await team(1, { settings, grossMargin: 1 })
  await end('FINISHED', 'FINISHED')
  await proposeFromBreakouts(at())
  await play(2 * HOUR)
  await setPromotionSettings(at(), { costs, by: null })
  await play(8 * HOUR)
  const [first, second] = (await promotionsOf(at())).promotions
  expect(second).toMatchObject({ aim: 'TRIAL', originId: first?.id, orderStand: 'LIVE' })
  const lastOf = async (id = 0) => (await looksAt(at(), id)).at(-1)
  const [before, after] = [(await lastOf(first?.id))?.trial, await lastOf(second?.id)]
  const own = { spendFen: after?.spentFen ?? 0, orders: after?.orders ?? 0, gmvFen: after?.gmvFen ?? 0 }
  expect(own.spendFen).toBeGreaterThan(0)
  expect(after?.trial?.earlier).toBe(goesOn ? before?.hours.length : undefined)
  const from = goesOn ? before?.last : null
  expect(after?.trial?.last).toMatchObject({
    spendFen: own.spendFen + (from?.spendFen ?? 0),
    orders: own.orders + (from?.orders ?? 0),
    gmvFen: own.gmvFen + (from?.gmvFen ?? 0),
  })
})

test('a dry run asks nothing of the platform, and what nobody sends is over in two days', async () => {
  const { at, play } = await team(1, { settings: { ...SPENDS, guard: { mode: 'DRY_RUN' } } })
  const [promotionId = 0] = await proposeFromBreakouts(at())
  const before = stage.calls()
  await play(HOUR)
  expect((await promotionsOf(at())).promotions).toMatchObject([
    { state: 'PROPOSED', held: [{ kind: 'CONFIRM' }] },
  ])
  await approvePromotion(at(), { promotionId, by: await person(at()) })
  await play(HOUR)
  expect((await promotionsOf(at())).promotions).toMatchObject([
    { state: 'APPROVED', held: [{ kind: 'DRY_RUN' }] },
  ])
  await play()
  expect((await promotionsOf(at())).promotions).toMatchObject([
    { state: 'CANCELLED', stop: 'STALE', dueAt: null },
  ])
  expect(stage.calls()).toBe(before)
})

test('from an amount on two persons agree, of whom one may have proposed it', async () => {
  const settings = { ...SPENDS, guard: { mode: 'APPROVE' as const, twoPersonsFromFen: 20_000 } }
  const { at, play, videoIds } = await team(1, { settings })
  const [first, second] = [await person(at()), await person(at())]
  const input = {
    videoId: videoIds[0] ?? 0,
    aim: 'TRIAL',
    method: 'SUIXINTUI_ORDER',
    amountFen: 20_000,
  } as const
  const promotionId = await proposePromotion(at(), { ...input, by: first })
  await expect(proposePromotion(at(), { ...input, by: first })).rejects.toThrow(/is open: end it first/)
  const state = async () => (await promotionsOf(at())).promotions[0]?.state
  await approvePromotion(at(), { promotionId, by: first })
  expect(await state()).toBe('PROPOSED')
  await expect(approvePromotion(at(), { promotionId, amountFen: 10_000, by: second })).rejects.toThrow(
    /whole order/,
  )
  await approvePromotion(at(), { promotionId, by: second })
  expect(await state()).toBe('APPROVED')
  await play(HOUR)
  expect(await state()).toBe('RUNNING')
  expect((await promotionsOf(at())).decisions[0]).toMatchObject({
    action: 'START',
    rule: 'BY_HAND',
    amountFen: 20_000,
  })
})

test('two that fit the cap one by one do not fit it together', async () => {
  const capsFen = { ORDER: 50_000, VIDEO: 50_000, DAY: 15_000, BRAND: 50_000, WORKSPACE: 50_000 }
  // Within one day, wherever the tests before have left the clock.
  stage.now = startOfDay(dayOf(new Date(stage.now + DAY), SHANGHAI), SHANGHAI).getTime() + 5 * HOUR
  const { at, play } = await team(2, { settings: { ...SPENDS, guard: { ...SPENDS.guard, capsFen } } })
  await end('FINISHED')
  await proposeFromBreakouts(at())
  await play(HOUR)
  const { promotions } = await promotionsOf(at())
  expect(promotions.map(({ orderId }) => orderId !== null).sort()).toEqual([false, true])
  expect(promotions.find(({ orderId }) => orderId === null)?.held).toEqual([
    { kind: 'CAP', scope: 'DAY', capFen: 15_000, committedFen: 10_000, askedFen: 10_000 },
  ])
})

test('a stop cancels what was not sent, and ends an order that runs', async () => {
  const { at, play } = await team(2)
  await end('FINISHED')
  const [sent = 0, late = 0] = await proposeFromBreakouts(at())
  await stopPromotion(at(), { promotionId: late })
  await play(2 * HOUR)
  await stopPromotion(at(), { promotionId: sent })
  await stopPromotion(at(), { promotionId: sent })
  await play()
  const { promotions, calls } = await promotionsOf(at())
  expect(promotions).toMatchObject([
    { state: 'STOPPED', orderStand: 'OVER', stop: 'PERSON', dueAt: null },
    { state: 'CANCELLED', orderStand: 'NONE', stop: 'PERSON', dueAt: null },
  ])
  const [ended] = promotions
  expect(ended?.finalFen).toBeLessThan(ended?.orderedFen ?? 0)
  expect(ended?.committedFen).toBe(ended?.finalFen)
  expect(calls.filter(({ call }) => call === 'TERMINATE').map(({ outcome }) => outcome)).toEqual([
    null,
    'DONE',
  ])
  await expect(stopPromotion(at(), { promotionId: late })).resolves.toBe(late)
})

test('the kill switch ends what runs, cancels what waits, and lets nothing be sent until it is off', async () => {
  const { at, play, videoIds } = await team(3)
  await end('FINISHED')
  const [running = 0] = await proposeFromBreakouts(at())
  const channels = simulatedChannels(stage.simulator, () => stage.now, account)
  await tendPromotion(at(), { promotionId: running, channels, clock: () => new Date(stage.now) })
  const by = await person(at())
  expect(await setKillSwitch(at(), { killed: true, by })).toBe(3)
  expect(await setKillSwitch(at(), { killed: true, by })).toBe(0)
  await play()
  const { promotions } = await promotionsOf(at())
  expect(promotions.map(({ state, stop }) => [state, stop])).toEqual([
    ['STOPPED', 'KILL_SWITCH'],
    ['CANCELLED', 'KILL_SWITCH'],
    ['CANCELLED', 'KILL_SWITCH'],
  ])
  const input = { videoId: videoIds[1] ?? 0, aim: 'TRIAL', method: 'SUIXINTUI_ORDER', by } as const
  const promotionId = await proposePromotion(at(), input)
  await play(HOUR)
  expect((await promotionsOf(at())).promotions.at(-1)).toMatchObject({
    id: promotionId,
    state: 'APPROVED',
    held: [{ kind: 'KILLED' }],
  })
  await end('FINISHED')
  await setKillSwitch(at(), { killed: false, by })
  await play(2 * HOUR)
  expect((await promotionsOf(at())).promotions.at(-1)).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE' })
})

test('a lost answer is looked for in the list, and the order is not sent again', async () => {
  const { at, play } = await team(2)
  await end('FINISHED', 'FINISHED')
  stage.simulator.faults.add([{ kind: 'cut_after', path: CREATE, times: 1 }])
  const made = await proposeFromBreakouts(at())
  await play(30 * MINUTE)
  const first = await promotionsOf(at())
  const lost = first.calls.filter(({ promotionId, call }) => promotionId === made[0] && call === 'CREATE')
  expect(lost.map(({ stage: said, outcome }) => [said, outcome])).toEqual([
    ['CLAIMED', null],
    ['ANSWERED', 'UNKNOWN'],
    ['SETTLED', 'DONE'],
  ])
  expect(first.promotions.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING'])
})

test('where two orders may be the one that was lost, a person says which', async () => {
  const { at, play } = await team(1)
  await end('FINISHED', 'FINISHED')
  stage.simulator.faults.add([{ kind: 'cut_after', path: CREATE, times: 1 }])
  const [promotionId = 0] = await proposeFromBreakouts(at())
  const [{ itemId, kol } = { itemId: '', kol: { awemeId: '' } }] = hits
  await play(0)
  const twin = { advertiserId: account, itemId, awemeId: kol.awemeId, amountFen: 10_000, hours: 24 }
  const byHand = await createSuixintui(stage.oceanengine()).create(orderOn(stage, twin))
  await play(HOUR)
  const { promotions, calls } = await promotionsOf(at())
  expect(promotions).toMatchObject([{ state: 'ASKING', orderId: null, committedFen: 10_000 }])
  expect(calls.at(-1)).toMatchObject({
    stage: 'SETTLED',
    outcome: 'AMBIGUOUS',
    problem: expect.stringMatching(/^SEVERAL/),
  })
  const hand = byHand.outcome === 'done' ? byHand.value.orderId : ''
  const mine = (await orders()).find(
    (order) =>
      order.itemId === itemId && order.orderId !== hand && calls.at(-1)?.problem?.includes(order.orderId),
  )
  await expect(settlePromotion(at(), { promotionId, found: 'THERE' })).rejects.toThrow(/number of the order/)
  await settlePromotion(at(), { promotionId, found: 'THERE', orderId: mine?.orderId ?? '' })
  await expect(settlePromotion(at(), { promotionId, found: 'NOT_SENT' })).rejects.toThrow(/nobody is asked/)
  await play()
  expect((await promotionsOf(at())).promotions[0]).toMatchObject({
    orderStand: 'OVER',
    orderId: mine?.orderId,
    dueAt: null,
  })
})

test('a video that cannot be judged is not proposed: the first thing that is missing is said', async () => {
  const settings = { ...SPENDS, costs: { commissionRate: 0.1, returnRate: null } }
  const { at, videoIds } = await team(1, { settings })
  expect(await proposeFromBreakouts(at())).toEqual([])
  const input = {
    videoId: videoIds[0] ?? 0,
    aim: 'TRIAL',
    method: 'SUIXINTUI_ORDER',
    by: await person(at()),
  } as const
  await expect(proposePromotion(at(), input)).rejects.toThrow(/returnRate is not known/)
  await setPromotionSettings(at(), { costs: { returnRate: 0.2 }, by: null })
  await expect(proposePromotion(at(), { ...input, amountFen: 10_500 })).rejects.toThrow(/steps of 1000/)
  await expect(proposePromotion(at(), { ...input, method: 'UNI_PLAN_ADD' })).rejects.toThrow(/aim is TRIAL/)
  await expect(proposePromotion(at(), { ...input, method: 'STANDARD_PLAN' })).rejects.toThrow(/aim is TRIAL/)
  await expect(proposePromotion(at(), { ...input, videoId: 1e12 })).rejects.toThrow(/no such video/)
})

test('an order that the review refuses spends nothing and is over', async () => {
  const { at, play } = await team(1)
  await end('OFFLINE_AUDIT')
  await proposeFromBreakouts(at())
  await play()
  const { promotions } = await promotionsOf(at())
  expect(promotions).toMatchObject([
    { state: 'REJECTED', orderStand: 'OVER', finalFen: 0, committedFen: 0, dueAt: null },
  ])
})
