/**
 * 投放 as a machine. Aim TRIAL (随心推):
 *
 *   PROPOSED -> APPROVED -> SUBMITTING -----> RUNNING <-> JUDGING -> PASSED | FAILED | STOPPED
 *                  ^            |  |             ^
 *                  |       lost |  | refused     | it is there
 *                  |            v  v             |
 *      not sent    |   RECONCILING REJECTED      |
 *      ------------+------------+----------------+
 *                  |            | ambiguous      |
 *                  |            v                |
 *                  +--------- ASKING ------------+      CANCELLED from PROPOSED and APPROVED, or never paid
 *
 * Aim SCALE has the same front, then:
 *
 *   RUNNING -> FATIGUED -> RETIRED      RUNNING -> RETIRED (its time is over) | STOPPED (it was told to end)
 *
 * Beside the state stands what the platform holds: `order` LIVE may spend, also after a verdict. `change` is a later
 * write to it (more money, less, its end), which has the same three phases as the first one and leaves the state alone.
 * `stop` is a wish that is never taken back: it forbids every write but the one that ends the order. Whatever the
 * platform says of an order is read again and again, so that what comes at a bad moment may be left out.
 */
import { answered, claimed, lost, reconciled, told } from './promotion-call.ts'
import { enter, over, type Step } from './promotion-move.ts'

export const AIMS = ['TRIAL', 'SCALE'] as const
export type Aim = (typeof AIMS)[number]

export const PROMOTION_STATES = [
  'PROPOSED',
  'APPROVED',
  'SUBMITTING',
  'RECONCILING',
  'ASKING',
  'RUNNING',
  'JUDGING',
  'PASSED',
  'FAILED',
  'STOPPED',
  'FATIGUED',
  'RETIRED',
  'REJECTED',
  'CANCELLED',
] as const
export type PromotionState = (typeof PROMOTION_STATES)[number]

/** Nothing is decided any more. An order may still be LIVE behind PASSED, FAILED and REJECTED: see `isOpen`. */
export const FINAL_STATES = [
  'PASSED',
  'FAILED',
  'STOPPED',
  'RETIRED',
  'REJECTED',
  'CANCELLED',
] as const satisfies PromotionState[]

/** Nothing was sent. */
export const UNSENT_STATES = ['PROPOSED', 'APPROVED'] as const satisfies PromotionState[]
/** Whether its order was made is not known. */
export const UNSETTLED_STATES = ['SUBMITTING', 'RECONCILING', 'ASKING'] as const satisfies PromotionState[]
/** All but FINAL_STATES: the index `promotion_open` has the same list. */
export const OPEN_STATES = [
  ...UNSENT_STATES,
  ...UNSETTLED_STATES,
  'RUNNING',
  'JUDGING',
  'FATIGUED',
] as const satisfies PromotionState[]

/** Writes to the platform. CREATE makes the order (or puts the video into a plan); the others change it. */
export const CALLS = ['CREATE', 'ADD_BUDGET', 'CUT', 'TERMINATE'] as const
export type CallKind = (typeof CALLS)[number]
export const CALL_PHASES = ['SENDING', 'RECONCILING', 'ASKING'] as const
export type CallPhase = (typeof CALL_PHASES)[number]

export const STOP_REASONS = [
  /** By hand. */
  'PERSON',
  'KILL_SWITCH',
  /** The sequential test spoke against it. */
  'VERDICT',
  /** Another rule of rules/promotion-decide.ts. */
  'RULE',
  'FATIGUE',
  /** The breakout was over before anything was sent. */
  'STALE',
  /** The platform or somebody on its pages ended it. */
  'PLATFORM',
] as const
export type StopReason = (typeof STOP_REASONS)[number]

export const ORDER_STANDS = ['NONE', 'LIVE', 'OVER'] as const
export type OrderStand = (typeof ORDER_STANDS)[number]

export interface Promotion {
  aim: Aim
  state: PromotionState
  /** What is known of the order: NONE not there, or not known to be; OVER spends no more. */
  order: OrderStand
  change: { call: Exclude<CallKind, 'CREATE'>; phase: CallPhase } | null
  stop: StopReason | null
  /** How many writes were claimed, 0: none. An answer names the one that it belongs to. */
  attempt: number
  /** When the latest write was claimed, ms; null: none was. */
  claimedAt: number | null
  /** When the state was entered, ms. */
  since: number
}

