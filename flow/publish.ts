import { and, eq, sql } from 'drizzle-orm'
import { video, videoState } from '../db/tables.ts'
import { type Context, write } from './context.ts'
import { refreshCycles } from './cycle.ts'
import { ConflictError, conflictOn, found, InvalidInputError } from './errors.ts'
import { refreshMoney } from './money.ts'
import { wakeShards } from './shard.ts'
import { chooseSources, NOT_CONNECTED } from './subject.ts'

export interface PublishVideo {
  videoId: number
  /** The plain item id on the platform: digits only. */
  itemId: string
  publishedAt: Date
  /** The connector that will poll it; left out: the best one that sees the KOL's videos, now or once there is one. */
  source?: string
}

/**
 * Marks a planned video as published and puts it under watch. Its element versions and the KOL's tier are frozen
 * here. Saying the same again changes nothing.
 */
export async function publishVideo(ctx: Context, input: PublishVideo): Promise<number> {
  const { videoId, itemId, publishedAt, source } = input
  if (!/^\d{1,24}$/.test(itemId)) {
    throw new InvalidInputError('itemId', 'itemId is the number of the video on Douyin, digits only')
  }
  if (publishedAt > ctx.now) throw new InvalidInputError('publishedAt', 'publishedAt lies in the future')
  return write(ctx, async (tx) => {
    const version = (axis: 'persona' | 'product' | 'scene' | 'need') => sql`(
      select element.version from cell
      join element on element.workspace_id = cell.workspace_id and element.id = cell.${sql.identifier(`${axis}_id`)}
      where cell.workspace_id = video.workspace_id and cell.id = video.cell_id)`
    const [published] = await tx
      .update(video)
      .set({
        stage: 'PUBLISHED',
        itemId,
        publishedAt,
        personaVersion: version('persona'),
        productVersion: version('product'),
        sceneVersion: version('scene'),
        needVersion: version('need'),
        tier: sql`(select tier from kol where kol.workspace_id = video.workspace_id and kol.id = video.kol_id)`,
      })
      .where(and(eq(video.id, videoId), eq(video.stage, 'PLANNED')))
      .returning({ kolId: video.kolId, cellId: video.cellId, phaseId: video.phaseId })
    if (!published) {
      const [there] = await tx.select().from(video).where(eq(video.id, videoId))
      if (found(there, 'video').itemId === itemId) return videoId
      throw new ConflictError(
        `The video is already ${there?.stage.toLowerCase()} as ${there?.itemId ?? 'nothing'}.`,
      )
    }
    const watched = source
      ? { source, nextPollAt: ctx.now }
      : { noDataSince: ctx.now, noDataReason: NOT_CONNECTED }
    await tx.insert(videoState).values({ videoId, ...published, publishedAt, ...watched })
    await refreshCycles(tx, ctx.now, { videoIds: [videoId] })
    await refreshMoney(tx, ctx.now, new Map([[itemId, publishedAt]]))
    await (source ? wakeShards(tx, [videoId]) : chooseSources(tx, ctx.now, videoId))
    return videoId
  }).catch(conflictOn('video_item', `Another video is already published as ${itemId}.`))
}
