-- A month of looks always has its month of hours: ensure_snapshot_partitions makes them together from now on.
select ensure_snapshot_partitions(min(observed_at), max(observed_at)) from snapshot having count(*) > 0;
--> statement-breakpoint
-- What was seen before there were figures by hour and day.
update video_state v set dirty_from = least(v.dirty_from, s.first)
from (select workspace_id, video_id, min(observed_at) as first from snapshot group by 1, 2) s
where v.workspace_id = s.workspace_id and v.video_id = s.video_id;
--> statement-breakpoint
create function dirty_workspaces() returns table (workspace_id bigint)
  language sql stable security definer set search_path = public, pg_temp
  as $$
    select id from workspace
    where exists (select from video_state v where v.workspace_id = workspace.id and v.dirty_from is not null)
    order by id
  $$;
--> statement-breakpoint
-- Drops the months that ended by then, and answers their names; none while figures of that time are to be made again.
-- Whoever writes would have to wait behind it: it gives up soon, and the next day tries again.
create function drop_partitions(parent text, before timestamptz) returns table (name text)
  language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '3s'
  as $$
declare
  old text[];
begin
  if parent not in ('snapshot', 'video_hour') then
    raise exception '% has no months to drop', parent using errcode = '42809';
  end if;
  -- Whatever the program asks for, by whatever clock.
  if before > now() - interval '30 days' then
    raise exception 'a month is kept for 30 days at least, and % is later', before using errcode = '22023';
  end if;
  old := array(
    select c.relname::text
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
      -- Hours stay at least as long as the looks that they are made of.
      and (parent = 'snapshot' or to_regclass('snapshot' || right(c.relname, 8)) is null)
    order by c.relname);
  if cardinality(old) = 0 then
    return;
  end if;
  -- First the lock: what was being written by then is committed, and the next statement sees its mark.
  execute format('lock table %I in access exclusive mode', parent);
  if exists (select from video_state where dirty_from < before) then
    return;
  end if;
  foreach name in array old loop
    execute format('drop table %I', name);
    return next;
  end loop;
end
$$;
--> statement-breakpoint
do $$
declare
  signature regprocedure;
begin
  foreach signature in array array['dirty_workspaces()', 'drop_partitions(text, timestamptz)']::regprocedure[] loop
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to seedbed_app', signature);
  end loop;
end
$$;
