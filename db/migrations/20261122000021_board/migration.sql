CREATE INDEX "video_state_board" ON "video_state" ("workspace_id","cell_id","plays" DESC NULLS LAST,"video_id","phase_id","observed_at","interaction_rate","flagged_at","spend_fen","gmv_fen") WHERE "cell_id" is not null;--> statement-breakpoint
-- What was published before the board was there.
update video_state s set cell_id = v.cell_id, phase_id = v.phase_id
from video v
where v.workspace_id = s.workspace_id and v.id = s.video_id
  and (s.cell_id, s.phase_id) is distinct from (v.cell_id, v.phase_id);
--> statement-breakpoint
update video_state s set flagged_at = b.first
from (
  select workspace_id, video_id, min(firing_at) as first from breakout where firing_at is not null group by 1, 2
) b
where b.workspace_id = s.workspace_id and b.video_id = s.video_id;
