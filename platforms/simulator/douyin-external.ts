import { DAY, HOUR } from '../../rules/types.ts'
import { SHANGHAI_OFFSET } from './curve.ts'
import { type Grant, itemIdOf } from './douyin-accounts.ts'
import type { RouteContext, RouteResult } from './vendor.ts'
import { isThere, shanghaiMidnight, type WorldVideo } from './videos.ts'
import type { World } from './world.ts'

/** T+1: a Shanghai day's numbers appear at 10:00 of the next, for days since the user first authorised. */
const READY_MS = 10 * HOUR
const LAST_30_DAYS = 30 * DAY
const MIN_FANS = 1000
/** One in so many plays makes a fan. */
const PLAYS_PER_FAN = 400

const refused = (code: number, message: string): RouteResult => ({ code, message, data: {} })
const granted = (data: unknown): RouteResult => ({ code: 0, message: '', data })

export function itemBase(context: RouteContext, grant: Grant): RouteResult {
  const video = ownVideo(context, grant)
  if (!video) return refused(28001007, 'item_id')
  const seen = context.world.counters(video.itemId, lastMidnight(context.now))
  const result = {
    total_play: String(seen?.plays ?? 0),
    total_like: String(seen?.likes ?? 0),
    total_comment: String(seen?.comments ?? 0),
    total_share: String(seen?.shares ?? 0),
    avg_play_duration: 6.5,
  }
  return granted({ result })
}

export function itemPlay(context: RouteContext, grant: Grant): RouteResult {
  const video = ownVideo(context, grant)
  if (!video) return refused(28001007, 'item_id')
  const days = daysOf(context, grant)
  if (!days) return refused(28001007, 'date_type')
  const since = days.filter((start) => start + DAY > video.publishedAt)
  const result_list = since.map((start) => ({
    date: dateOf(start),
    play: Math.max(0, playsAt(context.world, video, start + DAY) - playsAt(context.world, video, start)),
  }))
  return granted({ result_list })
}

export function userFans(context: RouteContext, grant: Grant): RouteResult {
  const days = daysOf(context, grant)
  if (!days) return refused(28001007, 'date_type')
  const kol = context.world.kols.find(({ awemeId }) => awemeId === grant.awemeId)
  if (!kol || kol.followers <= MIN_FANS) return granted({ result_list: [] })
  const fansAt = (at: number) => {
    const videos = context.world.videosOf(grant.awemeId)
    const plays = videos.reduce((sum, video) => sum + playsAt(context.world, video, at), 0)
    return kol.followers + Math.floor(plays / PLAYS_PER_FAN)
  }
  const result_list = days.map((start) => ({
    date: dateOf(start),
    new_fans: fansAt(start + DAY) - fansAt(start),
    total_fans: fansAt(start + DAY),
  }))
  return granted({ result_list })
}

function ownVideo({ world, query, now }: RouteContext, grant: Grant): WorldVideo | null {
  const video = world.video(itemIdOf(query.get('item_id') ?? '') ?? '')
  const own = video?.kol.awemeId === grant.awemeId
  return video && own && isThere(video, now) && now - video.publishedAt <= LAST_30_DAYS ? video : null
}

/** The starts of the days asked for whose numbers are there; null for another number than 7, 15 or 30. */
function daysOf({ query, now }: RouteContext, grant: Grant): number[] | null {
  const count = Number(query.get('date_type'))
  if (![7, 15, 30].includes(count)) return null
  const end = lastMidnight(now)
  const days = Array.from({ length: count }, (_, index) => end - (count - index) * DAY)
  return days.filter((start) => start + DAY > grant.since)
}

/** The end of the last day whose numbers are out. */
function lastMidnight(now: number): number {
  return shanghaiMidnight(now - READY_MS)
}

function playsAt(world: World, video: WorldVideo, at: number): number {
  return world.counters(video.itemId, at)?.plays ?? 0
}

function dateOf(start: number): string {
  return new Date(start + SHANGHAI_OFFSET).toISOString().slice(0, 10)
}
