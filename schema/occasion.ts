import { archiveOccasion, createOccasion, reviseOccasion } from '../flow/occasion.ts'
import { builder, KEY } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'

export const Occasion = builder.drizzleNode('occasion', {
  name: 'Occasion',
  description:
    '大促日历: a known activity of one year, e.g. 618. A workspace begins with a list whose platform days are only ' +
    'starting points: edit them.',
  id: { column: (occasion) => occasion.id },
  select: KEY,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name, unique for its first day.' }),
    startsOn: t.expose('startsOn', { type: 'Date', description: 'First day.' }),
    endsOn: t.expose('endsOn', { type: 'Date', description: 'Last day.' }),
    lunar: t.exposeBoolean('lunar', {
      description: 'Moves with the lunar calendar: next year it is on other days.',
    }),
  }),
})

const OccasionConnection = builder.connectionObject(
  { type: Occasion, name: 'OccasionConnection', description: 'A page of activities.' },
  { name: 'OccasionEdge', description: 'An activity in a list.' },
)

builder.queryField('occasions', (t) =>
  t.drizzleConnection(
    {
      type: 'occasion',
      description: 'Activities by their first day; those that were put away are left out.',
      args: {
        from: t.arg({ type: 'Date', description: 'Only those that run on this day or later.' }),
        to: t.arg({ type: 'Date', description: 'Only those that run on this day or earlier.' }),
      },
      resolve: (query, _root, { from, to }, { db }) => {
        const where = {
          archivedAt: { isNull: true },
          ...(from != null && { endsOn: { gte: from } }),
          ...(to != null && { startsOn: { lte: to } }),
        } as const
        return db.query.occasion.findMany(query({ where, orderBy: { startsOn: 'asc', id: 'asc' } }))
      },
    },
    OccasionConnection,
  ),
)

const LUNAR = 'Whether it moves with the lunar calendar; a label only.'
const CreateOccasionInput = builder.inputType('CreateOccasionInput', {
  description: 'An activity to add.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Up to 200 characters.' }),
    startsOn: t.field({ type: 'Date', required: true, description: 'First day.' }),
    endsOn: t.field({ type: 'Date', required: true, description: 'Last day.' }),
    lunar: t.boolean({ required: true, defaultValue: false, description: LUNAR }),
  }),
})
builder.mutationField('createOccasion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Occasion,
    description: 'Adds an activity. ConflictError: one of that name begins on that day already.',
    args: { input: t.arg({ type: CreateOccasionInput, required: true, description: 'The activity.' }) },
    resolve: async (query, _root, { input: { name, startsOn, endsOn, lunar } }, { run, db }) => {
      const id = await run(createOccasion, { name, startsOn, endsOn, lunar })
      return one(await db.query.occasion.findFirst(query({ where: { id } })))
    },
  }),
)

const ReviseOccasionInput = builder.inputType('ReviseOccasionInput', {
  description: 'What is to change of an activity; what is left out stays.',
  fields: (t) => ({
    occasionId: t.id({ required: true, description: 'The activity.' }),
    name: t.string({ description: 'Up to 200 characters.' }),
    startsOn: t.field({ type: 'Date', description: 'First day.' }),
    endsOn: t.field({ type: 'Date', description: 'Last day.' }),
    lunar: t.boolean({ description: LUNAR }),
  }),
})
builder.mutationField('reviseOccasion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Occasion,
    description:
      'Changes an activity; campaigns that took its days keep theirs. ' +
      'ConflictError: one of that name begins on that day already, maybe one that was put away.',
    args: { input: t.arg({ type: ReviseOccasionInput, required: true, description: 'The change.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(reviseOccasion, {
        occasionId: rowId('occasionId', 'Occasion', input.occasionId),
        name: input.name ?? undefined,
        startsOn: input.startsOn ?? undefined,
        endsOn: input.endsOn ?? undefined,
        lunar: input.lunar ?? undefined,
      })
      return one(await db.query.occasion.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveOccasionInput = builder.inputType('ArchiveOccasionInput', {
  description: 'An activity to put away.',
  fields: (t) => ({ occasionId: t.id({ required: true, description: 'The activity.' }) }),
})
builder.mutationField('archiveOccasion', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Occasion,
    description: 'Takes an activity off the calendar; adding it again brings it back. Twice changes nothing.',
    args: { input: t.arg({ type: ArchiveOccasionInput, required: true, description: 'Which.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(archiveOccasion, { occasionId: rowId('occasionId', 'Occasion', input.occasionId) })
      return one(await db.query.occasion.findFirst(query({ where: { id } })))
    },
  }),
)
