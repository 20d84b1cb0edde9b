/** Everything that a decision about a running order rests on, as rules/promotion-decide.ts takes it. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import type { VideoFacts } from '../db/queries/promotion.ts'
import { loadSettled } from '../db/queries/promotion-settled.ts'
import { CAPABILITIES } from '../rules/capability.ts'
import type { Running } from '../rules/promotion-decide.ts'
import { boundsOf } from '../rules/trial-bound.ts'
import { settledTogether } from '../rules/trial-settled.ts'
import type { TrialState } from '../rules/trial-test.ts'
import { HOUR, type OrderSight } from '../rules/types.ts'
import { dayOf, startOfDay } from '../rules/zone.ts'
import { fatigueOf } from './fatigue.ts'
import { delayOf, mostSpent } from './promotion-look.ts'
import type { PromotionRow } from './promotion-row.ts'
import type { CurrentSettings } from './promotion-settings.ts'

interface Known {
  trial: TrialState | null
  facts: VideoFacts
  settings: CurrentSettings
  /** As the platform shows it now. */
  sight: OrderSight
  now: Date
}

export async function evidenceOf(tx: Tx, row: PromotionRow, known: Known): Promise<Running> {
  const { facts, settings, sight, now } = known
  const { zone } = settings.guard
  const changes = await changesToday(tx, row, zone, now)
  const over = row.orderStand === 'OVER' && now.getTime() - (row.overAt?.getTime() ?? 0) >= delayOf(row)
  const until = row.overAt ?? now
  const hoursRun = row.deliveringAt ? (until.getTime() - row.deliveringAt.getTime()) / HOUR : 0
  const { addBudget, cut, money, amountFen } = CAPABILITIES[row.method]
  const scaled = row.aim === 'SCALE'
  const running = row.state === 'RUNNING' && row.orderStand === 'LIVE' && row.changeCall === null
  return {
    stage: row.aim,
    trial: trialOf(row, known.trial),
    spentFen: row.spentFen ?? 0,
    budgetFen: row.orderedFen,
    hoursRun: Math.max(0, hoursRun),
    idleHours: (await neverSpent(tx, row)) ? (until.getTime() - row.since.getTime()) / HOUR : null,
    live: row.orderStand === 'LIVE',
    over,
    shows: row.shows,
    clicks: row.clicks,
    orders: row.orders,
    interaction: interactionOf(row, facts),
    settled: scaled ? settledTogether(await loadSettled(tx, row.originId)) : null,
    fatigue: scaled ? await fatigueOf(tx, row.videoId, { settings, terms: row.trialTerms, now }) : null,
    trials: facts.trials,
    changes,
    can: {
      add: running && addBudget !== null && takesMore(row, sight, settings),
      cut: running && cut,
      everCut: cut,
      leastFen: amountFen?.min ?? 0,
    },
    planPays: money === 'PLAN',
  }
}

/**
 * What is out of money waits for more. What a person paused, or waits for anything else, would spend it the moment that it goes on,
 * unasked.
 */
function takesMore(row: PromotionRow, sight: OrderSight, { decide }: CurrentSettings): boolean {
  const { deliveringAt, spentFen, orderedFen } = row
  if (sight !== 'WAITING' || deliveringAt === null) return sight === 'DELIVERING'
  return (spentFen ?? 0) >= decide.nearlySpent * orderedFen
}

/** One empty answer takes nothing back that an earlier one said. */
async function neverSpent(tx: Tx, row: PromotionRow): Promise<boolean> {
  return row.spentFen === 0 && (await mostSpent(tx, row)) === 0
}

function trialOf({ trialTerms }: PromotionRow, state: TrialState | null): Running['trial'] {
  const breakEven = trialTerms?.breakEvenRoi ?? Number.POSITIVE_INFINITY
  if (!state) return { verdict: 'HOLD', roi: null, low: null, high: null, breakEven }
  const { roi, lowerRoi, upperRoi } = boundsOf(state)
  return { verdict: state.verdict, roi, low: roi === null ? null : lowerRoi, high: upperRoi, breakEven }
}

/** Of bought plays against all others of the video; null: a side has no plays or does not say. */
function interactionOf(row: PromotionRow, facts: VideoFacts): Running['interaction'] {
  const { plays, interactions } = row
  const paid = plays && interactions !== null ? interactions / plays : null
  if (plays === null || interactions === null || facts.plays === null || facts.interactions === null)
    return { paid, own: null }
  const own = facts.plays - plays
  return { paid, own: own > 0 ? Math.max(0, facts.interactions - interactions) / own : null }
}

async function changesToday(tx: Tx, row: PromotionRow, zone: string, now: Date): Promise<Running['changes']> {
  const from = startOfDay(dayOf(now, zone), zone).toISOString()
  const found = await rows<{ outcome: 'DONE' | 'REFUSED'; today: string; added: string; last: string }>(
    tx,
    sql`select outcome, count(*) filter (where at >= ${from}::timestamptz) as today,
        coalesce(sum(amount_fen) filter (where at >= ${from}::timestamptz and call = 'ADD_BUDGET'), 0) as added,
        (extract(epoch from max(at)) * 1000)::bigint as last
      from promotion_call
      where workspace_id = current_workspace() and promotion_id = ${row.id} and call in ('ADD_BUDGET', 'CUT')
        and stage in ('ANSWERED', 'SETTLED', 'TOLD') and outcome in ('DONE', 'REFUSED')
      group by outcome`,
  )
  const of = (outcome: 'DONE' | 'REFUSED') => {
    const { today, last } = found.find((each) => each.outcome === outcome) ?? { today: '0', last: null }
    return { today: Number(today), lastAt: last === null ? null : Number(last) }
  }
  const addedFen = Number(found.find(({ outcome }) => outcome === 'DONE')?.added ?? 0)
  return { ...of('DONE'), addedFen, refused: of('REFUSED') }
}
