CREATE TABLE "sale_day" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"item_id" text,
	"day" date,
	"subject_id" bigint,
	"orders" bigint NOT NULL,
	"gmv_fen" bigint NOT NULL,
	"settled7_fen" bigint NOT NULL,
	"settled14_fen" bigint NOT NULL,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sale_day_pkey" PRIMARY KEY("workspace_id","item_id","day","subject_id")
);
--> statement-breakpoint
alter table sale_day enable row level security;
--> statement-breakpoint
create policy tenant on sale_day to seedbed_app
  using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update, delete on sale_day to seedbed_app;
--> statement-breakpoint
-- Orders of an item that count, paid in [since, before), as known at an instant (null: now). One that both sides name is
-- the shop's. All were paid; one that was closed since gave the money back. Settled is what was not given back within 7
-- (14) days of the payment. `offset 0`: through the keys, order by order; the planner would rather read all sales.
create function counted_sales(of_item text, since timestamptz, before timestamptz, as_of timestamptz) returns table (
    subject_id bigint, day date, paid_at timestamptz, pay_amount_fen bigint, settled7_fen bigint, settled14_fen bigint,
    recorded_at timestamptz)
  language sql stable
  as $$
  select s.subject_id, (s.paid_at at time zone workspace.zone)::date, s.paid_at, s.pay_amount_fen,
    case when known.refunded_at <= s.paid_at + interval '7 days' then 0 else kept.fen end,
    case when known.refunded_at <= s.paid_at + interval '14 days' then 0 else kept.fen end,
    s.recorded_at
  from workspace cross join (
    select distinct on (side, order_id) * from sale
    where workspace_id = current_workspace() and item_id = of_item and paid_at >= since and paid_at < before
      and recorded_at <= coalesce(as_of, 'infinity')
    order by side, order_id, revision desc
  ) s
  -- A later revision may name another item or another day: then it counts there.
  cross join lateral (
    select max(r.revision) as latest, min(coalesce(r.updated_at, r.recorded_at))
      filter (where r.refunded or r.status in ('CANCELED', 'REFUNDED')) as refunded_at
    from sale r
    where r.workspace_id = current_workspace() and r.side = s.side and r.order_id = s.order_id
      and r.recorded_at <= coalesce(as_of, 'infinity')
  ) known
  cross join lateral (
    select case when known.refunded_at is not null then s.pay_amount_fen
      else coalesce(s.settled_fen, s.pay_amount_fen) end as fen
  ) kept
  where workspace.id = current_workspace() and s.revision = known.latest
    and (s.side = 'shop' or not exists (
      select from sale shop where shop.workspace_id = current_workspace() and shop.side = 'shop'
        and shop.order_id = s.order_id and shop.recorded_at <= coalesce(as_of, 'infinity')
      offset 0))
  offset 0
  $$;
--> statement-breakpoint
-- The row of sale_day for each subject of one item and business day, as its orders say now. The bounds are for the index:
-- where clocks are put back at midnight, a day has an hour more than they say.
create function sum_sales(of_item text, of_day date) returns table (
    subject_id bigint, orders bigint, gmv_fen bigint, settled7_fen bigint, settled14_fen bigint, recorded_at timestamptz)
  language sql stable
  as $$
  select s.subject_id, count(*), sum(s.pay_amount_fen)::bigint, sum(s.settled7_fen)::bigint,
    sum(s.settled14_fen)::bigint, max(s.recorded_at)
  from workspace cross join lateral counted_sales(of_item, of_day::timestamp at time zone workspace.zone - interval '1 hour',
    (of_day + 1)::timestamp at time zone workspace.zone + interval '1 hour', null) s
  where workspace.id = current_workspace() and s.day = of_day
  group by s.subject_id
  $$;
