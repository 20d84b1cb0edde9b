import { beforeAll, expect, test } from 'vitest'
import { XINGTU_STAR_ID } from '../../platforms/simulator/xingtu.ts'
import { createXingtu, type XingtuOptions } from '../../platforms/xingtu.ts'
import type { XingtuTask } from '../../platforms/xingtu-wire.ts'
import { DAY } from '../../rules/types.ts'
import { all, kinds, START, type Stage, saying, stageOf, worldOf } from '../support/platforms.ts'

const world = worldOf({ seed: 14, kols: 8, videos: 400, hitShare: 0.08 })
const seeding = world.videos.filter((video) => video.purpose === 'SEEDING')
const stage = stageOf(world, START + 5 * DAY)
let tasks: XingtuTask[] = []

const taskOf = (itemId: string) => tasks.find((task) => task.itemId === itemId)?.taskId ?? null
const connector = (extra: Partial<XingtuOptions> = {}, client: Parameters<Stage['oceanengine']>[0] = {}) =>
  createXingtu({
    oceanengine: stage.oceanengine(client),
    starId: XINGTU_STAR_ID,
    orderOf: taskOf,
    ...extra,
  })
const facing = (data: unknown, extra: Partial<XingtuOptions> = {}) =>
  connector(extra, saying({ code: 0, message: 'OK', data }))
const refs = () => seeding.map((video) => ({ itemId: video.itemId, accountId: '' }))

beforeAll(async () => {
  tasks = await all(connector().tasks())
})

test('every order of every demand is listed once, over pages, with the video once it is out', async () => {
  expect(tasks.map((task) => task.itemId).sort()).toEqual(seeding.map((video) => video.itemId).sort())
  expect((await all(connector().demands())).map((demand) => demand.settlement)).toEqual(
    Array(3).fill('FIXED_PRICE'),
  )
  const [task] = tasks
  const video = world.video(task?.itemId ?? '')
  expect(task).toMatchObject({ releasedAt: video?.publishedAt, status: 'WAIT_EVALUATE', title: video?.title })
  stage.now = START
  const early = await all(connector().tasks())
  expect(early.filter((each) => each.itemId !== null || each.releasedAt !== null)).toEqual([])
  stage.now = START + 5 * DAY
})

test('counters come back as the world has them; a video without an order is not found', async () => {
  const stranger = world.videos.find((video) => video.purpose !== 'SEEDING')?.itemId ?? ''
  const answers = await connector().fetchCounters([...refs(), { itemId: stranger, accountId: '' }])
  expect(answers).toHaveLength(seeding.length + 1)
  for (const answer of answers) {
    if (answer.itemId === stranger) expect(answer).toMatchObject({ error: { kind: 'not_found' } })
    else
      expect(answer).toMatchObject({ counters: { ...world.counters(answer.itemId, stage.now), saves: null } })
  }
})

test('a report has price and counters, and its cpm fits them', async () => {
  const itemId = seeding[0]?.itemId ?? ''
  const report = await connector().report(taskOf(itemId) ?? '')
  const { plays = 0 } = world.counters(itemId, stage.now) ?? {}
  expect(report).toMatchObject({ quality: 'ok', doubt: null, finishRate: 0.21, counters: { plays } })
  expect(report.priceFen).toBeGreaterThanOrEqual(30_000)
  const authors = await connector().authorsOf([itemId])
  expect(authors.get(itemId)).toBe(seeding[0]?.kol.awemeId)
})

const detail = (cost: object, play = 1000) => ({
  cost_effectiveness: { cpm: 50_000, play: 1000, price: 50_000, ...cost },
  spread: { comment: 1, like: 2, play, share: 3 },
})
test.each<[string, unknown, object]>([
  ['as it should be', detail({}), { quality: 'ok', priceFen: 50_000 }],
  ['price and cpm of different units', detail({ price: 500 }), { quality: 'disputed', priceFen: 500 }],
  ['two play counts', detail({}, 2000), { quality: 'disputed' }],
  ['no price', detail({ price: null }), { quality: 'ok', priceFen: null }],
  ['no plays yet', detail({ play: 0, cpm: 0 }, 0), { quality: 'ok' }],
])('a report checks itself: %s', async (_, data, expected) => {
  expect(await facing(data).report('1')).toMatchObject(expected)
})

test('the unit of prices and the scale of rates are settings', async () => {
  const data = { ...detail({}), creative: { finish_rate: 21 } }
  const report = await facing(data, { priceUnit: 'yuan', rateScale: 100 }).report('1')
  expect(report).toMatchObject({ priceFen: 5_000_000, cpmFen: 5_000_000, finishRate: 0.21 })
})

test.each(['rate_limit', 'http_500', 'cut', 'hang', 'partial_body', 'busy'] as const)(
  'a passing fault costs a retry: %s',
  async (kind) => {
    stage.simulator.faults.add([{ kind, times: 1 }])
    const client = { timeoutMs: kind === 'hang' ? 200 : 5000 }
    expect(kinds(await connector({}, client).fetchCounters(refs()))).toEqual(['ok'])
  },
)
test.each([
  ['rate_limit', 'rate_limited'],
  ['http_500', 'network'],
  ['hang', 'timeout'],
  ['wrong_type', 'parse'],
  ['expired_token', 'auth'],
] as const)('a lasting fault is the failure of its videos: %s is %s', async (kind, expected) => {
  const client = { attempts: 1, timeoutMs: kind === 'hang' ? 50 : 5000 }
  stage.simulator.faults.add([{ kind, probability: 1 }])
  expect(kinds(await connector({}, client).fetchCounters(refs().slice(0, 3)))).toEqual([expected])
  await expect(all(connector({}, client).tasks())).rejects.toMatchObject({
    kind: expected,
  })
})

test('an id that is none is never sent', async () => {
  await expect(connector().report('x')).rejects.toMatchObject({ kind: 'rejected' })
  await expect(connector().authorsOf(['@8h='])).rejects.toMatchObject({ kind: 'rejected' })
})

test('a star_id that is not ours is forbidden', async () => {
  await expect(all(connector({ starId: '1' }).demands())).rejects.toMatchObject({ kind: 'forbidden' })
})
