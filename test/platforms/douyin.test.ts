import { beforeAll, expect, test } from 'vitest'
import { createDouyin, type DouyinOptions } from '../../platforms/douyin.ts'
import { DOUYIN_CODES } from '../../platforms/douyin-envelope.ts'
import { openIdOf, openItemIdOf } from '../../platforms/simulator/douyin-accounts.ts'
import { DAY, HOUR, MINUTE } from '../../rules/types.ts'
import { consent, kinds, START, saying, stageOf, worldOf } from '../support/platforms.ts'

const DATA_PATH = '/api/douyin/v1/video/video_data/'
const world = worldOf({ seed: 12, kols: 3, videos: 150, hitShare: 0.08 })
const [kol] = world.kols
const awemeId = kol?.awemeId ?? ''
const openId = openIdOf(awemeId)
const stage = stageOf(world, START)
const tokens = new Map<string, string>()

async function authorise(who: string, scopes?: string[]) {
  const grant = await consent(stage, who, scopes)
  tokens.set(grant.openId, grant.accessToken)
}

const connector = (options: Partial<DouyinOptions> = {}) =>
  createDouyin({
    baseUrl: stage.simulator.url,
    http: stage.http(),
    accessToken: (id) => tokens.get(id) ?? 'none',
    openIdOf: (id) => (id.startsWith('_') ? id : openIdOf(id)),
    ...options,
  })
/** The connector before a vendor that says just this. */
const facing = (body: unknown) => connector({ http: stage.http(saying(body)), accessToken: () => 'act.x' })
const refsOf = (who: string) => world.videosOf(who).map(({ itemId }) => ({ itemId, accountId: who }))

beforeAll(async () => {
  for (const each of world.kols) await authorise(each.awemeId)
})

test('counters of several users come back as the world has them, at most 20 a call', async () => {
  stage.now = START + 4 * DAY
  const refs = world.kols.flatMap((each) => refsOf(each.awemeId))
  for (const answer of await connector().fetchCounters(refs)) {
    const truth = world.counters(answer.itemId, stage.now)
    expect(answer).toEqual({ ok: true, itemId: answer.itemId, counters: { ...truth, saves: null } })
  }
  const calls = stage.simulator.tally.calls().byPath[DATA_PATH]?.total
  const expected = world.kols.map((each) => Math.ceil(refsOf(each.awemeId).length / 20))
  expect(calls).toBe(expected.reduce((sum, count) => sum + count, 0))
})

test('what is not theirs is not found; what is no id is never sent; who has not authorised is forbidden', async () => {
  const foreign = world.videosOf(world.kols[1]?.awemeId ?? '')[0]?.itemId ?? ''
  const asked = [foreign, '@8hxd=='].map((itemId) => ({ itemId, accountId: awemeId }))
  const answers = await connector().fetchCounters(asked)
  expect(answers.map((answer) => !answer.ok && answer.error.kind)).toEqual(['not_found', 'rejected'])
  const stranger = connector({ openIdOf: () => null })
  expect(kinds(await stranger.fetchCounters(asked))).toEqual(['forbidden'])
})

test('a list is followed by cursor, and both kinds of id name the same video', async () => {
  const ids: string[] = []
  for await (const video of connector({ pageSize: 7 }).listVideos(openId)) ids.push(video.itemId)
  expect(ids).toEqual(world.videosOf(awemeId).map((video) => video.itemId))
  const openItemIds = ids.slice(0, 3).map(openItemIdOf)
  const videos = await connector({ tokenIn: 'query' }).videoData(openId, { openItemIds })
  expect(videos.map((video) => [video.itemId, video.openItemId])).toEqual(
    ids.slice(0, 3).map((id) => [id, openItemIdOf(id)]),
  )
})

const item = (id: string, plays: unknown, status: number, likes = 0) => ({
  item_id: '@a',
  video_id: id,
  create_time: 1,
  video_status: status,
  statistics: { play_count: plays, digg_count: likes, comment_count: 0, share_count: 0 },
})
test.each<[string, ReturnType<typeof item>, number | null]>([
  ['private and 0', item('1', 0, 7), null],
  ['private with a number', item('1', 12, 7), 12],
  ['public, 0 and liked', item('1', 0, 5, 9), null],
  ['public and new', item('1', 0, 5), 0],
  ['counted in text', item('1', '12', 1), 12],
])('plays that are hidden are null, not 0: %s', async (_, entry, plays) => {
  const one = facing({ data: { error_code: 0, list: [entry] }, extra: {} })
  const [answer] = await one.fetchCounters([{ itemId: '1', accountId: 'a' }])
  expect(answer).toMatchObject({ ok: true, counters: { plays } })
  const [video] = await one.videoData('a', { itemIds: ['1'] })
  expect(video?.hidden).toBe(plays === null)
})

