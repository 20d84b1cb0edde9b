/** 排期表 there and back: what goes out comes in as the same plan, and an edit is that edit and nothing else. */
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { expect, test } from 'vitest'
import type { RawRow } from '../../platforms/exports/raw.ts'
import { openWorkbook } from '../../platforms/exports/workbook.ts'
import { type SheetFormat, writeTable } from '../../platforms/plan-sheet.ts'
import { type ReadTable, readTable } from '../../platforms/plan-sheet-read.ts'
import { type PlanEdits, readEdits } from '../../rules/plan-edit.ts'
import {
  COLUMNS,
  createRowWriter,
  type SheetField,
  type SheetPlan,
  type SheetVideo,
  timeText,
} from '../../rules/plan-sheet.ts'
import { ELEMENT_KINDS, PURPOSES } from '../../rules/types.ts'
import { instantsOf, wallAt } from '../../rules/wall.ts'
import { instant, plan, text } from '../rules/plan-world.ts'

type Cells = Record<SheetField, string>
const FORMATS = ['CSV', 'XLSX'] as const

function cellsOf(given: SheetPlan): Cells[] {
  const row = createRowWriter(given)
  return given.videos.map((video) => row(video))
}
async function fileOf(format: SheetFormat, rows: readonly Cells[]): Promise<Buffer> {
  const table = { columns: COLUMNS, rows: rows.map((row) => COLUMNS.map(({ field }) => row[field])) }
  return (await writeTable(format, table)).bytes
}
function read(table: ReadTable): Extract<ReadTable, { ok: true }> {
  if (!table.ok) throw new Error(table.why)
  return table
}
async function back(given: SheetPlan, format: SheetFormat, rows: readonly Cells[]): Promise<PlanEdits> {
  const { rows: found, ignored } = read(await readTable(await fileOf(format, rows), COLUMNS, 2000))
  expect(ignored).toEqual([])
  expect(found.flatMap(({ surplus }) => surplus)).toEqual([])
  return readEdits(given, found)
}
const none = { planned: [], revised: [], skipped: [], notes: [], refused: [] }

test.each(FORMATS)(
  'any plan as %s is the same plan again, and nothing is changed',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(plan, async (given) => {
        const rows = cellsOf(given)
        const found = read(await readTable(await fileOf(format, rows), COLUMNS, 2000)).rows
        const plain = (row: object) =>
          Object.fromEntries(Object.entries(row).map(([key, value]: [string, string]) => [key, value.trim()]))
        expect(found.map(({ cells }) => plain(cells))).toEqual(rows.map(plain))
        expect(readEdits(given, found)).toEqual({ ...none, unchanged: rows.length })
      }),
      { numRuns: 150 },
    )
  },
  60_000,
)

/** An edit as a person makes it, in one cell or two, and what it is to do to the video. */
type Made = { cells: Partial<Cells>; change: Partial<SheetVideo> }
const edits = (given: SheetPlan): fc.Arbitrary<(video: SheetVideo) => Made> => {
  const show = createRowWriter(given)
  const sample = given.videos[0] as SheetVideo
  const shown = (over: Partial<SheetVideo>, ...fields: SheetField[]) => {
    const row = show({ ...sample, ...over })
    return Object.fromEntries(fields.map((field) => [field, row[field]])) as Partial<Cells>
  }
  const ids = (all: readonly { id: number }[]) => fc.constantFrom(null, ...all.map(({ id }) => id))
  const element = fc.constantFrom(...ELEMENT_KINDS).chain((kind) =>
    ids(given.elements.filter((one) => one.kind === kind)).map((id) => (video: SheetVideo) => ({
      cells: shown({ axes: { ...video.axes, [kind]: id } }, kind),
      change: { axes: { ...video.axes, [kind]: id } },
    })),
  )
  const time = fc.option(instant, { nil: null }).map((at) => ({ plannedFor }: SheetVideo) => {
    const cell = timeText(at, given.zone)
    const same = at && plannedFor && wallAt(plannedFor, given.zone).startsWith(cell)
    const wall = at && wallAt(at, given.zone)
    const meant = wall ? (instantsOf(wall, given.zone)[0] ?? null) : null
    return { cells: { plannedFor: cell }, change: { plannedFor: same ? plannedFor : meant } }
  })
  const fixed = <Key extends 'programmeId' | 'kolId' | 'phaseId' | 'purpose' | 'hook' | 'format' | 'title'>(
    key: Key,
    values: fc.Arbitrary<SheetVideo[Key]>,
    ...fields: SheetField[]
  ) =>
    values.map((value) => () => {
      const change = { [key]: value } as Partial<SheetVideo>
      return { cells: shown(change, ...fields), change }
    })
  const orNull = fc.option(text, { nil: null })
  return fc.oneof(
    element,
    time,
    fixed('title', text, 'title'),
    fixed('hook', orNull, 'hook'),
    fixed('format', orNull, 'format'),
    fixed('purpose', fc.constantFrom(...PURPOSES), 'purpose'),
    fixed('programmeId', ids(given.programmes), 'programme'),
    fixed('phaseId', ids(given.phases), 'campaign', 'phase'),
    fixed('kolId', ids(given.kols), 'kol', 'account'),
  )
}

