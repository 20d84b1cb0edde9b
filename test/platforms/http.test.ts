import { expect, test } from 'vitest'
import { FetchError } from '../../platforms/errors.ts'
import { createHttp, type HttpCall, type HttpOptions } from '../../platforms/http.ts'
import { int64, parseJson, toJson } from '../../platforms/json.ts'

const NOW = Date.UTC(2026, 5, 1)
type Step = Response | Error | ((signal: AbortSignal) => Promise<Response>)

/** A fetch that plays the steps in turn and repeats the last; waits are recorded, not waited. */
function stage(steps: Step[], options: Partial<HttpOptions> = {}) {
  const seen: { url: URL; init: RequestInit }[] = []
  const waits: number[] = []
  const fake = async (url: URL, init: RequestInit) => {
    const step = steps[Math.min(seen.length, steps.length - 1)] as Step
    seen.push({ url, init })
    if (step instanceof Error) throw step
    return step instanceof Response ? step.clone() : step(init.signal as AbortSignal)
  }
  const http = createHttp({
    fetch: fake as typeof fetch,
    now: () => NOW,
    sleep: async (ms) => void waits.push(ms),
    random: () => 0.5,
    timeoutMs: 1000,
    attempts: 3,
    concurrencyPerAccount: 2,
    ...options,
  })
  return { http, seen, waits }
}

const answer = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
const ok = () => answer({ code: 0 })

const call = (extra: Partial<HttpCall> = {}): HttpCall => ({
  method: 'GET',
  url: 'https://vendor.test/path',
  account: 'a',
  classify: (body) => {
    const { code = 0, message = '' } = body as { code?: number; message?: string }
    if (code === 40100) return new FetchError('rate_limited', message, { code })
    if (code === 50000) return new FetchError('network', message, { code })
    return code === 0 ? null : new FetchError('rejected', message, { code })
  },
  ...extra,
})

const errorOf = (promise: Promise<unknown>): Promise<FetchError> =>
  promise.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: FetchError) => error,
  )

/** Hangs until the signal ends it, as a silent server does. */
const silence = (signal: AbortSignal) =>
  new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test.each<[string, Step]>([
  ['a broken connection', new TypeError('fetch failed')],
  ['408', answer('', 408)],
  ['425', answer('', 425)],
  ['429', answer('', 429)],
  ['500', answer('<h1>', 500)],
  ['503', answer('', 503)],
  ['rate limit in the envelope', answer({ code: 40100 })],
  ['busy in the envelope', answer({ code: 50000 })],
])('a read is repeated after %s', async (_, failure) => {
  const { http, seen, waits } = stage([failure, failure, ok()])
  expect(await http.send(call())).toEqual({ code: 0 })
  expect(seen).toHaveLength(3)
  expect(waits).toEqual([187.5, 375])
})

test('a read is repeated after a time-out, and the last failure is told', async () => {
  const { http, seen } = stage([silence], { timeoutMs: 5 })
  const error = await errorOf(http.send(call()))
  expect([error.kind, seen.length]).toEqual(['timeout', 3])
})

test('the time-out also ends an answer that stops in the middle', async () => {
  const stuck = async (signal: AbortSignal) => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from('{"code"'))
        signal.addEventListener('abort', () => controller.error(signal.reason))
      },
    })
    return new Response(body)
  }
  const { http } = stage([stuck], { timeoutMs: 5, attempts: 1 })
  expect((await errorOf(http.send(call()))).kind).toBe('timeout')
})

test.each<[string, Step, string]>([
  ['400', answer('', 400), 'rejected'],
  ['401', answer('', 401), 'auth'],
  ['403', answer('{"error":"no"}', 403), 'forbidden'],
  ['404', answer('', 404), 'not_found'],
  ['a redirect, which would carry the token along', answer('', 302), 'rejected'],
  ['a business refusal', answer({ code: 40001, message: 'aweme_id' }), 'rejected'],
  ['an answer that is not JSON', answer('<html>'), 'parse'],
])('final at once: %s', async (_, failure, kind) => {
  const { http, seen } = stage([failure])
  expect((await errorOf(http.send(call()))).kind).toBe(kind)
  expect(seen).toHaveLength(1)
})

test('the status speaks when the body is no envelope', async () => {
  const classify = () => new FetchError('parse', 'no envelope')
  const { http } = stage([answer('{"error":"slow down"}', 429)], { attempts: 1 })
  expect((await errorOf(http.send(call({ classify })))).kind).toBe('rate_limited')
})