test('a broken entry fails alone, one without an id may be anybody', async () => {
  const two = ['1', '2'].map((itemId) => ({ itemId, accountId: 'a' }))
  const list = [item('1', '1.2w', 5), item('2', 3, 5)]
  const answers = await facing({ data: { error_code: 0, list } }).fetchCounters(two)
  expect(answers.map((answer) => answer.ok || answer.error.kind)).toEqual(['parse', true])
  const nameless = facing({ data: { error_code: 0, list: [{}] } })
  expect(kinds(await nameless.fetchCounters(two))).toEqual(['parse'])
  expect(kinds(await facing([]).fetchCounters(two))).toEqual(['parse'])
})

test.each([0, 1, true, false])('has_more may be %s', async (has_more) => {
  const pages = [
    { list: [item('1', 1, 5)], cursor: 1, has_more },
    { list: [], cursor: 2, has_more: 0 },
  ]
  const answers = async () => new Response(JSON.stringify({ data: { error_code: 0, ...pages.shift() } }))
  for await (const _ of connector({ http: stage.http({ attempts: 1, fetch: answers }) }).listVideos(openId));
  expect(pages).toHaveLength(has_more ? 0 : 1)
})

test('a cursor that stands still is an error, not an endless list', async () => {
  const still = facing({ data: { error_code: 0, list: [], cursor: 0, has_more: true } })
  await expect(still.listVideos('a').next()).rejects.toMatchObject({ kind: 'parse' })
})

// Every code of the documents' tables, transcribed again by what a client shall do.
const TABLE: Record<string, number[]> = {
  network: [10001, 2100004, 28001005, 28001006],
  auth: [10007, 10008, 10010, 10020, 2190002, 2190008, 28001003, 28001008, 28001045],
  rate_limited: [2190001, 28003017, 28003018, 28001052],
  forbidden: [
    10004, 2100007, 2100009, 2190003, 2190004, 2190016, 28001012, 28001014, 28001016, 28001018, 28001019,
    28001020, 28001021, 28001042, 28001046, 28001047, 28001056, 28004020,
  ],
  rejected: [
    10002, 10003, 10005, 10006, 10011, 10013, 10014, 10015, 10017, 2100005, 2190015, 28001007, 28001015,
    28001017,
  ],
}
test('the table of codes is complete', () => {
  const listed = Object.values(TABLE).flat()
  expect(Object.keys(DOUYIN_CODES).map(Number).sort()).toEqual(listed.sort())
})
test.each(Object.entries(TABLE).flatMap(([kind, codes]) => codes.map((code) => [code, kind] as const)))(
  'code %i is %s, in data or in extra, as number or text',
  async (code, kind) => {
    for (const body of [
      { data: { error_code: code, description: 'd' }, extra: { logid: 'l', error_code: code } },
      { data: { error_code: String(code), description: 'd', log_id: 'l' }, message: 'error' },
      { extra: { log_id: 'l', error_code: code, description: 'd' } },
    ]) {
      const [answer] = await facing(body).fetchCounters([{ itemId: '1', accountId: 'a' }])
      expect(answer).toMatchObject({ ok: false, error: { kind, code, requestId: 'l' } })
    }
  },
)

test('an offline API says so; a used-up quota waits for midnight, risk control for a while', async () => {
  stage.now = Date.UTC(2026, 5, 5, 13)
  const errorOf = async (code: number) => {
    const [answer] = await facing({ data: { error_code: code } }).fetchCounters([
      { itemId: '1', accountId: 'a' },
    ])
    return answer && !answer.ok ? answer.error : null
  }
  expect((await errorOf(28001056))?.message).toContain('use another source')
  expect((await errorOf(28003017))?.retryAfterMs).toBe(3 * HOUR)
  expect((await errorOf(2190001))?.retryAfterMs).toBe(3 * HOUR)
  expect((await errorOf(28001052))?.retryAfterMs).toBe(10 * MINUTE)
  expect((await errorOf(12345))?.kind).toBe('rejected')
})

