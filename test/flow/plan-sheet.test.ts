/** 排期表 on the database: out, edited, in again; all or none, and never twice. */
import { eq, sql } from 'drizzle-orm'
import { beforeEach, expect, test } from 'vitest'
import { SHEETS } from '../../cli/sheets.ts'
import { video } from '../../db/tables.ts'
import { createCampaign } from '../../flow/campaign.ts'
import { type Context, write } from '../../flow/context.ts'
import { archiveElement, createElement } from '../../flow/element.ts'
import { createKol } from '../../flow/kol.ts'
import { createMatrix, reviseMatrix } from '../../flow/matrix.ts'
import { createPair } from '../../flow/pair.ts'
import { type PlanVideo, planVideos } from '../../flow/plan.ts'
import { chooseMatrix, exportPlan, importPlan, type SheetFormat } from '../../flow/plan-sheet.ts'
import { createProgramme } from '../../flow/programme.ts'
import { publishVideo } from '../../flow/publish.ts'
import { archiveVideo } from '../../flow/video.ts'
import { type Content, content, itemId } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
let ctx: Context
let made: Content
let account: string
let names: Record<'PERSONA' | 'PRODUCT' | 'campaign' | 'programme' | 'matrix', string>
let twins: number[]
let ids: number[]
const at = new Date('2026-11-20T10:00:00Z')

beforeEach(async () => {
  ctx = await t.tenant()
  made = await content(ctx)
  const { brandId, matrixId } = made
  account = itemId()
  const kolId = await createKol(ctx, { accountId: account, name: '小鹿' })
  const nameless = [await createKol(ctx, { name: '阿杰' }), await createKol(ctx, { name: '阿杰' })]
  twins = [
    await createElement(ctx, { brandId, kind: 'SCENE', name: '宿舍' }),
    await createElement(ctx, { brandId, kind: 'SCENE', name: '宿舍' }),
  ]
  await reviseMatrix(ctx, { matrixId, addElementIds: twins })
  const programmeId = await createProgramme(ctx, { brandId, name: '空瓶记' })
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  const event = { kind: 'EVENT', ...days, budgetFen: null, goal: {}, threshold: {} } as const
  await createCampaign(ctx, { brandId, name: '双11', level: 'S', ...days, phases: [event] })
  const [one] = await write(ctx, (tx) =>
    tx.execute<{ phase: string; matrix: string; persona: string; product: string }>(sql`
      select (select max(id) from phase) as phase, (select name from matrix where id = ${matrixId}) as matrix,
        (select name from element where id = ${made.elementIds.persona}) as persona,
        (select name from element where id = ${made.elementIds.product}) as product`),
  )
  const shown = { PERSONA: one?.persona ?? '', PRODUCT: one?.product ?? '', matrix: one?.matrix ?? '' }
  names = { ...shown, campaign: '双11', programme: '空瓶记' }
  const line = (over: Partial<PlanVideo>): PlanVideo => ({
    matrixId,
    elementIds: [made.elementIds.persona],
    purpose: 'SEEDING',
    title: unique('video'),
    ...over,
  })
  const [persona, product] = [made.elementIds.persona, made.elementIds.product]
  ids = await planVideos(ctx, {
    lines: [
      line({ title: '=开箱, "第一"', kolId, plannedFor: at, hook: '反转', format: '口播', programmeId }),
      line({ elementIds: [persona, twins[0] ?? 0], kolId: nameless[1], phaseId: Number(one?.phase) }),
      line({
        elementIds: [product, twins[1] ?? 0],
        kolId: nameless[0],
        plannedFor: new Date(at.getTime() + 123),
      }),
      line({ title: '发了' }),
      line({ title: '收起来了' }),
    ],
  })
  // Titles are of one line now; those that were stored before still go out and come back.
  const title = '=开箱, "第一"\n行'
  await write(ctx, (tx) => tx.execute(sql`update video set title = ${title} where id = ${ids[0]}`))
  await publishVideo(ctx, { videoId: ids[3] ?? 0, itemId: itemId(), publishedAt: ctx.now })
  await archiveVideo(ctx, { videoId: ids[4] ?? 0 })
})

const out = (format: SheetFormat = 'CSV') =>
  write(ctx, (tx) => exportPlan(tx, { matrixId: made.matrixId, format, files: SHEETS }))
const csv = async () => String((await out()).bytes)
const bring = (bytes: Buffer | string, dryRun = false) =>
  importPlan(ctx, {
    matrixId: made.matrixId,
    name: '排期.csv',
    bytes: Buffer.from(bytes),
    dryRun,
    files: SHEETS,
  })
const stored = () => write(ctx, (tx) => tx.select().from(video).orderBy(video.id))
const NOTHING = { new: 0, revised: 0, unchanged: 0, skipped: [], notes: [], refused: [], ignored: [] }

