import { createBrand } from '../flow/brand.ts'
import { builder } from './builder.ts'
import { REFUSALS } from './errors.ts'

export const Brand = builder.drizzleNode('brand', {
  name: 'Brand',
  description: '品牌: whose products the content is about.',
  id: { column: (brand) => brand.id },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the workspace.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    elements: t.relatedConnection('elements', {
      description: 'Its 要素, newest first.',
      query: { orderBy: { id: 'desc' } },
    }),
    matrices: t.relatedConnection('matrices', {
      description: 'Its 内容矩阵, newest first.',
      query: { orderBy: { id: 'desc' } },
    }),
    videos: t.relatedConnection('videos', {
      description: 'Its videos, newest first.',
      query: { orderBy: { id: 'desc' } },
    }),
  }),
})

builder.queryField('brands', (t) =>
  t.drizzleConnection({
    type: 'brand',
    description: 'Brands, newest first.',
    resolve: (query, _root, _args, { db }) => db.query.brand.findMany(query({ orderBy: { id: 'desc' } })),
  }),
)

builder.mutationField('createBrand', (t) =>
  t.drizzleField({
    type: Brand,
    description: 'Makes a brand. ConflictError: the name is taken.',
    errors: REFUSALS,
    args: { name: t.arg.string({ required: true, description: 'Up to 200 characters.' }) },
    resolve: async (query, _root, { name }, { run, db }) => {
      const id = await run(createBrand, { name })
      return one(await db.query.brand.findFirst(query({ where: { id } })))
    },
  }),
)

/** A row that was just written. */
export function one<T>(row: T | undefined): T {
  if (row === undefined) throw new Error('a row that was just written is there')
  return row
}
