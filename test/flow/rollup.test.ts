import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import postgres from 'postgres'
import { beforeAll, expect, test } from 'vitest'
import { loadLooks, loadPublished } from '../../db/queries/series.ts'
import { brandDay, videoDay, videoHour, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { dirtyWorkspaces, rollup } from '../../flow/rollup.ts'
import { bucketsOf, fill, readPoint } from '../../rules/series.ts'
import { COUNTERS, type Counters, DAY, MINUTE } from '../../rules/types.ts'
import { dayOf } from '../../rules/zone.ts'
import { counters } from '../support/connector.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'
import { type StoredLook, store } from '../support/looks.ts'

const ZONE = 'Asia/Shanghai'
const t = testDatabase()

/** Money as a test says it, in place of what the sources say. */
beforeAll(async () => {
  const owner = postgres(t.ownerUrl, { max: 1, onnotice: () => {} })
  await owner.unsafe(`
    create table test_money (video_id bigint, day date, gmv_fen bigint, primary key (video_id, day));
    grant select, insert, update, delete on test_money to seedbed_app;
    create or replace function money_by_day(video_ids bigint[], since timestamptz) returns table (
      video_id bigint, day date, spend_fen bigint, paid_gmv_fen bigint, gmv_fen bigint, orders bigint)
      language sql stable as $$
        select m.video_id, m.day, null::bigint, null::bigint, m.gmv_fen, 1::bigint from test_money m
        where m.video_id = any(video_ids) and m.day >= (since at time zone '${ZONE}')::date $$`)
  await owner.end()
})

interface Sold {
  videoId: number
  day: string
  /** null: taken back. */
  gmvFen: number | null
}
function sell(ctx: Context, sold: Sold): Promise<unknown> {
  const { videoId, day, gmvFen } = sold
  return write(ctx, async (tx) => {
    await tx.execute(sql`delete from test_money where video_id = ${videoId} and day = ${day}::date`)
    if (gmvFen !== null)
      await tx.execute(sql`insert into test_money values (${videoId}, ${day}::date, ${gmvFen})`)
    await tx.execute(sql`
      update video_state set dirty_from = least(dirty_from, ${`${day}T00:00:00+08:00`}::timestamptz)
      where video_id = ${videoId}`)
  })
}

const figures = (ctx: Context) =>
  write(ctx, async (tx) => ({
    hours: await tx.select().from(videoHour).orderBy(videoHour.videoId, videoHour.hour),
    days: await tx.select().from(videoDay).orderBy(videoDay.videoId, videoDay.day),
    brands: await tx.select().from(brandDay).orderBy(brandDay.brandId, brandDay.day),
  }))
type Figures = Awaited<ReturnType<typeof figures>>

async function rollupAll(ctx: Context, limit = 1000): Promise<void> {
  for (let after: number | null = 0; after !== null; ) after = (await rollup(ctx, { after, limit })).last
}

/** Makes all of it anew, as if there had never been any. */
async function fromScratch(ctx: Context): Promise<Figures> {
  await write(ctx, async (tx) => {
    for (const table of ['video_hour', 'video_day', 'brand_day']) {
      await tx.execute(sql`delete from ${sql.identifier(table)}`)
    }
    await tx.update(videoState).set({ dirtyFrom: new Date('2026-10-01T00:00:00Z') })
  })
  await rollupAll(ctx)
  return figures(ctx)
}

interface World {
  brandOf: ReadonlyMap<number, number>
  publishedAt: Date
}
const PUBLISHED = new Date('2026-11-02T15:50:00Z')

async function world(ctx: Context, sizes = [2, 1]): Promise<World> {
  const brandOf = new Map<number, number>()
  for (const size of sizes) {
    const matrix = await content(ctx)
    for (let nth = 0; nth < size; nth++) {
      const { videoId } = await published(ctx, matrix, { publishedAt: PUBLISHED })
      brandOf.set(videoId, matrix.brandId)
    }
  }
  await rollup(ctx)
  return { brandOf, publishedAt: PUBLISHED }
}

/** The same figures by plain loops over all looks. */
function model(world: World, looks: readonly StoredLook[], sold: readonly Sold[]) {
  const days: Record<string, unknown>[] = []
  const hours: Record<string, unknown>[] = []
  for (const [videoId, brandId] of [...world.brandOf].toSorted(([a], [b]) => a - b)) {
    const mine = looks.filter((look) => look.videoId === videoId)
    const better = (a: StoredLook, b: StoredLook) =>
      a.observedAt.getTime() - b.observedAt.getTime() ||
      Number(b.source === 'file') - Number(a.source === 'file') ||
      (a.revision ?? 0) - (b.revision ?? 0)
    const lastOf = (some: readonly StoredLook[]) => some.toSorted(better).at(-1)
    const put = (keyOf: (at: Date) => string) =>
      [...new Set(mine.map(({ observedAt }) => keyOf(observedAt)))].toSorted().map((key) => {
        const inside = mine.filter(({ observedAt }) => keyOf(observedAt) === key)
        return { key, look: lastOf(inside) as StoredLook, looks: inside.length }
      })
    for (const { key, look, looks } of put((at) => `${at.toISOString().slice(0, 13)}:00:00.000Z`)) {
      hours.push({ videoId, hour: new Date(key), observedAt: look.observedAt, ...values(look), looks })
    }
    const byDay = new Map(put((at) => dayOf(at, ZONE)).map((bucket) => [bucket.key, bucket]))
    const money = new Map(sold.filter((one) => one.videoId === videoId).map((one) => [one.day, one.gmvFen]))
    let before: Counters | null = null
    for (let day = '2026-11-01'; day < '2026-11-15'; day = dayOf(new Date(Date.parse(day) + DAY), 'UTC')) {
      const bucket = byDay.get(day)
      const gmvFen = money.get(day) ?? null
      if (!bucket && gmvFen === null) continue
      const now = bucket ? values(bucket.look) : counters(NOTHING)
      const from = before ?? (day <= '2026-11-03' ? counters(ZERO) : counters(NOTHING))
      days.push({
        videoId,
        brandId,
        day,
        observedAt: bucket?.look.observedAt ?? null,
        ...now,
        ...Object.fromEntries(COUNTERS.map((name) => [gained(name), minus(now[name], from[name])])),
        looks: bucket?.looks ?? 0,
        gmvFen,
        orders: gmvFen === null ? null : 1,
      })
      if (bucket) before = now
    }
  }
  return { hours, days }
}
const gained = (name: string) => `gained${name[0]?.toUpperCase()}${name.slice(1)}`
const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b)
const NOTHING = { plays: null, likes: null, comments: null, shares: null, saves: null }
const ZERO = { plays: 0, likes: 0, comments: 0, shares: 0, saves: 0 }
const values = ({ plays, likes, comments, shares, saves }: Partial<Counters>): Counters => ({
  plays: plays ?? null,
  likes: likes ?? null,
  comments: comments ?? null,
  shares: shares ?? null,
  saves: saves ?? null,
})

