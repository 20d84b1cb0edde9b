/** What a workspace has learned, as it holds at an instant. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { ClassKind, ClassStats, Model } from '../../rules/types.ts'
import { among } from '../among.ts'
import { type Reads, rows } from '../client.ts'
import { referenceClass } from '../tables.ts'

export interface ModelRow {
  id: number
  /** It holds from here on, ms. */
  effectiveAt: number
  /** With the name of the database, in which alone the id is one. */
  key: string
}

/** The models that hold at some instant of the span, in order; none: nothing was learned by then. */
export async function modelsBetween(tx: Reads, from: Date, to: Date): Promise<ModelRow[]> {
  const [first, last] = [from, to].map((at) => sql`${at.toISOString()}::timestamptz`)
  const found = await rows<{ id: string; effective_ms: number; database: string }>(
    tx,
    sql`select id, (extract(epoch from effective_at) * 1000)::float8 as effective_ms, current_database() as database
      from forecast_model
      where workspace_id = current_workspace() and effective_at <= ${last} and effective_at >= coalesce((
        select max(effective_at) from forecast_model
        where workspace_id = current_workspace() and effective_at <= ${first}), '-infinity')
      order by effective_at, id`,
  )
  return found.map((row) => ({
    id: Number(row.id),
    effectiveAt: row.effective_ms,
    key: `${row.database}/${row.id}`,
  }))
}

export interface LearnedClass {
  kind: ClassKind
  key: string
  stats: ClassStats
}

/** Models, each with all of its classes but those of cells, which are many: loadCellClasses. One statement. */
export async function loadModels(
  tx: Reads,
  ids: readonly number[],
): Promise<{ id: number; model: Model; classes: LearnedClass[] }[]> {
  const found = await rows<{ id: string; model: Model; classes: LearnedClass[] }>(
    tx,
    sql`select m.id, m.model, coalesce((
        select jsonb_agg(jsonb_build_object('kind', c.kind, 'key', c.key, 'stats', c.stats)) from reference_class c
        where c.workspace_id = m.workspace_id and c.model_id = m.id and c.kind in ('WORKSPACE', 'TIER', 'VERTICAL')
      ), '[]') as classes
      from forecast_model m where m.workspace_id = current_workspace() and ${among(sql`m.id`, ids)}`,
  )
  return found.map((row) => ({ ...row, id: Number(row.id) }))
}

/** What is usual in these cells, by each of the models. One statement. */
export function loadCellClasses(
  tx: Reads,
  modelIds: readonly number[],
  cellIds: readonly number[],
): Promise<(LearnedClass & { modelId: number })[]> {
  return tx
    .select()
    .from(referenceClass)
    .where(
      and(
        among(referenceClass.modelId, modelIds),
        eq(referenceClass.kind, 'CELL'),
        inArray(referenceClass.key, cellIds.map(String)),
      ),
    )
}
