CREATE TABLE "brand" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "brand_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "brand_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "brand_name" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "breakout" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "breakout_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"video_id" bigint NOT NULL,
	"rule_id" bigint NOT NULL,
	"rule_version" integer NOT NULL,
	"state" text NOT NULL,
	"pending_at" timestamp(3) with time zone NOT NULL,
	"firing_at" timestamp(3) with time zone,
	"cooling_at" timestamp(3) with time zone,
	"closed_at" timestamp(3) with time zone,
	"close_reason" text,
	"released_at" timestamp(3) with time zone,
	"evidence" jsonb NOT NULL,
	CONSTRAINT "breakout_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "breakout_state" CHECK ("state" in ('PENDING', 'FIRING', 'COOLING', 'CLOSED'))
);
--> statement-breakpoint
CREATE TABLE "cell" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "cell_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"matrix_id" bigint NOT NULL,
	"persona_id" bigint,
	"product_id" bigint,
	"scene_id" bigint,
	"need_id" bigint,
	CONSTRAINT "cell_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "cell_elements" UNIQUE NULLS NOT DISTINCT("workspace_id","matrix_id","persona_id","product_id","scene_id","need_id")
);
--> statement-breakpoint
CREATE TABLE "element" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "element_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "element_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "element_kind" CHECK ("kind" in ('PERSONA', 'PRODUCT', 'SCENE', 'NEED'))
);
--> statement-breakpoint
CREATE TABLE "element_version" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"element_id" bigint,
	"version" integer,
	"name" text NOT NULL,
	"attributes" jsonb DEFAULT '{}' NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "element_version_pkey" PRIMARY KEY("workspace_id","element_id","version")
);
--> statement-breakpoint
CREATE TABLE "import_run" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "import_run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"file" text NOT NULL,
	"state" text NOT NULL,
	"rows" integer DEFAULT 0 NOT NULL,
	"inserted" integer DEFAULT 0 NOT NULL,
	"restated" integer DEFAULT 0 NOT NULL,
	"refused" integer DEFAULT 0 NOT NULL,
	"judged" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "import_run_pkey" PRIMARY KEY("workspace_id","id")
);
--> statement-breakpoint
CREATE TABLE "kol" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "kol_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"platform" text DEFAULT 'douyin' NOT NULL,
	"account_id" text NOT NULL,
	"name" text NOT NULL,
	"vertical" text,
	"tier" text,
	"followers" bigint,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "kol_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "kol_account" UNIQUE("workspace_id","platform","account_id"),
	CONSTRAINT "kol_tier" CHECK ("tier" in ('HEAD', 'WAIST', 'TAIL', 'KOC'))
);
--> statement-breakpoint
CREATE TABLE "kol_snapshot" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"kol_id" bigint,
	"observed_at" timestamp(3) with time zone,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"source" text,
	"followers" bigint NOT NULL,
	CONSTRAINT "kol_snapshot_pkey" PRIMARY KEY("workspace_id","kol_id","observed_at","source")
);
--> statement-breakpoint
CREATE TABLE "matrix" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "matrix_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "matrix_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "matrix_name" UNIQUE("workspace_id","brand_id","name")
);
--> statement-breakpoint
CREATE TABLE "matrix_element" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"matrix_id" bigint,
	"element_id" bigint,
	CONSTRAINT "matrix_element_pkey" PRIMARY KEY("workspace_id","matrix_id","element_id")
);
--> statement-breakpoint
CREATE TABLE "rule" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "rule_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"enabled" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "rule_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "rule_name" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "rule_version" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"rule_id" bigint,
	"version" integer,
	"definition" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "rule_version_pkey" PRIMARY KEY("workspace_id","rule_id","version")
);
--> statement-breakpoint
CREATE TABLE "snapshot" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"video_id" bigint,
	"observed_at" timestamp(3) with time zone,
	"source" text,
	"revision" smallint DEFAULT 0,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	"plays" bigint,
	"likes" bigint,
	"comments" bigint,
	"shares" bigint,
	"saves" bigint,
	CONSTRAINT "snapshot_pkey" PRIMARY KEY("workspace_id","video_id","observed_at","source","revision")
) PARTITION BY RANGE ("observed_at");
--> statement-breakpoint
CREATE TABLE "token" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "token_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "token_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "token_role" CHECK ("role" in ('ADMIN', 'EDITOR', 'VIEWER'))
);
--> statement-breakpoint
CREATE TABLE "video" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "video_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"brand_id" bigint NOT NULL,
	"cell_id" bigint,
	"kol_id" bigint,
	"purpose" text NOT NULL,
	"title" text NOT NULL,
	"stage" text NOT NULL,
	"planned_for" timestamp(3) with time zone,
	"published_at" timestamp(3) with time zone,
	"platform" text DEFAULT 'douyin' NOT NULL,
	"item_id" text,
	"persona_version" integer,
	"product_version" integer,
	"scene_version" integer,
	"need_version" integer,
	"tier" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "video_pkey" PRIMARY KEY("workspace_id","id"),
	CONSTRAINT "video_item" UNIQUE("workspace_id","platform","item_id"),
	CONSTRAINT "video_stage" CHECK ("stage" in ('PLANNED', 'PUBLISHED', 'ARCHIVED')),
	CONSTRAINT "video_purpose" CHECK ("purpose" in ('SEEDING', 'SELLING', 'TRAFFIC')),
	CONSTRAINT "video_published" CHECK ("stage" <> 'PUBLISHED' or ("published_at" is not null and "item_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "video_state" (
	"workspace_id" bigint DEFAULT current_workspace(),
	"video_id" bigint,
	"kol_id" bigint,
	"published_at" timestamp(3) with time zone NOT NULL,
	"source" text,
	"looks" integer DEFAULT 0 NOT NULL,
	"observed_at" timestamp(3) with time zone,
	"plays" bigint,
	"likes" bigint,
	"comments" bigint,
	"shares" bigint,
	"saves" bigint,
	"interaction_rate" double precision,
	"velocity" double precision,
	"kol_ratio" double precision,
	"curve" bigint[] DEFAULT '{}'::bigint[] NOT NULL,
	"next_poll_at" timestamp(3) with time zone,
	"claim" uuid,
	"claimed_until" timestamp(3) with time zone,
	"misses" integer DEFAULT 0 NOT NULL,
	"no_data_since" timestamp(3) with time zone,
	"no_data_reason" text,
	CONSTRAINT "video_state_pkey" PRIMARY KEY("workspace_id","video_id")
);
--> statement-breakpoint
CREATE TABLE "workspace" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "workspace_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"zone" text DEFAULT 'Asia/Shanghai' NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "breakout_open" ON "breakout" ("workspace_id","video_id","rule_id") WHERE "state" <> 'CLOSED';--> statement-breakpoint
CREATE INDEX "breakout_firing" ON "breakout" ("workspace_id","firing_at");--> statement-breakpoint
CREATE INDEX "breakout_video" ON "breakout" ("workspace_id","video_id");--> statement-breakpoint
CREATE INDEX "element_brand" ON "element" ("workspace_id","brand_id","kind");--> statement-breakpoint
CREATE UNIQUE INDEX "token_hash" ON "token" ("hash");--> statement-breakpoint
CREATE INDEX "video_brand" ON "video" ("workspace_id","brand_id","id");--> statement-breakpoint
CREATE INDEX "video_cell" ON "video" ("workspace_id","cell_id");--> statement-breakpoint
CREATE INDEX "video_kol" ON "video" ("workspace_id","kol_id","published_at");--> statement-breakpoint
CREATE INDEX "video_state_due" ON "video_state" ("workspace_id","source","next_poll_at") WHERE "next_poll_at" is not null;--> statement-breakpoint
CREATE INDEX "video_state_kol" ON "video_state" ("workspace_id","kol_id","published_at");--> statement-breakpoint
ALTER TABLE "brand" ADD CONSTRAINT "brand_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "breakout" ADD CONSTRAINT "breakout_workspace_id_video_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","video_id") REFERENCES "video"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "breakout" ADD CONSTRAINT "breakout_xnoz3TMw5G3Q_fkey" FOREIGN KEY ("workspace_id","rule_id","rule_version") REFERENCES "rule_version"("workspace_id","rule_id","version");--> statement-breakpoint
ALTER TABLE "cell" ADD CONSTRAINT "cell_workspace_id_matrix_id_matrix_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","matrix_id") REFERENCES "matrix"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "cell" ADD CONSTRAINT "cell_workspace_id_persona_id_element_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","persona_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "cell" ADD CONSTRAINT "cell_workspace_id_product_id_element_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","product_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "cell" ADD CONSTRAINT "cell_workspace_id_scene_id_element_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","scene_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "cell" ADD CONSTRAINT "cell_workspace_id_need_id_element_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","need_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "element" ADD CONSTRAINT "element_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "element_version" ADD CONSTRAINT "element_version_0HgQ8oYWqXKn_fkey" FOREIGN KEY ("workspace_id","element_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "import_run" ADD CONSTRAINT "import_run_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "kol" ADD CONSTRAINT "kol_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "kol_snapshot" ADD CONSTRAINT "kol_snapshot_workspace_id_kol_id_kol_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","kol_id") REFERENCES "kol"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "matrix" ADD CONSTRAINT "matrix_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "matrix_element" ADD CONSTRAINT "matrix_element_HtchMjML7sCE_fkey" FOREIGN KEY ("workspace_id","matrix_id") REFERENCES "matrix"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "matrix_element" ADD CONSTRAINT "matrix_element_u0c7ddtacwem_fkey" FOREIGN KEY ("workspace_id","element_id") REFERENCES "element"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "rule" ADD CONSTRAINT "rule_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "rule_version" ADD CONSTRAINT "rule_version_workspace_id_rule_id_rule_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","rule_id") REFERENCES "rule"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "token" ADD CONSTRAINT "token_workspace_id_workspace_id_fkey" FOREIGN KEY ("workspace_id") REFERENCES "workspace"("id");--> statement-breakpoint
ALTER TABLE "video" ADD CONSTRAINT "video_workspace_id_brand_id_brand_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","brand_id") REFERENCES "brand"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "video" ADD CONSTRAINT "video_workspace_id_cell_id_cell_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","cell_id") REFERENCES "cell"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "video" ADD CONSTRAINT "video_workspace_id_kol_id_kol_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","kol_id") REFERENCES "kol"("workspace_id","id");--> statement-breakpoint
ALTER TABLE "video_state" ADD CONSTRAINT "video_state_workspace_id_video_id_video_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","video_id") REFERENCES "video"("workspace_id","id");