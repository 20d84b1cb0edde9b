/** 标准投放: one plan for one video, from a person's word to the end of its last day. */
import { expect, test } from 'vitest'
import { approvePromotion, stopPromotion } from '../../flow/promotion.ts'
import { proposePromotion } from '../../flow/promotion-propose.ts'
import { type SetPromotionSettings, setPromotionSettings } from '../../flow/promotion-settings.ts'
import { reconcileBooks } from '../../flow/reconcile.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
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
  simulatedChannels,
} from '../support/promotions.ts'

const t = testDatabase()
const world = worldOf({ seed: 71, hitShare: 0.3 })
const accounts = Array.from({ length: 4 }, (_, nth) => String(1_700_000_000_000_001 + nth))
const stage = stageOf(world, START + 4 * DAY + 10 * HOUR, { tokenLifeS: 1e9, advertiserIds: [...accounts] })
const [hit] = world.videos.filter(
  ({ nature, publishedAt }) => nature === 'hit' && publishedAt < START + 3 * DAY,
)
const PLAN = '/open_api/v1.0/qianchuan/ad/'
const SETTINGS: Omit<SetPromotionSettings, 'by'> = {
  guard: {
    ...{ mode: 'APPROVE', twoPersonsFromFen: null },
    capsFen: { ...GUARD_DEFAULTS.capsFen, ORDER: 300_000, VIDEO: 900_000, DAY: 900_000 },
  },
  decide: { trialFen: 50_000, trialHours: 6, mostTrialFen: 100_000 },
  costs: { commissionRate: 0, returnRate: 0 },
}

async function team({ paused }: { paused: boolean }) {
  const advertiserId = accounts.shift() ?? ''
  const ctx = await t.tenant(new Date(stage.now))
  const made = await promotionTeam(ctx, world, {
    ...{ itemIds: [hit?.itemId ?? ''], advertiserId, grossMargin: 1, sold: true, settings: SETTINGS },
  })
  const channels = simulatedChannels(stage.simulator, () => stage.now, advertiserId)
  const at = () => ({ ...ctx, now: new Date(stage.now) })
  const [video] = made.videos.values()
  const videoId = video?.videoId ?? 0
  /** The brand's own 全域 plans carry every product. */
  const pauseUni = async () => {
    const question = { advertiserId, from: stage.now - DAY, to: stage.now }
    const uni = await createQianchuanPlans(stage.oceanengine()).uni(question)
    const ids = uni.map(({ adId }) => adId)
    await createQianchuanPlanWrites(stage.oceanengine()).setStatus('UNI', advertiserId, ids, 'DISABLE')
  }
  if (paused) await pauseUni()
  return {
    at,
    advertiserId,
    channels,
    pauseUni,
    play: (ms: number) =>
      playPromotions(ctx, stage, channels, { until: stage.now + ms, lookEvery: 4 * HOUR }),
    async approved(change: { amountFen?: number; hours?: number } = {}) {
      const by = await person(at())
      const input = { videoId, aim: 'SCALE', method: 'STANDARD_PLAN', by, ...change } as const
      const promotionId = await proposePromotion(at(), input)
      await approvePromotion(at(), { promotionId, by })
      return promotionId
    },
    row: async () => (await promotionsOf(at())).promotions[0],
    there: async () => {
      const { plans } = (await stage.truth()) as unknown as { plans: Made[] }
      return plans.filter((plan) => plan.advertiserId === advertiserId && plan.kind === 'STANDARD')
    },
  }
}
interface Made {
  adId: string
  kind: string
  name: string
  advertiserId: string
  schedule: { from: number; to: number }
  settings: { asked: string; budgetFen: number }[]
  figures: Record<'spendFen' | 'gmvFen' | 'orders' | 'plays' | 'clicks', number>
}
const cut = (path: string) =>
  stage.simulator.faults.add([{ kind: 'cut_after', path: `${PLAN}${path}`, times: 1 }])

