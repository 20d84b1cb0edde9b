import { expect, test } from 'vitest'
import { z } from 'zod'
import { createHttp } from '../../platforms/http.ts'
import { createOceanengine, wireId } from '../../platforms/oceanengine.ts'
import { collect, pageInfo, readPages, readPagination } from '../../platforms/oceanengine-page.ts'
import { gmvOf, qualityOf } from '../../platforms/qianchuan-quality.ts'
import { fenOfMilli, fenOfYuan, shanghaiInstant, yuanOfFen } from '../../platforms/qianchuan-units.ts'
import { hasDecimals } from '../../platforms/qianchuan-write.ts'
import { createRandom } from '../../platforms/simulator/random.ts'

test('yuan and 分 turn into each other without loss, and yuan print with two decimals', () => {
  const random = createRandom('units')
  for (let i = 0; i < 20_000; i++) {
    const fen = Math.floor(10 ** random.between(0, 13))
    expect(fenOfYuan(yuanOfFen(fen))).toBe(fen)
    expect(JSON.stringify(yuanOfFen(fen))).toMatch(/^\d+(\.\d{1,2})?$/)
    expect(fenOfYuan(Number(`${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`))).toBe(fen)
    expect(fenOfMilli(fen * 1000)).toBe(fen)
  }
  expect(fenOfMilli(174_938_000)).toBe(174_938)
  expect([fenOfYuan(1.005), fenOfYuan(-0.001), fenOfYuan(0.29)]).toEqual([100, 0, 29])
})

test('the unit of a GMV is the one under which spend x ROI is the GMV', () => {
  const random = createRandom('gmv')
  for (let i = 0; i < 5000; i++) {
    const spendFen = random.int(1000, 50_000_000)
    const gmvFen = random.int(1000, 200_000_000)
    const roi = Math.round((gmvFen / spendFen) * 100) / 100
    if (roi === 0) continue
    for (const gmv of [gmvFen / 100, gmvFen * 1000]) {
      expect(gmvOf(spendFen, gmv, roi, 'detect')).toEqual({ gmvFen, quality: 'ok' })
    }
  }
  expect(gmvOf(10_000, 777, 2, 'detect')).toEqual({ gmvFen: null, quality: 'disagrees' })
  expect(gmvOf(10_000, 200, null, 'detect')).toEqual({ gmvFen: null, quality: 'unknown' })
  expect(gmvOf(10_000, 777, 2, 'yuan')).toEqual({ gmvFen: 77_700, quality: 'disagrees' })
  expect(gmvOf(0, 0, 0, 'detect')).toEqual({ gmvFen: 0, quality: 'ok' })
  expect(qualityOf({ spendFen: null, gmvFen: 1, roi: 1 })).toBe('unknown')
})

test('instants are of Shanghai, ids are JSON integers, decimals are counted as written', () => {
  expect(shanghaiInstant.parse('2026-06-01')).toBe(Date.UTC(2026, 4, 31, 16))
  expect(shanghaiInstant.parse('2026-06-01 08:00:01')).toBe(Date.UTC(2026, 5, 1, 0, 0, 1))
  expect(shanghaiInstant.safeParse('yesterday').success).toBe(false)
  expect(wireId('x', '7000000000000000001')).toBe(7_000_000_000_000_000_001n)
  expect(() => wireId('x', '1e3')).toThrow('not a platform id')
  expect([1.05, 1.005, Number.NaN].map((value) => hasDecimals(value, 2))).toEqual([true, false, false])
})

function canned(answers: string[]) {
  return createOceanengine({
    baseUrl: 'http://vendor.invalid',
    accessToken: () => 't',
    http: createHttp({
      fetch: async () => new Response(answers.shift()),
      now: () => 0,
      sleep: async () => {},
      random: () => 0,
      timeoutMs: 1000,
      attempts: 1,
      concurrencyPerAccount: 1,
    }),
  })
}
const call = { method: 'GET' as const, path: '/x', account: 'a', pageSize: 10 }
const rows = z.array(z.int())

test.each(['total_number', 'total_num', 'total_count'])(
  'pages end at their total, also without total_page: %s',
  async (name) => {
    const page = (row: number) =>
      `{"code":0,"data":{"page_info":{"page_size":1,"${name}":2},"list":[${row}]}}`
    const data = z.object({ page_info: pageInfo, list: rows })
    const read = readPages(canned([page(1), page(2)]), { ...call, data })
    expect(await collect(read, (each) => each.list)).toEqual([1, 2])
  },
)

test('custom reports page under another name; a page that names no end is an error', async () => {
  const page = (row: number) => `{"code":0,"data":{"pagination":{"total_page":2},"rows":[${row}]}}`
  const data = z.object({ pagination: pageInfo, rows })
  const read = readPagination(canned([page(1), page(2)]), { ...call, data })
  expect(await collect(read, (each) => each.rows)).toEqual([1, 2])
  const endless = readPagination(canned(['{"code":0,"data":{"pagination":{},"rows":[]}}']), { ...call, data })
  await expect(collect(endless, (each) => each.rows)).rejects.toMatchObject({ kind: 'parse' })
})

test.each([
  [50003, 'network'],
  [59999, 'network'],
  [60000, 'rejected'],
])('an unlisted code %i of the busy family may have taken effect: %s', async (code, kind) => {
  const asked = canned([`{"code":${code}}`]).call({ ...call, data: rows })
  await expect(asked).rejects.toMatchObject({ kind, code })
})
