import { decodeCursorChunk } from '@pothos/core'
import { InvalidInputError } from '../flow/errors.ts'
import { builder } from './builder.ts'

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

interface Page {
  after?: string | null | undefined
  before?: string | null | undefined
}
/** The order of a video's snapshots. Their cursors alone begin with an instant; one of another list is refused. */
export function latestFirst({ after, before }: Page) {
  for (const [field, cursor] of Object.entries({ after, before })) {
    if (cursor && !beginsWithInstant(cursor))
      throw new InvalidInputError(field, 'A cursor is not of this list.')
  }
  return { orderBy: { observedAt: 'desc', source: 'asc', revision: 'desc' } } as const
}

function beginsWithInstant(cursor: string): boolean {
  try {
    const [at] = decodeCursorChunk(Buffer.from(cursor, 'base64').toString().replace(/^DC:/, '')) as unknown[]
    return at instanceof Date && !Number.isNaN(at.getTime())
  } catch {
    return false
  }
}
