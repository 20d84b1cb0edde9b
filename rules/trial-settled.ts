/** Paid ROI decides while it runs, settled ROI corrects the record: what was said of an order again when the returns are known. */
import { TrialInputError, WORTHWHILE } from './trial-test.ts'

/** 千川 settles a report after 7 and after 14 days. */
export const SETTLED_AFTER = [7, 14] as const
export type SettledAfter = (typeof SETTLED_AFTER)[number]
export const STANDINGS = ['KEPT', 'OVERTURNED'] as const
export type Standing = (typeof STANDINGS)[number]

/** PASS, FAIL: the verdict of a trial. EARNED, LOST: what was paid for a scaled order, returns as expected, against break-even. */
export const SAID = ['PASS', 'FAIL', 'EARNED', 'LOST'] as const
export type Said = (typeof SAID)[number]

export interface Settled {
  days: SettledAfter
  /** Of the whole order, and of a trial's orders that its test went on through. */
  spendFen: number
  /** As paid, before returns. */
  paidGmvFen: number
  /** What was not returned. */
  settledGmvFen: number
}

/** What the video sold on the days of the orders, 分: as paid, and what was not given back within the term. */
export interface Sold {
  gmvFen: number
  settledFen: number
}

/** So much of the paid GMV must be among the sales that are known, or they say nothing of it. Assumed. */
export const COVERED = 0.5

/**
 * Of the GMV that the platform gave the orders the share that the video's sales of its days kept: bought sales are taken to be
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
  /** PASS and EARNED stand from it on, FAIL and LOST below it. */
  limitRoi: number
  expectedReturnRate: number
  /** Below 0: orders came after the paid figure. null: nothing was paid. */
  returnRate: number | null
}

interface Terms {
  breakEvenRoi: number
  returnRate: number
}

/** Of a scaled order, by what was paid. */
export function saidOfScale({ breakEvenRoi, returnRate }: Terms, { spendFen, paidGmvFen }: Settled): Said {
  return paidGmvFen * (1 - returnRate) >= breakEvenRoi * spendFen ? 'EARNED' : 'LOST'
}

/**
 * A PASS is overturned where the settled ROI is below break-even, a FAIL where it is worth scaling after all; what was scaled, where
 * it lies on the other side of break-even. The figures are of these orders as they went, no bounds: a verdict was on what to expect,
 * this is on what came. TrialInputError: a figure that cannot be.
 */
export function restate(said: Said, terms: Terms, settled: Settled): Restated {
  const { days, spendFen, paidGmvFen, settledGmvFen } = settled
  for (const [name, value] of Object.entries({ spendFen, paidGmvFen, settledGmvFen })) {
    if (Number.isFinite(value) && value >= 0) continue
    throw new TrialInputError(name, `is ${value}: it must be a number from 0; wait until it is settled`)
  }
  if (spendFen === 0) throw new TrialInputError('spendFen', 'is 0: what spent nothing has no ROI')
  const settledRoi = settledGmvFen / spendFen
  const limitRoi = terms.breakEvenRoi * (said === 'FAIL' ? WORTHWHILE : 1)
  const good = said === 'PASS' || said === 'EARNED'
  return {
    standing: settledRoi >= limitRoi === good ? 'KEPT' : 'OVERTURNED',
    days,
    settledRoi,
    expectedRoi: (paidGmvFen * (1 - terms.returnRate)) / spendFen,
    limitRoi,
    expectedReturnRate: terms.returnRate,
    returnRate: paidGmvFen === 0 ? null : 1 - settledGmvFen / paidGmvFen,
  }
}

/** What is settled of one promotion. */
export type SettledPart = Pick<Settled, 'days' | 'spendFen' | 'settledGmvFen'>

export interface Together {
  roi: number
  /** That most of the spend is settled after. */
  days: SettledAfter
}

/**
 * A trial and all that was scaled on it in one ratio: what its money brought in the end. Not the newest order's alone: a few parcels
 * more or less given back move one order's figure, and that a video sells worse of late is seen by its fatigue and by the order's
 * own test days before its returns are. null: nothing is settled.
 */
export function settledTogether(parts: readonly SettledPart[]): Together | null {
  let [spendFen, keptFen, lateFen] = [0, 0, 0]
  for (const part of parts) {
    spendFen += part.spendFen
    keptFen += part.settledGmvFen
    if (part.days === 14) lateFen += part.spendFen
  }
  return spendFen === 0 ? null : { roi: keptFen / spendFen, days: 2 * lateFen >= spendFen ? 14 : 7 }
}

const WORDS = {
  PASS: { zh: '通过', en: 'passed' },
  FAIL: { zh: '不通过', en: 'failed' },
  EARNED: { zh: '保本', en: 'earned' },
  LOST: { zh: '亏本', en: 'lost' },
} as const satisfies Record<Said, object>

/** `together`: with all other orders of the trial; left out where it is the same. */
export function sayRestated(said: Said, restated: Restated, together: number, language: 'zh' | 'en'): string {
  const { standing, days, settledRoi, expectedRoi, limitRoi, returnRate, expectedReturnRate } = restated
  const rois = {
    settled: settledRoi.toFixed(2),
    expected: expectedRoi.toFixed(2),
    limit: limitRoi.toFixed(2),
    all: together === settledRoi ? null : together.toFixed(2),
  }
  const kept = standing === 'KEPT'
  const was = WORDS[said][language]
  if (language === 'zh') {
    const returned = `退货 ${share(returnRate)}（预计 ${share(expectedReturnRate)}）`
    const all = rois.all === null ? '' : `；试投与放量合计 ${rois.all}`
    return `${days} 天结算 ROI ${rois.settled}（当时预计 ${rois.expected}，界线 ${rois.limit}），${returned}：「${was}」${kept ? '维持' : '推翻'}${all}`
  }
  const returned = `${share(returnRate)} returned (${share(expectedReturnRate)} expected)`
  const all = rois.all === null ? '' : `; trial and scaled orders together ${rois.all}`
  return `settled ROI after ${days} days ${rois.settled} (expected ${rois.expected}, limit ${rois.limit}), ${returned}: "${was}" is ${kept ? 'kept' : 'overturned'}${all}`
}

const share = (part: number | null) => (part === null ? '?' : `${(part * 100).toFixed(0)} %`)
