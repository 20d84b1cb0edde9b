/** 调用配额: every call to a platform is taken here before it is sent, by all processes and workspaces alike. */
import { eq, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { callUse, workspace } from '../db/tables.ts'
import { type Admission, admit, type CallLimits, countingDay, credible, quotaDay } from '../rules/quota.ts'
import { type Context, write } from './context.ts'
import { found, InvalidInputError } from './errors.ts'

/** One limit of a platform: that of the app, or that of one account. */
export interface Limit {
  source: string
  scope: string
}
export interface TakeCall extends Limit {
  limits: CallLimits
  urgent: boolean
  /** A longer wait is a refusal. */
  maxWaitMs: number
}

/**
 * Takes one call, or says when to ask again. What is taken stays taken, whatever becomes of the call. Locks workspace
 * (where a call costs), then call_quota, then the workspace's own call_use: everybody in this order.
 */
export function takeCall(ctx: Context, asked: TakeCall): Promise<Admission> {
  return write(ctx, async (tx) => {
    const { limits } = asked
    const capFen = limits.costFen > 0 ? await lockCap(tx, ctx.workspaceId) : null
    const quota = await lockQuota(tx, asked, ctx.now)
    const day = countingDay(quota.day, ctx.now)
    const calls = quota.day === day.day ? quota.calls : 0
    // After the locks: what others wrote before them is seen.
    const [use, others] = await Promise.all([
      limits.callsPerDay === null && limits.costFen === 0 ? NO_USE : usedBy(tx, day.day, asked),
      limits.callsPerDay === null ? 0 : othersUnder(tx, asked, day.day),
    ])
    const admission = admit(
      {
        ...asked,
        ...use,
        ...day,
        capFen,
        calls,
        sharers: others + 1,
        freeAt: quota.freeAt,
        blockedUntil: quota.blockedUntil,
      },
      ctx.now.getTime() + quota.waited,
    )
    await store(tx, asked, day.day, admission)
    return admission
  })
}

export interface BlockCalls extends Limit {
  until: Date
}

/** The platform asked for silence: nobody asks under this limit before, and no later word makes it shorter. */
export function blockCalls(ctx: Context, { source, scope, until }: BlockCalls): Promise<void> {
  return write(ctx, async (tx) => {
    const { blockedUntil } = await lockQuota(tx, { source, scope }, ctx.now)
    const known = blockedUntil !== null && credible(blockedUntil, ctx.now.getTime())
    if (known && blockedUntil >= until.getTime()) return
    await tx.execute(sql`select block_calls(${source}, ${scope}, ${until.toISOString()}::timestamptz)`)
  })
}

export interface SetLookCap {
  /** 分 of a day; null: no cap. */
  capFen: number | null
}

/** 每日看数上限: from the next call on. */
export async function setLookCap(ctx: Context, { capFen }: SetLookCap): Promise<void> {
  if (capFen !== null && capFen < 0) throw new InvalidInputError('capFen', 'capFen must not be negative')
  await write(ctx, (tx) =>
    tx.update(workspace).set({ lookCapFen: capFen }).where(eq(workspace.id, ctx.workspaceId)),
  )
}

/** Calls of one workspace that cost are taken one after the other, whatever their source: the cap is over all. */
async function lockCap(tx: Tx, workspaceId: number): Promise<number | null> {
  const [row] = await tx
    .select({ capFen: workspace.lookCapFen })
    .from(workspace)
    .where(eq(workspace.id, workspaceId))
    .for('no key update')
  return found(row, 'workspace').capFen
}

/** Instants in ms. */
interface Quota {
  day: string
  calls: number
  freeAt: number
  blockedUntil: number | null
  /** How long the row was waited for: calls that waited together may not go together. */
  waited: number
}

async function lockQuota(tx: Tx, { source, scope }: Limit, now: Date): Promise<Quota> {
  const { day } = quotaDay(now)
  const [row] = await rows<Quota>(
    tx,
    sql`select day::text, calls, (extract(epoch from free_at) * 1000)::float8 as "freeAt",
        (extract(epoch from blocked_until) * 1000)::float8 as "blockedUntil",
        (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000)::float8 as waited
      from lock_quota(${source}, ${scope}, ${day}::date, ${now.toISOString()}::timestamptz)`,
  )
  return found(row, 'quota')
}

const NO_USE = { mine: 0, spentFen: 0 }

/** What the workspace asked under this limit, and spent on all sources. */
async function usedBy(
  tx: Tx,
  day: string,
  { source, scope }: Limit,
): Promise<{ mine: number; spentFen: number }> {
  const uses = await tx.select().from(callUse).where(eq(callUse.day, day))
  const own = uses.find((use) => use.source === source && use.scope === scope)
  return {
    mine: own?.calls ?? 0,
    spentFen: uses.reduce((sum, use) => sum + use.costFen, 0),
  }
}

/** Workspaces that asked under this limit that day or the day before, without this one. */
async function othersUnder(tx: Tx, { source, scope }: Limit, day: string): Promise<number> {
  const [row] = await rows<{ others: number }>(
    tx,
    sql`select others_under_quota(${source}, ${scope}, ${day}::date) as others`,
  )
  return row?.others ?? 0
}

async function store(tx: Tx, asked: TakeCall, day: string, admission: Admission) {
  if (admission.kind === 'WAIT') return
  const went = admission.kind === 'GO'
  const { source, scope, limits } = asked
  const one = { calls: went ? 1 : 0, refused: went ? 0 : 1, costFen: went ? limits.costFen : 0 }
  const used = tx
    .insert(callUse)
    .values({ day, source, scope, ...one })
    .onConflictDoUpdate({
      target: [callUse.workspaceId, callUse.day, callUse.source, callUse.scope],
      set: {
        calls: sql`${callUse.calls} + ${one.calls}`,
        refused: sql`${callUse.refused} + ${one.refused}`,
        costFen: sql`${callUse.costFen} + ${one.costFen}`,
      },
    })
  const freeAt = went ? new Date(admission.freeAt).toISOString() : null
  const moved =
    freeAt && tx.execute(sql`select count_call(${source}, ${scope}, ${day}::date, ${freeAt}::timestamptz)`)
  await Promise.all([used, moved])
}
