/** What a rollout is chosen from: the origin, and KOLs with price, results and open work. */
import { type SQL, sql } from 'drizzle-orm'
import type { PlaybookStep, PriceBand, Tier } from '../../rules/types.ts'
import { rows, type Tx } from '../client.ts'

type Reads = Pick<Tx, 'execute'>

/** A breakout's video and what it came of. */
export interface Origin {
  videoId: number
  brandId: number
  /** null: the video lies in no cell. */
  cellId: number | null
  kolId: number | null
  vertical: string | null
  fired: boolean
  /** The collaboration that the video came of, and its step; null: of none. */
  collaborationId: number | null
  step: PlaybookStep | null
}

export async function loadOrigin(db: Reads, breakoutId: number): Promise<Origin | undefined> {
  const [row] = await rows<{
    video_id: string
    brand_id: string
    cell_id: string | null
    kol_id: string | null
    vertical: string | null
    fired: boolean
    collaboration_id: string | null
    step: PlaybookStep | null
  }>(
    db,
    sql`
      select b.video_id, v.brand_id, v.cell_id, v.kol_id, kol.vertical, b.firing_at is not null as fired,
        c.id as collaboration_id, c.step
      from breakout b
      join video v on v.workspace_id = b.workspace_id and v.id = b.video_id
      left join kol on kol.workspace_id = v.workspace_id and kol.id = v.kol_id
      left join collaboration c on c.workspace_id = v.workspace_id and c.video_id = v.id
      where b.id = ${breakoutId}`,
  )
  return (
    row && {
      videoId: Number(row.video_id),
      brandId: Number(row.brand_id),
      cellId: numberOf(row.cell_id),
      kolId: numberOf(row.kol_id),
      vertical: row.vertical,
      fired: row.fired,
      collaborationId: numberOf(row.collaboration_id),
      step: row.step,
    }
  )
}

const numberOf = (value: string | number | null) => (value === null ? null : Number(value))

export interface CandidateRow {
  kolId: number
  tier: Tier | null
  vertical: string | null
  priceFen: number | null
  medianPlays: number | null
  finished: number
  cellPlays: number | null
  interactionRate: number | null
  open: boolean
}

export interface CandidateFilter {
  tiers: readonly Tier[]
  cellId: number
  band: PriceBand
  /** Prices that were known then. */
  now: Date
  /** Place of the 7-day plays in video_state.curve, from 1. */
  age: number
  openStates: readonly string[]
}

/** KOLs in use of these tiers, in the order of their ids; medians over own videos that reached the age. */
export async function loadCandidates(db: Reads, filter: CandidateFilter): Promise<CandidateRow[]> {
  const plays = sql`s.curve[${filter.age}::int]`
  const found = await rows<{
    id: string
    tier: Tier | null
    vertical: string | null
    price_fen: string | null
    median_plays: number | null
    finished: string
    cell_plays: number | null
    interaction_rate: number | null
    open: boolean
  }>(
    db,
    sql`
      with pool as (
        select workspace_id, id, tier, vertical from kol
        where archived_at is null and tier = any(${list(filter.tiers)})
      ), result as (
        select s.kol_id, count(*) as finished,
          percentile_cont(0.5) within group (order by ${plays}) as median_plays,
          percentile_cont(0.5) within group (order by ${plays}) filter (where s.cell_id = ${filter.cellId}) as cell_plays,
          percentile_cont(0.5) within group (order by s.interaction_rate) as interaction_rate
        from pool join video_state s on s.workspace_id = pool.workspace_id and s.kol_id = pool.id
        where ${plays} is not null
        group by s.kol_id
      ), quote as (
        select distinct on (p.kol_id) p.kol_id, p.price_fen
        from pool join kol_price p on p.workspace_id = pool.workspace_id and p.kol_id = pool.id
        where p.band = ${filter.band} and p.observed_at <= ${filter.now.toISOString()}::timestamptz
        order by p.kol_id, p.observed_at desc, p.recorded_at desc, p.source
      )
      select pool.id, pool.tier, pool.vertical, quote.price_fen, result.median_plays,
        coalesce(result.finished, 0) as finished, result.cell_plays, result.interaction_rate,
        exists (
          select from collaboration c where c.workspace_id = pool.workspace_id and c.kol_id = pool.id
            and c.cell_id = ${filter.cellId} and c.state = any(${list(filter.openStates)})
        ) as open
      from pool
      left join result on result.kol_id = pool.id
      left join quote on quote.kol_id = pool.id
      order by pool.id`,
  )
  return found.map((row) => ({
    kolId: Number(row.id),
    tier: row.tier,
    vertical: row.vertical,
    priceFen: numberOf(row.price_fen),
    medianPlays: numberOf(row.median_plays),
    finished: Number(row.finished),
    cellPlays: numberOf(row.cell_plays),
    interactionRate: numberOf(row.interaction_rate),
    open: row.open,
  }))
}

const list = (values: readonly string[]): SQL => sql`${sql.param([...values])}::text[]`
