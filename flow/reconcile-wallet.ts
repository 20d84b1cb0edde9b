/** 钱包: what it held on the night before and now, and the most that may have left it since. */
import { desc, eq, sql } from 'drizzle-orm'
import { rows } from '../db/client.ts'
import { reconciliation } from '../db/tables.ts'
import type { PromotionChannels } from '../platforms/promotion.ts'
import { HOUR } from '../rules/types.ts'
import { dayOf, SHANGHAI } from '../rules/zone.ts'
import { type Context, write } from './context.ts'
import { fetchError } from './errors.ts'
import { ledgerSubject } from './ledger.ts'

/** The wallet was read a while before its night was stored, and clocks differ. */
const EDGE = HOUR
/** A report that was not read for so long knows too little of the night. */
const REPORT_AGE = 6 * HOUR
/** 随心推 takes the whole order when it is paid (platform-apis.md 3); what is spent as it runs counts while it does. */
const PREPAID = 'SUIXINTUI_ORDER'

/** null: no night before, or its wallet was not told. `at` in ms. */
export async function lastNight(
  ctx: Context,
  subjectId: number,
): Promise<{ walletFen: number; at: number } | null> {
  const { walletFen, createdAt } = reconciliation
  const [row] = await write(ctx, (tx) =>
    tx
      .select({ walletFen, createdAt })
      .from(reconciliation)
      .where(eq(reconciliation.subjectId, subjectId))
      .orderBy(desc(reconciliation.day))
      .limit(1),
  )
  return row && row.walletFen !== null
    ? { walletFen: row.walletFen, at: row.createdAt.getTime() - EDGE }
    : null
}

/**
 * Read before anything else: what leaves it meanwhile is then known of, and not the other way round. Not ok: the platform did not
 * answer.
 */
export async function walletOf(
  channels: PromotionChannels,
): Promise<{ ok: true; fen: number | null } | { ok: false }> {
  const [channel] = Object.values(channels)
  if (!channel) return { ok: true, fen: null }
  try {
    return { ok: true, fen: (await channel.room()).walletFen }
  } catch (error) {
    // Who may not see the wallet may compare orders all the same; anything else is tried again.
    return fetchError(error).kind === 'forbidden' ? { ok: true, fen: null } : { ok: false }
  }
}

interface Placed {
  orderId: string
  createdAt: number | null
  amountFen: number | null
  addedFen: number | null
  spentFen: number | null
  open: boolean
}

/**
 * 分 that orders may have taken since: all of what was asked for since, of a younger order in whole; additions by others bear no
 * date, so that those of what still runs count as made since.
 */
export async function leftWallet(
  ctx: Context,
  orders: readonly Placed[],
  { subjectId, method, since }: { subjectId: number; method: string; since: number },
): Promise<number> {
  const added = await additionsSince(ctx, { subjectId, method, since })
  return orders.reduce((total, { orderId, createdAt, amountFen, addedFen, spentFen, open }) => {
    if (createdAt === null || createdAt >= since) return total + (amountFen ?? 0)
    const carried = method === PREPAID ? 0 : (spentFen ?? amountFen ?? 0)
    return total + carried + (added.get(orderId) ?? (open ? (addedFen ?? 0) : 0))
  }, 0)
}

/** Of our orders, each with what was added to it since; not among them are orders of others. */
async function additionsSince(
  ctx: Context,
  { subjectId, method, since }: { subjectId: number; method: string; since: number },
): Promise<Map<string, number>> {
  const found = await write(ctx, (tx) =>
    rows<{ order_id: string; added: string }>(
      tx,
      sql`select p.order_id, coalesce(sum(c.amount_fen) filter (where c.call = 'ADD_BUDGET' and c.stage = 'CLAIMED'
            and c.at >= ${new Date(since).toISOString()}::timestamptz), 0) as added
        from promotion p
        join promotion_call c on c.workspace_id = p.workspace_id and c.promotion_id = p.id
        where p.workspace_id = current_workspace() and p.subject_id = ${subjectId} and p.method = ${method}
          and p.order_id is not null
        group by p.order_id`,
    ),
  )
  return new Map(found.map(({ order_id, added }) => [order_id, Number(added)]))
}

/** What plans spent by the account's report on all days since, in whole, 分. null: the report was not read until now. */
export async function reportedSpend(ctx: Context, subjectId: number, since: number): Promise<number | null> {
  const { readTo, externalId } = await ledgerSubject(ctx, subjectId)
  if (readTo === null || ctx.now.getTime() - readTo.getTime() > REPORT_AGE) return null
  const [found] = await write(ctx, (tx) =>
    rows<{ spent: string }>(
      tx,
      sql`select coalesce(sum(spend_fen), 0) as spent from (
          select distinct on (o.subject_id, o.scope_id, o.starts_at) o.spend_fen
          from outcome o join import_run r on r.workspace_id = o.workspace_id and r.id = o.run_id
          where o.workspace_id = current_workspace() and o.source = 'qianchuan' and o.grain = 'DAY'
            and r.file = ${`qianchuan ${externalId}`} and o.day >= ${dayOf(new Date(since), SHANGHAI)}::date
          order by o.subject_id, o.scope_id, o.starts_at, o.revision desc
        ) told`,
    ),
  )
  return Number(found?.spent ?? 0)
}
