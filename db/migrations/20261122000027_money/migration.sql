ALTER TABLE "outcome" ADD COLUMN "item_id" text GENERATED ALWAYS AS (case subject when 'VIDEO' then subject_id else labels ->> 'videoId' end) STORED;--> statement-breakpoint
CREATE INDEX "outcome_item" ON "outcome" ("workspace_id","item_id");--> statement-breakpoint
CREATE INDEX "sale_paid" ON "sale" ("workspace_id","subject_id","paid_at");--> statement-breakpoint
-- What each source says of videos as known at an instant (null: now), by business day; `day` is null where a source
-- gives no days. Of overlapping periods one grain counts: days (hours where a day has none), else the latest period.
create function told_by_day(video_ids bigint[], as_of timestamptz) returns table (
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
    select item.video_id, s.*, known.refunded_at
    from item join sale s on s.workspace_id = current_workspace() and s.item_id = item.item_id
      and s.recorded_at <= coalesce(as_of, 'infinity')
    cross join lateral (
      select max(r.revision) as latest, min(coalesce(r.updated_at, r.recorded_at))
        filter (where r.refunded or r.status in ('CANCELED', 'REFUNDED')) as refunded_at
      from sale r
      where r.workspace_id = current_workspace() and r.side = s.side and r.order_id = s.order_id
        and r.recorded_at <= coalesce(as_of, 'infinity')
    ) known
    where s.revision = known.latest
  ),
  -- An order that both sides name is the shop's. All were paid; one that was closed since gave the money back.
  sale_once as (
    select sold.*, (sold.paid_at at time zone workspace.zone)::date as business_day, read.until,
      case when refunded_at is not null then pay_amount_fen else coalesce(settled_fen, pay_amount_fen) end as kept_fen
    from sold cross join workspace left join read on read.id = sold.subject_id
    where workspace.id = current_workspace()
      and (side = 'shop' or not exists (
        select from sale shop where shop.workspace_id = current_workspace() and shop.side = 'shop'
          and shop.order_id = sold.order_id and shop.recorded_at <= coalesce(as_of, 'infinity')))
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
  select video_id, 'sale', business_day, null, null, sum(pay_amount_fen)::bigint, count(*),
    (sum(case when refunded_at <= paid_at + interval '7 days' then 0 else kept_fen end)
      filter (where paid_at + interval '7 days' <= until))::bigint,
    (sum(case when refunded_at <= paid_at + interval '14 days' then 0 else kept_fen end)
      filter (where paid_at + interval '14 days' <= until))::bigint,
    null, null, null, null, null, null, null, null, max(recorded_at)
  from sale_once group by video_id, business_day
  $$;
--> statement-breakpoint
-- The order of sources of rules/precedence.ts (test/db/money.test.ts compares them): channels add up, within one the lowest rank
-- counts; channel 0 counts where no other says anything.
create function source_order() returns table (figure text, channel int, source text, rank int)
  language sql immutable
  as $$
    values
      ('spendFen', 1, 'suixintui', 1), ('spendFen', 1, 'order', 2),
      ('spendFen', 2, 'qianchuan', 1), ('spendFen', 2, 'material', 2), ('spendFen', 2, 'plan', 3),
      ('spendFen', 0, 'compass', 1),
      ('paidGmvFen', 1, 'suixintui', 1), ('paidGmvFen', 1, 'order', 2),
      ('paidGmvFen', 2, 'qianchuan', 1), ('paidGmvFen', 2, 'material', 2), ('paidGmvFen', 2, 'plan', 3),
      ('gmvFen', 1, 'sale', 1), ('gmvFen', 1, 'compass', 2), ('gmvFen', 1, 'task', 3),
      ('orders', 1, 'sale', 1), ('orders', 1, 'compass', 2), ('orders', 1, 'task', 3)
  $$;
--> statement-breakpoint
-- Money of videos by business day of the workspace, from the source that rules/precedence.ts prefers for the video as a
-- whole: by days the sum of it is the total, unless the preferred source gives no days. Null: not known.
create function money_by_day(video_ids bigint[], since timestamptz)
  returns table (video_id bigint, day date, spend_fen bigint, paid_gmv_fen bigint, gmv_fen bigint, orders bigint)
  language sql stable
  as $$
  with told as materialized (
    select t.video_id, t.source, t.day, f.figure, f.value
    from told_by_day(video_ids, null) t
    cross join lateral (values ('spendFen', t.spend_fen), ('paidGmvFen', t.paid_gmv_fen), ('gmvFen', t.gmv_fen),
      ('orders', t.orders)) f (figure, value)
    where f.value is not null
  ),
  -- A source that is not declared, of a user's own mapping, comes last.
  placed as (
    select told.video_id, told.source, told.figure, coalesce(o.channel, 0) as channel,
      row_number() over (partition by told.video_id, told.figure, coalesce(o.channel, 0)
        order by coalesce(o.rank, 100), told.source collate "C") as place,
      max(coalesce(o.channel, 0)) over (partition by told.video_id, told.figure) as highest
    from (select distinct video_id, source, figure from told) told
    left join source_order() o on o.figure = told.figure and o.source = told.source
  )
  select told.video_id, told.day,
    (sum(told.value) filter (where told.figure = 'spendFen'))::bigint,
    (sum(told.value) filter (where told.figure = 'paidGmvFen'))::bigint,
    (sum(told.value) filter (where told.figure = 'gmvFen'))::bigint,
    (sum(told.value) filter (where told.figure = 'orders'))::bigint
  from told
  join placed using (video_id, source, figure)
  join workspace on workspace.id = current_workspace()
  where placed.place = 1 and (placed.channel > 0 or placed.highest = 0)
    and told.day >= (since at time zone workspace.zone)::date
  group by told.video_id, told.day
  $$;
--> statement-breakpoint
-- Whose sales and reports were not read since then.
create function due_ledgers(before timestamptz) returns table (workspace_id bigint, subject_id bigint, source text)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select s.workspace_id, s.id, s.source
    from subject s join account a on a.workspace_id = s.workspace_id and a.id = s.account_id
    where s.source in ('doudian', 'qianchuan') and s.lost_at is null and a.state = 'ACTIVE'
      and (s.read_to is null or s.read_to < before)
  $$;
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  for signature in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and p.proname in ('told_by_day', 'source_order', 'money_by_day', 'due_ledgers')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
