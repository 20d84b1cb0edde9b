import { createHmac } from 'node:crypto'
import { toJson } from '../json.ts'
import { instituteOrders } from './doudian-alliance.ts'
import { searchOrders } from './doudian-search.ts'
import { doudianShop } from './doudian-shop.ts'
import type { Route, RouteContext, RouteResult, Vendor } from './vendor.ts'

/**
 * 抖店's gateway: signed calls, token in the query, 10000 is success, HTTP 200 whatever happens. A refusal's
 * second word travels as its message.
 */
export const DOUDIAN_APP = { appKey: '7000000000000000001', appSecret: '0123456789abcdef0123456789abcdef' }
const OK = 10000
const CLOCK_SKEW_MS = 600_000

export const doudian: Vendor = {
  routes: [
    route('token.create', (context) => doudianShop(context).create(fieldsOf(context), context)),
    route('token.refresh', (context) => doudianShop(context).refresh(fieldsOf(context), context.now)),
    route('order.searchList', withToken(searchOrders)),
    route('buyin.instituteOrderMCN', withToken(instituteOrders)),
  ],
  envelope: ({ code, message, data }, requestId) => ({
    code,
    msg: code === OK ? 'success' : 'refused',
    sub_code: code === OK ? '' : message,
    sub_msg: code === OK ? '' : message,
    log_id: requestId,
    data: code === OK ? data : null,
  }),
  refusals: {
    rate_limit: { code: 60000, message: 'isv.call-limited' },
    expired_token: { code: 40003, message: 'isv.access-token-expired' },
    busy: { code: 20000, message: 'isp.service-error' },
  },
  wrongTypes: () => ({ shop_order_list: [{ pay_amount: '1.2w' }], orders: 'ok', cursor: '0' }),
}

function route(method: string, answer: Route['answer']): Route {
  return {
    method: 'POST',
    path: `/${method.replaceAll('.', '/')}`,
    answer: (context) => refusalOf(context, method) ?? answer(context),
  }
}

const refused = (code: number, message: string): RouteResult => ({ code, message, data: null })

function refusalOf({ query, body, now }: RouteContext, method: string): RouteResult | null {
  const given = (name: string) => query.get(name) ?? ''
  const missing = ['app_key', 'method', 'timestamp', 'v', 'sign'].find((name) => given(name) === '')
  if (missing) return refused(40001, `isv.missing-${missing}`)
  if (given('app_key') !== DOUDIAN_APP.appKey) return refused(40003, 'isv.app-key-invalid')
  if (given('method') !== method || given('v') !== '2') return refused(40003, 'isv.method-invalid')
  const timestamp = given('timestamp')
  const at = /^\d+$/.test(timestamp)
    ? Number(timestamp) * 1000
    : Date.parse(`${timestamp.replace(' ', 'T')}+08:00`)
  if (!(Math.abs(at - now) <= CLOCK_SKEW_MS)) return refused(40003, 'isv.timestamp-invalid')
  const { appKey, appSecret } = DOUDIAN_APP
  const text = `app_key${appKey}method${method}param_json${toJson(sorted(body))}timestamp${timestamp}v2`
  const sign = createHmac('sha256', appSecret).update(appSecret + text + appSecret)
  return given('sign') === sign.digest('hex') ? null : refused(40003, 'isv.signature-invalid')
}

function withToken(answer: Route['answer']): Route['answer'] {
  return (context) => {
    const state = doudianShop(context).check(context.query.get('access_token') ?? '', context.now)
    return state === null ? answer(context) : refused(40003, `isv.access-token-${state}`)
  }
}

function fieldsOf({ body }: RouteContext): Record<string, unknown> {
  return (body ?? {}) as Record<string, unknown>
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted((value as Record<string, unknown>)[name])]),
  )
}
