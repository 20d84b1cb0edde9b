import { eq, sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { loadActiveRules } from '../../db/queries/watch.ts'
import { createReader } from '../../db/reader.ts'
import { video } from '../../db/tables.ts'
import { type BacktestInput, backtest } from '../../flow/backtest.ts'
import { write } from '../../flow/context.ts'
import { NotFoundError } from '../../flow/errors.ts'
import { type ReplayedBatch, replay } from '../../flow/replay.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { NOW, testDatabase } from '../support/database.ts'
import { episodesOf, importFile, type Lived, live } from './backtest-world.ts'

const t = testDatabase()
let lived: Lived
beforeAll(async () => {
  lived = await live(t, new Date(NOW.getTime() - 20 * DAY))
}, 120_000)

/** In one read-only transaction, as a GraphQL request has it. */
async function reading<T>(work: (db: ReturnType<typeof createReader>['db']) => Promise<T>): Promise<T> {
  const reader = createReader(lived.ctx.pool, lived.ctx.workspaceId)
  try {
    return await work(reader.db)
  } finally {
    await reader.close()
  }
}
const tried = (over: Partial<BacktestInput> = {}) =>
  reading((db) => backtest(db, { from: lived.from, to: lived.to, now: lived.ctx.now, ...over }))

const date = (at: number | null) => (at === null ? null : new Date(at))
async function replayed(to = lived.to) {
  const rules = await write(lived.ctx, loadActiveRules)
  const episodes: ReplayedBatch['episodes'] = []
  const span = { from: lived.from.getTime(), to: to.getTime(), brandId: null }
  await reading((db) => replay(db, { ...span, rules }, (batch) => episodes.push(...batch.episodes)))
  return episodes
    .toSorted((a, b) => a.videoId - b.videoId || a.ruleId - b.ruleId || a.pendingAt - b.pendingAt)
    .map(({ videoId, ruleId, ruleVersion, state, closeReason, evidence, ...at }) => ({
      ...{ videoId, ruleId, ruleVersion, state, closeReason, evidence },
      pendingAt: date(at.pendingAt),
      firingAt: date(at.firingAt),
      belowAt: date(at.belowAt),
      coolingAt: date(at.coolingAt),
      closedAt: date(at.closedAt),
    }))
}

test('live and replay agree on every episode, bit for bit', async () => {
  const lives = (await episodesOf(lived.ctx)).map(
    ({ workspaceId: _w, id: _i, notificationId: _n, releasedAt: _r, ...rest }) => rest,
  )
  expect(await replayed()).toEqual(lives)
  // It was worth comparing: every rule fired, and some let go, went on firing and began again.
  for (const ruleId of lived.ruleIds) {
    expect(lives.filter((one) => one.ruleId === ruleId && one.firingAt !== null).length).toBeGreaterThan(0)
  }
  expect(lives.filter(({ closedAt }) => closedAt !== null).length).toBeGreaterThan(10)
  // By the rule that keeps firing: it was below for a time before.
  expect(lives.some(({ ruleId, coolingAt }) => ruleId === lived.ruleIds[1] && coolingAt !== null)).toBe(true)
})

test('a backtest of a rule flags what it flagged, when it did and with the same numbers', async () => {
  const lives = await episodesOf(lived.ctx)
  for (const ruleId of lived.ruleIds) {
    const { candidate, active, videos } = await tried({ ruleId })
    expect(candidate).toEqual(active)
    const first = new Map<number, { at: number; evidence: unknown }>()
    for (const { videoId, firingAt, evidence, ...rest } of lives) {
      const at = firingAt?.getTime()
      const known = first.get(videoId)?.at ?? Number.POSITIVE_INFINITY
      if (rest.ruleId === ruleId && at !== undefined && at < known) first.set(videoId, { at, evidence })
    }
    const flags = candidate.flags.map(({ videoId, at, evidence }) => [videoId, { at, evidence }] as const)
    expect(new Map(flags)).toEqual(first)
    const { hits, wrong, missed, open } = candidate
    expect(hits + wrong + open).toBe(flags.length)
    expect(hits + missed).toBeLessThanOrEqual(videos)
    const fired = lives.filter((one) => one.ruleId === ruleId && one.firingAt !== null).length
    expect(candidate.alertsPerDay).toBeCloseTo((fired * DAY) / (lived.to.getTime() - lived.from.getTime()), 9)
  }
})

test('a definition is tried beside the rule, which it leaves as it is; and without a rule alone', async () => {
  const ruleId = lived.ruleIds[0] as number
  const definition = { condition: { metric: 'plays', op: '>=', value: 1e9 } }
  const before = await tried({ ruleId })
  const { candidate, active } = await tried({ ruleId, definition })
  expect(active).toEqual(before.active)
  const nothing = { flags: [], hits: 0, wrong: 0, open: 0, precision: null, medianLeadHours: null }
  expect(candidate).toMatchObject(nothing)
  expect(await tried({ definition })).toMatchObject({ candidate: { flags: [] }, active: null })
})

test('flags of before the span count for nothing, and the span of an hour has only its own', async () => {
  const ruleId = lived.ruleIds[0] as number
  const { candidate } = await tried({ ruleId })
  const third = candidate.flags[2]?.at as number
  const later = (await tried({ ruleId, from: new Date(third) })).candidate
  const shown = (flags: typeof candidate.flags) => flags.map(({ at, videoId }) => [at, videoId])
  expect(shown(later.flags)).toEqual(shown(candidate.flags.slice(2)))
  const hour = await tried({ ruleId, from: new Date(third), to: new Date(third + HOUR) })
  expect(hour.candidate.flags.map(({ at }) => at)).toEqual(
    candidate.flags.map(({ at }) => at).filter((at) => at >= third && at <= third + HOUR),
  )
})

test('only videos of a brand are judged, against all videos of their KOLs', async () => {
  const ruleId = lived.ruleIds[1] as number
  const all = (await tried({ ruleId })).candidate.flags
  const [brands, own] = await write(lived.ctx, async (tx) => [
    await tx.query.brand.findMany(),
    await tx.select({ id: video.id }).from(video).where(eq(video.brandId, lived.matrix.brandId)),
  ])
  expect(brands).toHaveLength(2)
  const ids = new Set(own.map(({ id }) => id))
  const flags = (await tried({ ruleId, brandId: lived.matrix.brandId })).candidate.flags
  expect(flags).toEqual(all.filter(({ videoId }) => ids.has(videoId)))
})

test('a batch more or less costs no statement more', async () => {
  const ruleId = lived.ruleIds[0] as number
  const counted: number[] = []
  for (const from of [lived.from, new Date(lived.to.getTime() - DAY)]) {
    t.statements()
    await tried({ ruleId, from })
    counted.push(t.statements().length)
  }
  expect(counted[0]).toBe(counted[1])
})

test.each<[string, () => Partial<BacktestInput>, string, RegExp]>([
  ['neither rule nor definition', () => ({}), 'rule', /a rule, a definition, or both/],
  [
    'a wrong definition',
    () => ({ definition: { condition: { metric: 'luck' } } }),
    'definition.condition.metric',
    /metric/,
  ],
  ['from behind to', () => ({ ruleId: lived.ruleIds[0], from: lived.to }), 'from', /before to/],
  [
    'the future',
    () => ({ ruleId: lived.ruleIds[0], to: new Date(lived.ctx.now.getTime() + 1) }),
    'to',
    /future: it may be 20/,
  ],
])('%s is refused at its field', async (_name, over, field, message) => {
  await expect(tried(over())).rejects.toMatchObject({
    name: 'InvalidInputError',
    field,
    message: expect.stringMatching(message),
  })
})

test('a rule that is not there is refused', async () => {
  await expect(tried({ ruleId: 987_654_321 })).rejects.toThrow(NotFoundError)
})

test('more looks than one backtest replays are refused before any is read', async () => {
  const few = await live(t, new Date(NOW.getTime() - 20 * DAY), 3)
  await write(few.ctx, (tx) =>
    tx.execute(sql`update video_state set looks = 1000000 where observed_at is not null`),
  )
  const reader = createReader(few.ctx.pool, few.ctx.workspaceId)
  const input = { ruleId: few.ruleIds[0], from: few.from, to: few.ctx.now, now: few.ctx.now }
  await expect(backtest(reader.db, input)).rejects.toMatchObject({
    field: 'from',
    message: expect.stringMatching(
      /There are 2000000 looks at 2 videos, and one backtest replays 1000000 at most/,
    ),
  })
  await reader.close()
})

test('what became known later changes nothing: as known then', async () => {
  const { ctx, ruleIds, to } = lived
  const before = await replayed()
  const results = []
  for (const ruleId of ruleIds) results.push(await tried({ ruleId }))
  // The same file with other numbers and more looks, and another of the same KOL.
  const later = { ...ctx, now: new Date(to.getTime() + DAY) }
  await importFile(later, lived.filed, lived.from, 30, to, 9)
  await importFile(later, ['7499999999999999999'], lived.from, 30, to)
  const after = await reading(async (db) => {
    const all = []
    for (const ruleId of ruleIds) {
      all.push(await backtest(db, { ruleId, from: lived.from, to, now: later.now }))
    }
    return all
  })
  expect(after.map(({ candidate }) => candidate)).toEqual(results.map(({ candidate }) => candidate))
  expect(await replayed()).toEqual(before)
})

test('a video whose first looks are no longer kept is left out, and said so', async () => {
  const { ctx, ruleIds, from, to } = await live(t, new Date(NOW.getTime() - 20 * DAY), 6)
  const reader = () => createReader(ctx.pool, ctx.workspaceId)
  const input = { ruleId: ruleIds[2], from, to, now: ctx.now }
  const whole = reader()
  const before = await backtest(whole.db, input)
  await whole.close()
  expect(before).toMatchObject({ videos: 3, dropped: 0 })
  await write(ctx, (tx) =>
    tx.execute(sql`update video_state set looks = looks + 1
      where video_id = (select min(video_id) from video_state where workspace_id = current_workspace())`),
  )
  const cut = reader()
  expect(await backtest(cut.db, input)).toMatchObject({ videos: 2, dropped: 1 })
  await cut.close()
})
