import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseMapping } from '../../../platforms/exports/mapping.ts'
import { isObservations, type OpenOptions } from '../../../platforms/exports/open.ts'
import { type Cell, csv, ENCODINGS, encode, file, xlsx } from './files.ts'
import { HEADER, ID, OTHER, ROWS, readAll } from './fixture.ts'

const TOTAL = ['合计', '--', '', '1,334.50', '', '', '', '', '', '', '', '', '']

const EXPECTED = [
  {
    subjectId: ID,
    scopeId: '',
    startsAt: Date.parse('2026-11-09T16:00:00Z'),
    endsAt: Date.parse('2026-11-10T16:00:00Z'),
    day: '2026-11-10',
    grain: 'DAY',
    counts: {
      spend: 123_450,
      gmv: 246_900,
      orders: 31,
      shows: 12_000,
      clicks: 600,
      plays: 34_000,
      likes: 120,
    },
    extra: { roi: 2, ctr: 0.05 },
    labels: { name: '好物,"推荐"' },
    quality: 'agrees',
  },
  expect.objectContaining({
    subjectId: OTHER,
    day: '2026-11-11',
    counts: { spend: 10_000, gmv: 16_000, orders: null, shows: 1000, clicks: 10, plays: null, likes: 0 },
    labels: { name: '清洁 第二版' },
    quality: 'disagrees',
  }),
]
const TITLES = [['千川素材数据'], ['导出人：小王', '', '筛选：全部'], []]

describe('the same rows come out of', () => {
  test.each(ENCODINGS)('CSV in %s', async (encoding) => {
    const read = await readAll(csv([HEADER, ...ROWS, TOTAL], encoding))
    expect(read).toMatchObject({
      kind: 'material',
      subject: 'MATERIAL',
      refused: [],
      skipped: 1,
      ignored: ['备注列'],
    })
    expect(read.rows).toEqual(EXPECTED)
  })

  test('CSV below title lines, by tab or semicolon, with bare line feeds, gzipped', async () => {
    expect((await readAll(csv([...TITLES, HEADER, ...ROWS, TOTAL]))).rows).toEqual(EXPECTED)
    for (const sign of ['\t', ';']) {
      const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
      const text = [HEADER, ...ROWS].map((row) => row.map(cell).join(sign)).join('\n')
      expect((await readAll(file('export.txt', encode(text, 'gbk')))).rows).toEqual(EXPECTED)
      expect((await readAll(file('export.csv.gz', gzipSync(text)))).rows).toEqual(EXPECTED)
    }
  })

  test('XLSX of text cells, below title lines, after a cover sheet', async () => {
    const sheets = [
      { name: '说明', rows: [['本表说明']] },
      { name: '数据', rows: [...TITLES, HEADER, ...ROWS, TOTAL] },
      { name: '旧', hidden: true, rows: [HEADER, ...ROWS] },
    ]
    const read = await readAll(xlsx(sheets))
    expect(read).toMatchObject({ kind: 'material', about: 'workbook, sheet 数据', refused: [], skipped: 1 })
    expect(read.rows).toEqual(EXPECTED)
  })

  test.each([false, true])('XLSX of numbers, serial days and percent cells (1904: %s)', async (date1904) => {
    const shift = date1904 ? 1462 : 0
    const rows: Cell[][] = [
      [
        { date: 46336 - shift },
        ID,
        '好物,"推荐"',
        1234.5,
        2,
        2469,
        31,
        12000,
        600,
        { percent: 0.05 },
        34000,
        120,
        null,
      ],
      [
        { date: 46337 - shift },
        { inline: OTHER },
        '清洁\n第二版',
        100,
        1.5,
        160,
        '--',
        1000,
        10,
        { percent: 0.01 },
        '--',
        0,
        'x',
      ],
    ]
    const read = await readAll(xlsx([{ name: 'Sheet1', rows: [HEADER, ...rows, TOTAL] }], { date1904 }))
    expect(read.rows).toEqual(EXPECTED)
  })

  test('transposed sheets, as CSV and XLSX', async () => {
    const all = [HEADER, ...ROWS]
    const turned = HEADER.map((_, at) => all.map((row) => row[at] ?? ''))
    expect((await readAll(csv(turned, 'gbk'))).rows).toEqual(EXPECTED)
    expect((await readAll(xlsx([{ name: 'a', rows: turned }]))).rows).toEqual(EXPECTED)
  })

  test('merged headings over two rows', async () => {
    const group = [
      '日期',
      '素材ID',
      '素材名称',
      '整体',
      '',
      '',
      '',
      '',
      '',
      '',
      '视频播放数',
      '视频点赞数',
      '备注列',
    ]
    const below = HEADER.map((name, at) => (at >= 3 && at <= 9 ? name.replace('整体', '') : ''))
    expect((await readAll(xlsx([{ name: 'a', rows: [group, below, ...ROWS] }]))).rows).toEqual(EXPECTED)
  })
})

