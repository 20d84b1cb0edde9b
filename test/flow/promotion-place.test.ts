/** A video in a plan: there for as long as a boost needs it, ended where the plan never delivers it, with figures of its own. */
import { expect, test } from 'vitest'
import { approvePromotion, stopPromotion } from '../../flow/promotion.ts'
import { proposePromotion } from '../../flow/promotion-propose.ts'
import type { SetPromotionSettings } from '../../flow/promotion-settings.ts'
import { tendPromotion } from '../../flow/promotion-tend.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { PromotionChannel, PromotionChannels } from '../../platforms/promotion.ts'
import { NOTHING_SPENT } from '../../platforms/promotion-qianchuan.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { testDatabase } from '../support/database.ts'
import { START, stageOf, worldOf } from '../support/platforms.ts'
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
const accounts = Array.from({ length: 12 }, (_, nth) => String(1_700_000_000_000_001 + nth))
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9, advertiserIds: [...accounts] })
const [hit] = world.videos.filter(
  ({ nature, publishedAt }) => nature === 'hit' && publishedAt < START + 3 * DAY,
)
const ADD = '/open_api/v1.0/qianchuan/uni_promotion/ad/material/add/'
interface Truth {
  plans: { advertiserId: string; materials: { removedAt: number | null }[] }[]
}

async function team(settings: Omit<SetPromotionSettings, 'by'> = {}) {
  const account = accounts.shift() ?? ''
  const ctx = await t.tenant(new Date(stage.now))
  const made = await promotionTeam(ctx, world, {
    ...{ itemIds: [hit?.itemId ?? ''], advertiserId: account, grossMargin: 1, sold: true },
    settings: { ...SPENDS, ...settings },
  })
  const [{ videoId } = { videoId: 0 }] = made.videos.values()
  const simulated = simulatedChannels(stage.simulator, () => stage.now, account)
  const at = () => ({ ...ctx, now: new Date(stage.now) })
  const play = (ms: number, channels = simulated) =>
    playPromotions(ctx, stage, channels, { until: stage.now + ms })
  const add = async () =>
    proposePromotion(at(), { videoId, aim: 'SCALE', method: 'UNI_PLAN_ADD', by: await person(at()) })
  const boost = async () =>
    proposePromotion(at(), {
      ...{ videoId, aim: 'SCALE', method: 'MATERIAL_BOOST', amountFen: 20_000, hours: 2 },
      by: await person(at()),
    })
  const rowOf = async (id: number) => {
    const row = (await promotionsOf(at())).promotions.find((each) => each.id === id)
    if (!row) throw new Error('it is gone')
    return row
  }
  const stop = (id: number) => stopPromotion(at(), { promotionId: id })
  const added = async () => (await promotionsOf(at())).promotions.filter(({ forId }) => forId !== null)
  const inPlan = async () => {
    const { plans } = (await stage.truth()) as unknown as Truth
    const own = plans.filter(({ advertiserId }) => advertiserId === account)
    return own.flatMap(({ materials }) => materials).map(({ removedAt }) => removedAt === null)
  }
  const why = async (id: number) => {
    const { decisions } = await promotionsOf(at())
    return decisions
      .filter(({ promotionId, action }) => promotionId === id && action !== 'START')
      .map(({ action, rule }) => `${action} ${rule}`)
  }
  return { at, play, add, boost, rowOf, stop, added, inPlan, why, simulated }
}

const over = (channels: PromotionChannels, change: Partial<PromotionChannel>): PromotionChannels => {
  const { UNI_PLAN_ADD } = channels
  return UNI_PLAN_ADD ? { ...channels, UNI_PLAN_ADD: { ...UNI_PLAN_ADD, ...change } } : channels
}

test('what its plan never delivers is looked at every hour, and taken out', async () => {
  const { at, play, add, rowOf, inPlan, why, simulated } = await team({ decide: { undeliveredHours: 6 } })
  const id = await add()
  const unseen: Partial<PromotionChannel> = {
    order: async (orderId, planId) => ({
      ...{ orderId, accountId: '1', itemId: hit?.itemId ?? '', amountFen: 0, hours: null, name: null },
      ...{ createdAt: null, sight: 'WAITING', adId: planId, added: { addedFen: 0, count: 0 } },
    }),
    figures: async () => NOTHING_SPENT,
  }
  await play(5 * DAY, over(simulated, unseen))
  expect(await rowOf(id)).toMatchObject({
    ...{ state: 'STOPPED', stop: 'RULE', orderStand: 'OVER', finalFen: 0, dueAt: null },
    forId: null,
  })
  expect(await inPlan()).toEqual([false])
  expect(await why(id)).toEqual(['HOLD STEADY', 'STOP NEVER_DELIVERED'])
  const looks = (await looksAt(at(), id)).map((look) => look.at.getTime())
  const apart = looks.slice(1, 7).map((instant, nth) => instant - (looks[nth] ?? 0))
  expect(apart.every((ms) => ms === HOUR)).toBe(true)
})

