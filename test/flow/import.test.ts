import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { rows } from '../../db/client.ts'
import { breakout, importRun, snapshot, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { type ImportResult, importObservations } from '../../flow/import.ts'
import type { ObservationLine, ObservationRow } from '../../platforms/observations.ts'
import { DAY, HOUR } from '../../rules/types.ts'
import { counters } from '../support/connector.ts'
import { itemId } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'

const t = testDatabase()
type ImportContext = Awaited<ReturnType<typeof t.tenant>>

function row(over: Partial<ObservationRow> & { plays?: number | null } = {}): ObservationRow {
  const { plays = 1000, ...rest } = over
  return {
    itemId: itemId(),
    kolId: 'kol',
    publishedAt: NOW.getTime() - 5 * DAY,
    observedAt: NOW.getTime() - 4 * DAY,
    counters: counters({ plays }),
    followers: null,
    ...rest,
  }
}
const lines = (given: ObservationRow[]): ObservationLine[] =>
  given.map((one, index) => ({ ok: true, line: index + 2, row: one }))

function run(
  ctx: ImportContext,
  pieces: ObservationLine[][],
  over: { dryRun?: boolean; onProgress?: () => void } = {},
) {
  const refused: number[] = []
  async function* items() {
    yield* pieces
  }
  const result = importObservations(ctx, {
    file: 'test.csv',
    items: items(),
    brand: 'Imported',
    dryRun: over.dryRun ?? false,
    onRefused: ({ line }) => refused.push(line),
    onProgress: over.onProgress ?? (() => {}),
  })
  return result.then((counts) => ({ ...counts, refusedLines: refused }))
}

/** Everything that an import may write, for comparing before and after. */
const written = (ctx: Context) =>
  write(ctx, async (tx) => ({
    snapshots: await tx
      .select()
      .from(snapshot)
      .orderBy(snapshot.videoId, snapshot.observedAt, snapshot.revision),
    states: await tx.select().from(videoState).orderBy(videoState.videoId),
    breakouts: await tx.select().from(breakout).orderBy(breakout.id),
  }))
const counts = (over: Partial<ImportResult>) => expect.objectContaining(over)

test('rows become videos, KOLs and snapshots; a second run changes nothing', async () => {
  const ctx = await t.tenant()
  const one = row({ followers: 5000 })
  const again = { ...one, observedAt: one.observedAt + HOUR, counters: counters({ plays: 2000 }) }
  const pieces = [lines([one, again, row({ kolId: null })])]
  expect(await run(ctx, pieces)).toEqual(counts({ rows: 3, inserted: 3, known: 0, judged: 3 }))
  const first = await written(ctx)
  expect(first.states).toEqual([
    expect.objectContaining({ looks: 2, plays: 2000, velocity: 1000, nextPollAt: null }),
    expect.objectContaining({ looks: 1, kolId: null }),
  ])
  expect(await run(ctx, pieces)).toEqual(counts({ rows: 3, inserted: 0, restated: 0, known: 3, judged: 0 }))
  expect(await written(ctx)).toEqual(first)
})

test('other numbers for the same instant are a revision; the first answer stays', async () => {
  const ctx = await t.tenant()
  const one = row()
  await run(ctx, [lines([one])])
  const restated = { ...one, counters: counters({ plays: 900 }) }
  expect(await run(ctx, [lines([restated])])).toEqual(counts({ inserted: 0, restated: 1, known: 0 }))
  expect(await run(ctx, [lines([restated])])).toEqual(counts({ inserted: 0, restated: 0, known: 1 }))
  const { snapshots, states } = await written(ctx)
  expect(snapshots.map(({ revision, plays }) => [revision, plays])).toEqual([
    [0, 1000],
    [1, 900],
  ])
  expect(states[0]?.looks).toBe(2)
})

test('the same instant twice in one file is kept in file order, not lost', async () => {
  const ctx = await t.tenant()
  const one = row()
  const twice = { ...one, counters: counters({ plays: 1100 }) }
  expect(await run(ctx, [lines([one, twice, one])])).toEqual(
    counts({ rows: 3, inserted: 1, restated: 2, judged: 1 }),
  )
  const { snapshots, states } = await written(ctx)
  expect(snapshots.map(({ plays }) => plays)).toEqual([1000, 1100, 1000])
  expect(states[0]).toMatchObject({ plays: 1000, looks: 3 })
})

test('refused rows are reported one by one and do not stop the others', async () => {
  const ctx = await t.tenant()
  const bad = (line: number): ObservationLine => ({
    ok: false,
    line,
    column: 'plays',
    reason: 'not a number',
    value: 'x',
  })
  const pieces = [
    [...lines([row()]), bad(3)],
    [bad(4), ...lines([row()])],
  ]
  expect(await run(ctx, pieces)).toEqual(
    counts({ rows: 4, inserted: 2, refused: 2, refusedLines: [3, 4] } as object),
  )
})

test('a dry run counts and writes nothing', async () => {
  const ctx = await t.tenant()
  const known = row()
  await run(ctx, [lines([known])])
  const before = await written(ctx)
  const restated = { ...known, counters: counters({ plays: 7 }) }
  expect(await run(ctx, [lines([known]), lines([restated, row()])], { dryRun: true })).toEqual(
    counts({ rows: 3, inserted: 1, restated: 1, known: 1, judged: 0 }),
  )
  expect(await written(ctx)).toEqual(before)
  const runs = await write(ctx, (tx) => tx.select().from(importRun))
  expect(runs).toHaveLength(1)
})

/** Earlier videos make a median of 1000 plays; the last one has ten times as much, hour after hour. */
function story(): ObservationRow[] {
  const kolId = unique('account')
  const looks = [1, 2, 3, 4, 5, 6]
  const of = (ageDays: number, final: number) => {
    const id = itemId()
    const publishedAt = NOW.getTime() - ageDays * DAY
    return looks.map((hours) => {
      const plays = final * hours
      const observedAt = publishedAt + hours * HOUR
      return row({
        itemId: id,
        kolId,
        publishedAt,
        observedAt,
        counters: { ...counters(), plays, likes: plays / 10 },
      })
    })
  }
  return [...of(9, 1000), ...of(8, 900), ...of(7, 1100), ...of(6, 10_000)]
}

test('imported looks are judged in time order, whatever the order of the file', async () => {
  const flags = async (given: ObservationRow[]) => {
    const ctx = await t.tenant()
    const result = await run(ctx, [lines(given)])
    const { breakouts } = await written(ctx)
    return {
      fired: result.fired,
      at: breakouts.map(({ pendingAt, firingAt, evidence }) => ({ pendingAt, firingAt, evidence })),
    }
  }
  const given = story()
  const forward = await flags(given)
  expect(forward.fired).toBe(1)
  expect(forward.at).toEqual([
    expect.objectContaining({
      pendingAt: new Date(NOW.getTime() - 6 * DAY + HOUR),
      firingAt: new Date(NOW.getTime() - 6 * DAY + 2 * HOUR),
    }),
  ])
  expect(await flags(given.toReversed())).toEqual(forward)
})

test('an import that dies half-way is finished by running it again, to the same result', async () => {
  const given = story()
  const whole = await t.tenant()
  await run(whole, [lines(given)])
  const ctx = await t.tenant()
  let seen = 0
  const die = () => {
    seen++
    if (seen === 2) throw new Error('killed')
  }
  // The second report of progress comes after the first judged batch, the first after the rows are stored.
  await expect(run(ctx, [lines(given)], { onProgress: die })).rejects.toThrow('killed')
  const [running] = await write(ctx, (tx) => tx.select().from(importRun))
  expect(running).toMatchObject({ state: 'RUNNING', finishedAt: null })
  await run(ctx, [lines(given)])
  const bare = async (c: Context) =>
    (await written(c)).breakouts.map(({ firingAt, evidence, state }) => ({ firingAt, evidence, state }))
  expect(await bare(ctx)).toEqual(await bare(whole))
})

test('looks older than what is judged are kept as history, not judged again', async () => {
  const ctx = await t.tenant()
  const one = row()
  await run(ctx, [lines([one])])
  const older = { ...one, observedAt: one.observedAt - HOUR, counters: counters({ plays: 500 }) }
  expect(await run(ctx, [lines([older])])).toEqual(counts({ inserted: 1, judged: 0 }))
  const { states } = await written(ctx)
  expect(states[0]).toMatchObject({ plays: 1000, looks: 2 })
})

test('what is new marks from when on the figures are to be made; what is known marks nothing', async () => {
  const ctx = await t.tenant()
  const marks = async () => (await written(ctx)).states.map(({ dirtyFrom }) => dirtyFrom?.getTime() ?? null)
  const one = row()
  const later = { ...one, observedAt: one.observedAt + HOUR }
  await run(ctx, [lines([later])])
  expect(await marks()).toEqual([later.observedAt])
  await run(ctx, [lines([one, later, row()])])
  expect(await marks()).toEqual([one.observedAt, NOW.getTime() - 4 * DAY])
  await write(ctx, (tx) => tx.update(videoState).set({ dirtyFrom: null }))
  const restated = { ...later, counters: counters({ plays: 7 }) }
  await run(ctx, [lines([one, restated])])
  expect(await marks()).toEqual([later.observedAt, null])
})

test('months of any age get their partition', async () => {
  const ctx = await t.tenant()
  const publishedAt = Date.parse('2015-11-01T00:00:00Z')
  await run(ctx, [lines([row({ publishedAt, observedAt: publishedAt + 40 * DAY })])])
  const found = await rows<{ name: string }>(
    ctx.db,
    sql`select relname as name from pg_class where relname = 'snapshot_2015_12'`,
  )
  expect(found).toHaveLength(1)
})
