/** 回测: what a rule would have flagged in a span of time, and how often it was right. Reads only. */
import { and, eq } from 'drizzle-orm'
import type { Reads } from '../db/client.ts'
import { sizeReplay } from '../db/queries/replay.ts'
import { rule, ruleVersion } from '../db/tables.ts'
import type { ActiveRule } from '../rules/active-rule.ts'
import { type Case, leadHours, type Scores, scoresOf } from '../rules/backtest.ts'
import type { Evidence } from '../rules/breakout.ts'
import { PEER_WINDOW } from '../rules/metric.ts'
import { completed, type Definition } from '../rules/rule.ts'
import { alertsPerDay } from '../rules/score.ts'
import { found, InvalidInputError } from './errors.ts'
import { loadLearned } from './forecast.ts'
import { type Became, hindsight } from './hindsight.ts'
import { firingKey, type ReplayedBatch, replay } from './replay.ts'
import { checkDefinition } from './rule.ts'

/** About ten seconds of one processor, which answers other requests in between. */
export const MOST_LOOKS = 1_000_000

export interface BacktestInput {
  /** The rule that judges beside the candidate; and the candidate, where no definition is given. */
  ruleId?: number | undefined
  /** What is tried; checked here: see rules/rule.ts. */
  definition?: unknown
  from: Date
  to: Date
  /** Only videos of this brand; left out: of all. */
  brandId?: number | undefined
  now: Date
}

/** The first firing on a video. */
export interface Flag {
  videoId: number
  /** ms. */
  at: number
  evidence: Evidence
  /** null: the video is not finished. */
  hit: boolean | null
  /** To half of its final plays; negative: it came later. null: not finished. */
  leadHours: number | null
}

export interface BacktestSide extends Scores {
  /** In the order in which they fired. */
  flags: Flag[]
  /** Episodes that fired in the span, a day. */
  alertsPerDay: number
}

export interface Backtest {
  candidate: BacktestSide
  /** null: no rule was named. */
  active: BacktestSide | null
  /** With a look within the span. */
  videos: number
  looks: number
  /** Videos that are not judged because their first looks are no longer kept. */
  dropped: number
}

/** No row has it. */
const CANDIDATE = 0

/** NotFoundError: no such rule. InvalidInputError: no rule at all, a wrong definition or span, or more than MOST_LOOKS. */
export async function backtest(db: Reads, input: BacktestInput): Promise<Backtest> {
  const span = spanOf(input)
  const active = input.ruleId === undefined ? null : await currentOf(db, input.ruleId)
  const tried = input.definition === undefined ? null : candidateOf(input.definition)
  const rules = [tried, active].filter((one) => one !== null)
  if (rules.length === 0)
    throw new InvalidInputError('rule', 'Say what to try: a rule, a definition, or both.')
  await checkSize(db, span)
  const learned = await loadLearned(db, { from: input.now, to: input.now })
  const today = learned.at(input.now.getTime())
  const sides = new Map(rules.map(({ ruleId }) => [ruleId, new Side(ruleId, span)]))
  const videos = { count: 0 }
  const { looks, dropped } = await replay(db, { ...span, rules }, (batch) => {
    const became = hindsight(batch, span, today)
    videos.count += became.size
    for (const side of sides.values()) side.add(batch, became)
  })
  const result = (one: ActiveRule | null) => (one && sides.get(one.ruleId)?.result()) ?? null
  const beside = result(active)
  return {
    candidate: (result(tried) ?? beside) as BacktestSide,
    active: beside,
    videos: videos.count,
    looks,
    dropped,
  }
}

interface Span {
  from: number
  to: number
  brandId: number | null
}

function spanOf({ from, to, now, brandId }: BacktestInput): Span {
  if (to > now) {
    throw new InvalidInputError('to', `to lies in the future: it may be ${now.toISOString()} at the latest`)
  }
  if (from >= to) throw new InvalidInputError('from', 'from must be an instant before to')
  return { from: from.getTime(), to: to.getTime(), brandId: brandId ?? null }
}

async function checkSize(db: Reads, span: Span): Promise<void> {
  const { videos, looks } = await sizeReplay(db, span, PEER_WINDOW)
  if (looks <= MOST_LOOKS) return
  throw new InvalidInputError(
    'from',
    `There are ${looks} looks at ${videos} videos, and one backtest replays ${MOST_LOOKS} at most, about ten seconds: ` +
      'give a shorter span, or a brand.',
  )
}

const candidateOf = (given: unknown): ActiveRule => ({
  ruleId: CANDIDATE,
  version: 1,
  definition: checkDefinition(given),
})

/** As it judges now, or would if it was switched on. */
async function currentOf(db: Reads, ruleId: number): Promise<ActiveRule> {
  const [current] = await db
    .select({ version: rule.version, definition: ruleVersion.definition })
    .from(rule)
    .innerJoin(ruleVersion, and(eq(ruleVersion.ruleId, rule.id), eq(ruleVersion.version, rule.version)))
    .where(eq(rule.id, ruleId))
  const { version, definition } = found(current, 'rule')
  return { ruleId, version, definition: completed(definition as Definition) }
}

/** What one rule flagged, batch by batch. */
class Side {
  private readonly cases: Case[] = []
  private readonly flags: Flag[] = []
  private alerts = 0
  private readonly ruleId: number
  private readonly span: Span

  constructor(ruleId: number, span: Span) {
    this.ruleId = ruleId
    this.span = span
  }

  /** A video that fired before the span is none of it: it was told of then. */
  add({ episodes, probabilities }: ReplayedBatch, became: ReadonlyMap<number, Became>): void {
    const { from, to } = this.span
    const first = new Map<number, { at: number; evidence: Evidence }>()
    for (const { videoId, ruleId, firingAt, evidence } of episodes) {
      if (ruleId !== this.ruleId || firingAt === null) continue
      if (firingAt >= from && firingAt <= to) this.alerts++
      const known = first.get(videoId)
      if (!known || firingAt < known.at) first.set(videoId, { at: firingAt, evidence })
    }
    for (const [videoId, { truth, halfAt }] of became) {
      const flag = first.get(videoId) ?? null
      if (flag !== null && flag.at < from) continue
      const flaggedAt = flag?.at ?? null
      const probability = probabilities.get(firingKey(this.ruleId, videoId)) ?? null
      const one: Case = { truth, flaggedAt, probability, halfAt }
      this.cases.push(one)
      const hit = truth === 'OPEN' ? null : truth === 'HIT'
      if (flag !== null) this.flags.push({ videoId, ...flag, hit, leadHours: leadHours(one) })
    }
  }

  result(): BacktestSide {
    const { from, to } = this.span
    return {
      ...scoresOf(this.cases),
      flags: this.flags.sort((a, b) => a.at - b.at || a.videoId - b.videoId),
      alertsPerDay: alertsPerDay(this.alerts, from, to) ?? 0,
    }
  }
}
