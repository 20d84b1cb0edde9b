/** Changes of videos that are there, planned or published: the phase, and the archive; plans are edited by flow/revise-plans.ts. */
import { and, eq, ne } from 'drizzle-orm'
import { among } from '../db/among.ts'
import { video, videoState } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { refreshCycles } from './cycle.ts'
import { ConflictError, found, NotFoundError } from './errors.ts'
import { checkCount } from './plan.ts'
import { linkCheck } from './plan-links.ts'
import { holdShards } from './shard.ts'

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
    // A worker that is looking at it right now writes only what is still watched.
    await tx
      .update(videoState)
      .set({ nextPollAt: null, pollWhy: null, noDataSince: null, noDataReason: null })
      .where(eq(videoState.videoId, videoId))
    return videoId
  })
}

/**
 * Puts 1 to 2,000 videos, planned or published, into a phase of a campaign of their brand; null: into none. All or
 * none: NotFoundError, InvalidInputError(phaseId), and ConflictError where one is archived, refuse the whole.
 */
export async function assignPhase(
  ctx: Context,
  { videoIds, phaseId }: { videoIds: readonly number[]; phaseId: number | null },
): Promise<number[]> {
  checkCount('videoIds', videoIds)
  const wanted = [...new Set(videoIds)]
  return write(ctx, async (tx) => {
    const there = await tx
      .select({ id: video.id, brandId: video.brandId, stage: video.stage })
      .from(video)
      .where(among(video.id, wanted))
      .orderBy(video.id)
      .for('no key update')
    if (there.length < wanted.length) throw new NotFoundError('video')
    if (there.some(({ stage }) => stage === 'ARCHIVED')) {
      throw new ConflictError('An archived video counts for the phase that it had: leave it out.')
    }
    const linked = await linkCheck(tx, [{ phaseId }])
    for (const { brandId } of there) linked(brandId, { phaseId })
    await tx.update(video).set({ phaseId }).where(among(video.id, wanted))
    await holdShards(tx, wanted)
    await tx.update(videoState).set({ phaseId }).where(among(videoState.videoId, wanted))
    await refreshCycles(tx, ctx.now, { videoIds: wanted })
    return wanted
  })
}