test.each(['taken', 'lost'] as const)(
  'a boost that is cancelled while its add was %s takes its video out again',
  async (add) => {
    const { play, boost, rowOf, stop, added, inPlan, why } = await team()
    const id = await boost()
    if (add === 'lost') stage.simulator.faults.add([{ kind: 'cut_after', path: ADD, times: 1 }])
    await play(0)
    const [before] = await added()
    expect(before).toMatchObject({ forId: id, state: add === 'lost' ? 'RECONCILING' : 'RUNNING' })
    await stop(id)
    expect(await rowOf(id)).toMatchObject({ state: 'CANCELLED' })
    await play(8 * HOUR)
    const [after] = await added()
    expect(after).toMatchObject({ state: 'STOPPED', stop: 'RULE', orderStand: 'OVER', dueAt: null })
    expect(await inPlan()).toEqual([false])
    expect((await why(after?.id ?? 0)).at(-1)).toBe('STOP NOT_NEEDED')
  },
)

test('an add that nobody agreed to yet is cancelled with its boost, and nothing is sent', async () => {
  const { at, play, boost, rowOf, stop, added, inPlan, why } = await team({
    guard: { ...SPENDS.guard, mode: 'APPROVE' },
  })
  const id = await boost()
  const by = await person(at())
  await approvePromotion(at(), { promotionId: id, by })
  await play(0)
  const [add] = await added()
  expect(add).toMatchObject({ state: 'PROPOSED', forId: id })
  await stop(id)
  // Agreed to all the same: it is asked for what it is needed before it is sent.
  await approvePromotion(at(), { promotionId: add?.id ?? 0, by })
  await play(HOUR)
  expect(await rowOf(add?.id ?? 0)).toMatchObject({ state: 'CANCELLED', stop: 'RULE', dueAt: null })
  expect(await why(add?.id ?? 0)).toEqual(['STOP NOT_NEEDED'])
  expect(await inPlan()).toEqual([])
})

test('what a boost ran on stays in its plan, and so does what another boost waits for', async () => {
  const { play, boost, rowOf, stop, added, inPlan } = await team()
  const first = await boost()
  await play(0)
  await stop(first)
  const second = await boost()
  await play(50 * MINUTE)
  expect(await rowOf(second)).toMatchObject({ state: 'RUNNING', orderStand: 'LIVE' })
  expect(await added()).toMatchObject([{ forId: first, orderStand: 'LIVE', stop: null }])
  await stop(second)
  await play(6 * HOUR)
  expect(await rowOf(second)).toMatchObject({ state: 'STOPPED', orderStand: 'OVER' })
  expect(await added()).toMatchObject([{ orderStand: 'LIVE', stop: null }])
  expect(await inPlan()).toEqual([true])
})

test('a video that is put in twice on a day counts for each time what that one did', async () => {
  const { play, add, rowOf, stop, simulated } = await team()
  const first = await add()
  await play(4 * HOUR)
  await stop(first)
  await play(3 * HOUR)
  const before = await rowOf(first)
  expect(before).toMatchObject({
    orderStand: 'OVER',
    figuresBefore: { spendFen: 0, gmvFen: 0, orders: 0, shows: null },
  })
  expect(before.spentFen).toBeGreaterThan(0)
  const second = await add()
  await play(MINUTE)
  const { spentFen: spendFen, gmvFen, orders } = before
  expect(await rowOf(second)).toMatchObject({
    figuresBefore: { spendFen, gmvFen, orders, plays: null },
    spentFen: null,
  })
  await play(3 * HOUR)
  const after = await rowOf(second)
  const { orderId, planId, createdAt, lookedAt } = after
  const question = { orderId: orderId ?? '', adId: null, createdAt: createdAt.getTime(), planId }
  const both = await simulated.UNI_PLAN_ADD?.figures(question, lookedAt?.getTime() ?? 0)
  expect(after.spentFen).toBeGreaterThan(0)
  expect(after.spentFen).toBeLessThanOrEqual((both?.spendFen ?? 0) - (spendFen ?? 0))
  expect(after.shows).toBeNull()
})

test('what was before is read for each claim, and once it may be there it stays what it was', async () => {
  const { at, play, add, rowOf, simulated } = await team()
  const id = await add()
  let spendFen = 100
  const figures = async () => ({ ...NOTHING_SPENT, spendFen })
  const error = new FetchError('rate_limited', 'not now')
  await play(0, over(simulated, { figures, create: async () => ({ outcome: 'refused', error }) }))
  expect(await rowOf(id)).toMatchObject({ state: 'APPROVED', figuresBefore: { spendFen: 100 } })
  // The next one is claimed, and whoever sends it stands still for ever.
  spendFen = 250
  stage.now += 10 * MINUTE
  const clock = () => new Date(stage.now)
  await new Promise<void>((sending) => {
    const create = () => {
      sending()
      return new Promise<never>(() => {})
    }
    const channels = over(simulated, { figures, create })
    void tendPromotion(at(), { promotionId: id, channels, clock })
  })
  expect(await rowOf(id)).toMatchObject({ state: 'SUBMITTING', figuresBefore: { spendFen: 250 } })
  spendFen = 400
  await play(30 * MINUTE, over(simulated, { figures }))
  expect(await rowOf(id)).toMatchObject({
    ...{ state: 'RUNNING', figuresBefore: { spendFen: 250 } },
    spentFen: 150,
  })
})
