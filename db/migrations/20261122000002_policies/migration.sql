-- Every table of a tenant shows and takes only rows of the current workspace.
do $$
declare
  name text;
begin
  for name in
    select c.relname
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname = 'workspace_id'
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
alter table workspace enable row level security;
--> statement-breakpoint
create policy tenant on workspace to seedbed_app using (id = current_workspace());
--> statement-breakpoint
grant select, update on workspace to seedbed_app;
--> statement-breakpoint
grant usage on schema public to seedbed_app;
--> statement-breakpoint
-- Append-only: the program cannot change what was seen, nor what a version said.
revoke update on snapshot, kol_snapshot, element_version, rule_version from seedbed_app;
--> statement-breakpoint
-- What must see across tenants is a function of the owner, and answers no more than it has to.
create function create_workspace(name text, zone text, now timestamptz) returns bigint
  language sql security definer set search_path = public, pg_temp
  as 'insert into workspace (name, zone, created_at) values (name, zone, now) returning id';
--> statement-breakpoint
create function workspaces() returns table (id bigint, name text)
  language sql stable security definer set search_path = public, pg_temp
  as 'select id, name from workspace order by id';
--> statement-breakpoint
create function viewer_of(token_hash bytea) returns table (workspace_id bigint, token_id bigint, role text)
  language sql stable security definer set search_path = public, pg_temp
  as 'select workspace_id, id, role from token where hash = token_hash and revoked_at is null';
--> statement-breakpoint
create function due_work(now timestamptz) returns table (workspace_id bigint, source text, videos bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select workspace_id, source, count(*)
    from video_state
    where next_poll_at <= now and (claimed_until is null or claimed_until <= now)
    group by workspace_id, source
  $$;
--> statement-breakpoint
-- Makes the monthly partitions that cover both instants and every month between them.
create function ensure_snapshot_partitions(first timestamptz, last timestamptz) returns void
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  month timestamp := date_trunc('month', first at time zone 'UTC');
  name text;
begin
  if first < '2000-01-01Z' or last > '2100-01-01Z' then
    raise exception 'snapshots lie between 2000 and 2100, not at % to %', first, last using errcode = '22008';
  end if;
  while month <= last at time zone 'UTC' loop
    name := 'snapshot_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null then
      perform pg_advisory_xact_lock(hashtext('snapshot partitions'));
      execute format('create table if not exists %I partition of snapshot for values from (%L) to (%L)',
        name, month::text || 'Z', (month + interval '1 month')::text || 'Z');
    end if;
    month := month + interval '1 month';
  end loop;
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
      and p.proname in ('create_workspace', 'workspaces', 'viewer_of', 'due_work', 'ensure_snapshot_partitions')
  loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
--> statement-breakpoint
-- So that /readyz can tell which migrations are there.
grant usage on schema seedbed_migrations to seedbed_app;
--> statement-breakpoint
grant select on seedbed_migrations.__drizzle_migrations to seedbed_app;
