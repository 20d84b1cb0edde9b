/**
 * The test by which a paid trial is judged. It may be looked at whenever one likes: its errors hold for all looks taken
 * together. ROI is the expected GMV net of expected returns over spend; PASS says that it is above break-even.
 *
 * PASS is a betting e-process (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by betting"; a
 * bet on a larger mean needs values bounded below only). Against the null ROI <= r stand players who start with 1
 * together. Each sets at the start of an hour a stake l, and its fortune is multiplied by 1 + l (GMV - r spend) of that
 * hour. Under the null no fortune grows on average, so their sum is a nonnegative supermartingale, and ever reaches
 * 1 / ALPHA with chance ALPHA at most (Ville 1939; Howard et al. 2021, "Time-uniform, nonparametric, nonasymptotic
 * confidence sequences").
 * Assumed: given all before the hour, its expected GMV is at most r x its expected spend. Nothing is assumed of how orders
 * come within the hour (bursts, negative binomial), of the tail of their values, or of spend that follows sales. Looks
 * within the hour count too: where the rate of orders is constant in the hour a fortune is a supermartingale at every
 * look, and where it is drawn by chance for the hour, one that has just grown is the likelier to grow further. (Only where
 * an hour spends over 1.1 x the one before is a bold player's stake cut after it was set: by the spend, never by the sales.)
 * Not covered: a drift over many hours that begins above r; PASS is then true of the money spent until then. And since
 * an hour may be luck as a whole, a fortune grows in it by the ROI over r at most: 1.5 x break-even takes some 10 hours,
 * however much is spent.
 *
 * FAIL is a likelihood ratio of negative binomial counts of orders, mixed over smaller rates, against the null ROI >=
 * WORTHWHILE x break-even. It assumes more, since no count excludes that one order in a thousand pays for all: an order
 * is worth `orderValueFen` on average, or what the trial's own orders show where that is more; and the rates of hours are
 * independent and gamma, with a coefficient of variation of 1/2 at most.
 */
import { afterHour, failWealth, STARTS, type TrialHour, type TrialTerms, total } from './trial-wealth.ts'
import { HOUR } from './types.ts'

/** Of either error, over all looks: PASS at break-even or below; FAIL at WORTHWHILE x break-even or above. */
export const ALPHA = 0.05
/** Times break-even. What earns less is not worth scaling: FAIL as soon as that is clear. */
export const WORTHWHILE = 1.5
/** One or two large orders may prove it to the test, and prove nothing to a person. */
export const FEWEST_ORDERS = 3

/** Cumulative counters of the trial's order at one instant. Where one is not given there is no look. */
export interface TrialLook {
  /** ms. */
  at: number
  spendFen: number
  /** Spend so old that its orders are reported; left out: all of it. FAIL counts no other, as orders come later than spend. */
  ripeFen?: number
  orders: number
  /** As paid, before returns. A fall (a restatement) is taken off again. */
  gmvFen: number
}

