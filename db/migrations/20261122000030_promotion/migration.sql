CREATE TABLE "promotion" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "promotion_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" uuid DEFAULT gen_random_uuid() NOT NULL,
	"brand_id" bigint NOT NULL,
	"video_id" bigint NOT NULL,
	"breakout_id" bigint,
	"origin_id" bigint,
	"aim" text NOT NULL,
	"method" text NOT NULL,
	"subject_id" bigint NOT NULL,
	"advertiser_id" text NOT NULL,
	"aweme_id" text NOT NULL,
	"item_id" text NOT NULL,
	"plan_id" text,
	"amount_fen" bigint NOT NULL,
	"hours" double precision,
	"terms" jsonb NOT NULL,
	"trial_terms" jsonb,
	"proposed_by" bigint,
	"state" text NOT NULL,
	"order_stand" text NOT NULL,
	"change_call" text,
	"change_phase" text,
	"stop" text,
	"attempt" integer NOT NULL,
	"claimed_at" timestamp(3) with time zone,
	"since" timestamp(3) with time zone NOT NULL,
	"order_id" text,
	"ad_id" text,
	"ordered_fen" bigint NOT NULL,
	"adding_fen" bigint DEFAULT 0 NOT NULL,
	"committed_fen" bigint NOT NULL,
	"money_at" timestamp(3) with time zone,
	"added_before" jsonb,
	"spent_fen" bigint,
	"gmv_fen" bigint,
	"orders" bigint,
	"shows" bigint,
	"clicks" bigint,
	"plays" bigint,
	"interactions" bigint,
	"looked_at" timestamp(3) with time zone,
	"delivering_at" timestamp(3) with time zone,
	"over_at" timestamp(3) with time zone,
	"final_fen" bigint,
	"held" jsonb,
	"due_at" timestamp(3) with time zone,
	"claim" uuid,
	"claimed_until" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "promotion_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "promotion_aim" CHECK ("aim" in ('TRIAL', 'SCALE')),
	CONSTRAINT "promotion_money_counts" CHECK ("amount_fen" >= 0 and "ordered_fen" >= 0 and "adding_fen" >= 0 and "committed_fen" >= 0),
	CONSTRAINT "promotion_live" CHECK ("order_stand" = 'NONE' or "order_id" is not null),
	CONSTRAINT "promotion_change" CHECK (("change_call" is null) = ("change_phase" is null))
);
--> statement-breakpoint
CREATE TABLE "promotion_approval" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "promotion_approval_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"promotion_id" bigint NOT NULL,
	"token_id" bigint NOT NULL,
	"amount_fen" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "promotion_approval_pkey" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "promotion_call" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "promotion_call_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"promotion_id" bigint NOT NULL,
	"attempt" integer NOT NULL,
	"call" text NOT NULL,
	"stage" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"amount_fen" bigint,
	"outcome" text,
	"order_id" text,
	"problem" text,
	CONSTRAINT "promotion_call_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "promotion_call_claimed" CHECK (("stage" in ('CLAIMED', 'LOST')) = ("outcome" is null))
);
--> statement-breakpoint
CREATE TABLE "promotion_decision" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "promotion_decision_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"promotion_id" bigint NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"action" text NOT NULL,
	"rule" text NOT NULL,
	"rule_version" integer NOT NULL,
	"settings_version" integer NOT NULL,
	"amount_fen" bigint,
	"numbers" jsonb NOT NULL,
	"low" double precision,
	"high" double precision,
	"zh" text NOT NULL,
	"en" text NOT NULL,
	CONSTRAINT "promotion_decision_pkey" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "promotion_look" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"promotion_id" bigint,
	"at" timestamp(3) with time zone,
	"sight" text NOT NULL,
	"spent_fen" bigint,
	"gmv_fen" bigint,
	"orders" bigint,
	"shows" bigint,
	"clicks" bigint,
	"plays" bigint,
	"interactions" bigint,
	"disagrees" boolean NOT NULL,
	"trial" jsonb,
	CONSTRAINT "promotion_look_pkey" PRIMARY KEY("workspace_id","promotion_id","at")
);
--> statement-breakpoint
CREATE TABLE "promotion_settings" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"version" integer,
	"settings" jsonb NOT NULL,
	"killed" boolean NOT NULL,
	"changed_by" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "promotion_settings_pkey" PRIMARY KEY("workspace_id","version")
);
--> statement-breakpoint
CREATE TABLE "reconciliation" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "reconciliation_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject_id" bigint NOT NULL,
	"day" date NOT NULL,
	"orders" integer NOT NULL,
	"differences" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "reconciliation_pkey" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "promotion_key" ON "promotion" ("key");--> statement-breakpoint
