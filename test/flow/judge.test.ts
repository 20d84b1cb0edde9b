import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { loadActiveRules, loadEpisodes } from '../../db/queries/watch.ts'
import { breakout, videoState } from '../../db/tables.ts'
import { closeBreakout } from '../../flow/breakout.ts'
import { type Context, write } from '../../flow/context.ts'
import { Episodes, writeEpisodes } from '../../flow/episode.ts'
import { judgeLooks } from '../../flow/judge.ts'
import { loadPeersOf } from '../../flow/peers.ts'
import { createRule, enableRule } from '../../flow/rule.ts'
import { sweep } from '../../flow/sweep.ts'
import type { Verdict } from '../../rules/judge.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { counters } from '../support/connector.ts'
import { type Content, content, kol, published } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()
const at = (ms: number) => NOW.getTime() + ms

/** A workspace whose only rule is plays >= 1000 for 20 minutes, released below 500, an hour of cooling. */
async function judged() {
  const ctx = await t.tenant()
  await sweep(ctx)
  const [starter] = await write(ctx, (tx) => tx.query.rule.findMany())
  await enableRule(ctx, { ruleId: starter?.id ?? 0, enabled: false })
  const condition = { metric: 'plays', op: '>=', value: 1000, release: 500 }
  const definition = { condition, holdMinutes: 20, cooldownMinutes: 60 }
  const ruleId = await createRule(ctx, { name: 'plays', enabled: true, definition })
  return { ctx, ruleId, matrix: await content(ctx) }
}

function look(ctx: Context, videoId: number, minutes: number, plays: number | null) {
  const one = { videoId, observedAt: at(minutes * MINUTE), followers: null, ...counters({ plays }) }
  return write(ctx, (tx) => judgeLooks(tx, [one]))
}
const episodes = (ctx: Context, videoId: number) =>
  write(ctx, (tx) => tx.select().from(breakout).where(eq(breakout.videoId, videoId)).orderBy(breakout.id))

async function play(ctx: Context, matrix: Content, story: [number, number | null][]) {
  const { videoId } = await published(ctx, matrix)
  const states: (string | undefined)[] = []
  for (const [minutes, plays] of story) {
    await look(ctx, videoId, minutes, plays)
    states.push((await episodes(ctx, videoId)).at(-1)?.state)
  }
  return { videoId, states }
}

test('an episode goes from pending to closed, fires once and keeps the numbers that raised it', async () => {
  const { ctx, matrix, ruleId } = await judged()
  const { videoId, states } = await play(ctx, matrix, [
    [0, 900],
    [10, 1500],
    [20, 1600],
    [30, 1700],
    [40, 400],
    [50, 1200],
    [60, 300],
    [120, 300],
    [130, 5000],
  ])
  expect(states).toEqual([
    undefined,
    'PENDING',
    'PENDING',
    'FIRING',
    'COOLING',
    'FIRING',
    'COOLING',
    'CLOSED',
    'PENDING',
  ])
  const [first, second] = await episodes(ctx, videoId)
  expect(first).toMatchObject({
    ruleId,
    ruleVersion: 1,
    pendingAt: new Date(at(10 * MINUTE)),
    firingAt: new Date(at(30 * MINUTE)),
    closedAt: new Date(at(120 * MINUTE)),
    closeReason: 'RELEASED',
    evidence: { condition: 'plays >= 1000', readings: { plays: { value: 1700 }, ageHours: { value: 0.5 } } },
  })
  expect(second).toMatchObject({ state: 'PENDING', firingAt: null })
})

test('an episode that lets go before its hold never fired', async () => {
  const { ctx, matrix } = await judged()
  const { videoId } = await play(ctx, matrix, [
    [0, 1500],
    [10, 900],
  ])
  expect(await episodes(ctx, videoId)).toEqual([
    expect.objectContaining({ state: 'CLOSED', closeReason: 'LAPSED', firingAt: null }),
  ])
})

test('a look without the number moves nothing', async () => {
  const { ctx, matrix } = await judged()
  const { states } = await play(ctx, matrix, [
    [0, 1500],
    [10, null],
    [20, 1500],
    [30, null],
  ])
  expect(states).toEqual(['PENDING', 'PENDING', 'FIRING', 'FIRING'])
})

test('closed by hand stays closed until the video was once below the release level', async () => {
  const { ctx, matrix } = await judged()
  const { videoId } = await play(ctx, matrix, [
    [0, 1500],
    [20, 1500],
  ])
  const [open] = await episodes(ctx, videoId)
  await closeBreakout(ctx, { breakoutId: open?.id ?? 0 })
  await closeBreakout(ctx, { breakoutId: open?.id ?? 0 })
  for (const [minutes, plays] of [
    [30, 1600],
    [60, 1700],
    [90, 600],
    [100, 1500],
  ] as const) {
    await look(ctx, videoId, minutes, plays)
  }
  expect(await episodes(ctx, videoId)).toHaveLength(1)
  await look(ctx, videoId, 110, 400)
  await look(ctx, videoId, 120, 1500)
  expect((await episodes(ctx, videoId)).map(({ state }) => state)).toEqual(['CLOSED', 'PENDING'])
})

