/** The steps of a 合作, one mutation each: what a step needs is in its input, what it refuses in its answer. */
import {
  agreeCollaboration,
  briefCollaboration,
  dropCollaboration,
  publishCollaboration,
  refuseDraft,
  settleCollaboration,
  submitDraft,
} from '../flow/collaboration.ts'
import { builder } from './builder.ts'
import { Collaboration, TERMS, terms } from './collaboration.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { CELL_CHANGE } from './pair.ts'
import { PriceBandEnum } from './price-band.ts'
import { PurposeEnum } from './video.ts'

const WHICH = 'The collaboration.'
const NOTE = 'For the record, up to 1,000 characters.'
const AGAIN =
  'Saying the same twice changes nothing. ConflictError: it is not in a state that this leads from'

const act = (input: { collaborationId: string | number; note?: string | null | undefined }) => ({
  collaborationId: rowId('collaborationId', 'Collaboration', input.collaborationId),
  note: input.note ?? undefined,
})

const AgreeCollaborationInput = builder.inputType('AgreeCollaborationInput', {
  description: 'What is agreed; what is left out, or null, stays as it was proposed.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    priceFen: t.field({ type: 'BigInt', description: `${TERMS.priceFen} Needed unless one was proposed.` }),
    band: t.field({ type: PriceBandEnum, description: TERMS.band }),
    commissionBp: t.int({ description: TERMS.commissionBp }),
    deliverables: t.string({ description: TERMS.deliverables }),
    dueOn: t.field({ type: 'Date', description: TERMS.dueOn }),
    note: t.string({ description: NOTE }),
  }),
})
builder.mutationField('agreeCollaboration', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Collaboration,
    description: `PROPOSED to AGREED. InvalidInputError: no price was named. ${AGAIN}.`,
    args: { input: t.arg({ type: AgreeCollaborationInput, required: true, description: 'The terms.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(agreeCollaboration, { ...act(input), ...terms(input) })
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)

const BriefCollaborationInput = builder.inputType('BriefCollaborationInput', {
  description: 'A collaboration to brief.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    note: t.string({ description: NOTE }),
  }),
})
builder.mutationField('briefCollaboration', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Collaboration,
    description: `AGREED to BRIEFED: renders the brief from the brand's template and keeps it as sent. ${AGAIN}.`,
    args: { input: t.arg({ type: BriefCollaborationInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(briefCollaboration, act(input))
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)

const SubmitDraftInput = builder.inputType('SubmitDraftInput', {
  description: 'A draft that a KOL sent.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    draftLink: t.string({ description: 'Its address, http or https; left out: it came another way.' }),
    note: t.string({ description: NOTE }),
  }),
})
builder.mutationField('submitDraft', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Collaboration,
    description: `BRIEFED to DRAFT. ${AGAIN}, or is DRAFT with another link.`,
    args: { input: t.arg({ type: SubmitDraftInput, required: true, description: 'The draft.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(submitDraft, { ...act(input), draftLink: input.draftLink ?? undefined })
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)

const RefuseDraftInput = builder.inputType('RefuseDraftInput', {
  description: 'A draft to be revised.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    note: t.string({ required: true, description: 'What to change, up to 1,000 characters.' }),
  }),
})
builder.mutationField('refuseDraft', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Collaboration,
    description:
      'DRAFT to BRIEFED, for another draft. ConflictError: there is no draft to refuse, also the second time.',
    args: { input: t.arg({ type: RefuseDraftInput, required: true, description: 'Why.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(refuseDraft, { ...act(input), note: input.note })
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)

const PublishCollaborationInput = builder.inputType('PublishCollaborationInput', {
  description:
    'The video that came of a collaboration: one that is there, or one that is planned and published here.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    videoId: t.id({ description: 'A video of the same KOL in the same cell; left out: a new one.' }),
    purpose: t.field({ type: PurposeEnum, description: 'Of a new video, which needs one.' }),
    title: t.string({ description: 'Of a new video, which needs one; up to 200 characters.' }),
    itemId: t.string({
      description: 'Its number on Douyin, digits only; left out: the video is out already.',
    }),
    publishedAt: t.field({ type: 'DateTime', description: 'When it went out; left out: now.' }),
    note: t.string({ description: NOTE }),
  }),
})
builder.mutationField('publishCollaboration', (t) =>
  t.drizzleField({
    ...CELL_CHANGE,
    type: Collaboration,
    description:
      `DRAFT to PUBLISHED: links the video. ${AGAIN}; the video came of another one, or was published before the one ` +
      'that it repeats.',
    args: { input: t.arg({ type: PublishCollaborationInput, required: true, description: 'The video.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(publishCollaboration, {
        ...act(input),
        videoId: optionalRowId('videoId', 'Video', input.videoId),
        purpose: input.purpose ?? undefined,
        title: input.title ?? undefined,
        itemId: input.itemId ?? undefined,
        publishedAt: input.publishedAt ?? undefined,
      })
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)

const SettleCollaborationInput = builder.inputType('SettleCollaborationInput', {
  description: 'A collaboration that is paid.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    priceFen: t.field({ type: 'BigInt', description: 'What was paid, 分; left out: the agreed price.' }),
    note: t.string({ description: NOTE }),
  }),
})
builder.mutationField('settleCollaboration', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Collaboration,
    description: `PUBLISHED to SETTLED. ${AGAIN}, or was settled for another price.`,
    args: { input: t.arg({ type: SettleCollaborationInput, required: true, description: 'The payment.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(settleCollaboration, { ...act(input), priceFen: input.priceFen ?? undefined })
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)

const DropCollaborationInput = builder.inputType('DropCollaborationInput', {
  description: 'A collaboration to call off.',
  fields: (t) => ({
    collaborationId: t.id({ required: true, description: WHICH }),
    note: t.string({ description: NOTE }),
  }),
})
builder.mutationField('dropCollaboration', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Collaboration,
    description:
      `To DROPPED, from anywhere before SETTLED. A video that is out stays linked, and nothing is paid. ${AGAIN}: ` +
      'it is SETTLED.',
    args: { input: t.arg({ type: DropCollaborationInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(dropCollaboration, act(input))
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)