test.each<[kind: string, subject: string, header: string[], row: string[], options?: OpenOptions]>([
  [
    'compass',
    'VIDEO',
    ['统计日期', '视频ID', '视频标题', '播放次数', '收藏数', '用户支付金额'],
    ['2026/11/1', ID, 'a', '5', '1', '9.9'],
  ],
  [
    'plan',
    'PLAN',
    ['日期', '小时', '计划ID', '计划名称', '消耗', '净成交金额'],
    ['2026-11-01', '9', '1790000000000001', 'a', '5', '-1'],
  ],
  [
    'order',
    'ORDER',
    ['订单ID', '下单时间', '投放金额', '投放时长', '消耗', '播放次数', '成交金额', '支付ROI'],
    ['1790000000000001', '2026-11-01 10:20:30', '100', '24小时', '50', '10', '100', '2'],
  ],
  [
    'task',
    'TASK',
    ['任务ID', '任务名称', '达人昵称', '播放量', '千次播放成本(CPM)', '互动成本(CPE)'],
    ['1790000000000001', 'a', 'b', '10', '30', '1.5'],
    { at: '2026-11-10 12:00' },
  ],
])('%s is known by its headings', async (kind, subject, header, row, options) => {
  expect(await readAll(csv([header, row], 'gbk'), options)).toMatchObject({
    kind,
    subject,
    refused: [],
    ignored: [],
  })
})

test('when the rows carry no day, the title line or --at says it, and nothing is guessed', async () => {
  const rows = [
    ['视频ID', '视频标题', '播放量', '成交金额'],
    [ID, 'a', '5', '1'],
  ]
  await expect(readAll(csv(rows))).rejects.toThrow(/--at 2026-11-10/)
  const titled = await readAll(csv([['数据周期：2026-11-01 ~ 2026-11-07', '', '', ''], ...rows]))
  expect(titled.rows[0]).toMatchObject({ grain: 'PERIOD', day: '2026-11-07' })
  expect((await readAll(csv(rows), { at: '2026-11-10' })).rows[0]).toMatchObject({
    grain: 'DAY',
    day: '2026-11-10',
  })
  await expect(readAll(csv([HEADER, ...ROWS]), { at: '2026-11-10' })).rejects.toThrow(/date of their own/)
})

