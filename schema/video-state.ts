import { builder } from './builder.ts'

export const VideoState = builder.drizzleObject('videoState', {
  name: 'VideoState',
  select: { columns: { videoId: true } },
  description:
    'The latest numbers of a published video. null is not 0: the source does not give it, or not yet.',
  fields: (t) => ({
    observedAt: t.expose('observedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The last look; null: none yet.',
    }),
    looks: t.exposeInt('looks', { description: 'Snapshots recorded.' }),
    plays: t.expose('plays', {
      type: 'BigInt',
      nullable: true,
      description: '播放量, cumulative; null: not given.',
    }),
    likes: t.expose('likes', {
      type: 'BigInt',
      nullable: true,
      description: '点赞, cumulative; null: not given.',
    }),
    comments: t.expose('comments', {
      type: 'BigInt',
      nullable: true,
      description: '评论, cumulative; null: not given.',
    }),
    shares: t.expose('shares', {
      type: 'BigInt',
      nullable: true,
      description: '转发, cumulative; null: not given.',
    }),
    saves: t.expose('saves', {
      type: 'BigInt',
      nullable: true,
      description: '收藏, cumulative; null: not given.',
    }),
    interactionRate: t.exposeFloat('interactionRate', {
      nullable: true,
      description:
        '互动率: (likes + comments + shares) / plays, 0.05 is 5 %. null: one is not given, or plays are 0.',
    }),
    velocity: t.exposeFloat('velocity', {
      nullable: true,
      description: 'Plays per hour between the last two looks. null: first look, or plays were restated.',
    }),
    kolRatio: t.exposeFloat('kolRatio', {
      nullable: true,
      description:
        "Plays over the median of the KOL's earlier videos at the same age. null: fewer than 3 of them.",
    }),
    nextPollAt: t.expose('nextPollAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is looked at next; null: no longer watched.',
    }),
    noDataSince: t.expose('noDataSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Looks have failed since then; null: the last one worked.',
    }),
    noDataReason: t.exposeString('noDataReason', {
      nullable: true,
      description: 'Why the last look failed; null: it worked.',
    }),
  }),
})
