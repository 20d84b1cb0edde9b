/** A quota of looks as a price: where looks are scarce each one has to be worth more. */

export interface QuotaInput {
  /** What a look is paid with, 分. */
  costFen: number
  /** The price the looks below were planned at, 分: the answer of the last time, or costFen. */
  priceFen: number
  /** Looks due until the quota is renewed, at that price, and looks the quota has left. */
  due: number
  left: number
}

/** A quota needs a price to begin with where looks are free. */
const SMALLEST = 0.01

/**
 * The price, 分, at which as many looks are due as are left. The interval that `rules/look-value.ts` chooses goes with
 * the square root of the price, so the looks that are due go with 1 / sqrt(price). Infinite without any look left:
 * then only holds, cycles and longest gaps are looked at. It falls back to costFen as soon as the quota is wide enough.
 */
export function priceUnderQuota({ costFen, priceFen, due, left }: QuotaInput): number {
  if (due === 0) return costFen
  if (left <= 0) return Number.POSITIVE_INFINITY
  const start = Number.isFinite(priceFen)
    ? Math.max(priceFen, costFen, SMALLEST)
    : Math.max(costFen, SMALLEST)
  const price = start * (due / left) ** 2
  return price <= SMALLEST ? costFen : Math.max(costFen, price)
}

/** Looks that were planned for the time until the renewal while a look counted this much, 分; null: due at any price. */
export interface PlannedLooks {
  priceFen: number | null
  looks: number
}

/**
 * The price, 分, for looks that were planned at several prices: all as if at the first price, so that the answer does not
 * hang on how many of them were planned anew since it last changed. Asked again while they are, it settles.
 */
export function priceOfPlanned(costFen: number, left: number, planned: readonly PlannedLooks[]): number {
  const first = Math.max(costFen, SMALLEST)
  let fixed = 0
  let due = 0
  for (const { priceFen, looks } of planned) {
    if (priceFen === null) fixed += looks
    else due += looks * Math.sqrt(Math.max(priceFen, SMALLEST) / first)
  }
  return priceUnderQuota({ costFen, priceFen: first, due, left: left - fixed })
}
