/** A request that nothing speaks against, and how to change what it stands in. */
import { GUARD_DEFAULTS, type GuardSettings, type SpendRequest, type Standing } from '../../rules/guard.ts'
import type { CapScope } from '../../rules/guard-money.ts'

/** 12:00 in Shanghai. */
export const NOON = Date.UTC(2026, 10, 11, 4)
export const REQUEST: SpendRequest = {
  call: 'CREATE',
  method: 'SUIXINTUI_ORDER',
  amountFen: 10_000,
  proposedBy: null,
  approvals: [],
}
export const NONE = { ORDER: 0, VIDEO: 0, DAY: 0, BRAND: 0, WORKSPACE: 0 }
export const STANDING: Standing = {
  settings: { ...GUARD_DEFAULTS, mode: 'AUTO', twoPersonsFromFen: 100_000 },
  killed: false,
  committedFen: NONE,
  naturalOrders: 3,
  inFlight: [],
  marks: [],
  remixOf: null,
  platform: { walletFen: null, ordersLeft: null, mostCostFen: null },
}
export const set = (over: Partial<GuardSettings>) => ({ settings: { ...STANDING.settings, ...over } })
export const caps = (over: Partial<Record<CapScope, number | null>>) =>
  set({ capsFen: { ...GUARD_DEFAULTS.capsFen, ...over } })
export const approved = (...by: number[]) => ({ approvals: by.map((each) => ({ by: each, amountFen: 1e9 })) })
