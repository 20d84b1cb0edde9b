import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows, type Tx } from '../../db/client.ts'
import { loadTold } from '../../db/queries/money.ts'
import { importRun, outcome, subject, videoState } from '../../db/tables.ts'
import { readAdReport } from '../../flow/ad-report.ts'
import { type Context, write } from '../../flow/context.ts'
import { importOutcomes } from '../../flow/import-outcome.ts'
import { rollup } from '../../flow/rollup.ts'
import { readSales } from '../../flow/sales.ts'
import { FetchError } from '../../platforms/errors.ts'
import type { OutcomeField, Subject } from '../../platforms/exports/kinds.ts'
import type { OutcomeRow } from '../../platforms/exports/row.ts'
import type { AdLedger, AdRow } from '../../platforms/ledger.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { content, ledger, published } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
/** Of the test's now. */
const TODAY = Date.parse('2026-11-11T00:00:00+08:00')

/** What an advertiser's ads did, by day; a test changes it. */
function advertiser() {
  const days = { orders: new Map<number, AdRow[]>(), plans: new Map<number, AdRow[]>() }
  const asked: number[] = []
  const ads: AdLedger = {
    orders: async (all) => {
      asked.push(...all)
      return all.flatMap((day) => (days.orders.get(day) ?? []).map((one) => ({ ...one, day })))
    },
    plans: async (all) => all.flatMap((day) => (days.plans.get(day) ?? []).map((one) => ({ ...one, day }))),
    standard: async () => [],
  }
  return { ...days, asked, ads }
}

function row(over: Partial<AdRow>): AdRow {
  return {
    day: TODAY,
    subjectId: unique('order'),
    scopeId: '',
    itemId: null,
    spendFen: 10_000,
    gmvFen: 20_000,
    orders: 2,
    shows: 9000,
    clicks: 90,
    plays: 4000,
    roi: 2,
    quality: 'ok',
    ...over,
  }
}
const ofPlan = (itemId: string, over: Partial<AdRow> = {}) =>
  row({ subjectId: itemId, scopeId: 'plan 1', itemId, shows: null, clicks: null, plays: null, ...over })

async function scene() {
  const ctx = await t.tenant()
  const publishedAt = new Date(TODAY - 20 * DAY)
  const { videoId, itemId } = await published(ctx, await content(ctx), { publishedAt })
  const subjectId = await ledger(ctx, 'qianchuan')
  const shown = advertiser()
  const read = (at: Date = ctx.now) =>
    readAdReport({ ...ctx, now: at }, { subjectId, ads: shown.ads, clock: () => at })
  return { ctx, videoId, itemId, subjectId, read, ...shown }
}
const after = (ctx: Context, ms: number) => new Date(ctx.now.getTime() + ms)
const stateOf = async (ctx: Context, videoId: number) => {
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  return state
}
const runsOf = (ctx: Context) => write(ctx, (tx) => tx.select().from(importRun).orderBy(importRun.id))

/** A file of one kind with these rows. */
async function file(ctx: Context, kind: string, subject: Subject, given: Partial<OutcomeRow>[]) {
  const fields: OutcomeField[] = ['spend', 'gmv', 'orders', 'shows', 'plays']
  const whole = given.map((one, index) => ({
    ok: true as const,
    line: index + 2,
    row: {
      ...{
        subjectId: '1',
        scopeId: '',
        startsAt: TODAY,
        endsAt: TODAY + DAY,
        day: '2026-11-11',
        grain: 'DAY' as const,
      },
      ...{ counts: {}, extra: {}, labels: {}, quality: null },
      ...one,
    },
  }))
  await importOutcomes(ctx, {
    ...{
      file: 'test.csv',
      fingerprint: unique('print'),
      kind,
      subject,
      fields,
      skipped: () => 0,
      dryRun: false,
    },
    items: (async function* () {
      yield whole
    })(),
    onRefused: ({ reason }) => expect.fail(reason),
    onProgress: () => {},
  })
}

