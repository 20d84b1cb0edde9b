import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { kol, kolSnapshot, tierPolicy, video } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveKol, createKol, reviseKol, setKolPrice } from '../../flow/kol.ts'
import { applyTierPolicy, dueTierPolicies, setTierPolicy } from '../../flow/tier.ts'
import { DEFAULT_TIER_POLICY, tierOf } from '../../rules/tier.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { content, itemId, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
const later = (ctx: Context, ms: number): Context => ({ ...ctx, now: new Date(ctx.now.getTime() + ms) })
const one = async (ctx: Context, kolId: number) =>
  (await write(ctx, (tx) => tx.select().from(kol).where(eq(kol.id, kolId))))[0]
const make = (ctx: Context, followers?: number, tier?: 'HEAD') =>
  createKol(ctx, { accountId: itemId(), name: unique('kol'), followers, tier })
const OWN = { head: 5_000_000, waist: 500_000, tail: 50_000 }

test('SQL and rules agree at every border', async () => {
  const ctx = await t.tenant()
  const counts = [0, 9_999, 10_000, 49_999, 50_000, 99_999, 100_000, 500_000, 999_999, 1_000_000, 5_000_000]
  const ids = await Promise.all(counts.map((followers) => make(ctx, followers)))
  const expectAll = async (policy: typeof OWN) => {
    for (const [nth, id] of ids.entries()) {
      expect((await one(ctx, id))?.tier).toBe(tierOf(counts[nth] ?? null, policy, null))
    }
  }
  await expectAll(DEFAULT_TIER_POLICY)
  await setTierPolicy(ctx, { startsOn: '2026-11-01', ...OWN })
  await expectAll(OWN)
})

test('unknown followers have no tier; an override stands until it is cleared', async () => {
  const ctx = await t.tenant()
  const unknown = await make(ctx)
  const forced = await make(ctx, 5, 'HEAD')
  expect(await one(ctx, unknown)).toMatchObject({ tier: null, followers: null })
  expect(await one(ctx, forced)).toMatchObject({ tier: 'HEAD', tierOverride: 'HEAD', followers: 5 })
  await setTierPolicy(ctx, { startsOn: '2026-11-01', ...OWN })
  expect((await one(ctx, forced))?.tier).toBe('HEAD')
  await reviseKol(later(ctx, 1000), { kolId: forced, followers: 600_000 })
  expect(await one(ctx, forced)).toMatchObject({ tier: 'HEAD', followers: 600_000 })
  await reviseKol(ctx, { kolId: forced, tier: null })
  expect(await one(ctx, forced)).toMatchObject({ tier: 'WAIST', tierOverride: null })
  await reviseKol(ctx, { kolId: unknown, tier: 'KOC' })
  await reviseKol(ctx, { kolId: unknown, tier: null, city: '上海' })
  expect(await one(ctx, unknown)).toMatchObject({ tier: null, city: '上海' })
})

test('a policy takes effect on its day in the zone of the workspace; applying it is cheap and idempotent', async () => {
  const ctx = await t.tenant()
  const kolId = await make(ctx, 200_000)
  await setTierPolicy(ctx, { startsOn: '2026-11-13', ...OWN })
  expect((await one(ctx, kolId))?.tier).toBe('WAIST')
  // NOW is 20:00 of the 11th in Shanghai: the 13th begins in 28 hours.
  const due = async (ms: number) => (await dueTierPolicies(later(ctx, ms))).includes(ctx.workspaceId)
  expect([await due(28 * HOUR - 1), await due(28 * HOUR)]).toEqual([false, true])
  expect(await applyTierPolicy(later(ctx, 28 * HOUR - 1))).toBe(0)
  expect(await due(28 * HOUR)).toBe(true)
  expect(await applyTierPolicy(later(ctx, 28 * HOUR))).toBe(1)
  expect(await due(28 * HOUR)).toBe(false)
  expect((await one(ctx, kolId))?.tier).toBe('TAIL')
  const sent = await statementsOf(t, async () => expect(await applyTierPolicy(later(ctx, 2 * DAY))).toBe(0))
  expect(sent.filter((text) => text.includes('update kol'))).toHaveLength(1)
  expect(sent).toHaveLength(5)
})

