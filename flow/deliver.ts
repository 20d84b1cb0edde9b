/**
 * Sends what is due, at least once: the row is moved ahead before it is sent, so that a process that dies in between
 * leaves it to be sent again when its lease is over, with the same id, by which the other side drops what it has.
 */
import { and, asc, count, eq, gt, isNotNull, isNull, lte } from 'drizzle-orm'
import { delivery, webhook } from '../db/tables.ts'
import type { Outgoing, Sent } from '../platforms/webhook.ts'
import { messageOf, type News } from '../rules/message.ts'
import { cutTo, MOST_BYTES } from '../rules/message-fit.ts'
import { afterAttempt, dispose, restOf, roomOf } from '../rules/route.ts'
import { MINUTE } from '../rules/types.ts'
import { openAddress } from './address.ts'
import { type Context, write } from './context.ts'
import { type DeliveryRow, loadNews } from './news.ts'
import type { WebhookDeps } from './webhook.ts'

/** Longer than any exchange may take: who sent it and did not say how it ended is dead. */
export const DELIVERY_LEASE = MINUTE
/** How long one run goes on, so that a slow address does not keep a worker. */
const RUN = MINUTE / 3

export interface Delivering extends WebhookDeps {
  clock: () => Date
}

/** Sends to all addresses of the workspace, side by side, and to each one after the other. Answers how many were taken. */
export async function deliver(ctx: Omit<Context, 'now'>, deps: Delivering): Promise<number> {
  const run = { ctx, deps, until: deps.clock().getTime() + RUN }
  const taken = await Promise.all((await dueWebhooks(run)).map((id) => deliverTo(run, id)))
  return taken.reduce((sum, one) => sum + one, 0)
}

interface Run {
  ctx: Omit<Context, 'now'>
  deps: Delivering
  until: number
}
type WebhookRow = typeof webhook.$inferSelect

/** The context of this moment: sending takes time. */
const at = ({ ctx, deps }: Run): Context => ({ ...ctx, now: deps.clock() })

function dueWebhooks(run: Run): Promise<number[]> {
  const now = at(run)
  return write(now, async (tx) => {
    const due = await tx
      .selectDistinct({ id: delivery.webhookId })
      .from(delivery)
      .where(lte(delivery.dueAt, now.now))
    return due.map(({ id }) => id)
  })
}

async function deliverTo(run: Run, webhookId: number): Promise<number> {
  const { format, recent } = await paceOf(run, webhookId)
  let taken = 0
  for (let room = roomOf(format, recent); room > 0 && at(run).now.getTime() < run.until; room--) {
    const claimed = await claim(run, webhookId)
    if (!claimed) return taken
    if (!claimed.news) continue
    const sent = await send(run, claimed.row, claimed.hook, claimed.news)
    await settle(run, claimed.row, sent)
    if (sent.outcome === 'TAKEN') taken++
    // The others would fare no better now.
    if (sent.outcome === 'BUSY' || sent.outcome === 'LOST') {
      await putOff(run, webhookId, restOf(format, recent + taken, sent.retryAfterMs))
      return taken
    }
  }
  await putOff(run, webhookId, restOf(format, recent + taken, null))
  return taken
}

function paceOf(run: Run, webhookId: number): Promise<{ format: WebhookRow['format']; recent: number }> {
  const now = at(run)
  return write(now, async (tx) => {
    const minuteAgo = new Date(now.now.getTime() - MINUTE)
    const [row] = await tx
      .select({ format: webhook.format, recent: count(delivery.id) })
      .from(webhook)
      .leftJoin(
        delivery,
        and(
          eq(delivery.workspaceId, webhook.workspaceId),
          eq(delivery.webhookId, webhook.id),
          gt(delivery.sentAt, minuteAgo),
        ),
      )
      .where(eq(webhook.id, webhookId))
      .groupBy(webhook.format)
    // Removed meanwhile: there is nothing to be claimed.
    return row ?? { format: 'SIGNED' as const, recent: 0 }
  })
}