test('随心推 and 千川 add up; what is read again changes nothing and leaves no run on record', async () => {
  const { ctx, videoId, itemId, read, orders, plans } = await scene()
  orders.set(TODAY, [row({ subjectId: 'order 1', itemId })])
  orders.set(TODAY - 3 * DAY, [row({ subjectId: 'order 1', itemId, spendFen: 500, plays: 100, gmvFen: 0 })])
  plans.set(TODAY - DAY, [
    ofPlan(itemId, { spendFen: 6000 }),
    ofPlan(itemId, { scopeId: 'plan 2', spendFen: 0 }),
  ])
  expect(await read()).toEqual({ rows: 4, revisions: 4 })
  const state = await stateOf(ctx, videoId)
  expect(state).toMatchObject({
    spendFen: 16_500,
    paidGmvFen: 60_000,
    adShows: 18_000,
    gmvFen: null,
    orders: null,
  })
  // 6000 分 of 千川 at 2 分 a play, beside what 随心推 reports.
  expect(state).toMatchObject({ boughtPlays: 7100, boughtBy: 'ESTIMATED' })
  expect(state?.dirtyFrom).toEqual(new Date(TODAY - 3 * DAY))
  const runs = await runsOf(ctx)
  expect(runs.map(({ kind, rows, inserted, state }) => [kind, rows, inserted, state])).toEqual([
    ['suixintui', 2, 2, 'DONE'],
    ['qianchuan', 2, 2, 'DONE'],
  ])
  expect(await read(after(ctx, HOUR))).toEqual({ rows: 3, revisions: 0 })
  expect(await runsOf(ctx)).toEqual(runs)
})

test('plays that the source reports are bought as reported', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  orders.set(TODAY, [row({ itemId }), row({ itemId: null }), row({ itemId: '7000000000000000001' })])
  await read()
  expect(await stateOf(ctx, videoId)).toMatchObject({
    spendFen: 10_000,
    boughtPlays: 4000,
    boughtBy: 'REPORTED',
  })
  expect(await write(ctx, (tx) => tx.select().from(outcome))).toHaveLength(3)
})

test("where enough videos show a price, the workspace's median of it estimates the others", async () => {
  const { ctx, videoId, itemId, read, orders, plans } = await scene()
  const matrix = await content(ctx)
  const others = []
  for (let i = 0; i < 5; i++)
    others.push(await published(ctx, matrix, { publishedAt: new Date(TODAY - DAY) }))
  orders.set(
    TODAY,
    others.map((one, i) => row({ itemId: one.itemId, spendFen: (i + 1) * 1000, plays: 1000 })),
  )
  await read()
  plans.set(TODAY, [ofPlan(itemId, { spendFen: 6000 })])
  await read(after(ctx, HOUR))
  expect(await stateOf(ctx, videoId)).toMatchObject({ boughtPlays: 2000, boughtBy: 'ESTIMATED' })
})

test('a restated day is a revision; the last 14 days are asked for once a day', async () => {
  const { ctx, videoId, itemId, read, orders, asked } = await scene()
  orders.set(TODAY - 10 * DAY, [row({ subjectId: 'order 1', itemId, gmvFen: 20_000 })])
  await read()
  expect(asked).toEqual(Array.from({ length: 14 }, (_, index) => TODAY - (13 - index) * DAY))
  orders.set(TODAY - 10 * DAY, [row({ subjectId: 'order 1', itemId, gmvFen: 15_000 })])
  asked.length = 0
  await read(after(ctx, HOUR))
  expect(asked).toEqual([TODAY - DAY, TODAY])
  expect(await stateOf(ctx, videoId)).toMatchObject({ paidGmvFen: 20_000 })
  expect(await read(after(ctx, 6 * HOUR))).toEqual({ rows: 1, revisions: 1 })
  expect(await stateOf(ctx, videoId)).toMatchObject({ paidGmvFen: 15_000 })
  const before = await write(ctx, (tx) => loadTold(tx, [videoId], ctx.now))
  expect(before.get(videoId)).toMatchObject([{ source: 'suixintui', paidGmvFen: 20_000 }])
})

test('a report that breaks off writes nothing and says why', async () => {
  const { ctx, videoId, itemId, subjectId, orders, ads } = await scene()
  orders.set(TODAY, [row({ itemId })])
  const breaking = { ...ads, plans: () => Promise.reject(new FetchError('parse', 'data.list: wrong')) }
  await expect(readAdReport(ctx, { subjectId, ads: breaking, clock: () => ctx.now })).rejects.toThrow(
    'data.list',
  )
  const [failed] = await write(ctx, (tx) => tx.select().from(subject).where(eq(subject.id, subjectId)))
  expect(failed).toMatchObject({ readTo: null, failureKind: 'parse', failureText: 'data.list: wrong' })
  expect(await stateOf(ctx, videoId)).toMatchObject({ spendFen: null })
  const noRights = { ...ads, plans: () => Promise.reject(new FetchError('forbidden', 'no rights')) }
  expect(await readAdReport(ctx, { subjectId, ads: noRights, clock: () => ctx.now })).toEqual({
    rows: 1,
    revisions: 1,
  })
})

