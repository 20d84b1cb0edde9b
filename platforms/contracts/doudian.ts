import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'

/** 抖店 and 精选联盟, from section 5 of the reference; `create_time` and `update_time` follow its order_by. */
const OK = 10000
const instant = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
const maybeInstant = z.union([instant, z.literal('')])

const signed = (method: string) =>
  fields({
    app_key: z.string(),
    method: z.literal(method),
    timestamp: z.union([intText, instant]),
    v: z.literal('2'),
    sign: z.string().regex(/^[0-9a-f]{64}$/),
    sign_method: z.literal('hmac-sha256'),
    access_token: z.string(),
  })
const grant = fields({
  access_token: z.string(),
  expires_in: wireInt,
  refresh_token: z.string(),
  scope: z.string(),
  shop_id: wireInt,
  shop_name: z.string(),
  authority_id: z.string(),
  auth_subject_type: z.string(),
})
const sku = fields({
  order_id: intText,
  product_id: wireInt,
  product_name: z.string(),
  item_num: wireInt,
  order_amount: wireInt,
  pay_amount: wireInt,
  pay_time: wireInt,
  author_id: wireInt,
  author_name: z.string(),
  room_id: wireInt,
  room_id_str: intText,
  video_id: z.union([intText, z.literal('')]),
  content_id: z.string(),
  cid: wireInt,
  ad_env_type: z.enum(['video', 'live']),
  c_biz: wireInt,
  origin_id: z.string(),
  after_sale_info: fields({
    after_sale_status: wireInt,
    after_sale_type: wireInt,
    refund_status: z.literal([0, 1, 3, 4]),
  }),
})
const shopOrder = fields({
  order_id: intText,
  order_status: z.literal([1, 105, 2, 101, 3, 4, 5]),
  pay_amount: wireInt,
  pay_time: wireInt,
  create_time: wireInt,
  update_time: wireInt,
  sku_order_list: z.array(sku),
})
const allianceOrder = fields({
  order_id: intText,
  product_id: intText,
  total_pay_amount: wireInt,
  pay_goods_amount: wireInt,
  settled_goods_amount: wireInt,
  commission_rate: z.int().min(0).max(10_000),
  estimated_commission: wireInt,
  real_commission: wireInt,
  flow_point: z.enum(['PAY_SUCC', 'REFUND', 'SETTLE', 'CONFIRM']),
  pay_success_time: instant,
  settle_time: maybeInstant,
  refund_time: maybeInstant,
  media_type: z.enum(['shop_list', 'video', 'live', 'others']),
  media_id: z.string(),
  author_account: z.string(),
  author_short_id: z.string(),
  author_buyin_id: z.string(),
  author_openid: z.string(),
  tech_service_fee: wireInt,
})
const searchBody = fields(
  { page: z.int().nonnegative(), size: z.int().min(1).max(100) },
  {
    order_by: z.enum(['create_time', 'update_time']),
    order_asc: z.boolean(),
    create_time_start: wireInt,
    create_time_end: wireInt,
    update_time_start: wireInt,
    update_time_end: wireInt,
    order_status: z.string(),
    combine_status: z.array(z.unknown()).max(1),
    after_sale_status_desc: z.string(),
    product: z.string(),
    b_type: z.number(),
    trade_type: z.number(),
  },
)
const createBody = z.union([
  fields({ grant_type: z.literal('authorization_code'), code: z.string().min(1) }),
  fields({ grant_type: z.literal('authorization_self'), code: z.literal(''), shop_id: intText }),
  fields({
    grant_type: z.literal('authorization_self'),
    code: z.literal(''),
    auth_id: z.string(),
    auth_subject_type: z.string(),
  }),
])

export const doudianContracts: Contract[] = [
  {
    method: 'POST',
    path: '/token/create',
    query: signed('token.create'),
    body: createBody,
    data: grant,
    ok: OK,
  },
  {
    method: 'POST',
    path: '/token/refresh',
    query: signed('token.refresh'),
    body: fields({ grant_type: z.literal('refresh_token'), refresh_token: z.string() }),
    data: grant,
    ok: OK,
  },
  {
    method: 'POST',
    path: '/order/searchList',
    query: signed('order.searchList'),
    body: searchBody,
    data: fields({ page: wireInt, size: wireInt, total: wireInt, shop_order_list: z.array(shopOrder) }),
    ok: OK,
  },
  {
    method: 'POST',
    path: '/buyin/instituteOrderMCN',
    query: signed('buyin.instituteOrderMCN'),
    body: fields(
      { size: z.int().min(1).max(200), cursor: z.string() },
      { start_time: instant, end_time: instant, time_type: z.enum(['pay', 'update']), order_ids: z.string() },
    ),
    data: fields({ orders: z.array(allianceOrder), cursor: z.string() }),
    ok: OK,
  },
]
