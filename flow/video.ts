/** Changes of videos that are there: the plan until publication, the phase always, and the archive. */
import { and, eq, ne } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { cell, video, videoState } from '../db/tables.ts'
import { among } from './among.ts'
import { cellsOf, type Place, placeCheck } from './cell.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError, NotFoundError, text } from './errors.ts'
import { checkCount, type PlanVideo, phrase } from './plan.ts'
import { linkCheck } from './plan-links.ts'

/**
 * Left out: as it is. null: none, where a video may have none. A matrix without elements keeps the elements, elements
 * without a matrix the matrix.
 */
export type RevisePlan = { videoId: number } & { [Key in keyof PlanVideo]?: PlanVideo[Key] | undefined }

/**
 * Edits a planned video. Only what is changed is checked: a plan that was made before a pair or an archive can still
 * be given another title. ConflictError: it is published or archived.
 */
export async function revisePlan(ctx: Context, { videoId, ...change }: RevisePlan): Promise<number> {
  const { kolId, seriesId, phaseId, purpose, plannedFor, hook, format } = change
  const said = {
    kolId,
    seriesId,
    phaseId,
    purpose,
    plannedFor,
    title: change.title === undefined ? undefined : text('title', change.title),
    hook: hook === undefined ? undefined : phrase('hook', hook),
    format: format === undefined ? undefined : phrase('format', format),
  }
  return write(ctx, async (tx) => {
    const [row] = await tx.select().from(video).where(eq(video.id, videoId)).for('no key update')
    const { stage, brandId, cellId } = found(row, 'video')
    if (stage !== 'PLANNED') {
      throw new ConflictError(`The video is ${stage.toLowerCase()}: its plan stands as it was.`)
    }
    const values = { ...said, cellId: await movedTo(tx, brandId, cellId, change) }
    const linked = await linkCheck(tx, [change])
    linked(brandId, change)
    // drizzle leaves out what is undefined, and refuses an update of nothing.
    if (Object.values(values).every((value) => value === undefined)) return videoId
    await tx.update(video).set(values).where(eq(video.id, videoId))
    return videoId
  })
}

/** The cell that the change names; undefined: it names none. */
async function movedTo(
  tx: Tx,
  brandId: number,
  cellId: number | null,
  { matrixId, elementIds }: { [Key in keyof Place]?: Place[Key] | undefined },
): Promise<number | undefined> {
  if (matrixId === undefined && elementIds === undefined) return undefined
  const [now] = await tx
    .select()
    .from(cell)
    .where(eq(cell.id, cellId ?? 0))
  const held = [now?.personaId, now?.productId, now?.sceneId, now?.needId].flatMap((id) => id ?? [])
  const place = { matrixId: matrixId ?? found(now, 'matrix').matrixId, elementIds: elementIds ?? held }
  const placed = await placeCheck(tx, [place])
  const checked = placed(place)
  if (checked.brandId !== brandId) {
    throw new InvalidInputError('matrixId', 'a video cannot move to the matrix of another brand')
  }
  return (await cellsOf(tx, [checked]))[0]
}

/**
 * Puts a video away; one that was published is not looked at any more, and its numbers stay. Twice changes nothing.
 */
export async function archiveVideo(ctx: Context, { videoId }: { videoId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const [archived] = await tx
      .update(video)
      .set({ stage: 'ARCHIVED' })
      .where(and(eq(video.id, videoId), ne(video.stage, 'ARCHIVED')))
      .returning({ id: video.id })
    if (!archived) {
      const there = await tx.select({ id: video.id }).from(video).where(eq(video.id, videoId))
      return found(there[0], 'video').id
    }
    // Without its claim a worker that is looking at it right now writes nothing; nothing is missed or waited for.
    await tx
      .update(videoState)
      .set({ nextPollAt: null, claim: null, claimedUntil: null, noDataSince: null, noDataReason: null })
      .where(eq(videoState.videoId, videoId))
    return videoId
  })
}

/**
 * Puts 1 to 2,000 videos, planned or published, into a phase of a campaign of their brand; null: into none. All or
 * none: NotFoundError and InvalidInputError(phaseId) refuse the whole.
 */
export async function assignPhase(
  ctx: Context,
  { videoIds, phaseId }: { videoIds: readonly number[]; phaseId: number | null },
): Promise<number[]> {
  checkCount('videoIds', videoIds)
  const wanted = [...new Set(videoIds)]
  return write(ctx, async (tx) => {
    const there = await tx
      .select({ id: video.id, brandId: video.brandId })
      .from(video)
      .where(among(video.id, wanted))
      .orderBy(video.id)
      .for('no key update')
    if (there.length < wanted.length) throw new NotFoundError('video')
    const linked = await linkCheck(tx, [{ phaseId }])
    for (const { brandId } of there) linked(brandId, { phaseId })
    await tx.update(video).set({ phaseId }).where(among(video.id, wanted))
    await tx.update(videoState).set({ phaseId }).where(among(videoState.videoId, wanted))
    return wanted
  })
}
