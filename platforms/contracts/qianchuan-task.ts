import { z } from 'zod'
import { type Contract, fields, intText, wireInt } from '../contract.ts'

/** 素材追投 tasks of 全域 plans: appendix A.4. */
const BASE = '/open_api/v1.0/qianchuan/uni_promotion/ad/control_task/'
const num = z.number()
const text = z.string()
const posting = { advertiser_id: wireInt }
const page_info = fields(
  {},
  { page: wireInt, page_size: wireInt, total_page: wireInt, total_number: wireInt },
)

export const qianchuanTaskContracts: Contract[] = [
  {
    method: 'POST',
    path: `${BASE}create/`,
    body: fields(
      { ...posting, ad_id: wireInt, scene: z.enum(['MATERIAL_ADD_BUDGET', 'SMART_BOOST']) },
      { budget: num, duration: num, material_ids: z.array(wireInt), material_type: text, name: text },
    ),
    data: fields({}, { id: wireInt }),
  },
  {
    method: 'GET',
    path: `${BASE}list/`,
    query: fields(
      {
        ...{ advertiser_id: intText, marketing_goal: text, ad_id: intText },
        ...{ start_time: text, end_time: text, scene: text },
      },
      { fields: z.array(text), page: intText, page_size: intText },
    ),
    data: fields(
      {},
      {
        page_info,
        task_list: z.array(
          fields(
            {},
            {
              budget: num,
              create_time: text,
              duration: num,
              id: wireInt,
              material_list: z.array(fields({}, { aweme_item_id: wireInt, material_id: wireInt })),
              metrics: fields(
                {},
                {
                  click_cnt_for_roi2_assist: wireInt,
                  show_cnt_for_roi2_assist: wireInt,
                  stat_cost_for_roi2_assist: num,
                  total_pay_order_count_for_roi2_assist: num,
                  total_pay_order_gmv_for_roi2_assist: num,
                  total_prepay_and_pay_order_roi2_assist: num,
                },
              ),
              name: text,
              task_status: z.enum([
                ...(['DELETED', 'DISABLE', 'FROZEN', 'LIVE_ROOM_OFF', 'OFFLINE_BALANCE'] as const),
                ...(['OFFLINE_BUDGET', 'OFFLINE_TIME', 'PROCESSING', 'ROI2_DISABLE'] as const),
              ]),
            },
          ),
        ),
      },
    ),
  },
  {
    method: 'POST',
    path: `${BASE}status/update/`,
    body: fields({
      ...posting,
      opt_type: z.enum(['DELETE', 'DISABLE', 'ENABLE', 'PAUSE']),
      task_ids: z.array(wireInt),
    }),
    data: fields(
      {},
      { errors: z.array(fields({}, { error_message: text, task_id: wireInt })), task_ids: z.array(wireInt) },
    ),
  },
  {
    method: 'POST',
    path: `${BASE}budget/update/`,
    body: fields({
      ...posting,
      update_budget_infos: z.array(fields({ budget: num, task_id: wireInt })),
    }),
    data: fields(
      {},
      { results: z.array(fields({}, { error_message: text, status: z.boolean(), task_id: wireInt })) },
    ),
  },
]
