/** 待人处理: whether money that is held waits for a person. What nobody is told of, time mends, or whoever chose it. */
import type { GuardReason } from './guard.ts'
import type { PlaceWhy } from './promotion-place.ts'

/** Chosen by a person for all money: until it is over nothing else is anybody's business. */
const STANDSTILLS: ReadonlySet<GuardReason['kind']> = new Set(['DRY_RUN', 'KILLED', 'QUIET'])

/** `needs_person` of the database says the same; a test compares the two. */
export function needsPerson(reasons: readonly GuardReason[]): boolean {
  if (reasons.some(({ kind }) => STANDSTILLS.has(kind))) return false
  return reasons.some(isForPerson)
}

/**
 * Whether it is told anew that money waits once this holds it too, or no more: what is over with dry run, kill switch or quiet hours
 * was dropped meanwhile.
 */
export const concernsPerson = (reason: GuardReason) => STANDSTILLS.has(reason.kind) || isForPerson(reason)

function isForPerson(reason: GuardReason): boolean {
  switch (reason.kind) {
    case 'DRY_RUN':
    case 'KILLED':
    case 'QUIET':
    // The other order ends or is settled, and its own asking is told; marks are read again; the platform's limit frees up.
    case 'IN_FLIGHT':
    case 'MARKS_UNKNOWN':
    case 'ORDERS_AT_ONCE':
      return false
    case 'CAP':
      // The day's is free again at midnight, unless it is too small for this order alone.
      return reason.scope !== 'DAY' || reason.askedFen > reason.capFen
    case 'NO_PLACE':
      return FOR_PERSON[reason.why]
    case 'AMOUNT':
    case 'NO_BASE':
    case 'MARKED':
    case 'WALLET':
    case 'MOST_COST':
    case 'CONFIRM':
    case 'TWO_PERSONS':
    case 'RISKY_MARK':
      return true
  }
}

const FOR_PERSON: Readonly<Record<PlaceWhy, boolean>> = {
  NO_PRODUCT: true,
  NO_PLAN: true,
  TOO_SMALL: true,
  BARRED: true,
  EXCLUDED: true,
  // Nothing is left to be done, or it is being done.
  ALREADY_IN: false,
  ADDING: false,
}
