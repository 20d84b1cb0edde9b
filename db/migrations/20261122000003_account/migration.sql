CREATE TABLE "account" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "account_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"platform" text NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"state" text DEFAULT 'ACTIVE' NOT NULL,
	"tokens" bytea NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"access_expires_at" timestamp(3) with time zone NOT NULL,
	"refresh_expires_at" timestamp(3) with time zone NOT NULL,
	"refresh_at" timestamp(3) with time zone NOT NULL,
	"renewals" integer DEFAULT 0 NOT NULL,
	"claim" uuid,
	"claimed_until" timestamp(3) with time zone,
	"last_error" text,
	"last_error_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "account_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "account_external" UNIQUE("workspace_id","platform","external_id"),
	CONSTRAINT "account_state" CHECK ("state" in ('ACTIVE', 'REAUTHORISE'))
);
--> statement-breakpoint
ALTER TABLE "account" ADD CONSTRAINT "account_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
alter table account enable row level security;
--> statement-breakpoint
create policy tenant on account to seedbed_app
  using (workspace_id = current_workspace()) with check (workspace_id = current_workspace());
--> statement-breakpoint
grant select, insert, update on account to seedbed_app;
