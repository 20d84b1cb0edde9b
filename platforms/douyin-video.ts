import { z } from 'zod'
import type { Counters } from '../rules/types.ts'
import { looseCounter, looseInt } from './douyin-envelope.ts'

/** A video as its author sees it. */
export interface DouyinVideo {
  /** The plain 19-digit id, the key that every other platform shares. */
  itemId: string
  /** The encrypted id, of this app only; external data is asked by it. */
  openItemId: string
  title: string
  publishedAt: number
  shareUrl: string | null
  status: 'PUBLIC' | 'FRIENDS' | 'PRIVATE' | 'IN_REVIEW' | 'UNSUITABLE' | 'UNKNOWN'
  isImages: boolean
  /** The platform shows 0 plays where it shows none: plays is null then. */
  hidden: boolean
  counters: Counters
}

const STATUS: Readonly<Record<number, DouyinVideo['status']>> = {
  1: 'PUBLIC',
  2: 'UNSUITABLE',
  4: 'IN_REVIEW',
  5: 'PUBLIC',
  6: 'FRIENDS',
  7: 'PRIVATE',
}
const IMAGES = 2

export const namedVideoSchema = z.object({
  video_id: z.union([z.string().regex(/^\d{1,19}$/), z.int().positive().transform(String)]),
})
export const videoSchema = z
  .object({
    ...namedVideoSchema.shape,
    item_id: z.string(),
    title: z.string().nullish(),
    create_time: looseInt,
    share_url: z.string().nullish(),
    video_status: looseInt.nullish(),
    media_type: looseInt.nullish(),
    statistics: z.object({
      play_count: looseCounter,
      digg_count: looseCounter,
      comment_count: looseCounter,
      share_count: looseCounter,
    }),
  })
  .transform(toVideo)

interface Wire {
  video_id: string
  item_id: string
  title?: string | null | undefined
  create_time: number
  share_url?: string | null | undefined
  video_status?: number | null | undefined
  media_type?: number | null | undefined
  statistics: Record<'play_count' | 'digg_count' | 'comment_count' | 'share_count', number | null>
}

function toVideo(wire: Wire): DouyinVideo {
  const status = STATUS[wire.video_status ?? 0] ?? 'UNKNOWN'
  const {
    play_count: plays,
    digg_count: likes,
    comment_count: comments,
    share_count: shares,
  } = wire.statistics
  const hidden = plays === 0 && (status === 'PRIVATE' || [likes, comments, shares].some((count) => count))
  return {
    itemId: wire.video_id,
    openItemId: wire.item_id,
    title: wire.title ?? '',
    publishedAt: wire.create_time * 1000,
    shareUrl: wire.share_url || null,
    status,
    isImages: wire.media_type === IMAGES,
    hidden,
    counters: { plays: hidden ? null : plays, likes, comments, shares, saves: null },
  }
}