/** The sums of a brand out of its videos' days. */
function brandSums(days: Figures['days']) {
  const sums = new Map<string, Record<string, number | string | null>>()
  for (const row of days) {
    const key = `${row.brandId} ${row.day}`
    const sum = sums.get(key) ?? {
      brandId: row.brandId,
      day: row.day,
      videos: 0,
      looks: 0,
      gmvFen: null,
      orders: null,
    }
    sums.set(key, sum)
    sum.videos = Number(sum.videos) + Number(row.observedAt !== null)
    sum.looks = Number(sum.looks) + row.looks
    for (const name of ['gmvFen', 'orders', 'gainedPlays', 'gainedSaves'] as const) {
      sum[name] = row[name] === null ? (sum[name] ?? null) : Number(sum[name] ?? 0) + row[name]
    }
  }
  return [...sums.values()].toSorted(
    (a, b) => Number(a.brandId) - Number(b.brandId) || String(a.day).localeCompare(String(b.day)),
  )
}

/** Hours and days as a series answers them: what is made already, and the rest out of looks. */
async function seriesOf(ctx: Context, ids: number[]) {
  const of = (made: 'video_hour' | 'video_day', resolution: 'HOUR' | 'DAY') =>
    write(ctx, async (tx) => {
      const watched = await loadPublished(tx, ids)
      const span = { resolution, from: +PUBLISHED - DAY, to: +PUBLISHED + 10 * DAY, zone: ZONE }
      const { starts, since, until } = bucketsOf(span)
      const looks = await loadLooks(tx, watched, { since, until, made, zone: ZONE, asOf: null, limit: null })
      return ids.flatMap((id) => {
        const history = { looks: looks.get(id) ?? [], publishedAt: +PUBLISHED, zone: ZONE, money: new Map() }
        return fill(span, starts, history)
          .filter(({ look }) => look !== null)
          .map((bucket) => {
            const value = (metric: 'plays' | 'gainedPlays') => readPoint(metric, bucket, []).value
            return [id, dayOf(new Date(bucket.at), ZONE), value('plays'), value('gainedPlays')]
          })
      })
    })
  return { hours: await of('video_hour', 'HOUR'), days: await of('video_day', 'DAY') }
}

