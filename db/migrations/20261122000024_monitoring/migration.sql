CREATE TABLE "brand_day" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"brand_id" bigint,
	"day" date,
	"videos" integer NOT NULL,
	"gained_plays" bigint,
	"gained_likes" bigint,
	"gained_comments" bigint,
	"gained_shares" bigint,
	"gained_saves" bigint,
	"looks" integer NOT NULL,
	"spend_fen" bigint,
	"paid_gmv_fen" bigint,
	"gmv_fen" bigint,
	"orders" bigint,
	CONSTRAINT "brand_day_pkey" PRIMARY KEY("workspace_id","brand_id","day")
);
--> statement-breakpoint
CREATE TABLE "video_day" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"video_id" bigint,
	"brand_id" bigint NOT NULL,
	"day" date,
	"observed_at" timestamp(3) with time zone,
	"plays" bigint,
	"likes" bigint,
	"comments" bigint,
	"shares" bigint,
	"saves" bigint,
	"gained_plays" bigint,
	"gained_likes" bigint,
	"gained_comments" bigint,
	"gained_shares" bigint,
	"gained_saves" bigint,
	"looks" integer NOT NULL,
	"spend_fen" bigint,
	"paid_gmv_fen" bigint,
	"gmv_fen" bigint,
	"orders" bigint,
	CONSTRAINT "video_day_pkey" PRIMARY KEY("workspace_id","video_id","day")
);
--> statement-breakpoint
CREATE TABLE "video_hour" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"video_id" bigint,
	"hour" timestamp(3) with time zone,
	"observed_at" timestamp(3) with time zone NOT NULL,
	"plays" bigint,
	"likes" bigint,
	"comments" bigint,
	"shares" bigint,
	"saves" bigint,
	"looks" integer NOT NULL,
	CONSTRAINT "video_hour_pkey" PRIMARY KEY("workspace_id","video_id","hour")
) PARTITION BY RANGE ("hour");
--> statement-breakpoint
CREATE TABLE "call_quota" (
	"source" text,
	"scope" text,
	"day" date NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	"free_at" timestamp(3) with time zone NOT NULL,
	"blocked_until" timestamp(3) with time zone,
	CONSTRAINT "call_quota_pkey" PRIMARY KEY("source","scope")
);
--> statement-breakpoint
CREATE TABLE "call_use" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"day" date,
	"source" text,
	"scope" text,
	"calls" integer DEFAULT 0 NOT NULL,
	"refused" integer DEFAULT 0 NOT NULL,
	"cost_fen" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "call_use_pkey" PRIMARY KEY("workspace_id","day","source","scope")
);
--> statement-breakpoint
CREATE TABLE "look_price" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"source" text,
	"price_fen" double precision NOT NULL,
	"decided_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "look_price_pkey" PRIMARY KEY("workspace_id","source")
);
--> statement-breakpoint
CREATE TABLE "sale" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"side" text,
	"order_id" text,
	"revision" smallint DEFAULT 0,
	"subject_id" bigint NOT NULL,
	"item_id" text NOT NULL,
	"kol_account_id" text,
	"product_id" text,
	"pay_amount_fen" bigint NOT NULL,
	"settled_fen" bigint,
	"status" text NOT NULL,
	"refunded" boolean NOT NULL,
	"paid_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone,
	"doubt" text,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sale_pkey" PRIMARY KEY("workspace_id","side","order_id","revision"),
	CONSTRAINT "sale_side" CHECK ("side" in ('shop', 'alliance'))
);
--> statement-breakpoint
CREATE TABLE "poll_shard" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"source" text,
	"shard" smallint,
	"due_at" timestamp(3) with time zone,
	"claim" uuid,
	"claimed_until" timestamp(3) with time zone,
	CONSTRAINT "poll_shard_pkey" PRIMARY KEY("workspace_id","source","shard")
);
--> statement-breakpoint
DROP INDEX "video_state_due";--> statement-breakpoint
ALTER TABLE "subject" ADD COLUMN "answered_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "subject" ADD COLUMN "failed_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "subject" ADD COLUMN "failure_kind" text;--> statement-breakpoint
ALTER TABLE "subject" ADD COLUMN "failure_text" text;--> statement-breakpoint
ALTER TABLE "subject" ADD COLUMN "read_to" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "phase" ADD COLUMN "cycle_minutes" integer;--> statement-breakpoint
ALTER TABLE "matrix" ADD COLUMN "cycle_minutes" integer;--> statement-breakpoint
ALTER TABLE "video" ADD COLUMN "cycle_minutes" integer;--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "interaction_counters" text[] DEFAULT '{likes,comments,shares}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "workspace" ADD COLUMN "look_cap_fen" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "shard" smallint GENERATED ALWAYS AS ((coalesce(kol_id, video_id) % 256)::smallint) STORED;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "acceleration" double precision;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "paid_gmv_fen" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "orders" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "settled7_fen" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "settled14_fen" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "ad_shows" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "bought_plays" bigint;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "bought_by" text;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "completion_rate" double precision;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "five_second_rate" double precision;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "poll_why" text;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "urgent" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "cycle_minutes" integer;--> statement-breakpoint
ALTER TABLE "video_state" ADD COLUMN "dirty_from" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "video_state" DROP COLUMN "claim";--> statement-breakpoint
ALTER TABLE "video_state" DROP COLUMN "claimed_until";--> statement-breakpoint
CREATE INDEX "video_day_brand" ON "video_day" ("workspace_id","brand_id","day");--> statement-breakpoint
CREATE INDEX "sale_item" ON "sale" ("workspace_id","item_id","paid_at");--> statement-breakpoint
CREATE INDEX "video_state_shard" ON "video_state" ("workspace_id","source","shard");--> statement-breakpoint
ALTER TABLE "call_use" ADD CONSTRAINT "call_use_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "look_price" ADD CONSTRAINT "look_price_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
-- Room for the next version of a row beside the one before: an update that finds it stays on its page.
ALTER TABLE "video_state" SET (fillfactor = 70);--> statement-breakpoint
do $$
declare
  name text;
