import { expect, test } from 'vitest'
import { createQianchuanAccount } from '../../platforms/qianchuan-account.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import type { OrderInput } from '../../platforms/suixintui-rules.ts'
import { CLOSED_STATUSES, ORDER_STATUSES } from '../../platforms/suixintui-wire.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 11 })
const stage = stageOf(world, START + 4 * DAY, { tokenLifeS: 1e9 })
const suixintui = () => createSuixintui(stage.oceanengine())
const advertiserId = () => stage.simulator.advertiserId
const wallet = () => createQianchuanAccount(stage.oceanengine()).wallet(advertiserId())
const AMOUNT = 50_000
/** Every status that a test of this file has met. */
const met = new Set<string>()

/** A new order on a day of its own that ends as asked for. */
async function make(end: string, change: Partial<OrderInput> = {}) {
  stage.now += 3 * DAY
  await stage.control('POST', 'ends', [end])
  const made = await suixintui().create(orderOn(stage, change))
  if (made.outcome !== 'done') throw new Error(JSON.stringify(made))
  return made.value.orderId
}
async function look(orderId: string) {
  const detail = await suixintui().order(advertiserId(), orderId)
  met.add(detail.status)
  const { totalFen, validFen, heldForOrdersFen } = await wallet()
  expect((validFen ?? 0) + (heldForOrdersFen ?? 0)).toBe(totalFen)
  return { ...detail, totalFen: totalFen ?? 0, heldFen: heldForOrdersFen }
}
/** Statuses one after the other, with the money that is held meanwhile. */
async function run(orderId: string, ages: number[]) {
  const from = stage.now
  const seen: [string, number | null][] = []
  for (const age of ages) {
    stage.now = from + age
    const { status, heldFen } = await look(orderId)
    seen.push([status, heldFen])
  }
  return seen
}
const LIVE = {
  goal: 'LIVE_PROM_GOODS',
  liveHeat: 'BY_VIDEO',
  externalAction: 'AD_CONVERT_TYPE_LIVE_HEAT',
} as const

test.each<[string, number[], [string, number][]]>([
  [
    'TIMEOUT',
    [0, 15 * MINUTE - 1, 15 * MINUTE, DAY],
    [
      ['UNPAID', 0],
      ['UNPAID', 0],
      ['TIMEOUT', 0],
      ['TIMEOUT', 0],
    ],
  ],
  [
    'UNPAIDCANCEL',
    [0, 5 * MINUTE, DAY],
    [
      ['UNPAID', 0],
      ['UNPAIDCANCEL', 0],
      ['UNPAIDCANCEL', 0],
    ],
  ],
  [
    'FAILED',
    [0, 9000, MINUTE, DAY],
    [
      ['UNPAID', 0],
      ['CREATING', AMOUNT],
      ['FAILED', 0],
      ['FAILED', 0],
    ],
  ],
  [
    'OFFLINE_AUDIT',
    [9000, MINUTE, 31 * MINUTE, DAY],
    [
      ['CREATING', AMOUNT],
      ['AUDIT', AMOUNT],
      ['OFFLINE_AUDIT', 0],
      ['OFFLINE_AUDIT', 0],
    ],
  ],
])('%s holds the money only while it is paid for, and spends none of it', async (end, ages, path) => {
  const before = (await wallet()).totalFen
  const orderId = await make(end)
  expect(await run(orderId, ages)).toEqual(path)
  const { totalFen, adId, auditReasons } = await look(orderId)
  expect(totalFen).toBe(before)
  expect(adId === null).toBe(end === 'TIMEOUT' || end === 'UNPAIDCANCEL')
  expect(auditReasons.length > 0).toBe(end === 'OFFLINE_AUDIT')
  const added = { advertiserId: advertiserId(), orderId, goal: 'VIDEO_PROM_GOODS' as const }
  expect(await suixintui().addBudget({ ...added, addFen: 1000, addTime: 1 })).toMatchObject({
    outcome: 'refused',
  })
  expect(await suixintui().terminate(advertiserId(), orderId)).toMatchObject({ outcome: 'refused' })
  expect((await suixintui().quota(advertiserId())).used).toBe(0)
})

test.each([
  ['FINISHED', AMOUNT, AMOUNT],
  ['OVER', AMOUNT * 0.3, AMOUNT * 0.8],
] as const)('%s has spent what it spent, and the rest is free', async (end, least, most) => {
  const before = (await wallet()).totalFen ?? 0
  const orderId = await make(end)
  const from = stage.now
  expect((await run(orderId, [40 * MINUTE, 7 * HOUR])).map(([status]) => status)).toEqual([
    'DELIVERY_OK',
    end,
  ])
  const { totalFen, heldFen, adId } = await look(orderId)
  const fen = before - totalFen
  expect(fen).toBeGreaterThanOrEqual(least)
  expect(fen).toBeLessThanOrEqual(most)
  expect(heldFen).toBe(0)
  const question = { advertiserId: advertiserId(), goal: 'VIDEO_PROM_GOODS' as const, adIds: [adId ?? ''] }
  const rows = await suixintui().report({ ...question, from, to: stage.now })
  expect(rows).toMatchObject([{ orderId, spendFen: fen }])
})

