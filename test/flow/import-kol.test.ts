import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importRun, kol, kolPrice, kolSnapshot } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { importKols, type KolImport } from '../../flow/import-kol.ts'
import { createKol } from '../../flow/kol.ts'
import { setTierPolicy } from '../../flow/tier.ts'
import type { KolLine, KolRow } from '../../platforms/exports/kol-row.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
const at = (days: number) => NOW.getTime() + days * DAY
const row = (name: string, over: Partial<KolRow> = {}): KolRow => ({
  accountId: null,
  name,
  showId: null,
  vertical: null,
  city: null,
  mcn: null,
  observedAt: null,
  followers: null,
  priceUpTo20s: null,
  priceFrom21To60s: null,
  priceOver60s: null,
  ...over,
})

async function run(ctx: Context, given: KolRow[], over: Partial<KolImport> = {}) {
  const lines: [number, string][] = []
  async function* items(): AsyncGenerator<KolLine[]> {
    yield given.map((one, nth) => ({ ok: true, line: nth + 2, row: one }))
  }
  const result = await importKols(ctx, {
    file: 'pool.csv',
    fingerprint: unique('print'),
    items: items(),
    skipped: () => 0,
    dryRun: false,
    onRefused: ({ line, reason }) => lines.push([line, reason]),
    onProgress: () => {},
    ...over,
  })
  return { ...result, lines }
}
/** All that a pool holds, without our own numbers and instants of recording. */
async function pool(ctx: Context) {
  const [kols, looks, prices] = await write(ctx, async (tx) => [
    await tx.select().from(kol),
    await tx.select().from(kolSnapshot),
    await tx.select().from(kolPrice),
  ])
  const shown = kols.map(({ id, workspaceId: _, createdAt: __, ...known }) => ({
    ...known,
    looks: looks
      .filter(({ kolId }) => kolId === id)
      .map(({ observedAt, followers }) => `${observedAt.toISOString()} ${followers}`)
      .sort(),
    prices: prices
      .filter(({ kolId }) => kolId === id)
      .map(({ observedAt, band, priceFen }) => `${observedAt.toISOString()} ${band} ${priceFen}`)
      .sort(),
  }))
  return shown.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

test('a list makes KOLs with history and tier; the same again, and read anew, changes nothing', async () => {
  const ctx = await t.tenant()
  const fingerprint = unique('print')
  const list = [
    row('甲', {
      accountId: '1',
      followers: 2_000_000,
      priceUpTo20s: 5_000_000,
      observedAt: at(-1),
      city: '上海',
    }),
    row('乙', { followers: 20_000, vertical: '美妆' }),
    row('丙'),
  ]
  expect(await run(ctx, list, { fingerprint })).toMatchObject({
    rows: 3,
    created: 3,
    revised: 0,
    looks: 2,
    prices: 1,
    refused: 0,
    before: null,
  })
  const made = await pool(ctx)
  expect(made).toMatchObject([
    { accountId: '1', tier: 'HEAD', city: '上海', looks: ['2026-11-10T12:00:00.000Z 2000000'] },
    { accountId: null, name: '丙', tier: null, followers: null, looks: [] },
    { name: '乙', tier: 'TAIL', vertical: '美妆', looks: ['2026-11-11T12:00:00.000Z 20000'] },
  ])
  expect(made[0]?.prices).toEqual(['2026-11-10T12:00:00.000Z UP_TO_20S 5000000'])
  expect(await run(ctx, list, { fingerprint })).toMatchObject({ rows: 0, before: NOW })
  expect(await run(ctx, list)).toMatchObject({ created: 0, revised: 0, looks: 0, prices: 0, refused: 0 })
  expect(await pool(ctx)).toEqual(made)
  expect((await write(ctx, (tx) => tx.select().from(importRun)))[0]).toMatchObject({
    kind: 'kol',
    state: 'DONE',
    inserted: 3,
  })
})

test('an older list adds history and fills gaps, but replaces nothing newer', async () => {
  const ctx = await t.tenant()
  await run(ctx, [row('甲', { accountId: '1', followers: 50_000, observedAt: at(-1), city: '上海' })])
  const old = row('旧名', {
    accountId: '1',
    followers: 9_000,
    observedAt: at(-30),
    city: '杭州',
    mcn: '无忧',
  })
  expect(await run(ctx, [old])).toMatchObject({ created: 0, revised: 1, looks: 1 })
  expect(await pool(ctx)).toMatchObject([
    { name: '甲', city: '上海', mcn: '无忧', followers: 50_000, tier: 'TAIL', looks: { length: 2 } },
  ])
  const now = row('新名', { accountId: '1', followers: 150_000, observedAt: at(0), showId: 'new' })
  await run(ctx, [now])
  expect(await pool(ctx)).toMatchObject([
    { name: '新名', showId: 'new', city: '上海', followers: 150_000, tier: 'WAIST' },
  ])
})

test('ids, names and KOLs made by hand: filled in once, refused where it cannot be said', async () => {
  const ctx = await t.tenant()
  await run(ctx, [row('甲', { followers: 5 })])
  expect(await run(ctx, [row('甲', { accountId: '1', observedAt: at(-1), followers: 4 })])).toMatchObject({
    created: 0,
    revised: 1,
  })
  await createKol(ctx, { name: '乙' })
  await createKol(ctx, { name: '乙' })
  const result = await run(ctx, [row('乙'), row('甲', { showId: 'a' }), row('甲', { showId: 'b' })])
  expect(result).toMatchObject({ created: 0, revised: 1, refused: 2 })
  expect(result.lines.map(([line, reason]) => [line, reason.slice(0, 25)])).toEqual([
    [2, 'several KOLs without an id'.slice(0, 25)],
    [4, 'the KOL of this name has the 抖音号 a'.slice(0, 25)],
  ])
  // A KOL that came with its videos is named by the first list.
  await createKol(ctx, { accountId: '77', name: '77', followers: 10 })
  await run(ctx, [row('丁', { accountId: '77', observedAt: at(-9), followers: 9 })])
  expect(await pool(ctx)).toContainEqual(expect.objectContaining({ name: '丁', followers: 10 }))
})

test('what contradicts an instant, and what lies in the future, is refused', async () => {
  const ctx = await t.tenant()
  const seen = { accountId: '1', observedAt: at(-1) }
  const list = [
    row('甲', { ...seen, followers: 5 }),
    row('甲', { ...seen, followers: 6, city: '上海' }),
    row('乙', { followers: 5, observedAt: at(1) }),
  ]
  const result = await run(ctx, list)
  expect(result).toMatchObject({ created: 1, refused: 2 })
  expect(new Map(result.lines)).toEqual(
    new Map([
      [3, 'followers 6, but a list says 5 for the same instant'],
      [4, 'seen at 2026-11-12T12:00:00.000Z, which lies in the future'],
    ]),
  )
  const price = { ...seen, priceOver60s: 5 }
  expect(await run(ctx, [row('甲', price)])).toMatchObject({ prices: 1, refused: 0 })
  expect((await run(ctx, [row('甲', { ...price, priceOver60s: 6 })])).lines[0]?.[1]).toContain('OVER_60S 6')
  expect(await pool(ctx)).toMatchObject([{ city: null, followers: 5 }])
})

test('a dry run counts the same and writes nothing', async () => {
  const ctx = await t.tenant()
  await run(ctx, [row('甲', { followers: 5 })])
  const before = await pool(ctx)
  const list = [row('甲', { accountId: '1' }), row('乙', { followers: 7, priceUpTo20s: 1 })]
  const rehearsed = await run(ctx, list, { dryRun: true })
  expect(rehearsed).toMatchObject({ created: 1, revised: 1, looks: 1, prices: 1 })
  expect(await pool(ctx)).toEqual(before)
  expect(await write(ctx, (tx) => tx.select().from(importRun))).toHaveLength(1)
  expect(await run(ctx, list)).toEqual(rehearsed)
})

test('a run that died is finished by the same list, at the instant that it began', async () => {
  const ctx = await t.tenant()
  const fingerprint = unique('print')
  const list = Array.from({ length: 5001 }, (_, n) => row(`k${n}`, { followers: n }))
  const die = () => {
    throw new Error('killed')
  }
  await expect(run(ctx, list, { fingerprint, onProgress: die })).rejects.toThrow('killed')
  const later = { ...ctx, now: new Date(at(1)) }
  expect(await run(later, list, { fingerprint })).toMatchObject({ created: 1, looks: 1, refused: 0 })
  const seen = await write(ctx, (tx) => tx.select().from(kolSnapshot))
  expect(new Set(seen.map(({ observedAt }) => observedAt.getTime()))).toEqual(new Set([NOW.getTime()]))
})

test('a batch is the same few statements whatever its size; two imports at once make nobody twice', async () => {
  const ctx = await t.tenant()
  const list = (n: number) =>
    Array.from({ length: n }, (_, k) => row(`k${k}`, { followers: k, priceUpTo20s: k }))
  const cost = (n: number) => statementsOf(t, () => run(ctx, list(n))).then((sent) => sent.length)
  expect(await cost(2)).toBe(await cost(500))
  const other = await t.tenant()
  const both = await Promise.all([run(other, list(300)), run(other, list(300).toReversed())])
  expect(both.reduce((sum, { created }) => sum + created, 0)).toBe(300)
})

test('tiers are by the policy of the day of the import', async () => {
  const ctx = await t.tenant()
  await setTierPolicy(ctx, { startsOn: '2026-11-12', head: 3, waist: 2, tail: 1 })
  await run(ctx, [row('甲', { followers: 5 })])
  expect(await pool(ctx)).toMatchObject([{ tier: 'KOC' }])
  // 00:30 of the 12th in Shanghai.
  await run({ ...ctx, now: new Date(NOW.getTime() + 4.5 * HOUR) }, [row('乙')])
  expect(await pool(ctx)).toMatchObject([{ tier: null }, { name: '甲', tier: 'HEAD' }])
})

const lists = fc.uniqueArray(
  fc.record({
    who: fc.constantFrom('A', 'B', 'A#1', 'A#2', 'B#3'),
    // Every row has an instant of its own: two lists do not contradict each other.
    day: fc.integer({ min: -60, max: -1 }),
    list: fc.boolean(),
    followers: fc.integer({ min: 1, max: 3_000_000 }),
    city: fc.option(fc.constantFrom('上海', '杭州')),
    mcn: fc.option(fc.constantFrom('x', 'y')),
    price: fc.option(fc.integer({ min: 1, max: 9 })),
  }),
  { selector: ({ day }) => day, maxLength: 10 },
)

test('two lists give the same pool in either order', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(lists, async (given) => {
      const listed = (mine: boolean) =>
        given
          .filter(({ list }) => list === mine)
          .map(({ who, day, followers, city, mcn, price }) => {
            const [name = '', accountId = null] = who.split('#')
            return row(name, { accountId, observedAt: at(day), followers, city, mcn, priceOver60s: price })
          })
      const [one, other] = [await t.tenant(), await t.tenant()]
      for (const mine of [true, false]) expect((await run(one, listed(mine))).refused).toBe(0)
      for (const mine of [false, true]) await run(other, listed(mine).toReversed())
      expect(await pool(other)).toEqual(await pool(one))
    }),
    { numRuns: 40 },
  )
})
