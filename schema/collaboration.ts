import { proposeCollaboration } from '../flow/propose-collaboration.ts'
import { PLAYBOOK_STEPS } from '../rules/types.ts'
import { builder, KEY } from './builder.ts'
import { one, optionalRowId, rowId } from './ids.ts'
import { CELL_CHANGE } from './pair.ts'
import { PriceBandEnum } from './price-band.ts'

export const CollaborationStateEnum = builder.enumType('CollaborationState', {
  description: 'Where a 合作 is.',
  values: {
    PROPOSED: { description: 'An idea; the price is an offer.' },
    AGREED: { description: 'The KOL said yes; the price is agreed.' },
    BRIEFED: { description: 'The brief is out; also after a draft was refused.' },
    DRAFT: { description: 'A draft is here to be looked at.' },
    PUBLISHED: { description: 'The video is out and linked.' },
    SETTLED: { description: 'Paid; over.' },
    DROPPED: { description: 'Called off, before or after publication; nothing is paid. Over.' },
  } as const,
})
export const PlaybookStepEnum = builder.enumType('PlaybookStep', {
  description:
    'Three steps: 垂类 KOLs TEST a cell, 头部 REUSE the hit, 腰尾部 RADIATE it. TEST leads to REUSE, REUSE and RADIATE to RADIATE.',
  values: PLAYBOOK_STEPS,
})

const Step = builder.drizzleObject('collaborationStep', {
  name: 'CollaborationStep',
  select: { columns: { collaborationId: true, seq: true } },
  description: 'A step as it was taken; never changed.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'Counted from 1.' }),
    state: t.expose('state', { type: CollaborationStateEnum, description: 'Where it led.' }),
    note: t.exposeString('note', { nullable: true, description: 'What was said of it; null: nothing.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was taken.' }),
  }),
})

export const Collaboration = builder.drizzleNode('collaboration', {
  name: 'Collaboration',
  description: '合作: the work of one KOL on one 格.',
  id: { column: (collaboration) => collaboration.id },
  select: KEY,
  fields: (t) => ({
    state: t.expose('state', { type: CollaborationStateEnum, description: 'Where it is.' }),
    step: t.expose('step', { type: PlaybookStepEnum, description: 'Its step of the playbook.' }),
    priceFen: t.expose('priceFen', {
      type: 'BigInt',
      nullable: true,
      description: 'Price in 分, 0 is 置换; an offer while PROPOSED. null: none was named.',
    }),
    band: t.expose('band', {
      type: PriceBandEnum,
      nullable: true,
      description: 'The length that the price is for; null: not said.',
    }),
    commissionBp: t.exposeInt('commissionBp', {
      nullable: true,
      description: '佣金: of the sales it brings, in 1/10,000: 2000 is 20 %. null: none is agreed.',
    }),
    deliverables: t.exposeString('deliverables', {
      nullable: true,
      description: 'What is to be made; null: not said.',
    }),
    dueOn: t.expose('dueOn', {
      type: 'Date',
      nullable: true,
      description: 'When the draft is due; null: not said.',
    }),
    brief: t.exposeString('brief', {
      nullable: true,
      description: 'The brief as it was sent; null: not BRIEFED yet. briefPreview renders one.',
    }),
    draftLink: t.exposeString('draftLink', {
      nullable: true,
      description: 'Address of the latest draft; null: none yet, or it came another way.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was proposed.' }),
    steps: t.relation('steps', {
      type: Step,
      description: 'Every step that was taken, the first one first.',
      query: { orderBy: { seq: 'asc' } },
    }),
    brand: t.relation('brand', { description: 'Whose it is.' }),
    cell: t.relation('cell', { description: 'The 格 that it is made for.' }),
    kol: t.relation('kol', { description: 'Who makes it.' }),
    phase: t.relation('phase', { nullable: true, description: 'The 阶段 it counts for; null: none.' }),
    video: t.relation('video', { nullable: true, description: 'What came of it; null: not published.' }),
    originBreakout: t.relation('originBreakout', {
      nullable: true,
      description: 'The 爆款 that it repeats; null: a first idea.',
    }),
    origin: t.relation('origin', {
      nullable: true,
      description: 'The collaboration whose video broke out; null: a first idea, or that video came of none.',
    }),
  }),
})

export const CollaborationConnection = builder.connectionObject(
  { type: Collaboration, name: 'CollaborationConnection', description: 'A page of collaborations.' },
  { name: 'CollaborationEdge', description: 'A collaboration in a list.' },
)

