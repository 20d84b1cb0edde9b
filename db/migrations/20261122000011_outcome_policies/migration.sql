alter table outcome enable row level security;
--> statement-breakpoint
create policy tenant on outcome to seedbed_app
  using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
-- Append-only: what a file said stays; another file adds a revision.
grant select, insert on outcome to seedbed_app;