test('an outage is made up for: every day that a missed run would have read, 90 at most', async () => {
  const { ctx, read, asked } = await scene()
  await read()
  const askedAt = async (days: number) => {
    asked.length = 0
    await read(after(ctx, days * DAY))
    return [asked.length, ((asked.at(-1) ?? 0) - (asked[0] ?? 0)) / DAY + 1]
  }
  expect(await askedAt(1)).toEqual([14, 14])
  expect(await askedAt(31)).toEqual([43, 43])
  expect(await askedAt(231)).toEqual([90, 90])
})

test('what is told is known when its answers are there, and read up to when it was asked', async () => {
  const { ctx, videoId, itemId, subjectId, orders, ads } = await scene()
  orders.set(TODAY, [row({ itemId })])
  await readAdReport(ctx, { subjectId, ads, clock: () => after(ctx, 5000) })
  const saidAt = async (asOf: Date) => (await write(ctx, (tx) => loadTold(tx, [videoId], asOf))).get(videoId)
  expect(await saidAt(after(ctx, 4999))).toBeUndefined()
  expect(await saidAt(after(ctx, 5000))).toMatchObject([{ recordedAt: after(ctx, 5000) }])
  expect(await runsOf(ctx)).toMatchObject([{ startedAt: ctx.now, finishedAt: after(ctx, 5000) }])
  const [stored] = await write(ctx, (tx) => tx.select().from(subject).where(eq(subject.id, subjectId)))
  expect(stored?.readTo).toEqual(ctx.now)
})

test('an order that learns its video is its money; one that turns out to be of another counts there alone', async () => {
  const { ctx, videoId, itemId, read, orders } = await scene()
  const publishedAt = new Date(TODAY - 10 * DAY)
  const other = await published(ctx, await content(ctx), { publishedAt })
  const ofVideo = (itemId: string | null) => orders.set(TODAY, [row({ subjectId: 'order 1', itemId })])
  const spent = async () => [
    (await stateOf(ctx, other.videoId))?.spendFen,
    (await stateOf(ctx, videoId))?.spendFen,
  ]
  ofVideo(null)
  await read()
  ofVideo(other.itemId)
  expect(await read(after(ctx, 1000))).toEqual({ rows: 1, revisions: 1 })
  expect(await spent()).toEqual([10_000, null])
  await rollup(ctx)
  ofVideo(itemId)
  expect(await read(after(ctx, 2000))).toEqual({ rows: 1, revisions: 1 })
  expect(await spent()).toEqual([null, 10_000])
  // Without it other sources may count on any of its days.
  expect((await stateOf(ctx, other.videoId))?.dirtyFrom).toEqual(publishedAt)
  const before = await write(ctx, (tx) => loadTold(tx, [videoId, other.videoId], after(ctx, 1500)))
  expect([...before.keys()]).toEqual([other.videoId])
})

/** Until a session of this database waits for a lock. */
async function untilBlocked({ db }: Context): Promise<void> {
  for (;;) {
    const [seen] = await rows<{ waiting: number }>(
      db,
      sql`select count(*)::int as waiting from pg_locks join pg_stat_activity using (pid)
        where datname = current_database() and not granted`,
    )
    if (seen?.waiting) return
  }
}

test('a report waits for polls and for an exploration, and never the other way round', async () => {
  const { ctx, videoId, itemId, subjectId, read, orders, plans } = await scene()
  const other = await published(ctx, await content(ctx), { publishedAt: new Date(TODAY - 10 * DAY) })
  const shardOf = async (id: number) => (await stateOf(ctx, id))?.shard ?? 0
  const videos = [
    { shard: await shardOf(videoId), itemId },
    { shard: await shardOf(other.videoId), itemId: other.itemId },
  ]
  const [low, high] = videos.sort((a, b) => a.shard - b.shard)
  if (!low || !high) return expect.fail('two videos')
  const lock = (tx: Tx, { shard }: { shard: number }) =>
    tx.execute(
      sql`select from poll_shard where workspace_id = current_workspace() and shard = ${shard} for update`,
    )
  const against = async (first: (tx: Tx) => Promise<unknown>, second: (tx: Tx) => Promise<unknown>) => {
    const spendFen = Number(orders.get(TODAY)?.[0]?.spendFen ?? 0) + 1
    orders.set(TODAY, [row({ subjectId: 'order 1', itemId: high.itemId, spendFen })])
    plans.set(TODAY, [ofPlan(low.itemId, { spendFen })])
    let report: Promise<unknown> | undefined
    await write(ctx, async (tx) => {
      await first(tx)
      report = read()
      await untilBlocked(ctx)
      await second(tx)
    })
    expect(await report).toEqual({ rows: 2, revisions: 2 })
  }
  await against(
    (tx) => lock(tx, low),
    (tx) => lock(tx, high),
  )
  await against(
    (tx) => tx.update(subject).set({ name: 'explored' }).where(eq(subject.id, subjectId)),
    (tx) => lock(tx, low),
  )
})

