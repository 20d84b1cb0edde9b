import { createMatrix, reviseMatrix } from '../flow/matrix.ts'
import { builder, KEY } from './builder.ts'
import { Element } from './element.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { VideoConnection } from './video.ts'

export const Cell = builder.drizzleNode('cell', {
  name: 'Cell',
  description:
    '格: one combination of elements; it exists once something is planned in it. An axis may be empty.',
  id: { column: (cell) => cell.id },
  select: KEY,
  fields: (t) => ({
    matrix: t.relation('matrix', { description: 'The matrix it lies in.' }),
    persona: t.relation('persona', { nullable: true, description: '人; null: the axis is empty.' }),
    product: t.relation('product', { nullable: true, description: '货; null: the axis is empty.' }),
    scene: t.relation('scene', { nullable: true, description: '场; null: the axis is empty.' }),
    need: t.relation('need', { nullable: true, description: '需; null: the axis is empty.' }),
    videos: t.relatedConnection(
      'videos',
      { description: 'Videos planned or published in it, newest first.', query: { orderBy: { id: 'desc' } } },
      VideoConnection,
    ),
  }),
})

const CellConnection = builder.connectionObject(
  { type: Cell, name: 'CellConnection', description: 'A page of cells.' },
  { name: 'CellEdge', description: 'A cell in a list.' },
)

export const Matrix = builder.drizzleNode('matrix', {
  name: 'Matrix',
  description: '内容矩阵: chosen elements on the axes 人 货 场 需.',
  id: { column: (matrix) => matrix.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the brand.' }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    elements: t.field({
      type: [Element],
      description: 'The chosen 要素, oldest first; the kind of each is its axis.',
      select: (_args, _context, nested) => ({
        with: { choices: { orderBy: { elementId: 'asc' }, with: { element: nested(true) } } },
      }),
      resolve: ({ choices }) => choices.map(({ element }) => element),
    }),
    cells: t.relatedConnection(
      'cells',
      {
        description: 'Cells in use, oldest first; empty ones do not exist.',
        query: { orderBy: { id: 'asc' } },
      },
      CellConnection,
    ),
  }),
})

export const MatrixConnection = builder.connectionObject(
  { type: Matrix, name: 'MatrixConnection', description: 'A page of matrices.' },
  { name: 'MatrixEdge', description: 'A matrix in a list.' },
)

builder.queryField('matrices', (t) =>
  t.drizzleConnection(
    {
      type: 'matrix',
      description: 'Matrices, newest first.',
      resolve: (query, _root, _args, { db }) => db.query.matrix.findMany(query({ orderBy: { id: 'desc' } })),
    },
    MatrixConnection,
  ),
)

const CreateMatrixInput = builder.inputType('CreateMatrixInput', {
  description: 'A matrix to make.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'Whose it is.' }),
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the brand.' }),
    elementIds: t.idList({ required: true, description: 'Elements of the brand, in use; at least one.' }),
  }),
})
builder.mutationField('createMatrix', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Matrix,
    description: 'Makes a matrix of elements of one brand. ConflictError: the name is taken.',
    args: { input: t.arg({ type: CreateMatrixInput, required: true, description: 'The matrix.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const brandId = rowId('brandId', 'Brand', input.brandId)
      const elementIds = input.elementIds.map((given) => rowId('elementIds', 'Element', given))
      const id = await run(createMatrix, { brandId, name: input.name, elementIds })
      return one(await db.query.matrix.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseMatrixInput = builder.inputType('ReviseMatrixInput', {
  description: 'An edit of a matrix. What is left out, or null, stays.',
  fields: (t) => ({
    matrixId: t.id({ required: true, description: 'The matrix.' }),
    name: t.string({ description: 'Up to 200 characters, unique in the brand.' }),
    addElementIds: t.idList({ description: 'Elements of the brand, in use, to add to the axes.' }),
    removeElementIds: t.idList({ description: 'Elements to take off the axes; one must be left.' }),
  }),
})
builder.mutationField('reviseMatrix', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Matrix,
    description:
      'Renames a matrix, adds elements and takes some off. Cells that hold a removed element stay with their videos; ' +
      'nothing more can be planned in them. ConflictError: the name is taken.',
    args: { input: t.arg({ type: ReviseMatrixInput, required: true, description: 'The edit.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const idsIn = (field: 'addElementIds' | 'removeElementIds') =>
        input[field]?.map((given) => rowId(field, 'Element', given))
      const id = await run(reviseMatrix, {
        matrixId: rowId('matrixId', 'Matrix', input.matrixId),
        name: input.name ?? undefined,
        addElementIds: idsIn('addElementIds'),
        removeElementIds: idsIn('removeElementIds'),
      })
      return one(await db.query.matrix.findFirst(query({ where: { id } })))
    },
  }),
)
