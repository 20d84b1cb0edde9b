import { markRemix, unmarkRemix } from '../flow/remix.ts'
import type { REMIX_PARTS } from '../rules/remix.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one, rowId } from './ids.ts'
import { Video } from './video.ts'

const PARTS = {
  HOOK: { description: '开头钩子: the first 3 seconds.' },
  BODY: { description: '主体.' },
  CALL_TO_ACTION: { description: '行动号召.' },
} as const satisfies Record<(typeof REMIX_PARTS)[number], { description: string }>
const RemixPartEnum = builder.enumType('RemixPart', {
  description: 'A part of a video that is cut anew.',
  values: PARTS,
})

export const Remix = builder.drizzleObject('remix', {
  name: 'Remix',
  description: '混剪: a video that was cut anew out of another one of its brand.',
  select: { columns: { videoId: true } },
  fields: (t) => ({
    video: t.relation('video', { description: 'The new cut.' }),
    origin: t.relation('origin', { description: 'What it was cut out of.' }),
    parts: t.expose('parts', { type: [RemixPartEnum], description: 'What is new in it, at least one.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When that was said last.' }),
  }),
})

const RemixConnection = builder.connectionObject(
  { type: Remix, name: 'RemixConnection', description: 'A page of remixes.' },
  { name: 'RemixEdge', description: 'A remix in a list.' },
)

builder.drizzleObjectFields(Video, (t) => ({
  remixOf: t.relation('remixOf', {
    type: Remix,
    nullable: true,
    description: 'What it was cut anew out of; null: it is no 混剪, or nobody said so.',
  }),
  remixes: t.relatedConnection(
    'remixes',
    {
      type: Remix,
      description: 'What was cut anew out of it, newest first; not what was cut out of those.',
      query: { orderBy: { videoId: 'desc' } },
    },
    RemixConnection,
  ),
}))

const MarkRemixInput = builder.inputType('MarkRemixInput', {
  description: 'Out of what a video was cut.',
  fields: (t) => ({
    videoId: t.id({ required: true, description: 'The new cut, planned or published.' }),
    originId: t.id({ required: true, description: 'What it was cut out of: a video of the same brand.' }),
    parts: t.field({
      type: [RemixPartEnum],
      required: true,
      description: 'What is new in it, at least one. The platform takes small edits for the same material.',
    }),
  }),
})
builder.mutationField('markRemix', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Video,
    description:
      'Says that a video is a 混剪 of another; said again it replaces what was said. InvalidInputError: no part, the video ' +
      'itself, or one of another brand. ConflictError: it is archived, or the origin was cut out of it.',
    args: { input: t.arg({ type: MarkRemixInput, required: true, description: 'What of what.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const videoId = rowId('videoId', 'Video', input.videoId)
      const originId = rowId('originId', 'Video', input.originId)
      const id = await run(markRemix, { videoId, originId, parts: input.parts })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)

const UnmarkRemixInput = builder.inputType('UnmarkRemixInput', {
  description: 'A video that is no remix.',
  fields: (t) => ({ videoId: t.id({ required: true, description: 'The video.' }) }),
})
builder.mutationField('unmarkRemix', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Video,
    description: 'Takes back that a video is a 混剪. Saying it twice changes nothing.',
    args: { input: t.arg({ type: UnmarkRemixInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(unmarkRemix, { videoId: rowId('videoId', 'Video', input.videoId) })
      return one(await db.query.video.findFirst(query({ where: { id } })))
    },
  }),
)