test('the price of a play is looked up before polls are held up', async () => {
  const { itemId, read, orders } = await scene()
  orders.set(TODAY, [row({ itemId })])
  t.statements()
  await read()
  const sent = t.statements()
  const price = sent.findIndex((text) => text.includes('percentile_cont'))
  expect(price).toBeGreaterThan(0)
  expect(price).toBeLessThan(sent.findIndex((text) => /from poll_shard/.test(text)))
})

test('files and API of one channel do not add up: the API counts, and that they disagree is shown', async () => {
  const { ctx, videoId, itemId, read, plans } = await scene()
  await file(ctx, 'material', 'MATERIAL', [
    { subjectId: 'm1', labels: { videoId: itemId }, counts: { spend: 5000, gmv: 9000, plays: 2500 } },
  ])
  expect(await stateOf(ctx, videoId)).toMatchObject({
    spendFen: 5000,
    boughtPlays: 2500,
    boughtBy: 'REPORTED',
  })
  plans.set(TODAY, [ofPlan(itemId, { spendFen: 6000 })])
  await read()
  const state = await stateOf(ctx, videoId)
  // 3000 plays at the price of 2 分 that the file shows.
  expect(state).toMatchObject({ spendFen: 6000, boughtPlays: 3000, boughtBy: 'ESTIMATED' })
  expect(state?.dirtyFrom).toEqual(new Date(TODAY - 20 * DAY))
})

test('of overlapping periods one grain counts: a day and the week around it, an hour and its day', async () => {
  const { ctx, videoId, itemId } = await scene()
  const compass = (startsAt: number, days: number, gmv: number, over: Partial<OutcomeRow> = {}) => ({
    ...{ subjectId: itemId, startsAt, endsAt: startsAt + days * DAY, grain: 'PERIOD' as const },
    ...{ counts: { gmv, orders: 1, plays: 100 }, extra: { finishRate: 0.2, play5sRate: null } },
    ...over,
  })
  await file(ctx, 'compass', 'VIDEO', [compass(TODAY - 14 * DAY, 7, 300), compass(TODAY - 7 * DAY, 7, 700)])
  expect(await stateOf(ctx, videoId)).toMatchObject({
    gmvFen: 700,
    completionRate: 0.2,
    fiveSecondRate: null,
  })
  await file(ctx, 'compass', 'VIDEO', [
    compass(TODAY - DAY, 1, 50, { grain: 'DAY' }),
    compass(TODAY, 1, 60, { grain: 'DAY', extra: { finishRate: 0.3 }, counts: { gmv: 60, plays: 300 } }),
    compass(TODAY, 1 / 24, 9, { grain: 'HOUR' }),
  ])
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 110, orders: 1, completionRate: 0.275 })
})

test('罗盘 gives way to single orders, and both are told', async () => {
  const { ctx, videoId, itemId } = await scene()
  await file(ctx, 'compass', 'VIDEO', [{ subjectId: itemId, counts: { gmv: 1100, orders: 3 } }])
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1100, orders: 3 })
  const sold = {
    ...{ side: 'shop' as const, orderId: unique('order'), itemId, kolAccountId: null, productId: null },
    ...{ payAmountFen: 1000, settledFen: null, status: 'PAID' as const, refunded: false },
    ...{ paidAt: TODAY, updatedAt: TODAY, quality: 'ok' as const, doubt: null },
  }
  const doudian = {
    shopOrders: async function* () {
      yield sold
    },
    allianceOrders: async function* () {},
  }
  await readSales(ctx, { subjectId: await ledger(ctx, 'doudian'), doudian, clock: () => ctx.now })
  expect(await stateOf(ctx, videoId)).toMatchObject({ gmvFen: 1000, orders: 1 })
  const told = (await write(ctx, (tx) => loadTold(tx, [videoId], null))).get(videoId)
  expect(told?.map(({ source, gmvFen }) => [source, gmvFen])).toEqual([
    ['compass', 1100],
    ['sale', 1000],
  ])
})
