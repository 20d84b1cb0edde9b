import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'
import { qianchuanPlanContracts } from './qianchuan-plan.ts'

/** 巨量千川, from appendices A.1 and A.3-A.5 of the reference; only what this program asks and the simulator answers. */
const BASE = '/open_api/v1.0/qianchuan/'
const num = z.number()
const text = z.string()
const texts = z.array(text)
const goal = z.enum(['ALL', 'LIVE_PROM_GOODS', 'VIDEO_PROM_GOODS'])
const orderPlatform = z.enum(['ALL', 'ECP_AWEME', 'QIANCHUAN'])
const paging = { page: intText, page_size: intText }
const account = { advertiser_id: intText }
const span = { start_date: z.iso.date(), end_date: z.iso.date() }
const info = { page: wireInt, page_size: wireInt, total_page: wireInt }
const numbered = fields({}, { ...info, total_number: wireInt })
const core = {
  stat_cost: num,
  total_play: num,
  pay_order_count: num,
  pay_order_amount: num,
  prepay_and_pay_order_roi: num,
}
const roi2 = {
  total_pay_order_count_for_roi2: num,
  total_pay_order_gmv_for_roi2: num,
  total_prepay_and_pay_order_roi2: num,
}

const app = { app_id: wireInt, secret: text }
const pair = {
  access_token: text,
  expires_in: wireInt,
  refresh_token: text,
  refresh_token_expires_in: wireInt,
}

