import { builder } from './builder.ts'
import { checkCursors } from './cursor.ts'

export const Snapshot = builder.drizzleObject('snapshot', {
  name: 'Snapshot',
  select: { columns: { videoId: true, observedAt: true, source: true, revision: true } },
  description: '快照: the counters of a video as one source saw them at one instant. Never changed.',
  fields: (t) => ({
    observedAt: t.expose('observedAt', { type: 'DateTime', description: 'When it was measured.' }),
    recordedAt: t.expose('recordedAt', { type: 'DateTime', description: 'When we learned it.' }),
    source: t.exposeString('source', { description: 'The connector, or `file`.' }),
    revision: t.exposeInt('revision', { description: '0; 1 and up when the source restated this instant.' }),
    plays: t.expose('plays', { type: 'BigInt', nullable: true, description: '播放量; null: not given.' }),
    likes: t.expose('likes', { type: 'BigInt', nullable: true, description: '点赞; null: not given.' }),
    comments: t.expose('comments', { type: 'BigInt', nullable: true, description: '评论; null: not given.' }),
    shares: t.expose('shares', { type: 'BigInt', nullable: true, description: '转发; null: not given.' }),
    saves: t.expose('saves', { type: 'BigInt', nullable: true, description: '收藏; null: not given.' }),
  }),
})

export const SnapshotConnection = builder.connectionObject(
  { type: Snapshot, name: 'SnapshotConnection', description: 'A page of snapshots.' },
  { name: 'SnapshotEdge', description: 'A snapshot in a list.' },
)

const ORDER = { observedAt: 'desc', source: 'asc', revision: 'desc' } as const

/** The order of a video's snapshots. */
export function latestFirst(page: Parameters<typeof checkCursors>[0]) {
  // The plugin adds the video.
  checkCursors(page, Object.keys(ORDER).length + 1)
  return { orderBy: ORDER }
}
