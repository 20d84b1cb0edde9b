/** What the board of a matrix is made of: one statement over the cells in use; empty ones cost nothing. */
import { type SQL, sql } from 'drizzle-orm'
import type { ElementKind, Purpose } from '../../rules/types.ts'
import { type Db, rows } from '../client.ts'

export interface BoardQuestion {
  matrixId: number
  rows: ElementKind
  columns: ElementKind
  /** Only cells with one of these elements; an axis that is left out is not filtered. */
  elementIds: Partial<Record<ElementKind, readonly number[]>>
  /** Only videos of the campaign, of the phase, for the purpose. */
  campaignId?: number | undefined
  phaseId?: number | undefined
  purpose?: Purpose | undefined
}

/** Counts and sums of the videos of one pair of elements; money in 分, 0 where nothing is known. */
export interface BoardSums {
  planned: number
  published: number
  /** Published, and looked at at least once. */
  watched: number
  flagged: number
  /** Videos with an interaction rate, their plays and their interactions. */
  rated: number
  ratedPlays: number
  interactions: number
  spendKnown: number
  spendFen: number
  gmvKnown: number
  gmvFen: number
  /** Videos of which both are known. */
  bothKnown: number
  bothSpendFen: number
  bothGmvFen: number
}
export interface BoardGroup extends BoardSums {
  /** Element ids; null: the axis is empty. */
  row: number | null
  column: number | null
  /** Of every video that has a play count, in no order. */
  plays: Float64Array
  /** The video with the most plays; null: none has a play count. */
  best: { videoId: number; plays: number } | null
}
export interface BoardElement {
  id: number
  kind: ElementKind
  name: string
  /** Whether something can be planned with it: chosen in the matrix and not archived. */
  open: boolean
}
export interface BoardParts {
  /** Of both axes, oldest first: those chosen in the matrix, and those of cells in use. */
  elements: BoardElement[]
  /** Pairs of element ids that may not meet, either way round. */
  forbidden: [number, number][]
  groups: BoardGroup[]
}

const AXES = { PERSONA: 'persona_id', PRODUCT: 'product_id', SCENE: 'scene_id', NEED: 'need_id' } as const
const column = (kind: ElementKind) => sql.identifier(AXES[kind])

/**
 * One statement. Medians are not in it: PostgreSQL would sort all plays once for cells, rows, columns and total, which
 * takes longer than everything else, so the plays go out packed and rules/board.ts selects. What is summed per cell
 * comes out of the index video_state_board alone, in its order; per pair it is summed over cells. What belongs together
 * is aggregated side by side, so it has one order without being sorted for it.
 */
export async function loadBoard(db: Pick<Db, 'execute'>, question: BoardQuestion): Promise<BoardParts> {
  const [answer] = await rows<Answer>(db, statement(question))
  if (!answer) throw new Error('a statement of scalars answers one row')
  return { elements: answer.elements ?? [], forbidden: answer.forbidden ?? [], groups: unpack(answer) }
}

interface Answer {
  elements: BoardElement[] | null
  forbidden: [number, number][] | null
  groups:
    | (BoardSums & { row: number | null; column: number | null; sizes: number[]; best: number[] })[]
    | null
  /** Big-endian doubles, group by group; within a group cell by cell, most plays first. */
  plays: Buffer | null
}

function unpack({ groups, plays: packed }: Answer): BoardGroup[] {
  if (groups === null) return []
  const bytes = packed ? Buffer.from(packed) : Buffer.alloc(0)
  bytes.swap64()
  // A copy of its own: a small Buffer lies somewhere in a shared one, where doubles need not be aligned.
  const all = new Float64Array(new Uint8Array(bytes).buffer)
  let at = 0
  return groups.map(({ sizes, best: firsts, ...group }) => {
    const start = at
    let best: BoardGroup['best'] = null
    for (const [index, size] of sizes.entries()) {
      const plays = all[at] as number
      if (size > 0 && (best === null || plays > best.plays))
        best = { videoId: firsts[index] as number, plays }
      at += size
    }
    return { ...group, plays: all.subarray(start, at), best }
  })
}

