/**
 * 合作 as a machine:
 *
 *     PROPOSED -> AGREED -> BRIEFED -> DRAFT -> PUBLISHED -> SETTLED
 *                              ^         |
 *                              +-refused-+      DROPPED from anywhere before SETTLED
 */
import type { CollaborationState, PlaybookStep } from './types.ts'

/** What can be done to a collaboration. */
export const COLLABORATION_ACTIONS = [
  'AGREE',
  'BRIEF',
  'SUBMIT_DRAFT',
  'REFUSE_DRAFT',
  'PUBLISH',
  'SETTLE',
  'DROP',
] as const
export type CollaborationAction = (typeof COLLABORATION_ACTIONS)[number]

/** GO: to that state. AGAIN: it is already there by this very action. REFUSED: not from here. */
export type Advance =
  | { kind: 'GO'; state: CollaborationState }
  | { kind: 'AGAIN' }
  | { kind: 'REFUSED'; why: string }

interface Move {
  from: readonly CollaborationState[]
  to: CollaborationState
}
const MOVES: Readonly<Record<CollaborationAction, Move>> = {
  AGREE: { from: ['PROPOSED'], to: 'AGREED' },
  BRIEF: { from: ['AGREED'], to: 'BRIEFED' },
  SUBMIT_DRAFT: { from: ['BRIEFED'], to: 'DRAFT' },
  REFUSE_DRAFT: { from: ['DRAFT'], to: 'BRIEFED' },
  PUBLISH: { from: ['DRAFT'], to: 'PUBLISHED' },
  SETTLE: { from: ['PUBLISHED'], to: 'SETTLED' },
  // Also when it is out: a KOL who takes the video down again is not paid.
  DROP: { from: ['PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT', 'PUBLISHED'], to: 'DROPPED' },
}

export function advance(state: CollaborationState, action: CollaborationAction): Advance {
  const { from, to } = MOVES[action]
  if (from.includes(state)) return { kind: 'GO', state: to }
  // BRIEFED does not say that a draft was refused: it is where BRIEF leads, too.
  if (state === to && action !== 'REFUSE_DRAFT') return { kind: 'AGAIN' }
  return { kind: 'REFUSED', why: `${action} leads from ${from.join(' or ')}, and this one is ${state}.` }
}

/** Still being made: the same KOL is not asked for the same cell a second time. */
export const OPEN_STATES = ['PROPOSED', 'AGREED', 'BRIEFED', 'DRAFT'] as const satisfies CollaborationState[]

/** States in which the price is owed or paid; before them it is an offer, after DROPPED nothing. */
export const OWING_STATES = [
  'AGREED',
  'BRIEFED',
  'DRAFT',
  'PUBLISHED',
  'SETTLED',
] as const satisfies CollaborationState[]

/** The playbook's step after a breakout of a video that was made for `step`; null: for none, which counts as TEST. */
export function nextStep(step: PlaybookStep | null): PlaybookStep {
  return step === null || step === 'TEST' ? 'REUSE' : 'RADIATE'
}
