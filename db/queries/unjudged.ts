/** Snapshots of files that the rules have not seen, in the order in which they happened. */
import type postgres from 'postgres'

export interface UnjudgedRow {
  video_id: string
  observed_ms: string
  plays: string | null
  likes: string | null
  comments: string | null
  shares: string | null
  saves: string | null
  followers: string | null
}

export interface Unjudged {
  source: string
  /** Only looks at these. */
  videoIds: readonly number[]
  /** Rows of one piece. */
  batch: number
}

/**
 * Streams through a cursor, so that the whole is sorted once and never held. A snapshot that is older than what is
 * already judged of its video is history: stored, but not judged again. By video, since nothing else leads to what is
 * new: the whole of what a workspace ever imported would be read for a file of a few rows.
 */
export async function* streamUnjudged(
  pool: postgres.Sql,
  workspaceId: number,
  { source, videoIds, batch }: Unjudged,
): AsyncGenerator<UnjudgedRow[]> {
  const connection = await pool.reserve()
  try {
    await connection`begin read only`
    await connection`select set_config('seedbed.workspace', ${String(workspaceId)}, true)`
    yield* connection<UnjudgedRow[]>`
      select s.video_id, (extract(epoch from s.observed_at) * 1000)::bigint as observed_ms,
        s.plays, s.likes, s.comments, s.shares, s.saves, coalesce(k.followers, kol.followers) as followers
      from unnest(${videoIds.map(String)}::bigint[]) as named(video_id)
      join video_state v on v.workspace_id = current_workspace() and v.video_id = named.video_id
      join snapshot s on s.workspace_id = v.workspace_id and s.video_id = v.video_id
      left join kol on kol.workspace_id = v.workspace_id and kol.id = v.kol_id
      left join kol_snapshot k on k.workspace_id = v.workspace_id and k.kol_id = v.kol_id
        and k.observed_at = s.observed_at and k.source = s.source
      where s.source = ${source} and s.observed_at > coalesce(v.observed_at, '-infinity')
        and not exists (
          select from snapshot newer
          where newer.workspace_id = s.workspace_id and newer.video_id = s.video_id
            and newer.observed_at = s.observed_at and newer.source = s.source and newer.revision > s.revision)
      order by s.observed_at, s.video_id`.cursor(batch)
  } finally {
    // Also when the reader stops half-way: the connection goes back to others.
    await connection`rollback`.catch(() => {})
    connection.release()
  }
}
