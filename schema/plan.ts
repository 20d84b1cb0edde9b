/** 排期: what plans videos, one or many, and what changes their plan. */
import { InvalidInputError, LinesError, PairError, type Refusal } from '../flow/errors.ts'
import { MOST_LINES, type PlanVideo, planVideo, planVideos } from '../flow/plan.ts'
import { revisePlan } from '../flow/revise-plans.ts'
import { archiveVideo, assignPhase } from '../flow/video.ts'
import { builder } from './builder.ts'
import { CHANGE, ErrorInterface } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { CELL_CHANGE, Pair } from './pair.ts'
import { PurposeEnum, Video } from './video.ts'

const CELL = 'The cell: elements of the matrix, at most one of each kind. An axis may stay empty.'
const HOOK = '开头钩子, up to 50 characters.'
const FORMAT = '形式: 口播, 剧情, 测评 …, up to 50 characters.'
const PHASE = 'The 阶段 that it counts for, of a campaign of the brand.'

const PlanVideoInput = builder.inputType('PlanVideoInput', {
  description: 'A video to plan.',
  fields: (t) => ({
    matrixId: t.id({ required: true, description: 'The matrix.' }),
    elementIds: t.idList({ required: true, description: CELL }),
    kolId: t.id({ description: 'Who makes it.' }),
    purpose: t.field({ type: PurposeEnum, required: true, description: 'What it is for.' }),
    title: t.string({ required: true, description: 'Up to 200 characters.' }),
    plannedFor: t.field({ type: 'DateTime', description: 'Planned publication.' }),
    programmeId: t.id({ description: 'Its 栏目, of the brand.' }),
    hook: t.string({ description: HOOK }),
    format: t.string({ description: FORMAT }),
    phaseId: t.id({ description: PHASE }),
  }),
})

function planned(input: typeof PlanVideoInput.$inferInput): PlanVideo {
  return {
    ...input,
    matrixId: rowId('matrixId', 'Matrix', input.matrixId),
    elementIds: input.elementIds.map((given) => rowId('elementIds', 'Element', given)),
    kolId: optionalRowId('kolId', 'Kol', input.kolId),
    programmeId: optionalRowId('programmeId', 'Programme', input.programmeId),
    phaseId: optionalRowId('phaseId', 'Phase', input.phaseId),
  }
}

builder.mutationField('planVideo', (t) =>
  t.drizzleField({
    ...CELL_CHANGE,
    type: Video,
    description: 'Plans a video in a cell of a matrix. PairError: the cell breaks pairs of the brand.',
    args: { input: t.arg({ type: PlanVideoInput, required: true, description: 'The video.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(planVideo, planned(input))
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)

const LineError = builder.objectRef<{ index: number; error: Refusal }>('LineError').implement({
  description: 'What is wrong with a line; the first that was found.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Which line, counted from 0.' }),
    type: t.string({
      description: 'The error that the line alone would be: NotFoundError, InvalidInputError or PairError.',
      resolve: ({ error }) => error.name,
    }),
    message: t.string({ description: 'For people; in English.', resolve: ({ error }) => error.message }),
    field: t.string({
      nullable: true,
      description: 'The field of the line at fault; null: not an InvalidInputError.',
      resolve: ({ error }) => ('field' in error ? error.field : null),
    }),
    what: t.string({
      nullable: true,
      description: 'The kind of thing that is not there; null: not a NotFoundError.',
      resolve: ({ error }) => ('what' in error ? error.what : null),
    }),
    pairs: t.field({
      type: [Pair],
      description: 'Pairs that it breaks; empty: not a PairError.',
      resolve: ({ error }) =>
        error instanceof PairError
          ? error.pairs.map(({ pairId }) => ({ id: pairId }) as typeof Pair.$inferType)
          : [],
    }),
  }),
})
builder.objectType(LinesError, {
  name: 'LinesError',
  description: 'Lines of a bulk change cannot be accepted, so that nothing was changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    lines: t.field({
      type: [LineError],
      description: 'Every line that is wrong, in their order.',
      resolve: ({ lines }) => [...lines],
    }),
  }),
})

/** A line with a wrong id is refused together with those that only the flow can tell. */
function plannedOrWhyNot(input: typeof PlanVideoInput.$inferInput): PlanVideo | InvalidInputError {
  try {
    return planned(input)
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    throw error
  }
}

export const VideoBatch = builder.objectRef<readonly number[]>('VideoBatch').implement({
  description: 'Videos that one bulk change made or changed.',
  fields: (t) => ({
    videos: t.drizzleField({
      type: [Video],
      description: 'All of them, in the order of the input.',
      resolve: async (query, ids, _args, { db }) => {
        const found = await db.query.video.findMany(
          query({ columns: { id: true }, where: { id: { in: [...ids] } } }),
        )
        const byId = new Map(found.map((video) => [video.id, video]))
        return ids.map((id) => one(byId.get(id)))
      },
    }),
  }),
})

