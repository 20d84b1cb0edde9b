import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'

/** 巨量星图, transcribed from Appendix A.5b. Closed sets are given as far as this project meets them. */
const status = z.enum([
  'ALL',
  'CANCELED',
  'FINISHED',
  'ONGOING',
  'RECEIVEING',
  'WAIT_EVALUATE',
  'WAIT_PAYMENT',
])
const category = z.enum([
  'DOUYIN_CHALLENGE',
  'DOUYIN_LIVE',
  'DOUYIN_LIVE_CHALLENGE',
  'DOUYIN_LIVE_RECRUIT',
  'DOUYIN_PIC',
  'DOUYIN_PIC_CHALLENGE',
  'DOUYIN_VIDEO',
  'DOUYIN_VIDEO_RECRUIT',
])
const settlement = z.enum([
  'ALL',
  'CPA',
  'CPM',
  'CUSTOMIZE',
  'DOU_PLUS',
  'EFFECT',
  'EXCHANGE',
  'FIXED_PRICE',
  'FLOW_SHARE',
  'GIFT',
  'MONEY_SHARE',
  'RANK',
  'STAR_SUPPORT',
])
const star = { star_id: intText }
const paging = { page: intText, page_size: intText }
const num = z.union([z.number(), z.bigint()])
const pageInfo = fields({}, { page: wireInt, page_size: wireInt, total_number: wireInt, total_page: wireInt })
const listOf = (item: z.ZodType) => fields({}, { list: z.array(item), page_info: pageInfo })
const words = z.array(fields({}, { name: z.string(), value: wireInt }))

const demand = fields(
  {},
  {
    component_type: z.string(),
    create_time: z.string(),
    demand_id: wireInt,
    demand_name: z.string(),
    task_category: category,
    universal_settlement_type: settlement,
  },
)
const order = fields(
  {},
  {
    author_id: wireInt,
    author_name: z.string(),
    avatar_uri: z.string(),
    campaign_id: wireInt,
    create_time: z.string(),
    demand_id: wireInt,
    head_image_uri: z.string(),
    item_id: wireInt,
    order_id: wireInt,
    release_time: z.string(),
    title: z.string(),
    universal_order_status: status,
    video_id: z.string(),
    video_url: z.string(),
  },
)
const convertStat = {
  click: wireInt,
  convert_cnt: wireInt,
  convert_type: wireInt,
  ctr: num,
  cvr: num,
  pvr: num,
  show: wireInt,
}
const emotions = {
  neg_cnt: wireInt,
  neg_rate: num,
  neu_cnt: wireInt,
  neu_rate: num,
  pos_cnt: wireInt,
  pos_rate: num,
}
const keywords = {
  all: words,
  brand: words,
  character: words,
  pain: words,
  product: words,
  scene: words,
}
const spreadStat = {
  avg_play_time: num,
  cpe: num,
  cpm: num,
  finish_rate: num,
  frequency_stats: z.array(
    fields({}, { frequency: z.string(), period: wireInt, proportion: num, uv: wireInt }),
  ),
  interact_rate: num,
  item_comment_cnt: wireInt,
  item_like_cnt: wireInt,
  item_play_cnt: wireInt,
  item_share_cnt: wireInt,
}
const baseStat = fields(
  {},
  {
    convert_stat: fields({}, convertStat),
    order_id: wireInt,
    seed_stat: fields(
      {},
      {
        emotion_distribution: fields({}, emotions),
        hot_keywords: fields({}, keywords),
        search_index: wireInt,
      },
    ),
    spread_stat: fields({}, spreadStat),
    worth_score_stat: fields({}, { convert_score: wireInt, seed_score: wireInt, spread_score: wireInt }),
  },
)
const detail = fields(
  {},
  {
    comment: fields(
      {},
      { high_frequency_words: z.array(z.string()), neg_rate: wireInt, neu_rate: wireInt, pos_rate: wireInt },
    ),
    convert: fields({}, { click: wireInt, ctr: wireInt, show: wireInt }),
    cost_effectiveness: fields({}, { cpm: wireInt, play: wireInt, price: wireInt }),
    creative: fields({}, { finish_rate: wireInt, five_s_play_rate: wireInt, play_rate: wireInt }),
    spread: fields({}, { comment: wireInt, like: wireInt, play: wireInt, share: wireInt }),
    update_time: z.string(),
  },
)
const range = fields({}, { start_time: z.string(), end_time: z.string() })
const demandFilter = fields(
  {},
  {
    component_type: z.string(),
    name: z.string(),
    query_time_range: range,
    task_category: category,
    universal_order_status: status,
    universal_settlement_type: settlement,
  },
)
const orderFilter = fields({}, { universal_order_status: status })
const get = (name: string, query: z.ZodType, data: z.ZodType): Contract => {
  return { method: 'GET', path: `/open_api/2/star/${name}/`, query, data }
}

export const xingtuContracts: Contract[] = [
  get('demand/list', fields(star, { ...paging, filtering: demandFilter }), listOf(demand)),
  get(
    'demand/order/list',
    fields({ ...star, demand_id: intText }, { ...paging, filtering: orderFilter }),
    listOf(order),
  ),
  get(
    'report/order_overview',
    fields({ ...star, order_ids: z.array(wireInt) }),
    fields({}, { base_stats: z.array(baseStat) }),
  ),
  get('report/order_overview/get', fields({ ...star, order_id: intText }), detail),
  get(
    'item/author/get',
    fields({ ...star, item_ids: z.array(wireInt) }),
    fields({}, { item_infos: z.array(fields({}, { item_id: wireInt, uid: wireInt })) }),
  ),
]