test.each([
  'rate_limit',
  'http_429',
  'http_500',
  'cut',
  'partial_body',
  'busy',
  'cut_after',
  'doubled',
  'reversed',
  'late',
] as const)('a passing fault costs a retry, not a look: %s', async (kind) => {
  stage.simulator.faults.add([{ kind, times: 1, path: DATA_PATH }])
  expect(kinds(await connector().fetchCounters(refsOf(awemeId)))).toEqual(['ok'])
})
test.each([
  ['rate_limit', 'rate_limited'],
  ['http_500', 'network'],
  ['hang', 'timeout'],
  ['cut', 'network'],
  ['busy', 'network'],
  ['wrong_type', 'parse'],
  ['expired_token', 'auth'],
] as const)('a lasting fault is the failure of its videos: %s is %s', async (kind, expected) => {
  stage.simulator.faults.add([{ kind, probability: 1 }])
  const one = connector({ http: stage.http({ attempts: 2, timeoutMs: kind === 'hang' ? 30 : 5000 }) })
  expect(kinds(await one.fetchCounters(refsOf(awemeId).slice(0, 2)))).toEqual([expected])
})

test('external data is T+1: a day appears at 10:00 of the next', async () => {
  const video = world.videosOf(awemeId).at(0)
  const { itemId = '', publishedAt = 0 } = video ?? {}
  const dayStart = Math.floor((publishedAt + 8 * HOUR) / DAY) * DAY - 8 * HOUR
  const days = async (at: number) => {
    stage.now = at
    return connector().itemPlay(openId, openItemIdOf(itemId), 7)
  }
  expect(await days(dayStart + DAY + 10 * HOUR - 1)).toEqual([])
  const [first] = await days(dayStart + DAY + 10 * HOUR)
  const plays = world.counters(itemId, dayStart + DAY)?.plays
  expect(first).toEqual({ date: new Date(dayStart + 8 * HOUR).toISOString().slice(0, 10), plays })
  const base = await connector().itemBase(openId, openItemIdOf(itemId))
  expect([base.plays, base.averagePlaySeconds]).toEqual([plays, 6.5])
  const fans = await connector().userFans(openId, 7)
  expect(fans.at(-1)?.totalFans).toBeGreaterThanOrEqual(kol?.followers ?? 0)
  stage.now = publishedAt + 31 * DAY
  await authorise(awemeId)
  await expect(connector().itemBase(openId, openItemIdOf(itemId))).rejects.toMatchObject({ code: 28001007 })
  stage.now = START + 4 * DAY
})

test('a quota is used up until the next Shanghai day', async () => {
  stage.now = START + 8 * DAY + 12 * HOUR
  const ask = () => connector({ http: stage.http({ attempts: 1 }) }).userFans(openId, 7)
  for (let call = 0; call < 500; call++) await ask()
  await expect(ask()).rejects.toMatchObject({ code: 28003017, retryAfterMs: 12 * HOUR })
  stage.now += 12 * HOUR
  expect(await ask()).toHaveLength(7)
  // 500 calls take a while on a busy machine.
}, 30_000)

test('a missing scope, a foreign open_id, a withdrawn and an expired token are told apart', async () => {
  stage.now = START + 4 * DAY
  const other = world.kols[2]?.awemeId ?? ''
  await authorise(other, ['video.list.bind'])
  const codeOf = async (who: string, options: Partial<DouyinOptions> = {}) => {
    const [answer] = await connector(options).fetchCounters(refsOf(who).slice(0, 1))
    return answer && !answer.ok ? answer.error.code : null
  }
  expect(await codeOf(other)).toBe(28001012)
  expect(await codeOf(other, { accessToken: () => tokens.get(openId) ?? '' })).toBe(28001015)
  await fetch(`${stage.simulator.url}/platform/oauth/withdraw/?aweme_id=${other}`)
  expect(await codeOf(other)).toBe(28001045)
  stage.now += 60 * DAY
  expect(await codeOf(awemeId)).toBe(28001008)
  // Refreshed elsewhere: asked again with the refused token, the call is repeated once.
  await authorise(awemeId)
  const fresh = tokens.get(openId) ?? ''
  expect(await codeOf(awemeId, { accessToken: (_, refused) => (refused ? fresh : 'act.old') })).toBe(null)
})
