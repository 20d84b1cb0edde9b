/** Why a trial is judged as it is: a kind, the numbers behind it, and one sentence that says them. */
import { boundsOf } from './trial-bound.ts'
import { ALPHA, type TrialState, type Verdict, WORTHWHILE } from './trial-test.ts'

export const TRIAL_KINDS = [
  /** No spend was seen. */
  'NOTHING_SPENT',
  /** HOLD: neither side is proved. */
  'OPEN',
  'ABOVE_BREAK_EVEN',
  /** FAIL: it loses money. */
  'BELOW_BREAK_EVEN',
  /** FAIL: it may pay for itself, and is not worth scaling. */
  'NOT_WORTHWHILE',
] as const
export type TrialKind = (typeof TRIAL_KINDS)[number]

export interface TrialWhy {
  verdict: Verdict
  kind: TrialKind
  /** As in the text, unrounded; what is not known is left out. Bounds are those of the latest look: say it when it is decided. */
  numbers: TrialNumbers
}
interface TrialNumbers {
  spendFen: number
  orders: number
  gmvFen: number
  breakEvenRoi: number
  /** Net of expected returns, as the bounds. */
  roi?: number
  lowerRoi: number
  upperRoi?: number
  /** The largest of all looks, against 1 / alpha. */
  passE: number
  failE: number
  alpha: number
  /** Times break-even. */
  worthwhile: number
}

export function whyTrial(state: TrialState): TrialWhy {
  const { roi, lowerRoi, upperRoi } = boundsOf(state)
  const { verdict, terms, last, mostPassE, mostFailE } = state
  const numbers: TrialNumbers = {
    spendFen: last?.spendFen ?? 0,
    orders: last?.orders ?? 0,
    gmvFen: last?.gmvFen ?? 0,
    breakEvenRoi: terms.breakEvenRoi,
    ...(roi === null ? {} : { roi }),
    lowerRoi,
    ...(upperRoi === null ? {} : { upperRoi }),
    passE: mostPassE,
    failE: mostFailE,
    alpha: ALPHA,
    worthwhile: WORTHWHILE,
  }
  return { verdict, kind: kindOf(verdict, numbers), numbers }
}

function kindOf(verdict: Verdict, { spendFen, upperRoi, breakEvenRoi }: TrialNumbers): TrialKind {
  if (verdict === 'PASS') return 'ABOVE_BREAK_EVEN'
  if (verdict === 'HOLD') return spendFen === 0 ? 'NOTHING_SPENT' : 'OPEN'
  return upperRoi !== undefined && upperRoi < breakEvenRoi ? 'BELOW_BREAK_EVEN' : 'NOT_WORTHWHILE'
}

export function sayTrial({ kind, numbers }: TrialWhy, language: 'zh' | 'en'): string {
  const { spendFen, orders, roi, lowerRoi, upperRoi, breakEvenRoi, alpha, worthwhile } = numbers
  const percent = `${Math.round(alpha * 100)} %`
  const even = times(breakEvenRoi)
  const worth = times(breakEvenRoi * worthwhile)
  if (language === 'zh') {
    const seen = `花费 ${yuan(spendFen)} 元，${orders} 单，净 ROI ${times(roi)}（${between(lowerRoi, upperRoi, '区间', '至', '不低于')}）`
    return {
      NOTHING_SPENT: `尚未产生花费；保本 ROI ${even}`,
      OPEN: `${seen}，保本 ${even}：证据不足，继续观察`,
      ABOVE_BREAK_EVEN: `${seen}，高于保本 ${even}：通过，误判率不超过 ${percent}`,
      BELOW_BREAK_EVEN: `${seen}，低于保本 ${even}：不通过，误判率不超过 ${percent}`,
      NOT_WORTHWHILE: `${seen}，达不到值得放量的 ${worth}（保本 ${even}）：不通过，误判率不超过 ${percent}`,
    }[kind]
  }
  const seen = `¥${yuan(spendFen)} spent, ${orders} ${orders === 1 ? 'order' : 'orders'}, net ROI ${times(roi)} (${between(lowerRoi, upperRoi, 'between', 'and', 'at least')})`
  return {
    NOTHING_SPENT: `nothing was spent yet; break-even ROI is ${even}`,
    OPEN: `${seen} against break-even ${even}: not decided yet`,
    ABOVE_BREAK_EVEN: `${seen}, above break-even ${even}: passed, wrong in at most ${percent}`,
    BELOW_BREAK_EVEN: `${seen}, below break-even ${even}: failed, wrong in at most ${percent}`,
    NOT_WORTHWHILE: `${seen}, below ${worth}, which is worth scaling (break-even ${even}): failed, wrong in at most ${percent}`,
  }[kind]
}

const yuan = (fen: number) => (fen / 100).toFixed(2).replace(/\.00$/, '')
const times = (roi: number | undefined) => (roi === undefined ? '?' : roi.toFixed(2))

function between(
  lower: number,
  upper: number | undefined,
  from: string,
  to: string,
  atLeast: string,
): string {
  return upper === undefined ? `${atLeast} ${times(lower)}` : `${from} ${times(lower)} ${to} ${times(upper)}`
}
