/** What decisions about money are made from, in the tests of rules/promotion-decide.ts. */
import type { Fatigue } from '../../rules/fatigue.ts'
import type { Candidate, DecideEvidence, Running, Trial } from '../../rules/promotion-decide.ts'
import { restate, type Said } from '../../rules/trial-settled.ts'
import { MINUTE } from '../../rules/types.ts'

export const NOW = Date.UTC(2026, 10, 11, 4)
export const CANDIDATE: Candidate = {
  stage: 'CANDIDATE',
  firing: true,
  breakEven: 2,
  fatigue: null,
  trials: { count: 0, fen: 0 },
}
export const trial = (over: Partial<Trial> = {}): { trial: Trial } => ({
  trial: { verdict: 'HOLD', roi: 1.8, low: 0.4, high: 4.1, breakEven: 2, ...over },
})
export const PASS = trial({ verdict: 'PASS', roi: 3.2, low: 2.1, high: 5 })
export const FAIL = trial({ verdict: 'FAIL', roi: 0.6, low: 0.1, high: 1.9 })
export const EARNING = trial({ roi: 2.4 })
export const TRIAL: Running = {
  stage: 'TRIAL',
  ...trial(),
  spentFen: 5_000,
  budgetFen: 10_000,
  hoursRun: 12,
  idleHours: null,
  live: true,
  over: false,
  shows: 2_000,
  clicks: 60,
  orders: 1,
  interaction: { paid: 0.03, own: 0.05 },
  settled: null,
  fatigue: null,
  trials: { count: 1, fen: 10_000 },
  changes: { today: 0, addedFen: 0, lastAt: null, refused: { today: 0, lastAt: null } },
  can: { add: true, cut: false, everCut: false, leastFen: 0 },
  planPays: false,
}
export const SCALE: Running = {
  ...TRIAL,
  stage: 'SCALE',
  ...PASS,
  spentFen: 40_000,
  budgetFen: 100_000,
  hoursRun: 5,
  can: { add: true, cut: true, everCut: true, leastFen: 0 },
}
/** A video that nothing was spent on since it was put into its plan. */
export const IDLE: Running = {
  ...SCALE,
  ...trial({ roi: null, low: null, high: null }),
  spentFen: 0,
  hoursRun: 0,
  idleHours: 72,
  planPays: true,
  can: { add: false, cut: false, everCut: false, leastFen: 0 },
}
export const over = { live: false, over: true }
export const tired = (
  kind: Fatigue['kind'],
  advice: Fatigue['advice'] = 'NONE',
  falls: Fatigue['falls'] = [],
) => ({
  fatigue: { kind, advice, ageDays: 8, falls },
})
export const JUDGED = (said: Said, settledGmvFen: number, all?: number): DecideEvidence => {
  const settled = { days: 7, spendFen: 10_000, paidGmvFen: 40_000, settledGmvFen } as const
  const terms = { breakEvenRoi: 2, returnRate: 0.1 }
  const together = all ?? settledGmvFen / 10_000
  return { stage: 'JUDGED', said, breakEven: 2, settled, restated: restate(said, terms, settled), together }
}
const NONE = { today: 0, lastAt: null }
export const changed = (today: number, minutes: number, addedFen = 0) => ({
  changes: { today, addedFen, lastAt: NOW - minutes * MINUTE, refused: NONE },
})
export const refused = (today: number, minutes: number) => ({
  changes: { ...NONE, addedFen: 0, refused: { today, lastAt: NOW - minutes * MINUTE } },
})
export const LOW = trial({ roi: 1.2 })
export const FAR = { ...trial({ roi: 1.39 }), spentFen: 25_000, budgetFen: 50_000 }
