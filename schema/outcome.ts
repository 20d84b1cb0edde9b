import { sql } from 'drizzle-orm'
import type { outcome } from '../db/tables.ts'
import { plain } from '../flow/errors.ts'
import { builder } from './builder.ts'
import { checkCursors } from './cursor.ts'

const KINDS = ['VIDEO', 'MATERIAL', 'PLAN', 'ORDER', 'TASK'] as const
const OutcomeSubjectEnum = builder.enumType('OutcomeSubject', {
  description: 'What an outcome is of: a video, a 素材, a 计划, a 随心推 order or a 星图 task.',
  values: KINDS,
})
const GrainEnum = builder.enumType('Grain', {
  description: 'What an outcome covers. Sum only rows of one grain.',
  values: {
    HOUR: { description: 'One hour.' },
    DAY: { description: 'One day in Shanghai.' },
    PERIOD: { description: 'Several days.' },
    INSTANT: { description: 'The state at one instant.' },
    TOTAL: { description: 'The whole life of an order or task so far.' },
  } as const,
})

const NOT_GIVEN = 'null: not in the file.'
export const Outcome = builder.drizzleObject('outcome', {
  name: 'Outcome',
  description:
    '成效: what an exported file says came of something over a period. Never changed; latest revision.',
  select: {
    columns: {
      source: true,
      subject: true,
      subjectId: true,
      scopeId: true,
      startsAt: true,
      endsAt: true,
      revision: true,
    },
  },
  fields: (t) => ({
    source: t.exposeString('source', {
      description:
        'Kind of file: compass, material, plan, order, task, mapped; or the API: suixintui, qianchuan.',
    }),
    subject: t.expose('subject', { type: OutcomeSubjectEnum, description: 'What it is of.' }),
    subjectId: t.exposeString('subjectId', { description: "The platform's number of it." }),
    scopeId: t.string({
      nullable: true,
      description: 'The plan within which a material was counted; null: everywhere.',
      resolve: ({ scopeId }) => scopeId || null,
    }),
    grain: t.expose('grain', { type: GrainEnum, description: 'What it covers.' }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'Beginning of the period.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'End of the period, not in it.' }),
    revision: t.exposeInt('revision', { description: '0; 1 and up when a later file said otherwise.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When we learned it.' }),
    spendFen: t.expose('spendFen', {
      type: 'BigInt',
      nullable: true,
      description: `消耗, in 分; ${NOT_GIVEN}`,
    }),
    gmvFen: t.expose('gmvFen', {
      type: 'BigInt',
      nullable: true,
      description: `成交金额, in 分; ${NOT_GIVEN}`,
    }),
    orders: t.expose('orders', { type: 'BigInt', nullable: true, description: `成交订单数; ${NOT_GIVEN}` }),
    shows: t.expose('shows', { type: 'BigInt', nullable: true, description: `展示; ${NOT_GIVEN}` }),
    clicks: t.expose('clicks', { type: 'BigInt', nullable: true, description: `点击; ${NOT_GIVEN}` }),
    plays: t.expose('plays', { type: 'BigInt', nullable: true, description: `播放; ${NOT_GIVEN}` }),
    roi: t.float({
      nullable: true,
      description:
        'GMV over spend, 支付ROI; null: one is not known, nothing was spent, or the file contradicts itself (`quality`).',
      select: { columns: { spendFen: true, gmvFen: true, quality: true } },
      resolve: ({ spendFen, gmvFen, quality }) =>
        quality === 'disagrees' || gmvFen === null || !spendFen ? null : gmvFen / spendFen,
    }),
    quality: t.string({
      nullable: true,
      description:
        'DISAGREES: spend times the ROI of the file is not its GMV, so trust neither; AGREES; null: could not be checked.',
      select: { columns: { quality: true } },
      resolve: ({ quality }) => quality?.toUpperCase() ?? null,
    }),
  }),
})

export const OutcomeConnection = builder.connectionObject(
  { type: Outcome, name: 'OutcomeConnection', description: 'A page of outcomes.' },
  { name: 'OutcomeEdge', description: 'An outcome in a list.' },
)

/** A restated row hides the one before it. */
const LATEST = {
  RAW: (row: typeof outcome) => sql`not exists (
    select from outcome newer
    where newer.workspace_id = ${row.workspaceId} and newer.source = ${row.source} and newer.subject = ${row.subject}
      and newer.subject_id = ${row.subjectId} and newer.scope_id = ${row.scopeId}
      and newer.starts_at = ${row.startsAt} and newer.ends_at = ${row.endsAt} and newer.revision > ${row.revision})`,
}
const ORDER = {
  startsAt: 'desc',
  endsAt: 'desc',
  source: 'asc',
  subject: 'asc',
  subjectId: 'asc',
  scopeId: 'asc',
  revision: 'desc',
} as const

builder.queryField('outcomes', (t) =>
  t.drizzleConnection(
    {
      type: 'outcome',
      description: 'What imported files say, latest period first.',
      args: {
        subject: t.arg({ type: OutcomeSubjectEnum, description: 'Only of this.' }),
        subjectId: t.arg.string({ description: "Only of the thing with this number of the platform's." }),
        disagrees: t.arg.boolean({ description: 'true: only rows that contradict themselves.' }),
      },
      resolve: (query, _root, { subject, subjectId, disagrees, ...page }, { db }) => {
        checkCursors(page, Object.keys(ORDER).length)
        const where = {
          ...LATEST,
          ...(subject && { subject }),
          ...(subjectId && { subjectId: plain('subjectId', subjectId) }),
          ...(disagrees && { quality: 'disagrees' as const }),
        }
        return db.query.outcome.findMany(query({ where, orderBy: ORDER }))
      },
    },
    OutcomeConnection,
  ),
)
