import { z } from 'zod'
import { type Counters, MINUTE } from '../rules/types.ts'
import { chunksOf, isUrgent } from './chunks.ts'
import type { Capability, Connector, CounterAnswer, VideoRef } from './connector.ts'
import { FetchError } from './errors.ts'
import { int64 } from './json.ts'
import {
  counterSchema,
  createOceanengine,
  idSchema,
  type Oceanengine,
  type OceanengineOptions,
} from './oceanengine.ts'
import { cursorInfo, listOf, readCursor } from './oceanengine-page.ts'

/** 巨量千川: counters of a 抖音号's videos, for an advertiser whom that 抖音号 has authorised. No 收藏. */
export interface QianchuanOptions extends OceanengineOptions {
  advertiserId: string
}

const BATCH = 50
const PATH = '/open_api/v1.0/qianchuan/file/video/aweme/get/'

export const QIANCHUAN_CAPABILITY: Capability = {
  gives: ['plays', 'likes', 'comments', 'shares'],
  // Not documented by the platform; the observed step decides once there are real looks.
  freshnessMs: 10 * MINUTE,
  batch: BATCH,
  // [unsure] Per app and interface, shown in its console only; a team writes of 50 to 200 for others of its interfaces.
  callsPerSecond: 10,
  // There is one (61002, 61003 refuse for the day), of a size that is not published.
  callsPerDay: null,
  scope: 'app',
  costFen: 0,
}

const pageSchema = z.object({
  page_info: cursorInfo,
  // Read one by one below: a broken entry is its own failure, not that of the 49 beside it.
  video_list: listOf(z.unknown()),
})
const namedSchema = z.object({ aweme_item_id: idSchema })
const itemSchema = z.object({
  view_cnt: counterSchema,
  like_cnt: counterSchema,
  comment_cnt: counterSchema,
  share_cnt: counterSchema,
})

/** What one account's chunk has yielded so far, by item id. */
interface Found {
  entries: Map<string, Counters | FetchError>
  /** An entry of nobody who was asked for: whoever is missing may be the one, or the answer is another question's. */
  strange: boolean
}

export function createQianchuan({ advertiserId, ...options }: QianchuanOptions): Connector {
  const oceanengine = createOceanengine(options)
  return {
    source: 'qianchuan',
    capability: QIANCHUAN_CAPABILITY,
    fetchCounters: async (refs) => {
      const answers = await Promise.all(
        chunksOf(refs, BATCH).map((chunk) => fetchChunk(chunk, oceanengine, advertiserId)),
      )
      return answers.flat()
    },
  }
}

async function fetchChunk(
  refs: VideoRef[],
  oceanengine: Oceanengine,
  advertiserId: string,
): Promise<CounterAnswer[]> {
  const sound = refs.filter((ref) => int64(ref.itemId) !== null && int64(ref.accountId) !== null)
  const found: Found = { entries: new Map(), strange: false }
  let failure: FetchError | null = null
  try {
    if (sound.length > 0) await readVideos(sound, oceanengine, advertiserId, found)
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    // What earlier pages gave stays good.
    failure = error
  }
  return refs.map((ref) =>
    sound.includes(ref) ? answerFor(ref, found, failure) : failed(ref, 'rejected', 'not a platform id'),
  )
}

function answerFor(ref: VideoRef, found: Found, failure: FetchError | null): CounterAnswer {
  const entry = found.entries.get(ref.itemId)
  if (entry instanceof FetchError) return { ok: false, itemId: ref.itemId, error: entry }
  if (entry) return { ok: true, itemId: ref.itemId, counters: entry }
  if (failure) return { ok: false, itemId: ref.itemId, error: failure }
  if (found.strange) return failed(ref, 'parse', 'an entry of the answer is of no video that was asked for')
  return failed(ref, 'not_found', 'the platform did not return this video')
}

function failed(ref: VideoRef, kind: FetchError['kind'], reason: string): CounterAnswer {
  return { ok: false, itemId: ref.itemId, error: new FetchError(kind, `${ref.itemId}: ${reason}`) }
}

async function readVideos(refs: VideoRef[], oceanengine: Oceanengine, advertiserId: string, found: Found) {
  const asked = new Set(refs.map((ref) => ref.itemId))
  const pages = readCursor(oceanengine, {
    method: 'GET',
    path: PATH,
    account: advertiserId,
    urgent: refs.some(isUrgent),
    query: {
      advertiser_id: advertiserId,
      aweme_id: refs[0]?.accountId ?? '',
      filtering: { aweme_item_ids: [...asked].map(int64) },
    },
    count: BATCH,
    data: pageSchema,
  })
  for await (const page of pages) for (const entry of page.video_list) readEntry(entry, asked, found)
}

function readEntry(entry: unknown, asked: ReadonlySet<string>, found: Found): void {
  const named = namedSchema.safeParse(entry)
  if (!named.success || !asked.has(named.data.aweme_item_id)) {
    found.strange = true
    return
  }
  const item = itemSchema.safeParse(entry)
  found.entries.set(named.data.aweme_item_id, item.success ? countersOf(item.data) : brokenEntry(item.error))
}

function countersOf(item: z.infer<typeof itemSchema>): Counters {
  return {
    plays: item.view_cnt,
    likes: item.like_cnt,
    comments: item.comment_cnt,
    shares: item.share_cnt,
    saves: null,
  }
}

function brokenEntry(error: z.ZodError): FetchError {
  const [issue] = error.issues
  return new FetchError('parse', `${issue?.path.join('.')}: ${issue?.message}`)
}
