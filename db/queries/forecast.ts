/** What a workspace has learned, as it holds at an instant. */
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { ClassKind, ClassStats, Model } from '../../rules/types.ts'
import { type Reads, rows } from '../client.ts'
import { forecastModel, referenceClass } from '../tables.ts'

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

/** The model and all of its classes but those of cells, which are many: loadCellClasses. */
export async function loadModel(tx: Reads, id: number): Promise<{ model: Model; classes: LearnedClass[] }> {
  const [[found], classes] = await Promise.all([
    tx.select({ model: forecastModel.model }).from(forecastModel).where(eq(forecastModel.id, id)),
    tx
      .select()
      .from(referenceClass)
      .where(
        and(eq(referenceClass.modelId, id), inArray(referenceClass.kind, ['WORKSPACE', 'TIER', 'VERTICAL'])),
      ),
  ])
  if (!found) throw new Error(`there is no model ${id}`)
  return { model: found.model, classes }
}

export function loadCellClasses(tx: Reads, id: number, cellIds: readonly number[]): Promise<LearnedClass[]> {
  return tx
    .select()
    .from(referenceClass)
    .where(
      and(
        eq(referenceClass.modelId, id),
        eq(referenceClass.kind, 'CELL'),
        inArray(referenceClass.key, cellIds.map(String)),
      ),
    )
}
