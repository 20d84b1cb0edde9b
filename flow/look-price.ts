/** 看数价格: what a look counts in the schedule while a quota or a cap leaves fewer looks than are worth making. */
import { eq, sql } from 'drizzle-orm'
import type { Tx } from '../db/client.ts'
import { looksSince, plannedLooks } from '../db/queries/look-price.ts'
import { type LimitUse, limitUses } from '../db/queries/quota.ts'
import { lookPrice, workspace } from '../db/tables.ts'
import type { Capability, SourceInfo } from '../platforms/connector.ts'
import { priceOfPlanned } from '../rules/look-quota.ts'
import { callsLeft, quotaDay } from '../rules/quota.ts'
import { MINUTE } from '../rules/types.ts'
import { type Context, write } from './context.ts'

export type { SourceInfo }

/** How long a price stands. */
const STANDS = 10 * MINUTE
/** With fewer calls behind it, what one brings is not known yet. */
const FEW_CALLS = 20

export interface DecidedPrice {
  source: string
  /** Infinite: no look is left. */
  priceFen: number
}

/** It counts looks, and has a daily quota or costs something. */
export function isScarce({ capability: { gives, callsPerDay, costFen } }: SourceInfo): boolean {
  return gives.length > 0 && (callsPerDay !== null || costFen > 0)
}

/** The prices of scarce sources, where the last one is old; the others have none. */
export async function decidePrices(
  ctx: Context,
  { sources }: { sources: readonly SourceInfo[] },
): Promise<DecidedPrice[]> {
  const scarce = sources.filter(isScarce)
  if (scarce.length === 0) return []
  return write(ctx, async (tx) => {
    const due = await withOldPrice(tx, ctx.now, scarce)
    if (due.length === 0) return []
    const uses = await limitUses(tx, quotaDay(ctx.now).day)
    const capFen = await capOf(tx, ctx.workspaceId)
    const decided: DecidedPrice[] = []
    for (const { source, capability } of due) {
      decided.push({ source, priceFen: await decide(tx, ctx.now, source, capability, uses, capFen) })
    }
    await store(tx, ctx.now, decided)
    return decided
  })
}

async function withOldPrice(tx: Tx, now: Date, sources: readonly SourceInfo[]): Promise<SourceInfo[]> {
  const prices = await tx.select().from(lookPrice)
  return sources.filter(({ source }) => {
    const last = prices.find((price) => price.source === source)
    return last === undefined || last.decidedAt.getTime() + STANDS <= now.getTime()
  })
}

async function capOf(tx: Tx, workspaceId: number): Promise<number | null> {
  const [row] = await tx
    .select({ capFen: workspace.lookCapFen })
    .from(workspace)
    .where(eq(workspace.id, workspaceId))
  return row?.capFen ?? null
}

/** Looks planned until midnight, when quotas and caps are renewed, against those that are left until then. */
async function decide(
  tx: Tx,
  now: Date,
  source: string,
  capability: Capability,
  uses: readonly LimitUse[],
  capFen: number | null,
): Promise<number> {
  const { from, to } = quotaDay(now)
  const planned = await plannedLooks(tx, source, { now, until: new Date(to) })
  const own = uses.filter((use) => use.source === source)
  const calls = own.reduce((sum, use) => sum + use.calls, 0)
  // A call asks about one 抖音号: how full it is shows only in what calls brought.
  const perCall =
    calls < FEW_CALLS
      ? capability.batch
      : Math.min(Math.max((await looksSince(tx, source, new Date(from))) / calls, 1), capability.batch)
  const spentFen = uses.reduce((sum, use) => sum + use.costFen, 0)
  const left = leftOf(capability, own, capFen === null ? null : capFen - spentFen)
  return priceOfPlanned(capability.costFen / perCall, left * perCall, planned)
}

/** Calls; infinite where neither a quota nor a cap ends them. */
function leftOf(
  { callsPerDay, costFen }: Capability,
  own: readonly LimitUse[],
  moneyFen: number | null,
): number {
  const untouched = { total: 0, mine: 0, sharers: 1 }
  const limits = own.length > 0 ? own.map(({ calls, ...use }) => ({ ...use, mine: calls })) : [untouched]
  const quota =
    callsPerDay === null
      ? Number.POSITIVE_INFINITY
      : limits.reduce((sum, use) => sum + callsLeft(callsPerDay, use), 0)
  if (moneyFen === null || costFen === 0) return quota
  return Math.min(quota, Math.floor(moneyFen / costFen))
}

function store(tx: Tx, now: Date, decided: readonly DecidedPrice[]) {
  return tx
    .insert(lookPrice)
    .values(decided.map((price) => ({ ...price, decidedAt: now })))
    .onConflictDoUpdate({
      target: [lookPrice.workspaceId, lookPrice.source],
      set: { priceFen: sql`excluded.price_fen`, decidedAt: sql`excluded.decided_at` },
    })
}
