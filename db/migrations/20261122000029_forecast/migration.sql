CREATE TABLE "forecast_model" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "forecast_model_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"created_at" timestamp(3) with time zone NOT NULL,
	"effective_at" timestamp(3) with time zone NOT NULL,
	"videos" integer NOT NULL,
	"model" jsonb NOT NULL,
	CONSTRAINT "forecast_model_pkey" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "reference_class" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"model_id" bigint,
	"kind" text,
	"key" text,
	"stats" jsonb NOT NULL,
	CONSTRAINT "reference_class_pkey" PRIMARY KEY("workspace_id","model_id","kind","key"),
	CONSTRAINT "reference_class_kind" CHECK ("kind" in ('WORKSPACE', 'TIER', 'VERTICAL', 'CELL'))
);
--> statement-breakpoint
CREATE TABLE "notification" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "notification_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"rule_id" bigint NOT NULL,
	"severity" text NOT NULL,
	"episodes" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	"open_until" timestamp(3) with time zone,
	"read_at" timestamp(3) with time zone,
	CONSTRAINT "notification_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "notification_severity" CHECK ("severity" in ('INFO', 'WARNING', 'CRITICAL')),
	CONSTRAINT "notification_episodes" CHECK ("episodes" > 0)
);
--> statement-breakpoint
CREATE TABLE "figures_known" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"video_id" bigint,
	"known_at" timestamp(3) with time zone,
	"figures" jsonb NOT NULL,
	CONSTRAINT "figures_known_pkey" PRIMARY KEY("workspace_id","video_id","known_at")
);
--> statement-breakpoint
CREATE TABLE "rule_score" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"rule_id" bigint,
	"rule_version" integer NOT NULL,
	"week_at" timestamp(3) with time zone,
	"hit" integer NOT NULL,
	"wrong" integer NOT NULL,
	"missed" integer NOT NULL,
	"lead_hours" double precision,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "rule_score_pkey" PRIMARY KEY("workspace_id","rule_id","week_at")
);
--> statement-breakpoint
ALTER TABLE "breakout" ADD COLUMN "below_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "breakout" ADD COLUMN "notification_id" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "breakout_probability" double precision;--> statement-breakpoint
CREATE INDEX "forecast_model_effective" ON "forecast_model" ("workspace_id","effective_at");--> statement-breakpoint
CREATE INDEX "notification_due" ON "notification" ("workspace_id","due_at");--> statement-breakpoint
CREATE INDEX "notification_group" ON "notification" ("workspace_id","brand_id","rule_id","created_at");--> statement-breakpoint
CREATE INDEX "breakout_notification" ON "breakout" ("workspace_id","notification_id");--> statement-breakpoint
ALTER TABLE "forecast_model" ADD CONSTRAINT "forecast_model_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "reference_class" ADD CONSTRAINT "reference_class_RTUFJWjh975e_fkey" FOREIGN KEY ("workspace_id","model_id") REFERENCES "forecast_model"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "notification" ADD CONSTRAINT "notification_workspace_id_rule_id_rule_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","rule_id") REFERENCES "rule"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "figures_known" ADD CONSTRAINT "figures_known_workspace_id_video_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","video_id") REFERENCES "video"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "rule_score" ADD CONSTRAINT "rule_score_workspace_id_rule_id_rule_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","rule_id") REFERENCES "rule"("workspace_id","id");
--> statement-breakpoint
do $$
declare
  name text;
begin
  foreach name in array array['forecast_model', 'reference_class', 'notification', 'figures_known', 'rule_score'] loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy tenant on %I to seedbed_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
      name);
    execute format('grant select, insert on %I to seedbed_app', name);
  end loop;
end
$$;
--> statement-breakpoint
grant update on notification, rule_score, figures_known to seedbed_app;
--> statement-breakpoint
-- Workspaces that watch videos and have learned nothing since then.
create function due_lessons(before timestamptz) returns table (workspace_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select id from workspace
    where exists (select from video_state s where s.workspace_id = workspace.id and s.observed_at is not null)
      and not exists (select from forecast_model m where m.workspace_id = workspace.id and m.created_at >= before)
    order by id
  $$;
--> statement-breakpoint
revoke all on function due_lessons(timestamptz) from public;
--> statement-breakpoint
grant execute on function due_lessons(timestamptz) to seedbed_app;
