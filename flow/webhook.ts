/** Addresses that teams are told at. An address is a key to somebody's group: sealed at rest, shown to nobody. */
import { and, eq, isNotNull, ne } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { brand, delivery, webhook } from '../db/tables.ts'
import type { Sent, WebhookSender } from '../platforms/webhook.ts'
import { KEYWORD } from '../rules/message-parts.ts'
import type { Team, WebhookFormat } from '../rules/types.ts'
import { addressOf, openAddress, openNow, type Sealing, sealed, secretOf } from './address.ts'
import { type Context, write } from './context.ts'
import { found, text } from './errors.ts'

export interface WebhookDeps extends Sealing {
  sender: WebhookSender
  /** http is taken for this machine itself; false: https only. */
  allowHttp: boolean
}

export interface AddWebhook {
  name: string
  team: Team
  /** Left out or null: all brands. */
  brandId?: number | null | undefined
  format: WebhookFormat
  url: string
  /** SIGNED cannot go without, 企业微信 has none. */
  secret?: string | null | undefined
  /** Token that added it; null: the program. */
  by: number | null
}

/** InvalidInputError: the address or the secret cannot be used. Answers its number. */
export async function addWebhook(ctx: Context, deps: WebhookDeps, input: AddWebhook): Promise<number> {
  const { team, format, brandId = null, by } = input
  const url = addressOf(input.url, deps)
  const secret = secretOf(format, input.secret ?? null)
  const name = text('name', input.name)
  return write(ctx, async (tx) => {
    await checkBrand(tx, brandId)
    const row = { name, team, brandId, format, url: Buffer.alloc(0), createdBy: by, createdAt: ctx.now }
    const [made] = await tx.insert(webhook).values(row).returning({ id: webhook.id })
    const { id } = found(made, 'webhook')
    // Sealed once its number is known: a box that is moved to another row does not open.
    await tx
      .update(webhook)
      .set(sealed(deps, ctx, id, { url, secret }))
      .where(eq(webhook.id, id))
    return id
  })
}

export interface ChangeWebhook {
  webhookId: number
  name?: string | undefined
  team?: Team | undefined
  /** null: all brands. */
  brandId?: number | null | undefined
  url?: string | undefined
  /** null: messages are not signed any more. */
  secret?: string | null | undefined
  /** What is due meanwhile waits, and is sent if it is not older than a day then. */
  paused?: boolean | undefined
}

/**
 * What is left out stays. A message that is on its way still goes to the old address; what waits for another brand, team
 * or address than the new ones is given up, and an order that asks is told anew to whom it concerns then.
 */
export async function changeWebhook(ctx: Context, deps: WebhookDeps, input: ChangeWebhook): Promise<number> {
  const { webhookId: id, team, brandId, paused } = input
  return write(ctx, async (tx) => {
    const row = await lockWebhook(tx, id)
    await checkBrand(tx, brandId ?? null)
    const address = {
      ...(input.url !== undefined && { url: addressOf(input.url, deps) }),
      ...(input.secret !== undefined && { secret: secretOf(row.format, input.secret) }),
    }
    const change = {
      ...(input.name !== undefined && { name: text('name', input.name) }),
      ...(team !== undefined && { team }),
      ...(brandId !== undefined && { brandId }),
      ...(paused !== undefined && { pausedAt: paused ? (row.pausedAt ?? ctx.now) : null }),
      ...sealed(deps, ctx, id, address),
    }
    if (Object.keys(change).length > 0) await tx.update(webhook).set(change).where(eq(webhook.id, id))
    const next = { ...row, ...change }
    const same = address.url === undefined || leadsTo(deps, ctx, row, address.url)
    if (!same || next.team !== row.team || next.brandId !== row.brandId) await giveUp(tx, id)
    return id
  })
}

/** Where no key opens the address, nobody can say that it is the same. */
function leadsTo(deps: Sealing, ctx: Context, row: WebhookRow, url: string): boolean {
  try {
    return openAddress(deps, ctx, { ...row, secret: null }).url === url
  } catch (error) {
    if ((error as Error).name !== 'SealError') throw error
    return false
  }
}

/** What was meant for others. Asking is never given up: without its row it is routed again. */
async function giveUp(tx: Tx, webhookId: number): Promise<void> {
  const open = and(eq(delivery.webhookId, webhookId), isNotNull(delivery.dueAt))
  await tx.delete(delivery).where(and(open, eq(delivery.topic, 'ASKING')))
  await tx
    .update(delivery)
    .set({ dueAt: null, problem: 'the address was changed' })
    .where(and(open, ne(delivery.topic, 'ASKING')))
}

/** Gone with all that is written of its messages. */
export async function removeWebhook(ctx: Context, { webhookId }: { webhookId: number }): Promise<number> {
  return write(ctx, async (tx) => {
    await lockWebhook(tx, webhookId)
    await tx.delete(delivery).where(eq(delivery.webhookId, webhookId))
    await tx.delete(webhook).where(eq(webhook.id, webhookId))
    return webhookId
  })
}

/** Sends one message that says so, also to a paused address; answers what the other side said. ConflictError: no key opens it. */
export async function testWebhook(
  ctx: Context,
  deps: WebhookDeps,
  { webhookId }: { webhookId: number },
): Promise<Sent> {
  const row = await write(ctx, async (tx) => {
    const [row] = await tx.select().from(webhook).where(eq(webhook.id, webhookId))
    return found(row, 'webhook')
  })
  return deps.sender.send(row.format, openNow(deps, ctx, row), {
    id: `test_${ctx.workspaceId}_${row.id}_${ctx.now.getTime()}`,
    title: `【${KEYWORD}】测试消息`,
    lines: [`推送「${row.name}」已接通，之后的消息会发到这里`],
    link: null,
    type: 'test',
    data: {},
  })
}

/** Puts every address of the workspace under the key that seals now; answers how many were under another. */
export async function resealWebhooks(ctx: Context, deps: Sealing): Promise<number> {
  return write(ctx, async (tx) => {
    const rows = await tx.select().from(webhook).for('update')
    const old = rows.filter(({ url, secret }) =>
      [url, secret].some((box) => box && !deps.sealer.isCurrent(box)),
    )
    for (const row of old) {
      const boxes = sealed(deps, ctx, row.id, openAddress(deps, ctx, row))
      await tx.update(webhook).set(boxes).where(eq(webhook.id, row.id))
    }
    return old.length
  })
}

type WebhookRow = typeof webhook.$inferSelect
async function lockWebhook(tx: Tx, id: number): Promise<WebhookRow> {
  const [row] = await tx.select().from(webhook).where(eq(webhook.id, id)).for('update')
  return found(row, 'webhook')
}

async function checkBrand(tx: Tx, brandId: number | null): Promise<void> {
  if (brandId === null) return
  const [row] = await tx.select({ id: brand.id }).from(brand).where(eq(brand.id, brandId))
  found(row, 'brand')
}
