-- What a platform counts, it counts over all workspaces: a row of call_quota is nobody's, and every workspace moves it.
alter table call_quota enable row level security;
--> statement-breakpoint
create policy shared on call_quota to seedbed_app using (true) with check (true);
--> statement-breakpoint
grant select, insert, update on call_quota to seedbed_app;
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
revoke all on function others_under_quota(text, text, date) from public;
--> statement-breakpoint
grant execute on function others_under_quota(text, text, date) to seedbed_app;
