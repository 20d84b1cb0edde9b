import { createBrand } from '../flow/brand.ts'
import { builder, KEY } from './builder.ts'
import { ElementConnection, ElementKindEnum } from './element.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'
import { MatrixConnection } from './matrix.ts'
import { VideoConnection } from './video.ts'

export const Brand = builder.drizzleNode('brand', {
  name: 'Brand',
  description: '品牌: whose products the content is about.',
  id: { column: (brand) => brand.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the workspace.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    elements: t.relatedConnection(
      'elements',
      {
        description: 'Its 要素, newest first.',
        args: { kind: t.arg({ type: ElementKindEnum, description: 'Only of this axis.' }) },
        query: ({ kind }) => ({ where: kind ? { kind } : {}, orderBy: { id: 'desc' } }),
      },
      ElementConnection,
    ),
    matrices: t.relatedConnection(
      'matrices',
      { description: 'Its 内容矩阵, newest first.', query: { orderBy: { id: 'desc' } } },
      MatrixConnection,
    ),
    videos: t.relatedConnection(
      'videos',
      { description: 'Its videos, newest first.', query: { orderBy: { id: 'desc' } } },
      VideoConnection,
    ),
  }),
})

export const BrandConnection = builder.connectionObject(
  { type: Brand, name: 'BrandConnection', description: 'A page of brands.' },
  { name: 'BrandEdge', description: 'A brand in a list.' },
)

builder.queryField('brands', (t) =>
  t.drizzleConnection(
    {
      type: 'brand',
      description: 'Brands, newest first.',
      resolve: (query, _root, _args, { db }) => db.query.brand.findMany(query({ orderBy: { id: 'desc' } })),
    },
    BrandConnection,
  ),
)

const CreateBrandInput = builder.inputType('CreateBrandInput', {
  description: 'A brand to make.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Up to 200 characters.' }) }),
})
builder.mutationField('createBrand', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Brand,
    description: 'Makes a brand. ConflictError: the name is taken.',
    args: { input: t.arg({ type: CreateBrandInput, required: true, description: 'The brand.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(createBrand, input)
      return one(await db.query.brand.findFirst(query({ where: { id } })))
    },
  }),
)
