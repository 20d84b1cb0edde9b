CREATE TABLE "reach" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"subject_id" bigint,
	"kol_account_id" text,
	CONSTRAINT "reach_pkey" PRIMARY KEY("workspace_id","subject_id","kol_account_id")
);
--> statement-breakpoint
CREATE TABLE "subject" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "subject_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"source" text NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"lost_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "subject_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "subject_external" UNIQUE("workspace_id","account_id","source","external_id")
);
--> statement-breakpoint
CREATE TABLE "campaign" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "campaign_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"name" text NOT NULL,
	"level" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "campaign_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "campaign_name" UNIQUE("workspace_id","brand_id","name"),
	CONSTRAINT "campaign_level" CHECK ("level" in ('S', 'SS', 'A', 'IP', 'INDUSTRY', 'INDUSTRY_IP')),
	CONSTRAINT "campaign_days" CHECK ("ends_on" >= "starts_on")
);
--> statement-breakpoint
CREATE TABLE "occasion" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "occasion_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"lunar" boolean DEFAULT false NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "occasion_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "occasion_name" UNIQUE("workspace_id","name","starts_on"),
	CONSTRAINT "occasion_days_order" CHECK ("ends_on" >= "starts_on")
);
--> statement-breakpoint
CREATE TABLE "phase" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "phase_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"campaign_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"starts_on" date NOT NULL,
	"ends_on" date NOT NULL,
	"budget_fen" bigint,
	"goal" jsonb DEFAULT '{}' NOT NULL,
	"threshold" jsonb DEFAULT '{}' NOT NULL,
	CONSTRAINT "phase_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "phase_kind" UNIQUE("workspace_id","campaign_id","kind"),
	CONSTRAINT "phase_kind_known" CHECK ("kind" in ('PREPARATION', 'WARM_UP', 'EVENT', 'ENCORE')),
	CONSTRAINT "phase_days" CHECK ("ends_on" >= "starts_on"),
	CONSTRAINT "phase_budget" CHECK ("budget_fen" >= 0)
);
--> statement-breakpoint
CREATE TABLE "collaboration" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "collaboration_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"cell_id" bigint NOT NULL,
	"kol_id" bigint NOT NULL,
	"phase_id" bigint,
	"state" text NOT NULL,
	"step" text NOT NULL,
	"price_fen" bigint,
	"band" text,
	"commission_bp" integer,
	"deliverables" text,
	"due_on" date,
	"brief" text,
	"draft_link" text,
	"video_id" bigint,
	"origin_breakout_id" bigint,
	"origin_id" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "collaboration_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "collaboration_state" CHECK ("state" in ('PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT', 'PUBLISHED', 'SETTLED', 'DROPPED')),
	CONSTRAINT "collaboration_step" CHECK ("step" in ('TEST', 'REUSE', 'RADIATE')),
	CONSTRAINT "collaboration_price" CHECK ("price_fen" >= 0),
	CONSTRAINT "collaboration_commission" CHECK ("commission_bp" between 0 and 10000),
	CONSTRAINT "collaboration_agreed" CHECK ("state" in ('PROPOSED', 'DROPPED') or "price_fen" is not null)
);
--> statement-breakpoint
CREATE TABLE "collaboration_step" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"collaboration_id" bigint,
	"seq" integer,
	"state" text NOT NULL,
	"note" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "collaboration_step_pkey" PRIMARY KEY("workspace_id","collaboration_id","seq")
);
--> statement-breakpoint
CREATE TABLE "kol_price" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"kol_id" bigint,
	"band" text,
	"observed_at" timestamp(3) with time zone,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"source" text,
	"price_fen" bigint NOT NULL,
	CONSTRAINT "kol_price_pkey" PRIMARY KEY("workspace_id","kol_id","band","observed_at","source"),
	CONSTRAINT "kol_price_band" CHECK ("band" in ('UP_TO_20S', 'FROM_21_TO_60S', 'OVER_60S')),
	CONSTRAINT "kol_price_positive" CHECK ("price_fen" >= 0)
);
--> statement-breakpoint
CREATE TABLE "tier_policy" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"starts_on" date,
	"head" bigint NOT NULL,
	"waist" bigint NOT NULL,
	"tail" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "tier_policy_pkey" PRIMARY KEY("workspace_id","starts_on"),
	CONSTRAINT "tier_policy_falls" CHECK ("head" > "waist" and "waist" > "tail" and "tail" > 0)
);
--> statement-breakpoint
CREATE TABLE "pair" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "pair_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"element_id" bigint NOT NULL,
	"other_id" bigint NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"lifted_at" timestamp(3) with time zone,
	CONSTRAINT "pair_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "pair_kind" CHECK ("kind" in ('FORBIDDEN', 'REQUIRED'))
);
--> statement-breakpoint
CREATE TABLE "series" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "series_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"name" text NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "series_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "series_name" UNIQUE("workspace_id","brand_id","name")
);
--> statement-breakpoint
ALTER TABLE "account" ADD COLUMN "explored_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "brand" ADD COLUMN "brief_template" text;--> statement-breakpoint
ALTER TABLE "kol" ADD COLUMN "show_id" text;--> statement-breakpoint
ALTER TABLE "kol" ADD COLUMN "city" text;--> statement-breakpoint
ALTER TABLE "kol" ADD COLUMN "mcn" text;--> statement-breakpoint
ALTER TABLE "kol" ADD COLUMN "tier_override" text;--> statement-breakpoint
ALTER TABLE "kol" ADD COLUMN "archived_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "element_version" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "element_version" ADD COLUMN "links" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "video" ADD COLUMN "series_id" bigint;--> statement-breakpoint
ALTER TABLE "video" ADD COLUMN "hook" text;--> statement-breakpoint
ALTER TABLE "video" ADD COLUMN "format" text;--> statement-breakpoint
ALTER TABLE "video" ADD COLUMN "phase_id" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "cell_id" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "phase_id" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "flagged_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "spend_fen" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "gmv_fen" bigint;--> statement-breakpoint
ALTER TABLE "kol" ALTER COLUMN "account_id" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "reach_kol" ON "reach" ("workspace_id","kol_account_id");--> statement-breakpoint
CREATE INDEX "occasion_days" ON "occasion" ("workspace_id","starts_on");--> statement-breakpoint
CREATE INDEX "collaboration_brand" ON "collaboration" ("workspace_id","brand_id","id");--> statement-breakpoint
CREATE INDEX "collaboration_kol" ON "collaboration" ("workspace_id","kol_id");--> statement-breakpoint
CREATE INDEX "collaboration_origin" ON "collaboration" ("workspace_id","origin_id");--> statement-breakpoint
CREATE INDEX "collaboration_breakout" ON "collaboration" ("workspace_id","origin_breakout_id");--> statement-breakpoint
CREATE UNIQUE INDEX "collaboration_video" ON "collaboration" ("workspace_id","video_id");--> statement-breakpoint
CREATE INDEX "kol_name" ON "kol" ("workspace_id","name");--> statement-breakpoint
CREATE INDEX "kol_tier_vertical" ON "kol" ("workspace_id","tier","vertical");--> statement-breakpoint
CREATE UNIQUE INDEX "pair_elements" ON "pair" ("workspace_id","element_id","other_id","kind") WHERE "lifted_at" is null;--> statement-breakpoint
CREATE INDEX "pair_brand" ON "pair" ("workspace_id","brand_id");--> statement-breakpoint
CREATE INDEX "video_planned" ON "video" ("workspace_id","cell_id","phase_id") WHERE "stage" = 'PLANNED';--> statement-breakpoint
CREATE INDEX "video_calendar" ON "video" ("workspace_id","planned_for");--> statement-breakpoint
ALTER TABLE "reach" ADD CONSTRAINT "reach_workspace_id_subject_id_subject_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","subject_id") REFERENCES "subject"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "subject" ADD CONSTRAINT "subject_workspace_id_account_id_account_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","account_id") REFERENCES "account"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "campaign" ADD CONSTRAINT "campaign_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "occasion" ADD CONSTRAINT "occasion_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "phase" ADD CONSTRAINT "phase_workspace_id_campaign_id_campaign_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "campaign"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_workspace_id_cell_id_cell_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","cell_id") REFERENCES "cell"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_workspace_id_kol_id_kol_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","kol_id") REFERENCES "kol"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_workspace_id_phase_id_phase_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","phase_id") REFERENCES "phase"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_workspace_id_video_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","video_id") REFERENCES "video"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_mSgwnMK8IttE_fkey" FOREIGN KEY ("workspace_id","origin_breakout_id") REFERENCES "breakout"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration" ADD CONSTRAINT "collaboration_IblCBTHzoL4W_fkey" FOREIGN KEY ("workspace_id","origin_id") REFERENCES "collaboration"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "collaboration_step" ADD CONSTRAINT "collaboration_step_vzglnykL1wSG_fkey" FOREIGN KEY ("workspace_id","collaboration_id") REFERENCES "collaboration"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "kol_price" ADD CONSTRAINT "kol_price_workspace_id_kol_id_kol_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","kol_id") REFERENCES "kol"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "tier_policy" ADD CONSTRAINT "tier_policy_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "pair" ADD CONSTRAINT "pair_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "pair" ADD CONSTRAINT "pair_workspace_id_element_id_element_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","element_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "pair" ADD CONSTRAINT "pair_workspace_id_other_id_element_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","other_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "video" ADD CONSTRAINT "video_workspace_id_series_id_series_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","series_id") REFERENCES "series"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "video" ADD CONSTRAINT "video_workspace_id_phase_id_phase_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","phase_id") REFERENCES "phase"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "kol" ADD CONSTRAINT "kol_tier_override" CHECK ("tier_override" in ('HEAD', 'WAIST', 'TAIL', 'KOC'));--> statement-breakpoint
do $$
declare
  name text;
begin
  foreach name in array array['pair', 'series', 'kol_price', 'tier_policy', 'campaign', 'phase', 'occasion',
    'collaboration', 'collaboration_step', 'subject', 'reach']
  loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy tenant on %I to seedbed_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
      name);
    execute format('grant select, insert, update on %I to seedbed_app', name);
  end loop;
end
$$;
--> statement-breakpoint
revoke update on kol_price, collaboration_step from seedbed_app;
--> statement-breakpoint
-- A 抖音号 that is no longer bound, and an element that is taken out of a matrix: nothing else hangs on these rows.
grant delete on reach, matrix_element to seedbed_app;
--> statement-breakpoint
-- Tiers were set by hand until now; from here on they follow from followers unless they are overridden.
update kol set tier_override = tier where tier is not null;
--> statement-breakpoint
create function due_accounts(before timestamptz) returns table (workspace_id bigint, account_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select workspace_id, id from account
    where state = 'ACTIVE' and (explored_at is null or explored_at <= before)
  $$;
--> statement-breakpoint
revoke all on function due_accounts(timestamptz) from public;
--> statement-breakpoint
grant execute on function due_accounts(timestamptz) to seedbed_app;
