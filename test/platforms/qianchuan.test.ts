import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { CounterAnswer, VideoRef } from '../../platforms/connector.ts'
import { createHttp, type Http } from '../../platforms/http.ts'
import { parseJson } from '../../platforms/json.ts'
import { refreshTokens } from '../../platforms/oceanengine-oauth.ts'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { createRandom } from '../../platforms/simulator/random.ts'
import { createSimulator, type Simulator } from '../../platforms/simulator/server.ts'
import { createWorld } from '../../platforms/simulator/world.ts'
import { DAY, HOUR } from '../../rules/types.ts'

const START = Date.UTC(2026, 4, 31, 16)
const PATH = '/open_api/v1.0/qianchuan/file/video/aweme/get/'
const world = createWorld({ seed: 11, startAt: START, kols: 4, videos: 300, hitShare: 0.08, publishDays: 2 })
const refs: VideoRef[] = world.videos.map((video) => ({
  itemId: video.itemId,
  accountId: video.kol.awemeId,
}))
let now = START + 4 * DAY
let simulator: Simulator
/** Every exchange on the wire, for the contract check. */
const wire: { url: URL; answer: string }[] = []

const recording: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const answer = await response.text()
  wire.push({ url: new URL(String(input)), answer })
  return new Response(answer, { status: response.status, headers: response.headers })
}

function client(options: { attempts?: number; fetch?: typeof fetch; timeoutMs?: number } = {}): Http {
  const random = createRandom('jitter')
  return createHttp({
    fetch: options.fetch ?? recording,
    now: () => now,
    sleep: async () => {},
    random: random.next,
    timeoutMs: options.timeoutMs ?? 2000,
    attempts: options.attempts ?? 3,
    concurrencyPerAccount: 4,
  })
}

function connector(options: Parameters<typeof client>[0] & { token?: (refused?: string) => string } = {}) {
  return createQianchuan({
    baseUrl: simulator.url,
    advertiserId: simulator.advertiserId,
    accessToken: options.token ?? (() => simulator.tokens.current().accessToken),
    http: client(options),
  })
}

/** The connector before a vendor that says just this. */
const facing = (body: string) =>
  connector({ attempts: 1, fetch: async () => new Response(body, { status: 200 }) })

