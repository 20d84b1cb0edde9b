import { z } from 'zod'
import { MINUTE } from '../rules/types.ts'
import { chunksOf, isUrgent } from './chunks.ts'
import type { Capability, Connector, CounterAnswer, VideoRef } from './connector.ts'
import { callDouyin, type DouyinAccess } from './douyin-call.ts'
import { looseInt, readDouyin } from './douyin-envelope.ts'
import { createExternal, type DouyinExternal } from './douyin-external.ts'
import { type DouyinVideo, namedVideoSchema, videoSchema } from './douyin-video.ts'
import { FetchError } from './errors.ts'

/**
 * 抖音开放平台: a user's own videos with that user's token. No 收藏. Not to be built on alone: some apps get
 * 28001056 (API offline), which is `forbidden` here, and the counters of video_data may end with it.
 * [unsure], each an option: the most videos in one video_data call (`batch`), the most in one page of
 * video_list (`pageSize`), where the token goes (`tokenIn`). That a deleted video is missing from the
 * list rather than an error is taken as given: it is `not_found`.
 */
export interface DouyinOptions extends DouyinAccess {
  /** The open_id that stands for an account of ours; null: it has not authorised. Unless set they are the same. */
  openIdOf?: (accountId: string) => Promise<string | null> | string | null
  batch?: number
  pageSize?: number
}

export interface Douyin extends Connector, DouyinExternal {
  /** All videos of a user in the platform's order (newest first), page by page as they are taken. */
  listVideos(openId: string): AsyncGenerator<DouyinVideo>
  /** At most `batch` videos, by either kind of id; what the platform does not return is missing. */
  videoData(openId: string, ids: { itemIds: string[] } | { openItemIds: string[] }): Promise<DouyinVideo[]>
}

const BATCH = 20
const PAGE_SIZE = 20

export const DOUYIN_CAPABILITY: Capability = {
  gives: ['plays', 'likes', 'comments', 'shares'],
  // Not documented; the observed step decides once there are real looks.
  freshnessMs: 10 * MINUTE,
  batch: BATCH,
  // [unsure] None is published: what to begin with, while 28003018 is obeyed. Per app. Its OAuth is
  // not counted: those calls are few, and one that is refused would cost an account.
  callsPerSecond: 10,
  // There is one (28003017 refuses for the day), of a size that only the app's console shows.
  callsPerDay: null,
  scope: 'app',
  costFen: 0,
}

const listSchema = z.object({ list: z.array(z.unknown()).nullish() })
const pageSchema = z.object({
  list: z.array(videoSchema).nullish(),
  cursor: looseInt,
  has_more: z.union([z.boolean(), looseInt]).transform(Boolean),
})

export function createDouyin(options: DouyinOptions): Douyin {
  const batch = Math.min(BATCH, options.batch ?? BATCH)
  return {
    source: 'douyin',
    capability: { ...DOUYIN_CAPABILITY, batch },
    fetchCounters: async (refs) => {
      const chunks = chunksOf(refs, batch)
      return (await Promise.all(chunks.map((chunk) => fetchChunk(chunk, options)))).flat()
    },
    listVideos: (openId) => listVideos(options, openId),
    videoData: async (openId, ids) => {
      const asked = 'itemIds' in ids ? { video_ids: ids.itemIds } : { item_ids: ids.openItemIds }
      return (await videoData(options, openId, asked)).map((entry) => readEntry(entry))
    },
    ...createExternal(options),
  }
}

async function fetchChunk(refs: VideoRef[], options: DouyinOptions): Promise<CounterAnswer[]> {
  try {
    const accountId = refs[0]?.accountId ?? ''
    const openId = await (options.openIdOf ?? ((id) => id))(accountId)
    if (openId === null) throw new FetchError('forbidden', `account ${accountId} has not authorised`)
    const sound = [...new Set(refs.map((ref) => ref.itemId).filter((id) => /^\d{1,19}$/.test(id)))]
    const urgent = refs.some(isUrgent)
    const entries = sound.length > 0 ? await videoData(options, openId, { video_ids: sound }, urgent) : []
    return refs.map((ref) => answerFor(ref, entries, sound))
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return refs.map(({ itemId }) => ({ ok: false, itemId, error }))
  }
}

function answerFor({ itemId }: VideoRef, entries: unknown[], sound: string[]): CounterAnswer {
  const failed = (kind: FetchError['kind'], reason: string): CounterAnswer => {
    return { ok: false, itemId, error: new FetchError(kind, `${itemId}: ${reason}`) }
  }
  if (!sound.includes(itemId)) return failed('rejected', 'not a platform id')
  const names = entries.map((entry) => namedVideoSchema.safeParse(entry).data?.video_id)
  const index = names.indexOf(itemId)
  if (index === -1) {
    // Whoever is missing may be the one that cannot be read, or the answer is another question's.
    if (names.some((name) => name === undefined || !sound.includes(name)))
      return failed('parse', 'an entry of the answer is of no video that was asked for')
    return failed('not_found', 'the platform did not return this video')
  }
  const video = videoSchema.safeParse(entries[index])
  if (video.success) return { ok: true, itemId, counters: video.data.counters }
  return failed('parse', reasonOf(video.error))
}

/** Entries stay unread: a broken one is its own failure, not that of the others. */
async function videoData(
  options: DouyinOptions,
  openId: string,
  body: { video_ids: string[] } | { item_ids: string[] },
  urgent = false,
): Promise<unknown[]> {
  // The two lists never go together: the documents disagree on which would win.
  const path = '/api/douyin/v1/video/video_data/'
  const answer = await callDouyin(options, openId, { method: 'POST', path, body, urgent })
  return readDouyin(answer, listSchema).list ?? []
}

async function* listVideos(options: DouyinOptions, openId: string): AsyncGenerator<DouyinVideo> {
  const count = String(options.pageSize ?? PAGE_SIZE)
  const seen = new Set<number>()
  for (let cursor = 0; ; ) {
    if (seen.has(cursor)) throw new FetchError('parse', 'has_more is set but the cursor stands still')
    seen.add(cursor)
    const path = '/api/douyin/v1/video/video_list/'
    const query = { cursor: String(cursor), count }
    const page = readDouyin(await callDouyin(options, openId, { method: 'GET', path, query }), pageSchema)
    yield* page.list ?? []
    if (!page.has_more) return
    cursor = page.cursor
  }
}

function readEntry(entry: unknown): DouyinVideo {
  const video = videoSchema.safeParse(entry)
  if (video.success) return video.data
  throw new FetchError('parse', `data.list.${reasonOf(video.error)}`)
}

function reasonOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.')}: ${issue?.message}`
}
