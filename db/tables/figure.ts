/** Figures by hour and day, made from snapshots, outcomes and sales by flow/rollup.ts; never the only copy of anything. */
import { date, index, integer, primaryKey, snakeCase } from 'drizzle-orm/pg-core'
import { count, id, instant, workspaceId } from './columns.ts'

const counters = () => ({
  plays: count(),
  likes: count(),
  comments: count(),
  shares: count(),
  saves: count(),
})
const gained = () => ({
  gainedPlays: count(),
  gainedLikes: count(),
  gainedComments: count(),
  gainedShares: count(),
  gainedSaves: count(),
})
/** Of the day alone; null: not known. */
const money = () => ({ spendFen: count(), paidGmvFen: count(), gmvFen: count(), orders: count() })

/** A video's last look in an hour; an hour without a look has no row. Partitioned by month of `hour`. */
export const videoHour = snakeCase.table(
  'video_hour',
  {
    workspaceId: workspaceId(),
    videoId: id().notNull(),
    /** Its beginning. */
    hour: instant().notNull(),
    observedAt: instant().notNull(),
    ...counters(),
    looks: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.videoId, t.hour] })],
)

/**
 * A video's last look in a business day, what it gained since the last look before that day, and the money of the day.
 * A day without looks and money has no row; one with money alone has null counters.
 */
export const videoDay = snakeCase.table(
  'video_day',
  {
    workspaceId: workspaceId(),
    videoId: id().notNull(),
    brandId: id().notNull(),
    day: date({ mode: 'string' }).notNull(),
    observedAt: instant(),
    ...counters(),
    /** Null: not known at either end; falls are restatements and count as seen. */
    ...gained(),
    looks: integer().notNull(),
    ...money(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.videoId, t.day] }),
    index('video_day_brand').on(t.workspaceId, t.brandId, t.day),
  ],
)

/** Sums over a brand's videos. */
export const brandDay = snakeCase.table(
  'brand_day',
  {
    workspaceId: workspaceId(),
    brandId: id().notNull(),
    day: date({ mode: 'string' }).notNull(),
    /** Videos with a look on that day. */
    videos: integer().notNull(),
    ...gained(),
    looks: integer().notNull(),
    ...money(),
  },
  (t) => [primaryKey({ columns: [t.workspaceId, t.brandId, t.day] })],
)
