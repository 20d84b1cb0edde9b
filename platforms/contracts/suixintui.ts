import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'

/** 小店随心推, from appendix A.2 of the reference. */
const BASE = '/open_api/v1.0/qianchuan/aweme/'
const goal = z.enum(['LIVE_PROM_GOODS', 'VIDEO_PROM_GOODS'])
const num = z.number()
const text = z.string()
const action = z.string().startsWith('AD_CONVERT_TYPE_')
const bit = z.literal([0, 1])
const date = z.iso.date()
const status = z.enum([
  'AUDIT',
  'BOOK',
  'CREATING',
  'DELIVERY_OK',
  'FAILED',
  'FINISHED',
  'FROZEN',
  'OFFLINE_AUDIT',
  'OVER',
  'TIMEOUT',
  'UNPAID',
  'UNPAIDCANCEL',
])
const audience = fields(
  { audience_mode: z.enum(['ATUO', 'CUSTOM', 'FANS', 'LIVEFANS']) },
  {
    age: z.array(text),
    author_ids: z.array(wireInt),
    city: z.array(wireInt),
    district: z.enum(['CITY', 'COUNTY']),
    gender: z.enum(['GENDER_FEMALE', 'GENDER_MALE']),
    interest_categories: z.array(wireInt),
  },
)
const bid = {
  bid_type: z.enum(['AUTO_BID', 'MANUAL_BID']),
  cpa_bid: num,
  liveroom_heat_mode: z.enum(['BY_ROOM', 'BY_VIDEO']),
  roi_goal: num,
}
const listed = {
  ad_id: wireInt,
  aweme_info: fields({}, { aweme_avatar: text, aweme_id: wireInt, aweme_name: text, aweme_show_id: text }),
  marketing_goal: goal,
  order_create_time: text,
  order_id: wireInt,
  status,
  video_info: fields(
    {},
    { aweme_item_cover: text, aweme_item_id: wireInt, aweme_item_title: text, item_type: bit },
  ),
}
const quota = fields({}, { terminate_quota_sum: wireInt, terminate_quota_used: wireInt })
const order = { advertiser_id: intText, order_id: intText }

export const suixintuiContracts: Contract[] = [
  {
    method: 'POST',
    path: `${BASE}order/create/`,
    body: fields(
      {
        advertiser_id: wireInt,
        aweme_id: wireInt,
        marketing_goal: goal,
        delivery_setting: fields(
          {
            amount: wireInt,
            bid_mode: z.literal('PRICING_ACTION'),
            delivery_time: num,
            external_action: action,
          },
          bid,
        ),
      },
      { audience, aweme_item_id: wireInt },
    ),
    data: fields({ order_id: wireInt }, { ad_id: wireInt }),
  },
  {
    method: 'GET',
    path: `${BASE}order/get/`,
    query: fields(
      { advertiser_id: intText, filtering: fields({ marketing_goal: goal }, { status }) },
      {
        cursor: intText,
        count: z.enum(['10', '20', '50']),
        order_create_start_date: date,
        order_create_end_date: date,
      },
    ),
    data: fields(
      {},
      {
        fail_list: z.array(wireInt),
        list: z.array(
          fields(
            {},
            {
              ...listed,
              delivery_setting: fields({}, { external_action: action, liveroom_heat_mode: text }),
            },
          ),
        ),
        page_info: fields({}, { count: wireInt, cursor: wireInt, has_more: bit }),
      },
    ),
  },
  {
    method: 'GET',
    path: `${BASE}order/detail/get/`,
    query: fields(order),
    data: fields(
      {},
      {
        ...listed,
        add_amount_info: fields({}, { add_amount: num, add_amount_cnt: wireInt, add_delivery_time: num }),
        audit_record: fields({}, { detail_desc_list: z.array(text), status_attach_desp: text }),
        delivery_setting: fields(
          {},
          {
            ...bid,
            amount: wireInt,
            bid_mode: text,
            delivery_time: num,
            external_action: action,
            payment_amount: num,
          },
        ),
      },
    ),
  },
  {
    method: 'POST',
    path: `${BASE}order/budget/add/`,
    body: fields({
      advertiser_id: wireInt,
      order_id: wireInt,
      renewal_budget: wireInt,
      renewal_delivery_seconds: num,
    }),
    data: z.record(text, z.unknown()),
  },
  {
    method: 'POST',
    path: `${BASE}order/terminate/`,
    body: fields({ advertiser_id: wireInt, order_ids: z.array(wireInt) }),
    data: fields({}, { order_ids: z.array(wireInt), terminate_quota_info: quota }),
  },
  {
    method: 'GET',
    path: `${BASE}order/quota/get/`,
    query: fields({ advertiser_id: intText }),
    data: fields(
      {},
      {
        max_cost: num,
        quota_gear: wireInt,
        sum_quota: wireInt,
        terminate_quota_info: quota,
        used_quota: wireInt,
      },
    ),
  },
  {
    method: 'GET',
    path: `${BASE}suggest_bid/`,
    query: fields(
      { advertiser_id: intText, delivery_setting: fields({ amount: wireInt, external_action: action }) },
      { audience },
    ),
    data: fields({}, { suggest_bid: num }),
  },
  {
    method: 'GET',
    path: `${BASE}suggest/roi/goal/`,
    query: fields({ advertiser_id: intText, aweme_id: intText }),
    data: fields({}, { ecp_roi_goal: num }),
  },
  {
    method: 'GET',
    path: `${BASE}report/order/get/`,
    query: fields(
      {
        advertiser_id: intText,
        start_date: date,
        end_date: date,
        filtering: fields({ marketing_goal: goal }, { ad_ids: z.array(wireInt).max(1000) }),
      },
      { fields: z.array(text), page: intText, page_size: z.enum(['10', '20', '50', '100', '200']) },
    ),
    data: fields(
      {},
      {
        list: z.array(
          fields(
            {},
            {
              ad_id: wireInt,
              advertiser_id: wireInt,
              order_id: wireInt,
              marketing_goal: goal,
              stat_cost: num,
              show_cnt: wireInt,
              total_play: wireInt,
              click_cnt: wireInt,
              dy_like: wireInt,
              dy_comment: wireInt,
              dy_share: wireInt,
              dy_follow: wireInt,
              pay_order_count: wireInt,
              pay_order_amount: num,
              prepay_and_pay_order_roi: num,
            },
          ),
        ),
        page_info: fields(
          {},
          { page: wireInt, page_size: wireInt, total_number: wireInt, total_page: wireInt },
        ),
      },
    ),
  },
]
