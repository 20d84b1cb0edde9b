/** The lineage of breakouts or collaborations. */
import { sql } from 'drizzle-orm'
import type { CollaborationState, PlaybookStep, Tier } from '../../rules/types.ts'
import { among } from '../among.ts'
import { rows, type Tx } from '../client.ts'

export type LineageStart = 'BREAKOUT' | 'COLLABORATION'

export interface LineageRow {
  /** Whose lineage the row is of. */
  start: string
  hop: number
  breakout_id: string | null
  parent_video_id: string | null
  kol_id: string | null
  kol_name: string | null
  /** At publication; before it, today's. */
  tier: Tier | null
  collaboration_id: string | null
  state: CollaborationState | null
  step: PlaybookStep | null
  price_fen: string | null
  video_id: string | null
  title: string | null
  plays: string | null
  spend_fen: string | null
  gmv_fen: string | null
}

/**
 * One statement for any number of starts: up from each to its first origin, then down to all that came of that. A row
 * is a collaboration with its video, or a video alone where nothing led to it. A circle is refused where videos are
 * linked (flow/collaboration.ts); if there is one all the same, each row is said once and the walk ends.
 */
export function loadLineages(
  db: Pick<Tx, 'execute'>,
  kind: LineageStart,
  ids: readonly number[],
): Promise<LineageRow[]> {
  const first =
    kind === 'BREAKOUT'
      ? sql`
        select b.id, c.id, b.video_id, c.origin_breakout_id, 0
        from breakout b
        left join collaboration c on c.workspace_id = b.workspace_id and c.video_id = b.video_id
        where ${among(sql`b.id`, ids)}`
      : sql`select c.id, c.id, c.video_id, c.origin_breakout_id, 0 from collaboration c
        where ${among(sql`c.id`, ids)}`
  return rows<LineageRow>(
    db,
    sql`
      with recursive up (start, collaboration_id, video_id, origin_breakout_id, height) as (
        ${first}
        union all
        select up.start, c.id, b.video_id, c.origin_breakout_id, up.height + 1
        from up
        join breakout b on b.workspace_id = current_workspace() and b.id = up.origin_breakout_id
        left join collaboration c on c.workspace_id = b.workspace_id and c.video_id = b.video_id
      ) cycle start, collaboration_id, video_id set met using path,
      root as (
        select distinct on (start) start, collaboration_id, video_id from up where not met order by start, height desc
      ),
      down (start, collaboration_id, video_id, breakout_id, parent_video_id, hop) as (
        select start, collaboration_id, video_id, null::bigint, null::bigint, 0 from root
        union all
        select down.start, c.id, c.video_id, b.id, b.video_id, down.hop + 1
        from down
        join breakout b on b.workspace_id = current_workspace() and b.video_id = down.video_id
        join collaboration c on c.workspace_id = b.workspace_id and c.origin_breakout_id = b.id
      ) cycle start, collaboration_id, video_id set met using path
      select down.start, down.hop, down.breakout_id, down.parent_video_id, kol.id as kol_id, kol.name as kol_name,
        coalesce(v.tier, kol.tier) as tier, c.id as collaboration_id, c.state, c.step, c.price_fen,
        v.id as video_id, v.title, s.plays, s.spend_fen, s.gmv_fen
      from down
      left join collaboration c on c.workspace_id = current_workspace() and c.id = down.collaboration_id
      left join video v on v.workspace_id = current_workspace() and v.id = down.video_id
      left join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
      left join kol on kol.workspace_id = current_workspace() and kol.id = coalesce(c.kol_id, v.kol_id)
      where not down.met
      order by down.start, down.hop, down.collaboration_id nulls first`,
  )
}
