/** video_state.flagged_at: the first firing under any rule, live and on import. */
import { eq, sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { importObservations } from '../../flow/import.ts'
import { judgeLooks } from '../../flow/judge.ts'
import { poll } from '../../flow/poll.ts'
import { createRule } from '../../flow/rule.ts'
import type { ObservationLine } from '../../platforms/observations.ts'
import { HOUR, MINUTE } from '../../rules/types.ts'
import { counters, testConnector } from '../support/connector.ts'
import { content, itemId, published } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
const at = (minutes: number) => NOW.getTime() + minutes * MINUTE

/** Fires at once from so many plays on, and lets go below. */
const firesFrom = (ctx: Context, value: number) =>
  createRule(ctx, {
    name: unique('rule'),
    enabled: true,
    definition: { condition: { metric: 'plays', op: '>=', value, release: value } },
  })

const flaggedAt = (ctx: Context, videoId: number) =>
  write(ctx, async (tx) => {
    const [state] = await tx.select().from(videoState).where(eq(videoState.videoId, videoId))
    return state?.flaggedAt ?? null
  })

const look = (videoId: number, minutes: number, plays: number) => ({
  videoId,
  observedAt: at(minutes),
  followers: null,
  ...counters({ plays }),
})

test('it is null before, set at the first firing, and stays there', async () => {
  const ctx = await t.tenant()
  await firesFrom(ctx, 1000)
  await firesFrom(ctx, 5000)
  const { videoId } = await published(ctx, await content(ctx))
  const story: [minutes: number, plays: number, want: number | null][] = [
    [0, 900, null],
    [10, 1500, 10],
    [20, 100, 10],
    [90, 200, 10],
    // The first rule fires again, and the second one for the first time.
    [100, 6000, 10],
  ]
  for (const [minutes, plays, want] of story) {
    await write(ctx, (tx) => judgeLooks(tx, [look(videoId, minutes, plays)]))
    expect(await flaggedAt(ctx, videoId)).toEqual(want === null ? null : new Date(at(want)))
  }
})

test('a pending episode is no flag; of several looks in one batch the one that fired counts', async () => {
  const ctx = await t.tenant()
  const condition = { metric: 'plays', op: '>=', value: 1000 }
  await createRule(ctx, { name: unique('rule'), enabled: true, definition: { condition, holdMinutes: 30 } })
  const made = await content(ctx)
  const { videoId } = await published(ctx, made)
  const quiet = await published(ctx, made)
  const looks = [look(videoId, 60, 9000), look(videoId, 0, 2000), look(quiet.videoId, 0, 10)]
  await write(ctx, (tx) => judgeLooks(tx, looks.slice(1)))
  expect(await flaggedAt(ctx, videoId)).toBeNull()
  await write(ctx, (tx) =>
    judgeLooks(tx, [look(videoId, 90, 9000), look(videoId, 40, 9000), look(videoId, 20, 9000)]),
  )
  expect(await flaggedAt(ctx, videoId)).toEqual(new Date(at(40)))
  expect(await flaggedAt(ctx, quiet.videoId)).toBeNull()
})

test('a poll flags in the statement that writes the states', async () => {
  const ctx = await t.tenant()
  await firesFrom(ctx, 1000)
  const source = unique('source')
  const { videoId } = await published(ctx, await content(ctx), { source })
  await ctx.db.execute(sql`select ensure_snapshot_partitions('2026-11-01Z', '2026-12-31Z')`)
  t.statements()
  await poll(ctx, { connector: testConnector(() => counters({ plays: 2000 }), source) })
  const writes = t.statements().filter((text) => /update video_state/.test(text))
  expect(writes).toHaveLength(1)
  expect(await flaggedAt(ctx, videoId)).toEqual(NOW)
})

test('an import flags at the instant of the look, and again changes nothing', async () => {
  const ctx = await t.tenant()
  await firesFrom(ctx, 1000)
  const id = itemId()
  const publishedAt = NOW.getTime() - 10 * HOUR
  const line = (hours: number, plays: number, index: number): ObservationLine => ({
    ok: true,
    line: index + 2,
    row: {
      itemId: id,
      kolId: null,
      publishedAt,
      observedAt: publishedAt + hours * HOUR,
      counters: counters({ plays }),
      followers: null,
    },
  })
  const run = (lines: ObservationLine[]) =>
    importObservations(ctx, {
      file: 'test.csv',
      items: (async function* () {
        yield lines
      })(),
      brand: 'Imported',
      dryRun: false,
      onRefused: () => {},
      onProgress: () => {},
    })
  const state = () => write(ctx, (tx) => tx.select().from(videoState))
  const lines = [line(3, 5000, 0), line(1, 100, 1), line(2, 1500, 2)]
  await run(lines)
  const first = await state()
  expect(first).toMatchObject([{ flaggedAt: new Date(publishedAt + 2 * HOUR), cellId: null }])
  await run(lines)
  await run([line(4, 9000, 0)])
  expect(await state()).toMatchObject([{ flaggedAt: first[0]?.flaggedAt, plays: 9000 }])
})