test.each([
  ['seconds', '3'],
  ['an HTTP date', 'Mon, 01 Jun 2026 00:00:03 GMT'],
])('Retry-After in %s is honoured', async (_, value) => {
  const { http, waits } = stage([answer('', 429, { 'retry-after': value }), ok()])
  await http.send(call())
  expect(waits).toEqual([3000])
})

test('a wait too long to sit out is handed to the scheduler', async () => {
  const { http, waits, seen } = stage([answer('', 429, { 'retry-after': '3600' })])
  const error = await errorOf(http.send(call()))
  expect([error.kind, error.retryAfterMs, waits.length, seen.length]).toEqual([
    'rate_limited',
    3_600_000,
    0,
    1,
  ])
})

test.each<[string, Step, string]>([
  ['a broken connection', new TypeError('fetch failed'), 'network'],
  ['a time-out', silence, 'timeout'],
  ['408', answer('', 408), 'timeout'],
  ['500', answer('', 500), 'network'],
  ['500 that claims a rate limit', answer({ code: 40100 }, 500), 'network'],
  ['50000 in the envelope', answer({ code: 50000 }), 'network'],
])('a write with an unknown outcome is never sent again: %s', async (_, failure, kind) => {
  const { http, seen } = stage([failure, ok()], { timeoutMs: 5 })
  const error = await errorOf(http.send(call({ method: 'POST', body: {}, effect: true })))
  expect([error.kind, seen.length]).toEqual([kind, 1])
})

test('a write refused at the door is sent again', async () => {
  const { http, seen } = stage([answer({ code: 40100 }), ok()])
  await http.send(call({ method: 'POST', body: { n: 1 }, effect: true }))
  expect(seen).toHaveLength(2)
})

test('one account has a limited number of calls in the air; others are not held up', async () => {
  const open: (() => void)[] = []
  const { http, seen } = stage([() => new Promise((resolve) => open.push(() => resolve(ok())))])
  const calls = ['a', 'a', 'a', 'a', 'b'].map((account) => http.send(call({ account })))
  await new Promise(setImmediate)
  expect(seen).toHaveLength(3)
  while (open.length > 0) {
    open.shift()?.()
    await new Promise(setImmediate)
  }
  expect(await Promise.all(calls)).toHaveLength(5)
})

test('no error message shows a token, wherever it came from', async () => {
  const secrets = ['tok/en+1', 'refr-2', 'sec-3', 'code-4', 'query-5']
  const leak = `bad request ${secrets.join(' ')} ${encodeURIComponent('tok/en+1')} access_token=other-6&x "secret":"other-7"`
  for (const step of [
    answer({ code: 40001, message: leak }),
    new TypeError('x', { cause: new Error(leak) }),
  ]) {
    const { http } = stage([step], { attempts: 1 })
    const error = await errorOf(
      http.send(
        call({
          method: 'POST',
          url: 'https://vendor.test/path?access_token=query-5',
          headers: { 'Access-Token': 'tok/en+1' },
          body: { refresh_token: 'refr-2', nested: [{ secret: 'sec-3' }], auth_code: 'code-4' },
        }),
      ),
    )
    expect(error.message).toContain('***')
    for (const shown of [error.message, String(error.stack), String(error.cause)]) {
      for (const secret of [...secrets, 'tok%2Fen', 'other-6', 'other-7']) expect(shown).not.toContain(secret)
    }
  }
})

test('ids keep all their digits both ways', async () => {
  const { http, seen } = stage([
    answer('{"id":7412345678901234567,"plays":12,"rate":0.25,"neg":-9007199254740993}'),
  ])
  const body = { id: int64('7412345678901234567') }
  const parsed = await http.send(call({ method: 'POST', body }))
  expect(parsed).toEqual({ id: '7412345678901234567', plays: 12, rate: 0.25, neg: '-9007199254740993' })
  expect(seen[0]?.init.body).toBe('{"id":7412345678901234567}')
  expect(parseJson('9007199254740991')).toBe(9007199254740991)
  expect(toJson([1n, 'a', null])).toBe('[1,"a",null]')
  expect([int64('9223372036854775808'), int64('abc'), int64('007'), int64('0')]).toEqual([
    null,
    null,
    null,
    0n,
  ])
})
