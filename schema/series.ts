import { archiveSeries, createSeries, renameSeries, restoreSeries } from '../flow/series.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { VideoConnection } from './video.ts'

export const Series = builder.drizzleNode('series', {
  name: 'Series',
  description: "栏目: a format that a brand's audience comes back for.",
  id: { column: (series) => series.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique in the brand.' }),
    archivedAt: t.expose('archivedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was put away; null: in use.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    videos: t.relatedConnection(
      'videos',
      { description: 'Its videos, newest first.', query: { orderBy: { id: 'desc' } } },
      VideoConnection,
    ),
  }),
})

export const SeriesConnection = builder.connectionObject(
  { type: Series, name: 'SeriesConnection', description: 'A page of 栏目.' },
  { name: 'SeriesEdge', description: 'A 栏目 in a list.' },
)

const CreateSeriesInput = builder.inputType('CreateSeriesInput', {
  description: 'A 栏目 to make.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'Whose it is.' }),
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the brand.' }),
  }),
})
builder.mutationField('createSeries', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Series,
    description: 'Makes a 栏目. ConflictError: the name is taken, maybe by an archived one.',
    args: { input: t.arg({ type: CreateSeriesInput, required: true, description: 'The 栏目.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const brandId = rowId('brandId', 'Brand', input.brandId)
      const id = await run(createSeries, { brandId, name: input.name })
      return one(await db.query.series.findFirst(query({ where: { id } })))
    },
  }),
)

const RenameSeriesInput = builder.inputType('RenameSeriesInput', {
  description: 'A new name for a 栏目.',
  fields: (t) => ({
    seriesId: t.id({ required: true, description: 'The 栏目.' }),
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the brand.' }),
  }),
})
builder.mutationField('renameSeries', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Series,
    description: 'Renames a 栏目, also for the videos that it has. ConflictError: the name is taken.',
    args: { input: t.arg({ type: RenameSeriesInput, required: true, description: 'The name.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const seriesId = rowId('seriesId', 'Series', input.seriesId)
      const id = await run(renameSeries, { seriesId, name: input.name })
      return one(await db.query.series.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveSeriesInput = builder.inputType('ArchiveSeriesInput', {
  description: 'A 栏目 to put away.',
  fields: (t) => ({ seriesId: t.id({ required: true, description: 'The 栏目.' }) }),
})
builder.mutationField('archiveSeries', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Series,
    description: 'Puts a 栏目 away: it takes no more videos, and keeps those it has. Twice changes nothing.',
    args: { input: t.arg({ type: ArchiveSeriesInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(archiveSeries, { seriesId: rowId('seriesId', 'Series', input.seriesId) })
      return one(await db.query.series.findFirst(query({ where: { id } })))
    },
  }),
)

const RestoreSeriesInput = builder.inputType('RestoreSeriesInput', {
  description: 'An archived 栏目 to take back into use.',
  fields: (t) => ({ seriesId: t.id({ required: true, description: 'The 栏目.' }) }),
})
builder.mutationField('restoreSeries', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Series,
    description: 'Takes an archived 栏目 back into use. Twice changes nothing.',
    args: { input: t.arg({ type: RestoreSeriesInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(restoreSeries, { seriesId: rowId('seriesId', 'Series', input.seriesId) })
      return one(await db.query.series.findFirst(query({ where: { id } })))
    },
  }),
)