test('the same day again replaces, another workspace is not touched, and what cannot be is refused', async () => {
  const ctx = await t.tenant()
  const other = await t.tenant()
  const [mine, theirs] = [await make(ctx, 200_000), await make(other, 200_000)]
  await setTierPolicy(ctx, { startsOn: '2026-11-11', ...OWN })
  await setTierPolicy(ctx, { startsOn: '2026-11-11', head: 3, waist: 2, tail: 1 })
  expect((await one(ctx, mine))?.tier).toBe('HEAD')
  expect((await one(other, theirs))?.tier).toBe('WAIST')
  expect(await write(ctx, (tx) => tx.select().from(tierPolicy))).toHaveLength(1)
  const refused = (over: object) => setTierPolicy(ctx, { startsOn: '2026-11-11', ...OWN, ...over })
  await expect(refused({ startsOn: '2026-02-30' })).rejects.toMatchObject({ field: 'startsOn' })
  await expect(refused({ waist: OWN.head })).rejects.toMatchObject({ field: 'waist' })
  await expect(refused({ tail: 0 })).rejects.toMatchObject({ field: 'tail' })
})

test('a video keeps the tier of its publication', async () => {
  const ctx = await t.tenant()
  const kolId = await make(ctx, 200_000)
  const { videoId } = await published(ctx, await content(ctx), { kolId })
  await setTierPolicy(ctx, { startsOn: '2026-11-01', ...OWN })
  expect((await one(ctx, kolId))?.tier).toBe('TAIL')
  const [row] = await write(ctx, (tx) => tx.select().from(video).where(eq(video.id, videoId)))
  expect(row?.tier).toBe('WAIST')
})

test('what is known by hand: history grows, what is left out stays, accounts are unique', async () => {
  const ctx = await t.tenant()
  const named = await createKol(ctx, { name: '甲', city: '杭州', mcn: '无忧' })
  const taken = itemId()
  await createKol(ctx, { name: '乙', accountId: taken })
  await expect(reviseKol(ctx, { kolId: named, accountId: taken })).rejects.toThrow('already there')
  await reviseKol(ctx, { kolId: named, accountId: itemId(), followers: 100, city: null })
  await reviseKol(ctx, { kolId: named, followers: 100 })
  await expect(reviseKol(ctx, { kolId: named, followers: 200 })).rejects.toThrow('very instant')
  await reviseKol(later(ctx, 1), { kolId: named, followers: 20_000 })
  expect(await one(ctx, named)).toMatchObject({ mcn: '无忧', city: null, followers: 20_000, tier: 'TAIL' })
  expect(await write(ctx, (tx) => tx.select().from(kolSnapshot))).toHaveLength(2)
  await expect(reviseKol(ctx, { kolId: 987_654_321, name: 'x' })).rejects.toThrow('no such kol')
})

test('prices are appended; the same again changes nothing, another one for the instant is a conflict', async () => {
  const ctx = await t.tenant()
  const kolId = await make(ctx)
  const price = { kolId, band: 'UP_TO_20S' as const, priceFen: 100 }
  await setKolPrice(ctx, price)
  await setKolPrice(ctx, price)
  await setKolPrice(ctx, { ...price, band: 'OVER_60S' })
  await setKolPrice(later(ctx, 1), { ...price, priceFen: 200 })
  await expect(setKolPrice(ctx, { ...price, priceFen: 300 })).rejects.toThrow('Another price (100 分)')
  await expect(setKolPrice(ctx, { ...price, priceFen: -1 })).rejects.toMatchObject({ field: 'priceFen' })
  await expect(setKolPrice(ctx, { ...price, observedAt: new Date(NOW.getTime() + 1) })).rejects.toMatchObject(
    {
      field: 'observedAt',
    },
  )
  await expect(setKolPrice(ctx, { ...price, kolId: 987_654_321 })).rejects.toThrow('no such kol')
  const [count] = await write(ctx, (tx) =>
    tx.execute<{ n: number }>(sql`select count(*)::int as n from kol_price`),
  )
  expect(count?.n).toBe(3)
})

test('put away, said twice, and taken back', async () => {
  const ctx = await t.tenant()
  const kolId = await make(ctx)
  await archiveKol(ctx, { kolId, archived: true })
  await archiveKol(later(ctx, DAY), { kolId, archived: true })
  expect((await one(ctx, kolId))?.archivedAt).toEqual(NOW)
  await archiveKol(ctx, { kolId, archived: false })
  expect((await one(ctx, kolId))?.archivedAt).toBeNull()
})
