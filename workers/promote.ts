import { ledgerSubject } from '../flow/ledger.ts'
import { proposeFromBreakouts } from '../flow/promotion-propose.ts'
import { promotionSubject, tendPromotion } from '../flow/promotion-tend.ts'
import { reconcileBooks } from '../flow/reconcile.ts'
import { MINUTE } from '../rules/types.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

type Deps = Pick<WorkerDeps, 'db' | 'clock' | 'platforms' | 'promotionsEvery'>

/** What the platform refuses is in the rows and comes up again by itself; anything that is thrown is a defect. */
export async function runPromote(
  { db, clock, platforms, promotionsEvery: lookEvery }: Deps,
  { workspaceId, promotionId }: Payload<'promote'>,
): Promise<void> {
  const ctx = { db, workspaceId, now: clock() }
  const subject = await ledgerSubject(ctx, await promotionSubject(ctx, promotionId))
  const channels = platforms.promotion(workspaceId, subject)
  await tendPromotion(ctx, { promotionId, channels, clock, lookEvery })
}

/** An episode that cannot be tried (no margin, no account) is found at every sweep: it is looked at as often as this. */
const PAUSE = 15 * MINUTE

export function createPropose({ db, clock, promotionsEvery = PAUSE }: Deps) {
  const pausedUntil = new Map<number, number>()
  return async ({ workspaceId }: Payload<'propose'>): Promise<void> => {
    const now = clock()
    if ((pausedUntil.get(workspaceId) ?? 0) > now.getTime()) return
    const made = await proposeFromBreakouts({ db, workspaceId, now })
    if (made.length > 0) pausedUntil.delete(workspaceId)
    else pausedUntil.set(workspaceId, now.getTime() + promotionsEvery)
  }
}

export async function runReconcile(
  { db, clock, platforms }: Deps,
  { workspaceId, subjectId }: Payload<'reconcile'>,
): Promise<void> {
  const ctx = { db, workspaceId, now: clock() }
  const subject = await ledgerSubject(ctx, subjectId)
  const channels = platforms.promotion(workspaceId, subject)
  await reconcileBooks(ctx, { subjectId, channels, clock })
}
