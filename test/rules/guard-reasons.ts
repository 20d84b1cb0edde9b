/** Every kind of reason that holds money, and whether a person must see to it when it stands alone. */
import type { GuardReason } from '../../rules/guard.ts'
import type { CAP_SCOPES } from '../../rules/guard-money.ts'

const cap = (scope: (typeof CAP_SCOPES)[number], capFen: number): GuardReason => ({
  ...{ kind: 'CAP', scope, capFen },
  committedFen: 1_500_000,
  askedFen: 10_000,
})

export const REASONS: readonly (readonly [GuardReason, boolean])[] = [
  [{ kind: 'AMOUNT', askedFen: -1 }, true],
  [{ kind: 'DRY_RUN' }, false],
  [{ kind: 'KILLED' }, false],
  [{ kind: 'QUIET', until: Date.UTC(2026, 10, 11) }, false],
  [cap('ORDER', 20_000), true],
  [cap('VIDEO', 20_000), true],
  [cap('DAY', 10_000), false],
  // Not even tomorrow.
  [cap('DAY', 9_999), true],
  [cap('BRAND', 20_000), true],
  [cap('WORKSPACE', 20_000), true],
  [{ kind: 'NO_BASE', needed: 1, orders: null }, true],
  [{ kind: 'NO_BASE', needed: 1, orders: 0 }, true],
  [{ kind: 'IN_FLIGHT', promotionId: 7, method: 'SUIXINTUI_ORDER', unsettled: false }, false],
  [{ kind: 'IN_FLIGHT', promotionId: 7, method: 'MATERIAL_BOOST', unsettled: true }, false],
  [{ kind: 'MARKED', mark: 'CARRY_MATERIAL' }, true],
  [{ kind: 'MARKS_UNKNOWN' }, false],
  [{ kind: 'NO_PLACE', why: 'NO_PRODUCT' }, true],
  [{ kind: 'NO_PLACE', why: 'NO_PLAN' }, true],
  [{ kind: 'NO_PLACE', why: 'TOO_SMALL' }, true],
  [{ kind: 'NO_PLACE', why: 'BARRED' }, true],
  [{ kind: 'NO_PLACE', why: 'EXCLUDED' }, true],
  [{ kind: 'NO_PLACE', why: 'ALREADY_IN' }, false],
  [{ kind: 'NO_PLACE', why: 'ADDING' }, false],
  [{ kind: 'WALLET', walletFen: 0, askedFen: 10_000 }, true],
  [{ kind: 'ORDERS_AT_ONCE', left: 0 }, false],
  [{ kind: 'MOST_COST', mostFen: 5_000, askedFen: 10_000 }, true],
  [{ kind: 'CONFIRM' }, true],
  [{ kind: 'TWO_PERSONS', fromFen: 10_000, askedFen: 10_000, persons: 1 }, true],
  [{ kind: 'RISKY_MARK', mark: 'LOW_QUALITY_MATERIAL' }, true],
]
