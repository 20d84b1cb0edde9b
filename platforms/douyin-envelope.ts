import { z } from 'zod'
import { MINUTE } from '../rules/types.ts'
import { FetchError, type FetchErrorKind } from './errors.ts'
import { untilShanghaiMidnight } from './shanghai.ts'

/** 抖音开放平台's calling convention: status and payload share `data`, codes come in an old and a new set. */
export const DOUYIN_URL = 'https://open.douyin.com'

/** Numbers arrive as numbers or, from some gateways, as text. */
export const looseInt = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,16}$/)
    .transform(Number),
])
/** A cumulative counter; null where it is left out. */
export const looseCounter = looseInt
  .pipe(z.int().nonnegative())
  .nullish()
  .transform((value) => value ?? null)

const statusSchema = z.object({ error_code: looseInt.nullish(), description: z.string().nullish() })
const extraSchema = z.object({
  ...statusSchema.shape,
  sub_description: z.string().nullish(),
  logid: z.string().nullish(),
  log_id: z.string().nullish(),
})
const envelopeSchema = z
  .object({
    data: z.object({ ...statusSchema.shape, log_id: z.string().nullish() }).nullish(),
    message: z.string().nullish(),
    extra: extraSchema.nullish(),
  })
  .refine(({ data, extra }) => data || extra, 'neither data nor extra')

/** What every code of the documents' tables means to us: the old set, the 2800xxxx set, and OAuth's own. */
export const DOUYIN_CODES: Readonly<Record<number, FetchErrorKind>> = {
  10001: 'network',
  10002: 'rejected',
  10003: 'rejected',
  10004: 'forbidden',
  10005: 'rejected',
  10006: 'rejected',
  10007: 'auth',
  10008: 'auth',
  10010: 'auth',
  10011: 'rejected',
  10013: 'rejected',
  10014: 'rejected',
  10015: 'rejected',
  10017: 'rejected',
  10020: 'auth',
  2100004: 'network',
  2100005: 'rejected',
  2100007: 'forbidden',
  2100009: 'forbidden',
  2190001: 'rate_limited',
  2190002: 'auth',
  2190003: 'forbidden',
  2190004: 'forbidden',
  2190008: 'auth',
  2190015: 'rejected',
  2190016: 'forbidden',
  28001003: 'auth',
  28001005: 'network',
  28001006: 'network',
  28001007: 'rejected',
  28001008: 'auth',
  28001012: 'forbidden',
  28001014: 'forbidden',
  28001015: 'rejected',
  28001016: 'forbidden',
  28001017: 'rejected',
  28001018: 'forbidden',
  28001019: 'forbidden',
  28001020: 'forbidden',
  28001021: 'forbidden',
  28001042: 'forbidden',
  28001045: 'auth',
  28001046: 'forbidden',
  28001047: 'forbidden',
  28001052: 'rate_limited',
  28001056: 'forbidden',
  28003017: 'rate_limited',
  28003018: 'rate_limited',
  28004020: 'forbidden',
}
const QUOTA_CODES = new Set([2190001, 28003017])
const RISK_CONTROL = 28001052
const RISK_CONTROL_MS = 10 * MINUTE
/** Where the vendor's own word hides what to do. */
const ADVICE: Readonly<Record<number, string>> = {
  28001056: 'the platform has taken this API offline; use another source',
  2190003: 'the user did not grant this scope; ask for a new authorisation',
  28001012: 'the user did not grant this scope; ask for a new authorisation',
  28004020: 'the user did not grant this scope; ask for a new authorisation',
  28001045: 'the user cancelled the authorisation',
  28001047: 'the account is private',
}

/** The classify hook of http.ts for every interface of 抖音开放平台, OAuth included. */
export function classifyDouyin(body: unknown, _status: number, now: number): FetchError | null {
  const envelope = envelopeSchema.safeParse(body)
  if (!envelope.success) return new FetchError('parse', 'the answer has no {data, extra} envelope')
  const { data, extra, message } = envelope.data
  const code = data?.error_code || extra?.error_code || 0
  const requestId = extra?.logid ?? extra?.log_id ?? data?.log_id ?? null
  if (code === 0) return message === 'error' ? new FetchError('rejected', 'error', { requestId }) : null
  const words = [data?.description || extra?.description, extra?.sub_description, ADVICE[code]]
  return new FetchError(
    DOUYIN_CODES[code] ?? 'rejected',
    `${code} ${words.filter(Boolean).join('; ')}`.trim(),
    {
      code,
      requestId,
      retryAfterMs: waitAfter(code, now),
    },
  )
}

function waitAfter(code: number, now: number): number | null {
  if (QUOTA_CODES.has(code)) return untilShanghaiMidnight(now)
  return code === RISK_CONTROL ? RISK_CONTROL_MS : null
}

/** The `data` of a successful answer in the shape asked for; anything else is a parse error that names the field. */
export function readDouyin<T>(body: unknown, schema: z.ZodType<T>): T {
  const { data } = (body ?? {}) as { data?: unknown }
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new FetchError('parse', `${['data', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`)
}