const count = fc.option(fc.nat(1000), { freq: 6 })
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      video: fc.nat(2),
      // Few instants of few days, so that hours, days and instants are met again.
      day: fc.nat(4),
      minutes: fc.constantFrom(0, 5, 59, 60, 61, 465, 480, 900, 960, 961, 1439),
      file: fc.boolean(),
      counts: fc.record({ plays: count, likes: count, comments: count, shares: count, saves: count }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sale' as const),
      video: fc.nat(2),
      day: fc.nat(6),
      gmvFen: fc.option(fc.nat(1000), { freq: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('rollup' as const), limit: fc.integer({ min: 1, max: 3 }) }),
  },
)

test('however looks, money and rollups alternate, the figures are those of one computation at the end', async () => {
  const seen = { dropped: 0, money: 0, several: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 40 }), async (steps) => {
      const ctx = await t.tenant()
      const planted = await world(ctx)
      const ids = [...planted.brandOf.keys()]
      const looks: StoredLook[] = []
      const sold = new Map<string, Sold>()
      for (const one of steps) {
        if (one.kind === 'rollup') {
          await rollupAll(ctx, one.limit)
          continue
        }
        const videoId = ids[one.video] as number
        if (one.kind === 'sale') {
          const sale = { videoId, day: `2026-11-0${one.day + 1}`, gmvFen: one.gmvFen }
          sold.set(`${videoId} ${sale.day}`, sale)
          await sell(ctx, sale)
          continue
        }
        const observedAt = new Date(PUBLISHED.getTime() + one.day * DAY + one.minutes * MINUTE)
        const source = one.file ? 'file' : 'qianchuan'
        const revision = looks.filter(
          (look) => look.videoId === videoId && +look.observedAt === +observedAt && look.source === source,
        ).length
        const look = { videoId, observedAt, source, revision, ...one.counts }
        looks.push(look)
        await store(ctx, [look])
      }
      const unfinished = await seriesOf(ctx, ids)
      await rollupAll(ctx)
      const made = await figures(ctx)
      const series = await seriesOf(ctx, ids)
      expect(series).toEqual(unfinished)
      const watched = made.days.filter(({ looks }) => looks > 0)
      expect(series.days).toEqual(
        watched.map(({ videoId, day, plays, gainedPlays }) => [videoId, day, plays, gainedPlays]),
      )
      const expected = model(planted, looks, [...sold.values()])
      expect(made.hours).toEqual(expected.hours.map((row) => expect.objectContaining(row)))
      expect(made.days).toEqual(expected.days.map((row) => expect.objectContaining(row)))
      expect(made.brands).toEqual(brandSums(made.days).map((row) => expect.objectContaining(row)))
      expect(await fromScratch(ctx)).toEqual(made)
      seen.several += Number(made.days.length > 4)
      seen.money += Number(made.days.some(({ looks }) => looks === 0))
      seen.dropped += Number([...sold.values()].some(({ gmvFen }) => gmvFen === null))
    }),
    { numRuns: 40 },
  )
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5)
}, 180_000)

