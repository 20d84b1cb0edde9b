import { createMatrix } from '../flow/matrix.ts'
import { Brand, one } from './brand.ts'
import { builder } from './builder.ts'
import { Element } from './element.ts'
import { REFUSALS } from './errors.ts'
import { rowId } from './ids.ts'

export const Cell = builder.drizzleNode('cell', {
  name: 'Cell',
  description: '格: one combination of elements; it exists once something is planned in it. An axis may be empty.',
  id: { column: (cell) => cell.id },
  fields: (t) => ({
    matrix: t.relation('matrix', { description: 'The matrix it lies in.' }),
    persona: t.relation('persona', { nullable: true, description: '人; null: the axis is empty.' }),
    product: t.relation('product', { nullable: true, description: '货; null: the axis is empty.' }),
    scene: t.relation('scene', { nullable: true, description: '场; null: the axis is empty.' }),
    need: t.relation('need', { nullable: true, description: '需; null: the axis is empty.' }),
    videos: t.relatedConnection('videos', {
      description: 'Videos planned or published in it, newest first.',
      query: { orderBy: { id: 'desc' } },
    }),
  }),
})

const MatrixElement = builder.drizzleObject('matrixElement', {
  name: 'MatrixElement',
  description: 'An element chosen for a matrix.',
  fields: (t) => ({ element: t.relation('element', { description: 'The element; its kind is its axis.' }) }),
})

export const Matrix = builder.drizzleNode('matrix', {
  name: 'Matrix',
  description: '内容矩阵: chosen elements on the axes 人 货 场 需.',
  id: { column: (matrix) => matrix.id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the brand.' }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    choices: t.relation('choices', { type: MatrixElement, description: 'The chosen elements.' }),
    cells: t.relatedConnection('cells', {
      description: 'Cells in use; empty ones do not exist.',
      query: { orderBy: { id: 'asc' } },
    }),
  }),
})

builder.queryField('matrices', (t) =>
  t.drizzleConnection({
    type: 'matrix',
    description: 'Matrices, newest first.',
    resolve: (query, _root, _args, { db }) => db.query.matrix.findMany(query({ orderBy: { id: 'desc' } })),
  }),
)

builder.mutationField('createMatrix', (t) =>
  t.drizzleField({
    type: Matrix,
    description: 'Makes a matrix of elements of one brand. ConflictError: the name is taken.',
    errors: REFUSALS,
    args: {
      brandId: t.arg.globalID({ required: true, for: Brand, description: 'Whose it is.' }),
      name: t.arg.string({ required: true, description: 'Up to 200 characters.' }),
      elementIds: t.arg.globalIDList({ required: true, for: Element, description: 'Elements of the brand.' }),
    },
    resolve: async (query, _root, { brandId, name, elementIds }, { run, db }) => {
      const owner = rowId('brandId', 'Brand', brandId)
      const chosen = elementIds.map((given) => rowId('elementIds', 'Element', given))
      const id = await run(createMatrix, { brandId: owner, name, elementIds: chosen })
      return one(await db.query.matrix.findFirst(query({ where: { id } })))
    },
  }),
)
