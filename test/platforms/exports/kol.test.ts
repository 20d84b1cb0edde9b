/** Lists of 达人, as 星图, agencies and teams write them. */
import { expect, test } from 'vitest'
import { openExport } from '../../../platforms/exports/open.ts'
import { csv, ENCODINGS, xlsx } from './files.ts'
import { ID, readKols } from './fixture.ts'

const HEADER = [
  '达人昵称',
  '抖音号',
  '达人ID',
  '粉丝数',
  '获赞数',
  '所在地区',
  '达人类型',
  '内容主题',
  'MCN/博主机构',
  '1-20s视频报价',
  '21-60s视频报价（元）',
  '60s+视频报价',
  '采集时间',
  '预期播放量',
  '互动率（%）',
  '完播率',
  '预期CPM(1-20s)',
  '微信号',
]
const ROW = [
  '小鹿护肤',
  'xiaolu.hf',
  ID,
  '123.4万',
  '1.1亿',
  '上海',
  '美妆',
  '护肤',
  '无忧',
  '50,000',
  '8.05w',
  '面议',
  '2026-11-10 10:00:00',
  '20w',
  '5',
  '30%',
  '12',
  'wx',
]
const KOL = {
  accountId: ID,
  name: '小鹿护肤',
  showId: 'xiaolu.hf',
  vertical: '美妆',
  city: '上海',
  mcn: '无忧',
  observedAt: Date.parse('2026-11-10T02:00:00Z'),
  followers: 1_234_000,
  priceUpTo20s: 5_000_000,
  priceFrom21To60s: 8_050_000,
  priceOver60s: null,
}

test.each(ENCODINGS)(
  'a list in %s is known by its headings, and says what has no place',
  async (encoding) => {
    const read = await readKols(
      csv([['星图达人列表'], HEADER, ROW, ['合计', ...ROW.slice(1).fill('')]], encoding),
    )
    expect(read).toMatchObject({ refused: [], skipped: 1, ignored: ['微信号'] })
    expect(read.unkept).toEqual([
      '获赞数',
      '内容主题',
      '预期播放量',
      '互动率（%）',
      '完播率',
      '预期CPM(1-20s)',
    ])
    expect(read.rows).toEqual([KOL])
    expect(read.columns).toContainEqual({
      field: 'priceFrom21To60s',
      heading: '21-60s视频报价（元）',
      unit: '元 -> 分',
      first: '8.05w',
      read: '8050000',
    })
  },
)

test('a workbook, with its numbers as numbers and its day as a serial', async () => {
  const cells = ROW.map((cell, at) => (at === 3 ? 1_234_000 : at === 12 ? { date: 46336 } : cell))
  const { rows } = await readKols(xlsx([{ name: '达人', rows: [HEADER, cells] }]))
  expect(rows).toEqual([{ ...KOL, observedAt: Date.parse('2026-11-09T16:00:00Z') }])
})

test('a list of names and nothing else than followers; --at says when, and blank is not 0', async () => {
  const path = csv([
    ['达人', '城市', '粉丝数'],
    ['甲', '', '--'],
    ['乙', '杭州', '1.2w'],
  ])
  const undated = await readKols(path)
  expect(undated.rows).toMatchObject([
    { name: '甲', accountId: null, city: null, followers: null, observedAt: null },
    { name: '乙', accountId: null, city: '杭州', followers: 12_000, observedAt: null },
  ])
  const dated = await readKols(path, { at: '2026-11-10' })
  expect(dated.rows[0]?.observedAt).toBe(Date.parse('2026-11-09T16:00:00Z'))
  await expect(readKols(path, { at: 'soon' })).rejects.toThrow(/--at must be a day or an instant/)
})

test.each([
  ['粉丝（万）', '12.5', { followers: 125_000 }],
  ['连接用户数', '5000', { followers: 5000 }],
  ['植入视频报价', '100', { priceUpTo20s: 10_000 }],
  ['定制视频报价', '100', { priceFrom21To60s: 10_000 }],
  ['20-60s报价', '100', { priceFrom21To60s: 10_000 }],
  ['60s以上报价(万元)', '1.5', { priceOver60s: 1_500_000 }],
  ['60秒以上视频', '--', { priceOver60s: null }],
])('%s', async (heading, cell, read) => {
  const path = csv([
    ['昵称', '星图ID', heading],
    ['甲', '6629661559960371208', cell],
  ])
  expect((await readKols(path)).rows).toEqual([
    expect.objectContaining({ accountId: '6629661559960371208', ...read }),
  ])
})

test('both 粉丝数 and 连接用户数: followers are followers', async () => {
  const path = csv([
    ['昵称', '连接用户数', '粉丝数'],
    ['甲', '9', '5'],
  ])
  expect(await readKols(path)).toMatchObject({
    rows: [{ followers: 5 }],
    unkept: ['连接用户数'],
    ignored: [],
  })
})

test('rows that cannot be taken are refused with line, column and reason, the others are taken', async () => {
  const head = ['达人昵称', 'uid', '抖音号', '粉丝数', '采集时间']
  const rows = [
    ['甲', ID, 'a', '5', '2026-11-10'],
    ['', ID, 'a', '5', '2026-11-10'],
    ['乙', '7.41111E+18', 'a', '5', '2026-11-10'],
    ['丙', ID, '1.5E+10', '5', '2026-11-10'],
    ['丁', ID, 'a', '很多', '2026-11-10'],
    ['戊', ID, 'a', '5', '2026-13-10'],
    ['己'.repeat(201), ID, 'a', '5', '2026-11-10'],
    ['庚', ID, 'a'],
  ]
  const { rows: read, refused } = await readKols(csv([head, ...rows]))
  expect(read).toHaveLength(1)
  expect(refused.map(({ line, column, reason }) => [line, column, reason.slice(0, 12)])).toEqual([
    [3, '达人昵称', 'empty'],
    [4, 'uid', 'an id in sci'],
    [5, '抖音号', 'a 抖音号 in sci'],
    [6, '粉丝数', 'not a number'],
    [7, '采集时间', 'not a day of'],
    [8, '达人昵称', 'longer than '],
    [9, '*', '3 columns in'],
  ])
})

test('videos and tasks of KOLs are no list of KOLs', async () => {
  const tasks = csv([
    ['任务ID', '任务名称', '达人昵称', '粉丝数', '播放量'],
    ['1790000000000001', 'a', 'b', '5', '10'],
  ])
  expect((await openExport(tasks, { at: '2026-11-10' })).kind).toBe('task')
  const neither = csv([
    ['达人昵称', '城市'],
    ['a', 'b'],
  ])
  await expect(openExport(neither)).rejects.toThrow(/kol \(达人 列表: 达人昵称\)/)
  const mapping = { kind: 'kol' as const, columns: { name: '谁', followers: '多少人' } }
  const own = csv([
    ['谁', '多少人'],
    ['a', '5'],
  ])
  expect((await readKols(own, { mapping })).rows).toMatchObject([{ name: 'a', followers: 5 }])
})
