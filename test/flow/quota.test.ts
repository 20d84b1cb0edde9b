/** Calls taken by many at once: what was taken is counted in rows, and never passes a limit. */
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Database, rows } from '../../db/client.ts'
import { callUse } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { blockCalls, leaveCall, setLookCap, type TakeCall, type Taken, takeCall } from '../../flow/quota.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
/** Each with one connection: four processes, as far as PostgreSQL can tell. */
const processes: Database[] = []
let owner: postgres.Sql
beforeAll(() => {
  owner = postgres(t.ownerUrl, { max: 1 })
  for (let nth = 0; nth < 4; nth++) processes.push(connect(t.ownerUrl, { max: 1 }))
})
afterAll(() => Promise.all([owner.end(), ...processes.map(({ close }) => close())]))

const call = (over: Partial<TakeCall> = {}): TakeCall => ({
  source: unique('source'),
  scope: 'app',
  limits: { callsPerSecond: null, callsPerDay: null, costFen: 0 },
  urgent: false,
  maxWaitMs: 0,
  ...over,
})
const limits = (over: Partial<TakeCall['limits']>): TakeCall['limits'] => ({
  callsPerSecond: null,
  callsPerDay: null,
  costFen: 0,
  ...over,
})
const said = (answer: Taken) => (answer.kind === 'REFUSED' ? answer.reason : answer.kind)
const count = (answers: Taken[]) => {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[said(answer)] = (counts[said(answer)] ?? 0) + 1
  return counts
}

/** Every process asks so many times, all at once. */
function hammer(ctx: Context, asked: TakeCall | TakeCall[], times: number) {
  const list = [asked].flat()
  return Promise.all(
    processes.flatMap(({ db }) =>
      Array.from({ length: times }, (_, nth) =>
        takeCall({ ...ctx, db }, list[nth % list.length] as TakeCall),
      ),
    ),
  )
}
async function usesOf(ctx: Context) {
  return write(ctx, (tx) => tx.select().from(callUse))
}
/** As the owner: the program cannot read it. */
async function quotaOf(source: string) {
  const [row] = await owner`select day::text, calls from call_quota where source = ${source}`
  return row
}

test('the calls of a day: never more than are allowed, and the last fifth for what is urgent', async () => {
  const ctx = await t.tenant()
  const asked = call({ limits: limits({ callsPerDay: 50 }) })
  expect(count(await hammer(ctx, asked, 20))).toEqual({ GO: 40, RESERVE: 40 })
  expect(count(await hammer(ctx, { ...asked, urgent: true }, 10))).toEqual({ GO: 10, QUOTA_DAY: 30 })
  expect(await usesOf(ctx)).toMatchObject([{ calls: 50, refused: 70, costFen: 0, scope: 'app' }])
  expect(await quotaOf(asked.source)).toMatchObject({ calls: 50 })
  const tomorrow = { ...ctx, now: new Date(NOW.getTime() + DAY) }
  expect(said(await takeCall(tomorrow, asked))).toBe('GO')
  expect(await quotaOf(asked.source)).toMatchObject({ day: '2026-11-12', calls: 1 })
})

test('a process whose clock is behind at midnight does not begin the old day again', async () => {
  const ctx = await t.tenant()
  const asked = call({ limits: limits({ callsPerDay: 10 }), urgent: true })
  const midnight = Date.parse('2026-11-12T00:00:00+08:00')
  const after = { ...ctx, now: new Date(midnight + 1) }
  const before = { ...ctx, now: new Date(midnight - 1) }
  const answers: Taken[] = []
  for (let nth = 0; nth < 12; nth++) answers.push(await takeCall(nth % 2 ? before : after, asked))
  expect(count(answers)).toEqual({ GO: 10, QUOTA_DAY: 2 })
  expect(await usesOf(ctx)).toMatchObject([{ day: '2026-11-12', calls: 10, refused: 2 }])
})

test('the calls of a second: so many are under way, whoever asks and whatever its clock says', async () => {
  const ctx = await t.tenant()
  const limited = limits({ callsPerSecond: 5 })
  const asked = call({ limits: limited, maxWaitMs: 60_000 })
  const ahead = { ...ctx, now: new Date(NOW.getTime() + HOUR / 12) }
  const answers = [...(await hammer(ahead, asked, 1)), ...(await hammer(ctx, asked, 2))]
  expect(count(answers)).toEqual({ GO: 5, WAIT: 7 })
  const slots = answers.flatMap((answer) => (answer.kind === 'GO' && answer.slot ? [answer.slot] : []))
  expect(new Set(slots).size).toBe(5)
  // Nobody was answered: whoever is now lasts a second.
  expect(await takeCall(ctx, asked)).toEqual({ kind: 'WAIT', ms: 1002 })
  for (const slot of slots) await leaveCall(ctx, { slot, callsPerSecond: 5 })
  const wait = await takeCall(ctx, asked)
  expect(wait).toMatchObject({ kind: 'WAIT', ms: expect.toSatisfy((ms: number) => ms > 0 && ms <= 1002) })
  await owner`update call_slot set until = now() where source = ${asked.source} and id = ${slots[0] ?? 0}`
  expect(count(await hammer(ctx, asked, 1))).toEqual({ GO: 1, WAIT: 3 })
  // Of a process that died.
  await owner`update call_slot set until = now() where source = ${asked.source} and not answered`
  expect(said(await takeCall(ctx, asked))).toBe('GO')
  expect(await usesOf(ctx)).toMatchObject([{ calls: 7, refused: 0 }])
})

