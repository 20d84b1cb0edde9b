ALTER TABLE "series" RENAME TO "programme";--> statement-breakpoint
ALTER TABLE "video" RENAME COLUMN "series_id" TO "programme_id";--> statement-breakpoint
ALTER TABLE "programme" RENAME CONSTRAINT "series_name" TO "programme_name";