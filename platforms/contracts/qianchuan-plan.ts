import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'
import { qianchuanTaskContracts } from './qianchuan-task.ts'

/** 千川 plans, 全域 and standard, with their materials: appendices A.3 and A.4. */
const BASE = '/open_api/v1.0/qianchuan/'
const UNI = `${BASE}uni_promotion/`
const num = z.number()
const text = z.string()
const texts = z.array(text)
const goal = z.enum(['ALL', 'LIVE_PROM_GOODS', 'VIDEO_PROM_GOODS'])
const bid = z.enum(['SMART_BID_CONSERVATIVE', 'SMART_BID_CUSTOM'])
const paging = { page: intText, page_size: intText }
const account = { advertiser_id: intText }
const posting = { advertiser_id: wireInt }
const span = { start_date: z.iso.date(), end_date: z.iso.date() }
const moment = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
const info = { page: wireInt, page_size: wireInt, total_page: wireInt }
const numbered = fields({}, { ...info, total_number: wireInt })
const opt = z.enum(['DISABLE', 'ENABLE', 'DELETE'])
const partial = fields(
  {},
  { ad_ids: z.array(wireInt), errors: z.array(fields({}, { ad_id: wireInt, error_message: text })) },
)
const budget = z.array(fields({ ad_id: wireInt, budget: num }))
const roi2 = {
  total_pay_order_count_for_roi2: num,
  total_pay_order_gmv_for_roi2: num,
  total_prepay_and_pay_order_roi2: num,
}

