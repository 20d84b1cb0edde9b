/** Who is asked next to make a breakout again: KOLs of the step's tiers, by expected plays per yuan, within a budget. */
import type { PlaybookStep, Tier } from './types.ts'

/** A KOL as the choice sees it. Plays are those at 7 days. */
export interface Candidate {
  kolId: number
  tier: Tier | null
  vertical: string | null
  /** Latest 报价 in the band, 分; null: none known. */
  priceFen: number | null
  /** Median over the own videos that are 7 days old, and how many; null: none is. */
  medianPlays: number | null
  finished: number
  /** The same over those on this very cell. */
  cellPlays: number | null
  /** Median over the same videos as medianPlays; null: not given. */
  interactionRate: number | null
  /** Is at work on this cell. */
  open: boolean
  /** Made the origin, or was asked for it before. */
  taken: boolean
}

/** What the expected plays rest on, the most telling first. */
export const BASES = ['OWN_ON_CELL', 'OWN', 'TIER_AND_VERTICAL', 'TIER'] as const
export type Basis = (typeof BASES)[number]

export const LEFT_OUT = [
  'ALREADY_IN',
  'AT_WORK',
  'OTHER_VERTICAL',
  'NO_PRICE',
  'NO_ESTIMATE',
  'OVER_BUDGET',
] as const
export type LeftOut = (typeof LEFT_OUT)[number]

export interface RolloutLine {
  kolId: number
  priceFen: number
  expectedPlays: number
  basis: Basis
  sameVertical: boolean
  why: string
}
export interface RolloutLeftOut {
  kolId: number
  reason: LeftOut
  why: string
}
export interface Rollout {
  lines: RolloutLine[]
  leftOut: RolloutLeftOut[]
  spendFen: number
  expectedPlays: number
}
export interface RolloutQuestion {
  step: PlaybookStep
  /** Of the KOL whose video broke out; null: not known, so that none is preferred. */
  vertical: string | null
  budgetFen: number
  candidates: readonly Candidate[]
}

/** 头部 reuse a hit, 腰尾部 radiate it; a test asks any size, but the cell's own 垂类. */
export const STEP_TIERS: Readonly<Record<PlaybookStep, readonly Tier[]>> = {
  TEST: ['HEAD', 'WAIST', 'TAIL', 'KOC'],
  REUSE: ['HEAD'],
  RADIATE: ['WAIST', 'TAIL'],
}
/** Another 垂类 has another audience: its KOLs are counted at half, so that they come first only where far cheaper. */
export const OTHER_VERTICAL_SHARE = 0.5

export function proposeRollout(question: RolloutQuestion): Rollout {
  const pool = question.candidates.filter(({ tier }) => tier && STEP_TIERS[question.step].includes(tier))
  const medians = peerMedians(pool)
  const leftOut: RolloutLeftOut[] = []
  const lines: RolloutLine[] = []
  for (const candidate of pool) {
    const judged = judge(question, candidate, medians)
    if ('reason' in judged) leftOut.push(judged)
    else lines.push(judged)
  }
  const chosen = choose(lines.sort(byWorth), question.budgetFen)
  const spendFen = sum(chosen, 'priceFen')
  const left = question.budgetFen - spendFen
  const taken = new Set(chosen)
  for (const { kolId, priceFen } of lines.filter((line) => !taken.has(line))) {
    leftOut.push({ kolId, reason: 'OVER_BUDGET', why: `asks ${yuan(priceFen)}, ${yuan(left)} is left` })
  }
  leftOut.sort((a, b) => a.kolId - b.kolId)
  return { lines: chosen, leftOut, spendFen, expectedPlays: sum(chosen, 'expectedPlays') }
}

function judge(
  { step, vertical }: RolloutQuestion,
  candidate: Candidate,
  medians: ReadonlyMap<string, number>,
): RolloutLine | RolloutLeftOut {
  const { kolId, priceFen } = candidate
  const out = (reason: LeftOut, why: string) => ({ kolId, reason, why })
  if (candidate.taken) return out('ALREADY_IN', 'made the origin, or was asked for it before')
  if (candidate.open) return out('AT_WORK', 'has an open 合作 on this cell')
  const sameVertical = vertical === null || candidate.vertical === vertical
  if (step === 'TEST' && !sameVertical) return out('OTHER_VERTICAL', `垂类 is not ${vertical}`)
  if (priceFen === null) return out('NO_PRICE', 'no 报价 in this band is known')
  const { plays, basis } = estimate(candidate, medians)
  const expectedPlays = Math.round(plays * (sameVertical ? 1 : OTHER_VERTICAL_SHARE))
  if (expectedPlays < 1)
    return out('NO_ESTIMATE', 'neither own videos nor those of its tier say what to expect')
  const line = { kolId, priceFen, expectedPlays, basis, sameVertical }
  return { ...line, why: explain(line, candidate) }
}

