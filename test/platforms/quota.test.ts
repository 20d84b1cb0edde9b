/** The simulator's own limits: what it counts, and how it refuses. */
import { expect, test } from 'vitest'
import { QIANCHUAN_VIDEO_PATH } from '../../platforms/simulator/qianchuan.ts'
import { createMeter } from '../../platforms/simulator/quota.ts'
import { DAY } from '../../rules/types.ts'
import { START, stageOf, worldOf } from '../support/platforms.ts'

const stage = stageOf(worldOf({ seed: 31, videos: 4 }), START, {
  advertiserIds: ['17', '18'],
  quota: [
    { path: QIANCHUAN_VIDEO_PATH, scope: 'account', perSecond: 2 },
    { scope: 'app', perDay: 6, retryAfterS: 30 },
  ],
})

const ask = (advertiserId: string) =>
  fetch(`${stage.simulator.url}${QIANCHUAN_VIDEO_PATH}?advertiser_id=${advertiserId}&aweme_id=1`, {
    headers: { 'access-token': stage.simulator.tokens.current().accessToken },
  })
const codeOf = async (answer: Response) => ((await answer.json()) as { code: number }).code

test("a second's rate is refused in the vendor's words, a day's by 429, and all are counted", async () => {
  expect(await codeOf(await ask('17'))).toBe(0)
  expect(await codeOf(await ask('17'))).toBe(0)
  expect(await codeOf(await ask('17'))).toBe(40100)
  expect(await codeOf(await ask('18'))).toBe(0)
  stage.now += 1000
  expect(await codeOf(await ask('17'))).toBe(0)
  await ask('18')
  const late = await ask('18')
  expect([late.status, late.headers.get('retry-after')]).toEqual([429, '30'])
  const rates = await (await stage.control('GET', 'rates')).json()
  expect(rates).toMatchObject({
    [QIANCHUAN_VIDEO_PATH]: {
      app: { perSecond: 4, perDay: 7, total: 7, refused: 2 },
      17: { perSecond: 3, total: 4 },
      18: { perSecond: 2, total: 3 },
    },
    any: { app: { total: 7 } },
  })
})

test('a day ends at midnight in Shanghai', () => {
  const meter = createMeter([{ scope: 'app', perDay: 1 }])
  const count = (at: number) => meter.count('/', new URLSearchParams(), at) === null
  expect([count(START), count(START + DAY - 1), count(START + DAY)]).toEqual([true, false, true])
})