/** What differs, in the words of the verbs; a change of nothing but line ends in a text is none. */
function expected(video: SheetVideo, change: Partial<SheetVideo>) {
  const flat = (value: unknown) =>
    JSON.stringify(typeof value === 'string' ? value.replaceAll(/\r\n?/g, '\n') : value)
  const differs = Object.entries(change).filter(
    ([key, value]) => flat(value) !== flat(video[key as keyof SheetVideo]),
  )
  const { axes, ...rest } = Object.fromEntries(differs) as Partial<SheetVideo>
  return axes ? { ...rest, elementIds: Object.values(axes).flatMap((id) => id ?? []) } : rest
}

test.each(FORMATS)(
  'edits of random cells of a %s are exactly those edits',
  async (format) => {
    const edited = plan
      .filter(({ videos }) => videos.length > 0)
      .chain((given) =>
        fc
          .array(fc.option(edits(given), { nil: null }), {
            minLength: given.videos.length,
            maxLength: given.videos.length,
          })
          .map((made) => ({ given, made })),
      )
    await fc.assert(
      fc.asyncProperty(edited, async ({ given, made }) => {
        const made1 = given.videos.map((video, nth) => made[nth]?.(video) ?? { cells: {}, change: {} })
        const changes = given.videos.map((video, nth) => expected(video, made1[nth]?.change ?? {}))
        const rows = cellsOf(given).map((row, nth) => ({ ...row, ...made1[nth]?.cells }))
        const found = await back(given, format, rows)
        const wanted = given.videos.flatMap(({ id, stage }, nth) => {
          const change = changes[nth] ?? {}
          return stage === 'PLANNED' && Object.keys(change).length > 0 ? [{ videoId: id, change }] : []
        })
        expect(found.revised.map(({ videoId, change }) => ({ videoId, change }))).toEqual(wanted)
        const frozen = given.videos.filter(
          ({ stage }, nth) => stage === 'PUBLISHED' && Object.keys(changes[nth] ?? {}).length > 0,
        )
        expect(found.refused.map(({ reason }) => reason)).toEqual(
          frozen.map(() => 'it is published: its row stands as it was'),
        )
        expect(found.planned).toEqual([])
      }),
      { numRuns: 150 },
    )
  },
  60_000,
)

test.each(FORMATS)(
  'rows without a number in a %s plan what they say, once',
  async (format) => {
    const utc = plan.filter(({ zone, videos }) => zone === 'Asia/Shanghai' && videos.length > 0)
    await fc.assert(
      fc.asyncProperty(utc, async (given) => {
        const fresh = { ...given, videos: [] }
        const rows = cellsOf(given).map((row) => ({ ...row, id: '', stage: '' }))
        const { planned, refused, skipped } = await back(fresh, format, rows)
        expect(refused).toEqual([])
        expect(planned.length + skipped.length).toBe(rows.length)
        for (const { line, video } of planned) {
          const {
            id: _id,
            stage: _stage,
            axes,
            plannedFor,
            ...rest
          } = given.videos.find(
            (_, nth) => cellsOf(given)[nth] && lineOf(format, rows, nth) === line,
          ) as SheetVideo
          const second = plannedFor && new Date(Math.floor(plannedFor.getTime() / 1000) * 1000)
          const elementIds = Object.values(axes).flatMap((one) => one ?? [])
          expect(video).toEqual({ ...rest, plannedFor: second, elementIds })
        }
        // What is planned by now is known again.
        expect(await back(given, format, rows)).toMatchObject({ planned: [], revised: [], refused: [] })
      }),
      { numRuns: 100 },
    )
  },
  60_000,
)

