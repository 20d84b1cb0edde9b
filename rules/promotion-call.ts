/**
 * Writes to a platform that knows no idempotency key: claimed and committed before they are sent, so that whoever
 * finds a claim without an answer knows that money may have moved, and reads the platform's list before anything else.
 */
import type { CallKind, CallOutcome, CallPhase, Promotion, PromotionState } from './promotion.ts'
import { enter, over, type Step } from './promotion-move.ts'

const STAY: Step = { kind: 'STAY' }
/** The phases of CREATE are states of their own. */
const PHASES: Partial<Record<PromotionState, CallPhase>> = {
  SUBMITTING: 'SENDING',
  RECONCILING: 'RECONCILING',
  ASKING: 'ASKING',
}
const STATES: Readonly<Record<CallPhase, PromotionState>> = {
  SENDING: 'SUBMITTING',
  RECONCILING: 'RECONCILING',
  ASKING: 'ASKING',
}

/** The write that is not settled; null: all are. */
export function openCall({ state, change }: Promotion): { call: CallKind; phase: CallPhase } | null {
  const phase = PHASES[state]
  return phase ? { call: 'CREATE', phase } : change
}

export function claimed(promotion: Promotion, call: CallKind, now: number): Step {
  const why = call === 'CREATE' ? createBarred(promotion) : changeBarred(promotion, call)
  if (why) return { kind: 'REFUSED', why: `${call}: ${why}.` }
  const taken = { ...promotion, attempt: promotion.attempt + 1, claimedAt: now }
  if (call === 'CREATE') return { kind: 'GO', to: enter(taken, 'SUBMITTING', now) }
  return { kind: 'GO', to: { ...taken, change: { call, phase: 'SENDING' } } }
}

function createBarred({ state }: Promotion): string | null {
  return state === 'APPROVED' ? null : `only what is APPROVED is sent, this is ${state}`
}

function changeBarred(
  { order, change, stop, state }: Promotion,
  call: Exclude<CallKind, 'CREATE'>,
): string | null {
  if (order !== 'LIVE') return 'no order of it is live'
  if (change?.phase === 'SENDING') return `${change.call} is being sent`
  if (call === 'TERMINATE') {
    if (stop === null) return 'nobody told it to stop'
    // An end must not wait for a person who is asked what became of some money.
    return change?.call === 'TERMINATE' ? 'its end is not settled yet' : null
  }
  if (change !== null) return `${change.call} is not settled yet`
  if (stop !== null) return `it is to end (${stop})`
  const from: readonly PromotionState[] = call === 'CUT' ? ['RUNNING', 'FATIGUED'] : ['RUNNING']
  return from.includes(state) ? null : `not while it is ${state}`
}

export function answered(
  promotion: Promotion,
  { call, attempt, outcome }: { call: CallKind; attempt: number; outcome: CallOutcome },
  now: number,
): Step {
  const open = openCall(promotion)
  if (attempt === promotion.attempt && open?.call === call)
    return settled(promotion, open.call, open.phase, outcome, now)
  return outcome === 'DONE' && call === 'CREATE' ? late(promotion, attempt, now) : STAY
}

/**
 * An order that was taken for not sent is there after all. Before another was claimed it is simply ours; after that
 * there may be two.
 */
function late(promotion: Promotion, attempt: number, now: number): Step {
  const { state, order } = promotion
  if (order !== 'NONE') return attempt === promotion.attempt ? STAY : twice(attempt)
  if (attempt === promotion.attempt && (state === 'APPROVED' || state === 'CANCELLED'))
    return { kind: 'GO', to: { ...enter(promotion, 'RUNNING', now), order: 'LIVE' } }
  if (state === 'SUBMITTING' || state === 'RECONCILING')
    return { kind: 'GO', to: enter(promotion, 'ASKING', now) }
  return twice(attempt)
}

function twice(attempt: number): Step {
  return {
    kind: 'REFUSED',
    why: `Attempt ${attempt} made an order that is not this one's: look for it at the platform.`,
  }
}

function settled(
  promotion: Promotion,
  call: CallKind,
  phase: CallPhase,
  outcome: CallOutcome,
  now: number,
): Step {
  if (outcome === 'UNKNOWN') return phase === 'SENDING' ? moved(promotion, call, 'RECONCILING', now) : STAY
  if (call === 'CREATE') {
    if (outcome === 'DONE') return { kind: 'GO', to: { ...enter(promotion, 'RUNNING', now), order: 'LIVE' } }
    if (outcome === 'REFUSED') return { kind: 'GO', to: enter(promotion, 'REJECTED', now) }
    return { kind: 'GO', to: enter(promotion, promotion.stop ? 'CANCELLED' : 'APPROVED', now) }
  }
  const free: Promotion = { ...promotion, change: null }
  return { kind: 'GO', to: call === 'TERMINATE' && outcome === 'DONE' ? over(free, now) : free }
}

function moved(promotion: Promotion, call: CallKind, phase: CallPhase, now: number): Step {
  if (call === 'CREATE') return { kind: 'GO', to: enter(promotion, STATES[phase], now) }
  return { kind: 'GO', to: { ...promotion, change: { call, phase } } }
}

export function lost(promotion: Promotion, attempt: number, now: number, leaseMs: number): Step {
  const open = openCall(promotion)
  if (attempt !== promotion.attempt || open?.phase !== 'SENDING') return STAY
  if (promotion.claimedAt !== null && now - promotion.claimedAt < leaseMs)
    return { kind: 'REFUSED', why: `The claim holds until ${promotion.claimedAt + leaseMs}.` }
  return moved(promotion, open.call, 'RECONCILING', now)
}

type Found = 'THERE' | 'NOT_SENT' | 'AMBIGUOUS'
export function reconciled(
  promotion: Promotion,
  { attempt, found }: { attempt: number; found: Found },
  now: number,
): Step {
  return found === 'AMBIGUOUS'
    ? asked(promotion, attempt, now)
    : concluded(promotion, attempt, 'RECONCILING', found, now)
}

export function told(
  promotion: Promotion,
  { attempt, found }: { attempt: number; found: Exclude<Found, 'AMBIGUOUS'> },
  now: number,
): Step {
  return concluded(promotion, attempt, 'ASKING', found, now)
}

function asked(promotion: Promotion, attempt: number, now: number): Step {
  const open = openCall(promotion)
  if (attempt !== promotion.attempt || open?.phase !== 'RECONCILING') return STAY
  return moved(promotion, open.call, 'ASKING', now)
}

function concluded(
  promotion: Promotion,
  attempt: number,
  phase: CallPhase,
  found: Exclude<Found, 'AMBIGUOUS'>,
  now: number,
): Step {
  const open = openCall(promotion)
  if (attempt !== promotion.attempt || open?.phase !== phase) return STAY
  return settled(promotion, open.call, phase, found === 'THERE' ? 'DONE' : 'NOT_NOW', now)
}
