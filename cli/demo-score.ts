/** How what was flagged compares with what was planted. */
import { sql } from 'drizzle-orm'
import { type Db, inWorkspace, rows } from '../db/client.ts'
import type { TruthOfVideo } from '../platforms/simulator/world.ts'
import { HOUR } from '../rules/types.ts'

export interface DemoScore {
  /** Videos that were planned and published. */
  videos: number
  /** Looks at them. */
  snapshots: number
  flagged: number
  planted: number
  /** Share of the flagged that were planted; null when none was flagged. */
  precision: number | null
  /** Share of the planted that were flagged. */
  recall: number | null
  /** Hours from the flag to half of the final plays, median over the planted that were flagged. */
  median_lead_hours: number | null
}

export async function scoreDemo(
  db: Db,
  workspaceId: number,
  truth: readonly TruthOfVideo[],
): Promise<DemoScore> {
  const { flags, counted } = await inWorkspace(db, workspaceId, async (tx) => {
    const flags = await rows<{ item_id: string; flagged_ms: string }>(
      tx,
      sql`select v.item_id, (extract(epoch from min(b.firing_at)) * 1000)::bigint as flagged_ms
        from breakout b join video v on v.workspace_id = b.workspace_id and v.id = b.video_id
        where b.firing_at is not null and v.cell_id is not null group by v.item_id`,
    )
    const [counted] = await rows<{ videos: number; snapshots: number }>(
      tx,
      sql`select count(*)::int as videos, coalesce(sum(s.looks), 0)::int as snapshots
        from video v join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
        where v.cell_id is not null`,
    )
    return { flags, counted }
  })
  const flaggedAt = new Map(flags.map((flag) => [flag.item_id, Number(flag.flagged_ms)]))
  const hits = truth.filter((video) => video.hit)
  const found = hits.filter((video) => flaggedAt.has(video.itemId))
  const leads = found.map((video) => (video.halfAt - (flaggedAt.get(video.itemId) ?? 0)) / HOUR)
  return {
    videos: counted?.videos ?? 0,
    snapshots: counted?.snapshots ?? 0,
    flagged: flaggedAt.size,
    planted: hits.length,
    precision: flaggedAt.size === 0 ? null : round(found.length / flaggedAt.size),
    recall: hits.length === 0 ? null : round(found.length / hits.length),
    median_lead_hours: median(leads),
  }
}

export function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]
  return middle === undefined ? null : round(middle)
}

const round = (value: number) => Math.round(value * 1000) / 1000