export const VERDICTS = ['PASS', 'FAIL', 'HOLD'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Plain JSON. */
export interface TrialState {
  terms: TrialTerms
  /** null: not looked at yet. */
  last: Required<TrialLook> | null
  /** Where something was counted, in order; the last one may still go on. */
  hours: TrialHour[]
  /** How many of them belong to the orders that it went on from; left out: none. */
  earlier?: number
  /** What the players against break-even had when the last hour began. */
  fortunes: number[]
  /** e-values against "ROI <= break-even" and "ROI >= WORTHWHILE x break-even", now and the largest at any look. */
  passE: number
  failE: number
  mostPassE: number
  mostFailE: number
  /** The first that is not HOLD stands, whatever comes after it. */
  verdict: Verdict
  /** ms; null: HOLD. */
  decidedAt: number | null
}

/** Says what is wrong with terms or a look, and how to put it right. */
export class TrialInputError extends Error {
  override readonly name = 'TrialInputError'
  readonly field: string
  constructor(field: string, message: string) {
    super(`${field} ${message}`)
    this.field = field
  }
}

/** TrialInputError: a term out of its range. */
export function startTrial(terms: TrialTerms): TrialState {
  for (const name of ['breakEvenRoi', 'orderValueFen', 'paceFen'] as const) {
    if (!(terms[name] > 0 && Number.isFinite(terms[name]))) {
      throw new TrialInputError(name, `is ${terms[name]}: it must be a number above 0`)
    }
  }
  if (!(terms.returnRate >= 0 && terms.returnRate < 1)) {
    throw new TrialInputError('returnRate', `is ${terms.returnRate}: it must be a fraction from 0 to below 1`)
  }
  const e = { passE: 1, failE: 1, mostPassE: 1, mostFailE: 1 }
  return { terms, last: null, hours: [], fortunes: [...STARTS], ...e, verdict: 'HOLD', decidedAt: null }
}

/**
 * The same test on one more order: bets go on with what the players have, so that its errors hold for all orders together.
 * Looks at the new order give the totals of all. Hours of the new one are paced by what is ordered, not by how the last one ran out.
 */
export function continueTrial(state: TrialState, paceFen: number): TrialState {
  return { ...state, terms: { ...state.terms, paceFen }, earlier: state.hours.length }
}

/** The state after one more look; the given one is left as it is. TrialInputError: a look that cannot follow the last. */
export function lookAtTrial(state: TrialState, given: TrialLook): TrialState {
  const look = { ...given, ripeFen: given.ripeFen ?? given.spendFen }
  check(look, state.last)
  const { hours, fortunes } = counted(state, look)
  const { terms, earlier } = state
  const open = hours.at(-1)
  const passE = open ? total(afterHour(fortunes, open, terms.breakEvenRoi, terms)) : 1
  const failE = failWealth(hours, WORTHWHILE * terms.breakEvenRoi, terms)
  const mostPassE = Math.max(state.mostPassE, passE)
  const mostFailE = Math.max(state.mostFailE, failE)
  const verdict = state.verdict === 'HOLD' ? judge(passE, failE, look) : state.verdict
  const decidedAt = state.decidedAt ?? (verdict === 'HOLD' ? null : look.at)
  const e = { passE, failE, mostPassE, mostFailE }
  return {
    terms,
    last: look,
    hours,
    ...(earlier === undefined ? {} : { earlier }),
    fortunes,
    ...e,
    verdict,
    decidedAt,
  }
}

function judge(passE: number, failE: number, { orders, gmvFen }: TrialLook): Verdict {
  if (passE >= 1 / ALPHA && orders >= FEWEST_ORDERS && gmvFen > 0) return 'PASS'
  return failE >= 1 / ALPHA ? 'FAIL' : 'HOLD'
}

/** Adds what is new since the last look to the hour in which the look lies. */
function counted({ terms, last, hours, earlier = 0, fortunes }: TrialState, look: Required<TrialLook>) {
  const hour = Math.ceil(look.at / HOUR) - 1
  const added = {
    spendFen: look.spendFen - (last?.spendFen ?? 0),
    ripeFen: look.ripeFen - (last?.ripeFen ?? 0),
    orders: look.orders - (last?.orders ?? 0),
    gmvFen: look.gmvFen - (last?.gmvFen ?? 0),
  }
  const open = hours.at(-1)
  if (!open) return { hours: [{ hour, ...added, paceFen: terms.paceFen }], fortunes }
  if (open.hour < hour) {
    // The first hour of an order is seldom a whole one.
    const paceFen = hours.length <= earlier + 1 ? terms.paceFen : open.spendFen
    return {
      hours: [...hours, { hour, ...added, paceFen }],
      fortunes: afterHour(fortunes, open, terms.breakEvenRoi, terms),
    }
  }
  const grown = {
    ...open,
    spendFen: open.spendFen + added.spendFen,
    ripeFen: open.ripeFen + added.ripeFen,
    orders: open.orders + added.orders,
    gmvFen: open.gmvFen + added.gmvFen,
  }
  return { hours: [...hours.slice(0, -1), grown], fortunes }
}

function check(look: Required<TrialLook>, last: Required<TrialLook> | null): void {
  for (const [name, value] of Object.entries(look)) {
    if (Number.isFinite(value) && value >= 0) continue
    throw new TrialInputError(
      name,
      `is ${value}: it must be a number from 0; leave out a look that does not know it`,
    )
  }
  if (!Number.isInteger(look.orders)) {
    throw new TrialInputError('orders', `is ${look.orders}: it must be a whole number`)
  }
  if (look.ripeFen > look.spendFen) {
    throw new TrialInputError(
      'ripeFen',
      `is ${look.ripeFen}, more than the spend of ${look.spendFen} 分: it is a part of it`,
    )
  }
  for (const name of ['at', 'spendFen', 'ripeFen'] as const) {
    const before = last?.[name] ?? 0
    if (look[name] >= before) continue
    throw new TrialInputError(
      name,
      `falls from ${before} to ${look[name]}: give looks in order of time, with totals`,
    )
  }
}