test('the cap of a workspace holds over all its sources at once, and is no business of another', async () => {
  const ctx = await t.tenant()
  const other = await t.tenant()
  await setLookCap(ctx, { capFen: 100 })
  const priced = [3, 7, 4].map((costFen) => call({ limits: limits({ costFen }) }))
  const free = call()
  const answers = await hammer(ctx, [...priced, free], 40)
  const uses = await usesOf(ctx)
  const spent = uses.reduce((sum, { costFen }) => sum + costFen, 0)
  expect(spent).toBeLessThanOrEqual(100)
  expect(spent).toBeGreaterThan(100 - 7)
  for (const { source, calls, costFen } of uses) {
    expect(costFen).toBe(calls * (priced.find((each) => each.source === source)?.limits.costFen ?? 0))
  }
  expect(uses.find(({ source }) => source === free.source)).toMatchObject({ calls: 40, refused: 0 })
  expect(count(answers).GO).toBe(uses.reduce((sum, { calls }) => sum + calls, 0))
  expect(count(await hammer(other, priced, 3))).toEqual({ GO: 12 })
  await setLookCap(ctx, { capFen: null })
  expect(count(await hammer(ctx, priced, 3))).toEqual({ GO: 12 })
  await expect(setLookCap(ctx, { capFen: -1 })).rejects.toThrow('negative')
})

test('workspaces that share a limit: who comes late finds the share that is due to it', async () => {
  const [greedy, modest] = [await t.tenant(), await t.tenant()]
  const morning = (ctx: Context) => ({
    ...ctx,
    now: new Date(Date.parse('2026-11-11T00:00:00+08:00') + HOUR),
  })
  const asked = call({ limits: limits({ callsPerDay: 100 }) })
  await takeCall({ ...modest, now: new Date(NOW.getTime() - DAY) }, asked)
  expect(count(await hammer(morning(greedy), asked, 20))).toEqual({ GO: 40, SHARE: 40 })
  expect(count(await hammer(morning(modest), asked, 10))).toEqual({ GO: 40 })
  expect(count(await hammer(morning(modest), asked, 1))).toEqual({ RESERVE: 4 })
})

test('many workspaces and sources at once: no deadlock, and the books add up', async () => {
  const tenants = await Promise.all(Array.from({ length: 4 }, () => t.tenant()))
  for (const ctx of tenants) await setLookCap(ctx, { capFen: 60 })
  const shared = [1, 2, 3].map((costFen) => call({ limits: limits({ costFen, callsPerDay: 70 }) }))
  const answers = (await Promise.all(tenants.map((ctx) => hammer(ctx, shared, 30)))).flat()
  const uses = (await Promise.all(tenants.map(usesOf))).flat()
  for (const { source } of shared) {
    const calls = uses.filter((use) => use.source === source).reduce((sum, use) => sum + use.calls, 0)
    expect(calls).toBeLessThanOrEqual(70)
    expect(await quotaOf(source)).toMatchObject({ calls })
  }
  for (const ctx of tenants) {
    const spent = (await usesOf(ctx)).reduce((sum, { costFen }) => sum + costFen, 0)
    expect(spent).toBeLessThanOrEqual(60)
  }
  expect(answers).toHaveLength(480)
  expect(uses.reduce((sum, { calls, refused }) => sum + calls + refused, 0)).toBe(480)
})

test('a platform that asks for silence gets it from all, and a shorter word does not shorten it', async () => {
  const [ctx, other] = [await t.tenant(), await t.tenant()]
  const asked = call()
  const until = new Date(NOW.getTime() + HOUR)
  await blockCalls(ctx, { ...asked, until })
  await blockCalls(other, { ...asked, until: new Date(NOW.getTime() + 1000) })
  for (const each of [ctx, other]) {
    expect(await takeCall(each, { ...asked, urgent: true })).toEqual({
      kind: 'REFUSED',
      reason: 'BLOCKED',
      until: until.getTime(),
    })
  }
  expect(said(await takeCall(ctx, { ...asked, scope: 'another account' }))).toBe('GO')
  const longer = new Date(NOW.getTime() + 2 * HOUR)
  await blockCalls(other, { ...asked, until: longer })
  expect(await takeCall(ctx, asked)).toMatchObject({ until: longer.getTime() })
  // One that a wrong clock wrote stands in nobody's way, nor in that of the next.
  await blockCalls(
    { ...ctx, now: new Date(NOW.getTime() + 30 * DAY) },
    { ...asked, until: new Date(NOW.getTime() + 31 * DAY) },
  )
  expect(said(await takeCall(ctx, asked))).toBe('GO')
  await blockCalls(ctx, { ...asked, until })
  expect(said(await takeCall(ctx, asked))).toBe('BLOCKED')
  expect(said(await takeCall({ ...ctx, now: until }, asked))).toBe('GO')
})

test('one call is a fixed number of statements, and a wait writes nothing', async () => {
  const ctx = await t.tenant()
  const asked = call({ limits: limits({ callsPerDay: 100, callsPerSecond: 2, costFen: 1 }), maxWaitMs: 5000 })
  await takeCall({ ...ctx, now: new Date(NOW.getTime() - HOUR) }, asked)
  const verbs = async () => {
    const sent = await statementsOf(t, () => takeCall(ctx, asked))
    return sent.map((text) => text.split(' ')[0]?.toLowerCase())
  }
  const read = ['begin', 'select', 'select', 'select', 'select', 'select']
  expect(await verbs()).toEqual([...read, 'with', 'commit'])
  expect(await verbs()).toEqual([...read, 'commit'])
})

test('a workspace sees the use of no other', async () => {
  const [one, other] = [await t.tenant(), await t.tenant()]
  await takeCall(one, call())
  expect(await usesOf(other)).toEqual([])
  const all = await rows<{ n: number }>(t.database.db, sql`select count(*)::int as n from call_use`)
  expect(all).toEqual([{ n: 0 }])
})
