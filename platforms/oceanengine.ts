import { z } from 'zod'
import { FetchError, type FetchErrorKind } from './errors.ts'
import type { Http } from './http.ts'
import { int64, toJson } from './json.ts'
import { untilShanghaiMidnight } from './shanghai.ts'

/** 巨量引擎's calling convention, shared by 千川, 随心推 and 星图: one envelope, one family of codes, one caller. */
export const OCEANENGINE_URL = 'https://api.oceanengine.com'

export interface OceanengineOptions {
  baseUrl: string
  /** The stored token. Asked again with the token that was just refused, so that a refresh can come between. */
  accessToken: (refused?: string) => Promise<string> | string
  http: Http
}

export interface OceanengineCall<T> {
  method: 'GET' | 'POST'
  path: string
  /** Whose limit the call counts against: the advertiser, as a rule. */
  account: string
  /** Arrays and objects go out JSON-encoded; an undefined field is left out. */
  query?: Record<string, unknown>
  body?: unknown
  /** The call changes something: its unknown outcome is never sent again. */
  effect?: boolean
  /** See HttpCall. */
  urgent?: boolean
  notAfter?: number | undefined
  /** One interface wants the token in the query as well. */
  tokenInQuery?: boolean
  /** Of the envelope's `data`. */
  data: z.ZodType<T>
}

/** One authorisation at 巨量; each interface is a call of it. Throws only FetchError. */
export interface Oceanengine {
  call<T>(call: OceanengineCall<T>): Promise<T>
}

export function createOceanengine(options: OceanengineOptions): Oceanengine {
  return { call: async (call) => readData(await sendTwice(call, options), call.data) }
}

/**
 * A token may have been refreshed elsewhere since it was read: look once more, repeat once. That holds for
 * writes too: a token is refused at the door, before anything happens.
 */
async function sendTwice<T>(call: OceanengineCall<T>, options: OceanengineOptions): Promise<unknown> {
  const token = await options.accessToken()
  try {
    return await send(call, token, options)
  } catch (error) {
    if (!(error instanceof FetchError) || error.kind !== 'auth') throw error
    const fresh = await options.accessToken(token)
    if (fresh === token) throw error
    return send(call, fresh, options)
  }
}

function send<T>(call: OceanengineCall<T>, token: string, { baseUrl, http }: OceanengineOptions) {
  const query = { ...call.query, ...(call.tokenInQuery ? { access_token: token } : {}) }
  return http.send({
    method: call.method,
    url: `${baseUrl}${call.path}`,
    query: queryText(query),
    ...(call.body === undefined ? {} : { body: call.body }),
    headers: { 'Access-Token': token },
    account: call.account,
    effect: call.effect ?? false,
    urgent: call.urgent ?? false,
    ...(call.notAfter === undefined ? {} : { notAfter: call.notAfter }),
    classify: classifyOceanengine,
  })
}

function queryText(query: Record<string, unknown>): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'object' ? toJson(value) : String(value)]),
  )
}

/** An id on its way out: a JSON number, as the schemas say. A text that is no such number is never sent. */
export function wireId(field: string, id: string): bigint {
  const value = int64(id)
  if (value === null) throw new FetchError('rejected', `${field}: ${id} is not a platform id`)
  return value
}

const envelopeSchema = z.object({
  code: z.int(),
  message: z.string().nullish(),
  // Absent in some refusals.
  data: z.unknown().optional(),
  request_id: z.union([z.string(), z.number().transform(String)]).nullish(),
})

/**
 * Codes and what they mean to us. 5xxxx "busy" counts as network: a read may be repeated,
 * the outcome of a write is unknown.
 */
const CODES: Record<number, FetchErrorKind> = {
  40001: 'rejected',
  40002: 'forbidden',
  40003: 'rejected',
  40100: 'rate_limited',
  40101: 'forbidden',
  40102: 'auth',
  40103: 'auth',
  40104: 'auth',
  40105: 'auth',
  40106: 'auth',
  40107: 'auth',
  40108: 'rejected',
  40109: 'auth',
  40110: 'rate_limited',
  40200: 'rejected',
  40201: 'rejected',
  40300: 'forbidden',
  40301: 'forbidden',
  40302: 'forbidden',
  40303: 'forbidden',
  40304: 'forbidden',
  40305: 'forbidden',
  40501: 'not_found',
  40900: 'rejected',
  50000: 'network',
  50001: 'network',
  50002: 'network',
  51007: 'network',
  51010: 'network',
  61002: 'rate_limited',
  61003: 'rate_limited',
}
/** The day's quota is used up: nothing helps before midnight in Shanghai. */
const DAILY_LIMITS = new Set([61002, 61003])

/** The classify hook of http.ts for every 巨量 interface. */
export function classifyOceanengine(body: unknown, _status: number, now: number): FetchError | null {
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) return new FetchError('parse', 'the answer has no {code, message, data} envelope')
  const { code, message, request_id } = envelope.data
  if (code === 0) return null
  return new FetchError(kindOf(code), `${code} ${message ?? ''}`.trim(), {
    code,
    requestId: request_id ?? null,
    retryAfterMs: DAILY_LIMITS.has(code) ? untilShanghaiMidnight(now) : null,
  })
}

/** An unlisted code is a refusal, except in the family of 'busy': there a write may have happened. */
function kindOf(code: number): FetchErrorKind {
  return CODES[code] ?? (code >= 50000 && code < 60000 ? 'network' : 'rejected')
}

/** The `data` of a successful answer in the shape asked for; anything else is a parse error that names the field. */
export function readData<T>(body: unknown, schema: z.ZodType<T>): T {
  const envelope = envelopeSchema.parse(body)
  const data = schema.safeParse(envelope.data)
  if (data.success) return data.data
  const [issue] = data.error.issues
  const where = ['data', ...(issue?.path ?? [])].join('.')
  throw new FetchError('parse', `${where}: ${issue?.message}`, { requestId: envelope.request_id ?? null })
}

/** An id on the wire: a small one arrives as number, one beyond 2^53 as text (see json.ts). */
export const idSchema = z.union([z.int().nonnegative().transform(String), z.string().regex(/^\d{1,19}$/)])

/** A cumulative counter; null where the vendor leaves it out. */
export const counterSchema = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? null)
