/** 保本 ROI of money spent on a video: the sales that must come back for each 分, when commission and returns are paid for. */
import { breakEvenRoi } from './element.ts'

/** Fractions of the price; null: not known, which is not 0. */
export interface Costs {
  /** Before commission. */
  grossMargin: number | null
  /** 佣金 of the KOL, on what is kept. */
  commissionRate: number | null
  /** 退货 to expect, as a share of the GMV paid. */
  returnRate: number | null
}
export const COSTS = ['grossMargin', 'commissionRate', 'returnRate'] as const

export type BreakEven =
  /**
   * `netRoi` is of GMV without what is returned, `paidRoi` of GMV as the platform reports it at first. 千川's 净成交 and
   * settled ROI are to be compared with the former, 支付ROI with the latter.
   */
  | { ok: true; netRoi: number; paidRoi: number; returnRate: number }
  | { ok: false; reason: 'NOT_KNOWN' | 'OUT_OF_RANGE' | 'NOTHING_LEFT'; field: keyof Costs; message: string }

/** A margin below this after commission is rounding, or as good as none. */
const LEAST_MARGIN = 0.001

/** netRoi = 1 / (gross margin - commission), paidRoi = netRoi / (1 - returns); the trade's formula, platform-apis.md 6.3. */
export function breakEven(costs: Costs): BreakEven {
  for (const field of COSTS) {
    const share = costs[field]
    if (share === null) {
      return refused('NOT_KNOWN', field, 'is not known: without it no spend can be said to pay')
    }
    if (!(share >= 0 && share <= 1)) {
      return refused('OUT_OF_RANGE', field, `is ${share}: it must be a fraction of 0 to 1, 0.35 is 35 %`)
    }
  }
  const { grossMargin, commissionRate, returnRate } = costs as Record<keyof Costs, number>
  if (returnRate === 1) return refused('NOTHING_LEFT', 'returnRate', 'is 1: all is returned, no ROI pays')
  const left = grossMargin - commissionRate
  const netRoi = left < LEAST_MARGIN ? null : breakEvenRoi({ grossMargin: left })
  if (netRoi === null) {
    return refused(
      'NOTHING_LEFT',
      'grossMargin',
      `of ${grossMargin} is used up by a commission of ${commissionRate}`,
    )
  }
  return { ok: true, netRoi, paidRoi: netRoi / (1 - returnRate), returnRate }
}

function refused(reason: (BreakEven & { ok: false })['reason'], field: keyof Costs, what: string): BreakEven {
  return { ok: false, reason, field, message: `${field} ${what}` }
}
