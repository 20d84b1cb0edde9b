/** Snapshots without a platform: stored, and their videos marked as dirty, as a poll or an import does. */
import { sql } from 'drizzle-orm'
import { snapshot } from '../../db/tables.ts'
import { unnest } from '../../db/unnest.ts'
import { type Context, write } from '../../flow/context.ts'
import type { Counters } from '../../rules/types.ts'

export interface StoredLook extends Partial<Counters> {
  videoId: number
  observedAt: Date
  source?: string
  revision?: number
  recordedAt?: Date
}

export function store(ctx: Context, looks: readonly StoredLook[]): Promise<void> {
  return write(ctx, async (tx) => {
    const instants = looks.map(({ observedAt }) => observedAt.getTime())
    const [first, last] = [Math.min(...instants), Math.max(...instants)].map((at) =>
      new Date(at).toISOString(),
    )
    await tx.execute(sql`select ensure_snapshot_partitions(${first}::timestamptz, ${last}::timestamptz)`)
    await tx
      .insert(snapshot)
      .values(looks.map((look) => ({ source: 'test', recordedAt: look.observedAt, ...look })))
    await tx.execute(sql`
      update video_state v set dirty_from = least(v.dirty_from, seen.first), looks = v.looks + seen.looks
      from (select video_id, min(observed_at) as first, count(*) as looks
        from ${unnest(looks, 'look', { videoId: 'bigint', observedAt: 'timestamptz' })} group by 1) seen
      where v.workspace_id = current_workspace() and v.video_id = seen.video_id`)
  })
}
