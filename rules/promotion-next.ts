/** What a promotion waits for now: asked again after every step, so that whoever finds it can go on from there. */
import { LEASE_MS, type Promotion } from './promotion.ts'
import { openCall } from './promotion-call.ts'
import { MINUTE } from './types.ts'

export type Task =
  /** PROPOSED: whether it needs nobody's word. */
  | { kind: 'CONSIDER' }
  /** Its plan is not chosen, or does not deliver its video yet. */
  | { kind: 'PLACE' }
  | { kind: 'CREATE' }
  /** Its time to answer is over: nobody will. */
  | { kind: 'LOST' }
  | { kind: 'RECONCILE' }
  | { kind: 'TERMINATE' }
  | { kind: 'LOOK' }
  /** Somebody sends, or a person is asked. */
  | { kind: 'WAIT'; until: number | null }
  | { kind: 'DONE' }

/**
 * `placed`: it has the plan that it needs. `finalKnown`: what it spent in the end is known. `endRefusedAt`: when the platform
 * last refused to end it, ms; null: it did not.
 */
export function nextTask(
  promotion: Promotion,
  { placed, finalKnown, endRefusedAt }: { placed: boolean; finalKnown: boolean; endRefusedAt: number | null },
  now: number,
): Task {
  const { state, order, stop, claimedAt } = promotion
  const open = openCall(promotion)
  if (open?.phase === 'SENDING') {
    const until = (claimedAt ?? now) + LEASE_MS
    return now < until ? { kind: 'WAIT', until } : { kind: 'LOST' }
  }
  const mayEnd = order === 'LIVE' && stop !== null && open?.call !== 'TERMINATE'
  if (mayEnd && (endRefusedAt === null || now - endRefusedAt >= END_AGAIN_MS)) return { kind: 'TERMINATE' }
  if (open?.phase === 'RECONCILING') return { kind: 'RECONCILE' }
  if (open?.phase === 'ASKING' && open.call === 'CREATE') return { kind: 'WAIT', until: null }
  if (!placed && (state === 'PROPOSED' || state === 'APPROVED')) return { kind: 'PLACE' }
  if (state === 'PROPOSED') return { kind: 'CONSIDER' }
  if (state === 'APPROVED') return { kind: 'CREATE' }
  if (order === 'LIVE' || (order === 'OVER' && (!finalKnown || state === 'JUDGING'))) return { kind: 'LOOK' }
  return { kind: 'DONE' }
}

/** Ends come out of a small quota of the day, and what was not deliverable may be soon: assumed. */
export const END_AGAIN_MS = 30 * MINUTE
