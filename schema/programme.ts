import { archiveProgramme, createProgramme, renameProgramme, restoreProgramme } from '../flow/programme.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { VideoConnection } from './video.ts'

export const Programme = builder.drizzleNode('programme', {
  name: 'Programme',
  description: "栏目: a format that a brand's audience comes back for.",
  id: { column: (programme) => programme.id },
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

export const ProgrammeConnection = builder.connectionObject(
  { type: Programme, name: 'ProgrammeConnection', description: 'A page of 栏目.' },
  { name: 'ProgrammeEdge', description: 'A 栏目 in a list.' },
)

const CreateProgrammeInput = builder.inputType('CreateProgrammeInput', {
  description: 'A 栏目 to make.',
  fields: (t) => ({
    brandId: t.id({ required: true, description: 'Whose it is.' }),
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the brand.' }),
  }),
})
builder.mutationField('createProgramme', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Programme,
    description: 'Makes a 栏目. ConflictError: the name is taken, maybe by an archived one.',
    args: { input: t.arg({ type: CreateProgrammeInput, required: true, description: 'The 栏目.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const brandId = rowId('brandId', 'Brand', input.brandId)
      const id = await run(createProgramme, { brandId, name: input.name })
      return one(await db.query.programme.findFirst(query({ where: { id } })))
    },
  }),
)

const RenameProgrammeInput = builder.inputType('RenameProgrammeInput', {
  description: 'A new name for a 栏目.',
  fields: (t) => ({
    programmeId: t.id({ required: true, description: 'The 栏目.' }),
    name: t.string({ required: true, description: 'Up to 200 characters, unique in the brand.' }),
  }),
})
builder.mutationField('renameProgramme', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Programme,
    description: 'Renames a 栏目, also for the videos that it has. ConflictError: the name is taken.',
    args: { input: t.arg({ type: RenameProgrammeInput, required: true, description: 'The name.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const programmeId = rowId('programmeId', 'Programme', input.programmeId)
      const id = await run(renameProgramme, { programmeId, name: input.name })
      return one(await db.query.programme.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveProgrammeInput = builder.inputType('ArchiveProgrammeInput', {
  description: 'A 栏目 to put away.',
  fields: (t) => ({ programmeId: t.id({ required: true, description: 'The 栏目.' }) }),
})
builder.mutationField('archiveProgramme', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Programme,
    description: 'Puts a 栏目 away: it takes no more videos, and keeps those it has. Twice changes nothing.',
    args: { input: t.arg({ type: ArchiveProgrammeInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(archiveProgramme, {
        programmeId: rowId('programmeId', 'Programme', input.programmeId),
      })
      return one(await db.query.programme.findFirst(query({ where: { id } })))
    },
  }),
)

const RestoreProgrammeInput = builder.inputType('RestoreProgrammeInput', {
  description: 'An archived 栏目 to take back into use.',
  fields: (t) => ({ programmeId: t.id({ required: true, description: 'The 栏目.' }) }),
})
builder.mutationField('restoreProgramme', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Programme,
    description: 'Takes an archived 栏目 back into use. Twice changes nothing.',
    args: { input: t.arg({ type: RestoreProgrammeInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(restoreProgramme, {
        programmeId: rowId('programmeId', 'Programme', input.programmeId),
      })
      return one(await db.query.programme.findFirst(query({ where: { id } })))
    },
  }),
)
