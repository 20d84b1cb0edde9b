import { isInteger, parse } from 'lossless-json'
import { DAY, HOUR } from '../../rules/types.ts'
import { SHANGHAI_OFFSET } from './curve.ts'
import type { Route, RouteContext, RouteResult } from './vendor.ts'
import type { WorldVideo } from './videos.ts'
import { authorIdOf, demandsOf, type Order, ordersOf } from './xingtu-orders.ts'

/** 星图's open interfaces on the world: one demand per 货, an order for every seeding video of it. */
export const XINGTU_STAR_ID = '1780000000000001'
const STAR = '/open_api/2/star'
const LARGEST_PAGE = 50
const MOST_IDS = 20
const FINISHED_AFTER_MS = 7 * DAY
const BRIEFED_BEFORE_MS = 10 * DAY

export const xingtuRoutes: Route[] = [
  route('demand/list', demandList),
  route('demand/order/list', orderList),
  route('report/order_overview', overview),
  route('report/order_overview/get', overviewOfOne),
  route('item/author/get', itemAuthors),
]

const refused = (code: number, message: string): RouteResult => ({ code, message, data: {} })
const granted = (data: unknown, looks: string[] = []): RouteResult => ({
  code: 0,
  message: 'OK',
  data,
  looks,
})

function route(name: string, answer: Route['answer']): Route {
  return {
    method: 'GET',
    path: `${STAR}/${name}/`,
    answer: (context) => {
      const token = context.headers['access-token']
      if (!token) return refused(40104, 'access_token is empty')
      const state = context.tokens.check(token)
      if (state !== 'valid') return refused(state === 'expired' ? 40102 : 40105, `access_token is ${state}`)
      if (context.query.get('star_id') !== XINGTU_STAR_ID) return refused(40002, 'no permission for star_id')
      return answer(context)
    },
  }
}

function demandList(context: RouteContext): RouteResult {
  const { startAt } = context.world.options
  const list = demandsOf(context.world).map(({ element, demandId }) => ({
    component_type: 'LINK',
    create_time: textOf(startAt - BRIEFED_BEFORE_MS),
    demand_id: BigInt(demandId),
    demand_name: `${element.name}种草`,
    task_category: 'DOUYIN_VIDEO',
    universal_settlement_type: 'FIXED_PRICE',
  }))
  return paged(context, list)
}

function orderList(context: RouteContext): RouteResult {
  const demandId = context.query.get('demand_id') ?? ''
  if (!/^\d+$/.test(demandId)) return refused(40001, 'demand_id: not an integer')
  const orders = [...ordersOf(context).values()].filter((order) => order.demandId === demandId)
  return paged(
    context,
    orders.map((order) => wireOf(context, order)),
  )
}

function wireOf({ world, now }: RouteContext, { orderId, demandId, video }: Order) {
  const out = video.publishedAt <= now
  const done = now >= video.publishedAt + FINISHED_AFTER_MS
  return {
    author_id: BigInt(authorIdOf(world, video)),
    author_name: video.kol.nickname,
    avatar_uri: '',
    campaign_id: 0,
    create_time: textOf(video.publishedAt - BRIEFED_BEFORE_MS),
    demand_id: BigInt(demandId),
    head_image_uri: '',
    item_id: out ? BigInt(video.itemId) : 0,
    order_id: BigInt(orderId),
    release_time: out ? textOf(video.publishedAt) : '',
    title: out ? video.title : '',
    universal_order_status: done ? 'FINISHED' : out ? 'WAIT_EVALUATE' : 'ONGOING',
    video_id: out ? video.itemId : '',
    video_url: out ? `https://www.iesdouyin.com/share/video/${video.itemId}/` : '',
  }
}

function overview(context: RouteContext): RouteResult {
  const ids = readIds(context.query.get('order_ids'))
  if (!ids || ids.length > MOST_IDS) return refused(40001, 'order_ids')
  const orders = ids.flatMap((id) => ordersOf(context).get(id) ?? [])
  const out = orders.filter(({ video }) => video.publishedAt <= context.now)
  const base_stats = out.map(({ orderId, video, priceFen }) => {
    const { plays, likes, comments, shares } = countersOf(context, video)
    const interactions = likes + comments + shares
    return {
      order_id: BigInt(orderId),
      spread_stat: {
        avg_play_time: 6.5,
        cpe: interactions === 0 ? 0 : priceFen / 100 / interactions,
        cpm: plays === 0 ? 0 : (priceFen / 100 / plays) * 1000,
        finish_rate: 0.21,
        frequency_stats: [],
        interact_rate: plays === 0 ? 0 : interactions / plays,
        item_comment_cnt: comments,
        item_like_cnt: likes,
        item_play_cnt: plays,
        item_share_cnt: shares,
      },
    }
  })
  return granted(
    { base_stats },
    out.map(({ video }) => video.itemId),
  )
}

function overviewOfOne(context: RouteContext): RouteResult {
  const order = ordersOf(context).get(context.query.get('order_id') ?? '')
  if (!order || order.video.publishedAt > context.now) return refused(40001, 'order_id')
  const { plays, likes, comments, shares } = countersOf(context, order.video)
  const cpm = plays === 0 ? 0 : Math.round((order.priceFen / plays) * 1000)
  const data = {
    convert: { click: 0, ctr: 0, show: 0 },
    cost_effectiveness: { cpm, play: plays, price: order.priceFen },
    creative: { finish_rate: 2100, five_s_play_rate: 4300, play_rate: 6200 },
    spread: { comment: comments, like: likes, play: plays, share: shares },
    update_time: textOf(context.now - (context.now % HOUR)),
  }
  return granted(data, [order.video.itemId])
}

function itemAuthors({ world, query, now }: RouteContext): RouteResult {
  const ids = readIds(query.get('item_ids'))
  if (!ids) return refused(40001, 'item_ids')
  const videos = ids.flatMap((id) => world.video(id) ?? []).filter((video) => video.publishedAt <= now)
  const item_infos = videos.map(({ itemId, kol }) => ({ item_id: BigInt(itemId), uid: BigInt(kol.awemeId) }))
  return granted({ item_infos })
}

function paged({ query }: RouteContext, all: unknown[]): RouteResult {
  const page = Number(query.get('page') ?? 1)
  const size = Number(query.get('page_size') ?? 10)
  if (!Number.isSafeInteger(page) || page < 1) return refused(40001, 'page')
  if (!Number.isSafeInteger(size) || size < 1 || size > LARGEST_PAGE) return refused(40001, 'page_size')
  const total_page = Math.ceil(all.length / size)
  const page_info = { page, page_size: size, total_number: all.length, total_page }
  return granted({ list: all.slice((page - 1) * size, page * size), page_info })
}

/** Unquoted integers or nothing: the schema says int. */
function readIds(text: string | null): string[] | null {
  try {
    const list = parse(text ?? '', undefined, (digits) => ({ digits }))
    if (!Array.isArray(list)) return null
    const ids = list.map((each: { digits?: string } | null) => each?.digits ?? '')
    return ids.every(isInteger) ? ids : null
  } catch {
    return null
  }
}

function countersOf({ world, now }: RouteContext, video: WorldVideo) {
  const seen = world.counters(video.itemId, now)
  const { plays = 0, likes = 0, comments = 0, shares = 0 } = seen ?? {}
  return { plays: plays ?? 0, likes: likes ?? 0, comments: comments ?? 0, shares: shares ?? 0 }
}

function textOf(at: number): string {
  return new Date(at + SHANGHAI_OFFSET).toISOString().slice(0, 19).replace('T', ' ')
}
