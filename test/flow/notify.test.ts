import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { breakout, notification, rule, ruleVersion } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { notify, readNotification } from '../../flow/notify.ts'
import { enableRule } from '../../flow/rule.ts'
import { holdShards } from '../../flow/shard.ts'
import { GROUP_FROM, type Quiet } from '../../rules/notify.ts'
import { type Definition, HOUR, MINUTE, type Severity } from '../../rules/types.ts'
import { content, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()

interface Manner {
  severity?: Severity
  quiet?: Quiet | null
}
const CONDITION = { metric: 'plays', op: '>=', value: 1 } as const

/** A rule as it is stored, in force or not. */
function ruled(ctx: Context, manner: Manner = {}): Promise<number> {
  return write(ctx, async (tx) => {
    const named = { name: unique('rule'), createdAt: ctx.now }
    const [made] = await tx.insert(rule).values(named).returning({ id: rule.id })
    const ruleId = made?.id ?? 0
    const definition = { purposes: [], condition: CONDITION, holdMinutes: 0, cooldownMinutes: 0, ...manner }
    await tx
      .insert(ruleVersion)
      .values({ ruleId, version: 1, definition: definition as unknown as Definition, createdAt: ctx.now })
    return ruleId
  })
}

/** Episodes that fired, as a batch writes them. */
function fired(ctx: Context, ruleId: number, videoId: number, count: number): Promise<number[]> {
  const at = ctx.now
  const evidence = {
    observedAt: at.toISOString(),
    condition: 'plays >= 1',
    readings: { plays: { value: 9 } },
  }
  const closed = { state: 'CLOSED', closedAt: at, closeReason: 'RELEASED' } as const
  const one = { videoId, ruleId, ruleVersion: 1, pendingAt: at, firingAt: at, evidence, ...closed }
  return write(ctx, async (tx) => {
    const made = await tx
      .insert(breakout)
      .values(Array.from({ length: count }, () => one))
      .returning({ id: breakout.id })
    return made.map(({ id }) => id)
  })
}

const later = <C extends Context>(ctx: C, ms: number): C => ({
  ...ctx,
  now: new Date(ctx.now.getTime() + ms),
})
const tell = (ctx: Context, ids: number[]) => write(ctx, (tx) => notify(tx, ctx.now, ids))

async function watched(manner: Manner = {}) {
  const ctx = await t.tenant()
  const made = await content(ctx)
  const { videoId } = await published(ctx, made)
  const ruleId = await ruled(ctx, manner)
  /** Fires so many episodes in one batch and tells of them. */
  const batch = async (count: number, at = ctx) => tell(at, await fired(at, ruleId, videoId, count))
  return { ctx, made, videoId, ruleId, batch }
}

/** Notifications with the number of episodes that point at each. */
const toldOf = (ctx: Context) =>
  write(ctx, async (tx) => {
    const of = await tx.select({ told: breakout.notificationId }).from(breakout)
    const all = await tx.select().from(notification).orderBy(notification.id)
    return all.map(({ id, episodes, createdAt, dueAt, openUntil, severity }) => {
      expect(of.filter(({ told }) => told === id)).toHaveLength(episodes)
      return { episodes, createdAt, dueAt, openUntil, severity }
    })
  })

test('each of a few is told alone, and nobody twice', async () => {
  const { ctx, ruleId, videoId } = await watched()
  const ids = await fired(ctx, ruleId, videoId, 3)
  expect(await tell(ctx, ids)).toBe(3)
  expect(await tell(ctx, ids)).toBe(0)
  const one = { episodes: 1, createdAt: NOW, dueAt: NOW, openUntil: null, severity: 'WARNING' }
  expect(await toldOf(ctx)).toEqual([one, one, one])
})

test('a spike is one notification, which gathers for an hour', async () => {
  const { ctx, batch } = await watched({ severity: 'WARNING' })
  await batch(GROUP_FROM)
  expect(await batch(2, later(ctx, 10 * MINUTE))).toBe(1)
  expect(await batch(40, later(ctx, 69 * MINUTE))).toBe(0)
  expect(await batch(1, later(ctx, 70 * MINUTE))).toBe(1)
  const [group, next] = (await toldOf(ctx)).slice(GROUP_FROM)
  const until = new Date(NOW.getTime() + 70 * MINUTE)
  expect(group).toMatchObject({ episodes: 42, severity: 'WARNING', dueAt: until, openUntil: until })
  expect(next).toMatchObject({ episodes: 1, openUntil: new Date(until.getTime() + HOUR) })
})

test('who reads a group sees it again when others join', async () => {
  const { ctx, batch } = await watched()
  await batch(GROUP_FROM + 1)
  const readAt = () => write(ctx, async (tx) => (await tx.select().from(notification))[0]?.readAt)
  const [{ id } = { id: 0 }] = await write(ctx, (tx) => tx.select().from(notification))
  expect(await readNotification(ctx, { ids: [id, id, 987_654_321] })).toEqual([id])
  await readNotification(later(ctx, MINUTE), { ids: [id] })
  expect(await readAt()).toEqual(NOW)
  await batch(1, later(ctx, 2 * MINUTE))
  expect(await readAt()).toBeNull()
})

test('the quiet hours of the rule are of the zone of the workspace', async () => {
  // 20:00 in Shanghai.
  const { ctx, batch } = await watched({ severity: 'WARNING', quiet: { from: '19:30', to: '21:15' } })
  await batch(1)
  expect(await toldOf(ctx)).toMatchObject([{ dueAt: new Date('2026-11-11T13:15:00Z'), createdAt: NOW }])
})

test('brands and rules are told of apart, in the same few statements as one', async () => {
  const { ctx, ruleId, videoId, batch } = await watched()
  const other = await published(ctx, await content(ctx))
  const rules = [ruleId, await ruled(ctx), await ruled(ctx)]
  const ids: number[] = []
  for (const videoOf of [videoId, other.videoId]) {
    for (const rule of rules) ids.push(...(await fired(ctx, rule, videoOf, GROUP_FROM)))
  }
  t.statements()
  expect(await tell(ctx, ids)).toBe(6 * GROUP_FROM)
  const many = t.statements().length
  expect(await toldOf(ctx)).toHaveLength(6 * GROUP_FROM)
  // Begin, set, episodes, lock, recent, write, commit.
  expect(many).toBe(7)
  await batch(1)
  t.statements()
  await tell(ctx, [])
  expect(t.statements()).toHaveLength(3)
})

test('two batches at a time open one group', async () => {
  const { ctx, ruleId, videoId } = await watched()
  const batches = []
  for (let nth = 0; nth < 8; nth++) batches.push(await fired(ctx, ruleId, videoId, 4))
  await Promise.all(batches.map((ids, nth) => tell(later(ctx, nth), ids)))
  const told = await toldOf(ctx)
  expect(told.filter(({ openUntil }) => openUntil !== null)).toHaveLength(1)
  expect(told.reduce((sum, { episodes }) => sum + episodes, 0)).toBe(32)
})

test('batches that tell of the same brands and rules in another order do not stop each other', async () => {
  const { ctx, videoId } = await watched()
  const rules: number[] = []
  for (let nth = 0; nth < 12; nth++) rules.push(await ruled(ctx))
  const batches = []
  for (let nth = 0; nth < 12; nth++) {
    const ids: number[] = []
    for (const ruleId of nth % 2 === 0 ? rules : rules.toReversed()) {
      ids.push(...(await fired(ctx, ruleId, videoId, 1)))
    }
    batches.push(ids)
  }
  await Promise.all(batches.map((ids) => tell(ctx, ids)))
  expect((await toldOf(ctx)).reduce((sum, { episodes }) => sum + episodes, 0)).toBe(144)
})

test('what is rolled back has told nobody', async () => {
  const { ctx, ruleId, videoId } = await watched()
  const ids = await fired(ctx, ruleId, videoId, 2)
  const lost = write(ctx, async (tx) => {
    await notify(tx, ctx.now, ids)
    throw new Error('lost')
  })
  await expect(lost).rejects.toThrow('lost')
  expect(await toldOf(ctx)).toEqual([])
  expect(await tell(ctx, ids)).toBe(2)
})

test('the episodes of another workspace are not told of', async () => {
  const { ctx, ruleId, videoId } = await watched()
  const ids = await fired(ctx, ruleId, videoId, 2)
  const other = await watched()
  expect(await tell(other.ctx, ids)).toBe(0)
  expect(await toldOf(ctx)).toEqual([])
})

test('a rule may be switched while its episodes are told: neither waits for the other forever', async () => {
  const { ctx, ruleId, videoId } = await watched()
  const ids = await fired(ctx, ruleId, videoId, 1)
  let switched: Promise<number> | undefined
  await write(ctx, async (tx) => {
    await holdShards(tx, null)
    // It has the rule, and waits for the shards that a poll holds.
    switched = enableRule(ctx, { ruleId, enabled: true })
    for (;;) {
      const [waiting] = await rows<{ count: number }>(
        ctx.db,
        sql`select count(*)::int as count from pg_locks
          where locktype = 'tuple' and relation = 'poll_shard'::regclass
            and database = (select oid from pg_database where datname = current_database())`,
      )
      if (waiting && waiting.count > 0) break
    }
    await notify(tx, ctx.now, ids)
  })
  expect(await switched).toBe(ruleId)
  expect(await toldOf(ctx)).toHaveLength(1)
})
