import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { delivery, promotionLook, snapshot, videoDay, videoHour } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { pruneDeliveries, pruneLooks, retain } from '../../flow/retention.ts'
import { rollup } from '../../flow/rollup.ts'
import { route } from '../../flow/route.ts'
import { DAY } from '../../rules/types.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { store } from '../support/looks.ts'
import { deliveriesOf, hook, ruled, told, webhookDeps } from '../support/news.ts'
import { changed, looked, ordered } from '../support/orders.ts'
import { testReceiver } from '../support/receiver.ts'

const t = testDatabase()
const receiver = testReceiver()
const KEEP = { rawDays: 400, hourDays: 800 }
const at = (text: string) => new Date(`${text}Z`)

/** A video with a look each in a month that is long over, in one that still holds the edge, and now. */
async function old(ctx: Context, months: [string, string] = ['2025-08-31T10:00:00', '2025-10-02T10:00:00']) {
  const [gone, edge] = months
  const publishedAt = new Date(+at(gone) - DAY / 2)
  const { videoId } = await published(ctx, await content(ctx), { publishedAt })
  const looks = [at(gone), at(edge), NOW].map((observedAt, nth) => ({
    videoId,
    observedAt,
    plays: 100 + nth,
  }))
  await store(ctx, looks)
  return videoId
}

const kept = (ctx: Context) =>
  write(ctx, async (tx) => ({
    looks: (await tx.select().from(snapshot).orderBy(snapshot.observedAt)).map(({ plays }) => plays),
    hours: (await tx.select().from(videoHour).orderBy(videoHour.hour)).map(({ plays }) => plays),
    days: (await tx.select().from(videoDay).orderBy(videoDay.day)).map(({ plays, gainedPlays }) => [
      plays,
      gainedPlays,
    ]),
  }))

test('months that ended before the edge are dropped; hours stay longer, days for ever', async () => {
  const ctx = await t.tenant()
  await old(ctx)
  await rollup(ctx)
  const days = [
    [100, 100],
    [101, 1],
    [102, 1],
  ]
  expect(await retain(ctx, KEEP)).toEqual(['snapshot_2025_08', 'snapshot_2025_09'])
  expect(await kept(ctx)).toEqual({ looks: [101, 102], hours: [100, 101, 102], days })
  expect(await retain(ctx, KEEP)).toEqual([])
  // As time goes by: 400 days after the end of October 2025, and 800 after that of August.
  expect(await retain({ db: ctx.db, now: at('2026-12-06T00:00:00') }, KEEP)).toContain('snapshot_2025_10')
  expect(await retain({ db: ctx.db, now: at('2027-11-11T00:00:00') }, KEEP)).toContain('video_hour_2025_08')
  expect((await kept(ctx)).days).toEqual(days)
})

test('what is remade later keeps the days whose looks are gone', async () => {
  const ctx = await t.tenant()
  const videoId = await old(ctx, ['2025-06-15T10:00:00', '2025-10-02T10:00:00'])
  await rollup(ctx)
  await retain(ctx, KEEP)
  // A file brings an earlier look of the day that is gone, and one of a day between.
  const late = [at('2025-06-15T08:00:00'), at('2025-07-15T10:00:00')]
  await store(
    ctx,
    late.map((observedAt, nth) => ({ videoId, observedAt, plays: 50 + nth, source: 'file' })),
  )
  await rollup(ctx)
  expect((await kept(ctx)).days).toEqual([
    [100, 100],
    [51, -49],
    [101, 50],
    [102, 1],
  ])
})

test('nothing is dropped while figures of that time are to be made; then it is', async () => {
  const ctx = await t.tenant()
  await old(ctx, ['2025-05-31T10:00:00', '2025-10-02T10:00:00'])
  expect(await retain(ctx, KEEP)).toEqual([])
  await rollup(ctx)
  expect(await retain(ctx, KEEP)).toContain('snapshot_2025_05')
})

test('0 days keep for ever', async () => {
  const ctx = await t.tenant()
  await old(ctx, ['2025-04-30T10:00:00', '2025-10-02T10:00:00'])
  await rollup(ctx)
  expect(await retain(ctx, { rawDays: 0, hourDays: 0 })).toEqual([])
})

test('hours outlive the looks that they are made of, whatever is set', async () => {
  const ctx = await t.tenant()
  await old(ctx, ['2025-03-31T10:00:00', '2025-10-02T10:00:00'])
  await rollup(ctx)
  expect(await retain(ctx, { rawDays: 0, hourDays: 400 })).not.toContain('video_hour_2025_03')
})

