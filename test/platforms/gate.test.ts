/** The gate before every attempt: what it counts, how long it waits, and what it tells others of a platform's silence. */
import { expect, test } from 'vitest'
import type { Capability } from '../../platforms/connector.ts'
import { FetchError } from '../../platforms/errors.ts'
import { createGate, gated, type Quota, type QuotaCall } from '../../platforms/gate.ts'
import { createHttp, type HttpCall } from '../../platforms/http.ts'
import { signal } from '../support/connector.ts'

type Answer = Awaited<ReturnType<Quota['take']>>
const GO: Answer = { kind: 'GO', slot: 7 }
const WAIT: Answer = { kind: 'WAIT', ms: 400 }
const NOW = Date.UTC(2026, 5, 1)
const capability: Capability = {
  gives: ['plays'],
  freshnessMs: 0,
  batch: 1,
  callsPerSecond: 10,
  callsPerDay: 100,
  scope: 'app',
  costFen: 5,
}
const reply =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    Promise.resolve(new Response('{"code":0}', { status, headers }))
const ok = reply(200)

/** A platform and books that say the given in turn, the last of each for ever. */
function stage(replies: (() => Promise<Response>)[], answers: Answer[], over: Partial<Capability> = {}) {
  const asked: QuotaCall[] = []
  const blocks: { source: string; scope: string; ms: number }[] = []
  const waits: number[] = []
  const log: string[] = []
  let sent = 0
  const quota: Quota = {
    take: async (call) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? GO
      asked.push(call)
      log.push(answer.kind)
      return answer.kind === 'WAIT' && answer.ms > call.maxWaitMs
        ? { kind: 'REFUSED', until: NOW + answer.ms, reason: 'QUOTA_SECOND' }
        : answer
    },
    leave: async (slot, callsPerSecond) => void log.push(`left ${slot} of ${callsPerSecond}`),
    block: async (limit, ms) => void blocks.push({ ...limit, ms }),
  }
  const base = { now: () => NOW, sleep: async (ms: number) => void waits.push(ms) }
  const http = createHttp({
    ...base,
    fetch: (async () => {
      log.push('sent')
      return (replies[Math.min(sent++, replies.length - 1)] ?? ok)()
    }) as unknown as typeof fetch,
    random: () => 0.5,
    timeoutMs: 1000,
    attempts: 3,
    concurrencyPerAccount: 8,
  })
  const gate = createGate({ ...base, source: 'test', capability: { ...capability, ...over }, quota })
  return { http: gated(http, gate), asked, blocks, waits, log }
}
const call = (over: Partial<HttpCall> = {}): HttpCall => ({
  method: 'GET',
  url: 'https://vendor.test/path',
  account: 'a',
  classify: () => null,
  ...over,
})
const errorOf = (promise: Promise<unknown>): Promise<FetchError> =>
  promise.then(
    () => Promise.reject(new Error('expected a failure')),
    (error: FetchError) => error,
  )

test('every attempt is counted before it is sent, and its slot is left with its answer', async () => {
  const { http, log } = stage([reply(503), reply(500), ok], [GO])
  await http.send(call())
  expect(log).toEqual(Array(3).fill(['GO', 'sent', 'left 7 of 10']).flat())
})

test('a slot is left however the call ends; one that cannot be left loses no answer', async () => {
  const { http, log } = stage([() => Promise.reject(new TypeError('cut'))], [GO])
  await errorOf(http.send(call({ effect: true })))
  await errorOf(http.send(call({ notAfter: NOW - 1 })))
  expect(log).toEqual(['GO', 'sent', 'left 7 of 10', 'GO', 'left 7 of 10'])
  const unlimited = stage([ok], [{ kind: 'GO', slot: null }])
  await unlimited.http.send(call())
  expect(unlimited.log).toEqual(['GO', 'sent'])
  const quota: Quota = {
    take: async () => GO,
    leave: () => Promise.reject(new Error('the database is gone')),
    block: async () => {},
  }
  const gate = createGate({ source: 'test', capability, quota, now: () => NOW, sleep: async () => {} })
  const leave = await gate.pass(call(), NOW)
  await expect(leave()).resolves.toBeUndefined()
})

