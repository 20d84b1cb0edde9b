/** What standard plans did on a video, as its money by day, against the simulator's books. */
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { importRun, videoDay, videoState } from '../../db/tables.ts'
import { readAdReport } from '../../flow/ad-report.ts'
import { write } from '../../flow/context.ts'
import { rollup } from '../../flow/rollup.ts'
import { FetchError } from '../../platforms/errors.ts'
import { type AdLedger, type AdRow, createAdLedger } from '../../platforms/ledger.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { dayOf, SHANGHAI } from '../../rules/zone.ts'
import { content, ledger, published } from '../support/content.ts'
import { testDatabase } from '../support/database.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const t = testDatabase()
const world = worldOf({ seed: 11, hitShare: 0.3 })
const FROM = START + 4 * DAY
const stage = stageOf(world, FROM + 2 * HOUR, { tokenLifeS: 1e9 })
const [hit] = world.videos.filter(({ nature, publishedAt }) => nature === 'hit' && publishedAt < FROM - DAY)

/** What all of them bought for the video, by the books. */
async function booked() {
  const { bought } = (await stage.truth()) as unknown as {
    bought: { itemId: string; figures: { spendFen: number; gmvFen: number } }[]
  }
  return bought.find(({ itemId }) => itemId === hit?.itemId)?.figures ?? { spendFen: 0, gmvFen: 0 }
}

test("a video's money by day has the standard plan's in it, once, beside 随心推", async () => {
  const ctx = await t.tenant(new Date(stage.now))
  const itemId = hit?.itemId ?? ''
  const awemeId = hit?.kol.awemeId ?? ''
  const { videoId } = await published(ctx, await content(ctx), {
    ...{ itemId, publishedAt: new Date(FROM - DAY) },
  })
  const subjectId = await ledger(ctx, 'qianchuan')
  const { advertiserId } = stage.simulator
  await stage.control('POST', 'ends', ['FINISHED'])
  await createSuixintui(stage.oceanengine()).create({ ...orderOn(stage), itemId, awemeId, hours: 24 })
  const made = await createQianchuanPlanWrites(stage.oceanengine()).createStandard({
    ...{ advertiserId, name: 'seedbed 1', awemeId, itemId, productId: '1', title: '好用的面霜推荐给你' },
    ...{ budgetFen: 60_000, from: stage.now, to: stage.now + DAY },
    ...{ smartBid: 'SMART_BID_CONSERVATIVE' as const, roiGoal: null },
  })
  expect(made).toMatchObject({ outcome: 'done' })
  const ads = createAdLedger(stage.oceanengine(), advertiserId)
  const read = () => {
    const now = new Date(stage.now)
    return readAdReport({ ...ctx, now }, { subjectId, ads, clock: () => now })
  }
  const days: Record<string, { spendFen: number; gmvFen: number }> = {}
  let before = { spendFen: 0, gmvFen: 0 }
  for (const at of [FROM + DAY, FROM + 2 * DAY]) {
    stage.now = at
    const sum = await booked()
    const [spendFen, gmvFen] = [sum.spendFen - before.spendFen, sum.gmvFen - before.gmvFen]
    days[dayOf(new Date(at - HOUR), SHANGHAI)] = { spendFen, gmvFen }
    before = sum
  }
  // The order ended with 200 yuan and the plan with the rest of its amount.
  expect(before.spendFen).toBeGreaterThan(60_000)
  stage.now += HOUR
  expect(await read()).toEqual({ rows: 4, revisions: 4 })
  // Yesterday and today, once more.
  expect(await read()).toEqual({ rows: 2, revisions: 0 })
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  expect(state).toMatchObject({ boughtBy: 'ESTIMATED', paidGmvFen: before.gmvFen })
  // The platform rounds each day of each order and plan to the 分.
  expect(Math.abs((state?.spendFen ?? 0) - before.spendFen)).toBeLessThanOrEqual(4)
  await rollup({ ...ctx, now: new Date(stage.now) })
  const found = await write(ctx, (tx) =>
    tx.select().from(videoDay).where(eq(videoDay.videoId, videoId)).orderBy(videoDay.day),
  )
  const shown = found.flatMap(({ day, spendFen, paidGmvFen }) =>
    spendFen === null
      ? []
      : [{ day, gmvFen: paidGmvFen, off: Math.abs(spendFen - (days[day]?.spendFen ?? 0)) }],
  )
  expect(shown.map(({ day, gmvFen }) => [day, gmvFen])).toEqual(
    Object.entries(days).map(([day, { gmvFen }]) => [day, gmvFen]),
  )
  expect(shown.every(({ off }) => off <= 2)).toBe(true)
})

const nothing: AdLedger = { orders: async () => [], plans: async () => [], standard: async () => [] }
const forbidden = () => Promise.reject(new FetchError('forbidden', 'no rights'))

test('it adds to 全域 plan by plan, in one batch with it', async () => {
  const ctx = await t.tenant(new Date(FROM + HOUR))
  const { videoId, itemId } = await published(ctx, await content(ctx), { publishedAt: new Date(FROM - DAY) })
  const subjectId = await ledger(ctx, 'qianchuan')
  const row = (scopeId: string, spendFen: number): AdRow => ({
    ...{ day: FROM, subjectId: itemId, scopeId, itemId, spendFen, gmvFen: 2 * spendFen, orders: 1 },
    ...{ shows: null, clicks: null, plays: null, roi: 2, quality: 'ok' },
  })
  const read = async (ads: AdLedger) => {
    t.statements()
    const done = await readAdReport(ctx, { subjectId, ads, clock: () => ctx.now })
    return { ...done, statements: t.statements().length }
  }
  const alone = await read({ ...nothing, plans: async () => [row('plan 1', 6000)] })
  const both: AdLedger = {
    ...{ orders: forbidden, plans: async () => [row('plan 1', 7000)] },
    standard: async () => [row('plan 2', 500)],
  }
  expect(await read(both)).toEqual({ rows: 2, revisions: 2, statements: alone.statements })
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  expect(state).toMatchObject({ spendFen: 7500, paidGmvFen: 15_000, boughtPlays: 3750, adShows: null })
  const runs = await write(ctx, (tx) => tx.select().from(importRun))
  expect(runs.map(({ kind }) => kind)).toEqual(['qianchuan', 'qianchuan'])
  expect(await read(both)).toMatchObject({ rows: 2, revisions: 0 })
  const ads = { orders: forbidden, plans: forbidden, standard: forbidden }
  await expect(read(ads)).rejects.toThrow('no rights')
})
