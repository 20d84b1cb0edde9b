/** The board through GraphQL. */
import { eq } from 'drizzle-orm'
import { beforeAll, expect, test } from 'vitest'
import { element, pair, videoState } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { createElement } from '../../flow/element.ts'
import { createMatrix } from '../../flow/matrix.ts'
import { planVideo } from '../../flow/plan.ts'
import { publishVideo } from '../../flow/publish.ts'
import type { ElementKind, Purpose } from '../../rules/types.ts'
import { content, itemId } from '../support/content.ts'
import { NOW, testDatabase, unique } from '../support/database.ts'
import { globalId, statementsOf, testApi, tokenOf } from '../support/graphql.ts'

const t = testDatabase()
const api = testApi(t)
let ctx: Context
let token: string
let matrixId: number
let brandId: number
let ids: Record<'anna' | 'bo' | 'cream' | 'mask' | 'dorm', number>
const videos: number[] = []

async function out(elementIds: number[], purpose: Purpose, numbers: Partial<typeof videoState.$inferInsert>) {
  const videoId = await planVideo(ctx, { matrixId, elementIds, purpose, title: unique('video') })
  await publishVideo(ctx, { videoId, itemId: itemId(), publishedAt: NOW, source: 'test' })
  await write(ctx, (tx) => tx.update(videoState).set(numbers).where(eq(videoState.videoId, videoId)))
  videos.push(videoId)
}

beforeAll(async () => {
  ctx = await t.tenant()
  token = await tokenOf(ctx, 'VIEWER')
  brandId = (await content(ctx)).brandId
  const make = (kind: ElementKind, name: string) =>
    createElement(ctx, { brandId, kind, name, attributes: {} })
  ids = {
    anna: await make('PERSONA', 'Anna'),
    bo: await make('PERSONA', 'Bo'),
    cream: await make('PRODUCT', 'Cream'),
    mask: await make('PRODUCT', 'Mask'),
    dorm: await make('SCENE', 'Dorm'),
  }
  matrixId = await createMatrix(ctx, { brandId, name: unique('matrix'), elementIds: Object.values(ids) })
  const { anna, bo, cream, mask, dorm } = ids
  const seen = { observedAt: NOW }
  await out([anna, cream], 'SEEDING', {
    ...seen,
    plays: 100,
    interactionRate: 0.1,
    flaggedAt: NOW,
    spendFen: 200,
  })
  await out([anna, cream, dorm], 'SELLING', {
    ...seen,
    plays: 300,
    interactionRate: 0.02,
    spendFen: 100,
    gmvFen: 250,
  })
  await out([anna, mask], 'SEEDING', { ...seen, plays: 700 })
  await out([cream], 'SEEDING', { looks: 0 })
  await planVideo(ctx, { matrixId, elementIds: [anna, mask], purpose: 'SEEDING', title: 'later' })
  await write(ctx, (tx) =>
    tx.insert(pair).values({
      brandId,
      kind: 'FORBIDDEN',
      elementId: mask,
      otherId: bo,
      reason: 'no',
      createdAt: NOW,
    }),
  )
})

const FIGURES = `{ planned published watched flagged hitRate medianPlays playsKnown interactionRate interactionKnown
  spendFen spendKnown gmvFen gmvKnown roi roiKnown bestVideoId bestPlays }`
const document = (args: string, more = '') => `{ node(id: "${globalId('Matrix', matrixId)}") { ... on Matrix {
  board(rows: PERSONA, columns: PRODUCT${args}) {
    rows { elementId name open } columns { name } gaps { row column forbidden }
    cells { row column figures ${FIGURES} } rowTotals ${FIGURES} columnTotals ${FIGURES} total ${FIGURES} ${more}
  } } } }`
const board = async (args = '', more = '') => (await api.data(token, document(args, more))).node.board

test('cells, totals and gaps', async () => {
  const found = await board()
  expect(found.rows).toEqual([
    { elementId: globalId('Element', ids.anna), name: 'Anna', open: true },
    { elementId: globalId('Element', ids.bo), name: 'Bo', open: true },
    { elementId: null, name: null, open: false },
  ])
  expect(found.columns).toEqual([{ name: 'Cream' }, { name: 'Mask' }])
  expect(found.cells.map(({ row, column }: { row: number; column: number }) => [row, column])).toEqual([
    [0, 0],
    [0, 1],
    [2, 0],
  ])
  expect(found.cells[0].figures).toEqual({
    planned: 0,
    published: 2,
    watched: 2,
    flagged: 1,
    hitRate: 0.5,
    medianPlays: 200,
    playsKnown: 2,
    interactionRate: 16 / 400,
    interactionKnown: 2,
    spendFen: 300,
    spendKnown: 2,
    gmvFen: 250,
    gmvKnown: 1,
    roi: 2.5,
    roiKnown: 1,
    bestVideoId: globalId('Video', videos[1] as number),
    bestPlays: 300,
  })
  // Out but not seen yet: nothing is known, and nothing of it is 0.
  expect(found.cells[2].figures).toEqual({
    planned: 0,
    published: 1,
    watched: 0,
    flagged: 0,
    hitRate: null,
    medianPlays: null,
    playsKnown: 0,
    interactionRate: null,
    interactionKnown: 0,
    spendFen: null,
    spendKnown: 0,
    gmvFen: null,
    gmvKnown: 0,
    roi: null,
    roiKnown: 0,
    bestVideoId: null,
    bestPlays: null,
  })
  expect(found.rowTotals[0]).toMatchObject({ planned: 1, published: 3, medianPlays: 300, hitRate: 1 / 3 })
  expect(found.rowTotals[1]).toMatchObject({ planned: 0, published: 0, medianPlays: null })
  expect(found.columnTotals[0]).toMatchObject({ published: 3, watched: 2, medianPlays: 200 })
  expect(found.total).toMatchObject({
    planned: 1,
    published: 4,
    medianPlays: 300,
    bestVideoId: globalId('Video', videos[2] as number),
  })
  expect(found.gaps).toEqual([
    { row: 1, column: 0, forbidden: false },
    { row: 1, column: 1, forbidden: true },
  ])
})

