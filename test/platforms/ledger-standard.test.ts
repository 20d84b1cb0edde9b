/** 标准投放 by video and day: plans of our own, and plans that people made with several videos. */
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type AdRow, createAdLedger } from '../../platforms/ledger.ts'
import { idSchema, wireId } from '../../platforms/oceanengine.ts'
import { createQianchuanPlans } from '../../platforms/qianchuan-plan.ts'
import { createQianchuanPlanWrites } from '../../platforms/qianchuan-plan-write.ts'
import { createQianchuanScale } from '../../platforms/qianchuan-scale.ts'
import { planFigures } from '../../platforms/simulator/orders-ledger.ts'
import { plus } from '../../platforms/simulator/orders-yield.ts'
import type { Plan } from '../../platforms/simulator/plans.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { orderOn, START, saying, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11, hitShare: 0.3 })
const accounts = ['1700000000000000001', '1700000000000000002', '1700000000000000003']
const bound = (awemeId: string) => awemeId !== world.kols[3]?.awemeId
const FROM = START + 4 * DAY
const stage = stageOf(world, FROM, { tokenLifeS: 1e9, advertiserIds: accounts, bound })
const days = [0, 1, 2].map((day) => FROM + day * DAY)
const ledger = (advertiserId: string) => createAdLedger(stage.oceanengine(), advertiserId)
const videos = world.videos.filter(({ publishedAt, kol }) => publishedAt < FROM - DAY && bound(kol.awemeId))
const [one, two, three] = videos.map(({ itemId }) => itemId)
const BASE = '/open_api/v1.0/qianchuan/'

/** What a person makes on the platform's pages: several videos, a budget for every day. */
async function byHand(advertiserId: string, name: string, itemIds: readonly (string | undefined)[]) {
  const created = await stage.oceanengine().call({
    ...{ method: 'POST', path: `${BASE}ad/create/`, account: advertiserId, effect: true },
    body: {
      ...{
        advertiser_id: wireId('id', advertiserId),
        name,
        product_ids: [1],
        marketing_goal: 'VIDEO_PROM_GOODS',
      },
      aweme_id: wireId('id', world.video(itemIds[0] ?? '')?.kol.awemeId ?? ''),
      delivery_setting: {
        ...{ budget: 1000, budget_mode: 'BUDGET_MODE_DAY', smart_bid_type: 'SMART_BID_CONSERVATIVE' },
      },
      creative_list: itemIds.map((itemId) => ({
        video_material: { aweme_item_id: wireId('id', itemId ?? '') },
      })),
    },
    data: z.object({ ad_id: idSchema }),
  })
  return created.ad_id
}

const ofVideo = (itemId: string | undefined) => ({ itemId: itemId ?? '', awemeId: awemeOf(itemId) })
const awemeOf = (itemId: string | undefined) => world.video(itemId ?? '')?.kol.awemeId ?? ''

async function own(advertiserId: string, itemId: string | undefined) {
  const made = await createQianchuanPlanWrites(stage.oceanengine()).createStandard({
    ...{ advertiserId, name: 'seedbed 1', ...ofVideo(itemId), productId: '1', title: '好用的面霜推荐给你' },
    ...{ budgetFen: 60_000, from: stage.now, to: stage.now + 2 * DAY - HOUR },
    ...{ smartBid: 'SMART_BID_CONSERVATIVE' as const, roiGoal: null },
  })
  return made.outcome === 'done' ? made.value.adId : expect.fail(JSON.stringify(made))
}

/** What the simulator booked, by plan, video and day. */
async function booked(adIds: readonly string[]) {
  const { plans } = (await stage.truth()) as unknown as { plans: Plan[] }
  return adIds.flatMap((adId) => {
    const told = plans.find((plan) => plan.adId === adId)
    if (!told) return []
    const plan = { ...told, materials: told.materials.map((each) => ({ ...each, removedAt: Infinity })) }
    return plan.materials.flatMap(({ itemId }) =>
      days.flatMap((day) => {
        const upTo = (at: number) => planFigures(world, plan, itemId, Math.min(at, stage.now))
        const { spendFen, gmvFen, orders } = plus(upTo(day + DAY), upTo(day), -1)
        return spendFen === 0 ? [] : [{ day, scopeId: adId, itemId, spendFen, gmvFen, orders }]
      }),
    )
  })
}
const told = (rows: readonly AdRow[]) =>
  rows.map(({ day, scopeId, itemId, spendFen, gmvFen, orders }) => {
    return { day, scopeId, itemId, spendFen, gmvFen, orders }
  })
const inOrder = <T extends { day: number; scopeId: string; itemId: string | null }>(rows: readonly T[]) =>
  [...rows].sort((a, b) => (`${a.scopeId}${a.itemId}${a.day}` < `${b.scopeId}${b.itemId}${b.day}` ? -1 : 1))
async function counted<T>(ask: () => Promise<T>) {
  const before = stage.calls()
  const value = await ask()
  return { value, calls: stage.calls() - before }
}

test('where nothing is standard, one question says so', async () => {
  const { value, calls } = await counted(() => ledger(accounts[0] ?? '').standard(days))
  expect({ value, calls }).toEqual({ value: [], calls: 1 })
})

