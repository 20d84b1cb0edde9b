/** When a video is looked at next: what rules/look-value.ts needs to know, loaded once for a batch. */
import { sql } from 'drizzle-orm'
import { rows, type Tx } from '../db/client.ts'
import type { WatchRow } from '../db/queries/watch.ts'
import type { Connector } from '../platforms/connector.ts'
import type { Episode } from '../rules/breakout.ts'
import type { Sight } from '../rules/look-growth.ts'
import type { PreparedRules } from '../rules/look-rules.ts'
import { DELAY_FEN_PER_HOUR, LOOK_FEN, nextLook } from '../rules/look-value.ts'
import { isUrgent } from '../rules/look-why.ts'
import type { Reading, Readings } from '../rules/metric.ts'
import type { Place } from '../rules/scope.ts'
import { MINUTE, type PhaseKind } from '../rules/types.ts'

/** What a look showed; null: it failed. */
export interface Seen {
  sight: Sight
  rules: PreparedRules
  place: Place
  episodeOf: (ruleId: number) => Episode | null
}
/** The columns of video_state that say when. */
export interface Due {
  nextPollAt: number | null
  /** A Reason of rules/look-why.ts as JSON. */
  pollWhy: string | null
  urgent: boolean
}
export type Schedule = (row: WatchRow, seen: Seen | null) => Due

const NO_RULES: PreparedRules = { SEEDING: [], SELLING: [], TRAFFIC: [] }

/** One statement. */
export async function loadSchedule(
  tx: Tx,
  now: Date,
  { source, capability }: Pick<Connector, 'source' | 'capability'>,
): Promise<Schedule> {
  const { priceFen, phases } = await loadTerms(tx, now, source)
  const { freshnessMs, costFen, batch, callsPerDay } = capability
  // A price that was set under a limit outlives it.
  const scarce = callsPerDay !== null || costFen > 0
  const terms = { freshnessMs, costFen: Math.max(LOOK_FEN, costFen / batch, scarce ? (priceFen ?? 0) : 0) }
  return (row, seen) => {
    const { at, why } = nextLook(
      {
        publishedAt: row.publishedAt,
        purpose: row.purpose,
        last: seen?.sight ?? sightOf(row),
        before: seen ? sightOf(row) : null,
        rules: seen?.rules ?? NO_RULES,
        place: seen?.place ?? null,
        episodeOf: seen?.episodeOf ?? noEpisode,
        source: terms,
        delayFenPerHour: DELAY_FEN_PER_HOUR,
        // Money that is spent on a video comes with promotions.
        trial: false,
        phase: (row.phaseId === null ? null : phases.get(row.phaseId)) ?? null,
        cycleMs: row.cycleMinutes === null ? null : row.cycleMinutes * MINUTE,
        misses: seen ? 0 : row.misses + 1,
      },
      now.getTime(),
    )
    // To the minute: videos of one KOL that are due together are asked for in one call.
    const nextPollAt = at === null ? null : Math.ceil(at / MINUTE) * MINUTE
    return { nextPollAt, pollWhy: JSON.stringify(why), urgent: isUrgent(why) }
  }
}

const noEpisode = () => null

interface Terms {
  /** null: a look counts what it costs. */
  priceFen: number | null
  /** The phase that the campaign of each phase is in today; missing: none. */
  phases: Map<number, PhaseKind>
}

async function loadTerms(tx: Tx, now: Date, source: string): Promise<Terms> {
  const [found] = await rows<{ price: number | null; phases: { id: number; kind: PhaseKind }[] | null }>(
    tx,
    sql`select
      (select price_fen from look_price
        where workspace_id = current_workspace() and source = ${source}) as price,
      (select json_agg(json_build_object('id', own.id, 'kind', today.kind))
        from phase today
        join workspace on workspace.id = today.workspace_id
        join phase own on own.workspace_id = today.workspace_id and own.campaign_id = today.campaign_id
        where today.workspace_id = current_workspace()
          and (${now.toISOString()}::timestamptz at time zone workspace.zone)::date
            between today.starts_on and today.ends_on) as phases`,
  )
  return {
    priceFen: found?.price ?? null,
    phases: new Map((found?.phases ?? []).map(({ id, kind }) => [id, kind])),
  }
}

/** What the state keeps of the look before; the other metrics are foreseen without. */
function sightOf(row: WatchRow): Sight | null {
  if (row.observedAt === null) return null
  const readings: Partial<Readings> = {
    plays: kept(row.plays),
    likes: kept(row.likes),
    comments: kept(row.comments),
    shares: kept(row.shares),
    saves: kept(row.saves),
    interactionRate: kept(row.interactionRate),
    velocity: kept(row.velocity),
    kolRatio: kept(row.kolRatio),
  }
  return { observedAt: row.observedAt, readings: readings as Readings }
}

const NOT_KEPT: Reading = { value: null, reason: 'NOT_GIVEN' }
function kept(value: number | null): Reading {
  return value === null ? NOT_KEPT : { value }
}