test('a mark is taken off once, and what is clean is not touched', async () => {
  const ctx = await t.tenant()
  const { brandOf } = await world(ctx)
  const [first = 0, second = 0] = brandOf.keys()
  await store(
    ctx,
    [first, second].map((videoId) => ({ videoId, observedAt: PUBLISHED, plays: 10 })),
  )
  expect(await rollup(ctx)).toEqual({ videos: 2, days: 1, last: second })
  expect(await rollup(ctx)).toEqual({ videos: 0, days: 0, last: null })
  await store(ctx, [{ videoId: second, observedAt: new Date(+PUBLISHED + MINUTE), plays: 11 }])
  expect(await rollup(ctx, { after: first })).toEqual({ videos: 1, days: 1, last: second })
  const { days, brands } = await figures(ctx)
  expect(days.map(({ plays, gainedPlays }) => [plays, gainedPlays])).toEqual([
    [10, 10],
    [11, 11],
  ])
  expect(brands).toEqual([
    expect.objectContaining({ videos: 2, gainedPlays: 21, gainedLikes: null, looks: 3 }),
  ])
})

test('a first look days after the publication gains nothing that is known', async () => {
  const ctx = await t.tenant()
  const { brandOf } = await world(ctx, [1])
  const [videoId = 0] = brandOf.keys()
  const at = (day: number) => new Date(PUBLISHED.getTime() + day * DAY)
  await store(ctx, [
    { videoId, observedAt: at(2), plays: 5000 },
    { videoId, observedAt: at(4), plays: 5100 },
  ])
  await rollup(ctx)
  expect((await figures(ctx)).days.map(({ day, gainedPlays }) => [day, gainedPlays])).toEqual([
    ['2026-11-04', null],
    ['2026-11-06', 100],
  ])
  // The look at publication came late: it says what the first days brought.
  await store(ctx, [{ videoId, observedAt: at(1), plays: 4000 }])
  await rollup(ctx)
  expect((await figures(ctx)).days.map(({ gainedPlays }) => gainedPlays)).toEqual([4000, 1000, 100])
})

test('the number of statements does not depend on the number of videos', async () => {
  const ctx = await t.tenant()
  const { brandOf } = await world(ctx, [3, 3])
  const ids = [...brandOf.keys()]
  const looks = (some: number[]) => some.map((videoId) => ({ videoId, observedAt: NOW, plays: 1 }))
  await store(ctx, looks(ids.slice(0, 1)))
  const one = await statementsOf(t, () => rollup(ctx))
  await store(ctx, looks(ids.slice(1)))
  const many = await statementsOf(t, () => rollup(ctx))
  expect(many).toEqual(one)
  // begin, the workspace and commit are not its own.
  expect(one).toHaveLength(6 + 3)
})

test('a video that is being looked at is left to the next one; so is a workspace that is being rolled up', async () => {
  const ctx = await t.tenant()
  const { brandOf } = await world(ctx, [2])
  const [first = 0, second = 0] = brandOf.keys()
  await store(
    ctx,
    [first, second].map((videoId) => ({ videoId, observedAt: NOW, plays: 1 })),
  )
  await write(ctx, async (tx) => {
    await tx.execute(sql`select from video_state where video_id = ${first} for update`)
    expect(await rollup(ctx)).toEqual({ videos: 1, days: 1, last: second })
  })
  expect(await dirtyWorkspaces(ctx)).toContain(ctx.workspaceId)
  await write(ctx, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('rollup'), hashint8(current_workspace()))`)
    expect(await rollup(ctx)).toEqual({ videos: 0, days: 0, last: null })
  })
  expect(await rollup(ctx)).toEqual({ videos: 1, days: 1, last: first })
  expect(await dirtyWorkspaces(ctx)).not.toContain(ctx.workspaceId)
})
