import { closeBreakout } from '../flow/breakout.ts'
import { explain } from '../rules/breakout.ts'
import type { Evidence } from '../rules/types.ts'
import { builder, KEY } from './builder.ts'
import { CollaborationConnection } from './collaboration.ts'
import { CHANGE } from './errors.ts'
import { one, optionalRowId, rowId } from './ids.ts'

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
    metric: t.exposeString('metric', {
      description:
        'Key in the metric catalogue, or what a comparison makes of one: `plays over 360 min`, `plays / TIER median`, ' +
        '`interactionRate percentile of CELL`.',
    }),
    value: t.exposeFloat('value', {
      nullable: true,
      description:
        'In the unit of the metric; a ratio in times, a percentile as a share of 1; null: no value.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why there is no value; null: there is one.',
    }),
  }),
})
export const EvidenceType = builder.objectRef<Evidence>('Evidence').implement({
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
      description: 'All that the condition compares, and plays, interaction rate and age.',
      resolve: ({ readings }) =>
        Object.entries(readings).map(([metric, { value, reason }]) => ({
          metric,
          value,
          reason: reason ?? null,
        })),
    }),
  }),
})

export const Breakout = builder.drizzleNode('breakout', {
  name: 'Breakout',
  description: '爆款: one episode in which a video met a rule.',
  id: { column: (breakout) => breakout.id },
  select: KEY,
  fields: (t) => ({
    state: t.expose('state', { type: BreakoutStateEnum, description: 'Where it is.' }),
    pendingAt: t.expose('pendingAt', { type: 'DateTime', description: 'When the condition was first met.' }),
    firingAt: t.expose('firingAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was first called 爆款; null: it has not fired.',
    }),
    belowAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Since when it is below the release level and fires only because its rule keeps firing; null: it does not.',
      select: { columns: { state: true, belowAt: true } },
      // What a person closed may have been below.
      resolve: ({ state, belowAt }) => (state === 'FIRING' ? belowAt : null),
    }),
    coolingAt: t.expose('coolingAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it last fell below the release level; null: it never did.',
    }),
    closedAt: t.expose('closedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended; null: open.',
    }),
    closeReason: t.expose('closeReason', {
      type: CloseReasonEnum,
      nullable: true,
      description: 'Why it ended; null: open.',
    }),
    ruleVersion: t.exposeInt('ruleVersion', { description: 'The version of the rule that raised it.' }),
    evidence: t.field({
      type: EvidenceType,
      description: 'The numbers at firing, or at the first look while it is pending.',
      select: { columns: { evidence: true } },
      resolve: ({ evidence }) => evidence,
    }),
    reason: t.string({
      description: 'The evidence in one sentence, for people.',
      select: { columns: { evidence: true } },
      resolve: ({ evidence }) => explain(evidence),
    }),
    video: t.relation('video', { description: 'The video.' }),
    rule: t.relation('rule', { description: 'The rule.' }),
    collaborations: t.relatedConnection(
      'collaborations',
      { description: 'Those that repeat it, newest first.', query: { orderBy: { id: 'desc' } } },
      CollaborationConnection,
    ),
  }),
})

export const BreakoutConnection = builder.connectionObject(
  { type: Breakout, name: 'BreakoutConnection', description: 'A page of breakouts.' },
  { name: 'BreakoutEdge', description: 'A breakout in a list.' },
)

builder.queryField('breakouts', (t) =>
  t.drizzleConnection(
    {
      type: 'breakout',
      description: 'Episodes that fired, the one that began last first.',
      args: {
        states: t.arg({
          type: [BreakoutStateEnum],
          description: 'Only in these states; PENDING shows those that may fire yet.',
        }),
        ruleId: t.arg.id({ description: 'Only of this rule.' }),
        since: t.arg({ type: 'DateTime', description: 'Only those that fired at this instant or later.' }),
      },
      resolve: (query, _root, { states, since, ...args }, { db }) => {
        const ruleId = optionalRowId('ruleId', 'Rule', args.ruleId)
        const fired = since ? { gte: since } : states?.includes('PENDING') ? undefined : HAS_FIRED
        const where = {
          ...(fired && { firingAt: fired }),
          ...(states && { state: { in: states } }),
          ...(ruleId && { ruleId }),
        }
        return db.query.breakout.findMany(query({ where, orderBy: { id: 'desc' } }))
      },
    },
    BreakoutConnection,
  ),
)
const HAS_FIRED = { isNotNull: true } as const

const CloseBreakoutInput = builder.inputType('CloseBreakoutInput', {
  description: 'An episode to close.',
  fields: (t) => ({ breakoutId: t.id({ required: true, description: 'The episode.' }) }),
})
builder.mutationField('closeBreakout', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Breakout,
    description:
      'Closes an episode by hand. The rule stays quiet on this video until it was once below the release level.',
    args: { input: t.arg({ type: CloseBreakoutInput, required: true, description: 'Which one.' }) },
    resolve: async (query, _root, { input }, { run, db }) => {
      const id = await run(closeBreakout, { breakoutId: rowId('breakoutId', 'Breakout', input.breakoutId) })
      return one(await db.query.breakout.findFirst(query({ where: { id } })))
    },
  }),
)
