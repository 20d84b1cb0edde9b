/** 对账: every order and every 分 of ours against the platform's, both ways. What cannot be compared is said, too. */

/** One order as we have it, of the days compared. 分; null: not known. */
export interface OurOrder {
  promotionId: number
  accountId: string
  orderId: string
  amountFen: number | null
  spentFen: number | null
}

export interface TheirOrder {
  accountId: string
  orderId: string
  /** First order with all additions. */
  amountFen: number | null
  spentFen: number | null
}

/** An account's wallet over the days compared, 分; null: not known. Paid in and out in sum, without ads. */
export interface WalletSpan {
  accountId: string
  openedFen: number | null
  closedFen: number | null
  paidInFen: number | null
  /** What it spent on that is none of the orders compared, e.g. plans that others run. */
  otherSpendFen: number | null
}

export const DIFFERENCES = [
  /** We have an order that the platform does not. */
  'MISSING_THERE',
  /** The platform has an order that no promotion of ours made. */
  'MISSING_HERE',
  'AMOUNT_DIFFERS',
  'SPEND_DIFFERS',
  /** Two promotions say that an order is theirs. */
  'CLAIMED_TWICE',
  /** The wallet lost more (above 0) or less than the orders spent. */
  'WALLET_DIFFERS',
  /** It fell by more than all that is known to have left it: paid in or not, somebody else spent. */
  'WALLET_FELL',
  /** A side does not know its figure. */
  'NOT_COMPARED',
] as const
export type DifferenceKind = (typeof DIFFERENCES)[number]

export interface Difference {
  kind: DifferenceKind
  accountId: string
  /** null: of the wallet. */
  orderId: string | null
  promotionId: number | null
  what: 'AMOUNT' | 'SPEND' | 'WALLET'
  oursFen: number | null
  theirsFen: number | null
  /** Theirs less ours; null: not known. */
  diffFen: number | null
}

/**
 * All differences: by account and order, the wallet last. Over all of them what the platform's orders spent is what ours
 * did plus `diffFen` of SPEND, wherever all figures are known.
 */
export function compare(
  ours: readonly OurOrder[],
  theirs: readonly TheirOrder[],
  wallets: readonly WalletSpan[],
): Difference[] {
  const there = new Map(theirs.map((order) => [keyOf(order), order]))
  const here = new Map<string, OurOrder>()
  const found: Difference[] = []
  for (const order of ours) {
    const key = keyOf(order)
    if (here.has(key)) {
      found.push(...both('CLAIMED_TWICE', order, order, null))
      continue
    }
    here.set(key, order)
    const their = there.get(key)
    found.push(...(their ? pair(order, their) : both('MISSING_THERE', order, order, null)))
  }
  for (const [key, order] of there)
    if (!here.has(key)) found.push(...both('MISSING_HERE', { ...order, promotionId: null }, null, order))
  found.sort((a, b) => order(a.accountId, b.accountId) || order(a.orderId ?? '', b.orderId ?? ''))
  return [...found, ...wallets.flatMap((wallet) => ofWallet(wallet, [...there.values()]))]
}

const keyOf = ({ accountId, orderId }: { accountId: string; orderId: string }) => `${accountId} ${orderId}`
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

interface Named {
  accountId: string
  orderId: string
  promotionId: number | null
}
interface Sums {
  amountFen: number | null
  spentFen: number | null
}

/** One side has nothing: that is 0, not unknown. */
function both(kind: DifferenceKind, named: Named, ours: Sums | null, theirs: Sums | null): Difference[] {
  const nothing: Sums = { amountFen: 0, spentFen: 0 }
  const [left, right] = [ours ?? nothing, theirs ?? nothing]
  return [
    differenceOf(kind, named, 'AMOUNT', left.amountFen, right.amountFen),
    differenceOf(kind, named, 'SPEND', left.spentFen, right.spentFen),
  ]
}

function pair(our: OurOrder, their: TheirOrder): Difference[] {
  return [
    ...figures('AMOUNT_DIFFERS', our, 'AMOUNT', our.amountFen, their.amountFen),
    ...figures('SPEND_DIFFERS', our, 'SPEND', our.spentFen, their.spentFen),
  ]
}

function figures(
  kind: DifferenceKind,
  named: Named,
  what: Difference['what'],
  oursFen: number | null,
  theirsFen: number | null,
): Difference[] {
  if (oursFen === null || theirsFen === null)
    return [differenceOf('NOT_COMPARED', named, what, oursFen, theirsFen)]
  return oursFen === theirsFen ? [] : [differenceOf(kind, named, what, oursFen, theirsFen)]
}

function differenceOf(
  kind: DifferenceKind,
  { accountId, orderId, promotionId }: Omit<Named, 'orderId'> & { orderId: string | null },
  what: Difference['what'],
  oursFen: number | null,
  theirsFen: number | null,
): Difference {
  const diffFen = oursFen === null || theirsFen === null ? null : theirsFen - oursFen
  return { kind, accountId, orderId, promotionId, what, oursFen, theirsFen, diffFen }
}

function ofWallet(wallet: WalletSpan, orders: readonly TheirOrder[]): Difference[] {
  const { accountId, openedFen, closedFen, paidInFen, otherSpendFen } = wallet
  const named = { accountId, orderId: null, promotionId: null }
  const spent = orders
    .filter((each) => each.accountId === accountId)
    .reduce<number | null>(
      (sum, each) => (sum === null || each.spentFen === null ? null : sum + each.spentFen),
      otherSpendFen,
    )
  const gone =
    openedFen === null || closedFen === null || paidInFen === null ? null : openedFen + paidInFen - closedFen
  if (spent === null || gone === null) return [differenceOf('NOT_COMPARED', named, 'WALLET', spent, gone)]
  return spent === gone ? [] : [differenceOf('WALLET_DIFFERS', named, 'WALLET', spent, gone)]
}

/** A wallet on two nights, 分; null: not known. */
export interface WalletNights {
  accountId: string
  beforeFen: number | null
  nowFen: number | null
  /** The most that orders may have taken since. */
  ordersFen: number
  /** What plans spent since by the account's report. */
  reportFen: number | null
}

/** Roundings of a day's spend. Assumed. */
const SLACK_FEN = 100

/**
 * Nobody tells of money paid in, which hides a loss and never makes one: only a fall beyond all that is known is said. Where the
 * report is not known it is NOT_COMPARED.
 */
export function walletFell(nights: WalletNights): Difference[] {
  const { accountId, beforeFen, nowFen, ordersFen, reportFen } = nights
  if (beforeFen === null || nowFen === null) return []
  const fell = beforeFen - nowFen
  if (fell <= ordersFen + (reportFen ?? 0) + SLACK_FEN) return []
  const named = { accountId, orderId: null, promotionId: null }
  if (reportFen === null) return [differenceOf('NOT_COMPARED', named, 'WALLET', null, fell)]
  return [differenceOf('WALLET_FELL', named, 'WALLET', ordersFen + reportFen, fell)]
}
