/** What is known of ads on videos: by reports, and by orders of our own before any report. */
import { type SQL, sql } from 'drizzle-orm'

/** No report speaks of bought plays or of spend; `state` names a row of video_state. */
export const NATURAL = (state: string): SQL =>
  sql.raw(`coalesce(${state}.bought_plays, 0) = 0 and coalesce(${state}.spend_fen, 0) = 0`)

/**
 * When orders on a video were sent, as `sent_at`: those that the platform did not refuse at once. One that is refused
 * later counts all the same, so that what counts at an instant never changes afterwards.
 */
export const ordersSent = (videoId: SQL): SQL => sql`(
  select c.at as sent_at from promotion p
  join promotion_call c on c.workspace_id = p.workspace_id and c.promotion_id = p.id
  where p.workspace_id = current_workspace() and p.video_id = ${videoId} and c.call = 'CREATE' and c.stage = 'CLAIMED'
    and not exists (select from promotion_call r
      where r.workspace_id = c.workspace_id and r.promotion_id = c.promotion_id and r.attempt = c.attempt
        and r.outcome in ('REFUSED', 'NOT_NOW') and r.at < c.at + interval '1 minute'))`
