/** What came of a phase, as a column of any query of phases: a list of them stays one statement. */
import { type AnyColumn, type SQL, sql } from 'drizzle-orm'

/** See Progress of rules/campaign.ts; sums are null where nothing is known. */
export interface ProgressRow {
  planned: number
  published: number
  flagged: number
  plays: number | null
  spendFen: number | null
  gmvFen: number | null
  roi: number | null
}

/** One constant for all, since Pothos merges extras by identity. */
export const PROGRESS = {
  progress: (phase: { id: AnyColumn }): SQL<ProgressRow> => sql<ProgressRow>`(
    select json_build_object(
      'planned', count(*) filter (where v.stage = 'PLANNED'),
      'published', count(s.video_id),
      'flagged', count(s.flagged_at),
      'plays', sum(s.plays),
      'spendFen', sum(s.spend_fen),
      'gmvFen', sum(s.gmv_fen),
      'roi', sum(s.gmv_fen) filter (where s.spend_fen is not null)
        / nullif(sum(s.spend_fen) filter (where s.gmv_fen is not null), 0))
    from video v
    left join video_state s on s.workspace_id = v.workspace_id and s.video_id = v.id
    where v.workspace_id = current_workspace() and v.phase_id = ${phase.id})`,
}
