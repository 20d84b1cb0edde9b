/** What exported files say came of videos, materials, plans, orders and tasks: money, orders, exposure. */
import { sql } from 'drizzle-orm'
import { check, date, index, jsonb, primaryKey, smallint, snakeCase, text } from 'drizzle-orm/pg-core'
import { count, id, instant, workspaceId } from './columns.ts'

/**
 * 成效, append-only like snapshot: numbers of one subject over one period as one kind of export gave them. A file that
 * says otherwise adds a revision, in which what that file does not carry is taken over. Latest revision counts.
 * Periods of one subject may overlap (a day and the week around it): sum only rows of one grain. No foreign keys, for
 * the reason at snapshot; row-level security keeps the workspace.
 */
export const outcome = snakeCase.table(
  'outcome',
  {
    workspaceId: workspaceId(),
    /** The kind of export: compass, material, plan, order, task, or the name in a user's mapping. */
    source: text().notNull(),
    subject: text().$type<'VIDEO' | 'MATERIAL' | 'PLAN' | 'ORDER' | 'TASK'>().notNull(),
    /** The platform's id; text, it exceeds 2^53. */
    subjectId: text().notNull(),
    /** The video that it is of; null: of none, or not said. */
    itemId: text().generatedAlwaysAs(
      sql`case subject when 'VIDEO' then subject_id else labels ->> 'videoId' end`,
    ),
    /** The plan within which a material was counted; '' when all were. */
    scopeId: text().notNull().default(''),
    /** The period holds its start and not its end. An instant, and the whole life of an order, start and end alike. */
    startsAt: instant().notNull(),
    endsAt: instant().notNull(),
    revision: smallint().notNull().default(0),
    /** TOTAL: the whole life of an order or task so far, keyed by its beginning. */
    grain: text().$type<'HOUR' | 'DAY' | 'PERIOD' | 'INSTANT' | 'TOTAL'>().notNull(),
    /** Business day in Shanghai; of a longer period its last. */
    day: date({ mode: 'string' }).notNull(),
    spendFen: count(),
    gmvFen: count(),
    orders: count(),
    shows: count(),
    clicks: count(),
    plays: count(),
    likes: count(),
    comments: count(),
    shares: count(),
    saves: count(),
    follows: count(),
    /** Numbers without a column, as the file gives them: roi, rates as fractions, money in …Fen. */
    extra: jsonb().$type<Record<string, number | string | null>>().notNull().default({}),
    /** Text such as name and status; a change of it alone is no revision, except of videoId. */
    labels: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** Whether spend x ROI is the GMV; null where one of the three is not known. Both are kept as given. */
    quality: text().$type<'agrees' | 'disagrees'>(),
    recordedAt: instant().notNull(),
    /** The run that wrote it. */
    runId: id().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.workspaceId, t.source, t.subject, t.subjectId, t.scopeId, t.startsAt, t.endsAt, t.revision],
    }),
    index('outcome_item').on(t.workspaceId, t.itemId),
    index('outcome_day').on(t.workspaceId, t.day, t.subject),
    check('outcome_subject', sql`${t.subject} in ('VIDEO', 'MATERIAL', 'PLAN', 'ORDER', 'TASK')`),
    check('outcome_grain', sql`${t.grain} in ('HOUR', 'DAY', 'PERIOD', 'INSTANT', 'TOTAL')`),
    check('outcome_quality', sql`${t.quality} in ('agrees', 'disagrees')`),
    check('outcome_period', sql`${t.startsAt} <= ${t.endsAt}`),
  ],
)