builder.queryField('collaborations', (t) =>
  t.drizzleConnection(
    {
      type: 'collaboration',
      description: 'Collaborations, newest first.',
      args: {
        states: t.arg({ type: [CollaborationStateEnum], description: 'Only in these states.' }),
        step: t.arg({ type: PlaybookStepEnum, description: 'Only of this step.' }),
        brandId: t.arg.id({ description: 'Only of this brand.' }),
        kolId: t.arg.id({ description: 'Only of this KOL.' }),
        originBreakoutId: t.arg.id({ description: 'Only those that repeat this breakout.' }),
      },
      resolve: (query, _root, { states, step, ...args }, { db }) => {
        const brandId = optionalRowId('brandId', 'Brand', args.brandId)
        const kolId = optionalRowId('kolId', 'Kol', args.kolId)
        const originBreakoutId = optionalRowId('originBreakoutId', 'Breakout', args.originBreakoutId)
        const where = {
          ...(states && { state: { in: states } }),
          ...(step && { step }),
          ...(brandId && { brandId }),
          ...(kolId && { kolId }),
          ...(originBreakoutId && { originBreakoutId }),
        }
        return db.query.collaboration.findMany(query({ where, orderBy: { id: 'desc' } }))
      },
    },
    CollaborationConnection,
  ),
)

/** Descriptions of the terms, wherever they are asked for. */
export const TERMS = {
  priceFen: 'Price in 分; 0 is 置换.',
  band: 'The length that the price is for.',
  commissionBp: '佣金: of the sales it brings, in 1/10,000: 2000 is 20 %.',
  deliverables: 'What is to be made, up to 2,000 characters.',
  dueOn: 'When the draft is due.',
} as const

interface GivenTerms {
  priceFen?: number | null | undefined
  band?: 'UP_TO_20S' | 'FROM_21_TO_60S' | 'OVER_60S' | null | undefined
  commissionBp?: number | null | undefined
  deliverables?: string | null | undefined
  dueOn?: string | null | undefined
}
/** null is not said, as left out is. */
export const terms = (given: GivenTerms) => ({
  priceFen: given.priceFen ?? undefined,
  band: given.band ?? undefined,
  commissionBp: given.commissionBp ?? undefined,
  deliverables: given.deliverables ?? undefined,
  dueOn: given.dueOn ?? undefined,
})

const ProposeCollaborationInput = builder.inputType('ProposeCollaborationInput', {
  description: 'A collaboration to propose.',
  fields: (t) => ({
    matrixId: t.id({ required: true, description: 'The matrix.' }),
    elementIds: t.idList({
      required: true,
      description: 'The cell: elements of the matrix, at most one of each kind.',
    }),
    kolId: t.id({ required: true, description: 'Who is to make it.' }),
    step: t.field({
      type: PlaybookStepEnum,
      description: 'Left out: the one after that of the origin; without an origin TEST.',
    }),
    originBreakoutId: t.id({ description: 'The 爆款 that it repeats: one that fired, of the same brand.' }),
    phaseId: t.id({ description: 'The 阶段 that it counts for, of a campaign of the brand.' }),
    priceFen: t.field({ type: 'BigInt', description: TERMS.priceFen }),
    band: t.field({ type: PriceBandEnum, description: TERMS.band }),
    commissionBp: t.int({ description: TERMS.commissionBp }),
    deliverables: t.string({ description: TERMS.deliverables }),
    dueOn: t.field({ type: 'Date', description: TERMS.dueOn }),
    note: t.string({ description: 'For the record, up to 1,000 characters.' }),
  }),
})
builder.mutationField('proposeCollaboration', (t) =>
  t.drizzleField({
    ...CELL_CHANGE,
    type: Collaboration,
    description:
      'Proposes that a KOL makes a video in a cell. ConflictError: the KOL has an open collaboration on the cell, or ' +
      'the origin has not fired. PairError: the cell breaks pairs of the brand.',
    args: {
      input: t.arg({ type: ProposeCollaborationInput, required: true, description: 'What is proposed.' }),
    },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(proposeCollaboration, {
        ...terms(input),
        matrixId: rowId('matrixId', 'Matrix', input.matrixId),
        elementIds: input.elementIds.map((given) => rowId('elementIds', 'Element', given)),
        kolId: rowId('kolId', 'Kol', input.kolId),
        step: input.step ?? undefined,
        originBreakoutId: optionalRowId('originBreakoutId', 'Breakout', input.originBreakoutId),
        phaseId: optionalRowId('phaseId', 'Phase', input.phaseId),
        note: input.note ?? undefined,
      })
      return one(await db.query.collaboration.findFirst(query({ where: { id } })))
    },
  }),
)
