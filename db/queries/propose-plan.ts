/** What a plan is proposed from: the matrix, its pairs, what is in its cells, and who could make more. */
import { sql } from 'drizzle-orm'
import type { ElementKind, Tier } from '../../rules/types.ts'
import { among } from '../among.ts'
import { rows, type Tx } from '../client.ts'

type Reads = Pick<Tx, 'execute'>

export interface MatrixElement {
  id: number
  kind: ElementKind
  name: string
}
/** Chosen and in use, oldest first; undefined: there is no such matrix. */
export async function loadAxes(db: Reads, matrixId: number): Promise<MatrixElement[] | undefined> {
  const found = await rows<{ id: string | null; kind: ElementKind; name: string }>(
    db,
    sql`
      select element.id, element.kind, element.name
      from matrix
      left join matrix_element chosen on chosen.workspace_id = matrix.workspace_id and chosen.matrix_id = matrix.id
      left join element on element.workspace_id = chosen.workspace_id and element.id = chosen.element_id
        and element.archived_at is null
      where matrix.id = ${matrixId} order by element.id`,
  )
  if (found.length === 0) return undefined
  return found.flatMap(({ id, ...row }) => (id === null ? [] : [{ id: Number(id), ...row }]))
}

export interface MatrixPair {
  kind: 'FORBIDDEN' | 'REQUIRED'
  elementId: number
  otherId: number
  reason: string
}
export async function loadPairs(db: Reads, matrixId: number): Promise<MatrixPair[]> {
  const found = await rows<{
    kind: MatrixPair['kind']
    element_id: string
    other_id: string
    reason: string
  }>(
    db,
    sql`
      select pair.kind, pair.element_id, pair.other_id, pair.reason
      from matrix join pair on pair.workspace_id = matrix.workspace_id and pair.brand_id = matrix.brand_id
      where matrix.id = ${matrixId} and pair.lifted_at is null order by pair.id`,
  )
  return found.map(({ kind, reason, ...row }) => ({
    kind,
    reason,
    elementId: Number(row.element_id),
    otherId: Number(row.other_id),
  }))
}

export interface UsedCell {
  /** Elements of the cell, whatever their axes. */
  elementIds: number[]
  kolId: number | null
  videos: number
}
/** Planned and published videos by cell and KOL. */
export async function loadUsed(db: Reads, matrixId: number): Promise<UsedCell[]> {
  const found = await rows<{ ids: (string | null)[]; kol_id: string | null; videos: string }>(
    db,
    sql`
      select to_jsonb(array[cell.persona_id, cell.product_id, cell.scene_id, cell.need_id]) as ids, video.kol_id,
        count(*) as videos
      from cell join video on video.workspace_id = cell.workspace_id and video.cell_id = cell.id
      where cell.matrix_id = ${matrixId} and video.stage <> 'ARCHIVED'
      group by cell.id, cell.persona_id, cell.product_id, cell.scene_id, cell.need_id, video.kol_id
      order by cell.id, video.kol_id`,
  )
  return found.map(({ ids, kol_id, videos }) => ({
    elementIds: ids.flatMap((id) => (id === null ? [] : [Number(id)])),
    kolId: kol_id === null ? null : Number(kol_id),
    videos: Number(videos),
  }))
}

export interface Maker {
  id: number
  name: string
  vertical: string | null
  tier: Tier | null
  /** Videos planned and not out. */
  planned: number
}
/** KOLs that are not archived; null: all of them. */
export async function loadMakers(db: Reads, kolIds: readonly number[] | null): Promise<Maker[]> {
  const asked = kolIds === null ? sql`true` : among(sql`kol.id`, kolIds)
  const found = await rows<{
    id: string
    name: string
    vertical: string | null
    tier: Tier | null
    planned: string
  }>(
    db,
    sql`
      select kol.id, kol.name, kol.vertical, kol.tier, count(video.id) as planned
      from kol
      left join video on video.workspace_id = kol.workspace_id and video.kol_id = kol.id and video.stage = 'PLANNED'
      where kol.workspace_id = current_workspace() and kol.archived_at is null and ${asked}
      group by kol.workspace_id, kol.id order by kol.id`,
  )
  return found.map((row) => ({ ...row, id: Number(row.id), planned: Number(row.planned) }))
}
