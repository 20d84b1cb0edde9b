import { z } from 'zod'
import { DAY, HOUR } from '../rules/types.ts'
import { FetchError, type FetchErrorKind } from './errors.ts'

/** 巨量引擎's calling convention, shared by 千川, 随心推 and 星图: one envelope, one family of codes. */
export const OCEANENGINE_URL = 'https://api.oceanengine.com'

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
const SHANGHAI_OFFSET = 8 * HOUR

/** The classify hook of http.ts for every 巨量 interface. */
export function classifyOceanengine(body: unknown, _status: number, now: number): FetchError | null {
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) return new FetchError('parse', 'the answer has no {code, message, data} envelope')
  const { code, message, request_id } = envelope.data
  if (code === 0) return null
  return new FetchError(CODES[code] ?? 'rejected', `${code} ${message ?? ''}`.trim(), {
    code,
    requestId: request_id ?? null,
    retryAfterMs: DAILY_LIMITS.has(code) ? untilShanghaiMidnight(now) : null,
  })
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

function untilShanghaiMidnight(now: number): number {
  return DAY - ((now + SHANGHAI_OFFSET) % DAY)
}
