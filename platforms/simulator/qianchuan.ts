import { isInteger, parse } from 'lossless-json'
import { checkToken, granted, refused } from './oceanengine-route.ts'
import { boughtFor } from './orders-ledger.ts'
import { itemOfMaterial, materialOf } from './orders-yield.ts'
import type { Route, RouteContext, RouteResult } from './vendor.ts'
import { isPublic, type WorldVideo } from './videos.ts'

/**
 * 巨量千川 as its documents describe it: HTTP 200 with {code, message, data, request_id}, arrays JSON-encoded
 * in the query, ids as unquoted 64-bit numbers. Strict on purpose: what the vendor would refuse, this refuses.
 */
export const QIANCHUAN_VIDEO_PATH = '/open_api/v1.0/qianchuan/file/video/aweme/get/'
export const REFRESH_PATH = '/open_api/oauth2/refresh_token/'
const MAX_IDS = 50

export const qianchuanRoutes: Route[] = [
  { method: 'POST', path: REFRESH_PATH, answer: refreshToken },
  { method: 'GET', path: QIANCHUAN_VIDEO_PATH, answer: awemeVideos },
]

function refreshToken({ body, tokens }: RouteContext): RouteResult {
  const fields = (body ?? {}) as Record<string, unknown>
  if (fields.grant_type !== 'refresh_token') return refused(40108, 'grant_type is wrong')
  if (typeof fields.refresh_token !== 'string' || typeof fields.secret !== 'string') {
    return refused(40001, 'refresh_token and secret are required')
  }
  const pair = tokens.refresh(fields.refresh_token)
  if (!pair) return refused(40107, 'refresh_token is wrong or already used')
  return granted({
    access_token: pair.accessToken,
    expires_in: pair.expiresInS,
    refresh_token: pair.refreshToken,
    refresh_token_expires_in: 30 * 86_400,
  })
}

function awemeVideos(context: RouteContext): RouteResult {
  const denied = checkToken(context.headers['access-token'], context.tokens)
  if (denied) return denied
  const asked = readQuery(context.query)
  if (typeof asked === 'string') return refused(40001, asked)
  if (!context.advertiserIds.includes(asked.advertiserId))
    return refused(40002, 'no permission for this account')
  if (asked.awemeId !== null && !context.bound(asked.awemeId))
    return refused(40002, 'the aweme has not authorised this account')

  const found = findVideos(context, asked)
  const page = found.slice(asked.cursor, asked.cursor + asked.count)
  const next = asked.cursor + page.length
  return {
    ...granted({
      page_info: { count: page.length, cursor: next, has_more: next < found.length ? 1 : 0 },
      video_list: page.map((video) => listItem(context, video)),
    }),
    looks: page.map((video) => video.itemId),
  }
}

interface Asked {
  advertiserId: string
  awemeId: string | null
  itemIds: string[] | null
  cursor: number
  count: number
}

/** The question in typed form, or the name of the bad parameter as the vendor's message would give it. */
function readQuery(query: URLSearchParams): Asked | string {
  const advertiserId = query.get('advertiser_id') ?? ''
  const awemeId = query.get('aweme_id')
  const cursor = Number(query.get('cursor') ?? 0)
  const count = Number(query.get('count') ?? 10)
  const itemIds = readItemIds(query.get('filtering'))
  if (!/^\d+$/.test(advertiserId)) return 'advertiser_id: not an integer'
  if (awemeId !== null && !/^\d+$/.test(awemeId)) return 'aweme_id: not an integer'
  if (awemeId === null && itemIds === null) return 'aweme_id: required without filtering'
  if (!Number.isSafeInteger(cursor) || cursor < 0) return 'cursor: not an integer'
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_IDS) return 'count: must be in 1..50'
  if (typeof itemIds === 'string') return itemIds
  return { advertiserId, awemeId, itemIds, cursor, count }
}

/** By item or by material. Numbers stay text so that a quoted id can be told from a number: the schema says int. */
function readItemIds(filtering: string | null): string[] | string | null {
  if (filtering === null) return null
  try {
    const fields = parse(filtering, undefined, (digits) => ({ digits })) as Record<string, unknown>
    const name = fields.aweme_item_ids === undefined ? 'material_ids' : 'aweme_item_ids'
    const list = fields[name]
    if (list === undefined) return null
    if (!Array.isArray(list)) return `filtering.${name}: not a list`
    if (list.length > MAX_IDS) return `filtering.${name}: at most 50`
    const ids = list.map((each: { digits?: string } | null) => each?.digits ?? '')
    if (!ids.every(isInteger)) return `filtering.${name}: not integers`
    return name === 'material_ids' ? ids.map(itemOfMaterial) : ids
  } catch {
    return 'filtering: not JSON'
  }
}

function findVideos({ world, now }: RouteContext, asked: Asked): WorldVideo[] {
  const pool: readonly (WorldVideo | undefined)[] = asked.itemIds
    ? [...new Set(asked.itemIds)].map((id) => world.video(id))
    : world.videosOf(asked.awemeId ?? '')
  return pool.filter((video): video is WorldVideo => {
    if (!video || !isPublic(video, now)) return false
    return asked.awemeId === null || video.kol.awemeId === asked.awemeId
  })
}

/** The platform shows bought plays and answers in the same counters as the natural ones. */
function listItem(context: RouteContext, video: WorldVideo): Record<string, unknown> {
  const counters = context.world.counters(video.itemId, context.now)
  const bought = boughtFor(context, video.itemId, context.now)
  return {
    aweme_item_id: BigInt(video.itemId),
    comment_cnt: (counters?.comments ?? 0) + bought.comments,
    duration: 15 + (Number(video.itemId.slice(-3)) % 45),
    height: 1920,
    image_mode: 'VIDEO_VERTICAL',
    is_ai_create: false,
    is_recommend: 0,
    like_cnt: (counters?.likes ?? 0) + bought.likes,
    material_id: BigInt(materialOf(video)),
    share_cnt: (counters?.shares ?? 0) + bought.shares,
    title: video.title,
    url: `https://example.invalid/video/${video.itemId}`,
    video_cover_url: `https://example.invalid/cover/${video.itemId}`,
    video_id: `v0200fg10000${video.itemId.slice(-12)}`,
    view_cnt: (counters?.plays ?? 0) + bought.plays,
    width: 1080,
  }
}
