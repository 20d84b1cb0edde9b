/** Something to tell: episodes that fired and are told of, and an address of a team at a local receiver. */
import { breakout, delivery, notification, rule, ruleVersion } from '../../db/tables.ts'
import { type Context, write } from '../../flow/context.ts'
import { deliver } from '../../flow/deliver.ts'
import { notify } from '../../flow/notify.ts'
import { route } from '../../flow/route.ts'
import { createSealer } from '../../flow/seal.ts'
import { type AddWebhook, addWebhook, type WebhookDeps } from '../../flow/webhook.ts'
import { createWebhookSender } from '../../platforms/webhook.ts'
import type { Definition } from '../../rules/types.ts'
import { unique } from './database.ts'
import type { Receiver } from './receiver.ts'

export const SEALER = createSealer([{ id: 'k', key: Buffer.alloc(32, 3) }])
export const WHSEC = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

export function webhookDeps(now: () => number): WebhookDeps {
  return { sealer: SEALER, sender: createWebhookSender({ now, timeoutMs: 5000 }), allowHttp: true }
}

/** A SIGNED address of a path of its own, unless said otherwise. */
export function hook(
  ctx: Context,
  deps: WebhookDeps,
  receiver: Receiver,
  over: Partial<AddWebhook> = {},
): Promise<number> {
  const format = over.format ?? 'SIGNED'
  const secret = format === 'SIGNED' ? WHSEC : null
  const url = `${receiver.url}/${unique('hook').replaceAll(' ', '-')}`
  return addWebhook(ctx, deps, {
    name: unique('hook'),
    team: 'CONTENT',
    format,
    url,
    secret,
    by: null,
    ...over,
  })
}

/** A rule that nobody judges by. */
export function ruled(ctx: Context): Promise<number> {
  return write(ctx, async (tx) => {
    const named = { name: unique('rule'), createdAt: ctx.now }
    const [made] = await tx.insert(rule).values(named).returning({ id: rule.id })
    const ruleId = made?.id ?? 0
    const definition = { condition: { metric: 'plays', op: '>=', value: 1 } } as unknown as Definition
    await tx.insert(ruleVersion).values({ ruleId, version: 1, definition, createdAt: ctx.now })
    return ruleId
  })
}

/** Episodes of these videos that fire now, told of as a batch tells of them. Answers their notifications. */
export function told(ctx: Context, ruleId: number, videoIds: readonly number[]): Promise<number[]> {
  const at = ctx.now
  const readings = { plays: { value: 18_400 } }
  const evidence = { observedAt: at.toISOString(), condition: 'plays >= 1', readings }
  const one = { ruleId, ruleVersion: 1, pendingAt: at, firingAt: at, evidence }
  const closed = { state: 'CLOSED', closedAt: at, closeReason: 'RELEASED' } as const
  return write(ctx, async (tx) => {
    const made = await tx
      .insert(breakout)
      .values(videoIds.map((videoId) => ({ ...one, ...closed, videoId })))
      .returning({ id: breakout.id })
    await notify(
      tx,
      at,
      made.map(({ id }) => id),
    )
    const all = await tx.select({ id: notification.id }).from(notification).orderBy(notification.id)
    return all.map(({ id }) => id)
  })
}

/** Routes and sends, as the two jobs do. */
export async function tellAll(ctx: Context, deps: WebhookDeps): Promise<number> {
  await route(ctx)
  return deliver(ctx, { ...deps, clock: () => ctx.now })
}

export function deliveriesOf(ctx: Context): Promise<(typeof delivery.$inferSelect)[]> {
  return write(ctx, (tx) => tx.select().from(delivery).orderBy(delivery.id))
}
