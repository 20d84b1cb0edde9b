/** Paid ROI decides while it runs, settled ROI corrects the record: a verdict again when the returns are known. */
import { TrialInputError, type Verdict, WORTHWHILE } from './trial-test.ts'

/** 千川 settles a report after 7 and after 14 days. */
export const SETTLED_AFTER = [7, 14] as const
export type SettledAfter = (typeof SETTLED_AFTER)[number]
export const STANDINGS = ['KEPT', 'OVERTURNED'] as const
export type Standing = (typeof STANDINGS)[number]

export interface Settled {
  days: SettledAfter
  /** Of the whole trial. */
  spendFen: number
  /** As paid, before returns. */
  paidGmvFen: number
  /** What was not returned. */
  settledGmvFen: number
}

/** What the video sold on the days of the trial, 分: as paid, and what was not given back within the term. */
export interface Sold {
  gmvFen: number
  settledFen: number
}

/** So much of the trial's paid GMV must be among the sales that are known, or they say nothing of it. Assumed. */
export const COVERED = 0.5

/**
 * Of the GMV that the platform gave the trial the share that the video's sales of its days kept: bought sales are taken to be
 * given back as often as the others of the same days. null: nothing was spent, or too few of the sales are known.
 */
export function settledOf(
  { spendFen, paidGmvFen }: { spendFen: number | null; paidGmvFen: number | null },
  sold: Sold,
  days: SettledAfter,
): Settled | null {
  if (!spendFen || paidGmvFen === null) return null
  if (paidGmvFen === 0) return { days, spendFen, paidGmvFen, settledGmvFen: 0 }
  if (sold.gmvFen === 0 || sold.gmvFen < COVERED * paidGmvFen) return null
  const kept = sold.settledFen / sold.gmvFen
  return { days, spendFen, paidGmvFen, settledGmvFen: Math.round(paidGmvFen * kept) }
}

export interface Restated {
  standing: Standing
  days: SettledAfter
  settledRoi: number
  /** What the verdict expected: paid GMV net of expected returns over spend. */
  expectedRoi: number
  /** A PASS stands from it on, a FAIL below it. */
  limitRoi: number
  expectedReturnRate: number
  /** Below 0: orders came after the paid figure. null: nothing was paid. */
  returnRate: number | null
}

/**
 * A PASS is overturned where the settled ROI is below break-even, a FAIL where it is worth scaling after all. The figures are of this
 * trial as it went, no bounds: the verdict was on what to expect, this is on what came. TrialInputError: a figure that cannot be.
 */
export function restateTrial(
  verdict: Exclude<Verdict, 'HOLD'>,
  terms: { breakEvenRoi: number; returnRate: number },
  settled: Settled,
): Restated {
  const { days, spendFen, paidGmvFen, settledGmvFen } = settled
  for (const [name, value] of Object.entries({ spendFen, paidGmvFen, settledGmvFen })) {
    if (Number.isFinite(value) && value >= 0) continue
    throw new TrialInputError(name, `is ${value}: it must be a number from 0; wait until it is settled`)
  }
  if (spendFen === 0) throw new TrialInputError('spendFen', 'is 0: a trial that spent nothing has no ROI')
  const settledRoi = settledGmvFen / spendFen
  const limitRoi = terms.breakEvenRoi * (verdict === 'PASS' ? 1 : WORTHWHILE)
  return {
    standing: settledRoi >= limitRoi === (verdict === 'PASS') ? 'KEPT' : 'OVERTURNED',
    days,
    settledRoi,
    expectedRoi: (paidGmvFen * (1 - terms.returnRate)) / spendFen,
    limitRoi,
    expectedReturnRate: terms.returnRate,
    returnRate: paidGmvFen === 0 ? null : 1 - settledGmvFen / paidGmvFen,
  }
}

export function sayRestated(
  verdict: Exclude<Verdict, 'HOLD'>,
  restated: Restated,
  language: 'zh' | 'en',
): string {
  const { standing, days, settledRoi, expectedRoi, limitRoi, returnRate, expectedReturnRate } = restated
  const rois = {
    settled: settledRoi.toFixed(2),
    expected: expectedRoi.toFixed(2),
    limit: limitRoi.toFixed(2),
  }
  const kept = standing === 'KEPT'
  if (language === 'zh') {
    const was = verdict === 'PASS' ? '通过' : '不通过'
    const returned = `退货 ${share(returnRate)}（预计 ${share(expectedReturnRate)}）`
    return `${days} 天结算 ROI ${rois.settled}（当时预计 ${rois.expected}，界线 ${rois.limit}），${returned}：「${was}」${kept ? '维持' : '推翻'}`
  }
  const was = verdict === 'PASS' ? 'passed' : 'failed'
  const returned = `${share(returnRate)} returned (${share(expectedReturnRate)} expected)`
  return `settled ROI after ${days} days ${rois.settled} (expected ${rois.expected}, limit ${rois.limit}), ${returned}: "${was}" is ${kept ? 'kept' : 'overturned'}`
}

const share = (part: number | null) => (part === null ? '?' : `${(part * 100).toFixed(0)} %`)
