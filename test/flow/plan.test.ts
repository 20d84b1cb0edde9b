/** 排期: one video or 2,000, all or none. */
import { asc, eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { campaign, cell, kol as kolTable, phase, video } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { reviseMatrix } from '../../flow/matrix.ts'
import { createPair } from '../../flow/pair.ts'
import { type PlanVideo, planVideo, planVideos } from '../../flow/plan.ts'
import { archiveProgramme, createProgramme } from '../../flow/programme.ts'
import { type Content, content, kol } from '../support/content.ts'
import { testDatabase, unique } from '../support/database.ts'
import { statementsOf } from '../support/graphql.ts'

const t = testDatabase()
let ctx: Context
let made: Content
let all: { kolId: number; programmeId: number; phaseId: number }
beforeAll(async () => {
  ctx = await t.tenant()
  made = await content(ctx)
  all = await attached(ctx, made.brandId)
})

/** What a video can hang on besides its cell. */
async function attached(ctx: Context, brandId: number, archivedAt: Date | null = null) {
  const programmeId = await createProgramme(ctx, { brandId, name: unique('programme') })
  const days = { startsOn: '2026-11-01', endsOn: '2026-11-11' }
  const phaseId = await write(ctx, async (tx) => {
    const values = { brandId, name: unique('campaign'), level: 'S' as const, ...days, archivedAt }
    const [big] = await tx
      .insert(campaign)
      .values({ ...values, createdAt: ctx.now })
      .returning()
    const [event] = await tx
      .insert(phase)
      .values({ campaignId: big?.id ?? 0, kind: 'EVENT', ...days })
      .returning()
    return event?.id ?? 0
  })
  return { kolId: await kol(ctx), programmeId, phaseId }
}
const line = (over: Partial<PlanVideo> = {}): PlanVideo => ({
  matrixId: made.matrixId,
  elementIds: Object.values(made.elementIds),
  purpose: 'SEEDING',
  title: unique('video'),
  ...over,
})
const stored = (videoId: number) =>
  write(ctx, async (tx) => (await tx.select().from(video).where(eq(video.id, videoId)))[0])

test('a plan keeps all that it was given, and null for what it was not', async () => {
  const plannedFor = new Date('2026-11-20T12:30:00.123Z')
  const said = { ...all, plannedFor, hook: ' 反转 ', format: '口播' }
  expect(await stored(await planVideo(ctx, line(said)))).toMatchObject({
    ...said,
    hook: '反转',
    brandId: made.brandId,
    stage: 'PLANNED',
    itemId: null,
    createdAt: ctx.now,
  })
  expect(await stored(await planVideo(ctx, line()))).toMatchObject({
    kolId: null,
    programmeId: null,
    phaseId: null,
    plannedFor: null,
    hook: null,
    format: null,
  })
})

test('what hangs on another brand, is archived or is not there is refused', async () => {
  const other = await attached(ctx, (await content(ctx)).brandId)
  const put = await attached(ctx, made.brandId, ctx.now)
  await archiveProgramme(ctx, { programmeId: put.programmeId })
  await write(ctx, (tx) => tx.update(kolTable).set({ archivedAt: ctx.now }).where(eq(kolTable.id, put.kolId)))
  const invalid = (field: string) => ({ name: 'InvalidInputError', field })
  const nowhere = 987_654_321
  for (const [over, refusal] of [
    [{ programmeId: other.programmeId }, invalid('programmeId')],
    [{ phaseId: other.phaseId }, invalid('phaseId')],
    [{ programmeId: put.programmeId }, invalid('programmeId')],
    [{ phaseId: put.phaseId }, invalid('phaseId')],
    [{ kolId: put.kolId }, invalid('kolId')],
    [{ programmeId: nowhere }, { name: 'NotFoundError', what: 'programme' }],
    [{ phaseId: nowhere }, { name: 'NotFoundError', what: 'phase' }],
    [{ kolId: nowhere }, { name: 'NotFoundError', what: 'kol' }],
    [{ matrixId: nowhere }, { name: 'NotFoundError', what: 'matrix' }],
    [{ hook: ' ' }, invalid('hook')],
    [{ format: '长'.repeat(51) }, invalid('format')],
    [{ title: '' }, invalid('title')],
    [{ elementIds: [] }, invalid('elementIds')],
    [{ elementIds: [1, 2, 3, 4, 5] }, invalid('elementIds')],
  ] as const) {
    const attempt = planVideo(ctx, line(over as Partial<PlanVideo>))
    await expect(attempt, JSON.stringify(over)).rejects.toMatchObject(refusal)
  }
})

/** 2,000 lines over 400 cells and all else, in no order. */
async function campaignOf(count: number): Promise<PlanVideo[]> {
  const { brandId, matrixId } = made
  const personas: number[] = []
  for (let n = 0; n < 20; n++) {
    personas.push(await createElement(ctx, { brandId, kind: 'PERSONA', name: `p${n}` }))
  }
  const needs: number[] = []
  for (let n = 0; n < 20; n++) {
    needs.push(await createElement(ctx, { brandId, kind: 'NEED', name: `n${n}` }))
  }
  await reviseMatrix(ctx, { matrixId, addElementIds: [...personas, ...needs] })
  const at = <T>(list: readonly T[], n: number) => list[n % list.length] as T
  return Array.from({ length: count }, (_, n) => ({
    ...(n % 2 === 0 ? all : {}),
    matrixId,
    elementIds: [at(needs, Math.floor(n / 20)), at(personas, n * 7)],
    purpose: at(['SEEDING', 'SELLING', 'TRAFFIC'] as const, n),
    title: `第${n}条`,
    plannedFor: n % 3 === 0 ? new Date(ctx.now.getTime() + n) : undefined,
  }))
}

test('2,000 videos are planned in the order of their lines, by as many statements as one', async () => {
  const lines = await campaignOf(2000)
  const one = await statementsOf(t, () => planVideos(ctx, { lines: lines.slice(0, 1) }))
  let ids: number[] = []
  const many = await statementsOf(t, async () => {
    ids = await planVideos(ctx, { lines })
  })
  // begin, the workspace, matrices, elements, pairs, KOLs, programmes, phases, two of cells, videos, commit
  expect(many).toHaveLength(12)
  expect(one).toHaveLength(12)
  const found = await write(ctx, (tx) =>
    tx
      .select({ id: video.id, title: video.title, plannedFor: video.plannedFor, need: cell.needId })
      .from(video)
      .innerJoin(cell, eq(cell.id, video.cellId))
      .orderBy(asc(video.id)),
  )
  const byId = new Map(found.map((row) => [row.id, row]))
  expect(ids.map((id) => byId.get(id)?.title)).toEqual(lines.map(({ title }) => title))
  expect(ids.map((id) => byId.get(id)?.need)).toEqual(lines.map(({ elementIds }) => elementIds[0]))
  expect(byId.get(ids[3] ?? 0)?.plannedFor).toEqual(lines[3]?.plannedFor)
  expect(byId.get(ids[4] ?? 0)?.plannedFor).toBeNull()
})

test('bulk plans of the same new cells at once all succeed, and each cell is made once', async () => {
  const { brandId, matrixId } = await content(ctx)
  const scenes: number[] = []
  for (let n = 0; n < 12; n++)
    scenes.push(await createElement(ctx, { brandId, kind: 'SCENE', name: `s${n}` }))
  await reviseMatrix(ctx, { matrixId, addElementIds: scenes })
  const lines = scenes.map((id) => line({ matrixId, elementIds: [id] }))
  const orders = [lines, lines.toReversed(), lines.slice(6).concat(lines), lines]
  await Promise.all(orders.map((order) => planVideos(ctx, { lines: order })))
  const cells = await write(ctx, (tx) => tx.select().from(cell).where(eq(cell.matrixId, matrixId)))
  expect(cells.map(({ sceneId }) => sceneId).sort()).toEqual(scenes.toSorted())
})

test('one wrong line refuses all, and every wrong line is named', async () => {
  const { persona, product } = made.elementIds
  await createPair(ctx, { kind: 'FORBIDDEN', elementId: persona, otherId: product, reason: '不搭' })
  const title = unique('none of these')
  const lines = [
    line({ title, elementIds: [persona] }),
    line({ title, elementIds: [persona, product] }),
    line({ title: ' ', elementIds: [persona] }),
    line({ title, elementIds: [product], kolId: 987_654_321 }),
    line({ title, elementIds: [product] }),
  ]
  await expect(planVideos(ctx, { lines })).rejects.toMatchObject({
    name: 'LinesError',
    lines: [
      { index: 1, error: { name: 'PairError', pairs: [{ reason: '不搭' }] } },
      { index: 2, error: { name: 'InvalidInputError', field: 'title' } },
      { index: 3, error: { name: 'NotFoundError', what: 'kol' } },
    ],
  })
  const found = await write(ctx, (tx) => tx.select().from(video).where(eq(video.title, title)))
  expect(found).toEqual([])
})

test.each([0, 2001])('%i lines are refused before anything is read', async (count) => {
  const lines = Array.from({ length: count }, () => line())
  const sent = await statementsOf(t, () =>
    expect(planVideos(ctx, { lines })).rejects.toMatchObject({ name: 'InvalidInputError', field: 'lines' }),
  )
  expect(sent).toEqual([])
})
