/** What a workspace's finished videos teach: the model by which the others are foreseen, and what is usual in each class. */
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, jsonb, primaryKey, snakeCase, text } from 'drizzle-orm/pg-core'
import type { ClassKind, ClassStats, Model } from '../../rules/types.ts'
import { createdAt, id, identity, instant, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/** Append-only: a replay judges every look by the model that held at its instant. */
export const forecastModel = snakeCase.table(
  'forecast_model',
  {
    workspaceId: workspaceId(),
    id: identity(),
    createdAt: createdAt(),
    /** It holds for looks from here on, a little after it is committed: live and replay then choose the same. */
    effectiveAt: instant().notNull(),
    /** Finished videos that it was learned from. */
    videos: integer().notNull(),
    model: jsonb().$type<Model>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    index('forecast_model_effective').on(t.workspaceId, t.effectiveAt),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)

/** What was usual among finished videos of one class when the model was learned. A KOL's own are read from its curves. */
export const referenceClass = snakeCase.table(
  'reference_class',
  {
    workspaceId: workspaceId(),
    modelId: id().notNull(),
    kind: text().$type<ClassKind>().notNull(),
    /** Tier, vertical or id of the cell; empty for the workspace. */
    key: text().notNull(),
    stats: jsonb().$type<ClassStats>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.modelId, t.kind, t.key] }),
    foreignKey({
      columns: [t.workspaceId, t.modelId],
      foreignColumns: [forecastModel.workspaceId, forecastModel.id],
    }),
    check('reference_class_kind', sql`${t.kind} in ('WORKSPACE', 'TIER', 'VERTICAL', 'CELL')`),
  ],
)