CREATE UNIQUE INDEX "promotion_order" ON "promotion" ("workspace_id","advertiser_id","method","order_id");--> statement-breakpoint
CREATE UNIQUE INDEX "promotion_open" ON "promotion" ("workspace_id","video_id","aim","method") WHERE "state" in ('PROPOSED', 'APPROVED', 'SUBMITTING', 'RECONCILING', 'ASKING', 'RUNNING', 'JUDGING', 'FATIGUED');--> statement-breakpoint
CREATE UNIQUE INDEX "promotion_unsettled" ON "promotion" ("workspace_id","advertiser_id","item_id") WHERE "state" in ('SUBMITTING', 'RECONCILING', 'ASKING');--> statement-breakpoint
CREATE INDEX "promotion_due" ON "promotion" ("due_at") WHERE "due_at" is not null;--> statement-breakpoint
CREATE INDEX "promotion_money" ON "promotion" ("workspace_id","money_at");--> statement-breakpoint
CREATE INDEX "promotion_video" ON "promotion" ("workspace_id","video_id","id");--> statement-breakpoint
CREATE INDEX "promotion_brand" ON "promotion" ("workspace_id","brand_id","id");--> statement-breakpoint
CREATE INDEX "promotion_breakout" ON "promotion" ("workspace_id","breakout_id");--> statement-breakpoint
CREATE INDEX "promotion_approval_of" ON "promotion_approval" ("workspace_id","promotion_id");--> statement-breakpoint
CREATE INDEX "promotion_call_of" ON "promotion_call" ("workspace_id","promotion_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "promotion_call_claim" ON "promotion_call" ("workspace_id","promotion_id","attempt") WHERE "stage" = 'CLAIMED';--> statement-breakpoint
CREATE INDEX "promotion_decision_of" ON "promotion_decision" ("workspace_id","promotion_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "promotion_decision_start" ON "promotion_decision" ("workspace_id","promotion_id") WHERE "action" = 'START';--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliation_day" ON "reconciliation" ("workspace_id","subject_id","day");--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_workspace_id_video_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","video_id") REFERENCES "video"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_oPl5PSCr1nGJ_fkey" FOREIGN KEY ("workspace_id","breakout_id") REFERENCES "breakout"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_workspace_id_origin_id_promotion_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","origin_id") REFERENCES "promotion"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_workspace_id_subject_id_subject_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","subject_id") REFERENCES "subject"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_workspace_id_proposed_by_token_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","proposed_by") REFERENCES "token"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion_approval" ADD CONSTRAINT "promotion_approval_Sf38YCLaLx4Z_fkey" FOREIGN KEY ("workspace_id","promotion_id") REFERENCES "promotion"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion_approval" ADD CONSTRAINT "promotion_approval_ETjFsRa7xRSt_fkey" FOREIGN KEY ("workspace_id","token_id") REFERENCES "token"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion_call" ADD CONSTRAINT "promotion_call_L7xqHOH1ggKU_fkey" FOREIGN KEY ("workspace_id","promotion_id") REFERENCES "promotion"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion_decision" ADD CONSTRAINT "promotion_decision_DwnBMB8ICWgu_fkey" FOREIGN KEY ("workspace_id","promotion_id") REFERENCES "promotion"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion_look" ADD CONSTRAINT "promotion_look_bC0XSlTMQsGR_fkey" FOREIGN KEY ("workspace_id","promotion_id") REFERENCES "promotion"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "promotion_settings" ADD CONSTRAINT "promotion_settings_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "promotion_settings" ADD CONSTRAINT "promotion_settings_aLsbyA0TolT2_fkey" FOREIGN KEY ("workspace_id","changed_by") REFERENCES "token"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "reconciliation" ADD CONSTRAINT "reconciliation_nZuSRGxo0h8r_fkey" FOREIGN KEY ("workspace_id","subject_id") REFERENCES "subject"("workspace_id","id");
--> statement-breakpoint
do $$
declare
  name text;
begin
  foreach name in array array['promotion', 'promotion_approval', 'promotion_decision', 'promotion_call', 'promotion_look',
    'promotion_settings', 'reconciliation'] loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy tenant on %I to seedbed_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
      name);
    execute format('grant select, insert on %I to seedbed_app', name);
  end loop;
end
$$;
--> statement-breakpoint
grant update on promotion to seedbed_app;
--> statement-breakpoint
-- Promotions that are to be tended and that nobody tends.
create function due_promotions(now timestamptz) returns table (workspace_id bigint, promotion_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select workspace_id, id from promotion
    where due_at <= now and (claimed_until is null or claimed_until <= now)
    order by due_at, id limit 1000
  $$;
--> statement-breakpoint
-- Workspaces with episodes that ask for a trial and have none.
create function due_trials() returns table (workspace_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select distinct b.workspace_id from breakout b
    join rule_version v on v.workspace_id = b.workspace_id and v.rule_id = b.rule_id and v.version = b.rule_version
    where b.state = 'FIRING' and v.definition->>'action' = 'PROPOSE_TRIAL'
      and not exists (select from promotion p
        where p.workspace_id = b.workspace_id and p.video_id = b.video_id and p.aim = 'TRIAL'
          and (p.breakout_id = b.id or p.created_at >= b.firing_at))
    order by 1
  $$;
--> statement-breakpoint
-- Advertisers with orders of ours whose books of a day, as of its end, were not compared.
create function due_reconciliations(until date) returns table (workspace_id bigint, subject_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select distinct p.workspace_id, p.subject_id from promotion p
    where p.money_at is not null
      and not exists (select from reconciliation r
        where r.workspace_id = p.workspace_id and r.subject_id = p.subject_id and r.day >= until)
    order by 1, 2
  $$;
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  for signature in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and p.proname in ('due_promotions', 'due_trials', 'due_reconciliations')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
