/** 监测周期 set by hand. */
import { LONGEST_CYCLE, SHORTEST_CYCLE, setMatrixCycle, setPhaseCycle, setVideoCycle } from '../flow/cycle.ts'
import { MOST_LINES } from '../flow/plan.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { Matrix } from './matrix.ts'
import { Phase } from './phase.ts'
import { VideoBatch } from './plan.ts'
import { Video } from './video.ts'

builder.drizzleObjectField(Video, 'cycleMinutes', (t) =>
  t.exposeInt('cycleMinutes', {
    nullable: true,
    description:
      '监测周期 set by hand for this video, minutes; it comes before those of its phase and its matrix. null: not set by hand.',
  }),
)
builder.drizzleObjectField(Phase, 'cycleMinutes', (t) =>
  t.exposeInt('cycleMinutes', {
    nullable: true,
    description:
      '监测周期 set by hand for its videos, minutes; it comes before that of a matrix. null: not set by hand.',
  }),
)
builder.drizzleObjectField(Matrix, 'cycleMinutes', (t) =>
  t.exposeInt('cycleMinutes', {
    nullable: true,
    description: '监测周期 set by hand for the videos in its cells, minutes. null: not set by hand.',
  }),
)

const MINUTES = `${SHORTEST_CYCLE} to ${LONGEST_CYCLE}, which is 30 days; null or left out: not set by hand any more.`
const RULE =
  'A look that the new cycle asks for sooner is brought forward; none is put off. Failed looks are tried again as without it. ' +
  `InvalidInputError: not ${SHORTEST_CYCLE} to ${LONGEST_CYCLE} minutes.`

const SetVideoCycleInput = builder.inputType('SetVideoCycleInput', {
  description: 'A 监测周期 for videos.',
  fields: (t) => ({
    videoIds: t.idList({ required: true, description: `Planned or published videos, 1 to ${MOST_LINES}.` }),
    cycleMinutes: t.int({ description: MINUTES }),
  }),
})
builder.mutationField('setVideoCycle', (t) =>
  t.field({
    ...CHANGE,
    type: VideoBatch,
    description: `Sets how often videos are looked at: all or none. ${RULE} ConflictError: one is archived.`,
    args: { input: t.arg({ type: SetVideoCycleInput, required: true, description: 'The cycle.' }) },
    resolve: (_root, { input }, { run }) =>
      run(setVideoCycle, {
        videoIds: input.videoIds.map((given) => rowId('videoIds', 'Video', given)),
        minutes: input.cycleMinutes ?? null,
      }),
  }),
)

const SetMatrixCycleInput = builder.inputType('SetMatrixCycleInput', {
  description: 'A 监测周期 for the videos of a matrix.',
  fields: (t) => ({
    matrixId: t.id({ required: true, description: 'The matrix.' }),
    cycleMinutes: t.int({ description: MINUTES }),
  }),
})
builder.mutationField('setMatrixCycle', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Matrix,
    description: `Sets how often the videos of a matrix are looked at that have no cycle of their own or their phase. ${RULE}`,
    args: { input: t.arg({ type: SetMatrixCycleInput, required: true, description: 'The cycle.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(setMatrixCycle, {
        matrixId: rowId('matrixId', 'Matrix', input.matrixId),
        minutes: input.cycleMinutes ?? null,
      })
      return one(await db.query.matrix.findFirst(query({ where: { id } })))
    },
  }),
)

const SetPhaseCycleInput = builder.inputType('SetPhaseCycleInput', {
  description: 'A 监测周期 for the videos of a 阶段.',
  fields: (t) => ({
    phaseId: t.id({ required: true, description: 'The 阶段.' }),
    cycleMinutes: t.int({ description: MINUTES }),
  }),
})
builder.mutationField('setPhaseCycle', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Phase,
    description: `Sets how often the videos of a 阶段 are looked at that have no cycle of their own. ${RULE}`,
    args: { input: t.arg({ type: SetPhaseCycleInput, required: true, description: 'The cycle.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(setPhaseCycle, {
        phaseId: rowId('phaseId', 'Phase', input.phaseId),
        minutes: input.cycleMinutes ?? null,
      })
      return one(await db.query.phase.findFirst(query({ where: { id } })))
    },
  }),
)
