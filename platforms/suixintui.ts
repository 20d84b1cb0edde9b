import { z } from 'zod'
import type { Oceanengine } from './oceanengine.ts'
import { wireId } from './oceanengine.ts'
import { collect, readCursor, readPages } from './oceanengine-page.ts'
import { yuanOfFen, yuanSchema } from './qianchuan-units.ts'
import { attempt, firstBroken, isId, type Written } from './qianchuan-write.ts'
import { shanghaiDate } from './shanghai.ts'
import {
  detailOf,
  type OrderQuota,
  type OrderReport,
  orderOf,
  quotaOf,
  reportOf,
  type SuixintuiDetail,
  type SuixintuiOrder,
  terminationsOf,
} from './suixintui-read.ts'
import {
  type Audience,
  checkOrder,
  checkRenewal,
  type ExternalAction,
  type MarketingGoal,
  type OrderInput,
  type RenewalInput,
} from './suixintui-rules.ts'
import {
  audienceBody,
  createdSchema,
  detailSchema,
  type OrderStatus,
  orderBody,
  orderPage,
  quotaSchema,
  REPORT_FIELDS,
  reportPage,
  terminatedSchema,
} from './suixintui-wire.ts'

/** 小店随心推: one paid order for one video. Reads throw FetchError; writes answer how they ended. */
export interface OrderFilter {
  advertiserId: string
  goal: MarketingGoal
  /** Created on these days of Shanghai, at most 180 apart. */
  from: number
  to: number
  status?: Exclude<OrderStatus, 'UNKNOWN'>
}

export interface BidQuestion {
  advertiserId: string
  amountFen: number
  externalAction: ExternalAction
  audience?: Audience
}

export interface Suixintui {
  /** All orders of some days, in the platform's order; `unread` names those that it could not show. */
  orders(filter: OrderFilter): Promise<{ orders: SuixintuiOrder[]; unread: string[] }>
  order(advertiserId: string, orderId: string): Promise<SuixintuiDetail>
  /** By ad_id, not by order_id; an order without spend has no row. */
  report(
    question: Pick<OrderFilter, 'advertiserId' | 'goal' | 'from' | 'to'> & { adIds: readonly string[] },
  ): Promise<OrderReport[]>
  quota(advertiserId: string): Promise<OrderQuota>
  suggestBid(question: BidQuestion): Promise<number | null>
  suggestRoi(advertiserId: string, awemeId: string): Promise<number>
  /** A write that cannot begin by `notAfter`, ms, is not sent and refused. */
  create(order: OrderInput, notAfter?: number): Promise<Written<{ orderId: string; adId: string | null }>>
  addBudget(renewal: RenewalInput, notAfter?: number): Promise<Written<null>>
  /** Ends an order for good; costs one of a small quota. */
  terminate(
    advertiserId: string,
    orderId: string,
    notAfter?: number,
  ): Promise<Written<{ terminated: boolean; terminations: OrderQuota['terminations'] }>>
}

export const SUIXINTUI_PATH = '/open_api/v1.0/qianchuan/aweme/'
const COUNT = 50
const REPORT_PAGE = 200
/** The platform takes 1000; a question in a URL stays short of what gateways cut off. */
const REPORT_IDS = 200

