/** Every event of a promotion, and a promotion that stands anywhere. */
import {
  type Aim,
  LEASE_MS,
  type Promotion,
  type PromotionEvent,
  type PromotionState,
  propose,
} from '../../rules/promotion.ts'

export const NOW = Date.UTC(2026, 10, 11, 4)
export const BEFORE = NOW - LEASE_MS

/** Of the one attempt that every standing below has made. */
export const EVENTS = {
  APPROVE: { kind: 'APPROVE' },
  STOP: { kind: 'STOP', reason: 'PERSON' },
  CREATE: { kind: 'CLAIM', call: 'CREATE' },
  ADD: { kind: 'CLAIM', call: 'ADD_BUDGET' },
  CUT: { kind: 'CLAIM', call: 'CUT' },
  END: { kind: 'CLAIM', call: 'TERMINATE' },
  CREATE_DONE: { kind: 'ANSWERED', call: 'CREATE', attempt: 1, outcome: 'DONE' },
  CREATE_REFUSED: { kind: 'ANSWERED', call: 'CREATE', attempt: 1, outcome: 'REFUSED' },
  CREATE_NOT_NOW: { kind: 'ANSWERED', call: 'CREATE', attempt: 1, outcome: 'NOT_NOW' },
  CREATE_UNKNOWN: { kind: 'ANSWERED', call: 'CREATE', attempt: 1, outcome: 'UNKNOWN' },
  ADD_DONE: { kind: 'ANSWERED', call: 'ADD_BUDGET', attempt: 1, outcome: 'DONE' },
  ADD_REFUSED: { kind: 'ANSWERED', call: 'ADD_BUDGET', attempt: 1, outcome: 'REFUSED' },
  ADD_UNKNOWN: { kind: 'ANSWERED', call: 'ADD_BUDGET', attempt: 1, outcome: 'UNKNOWN' },
  END_DONE: { kind: 'ANSWERED', call: 'TERMINATE', attempt: 1, outcome: 'DONE' },
  END_REFUSED: { kind: 'ANSWERED', call: 'TERMINATE', attempt: 1, outcome: 'REFUSED' },
  END_UNKNOWN: { kind: 'ANSWERED', call: 'TERMINATE', attempt: 1, outcome: 'UNKNOWN' },
  LOST: { kind: 'LOST', attempt: 1 },
  THERE: { kind: 'RECONCILED', attempt: 1, found: 'THERE' },
  NOT_SENT: { kind: 'RECONCILED', attempt: 1, found: 'NOT_SENT' },
  AMBIGUOUS: { kind: 'RECONCILED', attempt: 1, found: 'AMBIGUOUS' },
  TOLD_THERE: { kind: 'TOLD', attempt: 1, found: 'THERE' },
  TOLD_NOT_SENT: { kind: 'TOLD', attempt: 1, found: 'NOT_SENT' },
  WAITING: { kind: 'SEEN', order: 'WAITING', spentFen: 0 },
  DELIVERING: { kind: 'SEEN', order: 'DELIVERING', spentFen: 500 },
  ENDED: { kind: 'SEEN', order: 'ENDED', spentFen: 10_000 },
  REJECTED: { kind: 'SEEN', order: 'REJECTED', spentFen: 0 },
  REJECTED_LATE: { kind: 'SEEN', order: 'REJECTED', spentFen: 500 },
  UNPAID: { kind: 'SEEN', order: 'UNPAID', spentFen: null },
  FROZEN: { kind: 'SEEN', order: 'FROZEN', spentFen: 500 },
  JUDGE: { kind: 'JUDGE' },
  PASS: { kind: 'JUDGED', verdict: 'PASS' },
  FAIL: { kind: 'JUDGED', verdict: 'FAIL' },
  HOLD: { kind: 'JUDGED', verdict: 'HOLD' },
  TIRED: { kind: 'TIRED' },
} as const satisfies Record<string, PromotionEvent>
export type Name = keyof typeof EVENTS
export const NAMES = Object.keys(EVENTS) as Name[]

export const standing = (aim: Aim, state: PromotionState, more: Partial<Promotion> = {}): Promotion => ({
  ...propose(aim, BEFORE),
  state,
  attempt: 1,
  claimedAt: BEFORE,
  ...more,
})
