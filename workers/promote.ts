import { ledgerSubject } from '../flow/ledger.ts'
import { proposeUntried } from '../flow/promotion-propose.ts'
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

/** A video that cannot be tried (no margin, no account) is found at every sweep: it is looked at as often as this, the others at once. */
const PAUSE = 15 * MINUTE

export function createPropose({ db, clock, promotionsEvery = PAUSE }: Deps) {
  /** By workspace, until when each of its videos is. */
  const paused = new Map<number, Map<number, number>>()
  return async ({ workspaceId }: Payload<'propose'>): Promise<void> => {
    const now = clock()
    const own = paused.get(workspaceId) ?? new Map<number, number>()
    for (const [videoId, until] of own) if (until <= now.getTime()) own.delete(videoId)
    const { left } = await proposeUntried({ db, workspaceId, now }, own.keys())
    for (const videoId of left) own.set(videoId, now.getTime() + promotionsEvery)
    if (own.size > 0) paused.set(workspaceId, own)
    else paused.delete(workspaceId)
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
