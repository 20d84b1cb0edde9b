import { z } from 'zod'
import { type Counters, MINUTE } from '../rules/types.ts'
import type { Capability, Connector, CounterAnswer, VideoRef } from './connector.ts'
import { FetchError } from './errors.ts'
import type { Http } from './http.ts'
import { int64, toJson } from './json.ts'
import { classifyOceanengine, counterSchema, idSchema, readData } from './oceanengine.ts'

/** 巨量千川: counters of a 抖音号's videos, for an advertiser whom that 抖音号 has authorised. No 收藏. */
export interface QianchuanOptions {
  baseUrl: string
  advertiserId: string
  /** The stored token. Asked again with the token that was just refused, so that a refresh can come between. */
  accessToken: (refused?: string) => Promise<string> | string
  http: Http
}

const BATCH = 50
const PATH = '/open_api/v1.0/qianchuan/file/video/aweme/get/'

const CAPABILITY: Capability = {
  gives: ['plays', 'likes', 'comments', 'shares'],
  // Not documented by the platform; the observed step decides once there are real looks.
  freshnessMs: 10 * MINUTE,
  batch: BATCH,
  callsPerSecond: 10,
  costFen: 0,
}

const pageSchema = z.object({
  page_info: z.object({ cursor: z.int().nonnegative(), has_more: z.union([z.literal([0, 1]), z.boolean()]) }),
  // Read one by one below: a broken entry is its own failure, not that of the 49 beside it.
  video_list: z.array(z.unknown()).nullable(),
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
  /** An entry without a readable id: whoever is missing may be the one. */
  unreadable: boolean
}

export function createQianchuan(options: QianchuanOptions): Connector {
  return {
    source: 'qianchuan',
    capability: CAPABILITY,
    fetchCounters: async (refs) => {
      const answers = await Promise.all(chunksOf(refs).map((chunk) => fetchChunk(chunk, options)))
      return answers.flat()
    },
  }
}

/** One call asks about one 抖音号 and at most 50 videos. */
function chunksOf(refs: readonly VideoRef[]): VideoRef[][] {
  const byAccount = new Map<string, VideoRef[]>()
  for (const ref of refs) {
    const list = byAccount.get(ref.accountId)
    if (list) list.push(ref)
    else byAccount.set(ref.accountId, [ref])
  }
  return [...byAccount.values()].flatMap((list) =>
    Array.from({ length: Math.ceil(list.length / BATCH) }, (_, i) => list.slice(i * BATCH, (i + 1) * BATCH)),
  )
}

async function fetchChunk(refs: VideoRef[], options: QianchuanOptions): Promise<CounterAnswer[]> {
  const sound = refs.filter((ref) => int64(ref.itemId) !== null && int64(ref.accountId) !== null)
  const found: Found = { entries: new Map(), unreadable: false }
  let failure: FetchError | null = null
  try {
    if (sound.length > 0) await readPages(sound, options, found)
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
  if (found.unreadable) return failed(ref, 'parse', 'an entry of the answer has no readable id')
  return failed(ref, 'not_found', 'the platform did not return this video')
}

function failed(ref: VideoRef, kind: FetchError['kind'], reason: string): CounterAnswer {
  return { ok: false, itemId: ref.itemId, error: new FetchError(kind, `${ref.itemId}: ${reason}`) }
}

async function readPages(refs: VideoRef[], options: QianchuanOptions, found: Found): Promise<void> {
  for (let cursor = 0; ; ) {
    const { page_info, video_list } = readData(await callPage(refs, cursor, options), pageSchema)
    for (const entry of video_list ?? []) readEntry(entry, found)
    if (!page_info.has_more) return
    if (page_info.cursor <= cursor)
      throw new FetchError('parse', 'has_more is set but the cursor stands still')
    cursor = page_info.cursor
  }
}

function readEntry(entry: unknown, found: Found): void {
  const named = namedSchema.safeParse(entry)
  if (!named.success) {
    found.unreadable = true
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

/** A token may have been refreshed elsewhere since it was read: look once more, repeat once. */
async function callPage(refs: VideoRef[], cursor: number, options: QianchuanOptions): Promise<unknown> {
  const token = await options.accessToken()
  try {
    return await send(refs, cursor, token, options)
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind !== 'auth') throw error
    const fresh = await options.accessToken(token)
    if (fresh === token) throw error
    return send(refs, cursor, fresh, options)
  }
}

function send(refs: VideoRef[], cursor: number, token: string, options: QianchuanOptions): Promise<unknown> {
  const itemIds = [...new Set(refs.map((ref) => ref.itemId))].map(int64)
  return options.http.send({
    method: 'GET',
    url: `${options.baseUrl}${PATH}`,
    query: {
      advertiser_id: options.advertiserId,
      aweme_id: refs[0]?.accountId ?? '',
      filtering: toJson({ aweme_item_ids: itemIds }),
      cursor: String(cursor),
      count: String(BATCH),
    },
    headers: { 'Access-Token': token },
    account: options.advertiserId,
    classify: classifyOceanengine,
  })
}