test('a plan as people read it: names, #id where two share one, times of the zone, nothing archived', async () => {
  const { name, videos, mediaType } = await out()
  expect({ videos, mediaType }).toEqual({ videos: 4, mediaType: 'text/csv; charset=utf-8' })
  expect(name).toBe(`排期-${names.matrix}.csv`)
  const { PERSONA, PRODUCT, matrix } = names
  const [first, second] = await write(ctx, (tx) =>
    tx.execute<{ id: string }>(sql`select id from kol where name = '阿杰' order by id`),
  )
  const titles = (await stored()).map(({ title }) => title)
  expect(await csv()).toBe(
    [
      '\ufeff视频编号,矩阵,人,货,场,需,达人,达人ID/抖音号,目的,标题,计划发布时间,栏目,钩子,形式,活动,阶段,状态',
      `${ids[0]},${matrix},${PERSONA},,,,小鹿,'${account},种草,"'=开箱, ""第一""\n行",2026-11-20 18:00,空瓶记,反转,口播,,,计划`,
      `${ids[2]},${matrix},,${PRODUCT},宿舍#${twins[1]},,阿杰#${first?.id},,种草,${titles[2]},2026-11-20 18:00,,,,,,计划`,
      `${ids[1]},${matrix},${PERSONA},,宿舍#${twins[0]},,阿杰#${second?.id},,种草,${titles[1]},,,,,双11,活动,计划`,
      `${ids[3]},${matrix},${PERSONA},,,,,,种草,发了,,,,,,,已发布`,
      '',
    ].join('\r\n'),
  )
})

test.each(['CSV', 'XLSX'] as const)('a %s that comes back as it went changes nothing', async (format) => {
  const before = await stored()
  expect(await bring((await out(format)).bytes)).toEqual({ ...NOTHING, written: true, unchanged: 4 })
  expect(await stored()).toEqual(before)
})

test('an edited file revises what was edited, plans what is new, and again changes nothing', async () => {
  const before = await stored()
  const added = [
    `,,${names.PERSONA},,宿舍#${twins[0]},,小鹿,${account},带货,新的一条,2026-11-21 20:30,空瓶记,,,双11,活动,计划`,
    `,,${names.PERSONA},,,,小鹿,,引流,没有时间,,,,,,,`,
    `,,${names.PERSONA},,,,小鹿,,引流,没有时间,,,,,,,`,
  ].join('\r\n')
  const text = (await csv()).replace('2026-11-20 18:00,空瓶记,反转', '2026-11-22 09:00,,悬念') + added
  const report = { ...NOTHING, new: 2, revised: 1, unchanged: 3 }
  const twin = { line: 9, note: 'not planned again: it is the same as line 8' }
  expect(await bring(text, true)).toEqual({ ...report, skipped: [twin], written: false })
  expect(await stored()).toEqual(before)
  expect(await bring(text)).toEqual({ ...report, skipped: [twin], written: true })
  const after = await stored()
  expect(after.slice(0, 5)).toEqual([
    { ...before[0], plannedFor: new Date('2026-11-22T01:00:00Z'), programmeId: null, hook: '悬念' },
    ...before.slice(1),
  ])
  expect(after.slice(5)).toMatchObject([
    {
      title: '新的一条',
      purpose: 'SELLING',
      plannedFor: new Date('2026-11-21T12:30:00Z'),
      phaseId: before[1]?.phaseId,
    },
    { title: '没有时间', purpose: 'TRAFFIC', plannedFor: null, stage: 'PLANNED', kolId: before[0]?.kolId },
  ])
  expect(after[5]?.cellId).toBe(before[1]?.cellId)
  const again = await bring(text)
  expect(again).toMatchObject({ new: 0, revised: 0, unchanged: 4, refused: [], written: true })
  expect(again.skipped.map(({ line }) => line)).toEqual([7, 8, 9])
  expect(await stored()).toEqual(after)
})

test('two imports of the same new rows at once plan them once', async () => {
  const text = `人,目的,标题\n${names.PERSONA},种草,只要一条\n`
  const both = await Promise.all([bring(text), bring(text)])
  expect(both.map((one) => one.new).sort()).toEqual([0, 1])
  expect((await stored()).filter(({ title }) => title === '只要一条')).toHaveLength(1)
})

