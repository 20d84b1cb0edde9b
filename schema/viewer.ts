import type { Role } from '../db/tables.ts'
import type { Counter } from '../rules/metric.ts'
import { builder } from './builder.ts'
import type { Viewer } from './context.ts'

const RoleEnum = builder.enumType('Role', {
  description: 'What a token may do.',
  values: {
    ADMIN: { description: 'Everything.' },
    EDITOR: { description: 'Plans, publishes, edits rules.' },
    VIEWER: { description: 'Reads only.' },
  } satisfies Record<Role, object>,
})

export const InteractionCounterEnum = builder.enumType('InteractionCounter', {
  description: 'A counter that can count as interaction.',
  values: {
    LIKES: { value: 'likes', description: '点赞.' },
    COMMENTS: { value: 'comments', description: '评论.' },
    SHARES: { value: 'shares', description: '转发.' },
    SAVES: { value: 'saves', description: '收藏: no open API gives it, only exported files.' },
  } as const satisfies Record<string, { value: Counter; description: string }>,
})

export const Workspace = builder.drizzleObject('workspace', {
  name: 'Workspace',
  select: { columns: { id: true } },
  description: '工作区: a brand team or an agency; the border that nothing crosses.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name.' }),
    zone: t.exposeString('zone', { description: 'IANA time zone of its business day.' }),
    lookCapFen: t.expose('lookCapFen', {
      type: 'BigInt',
      nullable: true,
      description:
        '每日看数费用上限: the most that asking for numbers may cost in a day of Shanghai, 分; null: no cap. See setLookCap.',
    }),
    interactionCounters: t.expose('interactionCounters', {
      type: [InteractionCounterEnum],
      description: 'The counters that count as interaction, in 互动率 and CPE; see setInteractionCounters.',
    }),
  }),
})

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Whose token this is.',
  fields: (t) => ({
    role: t.field({ type: RoleEnum, description: 'What the token may do.', resolve: ({ role }) => role }),
    workspace: t.drizzleField({
      type: Workspace,
      description: 'The workspace the token is for.',
      resolve: async (query, { workspaceId }, _args, { db }) => {
        const row = await db.query.workspace.findFirst(query({ where: { id: workspaceId } }))
        if (!row) throw new Error('the workspace of a token is always there')
        return row
      },
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({ type: ViewerType, description: 'Who is asking.', resolve: (_root, _args, { viewer }) => viewer }),
)
