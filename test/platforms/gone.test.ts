import { expect, test } from 'vitest'
import { createDouyin } from '../../platforms/douyin.ts'
import { createQianchuan } from '../../platforms/qianchuan.ts'
import { createSuixintui } from '../../platforms/suixintui.ts'
import { DAY } from '../../rules/types.ts'
import { all, consent, freshToken, orderOn, START, stageOf, worldOf } from '../support/platforms.ts'

const options = { seed: 16, kols: 1, videos: 80 }
const world = worldOf({ ...options, gone: 0.3 })
const stage = stageOf(world, START + 8 * DAY)
const { awemeId } = world.kols[0] ?? { awemeId: '' }
const gone = world.videos.filter((video) => video.gone !== null)
const idsOf = (how: string) => gone.filter((video) => video.gone?.how === how).map(({ itemId }) => itemId)
const refs = world.videos.map(({ itemId }) => ({ itemId, accountId: awemeId }))

/** One token for both of its calls at once: a second one would end the first. */
const qianchuan = () => {
  const token = freshToken(stage)
  return createQianchuan({
    baseUrl: stage.simulator.url,
    http: stage.http(),
    advertiserId: stage.simulator.advertiserId,
    accessToken: () => token,
  })
}
async function douyin() {
  const grant = await consent(stage, awemeId)
  const connector = createDouyin({
    baseUrl: stage.simulator.url,
    http: stage.http(),
    accessToken: () => grant.accessToken,
    openIdOf: () => grant.openId,
  })
  return { connector, openId: grant.openId }
}

test('nobody hides a video unless it is asked for, and asking changes nothing else', () => {
  const plain = worldOf(options)
  expect(plain.videos.every((video) => video.gone === null)).toBe(true)
  expect(world.videos.map((video) => ({ ...video, gone: null }))).toEqual(plain.videos)
  expect(gone.length / world.videos.length).toBeGreaterThan(0.15)
  expect(gone.length / world.videos.length).toBeLessThan(0.45)
  expect([idsOf('private').length > 3, idsOf('deleted').length > 3]).toEqual([true, true])
  expect(gone.every(({ gone, publishedAt }) => (gone?.at ?? 0) > publishedAt)).toBe(true)
})

test('千川 shows neither the private nor the deleted, from that instant on', async () => {
  const missing = async () => {
    const answers = await qianchuan().fetchCounters(refs)
    const failed = answers.flatMap((answer) => (answer.ok ? [] : [answer]))
    expect(failed.filter(({ error }) => error.kind !== 'not_found')).toEqual([])
    return failed.map(({ itemId }) => itemId).sort()
  }
  stage.now = START + 8 * DAY
  expect(await missing()).toEqual(gone.map(({ itemId }) => itemId).sort())
  const first = gone.reduce((a, b) => ((a.gone?.at ?? 0) < (b.gone?.at ?? 0) ? a : b))
  const at = first.gone?.at ?? 0
  const others = world.videos.filter((video) => video.publishedAt > at).map(({ itemId }) => itemId)
  stage.now = at - 1
  expect(await missing()).not.toContain(first.itemId)
  stage.now = at
  expect(await missing()).toEqual([first.itemId, ...others].sort())
})

test('抖音 shows its author the private ones without their plays, and the deleted no more', async () => {
  stage.now = START + 8 * DAY
  const { connector, openId } = await douyin()
  const listed = await all(connector.listVideos(openId))
  const own = world.videosOf(awemeId).map(({ itemId }) => itemId)
  const deleted = idsOf('deleted')
  expect(listed.map(({ itemId }) => itemId)).toEqual(own.filter((itemId) => !deleted.includes(itemId)))
  const hidden = listed.filter((video) => video.hidden).map(({ itemId }) => itemId)
  expect(hidden.sort()).toEqual(idsOf('private').sort())
  const answers = await connector.fetchCounters(gone.map(({ itemId }) => ({ itemId, accountId: awemeId })))
  for (const answer of answers) {
    const plays = answer.ok ? answer.counters.plays : answer.error.kind
    expect(plays).toBe(deleted.includes(answer.itemId) ? 'not_found' : null)
  }
})

test('no money can be put on a video that is gone', async () => {
  stage.now = START + 8 * DAY
  freshToken(stage)
  const suixintui = createSuixintui(stage.oceanengine())
  for (const how of ['private', 'deleted']) {
    const order = orderOn(stage, { awemeId, itemId: idsOf(how)[0] ?? '' })
    expect(await suixintui.create(order)).toMatchObject({ outcome: 'refused', error: { code: 40501 } })
  }
})
