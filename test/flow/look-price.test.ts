/** What a look counts while there are fewer of them than are worth making. */
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { looksSince } from '../../db/queries/look-price.ts'
import { lookPrice, snapshot } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { decidePrices } from '../../flow/look-price.ts'
import { setLookCap, takeCall } from '../../flow/quota.ts'
import type { Capability, SourceInfo } from '../../platforms/connector.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

const FREE: Capability = {
  gives: ['plays'],
  freshnessMs: 0,
  batch: 1,
  callsPerSecond: null,
  callsPerDay: null,
  scope: 'app',
  costFen: 0,
}
/** Of a name that no other workspace shares. */
const sourceOf = (over: Partial<Capability>): SourceInfo => ({
  source: unique('source'),
  capability: { ...FREE, ...over },
})

/** Ten videos of the source; NOW is 20:00 in Shanghai, four hours before midnight. */
async function watched(ctx: Context, source: string): Promise<number[]> {
  const matrix = await content(ctx)
  const ids: number[] = []
  for (let nth = 0; nth < 10; nth++) ids.push((await published(ctx, matrix, { source })).videoId)
  return ids
}
/** Every one is due in half a gap, as `why` says. */
async function plan(ctx: Context, source: string, gap: number, why: object): Promise<void> {
  const at = (ms: number) => sql`${new Date(ctx.now.getTime() + ms).toISOString()}::timestamptz`
  await write(ctx, (tx) =>
    tx.execute(sql`
      update video_state set observed_at = ${at(-gap / 2)}, next_poll_at = ${at(gap / 2)}, poll_why = ${JSON.stringify(why)}
      where workspace_id = current_workspace() and source = ${source}`),
  )
}
const worth = (costFen: number) => ({ kind: 'WORTH', costFen })
async function take(ctx: Context, { source, capability }: SourceInfo, times: number): Promise<void> {
  const asked = { source, scope: 'app', limits: capability, urgent: false, maxWaitMs: 0 }
  for (let nth = 0; nth < times; nth++) await takeCall(ctx, asked)
}
const later = (ctx: Context, ms: number) => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })

test('more looks are due than the quota has left: the price at which they fit', async () => {
  const ctx = await t.tenant()
  const source = sourceOf({ callsPerDay: 25, costFen: 1 })
  await watched(ctx, source.source)
  // Four looks each in four hours, 40 together; 20 of 25 calls are not reserved.
  await plan(ctx, source.source, HOUR, worth(1))
  expect(await decidePrices(ctx, { sources: [source] })).toEqual([{ source: source.source, priceFen: 4 }])
  expect(await write(ctx, (tx) => tx.select().from(lookPrice))).toMatchObject([
    { priceFen: 4, decidedAt: NOW },
  ])

  const soon = later(ctx, 9 * MINUTE)
  expect(await decidePrices(soon, { sources: [source] })).toEqual([])
  // Planned anew at that price half as many are due, and the price stands.
  await plan(ctx, source.source, 2 * HOUR, worth(4))
  const again = await decidePrices(later(ctx, 10 * MINUTE), { sources: [source] })
  expect(again).toEqual([{ source: source.source, priceFen: 4 }])
  // Ten of the calls are gone: as many looks on half the calls.
  await take(later(ctx, 10 * MINUTE), source, 10)
  const less = await decidePrices(later(ctx, 20 * MINUTE), { sources: [source] })
  expect(less).toEqual([{ source: source.source, priceFen: 16 }])
})

test('looks that are due at any price come first, and without a look left it has no end', async () => {
  const ctx = await t.tenant()
  const source = sourceOf({ callsPerDay: 25 })
  const [first] = await watched(ctx, source.source)
  await plan(ctx, source.source, HOUR, { kind: 'CYCLE', minutes: 60 })
  await write(ctx, (tx) =>
    tx.execute(sql`update video_state set poll_why = ${JSON.stringify(worth(0))}
      where workspace_id = current_workspace() and video_id = ${first}`),
  )
  expect(await decidePrices(ctx, { sources: [source] })).toEqual([
    { source: source.source, priceFen: Number.POSITIVE_INFINITY },
  ])
  expect(await write(ctx, (tx) => tx.select().from(lookPrice))).toMatchObject([
    { priceFen: Number.POSITIVE_INFINITY },
  ])
})

test('a cap ends looks as a quota does, over all that was spent', async () => {
  const ctx = await t.tenant()
  const source = sourceOf({ costFen: 5 })
  const other = sourceOf({ costFen: 50 })
  await watched(ctx, source.source)
  await plan(ctx, source.source, HOUR, worth(5))
  const uncapped = await decidePrices(ctx, { sources: [source] })
  expect(uncapped).toEqual([{ source: source.source, priceFen: 5 }])
  await take(ctx, other, 1)
  // 100 of 150 are left for 40 looks at 5.
  await setLookCap(ctx, { capFen: 150 })
  const capped = await decidePrices(later(ctx, HOUR / 6), { sources: [source] })
  expect(capped).toEqual([{ source: source.source, priceFen: 20 }])
})

test('what a call brings is learnt from the calls of the day', async () => {
  const ctx = await t.tenant()
  const source = sourceOf({ costFen: 6, batch: 50 })
  const videoIds = await watched(ctx, source.source)
  await plan(ctx, source.source, HOUR, worth(1))
  expect(await decidePrices(ctx, { sources: [source] })).toMatchObject([{ priceFen: 6 / 50 }])
  await take(ctx, source, 20)
  await t.database.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-11-30Z')`)
  await write(ctx, (tx) =>
    tx.insert(snapshot).values(
      videoIds.flatMap((videoId) =>
        [1, 2, 3, 4].map((nth) => ({
          videoId,
          source: source.source,
          observedAt: new Date(NOW.getTime() - nth * MINUTE),
          recordedAt: NOW,
        })),
      ),
    ),
  )
  // Two looks a call.
  const learnt = await decidePrices(later(ctx, HOUR / 6), { sources: [source] })
  expect(learnt).toMatchObject([{ priceFen: 3 }])
})

test('looks are counted of a sample, and stand for all', async () => {
  const ctx = await t.tenant()
  const source = unique('source')
  const videoIds = await watched(ctx, source)
  await plan(ctx, source, HOUR, worth(1))
  await t.database.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-11-30Z')`)
  const looks = videoIds.flatMap((videoId, at) =>
    Array.from({ length: at + 1 }, (_, nth) => ({
      videoId,
      source,
      observedAt: new Date(NOW.getTime() - nth * MINUTE),
      recordedAt: NOW,
    })),
  )
  await write(ctx, (tx) => tx.insert(snapshot).values(looks))
  const since = (ms: number, most?: number) =>
    write(ctx, (tx) => looksSince(tx, source, new Date(NOW.getTime() - ms), most))
  expect(await since(HOUR)).toBe(55)
  const one = await since(HOUR, 1)
  expect(one % 10).toBe(0)
  expect(await since(HOUR, 1)).toBe(one)
  expect(await since(0)).toBe(0)
})

test('a source without limit and cost has no price, and one workspace decides nothing for another', async () => {
  const [ctx, other] = [await t.tenant(), await t.tenant()]
  const source = sourceOf({ callsPerDay: 25 })
  expect(await decidePrices(ctx, { sources: [sourceOf({})] })).toEqual([])
  expect(await decidePrices(ctx, { sources: [source] })).toEqual([{ source: source.source, priceFen: 0 }])
  expect(await write(other, (tx) => tx.select().from(lookPrice))).toEqual([])
})