test('a close by hand between reading and writing is not written over', async () => {
  const { ctx, matrix, ruleId } = await judged()
  const { videoId } = await play(ctx, matrix, [[0, 1500]])
  const before = new Episodes(await write(ctx, (tx) => loadEpisodes(tx, [videoId])))
  const [open] = await episodes(ctx, videoId)
  await closeBreakout(ctx, { breakoutId: open?.id ?? 0 })
  const [rule] = await write(ctx, loadActiveRules)
  const evidence = { observedAt: '', condition: '', readings: {} }
  const moves = [{ rule: rule as NonNullable<typeof rule>, step: { to: 'FIRING' as const }, evidence }]
  const late = { videoId, observedAt: at(20 * MINUTE), followers: null, ...counters({ plays: 1500 }) }
  expect(before.move(late, { moves } as unknown as Verdict)).toBe(1)
  expect(await write(ctx, (tx) => writeEpisodes(tx, before.moved()))).toEqual([])
  expect(await episodes(ctx, videoId)).toMatchObject([
    { ruleId, state: 'CLOSED', closeReason: 'MANUAL', firingAt: null },
  ])
})

test("videos with ads are none of a KOL's baseline", async () => {
  const { ctx, matrix } = await judged()
  const kolId = await kol(ctx)
  const ids: number[] = []
  for (let i = 0; i < 5; i++) {
    const { videoId } = await published(ctx, matrix, { kolId, publishedAt: new Date(at(-i * HOUR)) })
    ids.push(videoId)
  }
  const earlier = async () => {
    const peers = await write(ctx, (tx) => loadPeersOf(tx, [{ kolId, publishedAt: at(HOUR) }]))
    return peers.of(kolId).map(({ videoId }) => videoId)
  }
  expect(await earlier()).toEqual(ids)
  const [spent, bought] = ids.slice(1)
  await write(ctx, async (tx) => {
    await tx
      .update(videoState)
      .set({ spendFen: 1 })
      .where(eq(videoState.videoId, spent as number))
    await tx
      .update(videoState)
      .set({ boughtPlays: 1 })
      .where(eq(videoState.videoId, bought as number))
  })
  expect(await earlier()).toEqual([ids[0], ids[3], ids[4]])
})

test('a batch that holds a video several times is judged as if look by look', async () => {
  const { ctx, matrix } = await judged()
  const story: [number, number][] = [
    [0, 1500],
    [10, 900],
    [20, 1500],
    [30, 1500],
    [40, 1500],
    [50, 100],
    [120, 100],
  ]
  const one = await play(ctx, matrix, story)
  const { videoId } = await published(ctx, matrix)
  const looks = story.map(([minutes, plays]) => ({
    videoId,
    observedAt: at(minutes * MINUTE),
    followers: null,
    ...counters({ plays }),
  }))
  await write(ctx, (tx) => judgeLooks(tx, looks.toReversed()))
  const bare = async (id: number) =>
    (await episodes(ctx, id)).map(({ id: _id, videoId: _video, notificationId: _told, ...rest }) => rest)
  expect(await bare(videoId)).toEqual(await bare(one.videoId))
})

test("plays are compared with the median of the KOL's earlier videos at the same age", async () => {
  const { ctx, matrix } = await judged()
  const kolId = await kol(ctx)
  const plays = [100, 300, 200]
  for (const [index, final] of plays.entries()) {
    const publishedAt = new Date(NOW.getTime() - (10 - index) * DAY)
    const { videoId } = await published(ctx, matrix, { kolId, publishedAt })
    const look = (hours: number, share: number) => ({
      videoId,
      observedAt: publishedAt.getTime() + hours * HOUR,
      followers: null,
      ...counters({ plays: final * share }),
    })
    await write(ctx, (tx) => judgeLooks(tx, [look(1, 1), look(4, 2)]))
  }
  const { videoId } = await published(ctx, matrix, { kolId })
  await look(ctx, videoId, 60, 500)
  const [state] = await write(ctx, (tx) =>
    tx.select().from(videoState).where(eq(videoState.videoId, videoId)),
  )
  expect(state?.kolRatio).toBeCloseTo(2.5, 6)
  await look(ctx, videoId, 240, 500)
  const [next] = await write(ctx, (tx) => tx.select().from(videoState).where(eq(videoState.videoId, videoId)))
  expect(next?.kolRatio).toBeCloseTo(1.25, 6)
})

test('a video of another workspace is not judged', async () => {
  const { ctx, matrix } = await judged()
  const other = await judged()
  const { videoId } = await published(ctx, matrix)
  const { videoIds } = await look(other.ctx, videoId, 0, 5000)
  expect(videoIds.size).toBe(0)
  expect(await episodes(ctx, videoId)).toHaveLength(0)
})