function statement(question: BoardQuestion): SQL {
  const { matrixId } = question
  return sql`
    with home as materialized (
      select id, ${column(question.rows)} as r, ${column(question.columns)} as c from cell
      where workspace_id = current_workspace() and matrix_id = ${matrixId}${inElements(question)}
    )${wanted(question)}, seen as materialized (
      select s.cell_id, count(*)::int as published, count(s.observed_at)::int as watched,
        count(s.flagged_at)::int as flagged, count(s.interaction_rate)::int as rated,
        sum(s.plays::float8) filter (where s.interaction_rate is not null) as rated_plays,
        sum(s.interaction_rate * s.plays) as interactions,
        count(s.spend_fen)::int as spend_known, sum(s.spend_fen::float8) as spend,
        count(s.gmv_fen)::int as gmv_known, sum(s.gmv_fen::float8) as gmv,
        count(s.spend_fen + s.gmv_fen)::int as both_known,
        sum(s.spend_fen::float8) filter (where s.gmv_fen is not null) as both_spend,
        sum(s.gmv_fen::float8) filter (where s.spend_fen is not null) as both_gmv,
        string_agg(float8send(s.plays), '' order by s.plays desc nulls last, s.video_id) as plays,
        (array_agg(s.video_id order by s.plays desc nulls last, s.video_id))[1] as best
      from video_state s${question.purpose ? sql` join wanted on wanted.id = s.video_id` : sql``}
      where s.workspace_id = current_workspace() and s.cell_id = any(array(select id from home))${inPhase(question, 's')}
      group by s.cell_id
    ), intended as materialized (
      select v.cell_id, count(*)::int as planned from video v
      where v.workspace_id = current_workspace() and v.cell_id = any(array(select id from home))
        and v.stage = 'PLANNED'${inPhase(question, 'v')}${question.purpose ? sql` and v.purpose = ${question.purpose}` : sql``}
      group by v.cell_id
    ), grouped as materialized (
      select r as "row", c as "column", coalesce(sum(planned), 0) as planned, coalesce(sum(published), 0) as published,
        coalesce(sum(watched), 0) as watched, coalesce(sum(flagged), 0) as flagged, coalesce(sum(rated), 0) as rated,
        coalesce(sum(rated_plays), 0) as "ratedPlays", coalesce(sum(interactions), 0) as interactions,
        coalesce(sum(spend_known), 0) as "spendKnown", coalesce(sum(spend), 0) as "spendFen",
        coalesce(sum(gmv_known), 0) as "gmvKnown", coalesce(sum(gmv), 0) as "gmvFen",
        coalesce(sum(both_known), 0) as "bothKnown", coalesce(sum(both_spend), 0) as "bothSpendFen",
        coalesce(sum(both_gmv), 0) as "bothGmvFen", array_agg(coalesce(length(plays) / 8, 0)) as sizes,
        array_agg(best) as best, string_agg(plays, '') as plays
      from home left join seen on seen.cell_id = home.id left join intended on intended.cell_id = home.id
      group by r, c
    )
    select
      (select json_agg(e order by id) from (
        select id, kind, name, id in (select element_id from matrix_element
            where workspace_id = current_workspace() and matrix_id = ${matrixId}) and archived_at is null as open
        from element where workspace_id = current_workspace() and id in (
          select element_id from matrix_element where workspace_id = current_workspace() and matrix_id = ${matrixId}
          union all select "row" from grouped union all select "column" from grouped)
        and kind in (${question.rows}, ${question.columns})
      ) e) as elements,
      (select json_agg(json_build_array(element_id, other_id)) from pair
        where workspace_id = current_workspace() and kind = 'FORBIDDEN' and lifted_at is null
          and brand_id = (select brand_id from matrix where workspace_id = current_workspace() and id = ${matrixId})
      ) as forbidden,
      (select json_agg(g) from (
        select "row", "column", planned, published, watched, flagged, rated, "ratedPlays", interactions, "spendKnown",
          "spendFen", "gmvKnown", "gmvFen", "bothKnown", "bothSpendFen", "bothGmvFen", sizes, best
        from grouped where planned + published > 0
      ) g) as groups,
      (select string_agg(plays, '') from grouped) as plays`
}

const among = (ids: readonly number[]) => sql`any(${sql.param(ids.map(String))}::bigint[])`

function inElements({ elementIds }: BoardQuestion): SQL {
  const parts = Object.entries(elementIds) as [ElementKind, readonly number[]][]
  return sql.join(parts.map(([kind, ids]) => sql` and ${column(kind)} = ${among(ids)}`))
}

function inPhase({ campaignId, phaseId }: BoardQuestion, alias: 's' | 'v'): SQL {
  const phase = sql`${sql.identifier(alias)}.phase_id`
  const parts: SQL[] = []
  if (phaseId !== undefined) parts.push(sql` and ${phase} = ${phaseId}`)
  if (campaignId !== undefined) {
    parts.push(sql` and ${phase} = any(array(
      select id from phase where workspace_id = current_workspace() and campaign_id = ${campaignId}))`)
  }
  return sql.join(parts)
}

/** The state does not hold what a video is for: this is the one filter that reads the videos themselves. */
function wanted({ purpose }: BoardQuestion): SQL {
  if (!purpose) return sql``
  return sql`, wanted as materialized (
      select id from video where workspace_id = current_workspace() and cell_id = any(array(select id from home))
        and stage <> 'PLANNED' and purpose = ${purpose}
    )`
}
