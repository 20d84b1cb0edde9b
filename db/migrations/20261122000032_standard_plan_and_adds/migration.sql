ALTER TABLE "promotion" ADD COLUMN "for_id" bigint;--> statement-breakpoint
ALTER TABLE "promotion" ADD COLUMN "figures_before" jsonb;--> statement-breakpoint
ALTER TABLE "promotion" ADD COLUMN "held_since" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "promotion_for" ON "promotion" ("workspace_id","for_id") WHERE "for_id" is not null;--> statement-breakpoint
ALTER TABLE "promotion" ADD CONSTRAINT "promotion_workspace_id_for_id_promotion_workspace_id_id_fkey" FOREIGN KEY ("workspace_id","for_id") REFERENCES "promotion"("workspace_id","id");