test('the last 30 days are out of reach, whatever date and setting the program comes with', async () => {
  const ctx = await t.tenant()
  await old(ctx, ['2025-02-28T10:00:00', '2025-10-02T10:00:00'])
  await rollup(ctx)
  const now = new Date()
  const lately = new Date(now.getTime() - 20 * DAY).toISOString()
  await rows(t.database.db, sql`select ensure_snapshot_partitions(${lately}, ${lately})`)
  for (const before of [new Date(now.getTime() - 29 * DAY), new Date(now.getTime() + 4000 * DAY)]) {
    const asked = rows(t.database.db, sql`select drop_partitions('snapshot', ${before.toISOString()})`)
    await expect(asked).rejects.toMatchObject({ cause: { code: '22023' } })
  }
  const dropped = await retain({ db: ctx.db, now }, { rawDays: 1, hourDays: 1 })
  expect(dropped).toContain('snapshot_2025_02')
  expect(dropped).not.toContain(`snapshot_${lately.slice(0, 7).replace('-', '_')}`)
})

test('no other table loses anything', async () => {
  for (const parent of ['video_state', 'snapshot_2026_11', 'snapshot; drop table video']) {
    const asked = rows(t.database.db, sql`select drop_partitions(${parent}, now())`)
    await expect(asked).rejects.toMatchObject({ cause: { code: '42809' } })
  }
})

test('of an order that was over long ago the last look stays; those of the others all do', async () => {
  const now = new Date()
  const ctx = { ...(await t.tenant()), now }
  const ago = (days: number) => new Date(now.getTime() - days * DAY)
  const over = { state: 'PASSED', orderStand: 'OVER', dueAt: null, finalFen: 1 } as const
  const old = await ordered(ctx, await content(ctx), { ...over, overAt: ago(500) })
  const young = await ordered(ctx, await content(ctx), { ...over, overAt: ago(300) })
  const live = await ordered(ctx, await content(ctx), { deliveringAt: ago(500) })
  const spent = [1, 2, 3].map((spentFen) => ({ at: ago(503 - spentFen), spentFen }))
  for (const { trial } of [old, young, live]) await looked(ctx, trial.id, spent)
  const looks = async ({ trial }: typeof old) =>
    (await write(ctx, (tx) => tx.select().from(promotionLook)))
      .filter(({ promotionId }) => promotionId === trial.id)
      .map(({ spentFen }) => spentFen)
  expect(await pruneLooks(ctx, { ...KEEP, rawDays: 0 })).toBe(0)
  expect(await pruneLooks(ctx, KEEP)).toBe(2)
  expect(await pruneLooks(ctx, KEEP)).toBe(0)
  expect([await looks(old), await looks(young), await looks(live)]).toEqual([[3], [1, 2, 3], [1, 2, 3]])
  await expect(
    rows(ctx.db, sql`select prune_looks(${ago(29).toISOString()}::timestamptz)`),
  ).rejects.toMatchObject({
    cause: { code: '22023' },
  })
})

test('messages that are over go after a month, but those of what still asks, and none is told again', async () => {
  const now = new Date()
  const at = (days: number) => ({ ...ctx, now: new Date(now.getTime() - days * DAY) })
  const ctx = { ...(await t.tenant()), now }
  const made = await content(at(40))
  const { trial, videoId } = await ordered(at(40), made, {})
  const asks = {
    state: 'ASKING',
    orderStand: 'NONE',
    orderId: null,
    claimedAt: at(40).now,
    since: at(40).now,
  } as const
  await changed(ctx, trial.id, asks)
  const deps = webhookDeps(() => now.getTime())
  for (const team of ['ADS', 'CONTENT'] as const) await hook(at(41), deps, receiver, { team })
  const ruleId = await ruled(at(40))
  for (const days of [40, 32, 29]) {
    await told(at(days), ruleId, [videoId])
    await route(at(days))
  }
  const kept = async () =>
    (await deliveriesOf(ctx)).map(({ topic, createdAt }) => [topic, (+now - +createdAt) / DAY])
  expect(await kept()).toHaveLength(4)
  expect(await pruneDeliveries(ctx)).toBe(0)
  await write(ctx, (tx) => tx.update(delivery).set({ dueAt: null }))
  expect(await pruneDeliveries(ctx)).toBe(2)
  expect(await kept()).toEqual([
    ['ASKING', 40],
    ['BREAKOUT', 29],
  ])
  expect(await route(ctx)).toBe(0)
  await changed(ctx, trial.id, { state: 'RUNNING' })
  expect(await pruneDeliveries(ctx)).toBe(1)
  // However far ahead the program's clock is.
  expect(await pruneDeliveries({ ...ctx, now: new Date(now.getTime() + 400 * DAY) })).toBe(0)
})
