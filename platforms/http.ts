import { FetchError } from './errors.ts'
import type { Gate } from './gate.ts'
import { toJson, tryJson } from './json.ts'
import { createLimiter } from './limiter.ts'
import { redact, secretsOf } from './redact.ts'
import { createRetry, retryAfterMs } from './retry.ts'

export interface HttpCall {
  method: 'GET' | 'POST'
  url: string
  query?: Record<string, string>
  headers?: Record<string, string>
  /** JSON; a bigint in it goes out as an unquoted number. */
  body?: unknown
  /** Form fields, for the few interfaces that take no JSON; instead of `body`. */
  form?: Record<string, string>
  /** Whose limit this call counts against, e.g. the advertiser. */
  account: string
  /** The call changes something (orders, tokens): with an unknown outcome it is never sent again. */
  effect?: boolean
  /** An attempt that would begin later is not sent, and is FetchError `quota`: ms by `now`. Left out: none is too late. */
  notAfter?: number
  /** May use the part of a quota that is kept for what is hot. */
  urgent?: boolean
  /** Asked before every attempt; left out: nothing is counted. */
  gate?: Gate
  /** Business errors arrive with HTTP 200: the vendor's file says what an answer means. null: it is a success. */
  classify(body: unknown, status: number, now: number): FetchError | null
  timeoutMs?: number
}

export interface Http {
  /** The parsed body of a successful answer; throws only FetchError, without secrets in its message. */
  send(call: HttpCall): Promise<unknown>
}

export interface HttpOptions {
  fetch?: typeof globalThis.fetch
  now: () => number
  sleep: (ms: number) => Promise<void>
  /** Uniform in [0, 1), for the jitter. */
  random: () => number
  timeoutMs: number
  /** Calls in all, the first included. */
  attempts: number
  concurrencyPerAccount: number
  /** A wait asked for beyond this is not sat out here: the error carries it to the scheduler. */
  maxWaitMs?: number
}

export function createHttp(options: HttpOptions): Http {
  const limit = createLimiter(options.concurrencyPerAccount)
  const retry = createRetry(options)
  return {
    send: (call) => {
      const since = options.now()
      const once = () => attempt(call, since, options)
      // The place is kept while backing off, so a throttled account is asked less, not by the next in line.
      return limit(call.account, () => retry(call.effect ?? false, once))
    },
  }
}

async function attempt(call: HttpCall, since: number, options: HttpOptions): Promise<unknown> {
  const leave = await call.gate?.pass(call, since)
  try {
    return await pass(call, options)
  } finally {
    await leave?.()
  }
}

async function pass(call: HttpCall, options: HttpOptions): Promise<unknown> {
  if (call.notAfter !== undefined && options.now() > call.notAfter)
    throw new FetchError('quota', 'it was too late to be sent', { retryAfterMs: 0 })
  const secrets = secretsOf(call.headers, call.query, call.body, call.form, queryOf(call.url))
  try {
    const answer = await exchange(call, options)
    return judge(call, answer, options.now())
  } catch (error) {
    const failure = sanitised(error, call, secrets)
    const { kind, retryAfterMs } = failure
    if (kind === 'rate_limited' || retryAfterMs !== null) await call.gate?.blocked(call, retryAfterMs)
    throw failure
  }
}

interface Answer {
  status: number
  text: string
  retryAfter: string | null
}

async function exchange(call: HttpCall, options: HttpOptions): Promise<Answer> {
  const url = new URL(call.url)
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
  const response = await (options.fetch ?? globalThis.fetch)(url, {
    method: call.method,
    headers: {
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...call.headers,
    },
    ...bodyOf(call),
    // A redirect would carry the token header to wherever it points.
    redirect: 'manual',
    // Covers the body too: a vendor that stops in the middle of an answer is as late as one that never starts.
    signal: AbortSignal.timeout(call.timeoutMs ?? options.timeoutMs),
  })
  return {
    status: response.status,
    text: await response.text(),
    retryAfter: response.headers.get('retry-after'),
  }
}

/** fetch names the type of a form itself. */
function bodyOf({ body, form }: HttpCall): { body?: string | URLSearchParams } {
  if (form) return { body: new URLSearchParams(form) }
  return body === undefined ? {} : { body: toJson(body) }
}

function judge(call: HttpCall, answer: Answer, now: number): unknown {
  const wait = retryAfterMs(answer.retryAfter, now)
  const body = tryJson(answer.text)
  const business = body === undefined ? null : call.classify(body, answer.status, now)
  const error = verdict(business, statusError(answer.status), answer.status)
  if (error) {
    const { kind, message, code, requestId } = error
    throw new FetchError(kind, message, { code, requestId, retryAfterMs: wait ?? error.retryAfterMs })
  }
  if (body === undefined) throw new FetchError('parse', 'the answer is not JSON')
  return body
}

/**
 * The vendor's own word outranks the status, except: a body that is no envelope says nothing,
 * and whatever a failing gateway (5xx) says about a write, the write may have happened.
 */
function verdict(
  business: FetchError | null,
  byStatus: FetchError | null,
  status: number,
): FetchError | null {
  if (status >= 500 || business?.kind === 'parse') return byStatus ?? business
  return business ?? byStatus
}

function statusError(status: number): FetchError | null {
  if (status < 300) return null
  const kind = status >= 500 ? 'network' : (STATUS_KINDS[status] ?? 'rejected')
  return new FetchError(kind, `HTTP ${status}`)
}

const STATUS_KINDS: Record<number, FetchError['kind']> = {
  401: 'auth',
  403: 'forbidden',
  404: 'not_found',
  408: 'timeout',
  425: 'network',
  429: 'rate_limited',
}

/** fetch's own errors name URLs and carry causes; only a clean sentence leaves this file. */
function sanitised(error: unknown, call: HttpCall, secrets: readonly string[]): FetchError {
  const where = `${call.method} ${call.url.split('?')[0]}`
  if (error instanceof FetchError) {
    const { kind, code, retryAfterMs, requestId } = error
    return new FetchError(kind, redact(`${where}: ${error.message}`, secrets), {
      code,
      retryAfterMs,
      requestId,
    })
  }
  const { name = '', message = '', cause } = error as Error
  if (name === 'TimeoutError')
    return new FetchError('timeout', redact(`${where}: no answer in time`, secrets))
  const reason = cause instanceof Error ? `${message}: ${cause.message}` : message
  return new FetchError('network', redact(`${where}: ${reason}`, secrets))
}

function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(url.split('?')[1] ?? ''))
}
