/** Videos of a matrix as known at an instant: the columns of video_state that the board reads, made again of what is append-only. */
import { type SQL, sql } from 'drizzle-orm'
import { type Db, rows } from '../client.ts'
import { unnest } from '../unnest.ts'
import { at, knownBy } from './figures.ts'
import { precedence } from './precedence.ts'

export interface BoardAsOf {
  at: Date
  /** What was known of money then; videos that are left out: nothing. */
  money: readonly { videoId: number; spendFen: number | null; gmvFen: number | null }[]
}

export interface BoardVideo {
  videoId: number
  /** It was looked at by then, and those looks are no longer kept. */
  dropped: boolean
}

/** The videos of a matrix that were published by then, and known to us. */
export async function loadBoardVideos(
  db: Pick<Db, 'execute'>,
  matrixId: number,
  asOf: Date,
): Promise<BoardVideo[]> {
  return rows<BoardVideo>(
    db,
    sql`
      select v.id::float8 as "videoId",
        state.looks > 0
          and not exists (select from snapshot where workspace_id = current_workspace() and video_id = v.id and ${knownBy(asOf)})
          and state.looks > (select count(*) from snapshot where workspace_id = current_workspace() and video_id = v.id)
          as dropped
      from video v join video_state state on state.workspace_id = v.workspace_id and state.video_id = v.id
      where v.workspace_id = current_workspace() and ${published(asOf)}
        and v.cell_id = any(array(
          select id from cell where workspace_id = current_workspace() and matrix_id = ${matrixId}))`,
  )
}

/** In the place of video_state, for the cells of `home`. */
export function statesAsOf({ at: asOf, money }: BoardAsOf): SQL {
  return sql`(
    select v.workspace_id, v.id as video_id, v.cell_id, v.phase_id, look.observed_at, look.plays, look.interaction_rate,
      (select min(firing_at) from breakout
        where workspace_id = current_workspace() and video_id = v.id and firing_at <= ${at(asOf)}) as flagged_at,
      money.spend_fen, money.gmv_fen
    from video v
    left join ${unnest(money, 'money', { videoId: 'bigint', spendFen: 'bigint', gmvFen: 'bigint' })}
      on money.video_id = v.id
    left join lateral (
      select observed_at, plays, ${interactions} / nullif(plays, 0)::float8 as interaction_rate from snapshot
      where workspace_id = current_workspace() and video_id = v.id and ${knownBy(asOf)}
        -- Apart, so that it is one step along the key.
        and observed_at = (
          select max(observed_at) from snapshot
          where workspace_id = current_workspace() and video_id = v.id and ${knownBy(asOf)})
      order by ${precedence('snapshot')} limit 1
    ) look on true
    where v.workspace_id = current_workspace() and v.cell_id = any(array(select id from home)) and ${published(asOf)}
  )`
}

/** Planned then: not out yet. One that was put away since is not counted: it is not known when. */
export function plannedAsOf(asOf: Date): SQL {
  return sql`v.created_at <= ${at(asOf)} and (v.stage = 'PLANNED' or v.published_at > ${at(asOf)})`
}

function published(asOf: Date): SQL {
  return sql`v.created_at <= ${at(asOf)} and v.published_at <= ${at(asOf)}`
}

/** As rules/metric.ts: null where one that counts is not given. */
const interactions = sql`(
  select ${sql.join(
    (['likes', 'comments', 'shares', 'saves'] as const).map(
      (name) => sql`case when ${name} = any(interaction_counters) then ${sql.identifier(name)} else 0 end`,
    ),
    sql` + `,
  )}
  from workspace where id = current_workspace())`
