/**
 * What bets on a trial have become, hour by hour: the arithmetic of the two e-processes of rules/trial-test.ts, which says
 * what they assume. Both take the ROI that is bet against as an argument, so that rules/trial-bound.ts can ask for any.
 */

export interface TrialTerms {
  /** Of GMV net of returns: see rules/break-even.ts. */
  breakEvenRoi: number
  /** Share of the GMV that is expected to be returned, 0 to below 1. */
  returnRate: number
  /** 客单价 to expect, 分 as paid: of the natural orders of the video, else the price. */
  orderValueFen: number
  /** 分 an hour, as ordered. Only power hangs on it, and only that of the first two hours. */
  paceFen: number
}

/** What an hour added, as paid. */
export interface TrialHour {
  /** Hours since 1970; the look at its last instant belongs to it. */
  hour: number
  spendFen: number
  /** Spend whose orders had time to be reported, counted where it became so. */
  ripeFen: number
  orders: number
  gmvFen: number
  /** The spend by which its stakes are measured: that of the hour before; in the first two the one ordered. */
  paceFen: number
}

/** Stakes of the players against too low an ROI, per order value, and what each starts with. */
const BETS = [0.3, 1, 4]
const BET_SHARES = [0.3, 0.4, 0.3]
/** The part of its fortune that the boldest player puts on an hour that spends what the hour before spent. */
const MOST_STAKED = 0.85
/** And the most that it can lose where the hour spends more. */
const MOST_LOST = 0.95

/** The players against too high an ROI believe in these parts of it. */
const CUTS = [0.15, 0.35, 0.65]
const CUT_SHARES = [0.3, 0.4, 0.3]
/** Of the gamma from which an hour's rate of orders is drawn: coefficient of variation 1/2. */
const SHAPE = 4
/** The trial's own order value begins with so many orders at the expected one, so that one large order says little. */
const PRIOR_ORDERS = 10

/** What the players start with. */
export const STARTS: readonly number[] = BET_SHARES
/** Keeps a fortune finite; no verdict is that sure. */
const MOST = 1e100

/** Each player's fortune against `roi` after one more hour. */
export function afterHour(
  fortunes: readonly number[],
  hour: TrialHour,
  roi: number,
  terms: TrialTerms,
): number[] {
  const kept = 1 - terms.returnRate
  const won = hour.gmvFen * kept - roi * hour.spendFen
  return fortunes.map((fortune, i) => {
    const stake = stakeOf((BETS[i] ?? 0) / (terms.orderValueFen * kept), hour, roi)
    return Math.min(MOST, Math.max(0, fortune * (1 + stake * won)))
  })
}

/** Of one's fortune, per 分 won: less where an hour brings many orders, whose sum hangs less on chance. */
function stakeOf(bet: number, { spendFen, paceFen }: TrialHour, roi: number): number {
  const stake = bet / (1 + (bet * roi * paceFen) / MOST_STAKED)
  return stake * roi * spendFen > MOST_LOST ? MOST_LOST / (roi * spendFen) : stake
}

/** e-value against "true ROI is at most `roi`". Falls as `roi` grows. */
export function passWealth(hours: readonly TrialHour[], roi: number, terms: TrialTerms): number {
  let fortunes: readonly number[] = STARTS
  for (const hour of hours) fortunes = afterHour(fortunes, hour, roi, terms)
  return total(fortunes)
}

/** e-value against "true ROI is at least `roi`". Grows with `roi`. */
export function failWealth(hours: readonly TrialHour[], roi: number, terms: TrialTerms): number {
  const perFen = roi / (meanOrderFen(hours, terms) * (1 - terms.returnRate))
  let sum = 0
  for (let i = 0; i < CUTS.length; i++) {
    const cut = CUTS[i] ?? 1
    let fortune = CUT_SHARES[i] ?? 0
    for (const { ripeFen, orders } of hours) {
      const expected = ripeFen * perFen
      const ratio = (SHAPE + expected) / (SHAPE + cut * expected)
      fortune = Math.min(MOST, fortune * power(ratio, SHAPE) * power(ratio * cut, orders))
    }
    sum += fortune
  }
  return sum
}

/** `**` takes ten times as long, and this is done for every hour at every look. */
function power(base: number, exponent: number): number {
  if (exponent < 0 || exponent > 1000) return base ** exponent
  let result = 1
  let square = base
  for (let left = exponent; left > 0; left >>= 1) {
    if (left & 1) result *= square
    square *= square
  }
  return result
}

/** 分 an order is taken to be worth on average: as expected, or as the trial shows where that is more. */
export function meanOrderFen(hours: readonly TrialHour[], { orderValueFen }: TrialTerms): number {
  let gmvFen = PRIOR_ORDERS * orderValueFen
  let orders = PRIOR_ORDERS
  for (const hour of hours) {
    gmvFen += hour.gmvFen
    orders += hour.orders
  }
  return Math.max(orderValueFen, gmvFen / Math.max(1, orders))
}

export const total = (fortunes: readonly number[]): number =>
  fortunes.reduce((sum, fortune) => sum + fortune, 0)