test('a short wait is sat out and asked again', async () => {
  const { http, log, waits } = stage([ok], [WAIT, WAIT, GO])
  await http.send(call())
  expect(log).toEqual(['WAIT', 'WAIT', 'GO', 'sent', 'left 7 of 10'])
  expect(waits).toEqual([400, 400])
})

test('waits that only follow one another end as a refusal', async () => {
  const { http, waits, log } = stage([ok], [{ kind: 'WAIT', ms: 17_000 }])
  const error = await errorOf(http.send(call()))
  expect([error.kind, error.retryAfterMs]).toEqual(['quota', 17_000])
  expect(waits).toEqual([17_000, 17_000, 17_000])
  expect(log).not.toContain('sent')
})

test('who stood in line for long does not wait any more, but goes where nothing is in the way', async () => {
  const most: number[] = []
  const quota: Quota = {
    take: async ({ maxWaitMs }) => {
      most.push(maxWaitMs)
      return GO
    },
    leave: async () => {},
    block: async () => {},
  }
  const gate = createGate({ source: 'test', capability, quota, now: () => NOW, sleep: async () => {} })
  await gate.pass(call(), NOW - 59_000)
  await gate.pass(call(), NOW - 61_000)
  expect(most).toEqual([1000, -1000])
})

test('a refusal is told with its reason and its end, sends nothing and is not tried again', async () => {
  const until = NOW + 3_600_000
  const { http, asked, log } = stage([ok], [{ kind: 'REFUSED', until, reason: 'RESERVE' }])
  const error = await errorOf(http.send(call()))
  expect(error).toBeInstanceOf(FetchError)
  expect(error).toMatchObject({ kind: 'quota', retryAfterMs: 3_600_000, code: null })
  expect(error.message).toBe('test: not asked before 2026-06-01T01:00:00.000Z, RESERVE')
  expect([asked.length, log]).toEqual([1, ['REFUSED']])
})

test('a retry that is refused is over', async () => {
  const { http, log } = stage([reply(500)], [GO, { kind: 'REFUSED', until: NOW + 1, reason: 'CAP' }])
  expect((await errorOf(http.send(call()))).kind).toBe('quota')
  expect(log).toEqual(['GO', 'sent', 'left 7 of 10', 'REFUSED'])
})

test.each<[string, () => Promise<Response>, number[]]>([
  ['429 with a time', reply(429, { 'retry-after': '7' }), [7000]],
  ['429 without one', reply(429), [1000]],
  ['an overloaded gateway with a time', reply(503, { 'retry-after': '2' }), [2000]],
  ['a mere failure', reply(500), []],
  ['a refusal', reply(403), []],
])('silence is told to all: %s', async (_, failure, told) => {
  const { http, blocks } = stage([failure, ok], [GO])
  await http.send(call()).catch(() => {})
  expect(blocks).toEqual(told.map((ms) => ({ source: 'test', scope: 'app', ms })))
})

test('what a limit counts: the app, or the account', async () => {
  const app = stage([ok], [GO])
  await app.http.send(call({ account: '17', urgent: true }))
  const account = stage([reply(429)], [GO], { scope: 'account' })
  await errorOf(account.http.send(call({ account: '17', effect: true })))
  expect(app.asked).toMatchObject([{ source: 'test', scope: 'app', urgent: true, limits: { costFen: 5 } }])
  expect(account.asked).toMatchObject(Array(3).fill({ scope: '17', urgent: false }))
  expect(account.blocks).toContainEqual({ source: 'test', scope: '17', ms: 1000 })
})

test('one asks at a time, and what is urgent does not stand behind what is not', async () => {
  const open = signal()
  const asked: boolean[] = []
  const quota: Quota = {
    take: async ({ urgent }) => {
      asked.push(urgent)
      if (!urgent) await open.given
      return GO
    },
    leave: async () => {},
    block: async () => {},
  }
  const gate = createGate({ source: 'test', capability, quota, now: () => NOW, sleep: async () => {} })
  const normal = [gate.pass(call(), NOW), gate.pass(call({ account: 'b' }), NOW)]
  await gate.pass(call({ urgent: true }), NOW)
  expect(asked).toEqual([false, true])
  open.give()
  await Promise.all(normal)
  expect(asked).toEqual([false, true, false])
})
