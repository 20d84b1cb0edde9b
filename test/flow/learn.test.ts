import { sql } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { inWorkspace, rows } from '../../db/client.ts'
import { forecastModel, referenceClass, videoState } from '../../db/tables.ts'
import { foreseeVideos } from '../../flow/foresee.ts'
import { importObservations } from '../../flow/import.ts'
import { dueLessons, learn } from '../../flow/learn.ts'
import type { ObservationRow } from '../../platforms/observation-row.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { itemId } from '../support/content.ts'
import { NOW, testDatabase } from '../support/database.ts'

const t = testDatabase()
const LOOKS = [0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120, 168, 240]

/** Ends at `final`; half of it is there after 10 h. */
function videoOf(final: number, publishedAt: number, kolId: string, until: number): ObservationRow[] {
  const id = itemId()
  return LOOKS.map((hours) => ({ hours, observedAt: publishedAt + hours * HOUR }))
    .filter(({ observedAt }) => observedAt <= until)
    .map(({ hours, observedAt }) => {
      const plays = Math.round((final * hours) / (hours + 10))
      const likes = Math.round(plays / 20)
      const counters = { plays, likes, comments: 0, shares: 0, saves: null }
      return { itemId: id, kolId, publishedAt, observedAt, counters, followers: 20_000 }
    })
}

async function store(ctx: Awaited<ReturnType<typeof t.tenant>>, items: ObservationRow[]) {
  async function* lines() {
    yield items.map((row, i) => ({ ok: true as const, line: i + 2, row }))
  }
  const quiet = { onRefused: () => {}, onProgress: () => {} }
  await importObservations(ctx, { file: 'x', items: lines(), brand: 'b', dryRun: false, ...quiet })
}

let ctx: Awaited<ReturnType<typeof t.tenant>>
const START = NOW.getTime() - 40 * DAY
/** 120 finished videos of 6 KOLs, one in 20 ten times the others. */
beforeAll(async () => {
  ctx = await t.tenant()
  const items = Array.from({ length: 120 }, (_, n) =>
    videoOf(
      n % 20 === 19 ? 10_000 + n : 900 + (n % 7) * 40,
      START + n * 5 * HOUR,
      `kol${n % 6}`,
      NOW.getTime(),
    ),
  ).flat()
  await store(ctx, items)
})

test('a workspace with videos is due until it has learned, and again a day later', async () => {
  expect(await dueLessons({ db: ctx.db, now: NOW })).toContain(ctx.workspaceId)
  expect(await learn(ctx)).toBe(120)
  expect(await dueLessons({ db: ctx.db, now: NOW })).not.toContain(ctx.workspaceId)
  const later = new Date(NOW.getTime() + DAY + MINUTE)
  expect(await dueLessons({ db: ctx.db, now: later })).toContain(ctx.workspaceId)
})

test('a lesson holds from a little after it is written, however long it took', async () => {
  const slow = new Date(NOW.getTime() - 30 * DAY)
  const written = new Date(slow.getTime() + 20 * MINUTE)
  const own = await t.tenant()
  await learn({ ...own, now: slow }, () => written)
  const [model] = await inWorkspace(own.db, own.workspaceId, (tx) => tx.select().from(forecastModel))
  expect(model).toMatchObject({ createdAt: written, effectiveAt: new Date(written.getTime() + 5 * MINUTE) })
})

test('finished videos of which only a late look came in a file teach nothing of young ones, which the priors foresee', async () => {
  const own = await t.tenant()
  const old = Array.from({ length: 60 }, (_, n) =>
    videoOf(1000 + n * 10, START + n * HOUR, `kol${n % 6}`, NOW.getTime()).filter(
      ({ observedAt, publishedAt }) => observedAt - publishedAt >= 7 * DAY,
    ),
  ).flat()
  await store(own, old)
  expect(await learn(own)).toBe(60)
  const [model] = await inWorkspace(own.db, own.workspaceId, (tx) => tx.select().from(forecastModel))
  expect(model?.model.from).toBe(7 * DAY)
  const later = { ...own, now: new Date(NOW.getTime() + 4 * HOUR) }
  await store(later, videoOf(1000, NOW.getTime() + HOUR, 'kol1', later.now.getTime()))
  const found = await inWorkspace(own.db, own.workspaceId, async (tx) => {
    const [young] = await rows<{ id: string }>(
      tx,
      sql`select id from video order by published_at desc limit 1`,
    )
    return [...(await foreseeVideos(tx, [Number(young?.id)])).values()]
  })
  expect(found).toMatchObject([{ learnedFrom: 60, reference: 'KOL' }])
  expect(found[0]?.why.en).toContain('shipped priors below 170 h')
})

test('a lesson holds a little after it was learned, and has the classes of the workspace', async () => {
  const [model] = await inWorkspace(ctx.db, ctx.workspaceId, (tx) => tx.select().from(forecastModel))
  expect(model).toMatchObject({ videos: 120, effectiveAt: new Date(NOW.getTime() + 5 * MINUTE) })
  expect(model?.model).toMatchObject({ version: 1, videos: 120, top: 0.05 })
  const classes = await inWorkspace(ctx.db, ctx.workspaceId, (tx) => tx.select().from(referenceClass))
  expect(classes.map(({ kind, key }) => [kind, key])).toContainEqual(['WORKSPACE', ''])
  expect(classes.find(({ kind }) => kind === 'WORKSPACE')?.stats.videos).toBe(120)
})

test('a video that starts as the hits did is foreseen as one, by the lesson and not before it', async () => {
  const later = { ...ctx, now: new Date(NOW.getTime() + 12 * HOUR) }
  const [dud, hit] = [1000, 10_000].map((final) =>
    videoOf(final, NOW.getTime() + HOUR, 'kol1', later.now.getTime()),
  ) as [ObservationRow[], ObservationRow[]]
  await store(later, [...dud, ...hit])
  const found = await inWorkspace(ctx.db, ctx.workspaceId, async (tx) => {
    const ids = await rows<{ id: string; item_id: string }>(tx, sql`select id, item_id from video`)
    const idOf = (item: ObservationRow[]) => Number(ids.find((row) => row.item_id === item[0]?.itemId)?.id)
    const forecasts = await foreseeVideos(tx, [idOf(dud), idOf(hit)])
    return [forecasts.get(idOf(dud)), forecasts.get(idOf(hit))]
  })
  expect(found[0]).toMatchObject({ learnedFrom: 120, reference: 'KOL' })
  expect(found[0]?.probability).toBeLessThan(0.1)
  expect(found[1]?.probability).toBeGreaterThan(0.6)
  expect(found[1]?.final).toBeGreaterThan(6000)
  expect(found[1]?.low).toBeLessThanOrEqual(found[1]?.final as number)
  expect(found[1]?.why.zh).toContain('120 条已完结视频')
  const states = await inWorkspace(ctx.db, ctx.workspaceId, (tx) => tx.select().from(videoState))
  const stored = states.map(({ breakoutProbability }) => breakoutProbability)
  expect(stored).toContain(found[1]?.probability)
})

test('a look of before a lesson is judged by what held then', async () => {
  const states = await inWorkspace(ctx.db, ctx.workspaceId, (tx) =>
    tx.select().from(videoState).orderBy(videoState.publishedAt),
  )
  const first = states[0] as (typeof states)[number]
  const forecasts = await inWorkspace(ctx.db, ctx.workspaceId, (tx) => foreseeVideos(tx, [first.videoId]))
  expect(forecasts.get(first.videoId)).toMatchObject({
    learnedFrom: 0,
    probability: first.breakoutProbability,
  })
})
