/** Brings one promotion on as far as it goes now. Everything is found again from the row, so it may be killed anywhere. */
import { randomUUID } from 'node:crypto'
import { and, eq, isNull, lte, or, sql } from 'drizzle-orm'
import { type Db, rows, type Tx } from '../db/client.ts'
import { breakout, promotion } from '../db/tables.ts'
import type { PromotionChannels } from '../platforms/promotion.ts'
import { guard } from '../rules/guard.ts'
import { LEASE_MS, PROPOSAL_LIFE_MS } from '../rules/promotion.ts'
import { nextTask, type Task } from '../rules/promotion-next.ts'
import { isPlaced } from '../rules/promotion-place.ts'
import { DAY } from '../rules/types.ts'
import { type Context, write } from './context.ts'
import { found } from './errors.ts'
import { AGAIN, promote, reasonsOf, waitsFor } from './promote.ts'
import { leavePlan, placePromotion } from './promotion-place.ts'
import { holdPromotion, LeaseLostError, machineOf, move, type PromotionRow, store } from './promotion-row.ts'
import type { Tending } from './promotion-send.ts'
import { endRefusedAt, giveUpEnd, loseCall, settleCall } from './promotion-settle.ts'
import { approvalsOf, NO_ROOM, standingOf } from './promotion-standing.ts'
import { watchPromotion } from './promotion-watch.ts'

/** A person is asked; the row is looked at now and then all the same. */
const ASKED_AGAIN = DAY
/** Steps of one run: claim, look, end, and a spare one. */
const STEPS = 6

export interface TendPromotion {
  promotionId: number
  channels: PromotionChannels
  clock: () => Date
  /** ms between looks at what runs; left out: as often as flow/promotion-watch.ts says. */
  lookEvery?: number | undefined
}

/** Answers what was done, in order; empty: somebody else has it, or nothing is due. */
export async function tendPromotion(
  ctx: Context,
  { promotionId, channels, clock, lookEvery }: TendPromotion,
): Promise<Task['kind'][]> {
  const tending: Tending = { ctx, channels, clock, claim: randomUUID(), lookEvery }
  let row = await lease(tending, promotionId)
  const done: Task['kind'][] = []
  if (!row) return done
  try {
    while (done.length < STEPS && isDue(row, clock())) {
      const task = await taskOf(tending, row)
      done.push(task.kind)
      row = await run(tending, row, task)
    }
    await release(tending, promotionId)
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error
  }
  return done
}

const isDue = ({ dueAt }: PromotionRow, now: Date) => dueAt !== null && dueAt <= now

/** null: it is not due, or another tends it. */
async function lease({ ctx, clock, claim }: Tending, promotionId: number): Promise<PromotionRow | undefined> {
  const now = clock()
  const { id, dueAt, claimedUntil } = promotion
  return write(ctx, async (tx) => {
    const [row] = await tx
      .update(promotion)
      .set({ claim, claimedUntil: new Date(now.getTime() + LEASE_MS) })
      .where(and(eq(id, promotionId), lte(dueAt, now), or(isNull(claimedUntil), lte(claimedUntil, now))))
      .returning()
    return row
  })
}

async function release({ ctx, claim }: Tending, promotionId: number): Promise<void> {
  await write(ctx, (tx) =>
    tx
      .update(promotion)
      .set({ claim: null, claimedUntil: null })
      .where(and(eq(promotion.id, promotionId), eq(promotion.claim, claim))),
  )
}

async function taskOf({ ctx, clock }: Tending, row: PromotionRow): Promise<Task> {
  const ends = row.orderStand === 'LIVE' && row.stop !== null
  const refusedAt = ends ? await write(ctx, (tx) => endRefusedAt(tx, row)) : null
  const known = { placed: isPlaced(row), finalKnown: row.finalFen !== null, endRefusedAt: refusedAt }
  return nextTask(machineOf(row), known, clock().getTime())
}

/** What goes on only while something needs it. */
const MAY_LEAVE: ReadonlySet<Task['kind']> = new Set(['PLACE', 'CONSIDER', 'CREATE', 'RECONCILE', 'LOOK'])
const NEEDS_CHANNEL: ReadonlySet<Task['kind']> = new Set(['TERMINATE', 'RECONCILE', 'LOOK'])