/** NOT_NOW: nothing happened and later it may (rate, quota, token). UNKNOWN: it may have happened. */
export const CALL_OUTCOMES = ['DONE', 'REFUSED', 'NOT_NOW', 'UNKNOWN'] as const
export type CallOutcome = (typeof CALL_OUTCOMES)[number]
/** WAITING: unpaid, made or under review. REJECTED: by the review. UNPAID: closed without payment. FROZEN: ended early. */
export const ORDER_SIGHTS = ['WAITING', 'DELIVERING', 'ENDED', 'REJECTED', 'UNPAID', 'FROZEN'] as const
export type OrderSight = (typeof ORDER_SIGHTS)[number]

export type PromotionEvent =
  /** The guard found enough approvals. */
  | { kind: 'APPROVE' }
  | { kind: 'STOP'; reason: StopReason }
  /** A worker takes the write for itself, commits, and only then sends. */
  | { kind: 'CLAIM'; call: CallKind }
  | { kind: 'ANSWERED'; call: CallKind; attempt: number; outcome: CallOutcome }
  /** Nobody answered for the claim of that attempt. */
  | { kind: 'LOST'; attempt: number }
  /** What the platform's list says of an attempt (rules/reconcile.ts). */
  | { kind: 'RECONCILED'; attempt: number; found: 'THERE' | 'NOT_SENT' | 'AMBIGUOUS' }
  /** What a person says who was asked. */
  | { kind: 'TOLD'; attempt: number; found: 'THERE' | 'NOT_SENT' }
  /** The order as the platform shows it, with all that it spent; null: not said, which counts as spent. */
  | {
      kind: 'SEEN'
      order: OrderSight
      spentFen: number | null
      /** What stopped it may be undone by others, and then it spends again: it is to be ended. */
      resumes?: boolean | undefined
    }
  /** The test has spoken, or more figures are not to come. */
  | { kind: 'JUDGE' }
  | { kind: 'JUDGED'; verdict: 'PASS' | 'FAIL' | 'HOLD' }
  | { kind: 'TIRED' }
export type PromotionEventKind = PromotionEvent['kind']

/**
 * A claim holds this long. Who sends must begin within SEND_WITHIN_MS of it or leave it; waits at the gate and
 * repeats of a call that was refused at the door take at most 5 minutes more (platforms/retry.ts, platforms/gate.ts).
 */
export const LEASE_MS = 10 * 60_000
export const SEND_WITHIN_MS = 2 * 60_000
/** What nobody agreed to by then, or could not be sent, is over: the breakout is. Assumed. */
export const PROPOSAL_LIFE_MS = 2 * 24 * 60 * 60_000

/** A promotion that was just proposed. */
export function propose(aim: Aim, now: number): Promotion {
  const nothing = { order: 'NONE', change: null, stop: null, attempt: 0, claimedAt: null } as const
  return { aim, state: 'PROPOSED', ...nothing, since: now }
}

/** Where a promotion goes; writes nothing. Every event may come twice: the second time it is STAY or REFUSED. */
export function step(promotion: Promotion, event: PromotionEvent, now: number): Step {
  switch (event.kind) {
    case 'APPROVE':
      if (promotion.state === 'APPROVED') return { kind: 'STAY' }
      if (promotion.state !== 'PROPOSED') return no(promotion, 'only what is PROPOSED is approved')
      return go(enter(promotion, 'APPROVED', now))
    case 'STOP':
      return stopped(promotion, event.reason, now)
    case 'CLAIM':
      return claimed(promotion, event.call, now)
    case 'ANSWERED':
      return answered(promotion, event, now)
    case 'LOST':
      return lost(promotion, event.attempt, now, LEASE_MS)
    case 'RECONCILED':
      return reconciled(promotion, event, now)
    case 'TOLD':
      return told(promotion, event, now)
    case 'SEEN':
      return seen(promotion, event, now)
    case 'JUDGE':
    case 'JUDGED':
      return judged(promotion, event, now)
    case 'TIRED':
      if (promotion.aim === 'TRIAL') return no(promotion, 'a TRIAL is judged, it does not tire')
      if (promotion.state === 'FATIGUED') return { kind: 'STAY' }
      if (promotion.state !== 'RUNNING') return no(promotion, 'only what is RUNNING tires')
      return go(enter(promotion, 'FATIGUED', now))
  }
}

