ALTER TABLE "tier_policy" ADD COLUMN "applied_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "video_published_at" ON "video" ("workspace_id","published_at");--> statement-breakpoint
CREATE INDEX "video_phase" ON "video" ("workspace_id","phase_id");--> statement-breakpoint
create function due_tier_policies(now timestamptz) returns table (workspace_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select distinct policy.workspace_id
    from tier_policy policy join workspace on workspace.id = policy.workspace_id
    where policy.applied_at is null and policy.starts_on <= (now at time zone workspace.zone)::date
  $$;
--> statement-breakpoint
revoke all on function due_tier_policies(timestamptz) from public;
--> statement-breakpoint
grant execute on function due_tier_policies(timestamptz) to seedbed_app;
