/** 调用配额: every call to a platform is taken here before it is sent, by all processes and workspaces alike. */
import { eq, sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import { callUse, workspace } from '../db/tables.ts'
import {
  type Admission,
  admit,
  type CallLimits,
  countingDay,
  credible,
  quotaDay,
  slotsOf,
  UNANSWERED,
} from '../rules/quota.ts'
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

/** `slot`: to be left when the call is answered; null: nothing limits the calls per second. */
export type Taken = Exclude<Admission, { kind: 'GO' }> | { kind: 'GO'; slot: number | null }

/**
 * Takes one call, or says when to ask again. What is taken stays taken, whatever becomes of the call. Locks workspace
 * (where a call costs), then call_quota, then the workspace's own call_use: everybody in this order.
 */
export function takeCall(ctx: Context, asked: TakeCall): Promise<Taken> {
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
        blockedUntil: quota.blockedUntil,
        taken: quota.taken,
        freeInMs: quota.freeInMs,
      },
      ctx.now.getTime(),
    )
    const slot = await store(tx, asked, day.day, admission)
    return admission.kind === 'GO' ? { kind: 'GO', slot } : admission
  })
}

/** The call of this slot is answered, or given up on. */
export async function leaveCall(
  ctx: Context,
  { slot, callsPerSecond }: { slot: number; callsPerSecond: number },
): Promise<void> {
  const { lastMs } = slotsOf(callsPerSecond)
  await write(ctx, (tx) => tx.execute(sql`select leave_slot(${slot}::bigint, ${lastMs}::float8)`))
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
  blockedUntil: number | null
  taken: number
  freeInMs: number | null
}

async function lockQuota(tx: Tx, { source, scope }: Limit, now: Date): Promise<Quota> {
  const { day } = quotaDay(now)
  const [row] = await rows<Quota>(
    tx,
    sql`select day::text, calls, (extract(epoch from blocked_until) * 1000)::float8 as "blockedUntil",
        taken, free_in as "freeInMs"
      from lock_quota(${source}, ${scope}, ${day}::date)`,
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

/** Answers the slot that it took. */
async function store(tx: Tx, asked: TakeCall, day: string, admission: Admission): Promise<number | null> {
  if (admission.kind === 'WAIT') return null
  const used = use(tx, asked, day, admission.kind === 'GO')
  if (admission.kind === 'REFUSED') {
    await used
    return null
  }
  const { source, scope, limits } = asked
  const lasts = limits.callsPerSecond === null ? null : UNANSWERED
  const [row] = await rows<{ slot: string | null }>(
    tx,
    sql`with used as ${used}
      select count_call(${source}, ${scope}, ${day}::date), case when ${lasts}::float8 is not null
        then take_slot(${source}, ${scope}, ${lasts}::float8) end as slot`,
  )
  return row?.slot ? Number(row.slot) : null
}

function use(tx: Tx, { source, scope, limits }: TakeCall, day: string, went: boolean) {
  const one = { calls: went ? 1 : 0, refused: went ? 0 : 1, costFen: went ? limits.costFen : 0 }
  return tx
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
}
