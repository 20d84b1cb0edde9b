CREATE TABLE "remix" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"video_id" bigint,
	"origin_id" bigint NOT NULL,
	"parts" text[] NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "remix_pkey" PRIMARY KEY("workspace_id","video_id"),
	CONSTRAINT "remix_parts" CHECK ("parts" <@ '{HOOK,BODY,CALL_TO_ACTION}' and cardinality("parts") > 0),
	CONSTRAINT "remix_not_itself" CHECK ("video_id" <> "origin_id")
);
--> statement-breakpoint
CREATE TABLE "call_slot" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "call_slot_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"scope" text NOT NULL,
	"answered" boolean DEFAULT false NOT NULL,
	"until" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "delivery" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "delivery_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"webhook_id" bigint NOT NULL,
	"topic" text NOT NULL,
	"notification_id" bigint,
	"promotion_id" bigint,
	"due_at" timestamp(3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"sent_at" timestamp(3) with time zone,
	"status" integer,
	"problem" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "delivery_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "delivery_once" UNIQUE NULLS NOT DISTINCT("workspace_id","webhook_id","topic","notification_id","promotion_id"),
	CONSTRAINT "delivery_topic" CHECK ("topic" in ('BREAKOUT', 'TRIAL_READY', 'SCALE_READY', 'REUSE_HIT', 'ASKING')),
	CONSTRAINT "delivery_cause" CHECK (num_nonnulls("notification_id", "promotion_id") = 1)
);
--> statement-breakpoint
CREATE TABLE "webhook" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "webhook_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"team" text NOT NULL,
	"brand_id" bigint,
	"format" text NOT NULL,
	"url" bytea NOT NULL,
	"secret" bytea,
	"paused_at" timestamp(3) with time zone,
	"created_by" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "webhook_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "webhook_team" CHECK ("team" in ('ADS', 'KOL', 'CONTENT')),
	CONSTRAINT "webhook_format" CHECK ("format" in ('SIGNED', 'FEISHU', 'DINGTALK', 'WECOM'))
);
--> statement-breakpoint
ALTER TABLE "reconciliation" ADD COLUMN "wallet_fen" bigint;--> statement-breakpoint
ALTER TABLE "call_quota" DROP COLUMN "free_at";--> statement-breakpoint
CREATE INDEX "remix_origin" ON "remix" ("workspace_id","origin_id");--> statement-breakpoint
CREATE INDEX "call_slot_of" ON "call_slot" ("source","scope");--> statement-breakpoint
CREATE INDEX "delivery_due" ON "delivery" ("due_at") WHERE "due_at" is not null;--> statement-breakpoint
CREATE INDEX "delivery_sent" ON "delivery" ("workspace_id","webhook_id","sent_at") WHERE "sent_at" is not null;--> statement-breakpoint
CREATE INDEX "promotion_told" ON "promotion" ("workspace_id") WHERE "state" in ('PROPOSED', 'ASKING') or "change_phase" = 'ASKING';--> statement-breakpoint
ALTER TABLE "remix" ADD CONSTRAINT "remix_workspace_id_video_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","video_id") REFERENCES "video"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "remix" ADD CONSTRAINT "remix_workspace_id_origin_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","origin_id") REFERENCES "video"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_workspace_id_webhook_id_webhook_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","webhook_id") REFERENCES "webhook"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_AIAjJ8B3F6pE_fkey" FOREIGN KEY ("workspace_id","notification_id") REFERENCES "notification"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_ydq5CBBeIehM_fkey" FOREIGN KEY ("workspace_id","promotion_id") REFERENCES "promotion"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "webhook" ADD CONSTRAINT "webhook_workspace_id_created_by_token_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","created_by") REFERENCES "token"("workspace_id","id");
--> statement-breakpoint
do $$
declare
  name text;
begin
  foreach name in array array['remix', 'webhook', 'delivery'] loop
    execute format('alter table %I enable row level security', name);
    execute format(
      'create policy tenant on %I to seedbed_app using (workspace_id = current_workspace()) with check (workspace_id = current_workspace())',
      name);
    execute format('grant select, insert, update, delete on %I to seedbed_app', name);
  end loop;
end
$$;
--> statement-breakpoint
-- What a promotion stands at for people: a person is asked for a change of a running order as for the order itself.
-- null: it is PROPOSED and needs nobody's word, or is not found to yet.
create function told_state(state text, change_phase text, held jsonb) returns text
  language sql immutable as $$
    select case when change_phase = 'ASKING' then 'ASKING'
      when state <> 'PROPOSED' or held @? '$[*] ? (@.kind == "CONFIRM" || @.kind == "TWO_PERSONS")' then state end
  $$;
--> statement-breakpoint
-- No later than a person was asked, and after any earlier asking: the state moves on while a change is not settled.
create function told_since(change_phase text, since timestamptz, claimed_at timestamptz) returns timestamptz
  language sql immutable as $$ select case when change_phase = 'ASKING' then coalesce(claimed_at, since) else since end $$;
