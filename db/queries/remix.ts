/** The lineage of remixes. */
import { sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'

/** What a video was cut out of, nearest first; of a circle that is there all the same, each once. One statement. */
export async function loadAncestors(db: Pick<Db, 'execute'>, videoId: number): Promise<number[]> {
  const found = await rows<{ origin_id: string }>(
    db,
    sql`with recursive up (origin_id, step) as (
        select origin_id, 1 from remix where workspace_id = current_workspace() and video_id = ${videoId}
        union all
        select r.origin_id, up.step + 1 from up
        join remix r on r.workspace_id = current_workspace() and r.video_id = up.origin_id
      ) cycle origin_id set met using path
      select origin_id from up where not met order by step`,
  )
  return found.map((row) => Number(row.origin_id))
}