export function createSuixintui(oceanengine: Oceanengine): Suixintui {
  const get = <T>(
    advertiserId: string,
    path: string,
    query: Record<string, unknown>,
    data: z.ZodType<T>,
  ) => ({
    method: 'GET' as const,
    path: `${SUIXINTUI_PATH}${path}`,
    account: advertiserId,
    query: { advertiser_id: advertiserId, ...query },
    data,
  })
  const post = <T>(
    advertiserId: string,
    path: string,
    body: unknown,
    data: z.ZodType<T>,
    notAfter: number | undefined,
  ) =>
    oceanengine.call({
      notAfter,
      method: 'POST',
      path: `${SUIXINTUI_PATH}${path}`,
      account: advertiserId,
      body,
      effect: true,
      data,
    })

  return {
    async orders({ advertiserId, goal, from, to, status }) {
      const query = {
        filtering: { marketing_goal: goal, ...(status ? { status } : {}) },
        order_create_start_date: shanghaiDate(from),
        order_create_end_date: shanghaiDate(to),
      }
      const call = get(advertiserId, 'order/get/', query, orderPage)
      const pages = await collect(readCursor(oceanengine, { ...call, count: COUNT }), (page) => [page])
      return {
        orders: pages.flatMap((page) => page.list.map(orderOf)),
        unread: pages.flatMap((page) => page.fail_list),
      }
    },
    async order(advertiserId, orderId) {
      return detailOf(
        await oceanengine.call(get(advertiserId, 'order/detail/get/', { order_id: orderId }, detailSchema)),
      )
    },
    async report({ advertiserId, goal, from, to, adIds }) {
      const chunks = Array.from({ length: Math.ceil(adIds.length / REPORT_IDS) }, (_, index) =>
        adIds.slice(index * REPORT_IDS, (index + 1) * REPORT_IDS).map((id) => wireId('adIds', id)),
      )
      const rows = chunks.map((ad_ids) => {
        const query = {
          start_date: shanghaiDate(from),
          end_date: shanghaiDate(to),
          filtering: { marketing_goal: goal, ad_ids },
          fields: REPORT_FIELDS,
        }
        const call = get(advertiserId, 'report/order/get/', query, reportPage)
        return collect(readPages(oceanengine, { ...call, pageSize: REPORT_PAGE }), (page) => page.list)
      })
      return (await Promise.all(rows)).flat().map(reportOf)
    },
    async quota(advertiserId) {
      return quotaOf(await oceanengine.call(get(advertiserId, 'order/quota/get/', {}, quotaSchema)))
    },
    async suggestBid({ advertiserId, amountFen, externalAction, audience }) {
      const query = {
        delivery_setting: { amount: yuanOfFen(amountFen), external_action: externalAction },
        ...(audience ? { audience: audienceBody(audience) } : {}),
      }
      const schema = z.object({ suggest_bid: yuanSchema })
      return (await oceanengine.call(get(advertiserId, 'suggest_bid/', query, schema))).suggest_bid
    },
    async suggestRoi(advertiserId, awemeId) {
      const schema = z.object({ ecp_roi_goal: z.number() })
      const call = get(advertiserId, 'suggest/roi/goal/', { aweme_id: awemeId }, schema)
      return (await oceanengine.call(call)).ecp_roi_goal
    },
    create: (order, notAfter) =>
      attempt(checkOrder(order), async () => {
        const data = await post(
          order.advertiserId,
          'order/create/',
          orderBody(order),
          createdSchema,
          notAfter,
        )
        return { orderId: data.order_id, adId: data.ad_id }
      }),
    addBudget: (renewal, notAfter) =>
      attempt(checkRenewal(renewal), async () => {
        await post(renewal.advertiserId, 'order/budget/add/', renewalBody(renewal), z.unknown(), notAfter)
        return null
      }),
    terminate: (advertiserId, orderId, notAfter) =>
      attempt(
        firstBroken([
          ['advertiserId', isId(advertiserId), 'not a platform id'],
          ['orderId', isId(orderId), 'not a platform id'],
        ]),
        async () => {
          const body = {
            advertiser_id: wireId('advertiserId', advertiserId),
            order_ids: [wireId('orderId', orderId)],
          }
          const data = await post(advertiserId, 'order/terminate/', body, terminatedSchema, notAfter)
          return {
            terminated: data.order_ids.includes(orderId),
            terminations: terminationsOf(data.terminate_quota_info),
          }
        },
      ),
  }
}

/** `renewal_delivery_seconds` is, despite its name, days of a video and hours of a live room. */
function renewalBody({ advertiserId, orderId, addFen, addTime }: RenewalInput) {
  return {
    advertiser_id: wireId('advertiserId', advertiserId),
    order_id: wireId('orderId', orderId),
    renewal_budget: yuanOfFen(addFen),
    renewal_delivery_seconds: addTime,
  }
}