test('one broken line refuses all, and every broken cell is told, those that only the verbs find as well', async () => {
  const { brandId, elementIds } = made
  const lost = await createElement(ctx, { brandId, kind: 'NEED', name: '不在矩阵里' })
  await archiveElement(ctx, { elementId: lost })
  const pair = { kind: 'FORBIDDEN', elementId: elementIds.persona, otherId: elementIds.product } as const
  await createPair(ctx, { ...pair, reason: '人设不符' })
  const before = await stored()
  const long = '长'.repeat(201)
  const text = [
    '视频编号,人,货,需,目的,标题,计划发布时间,状态',
    `${ids[0]},${names.PERSONA},${names.PRODUCT},,,好,明天,计划`,
    `${ids[1]},${names.PERSONA},,,种草,${long},,计划`,
    `${ids[3]},${names.PERSONA},,,种草,改名,,`,
    `${ids[4]},,,,种草,x,,`,
    `,${names.PERSONA},${names.PRODUCT},,种草,配错了,,`,
    ',,,不在矩阵里,种草,没选,,',
    ',没有这个人,,,种草,谁,,',
    ',,,,种草,没有格,,',
    `,${names.PERSONA},,,种草,没问题,,`,
    `,${names.PERSONA},,,种草,多一格,,,,多`,
  ].join('\n')
  const result = await bring(text)
  expect(result).toMatchObject({ written: false, new: 1, revised: 0 })
  expect(result.refused.map(({ line, column, reason, value }) => [line, column, reason, value])).toEqual([
    [2, '目的', expect.stringContaining('种草'), ''],
    [2, '计划发布时间', expect.stringContaining('not a time'), '明天'],
    [3, '标题', 'title has more than 200 characters', long],
    [4, '标题', expect.stringContaining('published'), '改名'],
    [5, '视频编号', expect.stringContaining('this matrix'), String(ids[4])],
    [6, '人/货/场/需', expect.stringContaining('人设不符'), `${names.PERSONA} / ${names.PRODUCT}`],
    [7, '人/货/场/需', expect.stringContaining('chosen in the matrix'), '不在矩阵里'],
    [8, '人', expect.stringContaining('no 人'), '没有这个人'],
    [9, '人/货/场/需', expect.stringContaining('at least one element'), ''],
    [11, '', expect.stringContaining('more cells'), '多'],
  ])
  expect(await stored()).toEqual(before)
})

test('only the columns of the file are revised; the video of another matrix is refused, and so is a bad file', async () => {
  expect(await bring(`视频编号,标题\n${ids[0]},换个标题\n`)).toMatchObject({ revised: 1, written: true })
  expect((await stored())[0]).toMatchObject({ title: '换个标题', hook: '反转', plannedFor: at })
  const { brandId, elementIds } = made
  const other = await createMatrix(ctx, { brandId, name: unique('matrix'), elementIds: [elementIds.need] })
  const input = { name: 'x', dryRun: false, files: SHEETS, matrixId: other }
  const there = Buffer.from(`视频编号,标题\n${ids[0]},又换\n`)
  expect(await importPlan(ctx, { ...input, bytes: there })).toMatchObject({ refused: [{ line: 2 }] })
  await expect(bring('a,b\n')).rejects.toMatchObject({ name: 'InvalidInputError', field: 'base64' })
  await expect(importPlan(ctx, { ...input, matrixId: 987_654, bytes: there })).rejects.toMatchObject({
    what: 'matrix',
  })
  const many = Array.from({ length: 2001 }, (_, n) => `${n},x`).join('\n')
  await expect(bring(`视频编号,标题\n${many}\n`)).rejects.toThrow(
    'has 2001 rows, and an import takes at most 2000',
  )
})

test('the number of statements is that of one row, also for 2,000', async () => {
  const rows = (n: number) =>
    Array.from({ length: n }, (_, nth) => `,${names.PERSONA},种草,第 ${nth} 条`).join('\n')
  const one = await statementsOf(t, () =>
    bring(`视频编号,人,目的,标题\n${rows(1)}\n${ids[0]},${names.PERSONA},带货,x\n`),
  )
  const many = await statementsOf(t, () =>
    bring(`视频编号,人,目的,标题\n${rows(1999)}\n${ids[0]},${names.PERSONA},带货,y\n`),
  )
  expect(many).toHaveLength(one.length)
  const few = await statementsOf(t, out)
  const all = (await stored()).filter(({ stage }) => stage === 'PLANNED')
  expect(all.length).toBeGreaterThan(2000)
  const edited = (await csv())
    .split('\r\n')
    .slice(0, 2000)
    .join('\r\n')
    .replaceAll(/第 (\d+) 条/g, '改 $1')
  expect(await bring(edited)).toMatchObject({ written: true, refused: [] })
  expect(few.length).toBeLessThanOrEqual(7)
}, 60_000)

test('a matrix is chosen by its name or number; one name in two brands needs the number', async () => {
  const choose = (wanted: string) => write(ctx, (tx) => chooseMatrix(tx, wanted))
  expect(await choose(names.matrix)).toBe(made.matrixId)
  expect(await choose(String(made.matrixId))).toBe(made.matrixId)
  const other = await content(ctx)
  await write(ctx, (tx) =>
    tx.execute(sql`update matrix set name = ${names.matrix} where id = ${other.matrixId}`),
  )
  await expect(choose(names.matrix)).rejects.toThrow(`${other.matrixId} ${names.matrix} (`)
  await expect(choose('没有')).rejects.toThrow('There is no matrix 没有')
  const foreign = { ...ctx, workspaceId: (await t.tenant()).workspaceId }
  await expect(write(foreign, (tx) => chooseMatrix(tx, String(made.matrixId)))).rejects.toThrow('There is no')
  expect(await write(ctx, (tx) => tx.select().from(video).where(eq(video.brandId, other.brandId)))).toEqual(
    [],
  )
})