test('a plan of one video is told by day in four questions, however many days', async () => {
  const [advertiserId = ''] = accounts
  stage.now = FROM + HOUR
  const adId = await own(advertiserId, one)
  stage.now = FROM + 2 * DAY - HOUR
  const { value, calls } = await counted(() => ledger(advertiserId).standard(days))
  expect(inOrder(told(value))).toEqual(inOrder(await booked([adId])))
  expect(value.map(({ day }) => day)).toEqual(days.slice(0, 2))
  expect(value[0]).toMatchObject({ subjectId: one, plays: null, shows: null, clicks: null, quality: 'ok' })
  expect(calls).toBe(4)
  // What ran before them is none of the days asked for.
  expect(await ledger(advertiserId).standard([FROM + 2 * DAY])).toEqual([])
})

test("people's plans share their money over their videos; 全域 and 随心推 on the same videos stay apart", async () => {
  const [, advertiserId = ''] = accounts
  stage.now = FROM + HOUR
  const oceanengine = stage.oceanengine()
  const alone = await own(advertiserId, one)
  const shared = await byHand(advertiserId, 'shared', [one, two, three])
  const other = await byHand(advertiserId, 'other', [two])
  const span = { advertiserId, from: FROM, to: stage.now }
  const [uni] = await createQianchuanPlans(oceanengine).uni(span)
  const added = { advertiserId, adId: uni?.adId ?? '', productId: uni?.productIds[0] ?? '', ...ofVideo(one) }
  await createQianchuanScale(oceanengine).addVideo(added)
  await stage.control('POST', 'ends', ['FINISHED'])
  await createSuixintui(oceanengine).create({ ...orderOn(stage), advertiserId, ...ofVideo(one), hours: 24 })
  stage.now = FROM + 2 * DAY + 5 * HOUR
  const { standard, plans, orders } = ledger(advertiserId)
  const rows = await standard(days)
  expect(inOrder(told(rows))).toEqual(inOrder(await booked([alone, shared, other])))
  expect(new Set(rows.map(({ itemId }) => itemId))).toEqual(new Set([one, two, three]))
  expect(new Set((await plans(days)).map(({ scopeId }) => scopeId))).toEqual(new Set([added.adId]))
  expect((await orders(days)).every(({ scopeId }) => scopeId === '')).toBe(true)
  // What an answer says twice is spent once.
  const once = [rows, await plans(days), await orders(days)]
  stage.simulator.faults.add([{ kind: 'doubled', probability: 1 }])
  const doubled = [await standard(days), await plans(days), await orders(days)]
  stage.simulator.faults.clear()
  expect(doubled.map((each) => inOrder(told(each)))).toEqual(once.map((each) => inOrder(told(each))))
})

test('a 抖音号 that took its authorisation back takes no other with it', async () => {
  const [, , advertiserId = ''] = accounts
  stage.now = FROM + HOUR
  const gone = world.videos.find(({ publishedAt, kol }) => publishedAt < FROM - DAY && !bound(kol.awemeId))
  const mixed = await byHand(advertiserId, 'mixed', [gone?.itemId, two])
  const kept = await byHand(advertiserId, 'kept', [three])
  stage.now = FROM + DAY + 5 * HOUR
  const rows = await ledger(advertiserId).standard(days)
  const all = await booked([mixed, kept])
  expect(all.some(({ itemId }) => itemId === gone?.itemId)).toBe(true)
  expect(inOrder(told(rows))).toEqual(inOrder(all.filter(({ itemId }) => itemId !== gone?.itemId)))
})

test('a day that cannot be read is no day without money', async () => {
  const row = { ad_id: 1, stat_cost: 5, stat_datetime: null }
  const answer = { code: 0, message: 'OK', data: { page_info: { total_page: 1 }, list: [row] } }
  const oceanengine = stage.oceanengine(saying(answer))
  await expect(createAdLedger(oceanengine, '1').standard(days)).rejects.toMatchObject({ kind: 'parse' })
})

test('what a plan spent on something that is no video of its list is no money of its video', async () => {
  const info = { page_info: { total_page: 1 } }
  const plan = {
    ad_id: 7,
    name: 'p',
    status: 'DELIVERY_OK',
    aweme_info: [{ aweme_id: 5 }],
    delivery_setting: {},
  }
  const metrics = (stat_cost: number) => ({ stat_cost, pay_order_amount: 2 * stat_cost })
  const day = '2026-06-05 00:00:00'
  const answers: Record<string, unknown> = {
    'report/ad/get': { ...info, list: [{ ad_id: 7, stat_datetime: day, ...metrics(100) }] },
    'v1.0/qianchuan/ad/get': { ...info, list: [plan] },
    'report/material/get': { ...info, list: [{ material_id: 8, related_ad_ids: [7], fields: metrics(60) }] },
    'file/video/aweme/get': {
      page_info: { cursor: 1, has_more: 0 },
      video_list: [{ aweme_item_id: 9, material_id: 8 }],
    },
    'report/ad/material/get': { material_info: [{ material_id: 8, metrics: metrics(60) }] },
  }
  const canned = async (url: string | URL | Request) => {
    const [, data] = Object.entries(answers).find(([path]) => String(url).includes(`/${path}/`)) ?? []
    return new Response(JSON.stringify({ code: 0, message: 'OK', data }))
  }
  const rows = await createAdLedger(stage.oceanengine({ fetch: canned }), '1').standard(days)
  expect(rows).toMatchObject([{ itemId: '9', scopeId: '7', spendFen: 6000, gmvFen: 12_000 }])
})
