/** Where an event takes a promotion, and the two moves that every part of the machine makes. */
import type { Promotion, PromotionState } from './promotion.ts'

export type Step =
  | { kind: 'GO'; to: Promotion }
  /** It holds already, or says nothing new. */
  | { kind: 'STAY' }
  /** Not from here: a mistake of who asks, or somebody else was first. */
  | { kind: 'REFUSED'; why: string }

export function enter(promotion: Promotion, state: PromotionState, now: number): Promotion {
  return promotion.state === state ? promotion : { ...promotion, state, since: now }
}

/** The order spends no more. A verdict that is there stays, and so does a change that is not settled yet. */
export function over(promotion: Promotion, now: number): Promotion {
  const next: Promotion = { ...promotion, order: 'OVER' }
  if (promotion.state === 'FATIGUED') return enter(next, 'RETIRED', now)
  if (promotion.state !== 'RUNNING') return next
  if (promotion.aim === 'TRIAL') return enter(next, 'JUDGING', now)
  return enter(next, promotion.stop === null || promotion.stop === 'FATIGUE' ? 'RETIRED' : 'STOPPED', now)
}
