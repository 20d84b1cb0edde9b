/** 混剪: says out of which video of its brand another one was cut anew, and what is new in it. */
import { eq } from 'drizzle-orm'
import { among } from '../db/among.ts'
import type { Tx } from '../db/client.ts'
import { loadAncestors } from '../db/queries/remix.ts'
import { brand, remix, video } from '../db/tables.ts'
import { REMIX_PARTS, type RemixPart, type RemixProblem, remixProblem } from '../rules/remix.ts'
import { type Context, write } from './context.ts'
import { ConflictError, found, InvalidInputError } from './errors.ts'

export interface MarkRemix {
  videoId: number
  originId: number
  parts: readonly RemixPart[]
}

/**
 * Of a planned or published video; said again it replaces what was said. NotFoundError: one of the two is not there.
 * InvalidInputError: no part, the video itself, or a video of another brand. ConflictError: it is archived, or the origin was
 * cut out of it. Answers the video.
 */
export async function markRemix(ctx: Context, { videoId, originId, parts }: MarkRemix): Promise<number> {
  return write(ctx, async (tx) => {
    const [own, origin] = await loadBoth(tx, videoId, originId)
    // One at a time in a brand: two halves of a circle would not see each other.
    await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, own.brandId)).for('no key update')
    const problem = remixProblem(own, origin, parts, await loadAncestors(tx, originId))
    if (problem) refuse(problem)
    const said = { originId, parts: REMIX_PARTS.filter((part) => parts.includes(part)), createdAt: ctx.now }
    await tx
      .insert(remix)
      .values({ videoId, ...said })
      .onConflictDoUpdate({ target: [remix.workspaceId, remix.videoId], set: said })
    return videoId
  })
}

/** Takes it back; twice changes nothing. NotFoundError: there is no such video. */
export async function unmarkRemix(ctx: Context, { videoId }: { videoId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    const [there] = await tx.select({ id: video.id }).from(video).where(eq(video.id, videoId))
    found(there, 'video')
    await tx.delete(remix).where(eq(remix.videoId, videoId))
    return videoId
  })
}

async function loadBoth(tx: Tx, videoId: number, originId: number) {
  const there = await tx
    .select({ id: video.id, brandId: video.brandId, stage: video.stage })
    .from(video)
    .where(among(video.id, [videoId, originId]))
  const cuts = there.map(({ stage, ...cut }) => ({ ...cut, archived: stage === 'ARCHIVED' }))
  const cut = (id: number) =>
    found(
      cuts.find((each) => each.id === id),
      'video',
    )
  return [cut(videoId), cut(originId)] as const
}

function refuse(problem: RemixProblem): never {
  switch (problem.kind) {
    case 'NO_PARTS':
      throw new InvalidInputError('parts', 'parts must name what is new: HOOK, BODY or CALL_TO_ACTION')
    case 'ITSELF':
      throw new InvalidInputError(
        'originId',
        'originId is the video itself: name the one that it was cut out of',
      )
    case 'OTHER_BRAND':
      throw new InvalidInputError(
        'originId',
        'originId is of another brand: a video is cut out of one of its own brand',
      )
    case 'ARCHIVED':
      throw new ConflictError('The video is archived: what is put away is not cut any more.')
    case 'CIRCLE':
      throw new ConflictError(
        `The origin was cut out of this video, ${problem.steps} step${problem.steps > 1 ? 's' : ''} on: take that back first.`,
      )
  }
}
