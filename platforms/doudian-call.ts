import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { FetchError, type FetchErrorKind } from './errors.ts'
import type { Http } from './http.ts'
import { toJson } from './json.ts'
import { shanghaiText } from './shanghai.ts'

/** 抖店's calling convention: the method names the path, the query carries token and signature, 10000 is success. */
export const DOUDIAN_URL = 'https://openapi-fxg.jinritemai.com'

export interface DoudianApp {
  baseUrl?: string
  http: Http
  now: () => number
  appKey: string
  appSecret: string
  /** [unsure] Packages send unix seconds; the pages write `yyyy-MM-dd HH:mm:ss`. What is sent is what is signed. */
  timestamp?: 'seconds' | 'text'
}

export type DoudianParams = Record<string, unknown>

/** Lower-case hex HMAC-SHA256; the token is not part of it. `paramJson` is the very text of the body. */
export function signDoudian(
  { appKey, appSecret }: Pick<DoudianApp, 'appKey' | 'appSecret'>,
  call: { method: string; paramJson: string; timestamp: string },
): string {
  const { method, paramJson, timestamp } = call
  const inner = `app_key${appKey}method${method}param_json${paramJson}timestamp${timestamp}v2`
  return createHmac('sha256', appSecret).update(`${appSecret}${inner}${appSecret}`).digest('hex')
}

/** `token` is empty for the calls that fetch one. `effect`: see HttpCall. */
export function callDoudian(
  app: DoudianApp,
  call: { method: string; params: DoudianParams; token: string; effect?: boolean },
): Promise<unknown> {
  const { baseUrl = DOUDIAN_URL, http, appKey, now } = app
  const body = sorted(call.params)
  const at = now()
  const timestamp = app.timestamp === 'text' ? shanghaiText(at) : String(Math.floor(at / 1000))
  const sign = signDoudian(app, { method: call.method, paramJson: toJson(body), timestamp })
  return http.send({
    method: 'POST',
    url: `${baseUrl}/${call.method.replaceAll('.', '/')}`,
    query: {
      app_key: appKey,
      method: call.method,
      timestamp,
      v: '2',
      sign,
      sign_method: 'hmac-sha256',
      access_token: call.token,
    },
    // Without the last the codes are those of an older table.
    headers: { from: 'sdk', 'sdk-type': 'node', 'x-open-no-old-err-code': '1' },
    body,
    account: `doudian:${appKey}`,
    ...(call.effect ? { effect: true } : {}),
    classify: classifyDoudian,
  })
}

/** Keys in order at every depth: the signature is over the text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]),
  )
}

const envelopeSchema = z.object({
  code: z.int(),
  msg: z.string().nullish(),
  sub_code: z.string().nullish(),
  sub_msg: z.string().nullish(),
  log_id: z.string().nullish(),
  data: z.unknown().optional(),
})

export const DOUDIAN_CODES: Readonly<Record<number, FetchErrorKind>> = {
  20000: 'network',
  20001: 'timeout',
  30001: 'forbidden',
  30002: 'forbidden',
  40001: 'rejected',
  40002: 'rejected',
  40003: 'rejected',
  40004: 'rejected',
  50001: 'rejected',
  50002: 'rejected',
  60000: 'rate_limited',
  70000: 'forbidden',
  80000: 'forbidden',
  90000: 'forbidden',
}
/** The second word tells a dead token from a wrong call. */
const TOKEN_WORDS =
  /^(isv\.access-token-(expired|invalid|no-existed)|dop\.authorization-(no-existed|closed)|dop\.token-generate-failed)/
/** 10001 is "partially": its data is good. */
const SUCCESS = new Set([10000, 10001])

export function classifyDoudian(body: unknown): FetchError | null {
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) return new FetchError('parse', 'the answer has no {code, msg, data} envelope')
  const { code, msg, sub_code, sub_msg, log_id } = envelope.data
  if (SUCCESS.has(code)) return null
  const kind = TOKEN_WORDS.test(sub_code ?? '') ? 'auth' : (DOUDIAN_CODES[code] ?? 'rejected')
  const words = [code, sub_code, sub_msg || msg].filter(Boolean).join(' ')
  return new FetchError(kind, words, { code, requestId: log_id ?? null })
}

export function readDoudian<T>(body: unknown, schema: z.ZodType<T>): T {
  const { data, log_id } = envelopeSchema.parse(body)
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = ['data', ...(issue?.path ?? [])].join('.')
  throw new FetchError('parse', `${where}: ${issue?.message}`, { requestId: log_id ?? null })
}
