-- The program works as seedbed_app, which owns nothing, so that row-level security binds it.
-- Roles belong to the whole server: another database of ours may have made it, or be making it now.
do $$
begin
  if not exists (select from pg_roles where rolname = 'seedbed_app') then
    create role seedbed_app nologin;
  end if;
exception when duplicate_object or unique_violation then null;
end
$$;
--> statement-breakpoint
do $$
begin
  if not pg_has_role(current_user, 'seedbed_app', 'member') or current_setting('server_version_num')::int >= 160000 then
    execute format('grant seedbed_app to %I', current_user);
  end if;
exception when duplicate_object or unique_violation then null;
end
$$;
--> statement-breakpoint
-- The tenant of this transaction; null (and so no row at all) when none is set.
create function current_workspace() returns bigint
  language sql stable parallel safe
  return nullif(current_setting('seedbed.workspace', true), '')::bigint;