export const qianchuanContracts: Contract[] = [
  {
    method: 'POST',
    path: '/open_api/oauth2/access_token/',
    body: fields({ ...app, auth_code: text, grant_type: z.literal('auth_code') }),
    data: fields(pair, { advertiser_ids: z.array(wireInt) }),
  },
  {
    // The SDK knows no grant_type here; the platform answers 40108 without it.
    method: 'POST',
    path: '/open_api/oauth2/refresh_token/',
    body: fields({ ...app, refresh_token: text, grant_type: z.literal('refresh_token') }),
    data: fields(pair),
  },
  {
    method: 'GET',
    path: `${BASE}file/video/aweme/get/`,
    query: fields(account, {
      aweme_id: intText,
      filtering: fields({}, { aweme_item_ids: z.array(wireInt).max(50), material_ids: z.array(wireInt) }),
      cursor: intText,
      count: intText,
    }),
    data: fields({
      page_info: fields({ count: wireInt, cursor: wireInt, has_more: z.literal([0, 1]) }),
      video_list: z.array(
        fields({
          aweme_item_id: wireInt,
          comment_cnt: wireInt,
          duration: wireInt,
          height: wireInt,
          image_mode: text,
          is_ai_create: z.boolean(),
          is_recommend: z.literal([0, 1]),
          like_cnt: wireInt,
          material_id: wireInt,
          share_cnt: wireInt,
          title: text,
          url: text,
          video_cover_url: text,
          video_id: text,
          view_cnt: wireInt,
          width: wireInt,
        }),
      ),
    }),
  },
  {
    method: 'GET',
    path: `${BASE}file/video/efficiency/get/`,
    query: fields({ ...account, material_ids: texts.max(100) }),
    data: fields({ inefficient_material_ids: texts }),
  },
  {
    method: 'GET',
    path: '/open_api/oauth2/advertiser/get/',
    query: fields({}, { access_token: text }),
    data: fields(
      {},
      {
        list: z.array(
          fields(
            {},
            {
              account_id: wireInt,
              account_name: text,
              account_role: text,
              account_type: text,
              advertiser_id: wireInt,
              is_valid: z.boolean(),
            },
          ),
        ),
      },
    ),
  },
  {
    method: 'GET',
    path: `${BASE}shop/advertiser/list/`,
    query: fields({ shop_id: intText }, { permission: z.array(z.literal('QC_AWEME')), ...paging }),
    data: fields(
      {},
      {
        adv_id_list: z.array(fields({}, { adv_id: wireInt, extra_permission: texts })),
        list: z.array(wireInt),
        page_info: numbered,
      },
    ),
  },
  {
    method: 'GET',
    path: `${BASE}aweme/authorized/get/`,
    query: fields(account, { filtering: fields({}, { marketing_goal: goal }), ...paging }),
    data: fields(
      {},
      {
        aweme_id_list: z.array(
          fields(
            {},
            {
              aweme_avatar: text,
              aweme_has_live_permission: z.boolean(),
              aweme_has_publish_permission: z.boolean(),
              aweme_has_uni_prom: z.boolean(),
              aweme_has_video_permission: z.boolean(),
              aweme_id: wireInt,
              aweme_name: text,
              aweme_show_id: text,
              aweme_status: text,
              bind_type: texts,
            },
          ),
        ),
        page_info: numbered,
      },
    ),
  },
  {
    // Its fields from the official SDK's model; all in 1/1000 分.
    method: 'GET',
    path: `${BASE}finance/wallet/get/`,
    query: fields(account),
    data: fields(
      {},
      {
        total_balance_abs: num,
        general_total_balance: num,
        general_balance_valid: num,
        general_balance_invalid: num,
        general_balance_invalid_order: num,
        general_balance_invalid_frozen: num,
      },
    ),
  },
  {
    method: 'GET',
    path: `${BASE}video/get/`,
    query: fields(account, {
      filtering: fields({}, { material_ids: z.array(wireInt), video_ids: texts, signatures: texts }),
      ...paging,
    }),
    data: fields({
      list: z.array(
        fields(
          {},
          {
            create_time: text,
            duration: num,
            filename: text,
            height: wireInt,
            id: text,
            material_id: wireInt,
            signature: text,
            width: wireInt,
          },
        ),
      ),
      page_info: numbered,
    }),
  },
  {
    method: 'GET',
    path: `${BASE}report/advertiser/get/`,
    query: fields(
      {
        ...account,
        ...span,
        fields: texts,
        filtering: fields({ marketing_goal: goal }, { order_platform: orderPlatform }),
      },
      { time_granularity: text, ...paging },
    ),
    data: fields({
      list: z.array(
        fields(
          {},
          {
            advertiser_id: wireInt,
            stat_datetime: text,
            ...core,
            all_order_refund_amount_14d: num,
            ad_all_order_settle_amount_14d: num,
            ad_all_order_settle_roi_14d: num,
          },
        ),
      ),
      page_info: numbered,
    }),
  },
  {
    method: 'GET',
    path: `${BASE}report/ad/get/`,
    query: fields(
      {
        ...account,
        ...span,
        fields: texts,
        filtering: fields(
          { marketing_goal: goal },
          { ad_ids: z.array(wireInt).max(100), order_platform: orderPlatform, status: text },
        ),
      },
      { time_granularity: z.enum(['TIME_GRANULARITY_DAILY', 'TIME_GRANULARITY_HOURLY']), ...paging },
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
              ...core,
              click_cnt: num,
              dy_comment: num,
              dy_like: num,
              dy_share: num,
              show_cnt: num,
              stat_datetime: text,
            },
          ),
        ),
        page_info: numbered,
      },
    ),
  },
  {
    method: 'GET',
    path: `${BASE}report/material/get/`,
    query: fields(
      {
        ...account,
        ...span,
        fields: texts,
        filtering: fields(
          { material_type: z.enum(['video', 'image', 'carousel']) },
          { material_id: z.array(wireInt) },
        ),
      },
      paging,
    ),
    data: fields({
      list: z.array(
        fields(
          { advertiser_id: wireInt, material_type: text },
          {
            fields: fields({}, core),
            material_id: wireInt,
            related_ad_cnt: wireInt,
            related_ad_ids: z.array(wireInt),
          },
        ),
      ),
      page_info: numbered,
    }),
  },
  {
    method: 'GET',
    path: `${BASE}report/ad/material/get/`,
    query: fields({
      ...account,
      ad_id: intText,
      ...span,
      fields: texts,
      filtering: fields({
        material_type: z.enum(['IMAGE', 'LIVE_ROOM', 'TITLE', 'VIDEO']),
        object_ids: z.array(wireInt),
      }),
    }),
    data: fields({
      material_info: z.array(
        fields({}, { aweme_id: wireInt, material_id: wireInt, metrics: fields({}, core) }),
      ),
    }),
  },
  {
    method: 'GET',
    path: `${BASE}report/uni_promotion/get/`,
    query: fields({ ...account, ...span, fields: texts }, { marketing_goal: goal }),
    data: fields({}, { stat_cost: num, ...roi2 }),
  },
  ...qianchuanPlanContracts,
]
