import { z } from 'zod'
import { shanghaiInstant } from '../shanghai.ts'
import { id, page, pageSize } from './oceanengine-route.ts'

/** 随心推's questions as the vendor would check them; a breach is 40001 with the field's name. */
const goal = z.enum(['VIDEO_PROM_GOODS', 'LIVE_PROM_GOODS'])
const ROI = 'AD_CONVERT_TYPE_LIVE_ROI'
const videoAction = z.enum([
  'AD_CONVERT_TYPE_SHOPPING',
  ROI,
  'AD_CONVERT_TYPE_QC_FOLLOW_ACTION',
  'AD_CONVERT_TYPE_QC_MUST_BUY',
])
const liveAction = z.enum([
  'AD_CONVERT_TYPE_LIVE_CLICK_PRODUCT_ACTION',
  'AD_CONVERT_TYPE_LIVE_HEAT',
  ROI,
  'AD_CONVERT_TYPE_LIVE_SUCCESSORDER_ACTION',
  'AD_CONVERT_TYPE_LIVE_SUCCESSORDER_PAY',
  'AD_CONVERT_TYPE_NEW_FOLLOW_ACTION',
])
const action = z.union([videoAction, liveAction])
const audience = z
  .strictObject({
    audience_mode: z.enum(['ATUO', 'CUSTOM', 'FANS', 'LIVEFANS']),
    author_ids: z.array(id).min(1).max(20).optional(),
    age: z.array(z.string().startsWith('AGE_BETWEEN_')).optional(),
    gender: z.enum(['GENDER_FEMALE', 'GENDER_MALE']).optional(),
    district: z.enum(['CITY', 'COUNTY']).optional(),
    city: z.array(id).max(200).optional(),
    interest_categories: z.array(id).optional(),
  })
  .refine((each) => each.audience_mode.includes('FANS') === (each.author_ids !== undefined), 'author_ids')
const cents = (value: number) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6
const bids = {
  amount: z.int().min(100).max(5_000_000).multipleOf(10),
  bid_mode: z.literal('PRICING_ACTION'),
  bid_type: z.enum(['AUTO_BID', 'MANUAL_BID']),
  cpa_bid: z.number().min(0.1).max(10_000).refine(cents).optional(),
  roi_goal: z.number().min(0.01).max(100).refine(cents).optional(),
}
const videoSetting = z
  .strictObject({
    ...bids,
    delivery_time: z.literal([2, 6, 12, 24, 72, 120]),
    external_action: videoAction,
  })
  .refine((each) => (each.cpa_bid ?? 0) <= each.amount, 'cpa_bid above amount')
  .refine((each) => {
    const roi = each.external_action === ROI
    return (!roi || each.bid_type === 'MANUAL_BID') && (each.roi_goal !== undefined) === roi
  }, 'roi_goal and bid_type do not fit external_action')
const liveSetting = z
  .strictObject({
    ...bids,
    delivery_time: z.literal([0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 12, 24]),
    external_action: liveAction,
    liveroom_heat_mode: z.literal('BY_VIDEO'),
  })
  .refine((each) => {
    const manual = each.bid_type === 'MANUAL_BID'
    return (!manual || each.external_action === ROI) && (each.roi_goal !== undefined) === manual
  }, 'roi_goal and bid_type do not fit external_action')

const account = { advertiser_id: id }
const date = z.iso.date()
const days = (from: string, to: string) =>
  ((shanghaiInstant(`${to} 00:00:00`) ?? 0) - (shanghaiInstant(`${from} 00:00:00`) ?? 0)) / 86_400_000

const subject = { ...account, aweme_id: id, aweme_item_id: id, audience: audience.optional() }
/** A room is heated through a video: this world knows what its videos bring, and has no rooms of its own. */
export const createAsk = z.discriminatedUnion('marketing_goal', [
  z.strictObject({
    ...subject,
    marketing_goal: z.literal('VIDEO_PROM_GOODS'),
    delivery_setting: videoSetting,
  }),
  z.strictObject({
    ...subject,
    marketing_goal: z.literal('LIVE_PROM_GOODS'),
    delivery_setting: liveSetting,
  }),
])
export const listAsk = z
  .strictObject({
    ...account,
    filtering: z.strictObject({ marketing_goal: goal, status: z.string().optional() }),
    cursor: z.coerce.number().int().nonnegative().default(0),
    count: pageSize(10, 20, 50),
    order_create_start_date: date.optional(),
    order_create_end_date: date.optional(),
  })
  .refine(
    ({ order_create_start_date: from, order_create_end_date: to }) => !from || !to || days(from, to) <= 180,
    'order_create_start_date: more than 180 days',
  )
export const detailAsk = z.strictObject({ ...account, order_id: id })
export const renewAsk = z.strictObject({
  ...account,
  order_id: id,
  renewal_budget: z.int().positive(),
  /** Hours of a room in halves; whole days of a video, up to 7. */
  renewal_delivery_seconds: z.number().min(0).max(24).multipleOf(0.5),
})
/** In practice one per call. */
export const terminateAsk = z.strictObject({ ...account, order_ids: z.array(id).length(1) })
export const quotaAsk = z.strictObject(account)
export const bidAsk = z.strictObject({
  ...account,
  delivery_setting: z.strictObject({ amount: z.int(), external_action: action }),
  audience: audience.optional(),
})
export const roiAsk = z.strictObject({ ...account, aweme_id: id })
export const reportAsk = z
  .strictObject({
    ...account,
    start_date: date,
    end_date: date,
    filtering: z.strictObject({ marketing_goal: goal, ad_ids: z.array(id).max(1000).optional() }),
    fields: z.array(z.string()).optional(),
    page,
    page_size: pageSize(10, 20, 50, 100, 200),
  })
  .refine(({ start_date, end_date }) => days(start_date, end_date) <= 180, 'more than 180 days')
