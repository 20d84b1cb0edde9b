import { douyinAccounts, type Grant, itemIdOf, openItemIdOf } from './douyin-accounts.ts'
import { itemBase, itemPlay, userFans } from './douyin-external.ts'
import type { Route, RouteContext, RouteResult, Vendor } from './vendor.ts'
import { isPublic, isThere, shanghaiMidnight, type WorldVideo } from './videos.ts'

/**
 * 抖音开放平台 as its documents describe it: header access-token (or query access_token), query open_id, status and
 * payload in one `data`. Quotas per user, interface and Shanghai day are of the simulator's own making.
 */
const VIDEO_QUOTA = 20_000
const EXTERNAL_QUOTA = 500
const MAX_IDS = 20

export const DOUYIN_SCOPES = [
  'video.list.bind',
  'video.data.bind',
  'data.external.item',
  'data.external.user',
  'renew_refresh_token',
]

const routes: Route[] = [
  userRoute('GET', '/api/douyin/v1/video/video_list/', 'video.list.bind', VIDEO_QUOTA, videoList),
  userRoute('POST', '/api/douyin/v1/video/video_data/', 'video.data.bind', VIDEO_QUOTA, videoData),
  userRoute('GET', '/data/external/item/base/', 'data.external.item', EXTERNAL_QUOTA, itemBase),
  userRoute('GET', '/data/external/item/play/', 'data.external.item', EXTERNAL_QUOTA, itemPlay),
  userRoute('GET', '/data/external/user/fans/', 'data.external.user', EXTERNAL_QUOTA, userFans),
]

export const douyin: Vendor = {
  routes,
  envelope: ({ code, message, data }, requestId, now) => ({
    data: { ...(data as object), error_code: code, description: message },
    extra: {
      logid: requestId,
      now,
      error_code: code,
      description: message,
      sub_error_code: 0,
      sub_description: '',
    },
  }),
  refusals: {
    rate_limit: { code: 28003018, message: '调用频次过快' },
    expired_token: { code: 28001008, message: 'access_token已过期' },
    busy: { code: 28001005, message: '系统繁忙' },
  },
  wrongTypes(data) {
    const { list } = data as { list?: { statistics: object }[] }
    if (!list) return { result: 'ok', result_list: 'ok' }
    const broken = list.map((item) => ({ ...item, statistics: { ...item.statistics, play_count: '1.2w' } }))
    return { ...(data as object), list: broken }
  },
}

type Answer = (context: RouteContext, grant: Grant) => RouteResult
const refused = (code: number, message: string): RouteResult => ({ code, message, data: {} })

/** A route that speaks for one user who granted the scope. */
function userRoute(
  method: Route['method'],
  path: string,
  scope: string,
  quota: number,
  answer: Answer,
): Route {
  return {
    method,
    path,
    answer: (context) => {
      const { headers, query, state, now } = context
      const token = headers['access-token'] ?? query.get('access_token') ?? ''
      const grant = douyinAccounts(state).check(token, query.get('open_id') ?? '', scope, now)
      if (typeof grant === 'number') return refused(grant, `refused for ${scope}`)
      const used = state.of('douyin quota', () => new Map<string, number>())
      const key = `${path} ${grant.openId} ${shanghaiMidnight(now)}`
      used.set(key, (used.get(key) ?? 0) + 1)
      return (used.get(key) ?? 0) > quota ? refused(28003017, 'quota已用完') : answer(context, grant)
    },
  }
}

function videoList(context: RouteContext, grant: Grant): RouteResult {
  const cursor = Number(context.query.get('cursor') ?? 0)
  const count = Number(context.query.get('count') ?? 10)
  if (!Number.isSafeInteger(cursor) || cursor < 0) return refused(28001007, 'cursor')
  if (!Number.isSafeInteger(count) || count < 1 || count > MAX_IDS) return refused(28001007, 'count')
  const published = context.world.videosOf(grant.awemeId).filter((video) => isThere(video, context.now))
  const page = published.slice(cursor, cursor + count)
  const next = cursor + page.length
  return shown(context, page, { cursor: next, has_more: next < published.length })
}

function videoData(context: RouteContext, grant: Grant): RouteResult {
  const { item_ids, video_ids } = (context.body ?? {}) as { item_ids?: unknown; video_ids?: unknown }
  // The documents disagree on which of two lists wins: whoever sends both gets no answer here.
  if ((item_ids === undefined) === (video_ids === undefined)) return refused(28001007, 'one list of ids')
  const asked = item_ids ?? video_ids
  if (!Array.isArray(asked) || asked.length < 1 || asked.length > MAX_IDS) return refused(28001007, 'ids')
  if (!asked.every((id) => typeof id === 'string')) return refused(28001007, 'ids')
  const plain = new Set(item_ids ? asked.map((id) => itemIdOf(id)) : asked)
  const videos = [...plain].map((id) => context.world.video(id ?? ''))
  const own = videos.filter((video): video is WorldVideo => {
    return video?.kol.awemeId === grant.awemeId && isThere(video, context.now)
  })
  return shown(context, own, {})
}

function shown({ world, now }: RouteContext, videos: WorldVideo[], rest: object): RouteResult {
  const list = videos.map((video) => {
    const counters = world.counters(video.itemId, now)
    const shares = counters?.shares ?? 0
    const shown = isPublic(video, now)
    return {
      item_id: openItemIdOf(video.itemId),
      video_id: video.itemId,
      title: video.title,
      cover: `https://example.invalid/cover/${video.itemId}`,
      create_time: Math.floor(video.publishedAt / 1000),
      share_url: `https://www.iesdouyin.com/share/video/${video.itemId}/`,
      is_top: false,
      is_reviewed: true,
      video_status: shown ? 5 : 7,
      media_type: 4,
      statistics: {
        // As the documents warn: it falls to 0 when a video is made private.
        play_count: shown ? (counters?.plays ?? 0) : 0,
        digg_count: counters?.likes ?? 0,
        comment_count: counters?.comments ?? 0,
        share_count: shares,
        download_count: Math.floor(shares / 8),
        forward_count: Math.floor(shares / 5),
      },
    }
  })
  return { code: 0, message: '', data: { list, ...rest }, looks: videos.map((video) => video.itemId) }
}