function stopped(promotion: Promotion, stop: StopReason, now: number): Step {
  if (promotion.state === 'PROPOSED' || promotion.state === 'APPROVED')
    return go({ ...enter(promotion, 'CANCELLED', now), stop })
  if (promotion.stop !== null || !mayHoldOrder(promotion)) return { kind: 'STAY' }
  return go({ ...promotion, stop })
}

/** An order is there, or may be. */
function mayHoldOrder({ state, order }: Promotion): boolean {
  return order === 'LIVE' || state === 'SUBMITTING' || state === 'RECONCILING' || state === 'ASKING'
}

function seen(
  promotion: Promotion,
  { order, spentFen, resumes = false }: Extract<PromotionEvent, { kind: 'SEEN' }>,
  now: number,
): Step {
  if (promotion.order === 'NONE') return no(promotion, 'no order of it is known')
  if (promotion.order === 'OVER' || order === 'WAITING' || order === 'DELIVERING') return { kind: 'STAY' }
  if (order === 'ENDED') return go(over(promotion, now))
  // What has spent was run, whatever ended it.
  const ran = isFinal(promotion) || (spentFen !== 0 && order !== 'UNPAID')
  if (resumes) return toEnd(promotion, order === 'REJECTED' && !ran, now)
  if (order === 'FROZEN' || ran) return go(over({ ...promotion, stop: promotion.stop ?? 'PLATFORM' }, now))
  const closed = order === 'UNPAID' ? 'CANCELLED' : 'REJECTED'
  return go({ ...enter(promotion, closed, now), order: 'OVER', stop: promotion.stop ?? 'PLATFORM' })
}

/** LIVE until its end is sent, as behind any other stop. */
function toEnd(promotion: Promotion, rejected: boolean, now: number): Step {
  if (promotion.stop !== null) return { kind: 'STAY' }
  const next = rejected ? enter(promotion, 'REJECTED', now) : promotion
  return go({ ...next, stop: 'PLATFORM' })
}

function judged(
  promotion: Promotion,
  event: { kind: 'JUDGE' } | { kind: 'JUDGED'; verdict: 'PASS' | 'FAIL' | 'HOLD' },
  now: number,
): Step {
  const { aim, state, order } = promotion
  if (aim === 'SCALE') return no(promotion, 'only a TRIAL is judged')
  if (event.kind === 'JUDGE') {
    if (state === 'JUDGING') return { kind: 'STAY' }
    if (state !== 'RUNNING') return no(promotion, 'only what is RUNNING is judged')
    return go(enter(promotion, 'JUDGING', now))
  }
  if (state !== 'JUDGING') return no(promotion, 'a verdict is for what is JUDGING')
  if (event.verdict === 'PASS') return go(enter(promotion, 'PASSED', now))
  if (event.verdict === 'HOLD') return go(enter(promotion, order === 'LIVE' ? 'RUNNING' : 'STOPPED', now))
  const stop = promotion.stop ?? (order === 'LIVE' ? 'VERDICT' : null)
  return go({ ...enter(promotion, 'FAILED', now), stop })
}

/** Whether it is to be looked after: it is not final, may still spend, or has a write that is not settled. */
export function isOpen(promotion: Promotion): boolean {
  return !isFinal(promotion) || promotion.order === 'LIVE' || promotion.change !== null
}

function isFinal({ state }: Promotion): boolean {
  const final: readonly PromotionState[] = FINAL_STATES
  return final.includes(state)
}

const go = (to: Promotion): Step => ({ kind: 'GO', to })

function no({ aim, state }: Promotion, why: string): Step {
  return { kind: 'REFUSED', why: `${why}; this ${aim} is ${state}.` }
}
