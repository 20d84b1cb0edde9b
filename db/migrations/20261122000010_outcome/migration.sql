CREATE TABLE "outcome" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"source" text,
	"subject" text,
	"subject_id" text,
	"scope_id" text DEFAULT '',
	"starts_at" timestamp(3) with time zone,
	"ends_at" timestamp(3) with time zone,
	"revision" smallint DEFAULT 0,
	"grain" text NOT NULL,
	"day" date NOT NULL,
	"spend_fen" bigint,
	"gmv_fen" bigint,
	"orders" bigint,
	"shows" bigint,
	"clicks" bigint,
	"plays" bigint,
	"likes" bigint,
	"comments" bigint,
	"shares" bigint,
	"saves" bigint,
	"follows" bigint,
	"extra" jsonb DEFAULT '{}' NOT NULL,
	"labels" jsonb DEFAULT '{}' NOT NULL,
	"quality" text,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"run_id" bigint NOT NULL,
	CONSTRAINT "outcome_pkey" PRIMARY KEY("workspace_id","source","subject","subject_id","scope_id","starts_at","ends_at","revision"),
	CONSTRAINT "outcome_subject" CHECK ("subject" in ('VIDEO', 'MATERIAL', 'PLAN', 'ORDER', 'TASK')),
	CONSTRAINT "outcome_grain" CHECK ("grain" in ('HOUR', 'DAY', 'PERIOD', 'INSTANT', 'TOTAL')),
	CONSTRAINT "outcome_quality" CHECK ("quality" in ('agrees', 'disagrees')),
	CONSTRAINT "outcome_period" CHECK ("starts_at" <= "ends_at")
);
--> statement-breakpoint
ALTER TABLE "import_run" ADD COLUMN "kind" text;--> statement-breakpoint
ALTER TABLE "import_run" ADD COLUMN "fingerprint" text;--> statement-breakpoint
ALTER TABLE "import_run" ADD COLUMN "skipped" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "import_run" ADD COLUMN "disagreeing" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "outcome_day" ON "outcome" ("workspace_id","day","subject");--> statement-breakpoint
CREATE INDEX "import_run_fingerprint" ON "import_run" ("workspace_id","fingerprint");