const kinds = (answers: CounterAnswer[]) => [
  ...new Set(answers.map((answer) => (answer.ok ? 'ok' : answer.error.kind))),
]
const control = (method: string, path: string, body?: unknown) =>
  fetch(`${simulator.url}/control/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })

beforeAll(async () => {
  simulator = await createSimulator({ world, now: () => now })
})
afterAll(() => simulator.close())
afterEach(() => {
  simulator.faults.clear()
  wire.length = 0
  now = START + 4 * DAY
})

test('counters of many videos come back exactly as the world has them; saves are unknown', async () => {
  const answers = await connector().fetchCounters(refs)
  expect(answers).toHaveLength(300)
  for (const answer of answers) {
    const truth = world.counters(answer.itemId, now)
    expect(answer).toEqual({ ok: true, itemId: answer.itemId, counters: { ...truth, saves: null } })
  }
  const accounts = new Map<string, number>()
  for (const ref of refs) accounts.set(ref.accountId, (accounts.get(ref.accountId) ?? 0) + 1)
  const batches = [...accounts.values()].reduce((sum, videos) => sum + Math.ceil(videos / 50), 0)
  expect(wire).toHaveLength(batches)
})

test('an id that the platform does not return is not found; an impossible one is never sent', async () => {
  now = START + 12 * HOUR
  const unpublished = world.videos.filter((video) => video.publishedAt > now)
  expect(unpublished.length).toBeGreaterThan(10)
  const odd: VideoRef[] = [
    { itemId: '7000000000000000001', accountId: refs[0]?.accountId ?? '' },
    { itemId: refs[0]?.itemId ?? '', accountId: '123456789012' },
    { itemId: '@8hxd==', accountId: refs[0]?.accountId ?? '' },
  ]
  const answers = await connector().fetchCounters([...refs, ...odd])
  const missing = answers.filter((answer) => !answer.ok && answer.error.kind === 'not_found')
  expect(missing).toHaveLength(unpublished.length + 2)
  expect(answers.find((answer) => answer.itemId === '@8hxd==')).toMatchObject({ error: { kind: 'rejected' } })
  expect(wire.every(({ url }) => !url.search.includes('8hxd'))).toBe(true)
})

interface VideoAnswer {
  code: number
  data: { page_info: { cursor: number; has_more: number }; video_list: { aweme_item_id: string }[] }
}
const ask = async (query: Record<string, string>, token = simulator.tokens.current().accessToken) => {
  const url = new URL(PATH, simulator.url)
  const defaults = { advertiser_id: simulator.advertiserId, aweme_id: refs[0]?.accountId ?? '' }
  url.search = String(new URLSearchParams({ ...defaults, ...query }))
  const response = await fetch(url, { headers: token ? { 'Access-Token': token } : {} })
  return parseJson(await response.text()) as VideoAnswer
}
const idList = (count: number) =>
  JSON.stringify({ aweme_item_ids: Array.from({ length: count }, (_, i) => i) })

test.each<[string, Record<string, string>, number]>([
  ['51 ids', { filtering: idList(51) }, 40001],
  ['50 ids', { filtering: idList(50) }, 0],
  ['quoted ids', { filtering: '{"aweme_item_ids":["1"]}' }, 40001],
  ['ids that are no JSON', { filtering: '1,2' }, 40001],
  ['count 51', { count: '51' }, 40001],
  ['count 0', { count: '0' }, 40001],
  ['a bad cursor', { cursor: 'x' }, 40001],
  ['a foreign advertiser', { advertiser_id: '1' }, 40002],
])('the simulator is as strict as the vendor: %s', async (_, query, code) => {
  expect((await ask(query)).code).toBe(code)
})

test('the simulator wants the live token', async () => {
  expect((await ask({}, '')).code).toBe(40104)
  expect((await ask({}, 'stolen')).code).toBe(40105)
})

test('pages are chained by cursor until has_more is 0', async () => {
  const awemeId = refs[0]?.accountId ?? ''
  const seen: unknown[] = []
  for (let cursor = 0, more = 1; more === 1; ) {
    const { data } = await ask({ cursor: String(cursor), count: '7' })
    seen.push(...data.video_list.map((video) => video.aweme_item_id))
    cursor = data.page_info.cursor
    more = data.page_info.has_more
  }
  expect(seen).toEqual(world.videosOf(awemeId).map((video) => video.itemId))
})

test('the connector follows pages that are shorter than asked', async () => {
  const pages = [
    `{"code":0,"data":{"page_info":{"cursor":1,"has_more":1},"video_list":[{"aweme_item_id":1,"view_cnt":5}]}}`,
    `{"code":0,"data":{"page_info":{"cursor":2,"has_more":0},"video_list":[{"aweme_item_id":2,"view_cnt":6}]}}`,
  ]
  const paged = connector({ fetch: async () => new Response(pages.shift()) })
  const answers = await paged.fetchCounters(['1', '2'].map((itemId) => ({ itemId, accountId: '9' })))
  expect(answers.map((answer) => answer.ok && answer.counters.plays)).toEqual([5, 6])
  expect(answers[0]).toMatchObject({ counters: { likes: null, saves: null } })
})

test('a page that fails leaves the earlier ones good; a cursor that stands still is an error', async () => {
  const first = `{"code":0,"data":{"page_info":{"cursor":1,"has_more":1},"video_list":[{"aweme_item_id":1,"view_cnt":5}]}}`
  const pages = [first, '{"code":40001,"message":"cursor"}']
  const two = ['1', '2'].map((itemId) => ({ itemId, accountId: '9' }))
  const broken = connector({ fetch: async () => new Response(pages.shift()) })
  expect(kinds(await broken.fetchCounters(two))).toEqual(['ok', 'rejected'])
  expect(kinds(await facing(first).fetchCounters(two))).toEqual(['ok', 'parse'])
})

test.each([
  ['text', '"1.2w"'],
  ['negative', '-1'],
  ['fraction', '1.5'],
  ['beyond 2^53-1', '9007199254740992'],
])('a counter of a wrong kind fails its video alone: %s', async (_, value) => {
  const list = `[{"aweme_item_id":1,"view_cnt":${value}},{"aweme_item_id":2,"view_cnt":6}]`
  const answer = `{"code":0,"data":{"page_info":{"cursor":2,"has_more":0},"video_list":${list}}}`
  const answers = await facing(answer).fetchCounters(
    [1, 2].map((id) => ({ itemId: `${id}`, accountId: '9' })),
  )
  expect(kinds(answers)).toEqual(['parse', 'ok'])
  expect(answers[0]).toMatchObject({ error: { message: expect.stringContaining('view_cnt') } })
})

test.each([
  ['no envelope', '[]'],
  ['no data', '{"code":0}'],
  [
    'an unreadable id',
    '{"code":0,"data":{"page_info":{"cursor":1,"has_more":0},"video_list":[{"view_cnt":1}]}}',
  ],
])('an answer that cannot be read is never "not found": %s', async (_, body) => {
  expect(kinds(await facing(body).fetchCounters(refs.slice(0, 1)))).toEqual(['parse'])
})

test.each([
  [40001, 'rejected'],
  [40002, 'forbidden'],
  [40100, 'rate_limited'],
  [40110, 'rate_limited'],
  [40102, 'auth'],
  [40105, 'auth'],
  [40200, 'rejected'],
  [40301, 'forbidden'],
  [40501, 'not_found'],
  [50000, 'network'],
  [51010, 'network'],
  [61002, 'rate_limited'],
  [99999, 'rejected'],
])('code %i is %s', async (code, kind) => {
  const body = `{"code":${code},"message":"m","request_id":"r1"}`
  const [answer] = await facing(body).fetchCounters(refs.slice(0, 1))
  expect(answer).toMatchObject({ ok: false, error: { kind, code, requestId: 'r1' } })
})

test('a used-up day tells the scheduler to wait until midnight in Shanghai', async () => {
  now = Date.UTC(2026, 5, 1, 13)
  const [answer] = await facing('{"code":61002}').fetchCounters(refs.slice(0, 1))
  expect(answer).toMatchObject({ error: { retryAfterMs: 3 * HOUR } })
})

test.each([
  'rate_limit',
  'http_429',
  'http_500',
  'hang',
  'cut',
  'partial_body',
  'busy',
  'doubled',
  'reversed',
  'late',
] as const)('a passing fault costs a retry, not a look: %s', async (kind) => {
  simulator.faults.add([{ kind, times: 1, path: PATH }])
  const answers = await connector({ timeoutMs: kind === 'hang' ? 200 : 5000 }).fetchCounters(refs)
  expect(kinds(answers)).toEqual(['ok'])
  expect(simulator.faults.list()).toEqual([])
})

test.each([
  ['rate_limit', 'rate_limited'],
  ['http_429', 'rate_limited'],
  ['http_500', 'network'],
  ['hang', 'timeout'],
  ['cut', 'network'],
  ['partial_body', 'network'],
  ['busy', 'network'],
  ['wrong_type', 'parse'],
  ['expired_token', 'auth'],
] as const)('a lasting fault is the failure of its videos: %s is %s', async (kind, expected) => {
  simulator.faults.add([{ kind, probability: 1 }])
  const answers = await connector({ timeoutMs: kind === 'hang' ? 20 : 5000 }).fetchCounters(refs.slice(0, 3))
  expect([kinds(answers), answers.length]).toEqual([[expected], 3])
})

test('a fault strikes the videos of its call and no others', async () => {
  simulator.faults.add([{ kind: 'wrong_type', times: 1 }])
  const answers = await connector().fetchCounters(refs)
  const failed = answers.filter((answer) => !answer.ok).length
  expect([failed > 0 && failed <= 50, kinds(answers).sort()]).toEqual([true, ['ok', 'parse']])
})

test("another question's answer is no word on these videos", async () => {
  const [first, second] = [...new Set(refs.map(({ accountId }) => accountId))].map((id) =>
    refs.filter(({ accountId }) => accountId === id),
  )
  await connector().fetchCounters(first ?? [])
  simulator.faults.add([{ kind: 'strayed', times: 1 }])
  expect(kinds(await connector().fetchCounters((second ?? []).slice(0, 3)))).toEqual(['parse'])
})

test('a token refreshed elsewhere is read again and the call repeated once', async () => {
  const refused: (string | undefined)[] = []
  const token = (stale?: string) => {
    refused.push(stale)
    return stale ? simulator.tokens.current().accessToken : 'old'
  }
  expect(kinds(await connector({ token }).fetchCounters(refs.slice(0, 1)))).toEqual(['ok'])
  expect(refused).toEqual([undefined, 'old'])
})

test('a refresh rotates both tokens, and the old pair is dead', async () => {
  const before = simulator.tokens.current()
  const deps = { http: client(), now: () => now }
  const input = { baseUrl: simulator.url, appId: 1n, secret: 's', refreshToken: before.refreshToken }
  const pair = await refreshTokens(deps, input)
  expect(pair.accessExpiresAt).toBe(now + DAY)
  expect(kinds(await connector({ token: () => pair.accessToken }).fetchCounters(refs.slice(0, 1)))).toEqual([
    'ok',
  ])
  expect((await ask({}, before.accessToken)).code).toBe(40105)
  await expect(refreshTokens(deps, input)).rejects.toMatchObject({ kind: 'auth', code: 40107 })
  now += DAY
  expect((await ask({}, pair.accessToken)).code).toBe(40102)
})

test('the control door takes faults and tells truth, calls and looks', async () => {
  expect((await control('POST', 'faults', [{ kind: 'nonsense', times: 1 }])).status).toBe(400)
  expect((await control('POST', 'faults', [{ kind: 'busy' }])).status).toBe(400)
  await control('POST', 'faults', [{ kind: 'busy', times: 1 }])
  expect((await ask({})).code).toBe(50000)
  await control('POST', 'faults', [{ kind: 'cut', probability: 1, path: '/elsewhere' }])
  expect((await ask({})).code).toBe(0)
  await control('DELETE', 'faults')
  expect(await (await control('GET', 'faults')).json()).toEqual([])

  const calls = (await (await control('GET', 'calls')).json()) as ReturnType<Simulator['tally']['calls']>
  expect(calls.byPath[PATH]?.byCode['50000']).toBeGreaterThan(0)
  const truth = (await (await control('GET', 'truth')).json()) as {
    hits: { itemId: string; finalPlays: number; seen: { looks: number } | null }[]
    answeredLooks: number
  }
  expect(truth.hits).toHaveLength(24)
  expect(truth.hits.every((hit) => world.video(hit.itemId)?.hit && (hit.seen?.looks ?? 0) > 0)).toBe(true)
  expect(truth.answeredLooks).toBeGreaterThan(300)
})
