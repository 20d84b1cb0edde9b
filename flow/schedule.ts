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
import { holdShards, wakeShards } from './shard.ts'

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
  const { priceFen, phases, live } = await loadTerms(tx, now, source)
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
        trial: live.has(row.videoId),
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

/**
 * An order on the video begins to spend: it is looked at now, and from then on as often as money asks for, also one that was
 * too old to be watched. What is archived, fails or is gone stays as it is.
 */
export async function lookNow(tx: Tx, videoId: number, now: Date): Promise<void> {
  const at = sql`${now.toISOString()}::timestamptz`
  await holdShards(tx, [videoId])
  await tx.execute(sql`
    update video_state set next_poll_at = ${at}, poll_why = null
    where workspace_id = current_workspace() and video_id = ${videoId} and misses = 0
      and (next_poll_at > ${at} or (next_poll_at is null and poll_why::json->>'kind' = 'END'))`)
  await wakeShards(tx, [videoId])
}

const noEpisode = () => null

interface Terms {
  /** null: a look counts what it costs. */
  priceFen: number | null
  /** The phase that the campaign of each phase is in today; missing: none. */
  phases: Map<number, PhaseKind>
  /** Videos on which an order of ours may spend now. */
  live: Set<number>
}

async function loadTerms(tx: Tx, now: Date, source: string): Promise<Terms> {
  const [found] = await rows<{
    price: number | null
    phases: { id: number; kind: PhaseKind }[] | null
    live: number[] | null
  }>(
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
            between today.starts_on and today.ends_on) as phases,
      -- Whatever is live is tended: the index of what is due has few rows more.
      (select json_agg(distinct video_id) from promotion
        where workspace_id = current_workspace() and due_at is not null and order_stand = 'LIVE') as live`,
  )
  return {
    priceFen: found?.price ?? null,
    phases: new Map((found?.phases ?? []).map(({ id, kind }) => [id, kind])),
    live: new Set(found?.live ?? []),
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