begin
  foreach name in array array['video_hour', 'video_day', 'brand_day', 'call_use', 'look_price', 'sale', 'poll_shard'] loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy tenant on %I to seedbed_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
      name);
    execute format('grant select, insert, update on %I to seedbed_app', name);
  end loop;
end
$$;
--> statement-breakpoint
-- Append-only: what a platform said of an order stays; what it says later is a revision.
revoke update on sale from seedbed_app;
--> statement-breakpoint
-- A bucket that is made again may turn out to have nothing in it.
grant delete on video_hour, video_day, brand_day to seedbed_app;
--> statement-breakpoint
insert into poll_shard (workspace_id, source, shard, due_at)
select workspace_id, source, shard, min(next_poll_at) from video_state where source is not null group by 1, 2, 3;
--> statement-breakpoint
drop function due_work(timestamptz);
--> statement-breakpoint
create function due_shards(now timestamptz) returns table (workspace_id bigint, source text, shards bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select workspace_id, source, count(*)
    from poll_shard
    where due_at <= now and (claimed_until is null or claimed_until <= now)
    group by workspace_id, source
  $$;
--> statement-breakpoint
-- Makes the monthly partitions that cover both instants and every month between them.
create or replace function ensure_snapshot_partitions(first timestamptz, last timestamptz) returns void
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  month timestamp := date_trunc('month', first at time zone 'UTC');
  parent text;
  name text;
begin
  if first < '2000-01-01Z' or last > '2100-01-01Z' then
    raise exception 'snapshots lie between 2000 and 2100, not at % to %', first, last using errcode = '22008';
  end if;
  while month <= last at time zone 'UTC' loop
    foreach parent in array array['snapshot', 'video_hour'] loop
      name := parent || '_' || to_char(month, 'YYYY_MM');
      if to_regclass(name) is null then
        perform pg_advisory_xact_lock(hashtext('snapshot partitions'));
        execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
          name, parent, month::text || 'Z', (month + interval '1 month')::text || 'Z');
      end if;
    end loop;
    month := month + interval '1 month';
  end loop;
end
$$;
--> statement-breakpoint
revoke all on function due_shards(timestamptz) from public;
--> statement-breakpoint
grant execute on function due_shards(timestamptz) to seedbed_app;