interface Claimed {
  row: DeliveryRow
  hook: WebhookRow
  /** null: it is not to be sent now, and its row says so. */
  news: News | null
}

/** The message that is due longest, with one more attempt; undefined: none is, or others have them. */
function claim(run: Run, webhookId: number): Promise<Claimed | undefined> {
  const now = at(run)
  return write(now, async (tx) => {
    const due = and(eq(delivery.webhookId, webhookId), lte(delivery.dueAt, now.now))
    const [row] = await tx
      .select()
      .from(delivery)
      .where(due)
      .orderBy(asc(delivery.dueAt), asc(delivery.id))
      .limit(1)
      .for('update', { skipLocked: true })
    const [hook] = await tx.select().from(webhook).where(eq(webhook.id, webhookId))
    if (!row || !hook) return
    const { news, read, stands } = await loadNews(tx, now.now, row)
    const { topic, attempts } = row
    const [createdAt, paused] = [row.createdAt.getTime(), hook.pausedAt !== null]
    const waiting = { topic, createdAt, attempts, paused, read, stands }
    const what = dispose(waiting, now.now.getTime())
    const set =
      what.do === 'SEND'
        ? { attempts: attempts + 1, dueAt: new Date(now.now.getTime() + DELIVERY_LEASE) }
        : what.do === 'WAIT'
          ? { dueAt: new Date(what.until) }
          : { dueAt: null, problem: what.problem }
    await tx.update(delivery).set(set).where(eq(delivery.id, row.id))
    return { row: { ...row, ...set }, hook, news: what.do === 'SEND' ? news : null }
  })
}

async function send(run: Run, row: DeliveryRow, hook: WebhookRow, news: News): Promise<Sent> {
  const { ctx, deps } = run
  try {
    const address = openAddress(deps, ctx, hook)
    return await deps.sender.send(hook.format, address, outgoingOf(row, hook, news))
  } catch (error) {
    const { name, message } = error as Error
    if (name !== 'SealError') throw error
    return { outcome: 'LOST', status: null, code: null, problem: message, retryAfterMs: null }
  }
}

function outgoingOf(row: DeliveryRow, hook: WebhookRow, news: News): Outgoing {
  const message = cutTo(messageOf(news), MOST_BYTES[hook.format])
  return { id: messageId(row), ...message, type: news.topic.toLowerCase(), data: news }
}

/** The same at every attempt, and another when the row begins anew. */
export function messageId({ workspaceId, id, createdAt }: MessageOf): string {
  return `msg_${workspaceId}_${id}_${createdAt.getTime()}`
}
type MessageOf = Pick<DeliveryRow, 'workspaceId' | 'id' | 'createdAt'>

/**
 * What was taken is so whoever has the row now; a failure only counts for the attempt that it is of, and opens nothing
 * that was given up meanwhile. Neither is of a row that began anew.
 */
function settle(run: Run, { id, attempts, createdAt }: DeliveryRow, sent: Sent): Promise<unknown> {
  const now = at(run)
  const { status, problem } = sent
  const after = afterAttempt(sent.outcome, attempts, sent.retryAfterMs, now.now.getTime())
  const open = and(eq(delivery.id, id), eq(delivery.createdAt, createdAt), isNull(delivery.sentAt))
  return write(now, (tx) =>
    after.to === 'SENT'
      ? tx.update(delivery).set({ sentAt: now.now, dueAt: null, status, problem }).where(open)
      : tx
          .update(delivery)
          .set({ dueAt: after.to === 'AGAIN' ? new Date(after.at) : null, status, problem })
          .where(and(open, eq(delivery.attempts, attempts), isNotNull(delivery.dueAt))),
  )
}

/** Whatever else is due there is so later, or one address that is full or dead would stand before all others. */
function putOff(run: Run, webhookId: number, restMs: number): Promise<unknown> {
  const now = at(run)
  return write(now, (tx) =>
    tx
      .update(delivery)
      .set({ dueAt: new Date(now.now.getTime() + restMs) })
      .where(and(eq(delivery.webhookId, webhookId), lte(delivery.dueAt, now.now))),
  )
}