async function run(tending: Tending, row: PromotionRow, task: Task): Promise<PromotionRow> {
  const left = MAY_LEAVE.has(task.kind) ? await leavePlan(tending, row) : null
  if (left) return left
  const mute = tending.channels[row.method] === undefined
  const again = () => dueAgain(tending, row.id, new Date(tending.clock().getTime() + AGAIN))
  // Its account is gone, or nobody wrote how to ask: an account that comes back goes on here.
  if (mute && NEEDS_CHANNEL.has(task.kind)) return again()
  switch (task.kind) {
    case 'PLACE':
      return (await staleOf(tending, row)) ?? placePromotion(tending, row)
    case 'CONSIDER':
      return consider(tending, row)
    case 'CREATE':
      return (await staleOf(tending, row)) ?? (mute ? again() : promote(tending, row, { call: 'CREATE' }))
    case 'TERMINATE':
      return promote(tending, row, { call: 'TERMINATE' })
    case 'LOST':
      return loseCall(tending, row.id)
    case 'RECONCILE':
      return settleCall(tending, row)
    case 'LOOK': {
      const { row: looked, wanted } = await watchPromotion(tending, row)
      return wanted ? promote(tending, looked, wanted) : giveUpEnd(tending, looked)
    }
    case 'WAIT':
      return dueAgain(tending, row.id, new Date(task.until ?? tending.clock().getTime() + ASKED_AGAIN))
    case 'DONE':
      return dueAgain(tending, row.id, null)
  }
}

function dueAgain({ ctx, claim }: Tending, promotionId: number, dueAt: Date | null): Promise<PromotionRow> {
  return write(ctx, async (tx) => store(tx, await holdPromotion(tx, promotionId, claim), { dueAt }))
}

/** PROPOSED: goes on by itself where the mode needs nobody's word, and not beyond its life. */
async function consider(tending: Tending, row: PromotionRow): Promise<PromotionRow> {
  const stale = await staleOf(tending, row)
  if (stale) return stale
  const { ctx, claim, clock } = tending
  return write(ctx, async (tx) => {
    const held = await holdPromotion(tx, row.id, claim)
    const now = clock()
    const missing = await unconfirmed(tx, held, now)
    if (missing.length === 0)
      return (await move(tx, held, { kind: 'APPROVE' }, now, { dueAt: now, held: null })).row
    return store(tx, held, { ...waitsFor(held, missing, now), dueAt: new Date(now.getTime() + AGAIN) })
  })
}

/** What persons must still say before it is sent. Caps, marks and the wallet are asked when it is. */
export async function unconfirmed(tx: Tx, row: PromotionRow, now: Date) {
  const [{ standing }, approvals] = await Promise.all([
    standingOf(tx, row, NO_ROOM, now),
    approvalsOf(tx, row.id),
  ])
  const { method, amountFen, proposedBy } = row
  const asked = { call: 'CREATE', method, amountFen, proposedBy, approvals } as const
  return reasonsOf(guard(asked, standing, now.getTime())).filter(
    ({ kind }) => kind === 'CONFIRM' || kind === 'TWO_PERSONS',
  )
}

/** Cancelled because what it follows is over; null: it is not. */
async function staleOf({ ctx, claim, clock }: Tending, row: PromotionRow): Promise<PromotionRow | null> {
  return write(ctx, async (tx) => {
    const held = await holdPromotion(tx, row.id, claim)
    const now = clock()
    const old = now.getTime() - held.createdAt.getTime() >= PROPOSAL_LIFE_MS
    if (!old && !(held.aim === 'TRIAL' && (await isClosed(tx, held.breakoutId)))) return null
    return (await move(tx, held, { kind: 'STOP', reason: 'STALE' }, now, { dueAt: null })).row
  })
}

async function isClosed(tx: Tx, breakoutId: number | null): Promise<boolean> {
  if (breakoutId === null) return false
  const [row] = await tx.select({ state: breakout.state }).from(breakout).where(eq(breakout.id, breakoutId))
  return row?.state === 'CLOSED'
}

export interface DuePromotion {
  workspaceId: number
  promotionId: number
}

/** Of all workspaces, those due longest first. */
export async function duePromotions({ db, now }: { db: Db; now: Date }): Promise<DuePromotion[]> {
  const due = await rows<{ workspace_id: string; promotion_id: string }>(
    db,
    sql`select workspace_id, promotion_id from due_promotions(${now.toISOString()}::timestamptz)`,
  )
  return due.map((row) => ({ workspaceId: Number(row.workspace_id), promotionId: Number(row.promotion_id) }))
}

/** Workspaces in which something asks for a trial. */
export async function dueTrials({ db }: { db: Db }): Promise<number[]> {
  const due = await rows<{ workspace_id: string }>(db, sql`select workspace_id from due_trials()`)
  return due.map((row) => Number(row.workspace_id))
}

/** Who pays for it, and is asked. */
export async function promotionSubject(ctx: Context, promotionId: number): Promise<number> {
  const [row] = await write(ctx, (tx) =>
    tx.select({ subjectId: promotion.subjectId }).from(promotion).where(eq(promotion.id, promotionId)),
  )
  return found(row, 'promotion').subjectId
}