/** Cells with line ends take several lines of a CSV. */
function lineOf(format: SheetFormat, rows: readonly Cells[], nth: number): number {
  if (format === 'XLSX') return nth + 2
  const ends = rows.slice(0, nth).flatMap((row) => Object.values(row).join('').match(/\n/g) ?? [])
  return nth + 2 + ends.length
}

const SAMPLE: SheetPlan = {
  matrix: { id: 7, name: '春季' },
  zone: 'Asia/Shanghai',
  elements: [{ id: 1, kind: 'PERSONA', name: '学姐' }],
  kols: [{ id: 3, name: '小鹿', accountId: '7400000000000000001', showId: null }],
  programmes: [],
  phases: [],
  videos: [
    {
      id: 12,
      stage: 'PLANNED',
      axes: { PERSONA: 1, PRODUCT: null, SCENE: null, NEED: null },
      kolId: 3,
      purpose: 'SEEDING',
      title: '=开箱, "第一"',
      plannedFor: new Date('2026-11-20T10:00:00Z'),
      programmeId: null,
      hook: null,
      format: null,
      phaseId: null,
    },
  ],
}

test('a CSV has the mark of UTF-8, CRLF, quotes, and an apostrophe before what Excel would run or round', async () => {
  expect(String(await fileOf('CSV', cellsOf(SAMPLE)))).toBe(
    '\ufeff视频编号,矩阵,人,货,场,需,达人,达人ID/抖音号,目的,标题,计划发布时间,栏目,钩子,形式,活动,阶段,状态\r\n' +
      `12,春季,学姐,,,,小鹿,'7400000000000000001,种草,"'=开箱, ""第一""",2026-11-20 18:00,,,,,,计划\r\n`,
  )
})

test('in a workbook ids are text, times are dates and our own numbers are numbers', async () => {
  const book = await openWorkbook(await fileOf('XLSX', cellsOf(SAMPLE)))
  const rows: RawRow[] = []
  for await (const some of book.rows('排期')) rows.push(...some)
  await book.close()
  const seen = (heading: string) => {
    const index = rows[0]?.cells.indexOf(heading) ?? -1
    return [rows[1]?.cells[index], rows[1]?.forms?.[index]]
  }
  expect(seen('视频编号')).toEqual(['12', 'NUMBER'])
  expect(seen('达人ID/抖音号')).toEqual(['7400000000000000001', 'TEXT'])
  expect(seen('标题')).toEqual(['=开箱, "第一"', 'TEXT'])
  expect(seen('计划发布时间')).toEqual(['46346.75', 'DATE'])
})

test('a workbook that would unpack to more than it may is not unpacked', async () => {
  const bytes = await fileOf('XLSX', cellsOf(SAMPLE))
  await expect(openWorkbook(bytes, 1000)).rejects.toThrow('more than 1000 bytes of content')
})

const csv = (...lines: string[]) => Buffer.from(`${lines.join('\n')}\n`)
const readCsv = async (...lines: string[]) =>
  readEdits(SAMPLE, read(await readTable(csv(...lines), COLUMNS, 9)).rows)
const HEAD = '视频编号,达人,达人ID/抖音号,标题,计划发布时间'

test.each([
  ['as Excel saves it', '12,小鹿,7400000000000000001,"=开箱, ""第一""",2026/11/20 18:00', {}],
  ['Chinese date', '12,小鹿,7400000000000000001,"=开箱, ""第一""",2026年11月20日 18：00', {}],
  [
    'a day alone',
    '12,小鹿,7400000000000000001,"=开箱, ""第一""",2026-11-21',
    { plannedFor: new Date('2026-11-20T16:00:00Z') },
  ],
  ['with an offset', '12,小鹿,7400000000000000001,"=开箱, ""第一""",2026-11-20T10:00:00Z', {}],
  ['no time', '12,小鹿,7400000000000000001,"=开箱, ""第一""",--', { plannedFor: null }],
  ['id as a formula of text', '12,,"=""7400000000000000001""","=开箱, ""第一""",2026-11-20 18:00', {}],
])('%s', async (_, line, change) => {
  const { revised, refused } = await readCsv(HEAD, line)
  // The name alone was taken away in the last one: whether a KOL is meant cannot be told.
  if (line.startsWith('12,,')) return expect(refused).toMatchObject([{ column: '达人' }])
  expect(refused).toEqual([])
  expect(revised.map((one) => one.change)).toEqual(Object.keys(change).length > 0 ? [change] : [])
})

