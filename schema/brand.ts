import { createBrand } from '../flow/brand.ts'
import { builder, KEY } from './builder.ts'
import { CampaignConnection, CampaignLevelEnum, campaignsWhere } from './campaign.ts'
import { ElementConnection, ElementKindEnum } from './element.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'
import { MatrixConnection } from './matrix.ts'
import { PairConnection } from './pair.ts'
import { ProgrammeConnection } from './programme.ts'
import { VideoConnection } from './video.ts'

const ONLY_ARCHIVED = 'true: only archived ones; false: only those in use; left out: both.'
const isSet = (set: boolean) => (set ? { isNotNull: true as const } : { isNull: true as const })

export const Brand = builder.drizzleNode('brand', {
  name: 'Brand',
  description: '品牌: whose products the content is about.',
  id: { column: (brand) => brand.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the workspace.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    briefTemplate: t.exposeString('briefTemplate', {
      nullable: true,
      description: 'What its briefs are rendered from; null: the template that is shipped.',
    }),
    elements: t.relatedConnection(
      'elements',
      {
        description: 'Its 要素, newest first.',
        args: {
          kind: t.arg({ type: ElementKindEnum, description: 'Only of this axis.' }),
          archived: t.arg.boolean({ description: ONLY_ARCHIVED }),
        },
        query: ({ kind, archived }) => ({
          where: { ...(kind && { kind }), ...(archived != null && { archivedAt: isSet(archived) }) },
          orderBy: { id: 'desc' },
        }),
      },
      ElementConnection,
    ),
    pairs: t.relatedConnection(
      'pairs',
      {
        description: 'What of it never meets in a cell, and what needs what; newest first.',
        args: {
          lifted: t.arg.boolean({
            description: 'true: only lifted ones; false: only those that hold; left out: both.',
          }),
        },
        query: ({ lifted }) => ({
          where: lifted == null ? {} : { liftedAt: isSet(lifted) },
          orderBy: { id: 'desc' },
        }),
      },
      PairConnection,
    ),
    programmes: t.relatedConnection(
      'programmes',
      {
        description: 'Its 栏目, newest first.',
        args: { archived: t.arg.boolean({ description: ONLY_ARCHIVED }) },
        query: ({ archived }) => ({
          where: archived == null ? {} : { archivedAt: isSet(archived) },
          orderBy: { id: 'desc' },
        }),
      },
      ProgrammeConnection,
    ),
    matrices: t.relatedConnection(
      'matrices',
      { description: 'Its 内容矩阵, newest first.', query: { orderBy: { id: 'desc' } } },
      MatrixConnection,
    ),
    campaigns: t.relatedConnection(
      'campaigns',
      {
        description: 'Its 大促, the one that begins last first.',
        args: {
          from: t.arg({ type: 'Date', description: 'Only those that run on this day or later.' }),
          to: t.arg({ type: 'Date', description: 'Only those that run on this day or earlier.' }),
          level: t.arg({ type: CampaignLevelEnum, description: 'Only of this level.' }),
          archived: t.arg.boolean({ description: 'true: also those that were put away.' }),
        },
        query: campaignsWhere,
      },
      CampaignConnection,
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
