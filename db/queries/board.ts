/** What the board of a matrix is made of: one statement over the cells in use; empty ones cost nothing. */
import { type SQL, sql } from 'drizzle-orm'
import type { BoardGroup, ElementKind, Pairing, Purpose } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Db, rows } from '../client.ts'
import { packed } from '../pack.ts'
import { type BoardAsOf, plannedAsOf, statesAsOf } from './board-as-of.ts'
import { type PackedCells, rollUp, SEEN_COLUMNS } from './board-cells.ts'

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
  /** Videos as known then; left out: now. Elements, pairs and where a video belongs are always of now. */
  asOf?: BoardAsOf | undefined
}

export interface BoardElement {
  id: number
  kind: ElementKind
  name: string
  /** Whether something can be planned with it: chosen in the matrix and not archived. */
  open: boolean
}
export interface BoardParts {
  /** Of the brand, oldest first. */
  elements: BoardElement[]
  /** Those of the brand that hold. */
  pairs: Pairing[]
  groups: BoardGroup[]
}

const AXES = { PERSONA: 'persona_id', PRODUCT: 'product_id', SCENE: 'scene_id', NEED: 'need_id' } as const
const column = (kind: ElementKind) => sql.identifier(AXES[kind])

/**
 * One statement. The database does what is per video: one pass over the index video_state_board, in its order, summed
 * per cell. Above that only the cells in use are left, which are rolled up here in a fraction of the time that joins
 * and sorts of them take; and medians would need all plays sorted once each for cells, rows, columns and total, so
 * the plays go out packed and rules/board.ts selects.
 */
export async function loadBoard(db: Pick<Db, 'execute'>, question: BoardQuestion): Promise<BoardParts> {
  const [answer] = await rows<Answer>(db, statement(question))
  if (!answer) throw new Error('a statement of scalars answers one row')
  return {
    elements: answer.elements ?? [],
    pairs: answer.pairs ?? [],
    groups: rollUp(answer),
  }
}

interface Answer extends PackedCells {
  elements: BoardElement[] | null
  pairs: Pairing[] | null
}

/** An axis that is empty, and a sum of nothing, go as 0. */
const pack = (expression: SQL) => packed(sql`coalesce(${expression}, 0)`)

function statement(question: BoardQuestion): SQL {
  const { matrixId, purpose, asOf } = question
  const seen = SEEN_COLUMNS.map((name) => {
    const named = sql.identifier(name)
    return sql`${pack(sql`${named}`)} as ${named}`
  })
  return sql`
    with home as materialized (
      select id, ${column(question.rows)} as r, ${column(question.columns)} as c from cell
      where workspace_id = current_workspace() and matrix_id = ${matrixId}${inElements(question)}
    )${wanted(question)}
    select homes.*, seen.*, intended.*,
      (select json_agg(e order by id) from (
        select id, kind, name, archived_at is null and id in (select element_id from matrix_element
          where workspace_id = current_workspace() and matrix_id = ${matrixId}) as open
        from element where workspace_id = current_workspace()
          and brand_id = (select brand_id from matrix where workspace_id = current_workspace() and id = ${matrixId})
      ) e) as elements,
      (select json_agg(json_build_object('kind', kind, 'elementId', element_id, 'otherId', other_id)) from pair
        where workspace_id = current_workspace() and lifted_at is null
          and brand_id = (select brand_id from matrix where workspace_id = current_workspace() and id = ${matrixId})
      ) as pairs
    from (
      select ${pack(sql`id`)} as id, ${pack(sql`r`)} as r, ${pack(sql`c`)} as c from home
    ) homes, (
      select ${sql.join(seen, sql`, `)}, string_agg(plays, '') as plays from (
        select s.cell_id as "cellId", count(*) as published, count(s.observed_at) as watched,
          count(s.flagged_at) as flagged, count(s.interaction_rate) as rated,
          sum(s.plays::float8) filter (where s.interaction_rate is not null) as "ratedPlays",
          sum(s.interaction_rate * s.plays) as interactions,
          count(s.spend_fen) as "spendKnown", sum(s.spend_fen::float8) as "spendFen",
          count(s.gmv_fen) as "gmvKnown", sum(s.gmv_fen::float8) as "gmvFen",
          count(s.spend_fen + s.gmv_fen) as "bothKnown",
          sum(s.spend_fen::float8) filter (where s.gmv_fen is not null) as "bothSpendFen",
          sum(s.gmv_fen::float8) filter (where s.spend_fen is not null) as "bothGmvFen",
          count(s.plays) as "playsKnown",
          (array_agg(s.video_id order by s.plays desc nulls last, s.video_id))[1] as "bestId",
          string_agg(float8send(s.plays), '' order by s.plays desc nulls last, s.video_id) as plays
        from ${asOf ? statesAsOf(asOf) : sql`video_state`} s${purpose ? sql` join wanted on wanted.id = s.video_id` : sql``}
        where s.workspace_id = current_workspace()
          and s.cell_id = any(array(select id from home))${inPhase(question, 's')}
        group by s.cell_id
      ) cells
    ) seen, (
      select ${pack(sql`cell_id`)} as "plannedCellId", ${pack(sql`planned`)} as planned from (
        select v.cell_id, count(*) as planned from video v
        where v.workspace_id = current_workspace() and v.cell_id = any(array(select id from home))
          and ${asOf ? plannedAsOf(asOf.at) : sql`v.stage = 'PLANNED'`}${inPhase(question, 'v')}${purpose ? sql` and v.purpose = ${purpose}` : sql``}
        group by v.cell_id
      ) cells
    ) intended`
}

function inElements({ elementIds }: BoardQuestion): SQL {
  const parts = Object.entries(elementIds) as [ElementKind, readonly number[]][]
  return sql.join(parts.map(([kind, ids]) => sql` and ${among(sql`${column(kind)}`, ids)}`))
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
