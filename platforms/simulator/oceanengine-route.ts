import { z } from 'zod'
import { parseJson } from '../json.ts'
import { ledgerOf } from './orders-ledger.ts'
import type { TokenStore } from './tokens.ts'
import type { Route, RouteContext, RouteResult } from './vendor.ts'

/** What every interface of 巨量 begins with: a live token, an account it may speak for, a question in shape. */
export const refused = (code: number, message: string): RouteResult => ({ code, message, data: {} })
export const granted = (data: unknown): RouteResult => ({ code: 0, message: 'OK', data })

export function checkToken(token: string | undefined, tokens: TokenStore): RouteResult | null {
  if (!token) return refused(40104, 'access_token is empty')
  const state = tokens.check(token)
  if (state === 'expired') return refused(40102, 'access_token has expired')
  return state === 'wrong' ? refused(40105, 'access_token is wrong') : null
}

/** 64-bit ids: small ones arrive as numbers, large ones as text (see json.ts). */
export const id = z.union([z.int().positive().transform(String), z.string().regex(/^\d{1,19}$/)])
export const page = z.coerce.number().int().positive().default(1)
export const pageSize = (...sizes: number[]) =>
  z.coerce
    .number()
    .default(10)
    .refine((size) => sizes.includes(size), `one of ${sizes.join(', ')}`)
export const anySize = (most: number) => z.coerce.number().int().min(1).max(most).default(10)

interface Question<T> {
  method: 'GET' | 'POST'
  path: string
  asks: z.ZodType<T>
  /** `made`: the id of what a write has created. */
  answer(context: RouteContext, asked: T): RouteResult & { made?: string }
}

/** Refuses in the vendor's order, and keeps a record of every write. */
export function route<T extends { advertiser_id: string }>({
  method,
  path,
  asks,
  answer,
}: Question<T>): Route {
  return {
    method,
    path,
    answer(context) {
      const denied = checkToken(context.headers['access-token'], context.tokens)
      if (denied) return denied
      const asked = asks.safeParse(method === 'GET' ? decoded(context.query) : context.body)
      const { made, ...result } = asked.success
        ? answerFor(context, asked.data, answer)
        : { ...refused(40001, complaint(asked.error)), made: undefined }
      if (method === 'POST') {
        const write = { path, at: context.now, body: context.body, code: result.code, made: made ?? null }
        ledgerOf(context).writes.push(write)
      }
      return result
    },
  }
}

function answerFor<T extends { advertiser_id: string }>(
  context: RouteContext,
  asked: T,
  answer: Question<T>['answer'],
): RouteResult & { made?: string } {
  if (!context.advertiserIds.includes(asked.advertiser_id)) {
    return refused(40002, 'no permission for this account')
  }
  return answer(context, asked)
}

function complaint(error: z.ZodError): string {
  const [issue] = error.issues
  return `${issue?.path.join('.')}: ${issue?.message}`
}

function decoded(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...query].map(([name, value]) => [name, /^[[{]/.test(value) ? jsonOr(value) : value]),
  )
}

function jsonOr(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/** One page of rows and its page_info; the name of the total differs between interfaces. */
export function paged<T>(rows: readonly T[], at: number, size: number, total = 'total_number') {
  return {
    rows: rows.slice((at - 1) * size, at * size),
    page_info: { page: at, page_size: size, [total]: rows.length, total_page: Math.ceil(rows.length / size) },
  }
}
