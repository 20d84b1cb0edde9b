-- What a platform counts, it counts over all workspaces: a row of call_quota is nobody's, and its scope may name what
-- another tenant looks through. The program reaches only the row whose limit it names, through what follows.
alter table call_quota enable row level security;
--> statement-breakpoint
-- The row of one limit, made where there is none; locked until the end of the transaction.
create function lock_quota(of_source text, of_scope text, today date, at timestamptz)
  returns table (day date, calls integer, free_at timestamptz, blocked_until timestamptz)
  language plpgsql security definer set search_path = public, pg_temp
  as $$
#variable_conflict use_column
begin
  loop
    return query
      select day, calls, free_at, blocked_until from call_quota
      where source = of_source and scope = of_scope for update;
    if found then
      return;
    end if;
    insert into call_quota (source, scope, day, free_at) values (of_source, of_scope, today, at)
    on conflict do nothing;
  end loop;
end
$$;
--> statement-breakpoint
-- One more call on that day, to be called with the row locked: a new day begins at 1.
create function count_call(of_source text, of_scope text, of_day date, free timestamptz) returns void
  language sql security definer set search_path = public, pg_temp
  as $$
    update call_quota set calls = case when day = of_day then calls + 1 else 1 end, day = of_day, free_at = free
    where source = of_source and scope = of_scope
  $$;
--> statement-breakpoint
create function block_calls(of_source text, of_scope text, until timestamptz) returns void
  language sql security definer set search_path = public, pg_temp
  as 'update call_quota set blocked_until = until where source = of_source and scope = of_scope';
--> statement-breakpoint
-- Calls of all workspaces under one limit on that day.
create function calls_under_quota(of_source text, of_scope text, of_day date) returns integer
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select coalesce(
      (select calls from call_quota where source = of_source and scope = of_scope and day >= of_day), 0)
  $$;
--> statement-breakpoint
-- How many other workspaces asked under one limit on that day or the day before: they share it.
create function others_under_quota(of_source text, of_scope text, of_day date) returns integer
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select count(*)::integer
    from workspace
    where id <> current_workspace() and exists (
      select from call_use
      where workspace_id = workspace.id and day in (of_day, of_day - 1) and source = of_source and scope = of_scope)
  $$;
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  for signature in
    select p.oid::regprocedure from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and p.proname in ('lock_quota', 'count_call', 'block_calls', 'calls_under_quota', 'others_under_quota')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