--> statement-breakpoint
-- As in the migration before, but for the sales of now, which come by day from sale_day.
create or replace function told_by_day(video_ids bigint[], as_of timestamptz) returns table (
    video_id bigint, source text, day date, spend_fen bigint, paid_gmv_fen bigint, gmv_fen bigint, orders bigint,
    settled7_fen bigint, settled14_fen bigint, ad_shows bigint, bought_plays bigint,
    finished float8, finished_of float8, five_seconds float8, five_seconds_of float8, completion_rate float8,
    five_second_rate float8,
    recorded_at timestamptz)
  language sql stable
  as $$
  with item as materialized (
    select v.id as video_id, v.item_id from video v
    where v.workspace_id = current_workspace() and v.id = any(video_ids) and v.item_id is not null
  ),
  -- A later revision counts also where it names another video: then nothing is left of the row here.
  said as (
    select item.video_id, o.*
    from item join outcome o on o.item_id = item.item_id
    cross join lateral (
      select max(r.revision) as latest from outcome r
      where r.workspace_id = current_workspace() and r.source = o.source and r.subject = o.subject
        and r.subject_id = o.subject_id and r.scope_id = o.scope_id and r.starts_at = o.starts_at
        and r.ends_at = o.ends_at and r.recorded_at <= coalesce(as_of, 'infinity')
    ) known
    where o.workspace_id = current_workspace() and o.revision = known.latest
      and o.recorded_at <= coalesce(as_of, 'infinity')
  ),
  -- What was counted over all plans ('') stands for what was counted within each, and a day for its hours.
  ranked as (
    select said.*,
      dense_rank() over (partition by source, subject, subject_id order by grain not in ('DAY', 'HOUR')) as grain_rank,
      dense_rank() over (partition by source, subject, subject_id,
        case when grain in ('DAY', 'HOUR') then day end order by scope_id <> '') as scope_rank,
      case when grain in ('DAY', 'HOUR')
        then dense_rank() over (partition by source, subject, subject_id, scope_id, day order by grain)
        else row_number() over (partition by source, subject, subject_id, scope_id
          order by grain in ('DAY', 'HOUR'), grain <> 'TOTAL', ends_at desc, starts_at)
      end as period_rank
    from said
  ),
  -- The platforms' days are Shanghai's and keep their name; hours and orders lie in a day of the workspace.
  period as (
    select r.*,
      case r.grain when 'DAY' then r.day when 'HOUR' then (r.starts_at at time zone workspace.zone)::date end as business_day,
      r.subject in ('MATERIAL', 'PLAN', 'ORDER') or r.source = 'qianchuan' as of_ads,
      case jsonb_typeof(r.extra -> 'finishRate') when 'number' then (r.extra ->> 'finishRate')::float8 end as finish,
      case jsonb_typeof(r.extra -> 'play5sRate') when 'number' then (r.extra ->> 'play5sRate')::float8 end as five
    from ranked r cross join workspace
    where workspace.id = current_workspace() and r.grain_rank = 1 and r.scope_rank = 1 and r.period_rank = 1
  ),
  -- Until when the refunds of a subject's orders are known. read_to moves on, so of before it is the latest payment known
  -- then: changes come in their order, and none is older than its payment.
  read as (
    select id, case when as_of is null then read_to else (
      select s.paid_at from sale s
      where s.workspace_id = current_workspace() and s.subject_id = subject.id
        and s.paid_at <= as_of and s.recorded_at <= as_of
      order by s.paid_at desc limit 1) end as until
    from subject where workspace_id = current_workspace()
  ),
  sold as (
    select item.video_id, s.*, read.until
    from item cross join lateral counted_sales(item.item_id, '-infinity', 'infinity', as_of) s left join read on read.id = s.subject_id
    where as_of is not null
  ),
  -- Of now the sums of each day that are kept; only of a day that is part old enough and part not, its orders.
  kept as (
    select item.video_id, d.*, read.until, bound.starts_at, bound.ends_at
    from item join sale_day d on d.workspace_id = current_workspace() and d.item_id = item.item_id
    cross join workspace left join read on read.id = d.subject_id
    cross join lateral (
      select d.day::timestamp at time zone workspace.zone - interval '1 hour' as starts_at,
        (d.day + 1)::timestamp at time zone workspace.zone + interval '1 hour' as ends_at
    ) bound
    where workspace.id = current_workspace() and as_of is null
  )
  select video_id, source, business_day, sum(spend_fen)::bigint,
    (sum(gmv_fen) filter (where of_ads))::bigint, (sum(gmv_fen) filter (where not of_ads))::bigint,
    (sum(orders) filter (where not of_ads))::bigint, null::bigint, null::bigint,
    (sum(shows) filter (where of_ads))::bigint, (sum(plays) filter (where of_ads))::bigint,
    sum(plays * finish), sum(plays) filter (where finish is not null),
    sum(plays * five), sum(plays) filter (where five is not null),
    (array_agg(finish order by ends_at desc, recorded_at desc) filter (where finish is not null))[1],
    (array_agg(five order by ends_at desc, recorded_at desc) filter (where five is not null))[1],
    max(recorded_at)
  from period group by video_id, source, business_day
  union all
  select video_id, 'sale', day, null, null, sum(pay_amount_fen)::bigint, count(*),
    (sum(settled7_fen) filter (where paid_at + interval '7 days' <= until))::bigint,
    (sum(settled14_fen) filter (where paid_at + interval '14 days' <= until))::bigint,
    null, null, null, null, null, null, null, null, max(recorded_at)
  from sold group by video_id, day
  union all
  select video_id, 'sale', day, null, null, sum(gmv_fen)::bigint, sum(orders)::bigint,
    sum(case
      when ends_at + interval '7 days' <= until then settled7_fen
      when starts_at + interval '7 days' <= until then (
        select sum(s.settled7_fen) from counted_sales(kept.item_id, starts_at, ends_at, null) s
        where s.subject_id = kept.subject_id and s.day = kept.day and s.paid_at + interval '7 days' <= until)
    end)::bigint,
    sum(case
      when ends_at + interval '14 days' <= until then settled14_fen
      when starts_at + interval '14 days' <= until then (
        select sum(s.settled14_fen) from counted_sales(kept.item_id, starts_at, ends_at, null) s
        where s.subject_id = kept.subject_id and s.day = kept.day and s.paid_at + interval '14 days' <= until)
    end)::bigint,
    null, null, null, null, null, null, null, null, max(recorded_at)
  from kept group by video_id, day
  $$;
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  for signature in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in ('counted_sales', 'sum_sales')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
--> statement-breakpoint
-- Of what was sold before there was the table.
do $$
declare
  tenant bigint;
begin
  for tenant in select distinct workspace_id from sale loop
    perform set_config('seedbed.workspace', tenant::text, true);
    insert into sale_day (item_id, day, subject_id, orders, gmv_fen, settled7_fen, settled14_fen, recorded_at)
    select touched.item_id, touched.day, summed.*
    from (
      select distinct s.item_id, (s.paid_at at time zone w.zone)::date as day
      from sale s join workspace w on w.id = s.workspace_id
      where s.workspace_id = tenant
    ) touched cross join lateral sum_sales(touched.item_id, touched.day) summed;
  end loop;
  perform set_config('seedbed.workspace', '', true);
end
$$;
