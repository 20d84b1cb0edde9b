/** Whose content it is. */
import { foreignKey, primaryKey, snakeCase, text, unique } from 'drizzle-orm/pg-core'
import { createdAt, identity, workspaceId } from './columns.ts'
import { workspace } from './tenant.ts'

/** 品牌. */
export const brand = snakeCase.table(
  'brand',
  {
    workspaceId: workspaceId(),
    id: identity(),
    name: text().notNull(),
    /** What a brief is rendered from; null: the one that is shipped (rules/brief.ts). */
    briefTemplate: text(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.workspaceId, t.id] }),
    unique('brand_name').on(t.workspaceId, t.name),
    foreignKey({ columns: [t.workspaceId], foreignColumns: [workspace.id] }),
  ],
)