const PlanVideosInput = builder.inputType('PlanVideosInput', {
  description: 'Videos to plan together.',
  fields: (t) => ({
    lines: t.field({
      type: [PlanVideoInput],
      required: true,
      description: `A line per video, 1 to ${MOST_LINES}.`,
    }),
  }),
})
builder.mutationField('planVideos', (t) =>
  t.field({
    ...CHANGE,
    errors: { types: [...CHANGE.errors.types, LinesError] },
    type: VideoBatch,
    description:
      'Plans all of the videos or none. LinesError: names every line that is wrong. InvalidInputError: there are none, ' +
      'or too many.',
    args: { input: t.arg({ type: PlanVideosInput, required: true, description: 'The videos.' }) },
    resolve: (_root, { input: { lines } }, { run }) => run(planVideos, { lines: lines.map(plannedOrWhyNot) }),
  }),
)

const RevisePlanInput = builder.inputType('RevisePlanInput', {
  description:
    'An edit of a planned video. What is left out stays; null takes it away where a video may be without it, and ' +
    'leaves matrix, elements, purpose and title as they are.',
  fields: (t) => ({
    videoId: t.id({ required: true, description: 'The planned video.' }),
    matrixId: t.id({
      description: 'Another matrix of the brand; with the same elements unless others are given.',
    }),
    elementIds: t.idList({ description: CELL }),
    kolId: t.id({ description: 'Who makes it.' }),
    purpose: t.field({ type: PurposeEnum, description: 'What it is for.' }),
    title: t.string({ description: 'Up to 200 characters.' }),
    plannedFor: t.field({ type: 'DateTime', description: 'Planned publication.' }),
    programmeId: t.id({ description: 'Its 栏目, of the brand.' }),
    hook: t.string({ description: HOOK }),
    format: t.string({ description: FORMAT }),
    phaseId: t.id({ description: PHASE }),
  }),
})
builder.mutationField('revisePlan', (t) =>
  t.drizzleField({
    ...CELL_CHANGE,
    type: Video,
    description:
      'Edits a planned video; only what is changed is checked. PairError: the new cell breaks pairs of the brand. ' +
      'ConflictError: it is published or archived.',
    args: { input: t.arg({ type: RevisePlanInput, required: true, description: 'The edit.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(revisePlan, {
        videoId: rowId('videoId', 'Video', input.videoId),
        matrixId: optionalRowId('matrixId', 'Matrix', input.matrixId),
        elementIds: input.elementIds?.map((given) => rowId('elementIds', 'Element', given)),
        kolId: input.kolId == null ? input.kolId : rowId('kolId', 'Kol', input.kolId),
        purpose: input.purpose ?? undefined,
        title: input.title ?? undefined,
        plannedFor: input.plannedFor,
        programmeId:
          input.programmeId == null
            ? input.programmeId
            : rowId('programmeId', 'Programme', input.programmeId),
        hook: input.hook,
        format: input.format,
        phaseId: input.phaseId == null ? input.phaseId : rowId('phaseId', 'Phase', input.phaseId),
      })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)

const ArchiveVideoInput = builder.inputType('ArchiveVideoInput', {
  description: 'A video to put away.',
  fields: (t) => ({ videoId: t.id({ required: true, description: 'The video.' }) }),
})
builder.mutationField('archiveVideo', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Video,
    description:
      'Puts a video away. One that was published is not looked at any more; its numbers stay. Twice changes nothing.',
    args: { input: t.arg({ type: ArchiveVideoInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(archiveVideo, { videoId: rowId('videoId', 'Video', input.videoId) })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)

const AssignPhaseInput = builder.inputType('AssignPhaseInput', {
  description: 'Videos to count for a 阶段.',
  fields: (t) => ({
    videoIds: t.idList({
      required: true,
      description: `Planned or published videos, 1 to ${MOST_LINES}, of the brand of the campaign.`,
    }),
    phaseId: t.id({ description: 'The 阶段; null or left out: they count for none.' }),
  }),
})
builder.mutationField('assignPhase', (t) =>
  t.field({
    ...CHANGE,
    type: VideoBatch,
    description:
      'Puts videos into a 阶段, or out of theirs: all or none, also after publication. ConflictError: one is archived.',
    args: { input: t.arg({ type: AssignPhaseInput, required: true, description: 'The videos.' }) },
    resolve: (_root, { input }, { run }) =>
      run(assignPhase, {
        videoIds: input.videoIds.map((given) => rowId('videoIds', 'Video', given)),
        phaseId: optionalRowId('phaseId', 'Phase', input.phaseId) ?? null,
      }),
  }),
)