--> statement-breakpoint
-- Workspaces with something to tell that no address of the team was told of. Older than a day it is no news; but who is
-- asked is told, however late, and each time anew. The index promotion_told needs its condition word by word.
create function due_routes(now timestamptz) returns table (workspace_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select distinct w.workspace_id from webhook w
    where w.paused_at is null and (
      (w.team in ('CONTENT', 'KOL') and exists (select from notification n
        where n.workspace_id = w.workspace_id and (w.brand_id is null or w.brand_id = n.brand_id)
          and n.due_at <= now and n.due_at > now - interval '1 day' and n.created_at >= w.created_at
          and not exists (select from delivery d where d.workspace_id = n.workspace_id and d.webhook_id = w.id
            and d.notification_id = n.id)))
      or (w.team = 'ADS' and exists (select from promotion p
        cross join lateral (select told_state(p.state, p.change_phase, p.held) as state,
          told_since(p.change_phase, p.since, p.claimed_at) as since) told
        where p.workspace_id = w.workspace_id and (w.brand_id is null or w.brand_id = p.brand_id)
          and (p.state in ('PROPOSED', 'ASKING') or p.change_phase = 'ASKING')
          and (told.state = 'ASKING'
            or (told.state = 'PROPOSED' and told.since > now - interval '1 day' and told.since >= w.created_at))
          and not exists (select from delivery d where d.workspace_id = p.workspace_id and d.webhook_id = w.id
            and d.promotion_id = p.id and (d.topic = 'ASKING') = (told.state = 'ASKING')
            and (d.topic <> 'ASKING' or d.created_at >= told.since)))))
    order by 1
  $$;
--> statement-breakpoint
create function due_deliveries(now timestamptz) returns table (workspace_id bigint, delivery_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as 'select workspace_id, id from delivery where due_at <= now order by due_at, id limit 1000';
--> statement-breakpoint
alter table call_slot enable row level security;
--> statement-breakpoint
drop function lock_quota(text, text, date, timestamptz);
--> statement-breakpoint
drop function count_call(text, text, date, timestamptz);
--> statement-breakpoint
-- The row of one limit, made where there is none; locked until the end of the transaction. With it the slots that are
-- taken, and in how many ms the first of those that are answered is free; null: none is.
create function lock_quota(of_source text, of_scope text, today date)
  returns table (day date, calls integer, blocked_until timestamptz, taken integer, free_in double precision)
  language plpgsql security definer set search_path = public, pg_temp
  as $$
#variable_conflict use_column
declare
  quota call_quota;
begin
  insert into call_quota (source, scope, day) values (of_source, of_scope, today) on conflict do nothing;
  select * into strict quota from call_quota where source = of_source and scope = of_scope for update;
  -- A statement of its own, after the lock: it sees the slots that others took before.
  delete from call_slot where source = of_source and scope = of_scope and until <= clock_timestamp();
  return query
    select quota.day, quota.calls, quota.blocked_until, count(*)::integer,
      extract(epoch from min(until) filter (where answered) - clock_timestamp())::double precision * 1000
    from call_slot where source = of_source and scope = of_scope;
end
$$;
--> statement-breakpoint
-- One more call on that day, to be called with the row locked: a new day begins at 1.
create function count_call(of_source text, of_scope text, of_day date) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    update call_quota set calls = case when day = of_day then calls + 1 else 1 end, day = of_day
    where source = of_source and scope = of_scope
  $$;
--> statement-breakpoint
-- To be called with the row locked. The slot is free by itself after so many ms, if nobody says that it was answered.
create function take_slot(of_source text, of_scope text, lasts_ms double precision) returns bigint
  language sql security definer set search_path = public, pg_temp
  as $$
    insert into call_slot (source, scope, until)
    values (of_source, of_scope, clock_timestamp() + lasts_ms * interval '1 millisecond') returning id
  $$;
--> statement-breakpoint
create function leave_slot(of_slot bigint, lasts_ms double precision) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    update call_slot set answered = true, until = clock_timestamp() + lasts_ms * interval '1 millisecond'
    where id = of_slot and not answered
  $$;
--> statement-breakpoint
-- Looks at orders that were over before an instant, but for the last one of each; decisions and calls stay. Of all tenants.
create function prune_looks(before timestamptz) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  gone bigint;
begin
  -- Whatever the program asks for, by whatever clock.
  if before > now() - interval '30 days' then
    raise exception 'looks are kept for 30 days at least, and % is later', before using errcode = '22023';
  end if;
  delete from promotion_look l using promotion p
  where p.workspace_id = l.workspace_id and p.id = l.promotion_id and p.order_stand = 'OVER' and p.due_at is null
    and p.over_at < before
    and l.at < (select max(m.at) from promotion_look m where m.workspace_id = l.workspace_id and m.promotion_id = l.promotion_id);
  get diagnostics gone = row_count;
  return gone;
end
$$;
--> statement-breakpoint
-- Messages of all tenants that are over, from before an instant and 30 days ago; what they told of is not found again. That a
-- promotion asked is kept while it asks.
create function prune_deliveries(before timestamptz) returns bigint
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  gone bigint;
begin
  delete from delivery d
  where d.due_at is null and d.created_at < least(before, now() - interval '30 days')
    and not exists (select from promotion p where p.workspace_id = d.workspace_id and p.id = d.promotion_id
      and (p.state = 'ASKING' or p.change_phase = 'ASKING'));
  get diagnostics gone = row_count;
  return gone;
end
$$;
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  for signature in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and p.proname in ('due_routes', 'due_deliveries', 'lock_quota', 'count_call', 'take_slot', 'leave_slot', 'told_state', 'told_since', 'prune_looks',
        'prune_deliveries')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