test.each([
  ['12,小鹿,7.4E+18,x,', '达人ID/抖音号', /scientific/],
  ['12,小鹿,7400000000000000000,x,', '达人ID/抖音号', /zeros/],
  ['12,小鹿,7400000000000000009,x,', '达人ID/抖音号', /no KOL has this id/],
  ['12,没有人,7400000000000000001,x,', '达人', /no KOL is named so/],
  ['12,小鹿,7400000000000000001,x,明天', '计划发布时间', /not a time/],
  ['12,小鹿,7400000000000000001,x,2026-11-20 18:00-19:00', '计划发布时间', /not a time/],
  ['13,小鹿,7400000000000000001,x,', '视频编号', /no planned or published video/],
  ['x,小鹿,7400000000000000001,x,', '视频编号', /no planned or published video/],
])('%s is refused in its cell', async (line, column, reason) => {
  const { refused, revised } = await readCsv(HEAD, line)
  expect(revised).toEqual([])
  expect(refused).toEqual([
    { line: 2, column, reason: expect.stringMatching(reason), value: expect.any(String) },
  ])
})

test('GBK, titles above, other columns, semicolons and a column that the file does not have', async () => {
  const bytes = iconv.encode('我的排期\n标题;备注;视频编号\n新标题;看看;12\n', 'gbk')
  const table = read(await readTable(bytes, COLUMNS, 9))
  expect(table.ignored).toEqual(['备注'])
  expect(readEdits(SAMPLE, table.rows)).toEqual({
    ...none,
    unchanged: 0,
    revised: [{ line: 3, videoId: 12, change: { title: '新标题' } }],
  })
})

test('a number twice, and a new row that is another one', async () => {
  const found = await readCsv(
    '视频编号,人,目的,标题,状态,矩阵',
    '12,学姐,种草,a,计划,春季',
    '12,学姐,种草,b,,',
    ',学姐,卖货,c,,',
    ',学姐,,,已发布,夏季',
    ',学姐,SELLING,d,,',
    ',学姐,带货,d,计划,春季',
  )
  expect(found.refused.map(({ line, column }) => `${line} ${column}`)).toEqual([
    '3 视频编号',
    '4 目的',
    '5 矩阵',
    '5 状态',
    '5 目的',
    '5 标题',
  ])
  expect(found.planned.map(({ line }) => line)).toEqual([6])
  expect(found.skipped).toEqual([{ line: 7, note: 'not planned again: it is the same as line 6' }])
})

test.each([
  ['the file is empty', Buffer.alloc(0), /empty/],
  ['no heading is known', csv('a,b', '1,2'), /No line has headings of a plan/],
  ['two columns of one meaning', csv('视频编号,达人ID,抖音号', '12,1,2'), /say the same/],
  [
    'more rows than an import takes',
    csv('视频编号,标题', ...Array.from({ length: 10 }, (_, n) => `${n},x`)),
    /has 10 rows, .* at most 9/,
  ],
  ['a web page', Buffer.from('<html><table>'), /web page/],
  ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /old .xls/],
  ['a workbook that is cut off', Buffer.from('504b030414000600', 'hex'), /damaged/],
  ['a quote that is never closed', Buffer.from('视频编号,标题\n1,"x\n'), /broken quotes/],
])('%s: told as a whole', async (_, bytes, why) => {
  expect(await readTable(bytes, COLUMNS, 9)).toEqual({ ok: false, why: expect.stringMatching(why) })
})

test('20,000 rows are written in seconds', async () => {
  const rows = Array.from({ length: 20_000 }, (_, nth) => ({
    ...(cellsOf(SAMPLE)[0] as Cells),
    id: String(nth),
  }))
  for (const format of FORMATS) expect((await fileOf(format, rows)).length).toBeGreaterThan(100_000)
}, 60_000)
