/** Appends snapshots of polled looks; see flow/import.ts for those of files. */
import { sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { unnest } from '../db/unnest.ts'
import type { VideoLook } from './judge.ts'

const COLUMNS = {
  videoId: 'bigint',
  observedAt: 'timestamptz',
  plays: 'bigint',
  likes: 'bigint',
  comments: 'bigint',
  shares: 'bigint',
  saves: 'bigint',
} as const

/** One statement. The caller holds the videos' states locked, so that no look can come twice. */
export async function appendSnapshots(tx: Tx, looks: readonly VideoLook[], source: string, recordedAt: Date) {
  if (looks.length === 0) return
  await tx.execute(sql`
    insert into snapshot (video_id, observed_at, source, recorded_at, plays, likes, comments, shares, saves)
    select video_id, observed_at, ${source}, ${recordedAt.toISOString()}::timestamptz,
      plays, likes, comments, shares, saves
    from ${unnest(looks, 'look', COLUMNS)}`)
}