test('two kinds that fit, none that fits, and files that are something else are told', async () => {
  const both = csv([
    ['订单ID', '创建时间', '播放量', '成交金额'],
    ['1', '2026-11-01 10:00', '5', '1'],
  ])
  await expect(readAll(both)).rejects.toThrow(/--kind order or --kind task|--kind task or --kind order/)
  expect((await readAll(both, { kind: 'order' })).rows).toHaveLength(1)
  await expect(
    readAll(
      csv([
        ['甲', '乙'],
        ['1', '2'],
      ]),
    ),
  ).rejects.toThrow(/No kind of export fits.*甲, 乙/)
  await expect(readAll(file('a.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex')))).rejects.toThrow(/old \.xls/)
  await expect(readAll(file('a.xls', '<html><table></table></html>'))).rejects.toThrow(/web page/)
  await expect(readAll(file('a.csv', ''))).rejects.toThrow(/empty/)
  await expect(readAll(file('a.xlsx', 'PK\u0003\u0004 nothing'))).rejects.toThrow(/damaged/)
  await expect(readAll(file('a.csv', Buffer.from([0xe6, 0xb6, 0x88, 0xff, 0xff])))).rejects.toThrow(
    /neither UTF-8/,
  )
  const sheets = [1, 2].map((n) => ({ name: `表${n}`, rows: [HEADER, ...ROWS] }))
  await expect(readAll(xlsx(sheets))).rejects.toThrow(/--sheet/)
  expect((await readAll(xlsx(sheets), { sheet: '表2' })).rows).toEqual(EXPECTED)
})

test('a mapping of the user, alone and over a kind', async () => {
  const path = csv([
    ['作品编号', '哪天', '花了(万元)', '看的人'],
    [ID, '2026-11-11', '1.5', '2w'],
  ])
  const mapping = parseMapping(
    JSON.stringify({
      subject: 'VIDEO',
      source: 'mine',
      columns: { id: '作品编号', day: '哪天', spend: '花了', plays: ['没有', '看的人'] },
    }),
  )
  const read = await readAll(path, { mapping })
  expect(read).toMatchObject({ kind: 'mine', subject: 'VIDEO', ignored: [] })
  expect(read.rows[0]).toMatchObject({ subjectId: ID, counts: { spend: 1_500_000, plays: 20_000 } })
  const over = parseMapping(
    JSON.stringify({ kind: 'material', columns: { spend: null, gmv: '整体成交金额' } }),
  )
  expect((await readAll(csv([HEADER, ...ROWS]), { mapping: over })).fields).not.toContain('spend')
  expect(() => parseMapping('{')).toThrow(/not JSON/)
  expect(() => parseMapping('{"subject":"VIDEO","columns":{"nonsense":"a"}}')).toThrow(/mapping is wrong/)
})

test('the preview shows our field, their heading, the unit and the first value', async () => {
  const { columns } = await readAll(csv([HEADER, ...ROWS]))
  expect(columns).toContainEqual({
    field: 'spend',
    heading: '整体消耗(元)',
    unit: '元 -> 分',
    first: '1,234.50',
    read: '123450',
  })
  expect(columns).toContainEqual({
    field: 'day',
    heading: '日期',
    unit: 'when',
    first: '2026-11-10',
    read: 'DAY 2026-11-10',
  })
})

test('the long form is told apart', async () => {
  const long = 'video_id,kol_id,published_at,observed_at,plays\n'
  expect(await isObservations(file('a.csv', `\ufeff${long}`))).toBe(true)
  expect(await isObservations(file('a.csv.gz', gzipSync(long)))).toBe(true)
  expect(await isObservations(csv([HEADER, ...ROWS]))).toBe(false)
  expect(await isObservations(xlsx([{ name: 'a', rows: [HEADER] }]))).toBe(false)
})

test('GBK that begins as ASCII for longer than a chunk, and characters cut by chunks', async () => {
  const header = ['stat_date', 'video_id', 'video_view_count', 'author_nickname']
  const ascii = Array.from({ length: 4000 }, (_, n) => ['2026-11-11', String(1000 + n), '5', 'someone'])
  const chinese = Array.from({ length: 9000 }, (_, n) => [
    '2026-11-11',
    String(9000 + n),
    '5',
    '达人甲乙丙'.slice(0, 1 + (n % 5)),
  ])
  for (const encoding of ['gbk', 'utf8', 'utf16le'] as const) {
    const path = csv([header, ...ascii, ...chinese], encoding)
    expect(readFileSync(path).length).toBeGreaterThan(200_000)
    const read = await readAll(path)
    expect(read.rows).toHaveLength(13_000)
    expect(read.rows.at(-1)?.labels.author).toBe('达人甲乙丙')
    expect(read.refused).toEqual([])
  }
})
