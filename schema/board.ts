import { loadBoard } from '../db/queries/board.ts'
import { readBoardAsOf } from '../flow/board.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { type Board, buildBoard, type Figures, type Line } from '../rules/board.ts'
import type { ElementKind } from '../rules/types.ts'
import { builder } from './builder.ts'
import { Element } from './element.ts'
import { ElementKindEnum } from './element-version.ts'
import { optionalRowId, rowId } from './ids.ts'
import { Matrix } from './matrix.ts'
import { PurposeEnum, Video } from './video.ts'

const globalId = (type: string, id: number) => Buffer.from(`${type}:${id}`).toString('base64')

const FiguresType = builder.objectRef<Figures>('BoardFigures').implement({
  description:
    'How the videos of a cell, a row, a column or the board are doing. null is not 0: there is nothing to say it of. ' +
    '`…Known` tells on how many videos a figure stands.',
  fields: (t) => ({
    planned: t.exposeInt('planned', { description: 'Videos not out yet.' }),
    published: t.exposeInt('published', { description: 'Videos that went out.' }),
    watched: t.exposeInt('watched', { description: 'Published videos that were seen at least once.' }),
    flagged: t.exposeInt('flagged', { description: 'Videos that any rule ever called 爆款.' }),
    hitRate: t.exposeFloat('hitRate', {
      nullable: true,
      description: '爆款率: flagged / watched, 0.05 is 5 %. null: none is watched.',
    }),
    medianPlays: t.exposeFloat('medianPlays', {
      nullable: true,
      description:
        'Exact median of the plays of its videos, also of a total. null: no video has a play count.',
    }),
    playsKnown: t.exposeInt('playsKnown', { description: 'Videos with a play count.' }),
    interactionRate: t.exposeFloat('interactionRate', {
      nullable: true,
      description:
        '互动率, pooled: all interactions, as the workspace counts them, / all plays, over videos that have a rate. null: none has.',
    }),
    interactionKnown: t.exposeInt('interactionKnown', { description: 'Videos with an interaction rate.' }),
    spendFen: t.expose('spendFen', {
      type: 'BigInt',
      nullable: true,
      description: '花费, 分. null: known of no video.',
    }),
    spendKnown: t.exposeInt('spendKnown', { description: 'Videos with a known spend.' }),
    gmvFen: t.expose('gmvFen', {
      type: 'BigInt',
      nullable: true,
      description: '成交额 GMV, 分. null: known of no video.',
    }),
    gmvKnown: t.exposeInt('gmvKnown', { description: 'Videos with a known GMV.' }),
    roi: t.exposeFloat('roi', {
      nullable: true,
      description:
        'GMV / spend over the videos of which both are known. null: there is none, or they spent 0.',
    }),
    roiKnown: t.exposeInt('roiKnown', { description: 'Videos of which spend and GMV are known.' }),
    bestVideoId: t.id({
      nullable: true,
      description: 'The video with the most plays. null: no video has a play count.',
      resolve: ({ best }) => best && globalId('Video', best.videoId),
    }),
    bestPlays: t.field({
      type: 'BigInt',
      nullable: true,
      description: 'Its plays. null: no video has a play count.',
      resolve: ({ best }) => best?.plays ?? null,
    }),
    bestVideo: t.field({
      type: Video,
      nullable: true,
      description:
        'The same video whole; costs one more statement for all of the board. null: none has a play count.',
      resolve: ({ best }) => best && { id: best.videoId },
    }),
  }),
})

const LineType = builder.objectRef<Line>('BoardLine').implement({
  description: 'A row or a column: an element, or last of all the videos whose axis is empty.',
  fields: (t) => ({
    elementId: t.id({
      nullable: true,
      description: 'The element. null: the axis is empty.',
      resolve: ({ id }) => (id === null ? null : globalId('Element', id)),
    }),
    name: t.exposeString('name', { nullable: true, description: 'Its name. null: the axis is empty.' }),
    open: t.exposeBoolean('open', {
      description: 'Whether something can be planned with it: chosen in the matrix, and not archived.',
    }),
    element: t.field({
      type: Element,
      nullable: true,
      description:
        'The same element whole; costs one more statement for all of the board. null: the axis is empty.',
      resolve: ({ id }) => (id === null ? null : { id }),
    }),
  }),
})

const ROW = 'Place in `rows`, from 0.'
const COLUMN = 'Place in `columns`, from 0.'

const CellType = builder.objectRef<Board['cells'][number]>('BoardCell').implement({
  description: 'Where a row meets a column: all cells of the matrix with both elements, as filtered.',
  fields: (t) => ({
    row: t.exposeInt('row', { description: ROW }),
    column: t.exposeInt('column', { description: COLUMN }),
    figures: t.expose('figures', { type: FiguresType, description: 'How its videos are doing.' }),
  }),
})