export const qianchuanPlanContracts: Contract[] = [
  {
    method: 'GET',
    path: `${UNI}list/`,
    query: fields(
      { ...account, start_time: moment, end_time: moment, marketing_goal: goal, fields: texts },
      { filtering: fields({}, { smart_bid_type: bid, status: text }), ...paging },
    ),
    data: fields({
      ad_list: z.array(
        fields(
          {},
          {
            ad_info: fields(
              {},
              {
                adlab_scene: text,
                budget: num,
                budget_mode: text,
                create_time: text,
                id: wireInt,
                marketing_goal: goal,
                name: text,
                opt_status: text,
                roi2_goal: num,
                smart_bid_type: bid,
                status: text,
              },
            ),
            product_info: z.array(fields({}, { product_id: wireInt, product_name: text })),
            stats_info: fields({}, { stat_cost: num, ...roi2, total_prepay_and_pay_settle_roi2_1h: num }),
          },
        ),
      ),
      page_info: fields({}, { ...info, total_num: wireInt }),
    }),
  },
  {
    method: 'GET',
    path: `${BASE}ad/get/`,
    query: fields(
      {
        ...account,
        filtering: fields({ marketing_goal: goal }, { ids: z.array(wireInt), status: text }),
      },
      { request_aweme_info: intText, ...paging },
    ),
    data: fields(
      {},
      {
        fail_list: z.array(wireInt),
        list: z.array(
          fields(
            {},
            {
              ad_create_time: text,
              ad_id: wireInt,
              aweme_info: z.array(fields({}, { aweme_id: wireInt, aweme_name: text })),
              delivery_setting: fields(
                {},
                {
                  budget: num,
                  budget_mode: text,
                  end_time: text,
                  roi_goal: num,
                  smart_bid_type: bid,
                  start_time: text,
                },
              ),
              marketing_goal: goal,
              marketing_scene: text,
              name: text,
              opt_status: text,
              product_info: z.array(fields({}, { id: wireInt, name: text })),
              status: text,
            },
          ),
        ),
        page_info: numbered,
      },
    ),
  },
  {
    method: 'POST',
    path: `${BASE}ad/create/`,
    body: fields(
      {
        ...posting,
        delivery_setting: fields(
          { budget: num, budget_mode: text, external_action: text, smart_bid_type: bid },
          {
            deep_bid_type: text,
            deep_external_action: text,
            end_time: z.iso.date(),
            roi_goal: num,
            start_time: z.iso.date(),
            video_schedule_type: text,
          },
        ),
        marketing_goal: goal,
        name: text,
      },
      {
        aweme_id: wireInt,
        campaign_scene: text,
        creative_list: z.array(
          fields(
            { image_mode: text },
            {
              title_material: fields({ title: text }, { title_type: text }),
              video_material: fields({}, { aweme_item_id: wireInt }),
            },
          ),
        ),
        creative_material_mode: text,
        lab_ad_type: text,
        marketing_scene: text,
        product_ids: z.array(wireInt),
      },
    ),
    data: fields({}, { ad_id: wireInt, notice_infos: z.array(z.unknown()) }),
  },
  {
    method: 'POST',
    path: `${BASE}ad/status/update/`,
    body: fields({ ...posting, ad_ids: z.array(wireInt), opt_status: opt }),
    data: partial,
  },
  {
    method: 'POST',
    path: `${BASE}ad/budget/update/`,
    body: fields({ ...posting, data: budget }),
    data: partial,
  },
  {
    method: 'POST',
    path: `${UNI}ad/status/update/`,
    body: fields({ ...posting, ad_ids: z.array(wireInt), opt_status: opt }),
    data: fields(
      {},
      {
        results: z.array(
          fields(
            {},
            {
              ad_id: wireInt,
              error: fields({}, { error_code: wireInt, error_message: text }),
              flag: z.boolean(),
            },
          ),
        ),
      },
    ),
  },
  {
    method: 'POST',
    path: `${UNI}ad/budget/update/`,
    body: fields({ ...posting, update_budget_infos: budget }),
    data: fields(
      {},
      {
        results: z.array(
          fields({}, { ad_id: wireInt, error_message: text, status: z.enum(['SUCCESS', 'FAILED']) }),
        ),
      },
    ),
  },
  {
    method: 'POST',
    path: `${UNI}ad/material/add/`,
    body: fields(
      { ...posting, ad_id: wireInt },
      {
        multi_product_creative_list: z.array(
          fields(
            {},
            {
              aweme_uid: wireInt,
              product_id: wireInt,
              video_material: z.array(fields({}, { aweme_item_id: wireInt, image_mode: text })),
            },
          ),
        ),
      },
    ),
    data: z.record(text, z.unknown()),
  },
  {
    method: 'GET',
    path: `${UNI}ad/material/get/`,
    query: fields(
      {
        ...account,
        ad_id: intText,
        filtering: fields({ material_type: text }, { ...span, material_status: text }),
      },
      { fields: texts, page: intText, page_size: z.enum(['10', '20', '50', '100']) },
    ),
    data: fields(
      {},
      {
        ad_material_infos: z.array(
          fields(
            {},
            {
              audit_status: z.enum(['PASS', 'REJECT', 'IN_PROGRESS']),
              delivery_not_reason: texts,
              material_info: fields(
                {},
                {
                  material_type: text,
                  video_material: fields(
                    {},
                    { aweme_item_id: wireInt, material_id: wireInt, source: z.enum(['AD', 'AWEME_VIDEO']) },
                  ),
                },
              ),
              material_status: text,
              stats_info: fields({}, { stat_cost_for_roi2: num, ...roi2 }),
            },
          ),
        ),
        page_info: numbered,
      },
    ),
  },
  {
    method: 'POST',
    path: `${UNI}ad/material/delete/`,
    body: fields({ ...posting, ad_id: wireInt }, { material_ids: z.array(wireInt), titles: texts }),
    data: z.record(text, z.unknown()),
  },
  {
    method: 'GET',
    path: `${UNI}ad/suggestion/`,
    query: fields(
      { ...account, ad_id: intText },
      { filtering: fields({}, { material_ids: z.array(wireInt), product_ids: z.array(wireInt) }), ...paging },
    ),
    data: fields(
      {},
      {
        list: z.array(
          fields(
            {},
            {
              audit_platform: z.enum(['UNKNOWN', 'AD', 'CONTENT']),
              audit_reason: texts,
              desc: text,
              material_id: wireInt,
              product_id: wireInt,
              video_material: fields({}, { aweme_item_id: wireInt, video_id: text }),
            },
          ),
        ),
        page_info: numbered,
      },
    ),
  },
  ...qianchuanTaskContracts,
]