function estimate(
  { cellPlays, medianPlays, tier, vertical }: Candidate,
  medians: ReadonlyMap<string, number>,
) {
  const known: [Basis, number | null | undefined][] = [
    ['OWN_ON_CELL', cellPlays],
    ['OWN', medianPlays],
    ['TIER_AND_VERTICAL', medians.get(`${tier} ${vertical}`)],
    ['TIER', medians.get(`${tier}`)],
  ]
  const [basis, plays] = known.find(([, value]) => value != null) ?? ['TIER', 0]
  return { basis, plays: plays ?? 0 }
}

/** Medians of the KOLs' own medians: by tier, and by tier and 垂类. */
function peerMedians(pool: readonly Candidate[]): Map<string, number> {
  const groups = new Map<string, number[]>()
  for (const { tier, vertical, medianPlays } of pool) {
    if (medianPlays === null) continue
    for (const key of vertical === null ? [`${tier}`] : [`${tier}`, `${tier} ${vertical}`]) {
      const group = groups.get(key)
      if (group) group.push(medianPlays)
      else groups.set(key, [medianPlays])
    }
  }
  return new Map([...groups].map(([key, values]) => [key, median(values)]))
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2
}

/** Best plays per yuan first; then the most plays, then the oldest KOL, so that the order is always the same. */
function byWorth(a: RolloutLine, b: RolloutLine): number {
  // Cross-multiplied: a price may be 0.
  const worth = b.expectedPlays * a.priceFen - a.expectedPlays * b.priceFen
  return worth || b.expectedPlays - a.expectedPlays || a.kolId - b.kolId
}

/** How many of the largest are tried as the one that is taken before all others. */
const SEEDS = 100

/**
 * Greedy by worth, or one of the largest first and then greedy: a cheap KOL must not keep out one who is worth most of
 * the budget. More money never buys fewer plays: where two budgets part, the larger one takes a line that is worth
 * more per yuan than all that the smaller one buys instead, and costs more than that; and a maximum keeps it so.
 */
function choose(lines: readonly RolloutLine[], budgetFen: number): RolloutLine[] {
  const largest = [...lines].sort((a, b) => b.expectedPlays - a.expectedPlays || a.kolId - b.kolId)
  let best = greedy(lines, budgetFen, null)
  let plays = sum(best, 'expectedPlays')
  for (const seed of largest.slice(0, SEEDS)) {
    if (seed.priceFen > budgetFen) continue
    const tried = greedy(lines, budgetFen - seed.priceFen, seed)
    const more = sum(tried, 'expectedPlays')
    if (more > plays) [best, plays] = [tried, more]
  }
  return best
}

function greedy(lines: readonly RolloutLine[], budgetFen: number, seed: RolloutLine | null): RolloutLine[] {
  let left = budgetFen
  return lines.filter((line) => {
    if (line === seed) return true
    if (line.priceFen > left) return false
    left -= line.priceFen
    return true
  })
}

const sum = (lines: readonly RolloutLine[], key: 'priceFen' | 'expectedPlays') =>
  lines.reduce((total, line) => total + line[key], 0)
const yuan = (fen: number) => `¥${fen / 100}`

/** Expected plays per yuan; null: costs nothing. */
export function playsPerYuan({ expectedPlays, priceFen }: RolloutLine): number | null {
  return priceFen === 0 ? null : (expectedPlays * 100) / priceFen
}

function explain(line: Omit<RolloutLine, 'why'>, { finished, interactionRate, tier, vertical }: Candidate) {
  const basis = {
    OWN_ON_CELL: 'own earlier result on this cell',
    OWN: `median of ${finished} own videos`,
    TIER_AND_VERTICAL: `no own video of 7 days: median of ${tier} in ${vertical}`,
    TIER: `no own video of 7 days: median of ${tier}`,
  }[line.basis]
  const rate = playsPerYuan({ ...line, why: '' })
  return [
    `${line.expectedPlays} plays at 7 days (${basis}) for ${yuan(line.priceFen)}`,
    rate === null ? '置换' : `${Number(rate.toPrecision(3))} plays per yuan`,
    interactionRate === null ? null : `互动率 ${Number((interactionRate * 100).toPrecision(3))} %`,
    line.sameVertical ? null : `另一垂类, counted at ${OTHER_VERTICAL_SHARE * 100} %`,
  ]
    .filter((part) => part !== null)
    .join('; ')
}
