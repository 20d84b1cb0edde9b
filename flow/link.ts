import { itemIdOf } from '../rules/share.ts'
import type { Context } from './context.ts'
import { InvalidInputError, ShortLinkError, text } from './errors.ts'
import { publishVideo } from './publish.ts'

export interface LinkVideo {
  /** A planned video. */
  videoId: number
  /** Share text, link or item id; see rules/share.ts. */
  share: string
  /** Left out: now. */
  publishedAt?: Date | undefined
}
export interface LinkDeps {
  /** The address that a short link leads to; null: to none. */
  resolveShortLink?: (link: string) => Promise<string | null>
}

/**
 * Publishes a planned video as the one that the text names. ShortLinkError: the text has only a short link, and it
 * could not be followed. Otherwise refuses as publishVideo does.
 */
export async function linkVideo(ctx: Context, input: LinkVideo, deps: LinkDeps = {}): Promise<number> {
  const itemId = await itemIdIn(text('share', input.share, 4000), deps)
  return publishVideo(ctx, { videoId: input.videoId, itemId, publishedAt: input.publishedAt ?? ctx.now })
}

async function itemIdIn(share: string, { resolveShortLink }: LinkDeps): Promise<string> {
  const shared = itemIdOf(share)
  if (shared.kind === 'item') return shared.itemId
  if (shared.kind === 'several') {
    throw new InvalidInputError('share', 'share holds links to several videos: leave the one that is meant')
  }
  if (shared.kind === 'none') {
    throw new InvalidInputError('share', 'share holds neither a link to a 抖音 video nor a 19-digit item id')
  }
  const address = await resolveShortLink?.(shared.link)
  const behind = itemIdOf(address ?? '')
  if (behind.kind === 'item') return behind.itemId
  throw new ShortLinkError(shared.link)
}
