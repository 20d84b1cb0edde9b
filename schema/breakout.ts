import { closeBreakout } from '../flow/breakout.ts'
import { explain } from '../rules/breakout.ts'
import type { Evidence } from '../rules/types.ts'
import { one } from './brand.ts'
import { builder } from './builder.ts'
import { REFUSALS } from './errors.ts'
import { rowId } from './ids.ts'
import { Rule } from './rule.ts'

const BreakoutStateEnum = builder.enumType('BreakoutState', {
  description: 'Where an episode is.',
  values: {
    PENDING: { description: 'The condition is met, but not long enough.' },
    FIRING: { description: '爆款: it was met for the hold time.' },
    COOLING: { description: 'Below the release level; closes unless it comes back.' },
    CLOSED: { description: 'Over.' },
  } as const,
})
const CloseReasonEnum = builder.enumType('CloseReason', {
  description: 'Why an episode ended.',
  values: {
    LAPSED: { description: 'Let go before it fired.' },
    RELEASED: { description: 'Cooled down.' },
    MANUAL: { description: 'Closed by a person.' },
  } as const,
})

interface ReadingRow {
  metric: string
  value: number | null
  reason: string | null
}
const Reading = builder.objectRef<ReadingRow>('Reading').implement({
  description: 'A metric as it was read at one look.',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: 'Key in the metric catalogue.' }),
    value: t.exposeFloat('value', { nullable: true, description: 'In the unit of the metric; null: no value.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why there is no value; null: there is one.' }),
  }),
})
const EvidenceType = builder.objectRef<Evidence>('Evidence').implement({
  description: 'The numbers that raised an episode.',
  fields: (t) => ({
    observedAt: t.field({
      type: 'DateTime',
      description: 'The look that decided.',
      resolve: ({ observedAt }) => new Date(observedAt),
    }),
    condition: t.exposeString('condition', { description: 'The condition in one line.' }),
    readings: t.field({
      type: [Reading],
      description: 'Every metric the condition reads, and plays, interaction rate and age.',
      resolve: ({ readings }) =>
        Object.entries(readings).map(([metric, { value, reason }]) => ({ metric, value, reason: reason ?? null })),
    }),
  }),
})

export const Breakout = builder.drizzleNode('breakout', {
  name: 'Breakout',
  description: '爆款: one episode in which a video met a rule.',
  id: { column: (breakout) => breakout.id },
  fields: (t) => ({
    state: t.expose('state', { type: BreakoutStateEnum, description: 'Where it is.' }),
    pendingAt: t.expose('pendingAt', { type: 'DateTime', description: 'When the condition was first met.' }),
    firingAt: t.expose('firingAt', { type: 'DateTime', nullable: true, description: 'null: it never fired.' }),
    coolingAt: t.expose('coolingAt', { type: 'DateTime', nullable: true, description: 'When it last fell off.' }),
    closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true, description: 'null: open.' }),
    closeReason: t.expose('closeReason', { type: CloseReasonEnum, nullable: true, description: 'null: open.' }),
    ruleVersion: t.exposeInt('ruleVersion', { description: 'The version of the rule that raised it.' }),
    evidence: t.field({
      type: EvidenceType,
      description: 'The numbers at firing, or at the first look while it is pending.',
      select: { columns: { evidence: true } },
      resolve: ({ evidence }) => evidence,
    }),
    reason: t.string({
      description: 'The evidence in one sentence.',
      select: { columns: { evidence: true } },
      resolve: ({ evidence }) => explain(evidence),
    }),
    video: t.relation('video', { description: 'The video.' }),
    rule: t.relation('rule', { description: 'The rule.' }),
  }),
})

builder.queryField('breakouts', (t) =>
  t.drizzleConnection({
    type: 'breakout',
    description: 'Episodes that fired, newest first.',
    args: {
      states: t.arg({ type: [BreakoutStateEnum], description: 'Only in these states; PENDING shows those to come.' }),
      ruleId: t.arg.globalID({ for: Rule, description: 'Only of this rule.' }),
      since: t.arg({ type: 'DateTime', description: 'Only those that fired at this instant or later.' }),
    },
    resolve: (query, _root, { states, ruleId, since }, { db }) => {
      const fired = since ? { gte: since } : states?.includes('PENDING') ? undefined : { isNotNull: true as const }
      return db.query.breakout.findMany(
        query({
          where: {
            ...(fired && { firingAt: fired }),
            ...(states && { state: { in: states } }),
            ...(ruleId && { ruleId: rowId('ruleId', 'Rule', ruleId) }),
          },
          orderBy: { id: 'desc' },
        }),
      )
    },
  }),
)

builder.mutationField('closeBreakout', (t) =>
  t.drizzleField({
    type: Breakout,
    description:
      'Closes an episode by hand. The rule stays quiet on this video until it was once below the release level.',
    errors: REFUSALS,
    args: { breakoutId: t.arg.globalID({ required: true, description: 'The episode.' }) },
    resolve: async (query, _root, { breakoutId }, { run, db }) => {
      const id = await run(closeBreakout, { breakoutId: rowId('breakoutId', 'Breakout', breakoutId) })
      return one(await db.query.breakout.findFirst(query({ where: { id } })))
    },
  }),
)