test('filters: the other axes, the own ones, and the purpose', async () => {
  const scene = await board(`, filter: { sceneIds: ["${globalId('Element', ids.dorm)}"] }`)
  expect(scene.total).toMatchObject({ published: 1, bestPlays: 300 })
  const product = await board(`, filter: { productIds: ["${globalId('Element', ids.mask)}"] }`)
  expect(product.columns).toEqual([{ name: 'Mask' }])
  expect(product.gaps).toEqual([{ row: 1, column: 0, forbidden: true }])
  const selling = await board(', filter: { purpose: SELLING }')
  expect(selling.total).toMatchObject({ planned: 0, published: 1, roi: 2.5 })
  const none = await board(', filter: { personaIds: [] }')
  expect(none).toMatchObject({ rows: [], cells: [], gaps: [], total: { published: 0 } })
  const elsewhere = await board(`, filter: { campaignId: "${globalId('Campaign', 999999)}" }`)
  expect(elsewhere).toMatchObject({ cells: [], total: { planned: 0, published: 0 } })
  expect(elsewhere.gaps).toHaveLength(4)
})

test('a gap is forbidden too where one requires another on the other axis, or through a third', async () => {
  const { anna, bo, mask, dorm } = ids
  const pairs = [
    [bo, mask],
    [anna, dorm],
    [dorm, mask],
  ] as const
  const elsewhere = `, filter: { campaignId: "${globalId('Campaign', 999999)}" }`
  const gaps = async () =>
    (await board(elsewhere)).gaps.map(({ forbidden }: { forbidden: boolean }) => forbidden)
  expect(await gaps()).toEqual([false, false, false, true])
  for (const [elementId, otherId] of pairs) {
    const values = { brandId, kind: 'REQUIRED' as const, elementId, otherId, reason: 'so', createdAt: NOW }
    await write(ctx, (tx) => tx.insert(pair).values(values))
  }
  // Bo and Mask are forbidden, and Bo requires it.
  expect(await gaps()).toEqual([true, false, true, true])
  const lift = { liftedAt: NOW }
  await write(ctx, (tx) => tx.update(pair).set(lift).where(eq(pair.kind, 'REQUIRED')))
  expect(await gaps()).toEqual([false, false, false, true])
})

test('one statement, and one more each for whole elements and whole videos', async () => {
  /** The token's lookup, the begin, the matrix itself and the commit come with it. */
  const cost = async (more: string) => (await statementsOf(t, () => board('', more))).length - 4
  expect(await cost('')).toBe(1)
  expect(await cost('again: rows { element { kind } }')).toBe(2)
  expect(await cost('again: cells { figures { bestVideo { title state { plays } } } }')).toBe(2)
  const found = await board('', 'again: total { bestVideo { id } } lines: rows { element { kind } }')
  expect(found.again.bestVideo.id).toBe(globalId('Video', videos[2] as number))
  expect(found.lines).toEqual([
    { element: { kind: 'PERSONA' } },
    { element: { kind: 'PERSONA' } },
    { element: null },
  ])
})

test('an archived element is a row as long as it has videos, and no gap', async () => {
  const archive = (id: number, archivedAt: Date | null) =>
    write(ctx, (tx) => tx.update(element).set({ archivedAt }).where(eq(element.id, id)))
  await archive(ids.anna, NOW)
  await archive(ids.bo, NOW)
  const found = await board()
  expect(found.rows.map(({ name, open }: { name: string; open: boolean }) => [name, open])).toEqual([
    ['Anna', false],
    [null, false],
  ])
  expect(found.gaps).toEqual([])
  await archive(ids.anna, null)
  await archive(ids.bo, null)
})

test.each([
  ['the same axis twice', ', filter: {}', 'columns must be another axis than rows', 'columns: PERSONA'],
  [
    'an id of another kind of thing',
    `, filter: { sceneIds: ["${globalId('Video', 1)}"] }`,
    'filter.sceneIds must be the id of a Element, not of a Video',
    'columns: PRODUCT',
  ],
])('refused: %s', async (_name, args, message, columns) => {
  const { errors } = await api.query(token, document(args).replace('columns: PRODUCT', columns))
  expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
})
