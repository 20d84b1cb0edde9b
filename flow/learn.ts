/** 学习: what the workspace's finished videos teach, once a day. */
import { sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../db/client.ts'
import { type FinishedVideo, loadFinished, streamLooks } from '../db/queries/learn.ts'
import { loadCounting } from '../db/queries/watch.ts'
import { forecastModel, referenceClass } from '../db/tables.ts'
import { type Curve, extendCurve } from '../rules/curve.ts'
import { FINISHED_AGE } from '../rules/forecast-class.ts'
import { NARROWEST } from '../rules/forecast-video.ts'
import { type Lesson, ROLLING, type Trace, teach } from '../rules/lesson.ts'
import { publicationHour } from '../rules/publication-hour.ts'
import { CLASS_KINDS } from '../rules/reference.ts'
import { DAY, type Look, MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'

/** A breakout ends in this share of its class. */
export const TOP_SHARE = 0.05
/** How often a workspace learns. */
const EVERY = DAY
/** Looks that are judged while a lesson is being written are judged by the one before, live as in a replay. */
const EFFECTIVE_AFTER = 5 * MINUTE

/** Workspaces that watch videos and have learned nothing for a day. */
export async function dueLessons({ db, now }: { db: Db; now: Date }): Promise<number[]> {
  const before = new Date(now.getTime() - EVERY).toISOString()
  const due = await rows<{ workspace_id: string }>(
    db,
    sql`select workspace_id from due_lessons(${before}::timestamptz)`,
  )
  return due.map((row) => Number(row.workspace_id))
}

/**
 * From natural videos alone: one with bought plays says nothing of what plays come by themselves. Answers how many
 * finished videos it was learned from. `clock` is asked once all is learned; left out: it took no time.
 */
export async function learn(ctx: Context, clock: () => Date = () => ctx.now): Promise<number> {
  const traces = await write(ctx, (tx) => readTraces(tx, ctx.now))
  const lesson = teach(traces, TOP_SHARE, NARROWEST)
  await write(ctx, (tx) => store(tx, clock(), traces.length, lesson))
  return traces.length
}

async function readTraces(tx: Tx, now: Date): Promise<Trace[]> {
  const { zone } = await loadCounting(tx)
  const since = now.getTime() - ROLLING.age - FINISHED_AGE
  const videos = await loadFinished(tx, { age: FINISHED_AGE, most: ROLLING.most })
  // Latest published first: those of the last months, and more where that is too few.
  const recent = videos.filter(({ publishedAt }, i) => i < ROLLING.least || publishedAt >= since).reverse()
  const kept = await keptOf(tx, recent)
  return recent.map((video) => {
    const { interactions, firstAt, looks } = kept.get(video.videoId) ?? NOTHING_KEPT
    // Which look was the first is known only while all of them are kept.
    const firstAge = firstAt === null || looks < video.looks ? null : firstAt - video.publishedAt
    return { ...video, hour: publicationHour(video.publishedAt, zone), interactions, firstAge }
  })
}

/** What the looks that are kept say of a video. */
interface Kept {
  /** At the ages of a curve, as plays are. */
  interactions: Curve
  /** The first that gave plays, ms; null: none did. */
  firstAt: number | null
  looks: number
}
const NOTHING_KEPT: Kept = { interactions: [], firstAt: null, looks: 0 }

async function keptOf(tx: Tx, videos: readonly FinishedVideo[]): Promise<Map<number, Kept>> {
  const published = new Map(videos.map(({ videoId, publishedAt }) => [videoId, publishedAt]))
  const found = new Map<number, Kept>()
  for await (const looks of streamLooks(tx, [...published.keys()])) {
    let before: { videoId: number; look: Look } | null = null
    for (const { videoId, observedAt, played, interactions } of looks) {
      const look: Look = { ...NOTHING_SEEN, observedAt, plays: interactions }
      const last = before?.videoId === videoId ? before.look : null
      const kept = found.get(videoId) ?? { ...NOTHING_KEPT }
      found.set(videoId, kept)
      kept.interactions = extendCurve(kept.interactions, published.get(videoId) as number, last, look)
      if (played) kept.firstAt ??= observedAt
      kept.looks++
      before = { videoId, look }
    }
  }
  return found
}
const NOTHING_SEEN = { likes: null, comments: null, shares: null, saves: null }

async function store(tx: Tx, now: Date, videos: number, { model, classes }: Lesson): Promise<void> {
  const effectiveAt = new Date(now.getTime() + EFFECTIVE_AFTER)
  const [made] = await tx
    .insert(forecastModel)
    .values({ createdAt: now, effectiveAt, videos, model })
    .returning({ id: forecastModel.id })
  const modelId = found(made, 'model').id
  const all = CLASS_KINDS.flatMap((kind) =>
    [...(classes.get(kind) ?? [])].map(([key, stats]) => ({ modelId, kind, key, stats })),
  )
  for (let i = 0; i < all.length; i += 500) await tx.insert(referenceClass).values(all.slice(i, i + 500))
}