test('BOOK: an order for a live room waits for the room, is listed and reported under its own goal', async () => {
  const host = world.videos.find((each) => each.nature === 'hit')?.kol
  const opens = (host?.habitHour ?? 0) * HOUR
  stage.now = START + 60 * DAY + opens - 2 * HOUR - 3 * DAY
  const orderId = await make('FINISHED', { ...LIVE, hours: 2 })
  const from = stage.now
  expect(await run(orderId, [HOUR, 2 * HOUR - 1, 2 * HOUR])).toEqual([
    ['BOOK', AMOUNT],
    ['BOOK', AMOUNT],
    ['DELIVERY_OK', AMOUNT],
  ])
  const renewal = { advertiserId: advertiserId(), orderId, goal: 'LIVE_PROM_GOODS' as const }
  expect(await suixintui().addBudget({ ...renewal, addFen: 10_000, addTime: 0.5 })).toMatchObject({
    outcome: 'done',
  })
  stage.now = from + 4.5 * HOUR
  const { status, adId } = await look(orderId)
  expect(status).toBe('FINISHED')
  const span = { advertiserId: advertiserId(), from, to: stage.now }
  for (const [goal, found] of [
    ['LIVE_PROM_GOODS', [orderId]],
    ['VIDEO_PROM_GOODS', []],
  ] as const) {
    const { orders } = await suixintui().orders({ ...span, goal })
    expect(orders.map((each) => each.orderId)).toEqual(found)
    const rows = await suixintui().report({ ...span, goal, adIds: [adId ?? ''] })
    expect(rows.map(({ spendFen }) => spendFen)).toEqual(found.map(() => AMOUNT + 10_000))
  }
})

test('an order for a room that is open is delivered after its review; one that waits can be ended for free', async () => {
  const opens = (world.videos.find((each) => each.nature === 'hit')?.kol.habitHour ?? 0) * HOUR
  stage.now = START + 80 * DAY + opens + HOUR - 3 * DAY
  const open = await make('FINISHED', { ...LIVE, hours: 0.5 })
  expect((await run(open, [31 * MINUTE])).map(([status]) => status)).toEqual(['DELIVERY_OK'])
  stage.now += 4 * HOUR
  const before = (await wallet()).totalFen
  const waiting = await make('FINISHED', { ...LIVE, hours: 0.5 })
  expect(await run(waiting, [31 * MINUTE])).toEqual([['BOOK', AMOUNT]])
  expect(await suixintui().terminate(advertiserId(), waiting)).toMatchObject({ outcome: 'done' })
  expect(await look(waiting)).toMatchObject({ status: 'FROZEN', heldFen: 0, totalFen: before })
})

test('three ends a day are the quota: the fourth is refused and its order runs on, until the next day', async () => {
  stage.now = START + 100 * DAY
  const ids: string[] = []
  for (let i = 0; i < 4; i++) {
    await stage.control('POST', 'ends', ['FINISHED'])
    const made = await suixintui().create(orderOn(stage, { hours: 72 }))
    ids.push(made.outcome === 'done' ? made.value.orderId : '')
  }
  expect(await suixintui().terminate(advertiserId(), ids[0] ?? '')).toMatchObject({ outcome: 'refused' })
  stage.now += HOUR
  const before = (await wallet()).totalFen ?? 0
  for (const [index, orderId] of ids.slice(0, 3).entries()) {
    expect(await suixintui().terminate(advertiserId(), orderId)).toMatchObject({
      value: { terminated: true, terminations: { most: 3, used: index + 1 } },
    })
  }
  const [first = '', , , fourth = ''] = ids
  expect(await suixintui().terminate(advertiserId(), fourth)).toMatchObject({
    outcome: 'refused',
    error: { code: 40001 },
  })
  expect((await suixintui().quota(advertiserId())).terminations).toEqual({ most: 3, used: 3 })
  expect((await look(fourth)).status).toBe('DELIVERY_OK')
  const spentBy = async () =>
    (await stage.truth()).orders.find((each) => each.orderId === first)?.figures.spendFen
  const spent = await spentBy()
  stage.now += DAY
  expect([(await look(first)).status, await spentBy()]).toEqual(['FROZEN', spent])
  expect((await suixintui().quota(advertiserId())).terminations).toEqual({ most: 3, used: 0 })
  expect(await suixintui().terminate(advertiserId(), fourth)).toMatchObject({
    value: { terminations: { used: 1 } },
  })
  const after = await look(fourth)
  expect([after.status, after.heldFen]).toEqual(['FROZEN', 0])
  expect(after.totalFen).toBeLessThan(before)
})

test('money that an unpaid order will take cannot be promised twice', async () => {
  stage.now = START + 120 * DAY
  const free = (await wallet()).validFen ?? 0
  const most = Math.floor(free / 1000) * 1000
  await stage.control('POST', 'ends', ['TIMEOUT'])
  const amounts = { amountFen: most, hours: 120 }
  expect(await suixintui().create(orderOn(stage, amounts))).toMatchObject({ outcome: 'done' })
  expect((await wallet()).validFen).toBe(free)
  expect(await suixintui().create(orderOn(stage, amounts))).toMatchObject({ error: { code: 40200 } })
  stage.now += 15 * MINUTE
  await stage.control('POST', 'ends', ['TIMEOUT'])
  expect(await suixintui().create(orderOn(stage, amounts))).toMatchObject({ outcome: 'done' })
})

test('the list filters by status; the stage door refuses an end that is none', async () => {
  const filter = { advertiserId: advertiserId(), goal: 'VIDEO_PROM_GOODS' as const }
  const span = { from: START, to: START + 99 * DAY }
  const { orders } = await suixintui().orders({ ...filter, ...span, status: 'TIMEOUT' })
  expect(orders.map(({ status }) => status)).toEqual(['TIMEOUT'])
  expect((await stage.control('POST', 'ends', ['BOOK'])).status).toBe(400)
})

test('every status of the documents was met above, the final ones among them', () => {
  expect([...met].sort()).toEqual([...ORDER_STATUSES].sort())
  expect([...CLOSED_STATUSES].every((status) => met.has(status))).toBe(true)
})