test('a plan waits for the 全域 plan of its product, is sent, given more as it earns, and ends with its last day', async () => {
  const { at, play, approved, row, there, pauseUni, channels } = await team({ paused: false })
  await approved({ amountFen: 100_000, hours: 24 })
  await play(2 * HOUR)
  expect(await row()).toMatchObject({ state: 'APPROVED', held: [{ kind: 'NO_PLACE', why: 'EXCLUDED' }] })
  expect(await there()).toEqual([])
  await pauseUni()
  await play(2 * HOUR)
  const running = await row()
  expect(running).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE', held: null, committedFen: 100_000 })
  const [plan] = await there()
  expect(plan).toMatchObject({ adId: running?.orderId, name: `seedbed ${running?.key}` })
  // Sent at noon for a day: to the midnight after the next one.
  expect(plan?.schedule.to).toBe(START + 6 * DAY)
  // More of what earns takes nobody's word from here on.
  await setPromotionSettings(at(), { guard: { mode: 'AUTO' }, by: null })
  await play((plan?.schedule.to ?? 0) - MINUTE - stage.now)
  expect(await row()).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE', finalFen: null })
  await play(3 * DAY)
  const { promotions, calls, decisions } = await promotionsOf(at())
  const added = calls.filter(({ call, outcome }) => call === 'ADD_BUDGET' && outcome === 'DONE')
  expect(added.length).toBeGreaterThan(0)
  expect(decisions.filter(({ action }) => action === 'ADD_BUDGET')).toHaveLength(added.length)
  const [made, ...more] = await there()
  expect(more).toEqual([])
  expect(made?.settings.at(-1)).toMatchObject({ budgetFen: promotions[0]?.orderedFen })
  const { spendFen, gmvFen, orders, plays, clicks } = made?.figures ?? {}
  expect(promotions).toHaveLength(1)
  expect(promotions[0]).toMatchObject({
    ...{ state: 'RETIRED', orderStand: 'OVER', stop: null, dueAt: null },
    ...{ finalFen: spendFen, committedFen: spendFen, gmvFen, orders, plays, clicks },
  })
  expect(spendFen).toBeGreaterThan(100_000)
  // Nothing is left over: it spends no more, and the books of the night agree.
  stage.now = startOfDay(dayOf(new Date(stage.now + DAY), SHANGHAI), SHANGHAI).getTime() + 5 * HOUR
  expect((await there())[0]?.figures.spendFen).toBe(spendFen)
  const books = { subjectId: promotions[0]?.subjectId ?? 0, channels, clock: () => new Date(stage.now) }
  expect(await reconcileBooks(at(), books)).toEqual([])
})

test('a lost answer is found by its name, and the plan is made once; told to stop, it is paused though that answer is lost too', async () => {
  const { at, play, approved, row, there } = await team({ paused: true })
  for (const path of ['create/', 'status/update/']) cut(path)
  // The settings' money and hours: what a scale begins with, and the shortest plan.
  await approved()
  await play(3 * HOUR)
  expect(await row()).toMatchObject({ state: 'RUNNING', orderedFen: 150_000, hours: 24, deliveringAt: {} })
  await stopPromotion(at(), { promotionId: (await row())?.id ?? 0 })
  await play(2 * DAY)
  const [made, ...more] = await there()
  expect(more).toEqual([])
  expect(made?.settings.at(-1)?.asked).toBe('DISABLE')
  expect(await row()).toMatchObject({
    ...{ state: 'STOPPED', orderStand: 'OVER', stop: 'PERSON', orderId: made?.adId, dueAt: null },
    ...{ finalFen: made?.figures.spendFen, orders: made?.figures.orders },
  })
  const settled = (await promotionsOf(at())).calls.filter(({ stage: said }) => said === 'SETTLED')
  expect(settled.map(({ call, outcome }) => [call, outcome])).toEqual([
    ['CREATE', 'DONE'],
    ['TERMINATE', 'DONE'],
  ])
})

test('what somebody pauses on the pages of the platform may go on, and is over with its last day', async () => {
  const { play, approved, row, there, advertiserId } = await team({ paused: true })
  await approved({ amountFen: 50_000, hours: 24 })
  await play(3 * HOUR)
  const [made] = await there()
  const writes = createQianchuanPlanWrites(stage.oceanengine())
  await writes.setStatus('STANDARD', advertiserId, [made?.adId ?? ''], 'DISABLE')
  await play((made?.schedule.to ?? 0) - MINUTE - stage.now)
  expect(await row()).toMatchObject({ orderStand: 'LIVE', committedFen: 50_000 })
  await play(DAY)
  const spendFen = (await there())[0]?.figures.spendFen
  expect(await row()).toMatchObject({ orderStand: 'OVER', finalFen: spendFen, committedFen: spendFen })
})
