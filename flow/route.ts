/** Writes a row for every message that a team is to get: once for each address, topic and cause, and each time that it comes anew. */
import { sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../db/client.ts'
import { loadUntold, type Untold } from '../db/queries/delivery.ts'
import { unnest } from '../db/unnest.ts'
import { type Cause, topicOf } from '../rules/route.ts'
import { type Context, write } from './context.ts'

/** Of either kind in one run; the next one takes the rest. */
const LIMIT = 500

/**
 * Answers how many messages are to be sent now. What a person has read by then gets a row that is never sent, so that it
 * is not found again. Twice, or by two workers at once, it writes the same rows.
 */
export async function route(ctx: Context): Promise<number> {
  return write(ctx, async (tx) => {
    const untold = await loadUntold(tx, ctx.now, LIMIT)
    const deliveries = untold.flatMap((one) => {
      const topic = topicOf(one.team, causeOf(one))
      if (topic === null) return []
      const { webhookId, notificationId, promotionId, read, since } = one
      const cause = { webhookId, topic, notificationId, promotionId }
      const problem = read ? READ : null
      // Never before what it tells of, by however different clocks: it would be told again.
      const createdAt = new Date(Math.max(ctx.now.getTime(), since ?? 0))
      return [{ ...cause, dueAt: read ? null : ctx.now, problem, createdAt }]
    })
    return insert(tx, ctx.now, deliveries)
  })
}
const READ = 'a person had read it before it was due'

function causeOf({ aim, matter }: Untold): Cause {
  return aim && matter ? { kind: 'PROMOTION', aim, matter } : { kind: 'NOTIFICATION' }
}

/** What comes once more is told once more: its row begins anew, unless another worker has seen to that. */
async function insert(tx: Tx, now: Date, deliveries: readonly object[]): Promise<number> {
  if (deliveries.length === 0) return 0
  const made = await rows<{ due: boolean }>(
    tx,
    sql`insert into delivery (webhook_id, topic, notification_id, promotion_id, due_at, problem, created_at)
      select webhook_id, topic, notification_id, promotion_id, due_at, problem, created_at
      from ${unnest(deliveries, 'told', TOLD)}
      on conflict on constraint delivery_once do update set due_at = excluded.due_at, created_at = excluded.created_at,
        attempts = 0, sent_at = null, status = null, problem = null
      where delivery.created_at < (
        select news.since from promotion_news(current_workspace(), ${now.toISOString()}::timestamptz - interval '1 day') news
        where news.promotion_id = delivery.promotion_id and news.topic = delivery.topic)
      returning due_at is not null as due`,
  )
  return made.filter(({ due }) => due).length
}
const TOLD = {
  webhookId: 'bigint',
  topic: 'text',
  notificationId: 'bigint',
  promotionId: 'bigint',
  dueAt: 'timestamptz',
  problem: 'text',
  createdAt: 'timestamptz',
} as const

/** Workspaces in which somebody is to be told of something. */
export async function dueRoutes({ db, now }: { db: Db; now: Date }): Promise<number[]> {
  const due = await rows<{ workspace_id: string }>(
    db,
    sql`select workspace_id from due_routes(${now.toISOString()}::timestamptz)`,
  )
  return due.map((row) => Number(row.workspace_id))
}

/** Workspaces with messages that are due, those due longest first. */
export async function dueDeliveries({ db, now }: { db: Db; now: Date }): Promise<number[]> {
  const due = await rows<{ workspace_id: string }>(
    db,
    sql`select workspace_id from due_deliveries(${now.toISOString()}::timestamptz)`,
  )
  return [...new Set(due.map((row) => Number(row.workspace_id)))]
}
