/** What came of a first idea, as a graph. */
import { readLineages } from '../flow/lineage.ts'
import type { Lineage, LineageEdge, LineageHop, LineageNode } from '../rules/lineage.ts'
import { batched } from './batch.ts'
import { Breakout } from './breakout.ts'
import { builder } from './builder.ts'
import { Collaboration, CollaborationStateEnum, PlaybookStepEnum } from './collaboration.ts'
import { one } from './ids.ts'
import { Kol } from './kol.ts'
import { TierEnum } from './tier.ts'
import { Video } from './video.ts'

const keyOf = ({ kind, id }: Pick<LineageNode, 'kind' | 'id'>) => `${kind}:${id}`
/** A key is enough: the rest is loaded with what is selected of it, for all nodes at once. */
const only = <Row>(id: number | null) => (id === null ? null : ({ id } as Row))

const NodeKind = builder.enumType('LineageNodeKind', {
  description: 'What a node of a lineage is.',
  values: ['COLLABORATION', 'VIDEO'] as const,
})

const Node = builder.objectRef<LineageNode>('LineageNode').implement({
  description: 'A 合作 or a video of a lineage.',
  fields: (t) => ({
    key: t.string({ description: 'Its name within the lineage, for the edges.', resolve: keyOf }),
    kind: t.expose('kind', { type: NodeKind, description: 'Which of the two.' }),
    hop: t.exposeInt('hop', {
      description: '0: where it began; then one more with every breakout that was repeated.',
    }),
    step: t.expose('step', {
      type: PlaybookStepEnum,
      nullable: true,
      description: 'The step of the playbook; null: a video that no collaboration led to.',
    }),
    state: t.expose('state', {
      type: CollaborationStateEnum,
      nullable: true,
      description: 'Where the collaboration is; null: a video.',
    }),
    tier: t.expose('tier', {
      type: TierEnum,
      nullable: true,
      description: "The KOL's 层级, at publication if it is out; null: not known.",
    }),
    kol: t.field({
      type: Kol,
      nullable: true,
      description: 'Who made it, or is to; null: not known.',
      resolve: ({ kolId }) => only<typeof Kol.$inferType>(kolId),
    }),
    collaboration: t.field({
      type: Collaboration,
      nullable: true,
      description: 'The collaboration; null: a video.',
      resolve: ({ kind, id }) => only<typeof Collaboration.$inferType>(kind === 'COLLABORATION' ? id : null),
    }),
    video: t.field({
      type: Video,
      nullable: true,
      description: 'The video; null: a collaboration.',
      resolve: ({ kind, id }) => only<typeof Video.$inferType>(kind === 'VIDEO' ? id : null),
    }),
    plays: t.expose('plays', {
      type: 'BigInt',
      nullable: true,
      description: '播放量 of the video; null: not given, or a collaboration.',
    }),
    spendFen: t.expose('spendFen', {
      type: 'BigInt',
      nullable: true,
      description:
        '分: the agreed price, or what was spent on the video. null: not known, not agreed, or dropped.',
    }),
    gmvFen: t.expose('gmvFen', {
      type: 'BigInt',
      nullable: true,
      description: 'GMV of the video in 分; null: not known, or a collaboration.',
    }),
  }),
})

const Edge = builder.objectRef<LineageEdge>('LineageEdge').implement({
  description: 'What led to what.',
  fields: (t) => ({
    from: t.string({ description: 'Key of the node that was first.', resolve: ({ from }) => keyOf(from) }),
    to: t.string({ description: 'Key of the node that came of it.', resolve: ({ to }) => keyOf(to) }),
    breakout: t.field({
      type: Breakout,
      nullable: true,
      description:
        'The 爆款 of the video that the collaboration repeats; null: the collaboration made the video.',
      resolve: ({ breakoutId }) => only<typeof Breakout.$inferType>(breakoutId),
    }),
  }),
})

const sum = 'summed over those of which it is known; null: of none.'
const Hop = builder.objectRef<LineageHop>('LineageHop').implement({
  description: 'What one hop added. null is not 0.',
  fields: (t) => ({
    hop: t.exposeInt('hop', { description: 'Counted from 0.' }),
    collaborations: t.exposeInt('collaborations', { description: 'Collaborations, dropped ones too.' }),
    videos: t.exposeInt('videos', { description: 'Videos.' }),
    plays: t.expose('plays', { type: 'BigInt', nullable: true, description: `播放量, ${sum}` }),
    spendFen: t.expose('spendFen', {
      type: 'BigInt',
      nullable: true,
      description: `分: agreed prices of what was not dropped and spend on the videos, ${sum}`,
    }),
    gmvFen: t.expose('gmvFen', { type: 'BigInt', nullable: true, description: `GMV in 分, ${sum}` }),
  }),
})

const LineageType = builder.objectRef<Lineage>('Lineage').implement({
  description: 'All that came of a first origin: 垂类 test, 头部 reuse, 腰尾部 radiate. A tree.',
  fields: (t) => ({
    nodes: t.field({ type: [Node], description: 'Hop by hop.', resolve: ({ nodes }) => nodes }),
    edges: t.field({ type: [Edge], description: 'Between the nodes.', resolve: ({ edges }) => edges }),
    hops: t.field({
      type: [Hop],
      description: 'What each added, the first one first.',
      resolve: ({ hops }) => hops,
    }),
  }),
})

const WHOLE = 'The whole lineage that it is of, from the first origin down.'
const ofBreakout = batched((ids, { db }) => readLineages(db, 'BREAKOUT', ids))
const ofCollaboration = batched((ids, { db }) => readLineages(db, 'COLLABORATION', ids))

builder.drizzleObjectField(Breakout, 'lineage', (t) =>
  t.field({
    type: LineageType,
    description: WHOLE,
    resolve: async ({ id }, _args, context) => one(await ofBreakout(id, context)),
  }),
)
builder.drizzleObjectField(Collaboration, 'lineage', (t) =>
  t.field({
    type: LineageType,
    description: WHOLE,
    resolve: async ({ id }, _args, context) => one(await ofCollaboration(id, context)),
  }),
)
