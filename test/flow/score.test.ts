import { asc, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { ruleScore } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { poll } from '../../flow/poll.ts'
import { createRule, enableRule, reviseRule } from '../../flow/rule.ts'
import { score } from '../../flow/score.ts'
import { sweep } from '../../flow/sweep.ts'
import type { Counters } from '../../rules/types.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { counters, testConnector } from '../support/connector.ts'
import { content, kol, published } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
/** In 上海, where a week begins on Sunday 16:00 UTC. */
const MONDAY = new Date('2026-10-18T16:00:00Z')
const at = (ms: number) => new Date(MONDAY.getTime() + ms)
const DEFINITION = {
  condition: {
    all: [
      { metric: 'plays', op: '>=', value: 1000 },
      { metric: 'interactionRate', op: '>=', value: 0.03 },
    ],
  },
}
/** Plays at an hour, a day and eight days, and the interaction rate. */
const STORIES = {
  hit: [[2000, 60_000, 100_000], 0.05],
  wrong: [[1500, 1800, 2000], 0.05],
  missed: [[5000, 60_000, 100_000], 0.01],
  ordinary: [[100, 200, 300], 0.05],
} as const

/** `createdAt`: of the rule. */
async function week(publishedAt: Date, createdAt = at(-7 * DAY)) {
  const ctx = await t.tenant(createdAt)
  await sweep(ctx)
  const [starter] = await write(ctx, (tx) => tx.query.rule.findMany())
  await enableRule(ctx, { ruleId: starter?.id ?? 0, enabled: false })
  const ruleId = await createRule(ctx, { name: unique('rule'), definition: DEFINITION, enabled: true })
  const matrix = await content(ctx)
  const stories = new Map<string, (typeof STORIES)[keyof typeof STORIES]>()
  for (const story of Object.values(STORIES)) {
    const then = { ...ctx, now: publishedAt }
    // Each by another KOL: none has a class of its own yet.
    const { itemId } = await published(then, matrix, { kolId: await kol(ctx) })
    stories.set(itemId, story)
  }
  const look = (nth: 0 | 1 | 2, age: number) => {
    const now = new Date(publishedAt.getTime() + age)
    const connector = testConnector((item): Counters => {
      const [plays, rate] = stories.get(item) ?? STORIES.ordinary
      return counters({ plays: plays[nth], likes: plays[nth] * rate, comments: 0, shares: 0 })
    })
    return pollAll({ ...ctx, now }, connector)
  }
  return { ctx, ruleId, look }
}

async function pollAll(ctx: Context, connector: ReturnType<typeof testConnector>): Promise<void> {
  const now = ctx.now.toISOString()
  await write(ctx, (tx) => tx.execute(sql`update video_state set next_poll_at = ${now}`))
  await write(ctx, (tx) => tx.execute(sql`update poll_shard set due_at = ${now}`))
  await poll(ctx, { connector })
}
const rowsOf = (ctx: Context) =>
  write(ctx, (tx) =>
    tx
      .select({
        ruleId: ruleScore.ruleId,
        ruleVersion: ruleScore.ruleVersion,
        weekAt: ruleScore.weekAt,
        hit: ruleScore.hit,
        wrong: ruleScore.wrong,
        missed: ruleScore.missed,
        leadHours: ruleScore.leadHours,
      })
      .from(ruleScore)
      .orderBy(asc(ruleScore.weekAt)),
  )

test('a video that nobody looked at for two days is finished', async () => {
  const { ctx, look } = await week(at(2 * DAY))
  await look(0, HOUR)
  await look(1, DAY)
  await look(1, 6 * DAY)
  expect(await score({ ...ctx, now: at(10 * DAY - 1) })).toBe(0)
  expect(await score({ ...ctx, now: at(10 * DAY) })).toBe(1)
})

test('right, wrong, missed and the lead are told from its episodes and from what became of the videos', async () => {
  const { ctx, ruleId, look } = await week(at(6 * DAY))
  await look(0, HOUR)
  await look(1, DAY)
  await look(1, 2 * DAY)
  expect(await score({ ...ctx, now: at(9 * DAY) })).toBe(0)
  await look(2, 8 * DAY)
  const later = { ...ctx, now: at(15 * DAY) }
  expect(await score(later)).toBe(1)
  const expected = [{ ruleId, ruleVersion: 1, weekAt: MONDAY, hit: 1, wrong: 1, missed: 1, leadHours: 23 }]
  expect(await rowsOf(ctx)).toEqual(expected)
  expect(await score(later)).toBe(0)
  expect(await rowsOf(ctx)).toEqual(expected)
})

test('a video belongs to the week of the zone', async () => {
  const { ctx, look } = await week(at(-1))
  await look(0, HOUR)
  await look(2, 8 * DAY)
  await score({ ...ctx, now: at(30 * DAY) })
  expect((await rowsOf(ctx)).map(({ weekAt }) => weekAt)).toEqual([at(-7 * DAY)])
})

test('a rule that came later, one that is switched off and one that is switched on since are not scored', async () => {
  const { ctx, ruleId, look } = await week(at(DAY))
  await look(0, HOUR)
  await look(2, 8 * DAY)
  const later = { ...ctx, now: at(20 * DAY) }
  await createRule(later, { name: unique('rule'), definition: DEFINITION, enabled: true })
  expect(await score(later)).toBe(1)
  const own = await createRule(ctx, { name: unique('rule'), definition: DEFINITION, enabled: true })
  await enableRule(later, { ruleId: own, enabled: false })
  expect(await score(later)).toBe(0)
  await enableRule(later, { ruleId: own, enabled: true })
  expect(await score(later)).toBe(0)
  expect((await rowsOf(ctx)).map((row) => row.ruleId)).toEqual([ruleId])
})

test('of the week in which a rule is switched on only what was published since then counts', async () => {
  const { ctx, ruleId, look } = await week(at(DAY))
  await look(0, HOUR)
  await look(2, 8 * DAY)
  const on = async (createdAt: Date) => {
    const off = { name: unique('rule'), definition: DEFINITION, enabled: false }
    const made = await createRule({ ...ctx, now: at(-DAY) }, off)
    await enableRule({ ...ctx, now: createdAt }, { ruleId: made, enabled: true })
    return made
  }
  const before = await on(at(DAY))
  await on(at(DAY + 1))
  await score({ ...ctx, now: at(20 * DAY) })
  const scored = (await rowsOf(ctx)).map((row) => [row.ruleId, row.ruleVersion, row.missed])
  // It was switched on before they were published, and flagged none of them: all that was on top is missed.
  expect(scored.toSorted((a, b) => (a[0] as number) - (b[0] as number))).toEqual([
    [ruleId, 1, 1],
    [before, 2, 2],
  ])
})

test('a revised rule is scored by the version of the week, and not for what another version flagged', async () => {
  const { ctx, ruleId, look } = await week(at(DAY))
  await look(0, HOUR)
  await look(2, 8 * DAY)
  const later = { ...ctx, now: at(20 * DAY) }
  await reviseRule(later, { ruleId, definition: { condition: { metric: 'plays', op: '>=', value: 1e9 } } })
  await score(later)
  expect(await rowsOf(ctx)).toMatchObject([{ ruleId, ruleVersion: 1, hit: 1, wrong: 1, missed: 1 }])
  const another = await week(at(DAY))
  const revised = { condition: { metric: 'plays', op: '>=', value: 1e9 } }
  await another.look(0, HOUR)
  await reviseRule({ ...another.ctx, now: at(DAY) }, { ruleId: another.ruleId, definition: revised })
  await another.look(2, 8 * DAY)
  await score({ ...another.ctx, now: at(20 * DAY) })
  expect(await rowsOf(another.ctx)).toMatchObject([{ ruleVersion: 2, hit: 0, wrong: 0, missed: 1 }])
})

test('a rule is scored on the videos that it judges; of a week without any there is no score', async () => {
  const { ctx, ruleId, look } = await week(at(DAY))
  const made = (tier: string) => {
    const definition = { ...DEFINITION, scope: { tiers: [tier] } }
    return createRule(ctx, { name: unique('rule'), definition, enabled: true })
  }
  const own = await made('TAIL')
  await made('HEAD')
  await look(0, HOUR)
  await look(2, 8 * DAY)
  await score({ ...ctx, now: at(20 * DAY) })
  const scores = await rowsOf(ctx)
  expect(scores.map((row) => row.ruleId).sort((a, b) => a - b)).toEqual([ruleId, own])
  expect(scores).toMatchObject([
    { hit: 1, wrong: 1, missed: 1 },
    { hit: 1, wrong: 1, missed: 1 },
  ])
})
