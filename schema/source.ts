import { type LimitUse, limitUses } from '../db/queries/quota.ts'
import type { SourceInfo } from '../flow/look-price.ts'
import { setLookCap } from '../flow/quota.ts'
import { callsLeft, quotaDay } from '../rules/quota.ts'
import { builder } from './builder.ts'
import { CHANGE } from './errors.ts'
import { one } from './ids.ts'
import { Workspace } from './viewer.ts'

type Gives = SourceInfo['capability']['gives'][number]

const CounterEnum = builder.enumType('Counter', {
  description: 'A counter of a video.',
  values: {
    PLAYS: { value: 'plays', description: '播放.' },
    LIKES: { value: 'likes', description: '点赞.' },
    COMMENTS: { value: 'comments', description: '评论.' },
    SHARES: { value: 'shares', description: '转发.' },
    SAVES: { value: 'saves', description: '收藏.' },
  } as const satisfies Record<Uppercase<Gives>, { value: Gives; description: string }>,
})

const LimitScopeEnum = builder.enumType('LimitScope', {
  description: 'What the limits of a source count.',
  values: {
    APP: { value: 'app', description: 'All calls of our app, those of other workspaces among them.' },
    ACCOUNT: { value: 'account', description: 'The calls about one advertiser, user or shop.' },
  } as const,
})

interface SourceToday extends SourceInfo {
  /** One for each limit of the source that was asked under today or yesterday. */
  uses: readonly LimitUse[]
}

const Source = builder.objectRef<SourceToday>('Source').implement({
  description: '数据来源: an interface of a platform that is asked for numbers, with its limits and its use.',
  fields: (t) => ({
    name: t.exposeString('source', { description: 'As snapshots carry it, e.g. qianchuan.' }),
    gives: t.field({
      type: [CounterEnum],
      description: 'Counters it fills; none: it is asked for other things, e.g. who sees which account.',
      resolve: ({ capability }) => [...capability.gives],
    }),
    freshnessMinutes: t.float({
      description:
        'The platform moves its numbers no more often than this; no video is looked at sooner again.',
      resolve: ({ capability }) => capability.freshnessMs / 60_000,
    }),
    batch: t.int({
      description: 'Most videos of one 抖音号 in one call.',
      resolve: ({ capability }) => capability.batch,
    }),
    limitScope: t.field({
      type: LimitScopeEnum,
      description: 'What the two limits count.',
      resolve: ({ capability }) => capability.scope,
    }),
    callsPerSecond: t.float({
      nullable: true,
      description: 'Calls a second that are made at most; null: no limit is known.',
      resolve: ({ capability }) => capability.callsPerSecond,
    }),
    callsPerDay: t.int({
      nullable: true,
      description:
        'Calls that the platform allows in one day of Shanghai; a fifth of them is kept for videos that are hot. ' +
        'null: no number is known, and the platform says when it is enough.',
      resolve: ({ capability }) => capability.callsPerDay,
    }),
    costFen: t.field({
      type: 'BigInt',
      description: 'Price of one call, 分.',
      resolve: ({ capability }) => capability.costFen,
    }),
    callsToday: t.int({
      description: 'Calls of this workspace today, in Shanghai, retries among them.',
      resolve: ({ uses }) => total(uses, 'calls'),
    }),
    refusedToday: t.int({
      description:
        'Calls that were not made today for a quota, the cap, or the silence that a platform asked for. Their videos ' +
        'are looked at later.',
      resolve: ({ uses }) => total(uses, 'refused'),
    }),
    costTodayFen: t.field({
      type: 'BigInt',
      description: 'What the calls of today cost, 分.',
      resolve: ({ uses }) => total(uses, 'costFen'),
    }),
    callsLeft: t.int({
      nullable: true,
      description:
        'Calls that this workspace can count on until midnight in Shanghai: of its equal share, without what is kept for ' +
        'hot videos. Where each account has a limit, of those asked today or yesterday. null: no daily limit is known.',
      resolve: ({ capability: { callsPerDay }, uses }) => {
        if (callsPerDay === null) return null
        if (uses.length === 0) return callsLeft(callsPerDay, { total: 0, mine: 0, sharers: 1 })
        return uses.reduce((sum, use) => sum + callsLeft(callsPerDay, { ...use, mine: use.calls }), 0)
      },
    }),
  }),
})

function total(uses: readonly LimitUse[], what: 'calls' | 'refused' | 'costFen'): number {
  return uses.reduce((sum, use) => sum + use[what], 0)
}

builder.queryField('sources', (t) =>
  t.field({
    type: [Source],
    description:
      'What can be asked for numbers; none: no app of a platform is set up, numbers come from files.',
    resolve: async (_root, _args, { sources, db, now }) => {
      if (sources.length === 0) return []
      const uses = await limitUses(db, quotaDay(now).day)
      return sources.map((info) => ({ ...info, uses: uses.filter((use) => use.source === info.source) }))
    },
  }),
)

const SetLookCapInput = builder.inputType('SetLookCapInput', {
  description: 'The cap.',
  fields: (t) => ({
    capFen: t.field({
      type: 'BigInt',
      description: '分 of one day of Shanghai, 0 or more; null or left out: no cap.',
    }),
  }),
})
builder.mutationField('setLookCap', (t) =>
  t.drizzleField({
    ...CHANGE,
    type: Workspace,
    authScopes: { admin: true },
    description:
      '每日看数费用上限: sets what asking for numbers may cost in a day, from the next call on; what was spent today counts. ' +
      'Sources that cost nothing go on. Only for the role ADMIN. InvalidInputError: less than 0.',
    args: { input: t.arg({ type: SetLookCapInput, required: true, description: 'The cap.' }) },
    resolve: async (query, _root, { input }, { run, db, viewer }) => {
      await run(setLookCap, { capFen: input.capFen ?? null })
      return one(await db.query.workspace.findFirst(query({ where: { id: viewer.workspaceId } })))
    },
  }),
)
