DROP INDEX "promotion_told";--> statement-breakpoint
CREATE INDEX "promotion_told" ON "promotion" ("workspace_id") WHERE "state" in ('PROPOSED', 'APPROVED', 'RECONCILING', 'ASKING') or "change_phase" = 'ASKING';--> statement-breakpoint
CREATE INDEX "promotion_decision_told" ON "promotion_decision" ("workspace_id","at") WHERE "action" = 'REMIX' or "rule" = 'SETTLED_OVERTURNED';--> statement-breakpoint
ALTER TABLE "delivery" DROP CONSTRAINT "delivery_topic", ADD CONSTRAINT "delivery_topic" CHECK ("topic" in ('BREAKOUT', 'TRIAL_READY', 'SCALE_READY', 'REUSE_HIT', 'ASKING', 'HELD', 'REMIX', 'CORRECTED'));
--> statement-breakpoint
-- The same as needsPerson of rules/guard-person.ts. null reasons: nothing holds it.
create function needs_person(held jsonb) returns boolean
  language sql immutable as $$
    select coalesce(held @? '$[*] ? (
        @.kind == "AMOUNT" || @.kind == "NO_BASE" || @.kind == "MARKED" || @.kind == "WALLET" || @.kind == "MOST_COST"
        || @.kind == "CONFIRM" || @.kind == "TWO_PERSONS" || @.kind == "RISKY_MARK"
        || (@.kind == "CAP" && (@.scope != "DAY" || @.askedFen > @.capFen))
        || (@.kind == "NO_PLACE" && (@.why == "NO_PRODUCT" || @.why == "NO_PLAN" || @.why == "TOO_SMALL" || @.why == "BARRED"
          || @.why == "EXCLUDED")))'
      and not held @? '$[*] ? (@.kind == "DRY_RUN" || @.kind == "KILLED" || @.kind == "QUIET")', false)
  $$;
--> statement-breakpoint
-- What the promotions of a workspace have to tell, to which team, and since when: what asks or waits for a person as it stands, and
-- decisions after an instant. A person is asked for a change of a running order as for the order itself, no later than it was
-- claimed: the state moves on while a change is not settled. What the program proposed waits for its plan on nobody's word, and is
-- held from the first one on. The material is the video's: a new cut of it is asked for once a day, whichever of its orders say so
-- and however often. What was overturned is news as soon as its term was over (within a day of its end, and three for the ledgers
-- to be read), unless it was restored since. Both conditions are those of the indexes promotion_told and promotion_decision_told,
-- word by word; offset 0 has the planner look at a row once.
create function promotion_news(of_workspace bigint, decided_after timestamptz)
  returns table (promotion_id bigint, brand_id bigint, team text, aim text, matter text, topic text, since timestamptz)
  language sql stable as $$
    select p.id, p.brand_id, 'ADS', p.aim, told.matter,
      case told.matter when 'PROPOSED' then p.aim || '_READY' else told.matter end,
      case when told.matter <> 'ASKING' then greatest(coalesce(p.held_since, p.since), case told.matter when 'HELD' then word.at end)
        when p.change_phase = 'ASKING' then coalesce(p.claimed_at, p.since) else p.since end
    from promotion p
    cross join lateral (select p.state = 'PROPOSED' and p.proposed_by is null as wish) waits
    left join lateral (select min(a.created_at) as at from promotion_approval a
      where waits.wish and a.workspace_id = p.workspace_id and a.promotion_id = p.id) word on true
    cross join lateral (select case when p.state = 'ASKING' or p.change_phase = 'ASKING' then 'ASKING'
      when p.state = 'PROPOSED' and p.held @? '$[*] ? (@.kind == "CONFIRM" || @.kind == "TWO_PERSONS")' then 'PROPOSED'
      when (p.state in ('PROPOSED', 'APPROVED') or p.state = 'RECONCILING' and p.stop is null) and needs_person(p.held)
        and (not waits.wish or word.at is not null) then 'HELD' end as matter offset 0) told
    where p.workspace_id = of_workspace
      and (p.state in ('PROPOSED', 'APPROVED', 'RECONCILING', 'ASKING') or p.change_phase = 'ASKING')
      and told.matter is not null
    union all
    select d.id, d.brand_id, case d.matter when 'REMIX' then 'CONTENT' else 'ADS' end, d.aim, d.matter, d.matter, max(d.at)
    from (
      select p.id, p.brand_id, p.workspace_id, p.video_id, p.aim, p.stop, made.matter, c.at,
        case made.matter
          when 'REMIX' then coalesce(
            c.at - lag(c.at) over (partition by p.video_id, made.matter order by c.at, c.id) > interval '1 day', true)
          else c.at < p.over_at + ((c.numbers->>'settledDays')::int + 4) * interval '1 day' and not exists (
            select from promotion_decision k
            where k.workspace_id = c.workspace_id and k.promotion_id = c.promotion_id and k.rule = 'SETTLED_KEPT' and k.id > c.id)
          end as news
      from promotion_decision c
      join promotion p on p.workspace_id = c.workspace_id and p.id = c.promotion_id
      cross join lateral (select case c.action when 'REMIX' then 'REMIX' else 'CORRECTED' end as matter) made
      where c.workspace_id = of_workspace and c.at > decided_after - interval '1 day'
        and (c.action = 'REMIX' or c.rule = 'SETTLED_OVERTURNED')
    ) d
    where d.news and d.at > decided_after
      -- Nobody ended it, and nobody cut its video anew since.
      and (d.matter = 'CORRECTED' or (d.stop is null and not exists (select from remix r
        where r.workspace_id = d.workspace_id and r.origin_id = d.video_id and r.created_at >= d.at)))
    group by 1, 2, 3, 4, 5, 6
  $$;
--> statement-breakpoint
-- Workspaces with something to tell that no address of the team was told of. Older than a day it is no news; but who is
-- asked is told, however late. What a promotion has to tell anew is told anew.
create or replace function due_routes(now timestamptz) returns table (workspace_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select distinct w.workspace_id from webhook w
    where w.paused_at is null and (
      (w.team in ('CONTENT', 'KOL') and exists (select from notification n
        where n.workspace_id = w.workspace_id and (w.brand_id is null or w.brand_id = n.brand_id)
          and n.due_at <= now and n.due_at > now - interval '1 day' and n.created_at >= w.created_at
          and not exists (select from delivery d where d.workspace_id = n.workspace_id and d.webhook_id = w.id
            and d.notification_id = n.id)))
      or exists (select from promotion_news(w.workspace_id, now - interval '1 day') news
        where news.team = w.team and (w.brand_id is null or w.brand_id = news.brand_id)
          and (news.matter = 'ASKING' or (news.since > now - interval '1 day' and news.since >= w.created_at))
          and not exists (select from delivery d where d.workspace_id = w.workspace_id and d.webhook_id = w.id
            and d.promotion_id = news.promotion_id and d.topic = news.topic and d.created_at >= news.since)))
    order by 1
  $$;
--> statement-breakpoint
-- What waits for a person already was told to nobody: it does from now on.
update promotion set held_since = now() where state in ('APPROVED', 'RECONCILING') and held is not null;
--> statement-breakpoint
drop function told_state(text, text, jsonb);
--> statement-breakpoint
drop function told_since(text, timestamptz, timestamptz);
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  for signature in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in ('needs_person', 'promotion_news')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