const GapType = builder.objectRef<Board['gaps'][number]>('BoardGap').implement({
  description: 'Two elements with nothing planned or published, as filtered.',
  fields: (t) => ({
    row: t.exposeInt('row', { description: ROW }),
    column: t.exposeInt('column', { description: COLUMN }),
    forbidden: t.exposeBoolean('forbidden', {
      description:
        'true: pairs of the brand leave no cell to the two. They are forbidden, or what one requires is.',
    }),
  }),
})

const BoardType = builder.objectRef<Board>('Board').implement({
  description: 'Two axes of a matrix against each other. Empty cells are not listed and cost nothing.',
  fields: (t) => ({
    rows: t.expose('rows', {
      type: [LineType],
      description: 'Elements of the first axis that are open or have videos, oldest first.',
    }),
    columns: t.expose('columns', {
      type: [LineType],
      description: 'Elements of the second axis that are open or have videos, oldest first.',
    }),
    cells: t.expose('cells', {
      type: [CellType],
      description: 'Those with a planned or published video, row by row.',
    }),
    rowTotals: t.expose('rowTotals', { type: [FiguresType], description: 'One for each of `rows`.' }),
    columnTotals: t.expose('columnTotals', {
      type: [FiguresType],
      description: 'One for each of `columns`.',
    }),
    total: t.expose('total', { type: FiguresType, description: 'All of the board.' }),
    gaps: t.expose('gaps', {
      type: [GapType],
      description: 'Pairs of open elements with nothing planned or published, row by row.',
    }),
  }),
})

const BoardFilter = builder.inputType('BoardFilter', {
  description:
    'Which videos count. An axis that is left out, or null, is not filtered; an empty list leaves nothing. ' +
    'InvalidInputError: an id is of another kind of thing. An id that is not there leaves nothing.',
  fields: (t) => ({
    personaIds: t.idList({ description: 'Only cells with one of these 人.' }),
    productIds: t.idList({ description: 'Only cells with one of these 货.' }),
    sceneIds: t.idList({ description: 'Only cells with one of these 场.' }),
    needIds: t.idList({ description: 'Only cells with one of these 需.' }),
    campaignId: t.id({ description: 'Only videos of this campaign.' }),
    phaseId: t.id({ description: 'Only videos of this phase.' }),
    purpose: t.field({
      type: PurposeEnum,
      description: 'Only videos for this purpose; slower than the other filters.',
    }),
  }),
})

const FILTERS = {
  personaIds: 'PERSONA',
  productIds: 'PRODUCT',
  sceneIds: 'SCENE',
  needIds: 'NEED',
} as const satisfies Record<string, ElementKind>

builder.drizzleObjectField(Matrix, 'board', (t) =>
  t.field({
    type: BoardType,
    description:
      'Any two axes as rows and columns, the other two as filters. As of an instant its counters and money are what was ' +
      'recorded by then: a later restatement or refund leaves them as they were. Of publishing and 爆款 it is recorded ' +
      'when they were, not when we learnt of it: a video counts as out from its publication on, and as 爆款 from the look ' +
      'at which a rule fired, if it was entered by then, also where a file or a rule that came later said so. A plan ' +
      'that was put away since is left out. Elements, pairs, cells and phases are those of now, and rates count what ' +
      'counts as interaction now. ' +
      'InvalidInputError: both are the same axis, or looks of that time are no longer kept.',
    args: {
      rows: t.arg({ type: ElementKindEnum, required: true, description: 'The axis of the rows.' }),
      columns: t.arg({ type: ElementKindEnum, required: true, description: 'The axis of the columns.' }),
      filter: t.arg({ type: BoardFilter, description: 'Which videos count; left out: all.' }),
      asOf: t.arg({ type: 'DateTime', description: 'The instant; left out, or later than now: now.' }),
    },
    resolve: async ({ id: matrixId }, { rows, columns, filter, asOf }, { db, now }) => {
      if (rows === columns) throw new InvalidInputError('columns', 'columns must be another axis than rows')
      const elementIds: Partial<Record<ElementKind, number[]>> = {}
      for (const name of Object.keys(FILTERS) as (keyof typeof FILTERS)[]) {
        const given = filter?.[name]
        const ids = given?.map((one) => rowId(`filter.${name}`, 'Element', one))
        if (ids) elementIds[FILTERS[name]] = ids
      }
      const parts = await loadBoard(db, {
        matrixId,
        rows,
        columns,
        elementIds,
        campaignId: optionalRowId('filter.campaignId', 'Campaign', filter?.campaignId),
        phaseId: optionalRowId('filter.phaseId', 'Phase', filter?.phaseId),
        purpose: filter?.purpose ?? undefined,
        asOf: asOf && asOf < now ? await readBoardAsOf(db, { matrixId, asOf }) : undefined,
      })
      return buildBoard({ rows, columns, elementIds, ...parts })
    },
  }),
)
