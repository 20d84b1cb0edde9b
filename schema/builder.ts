import SchemaBuilder from '@pothos/core'
import DrizzlePlugin from '@pothos/plugin-drizzle'
import ErrorsPlugin from '@pothos/plugin-errors'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'
import { GraphQLError } from 'graphql'
import { type Relations, relations } from '../db/relations.ts'
import type { ApiContext } from './context.ts'

const CHANGES = new Set(['ADMIN', 'EDITOR'])
/** The most rows one page of a connection has. */
export const MAX_PAGE = 200
/** What every node is read with; a field adds the columns that it shows, so that no row is read whole. */
export const KEY = { columns: { id: true } } as const
const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

export const builder = new SchemaBuilder<{
  Context: ApiContext
  DrizzleRelations: Relations
  AuthScopes: { editor: boolean; admin: boolean }
  DefaultFieldNullability: false
  DefaultEdgesNullability: false
  DefaultNodeNullability: false
  Scalars: {
    BigInt: { Input: number; Output: number }
    DateTime: { Input: Date; Output: Date }
    Date: { Input: string; Output: string }
    JSON: { Input: unknown; Output: unknown }
    ID: { Input: string; Output: string | number }
  }
}>({
  plugins: [ErrorsPlugin, ScopeAuthPlugin, RelayPlugin, DrizzlePlugin],
  // A field is null only where its description says what null means.
  defaultFieldNullability: false,
  scopeAuth: {
    authScopes: ({ viewer }) => ({ editor: CHANGES.has(viewer.role), admin: viewer.role === 'ADMIN' }),
    unauthorizedError: (_parent, { viewer }) =>
      new GraphQLError(
        CHANGES.has(viewer.role)
          ? 'This is for tokens with the role ADMIN.'
          : 'This token may read but not change. Ask for one with the role EDITOR.',
        { extensions: { code: 'FORBIDDEN' } },
      ),
  },
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capital(fieldName)}Result`,
      description: 'What was changed, or why it was refused.',
    },
  },
  relay: {
    idFieldOptions: { description: 'Global id; `node` finds the thing by it.' },
    nodeTypeOptions: { description: 'Anything with a global id.' },
    // Ours are in node.ts.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    pageInfoTypeOptions: { description: 'Where a page lies in its list.' },
    hasNextPageFieldOptions: { description: 'Whether there is more behind this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is more before this page.' },
    startCursorFieldOptions: { description: 'Cursor of its first edge; null: the page is empty.' },
    endCursorFieldOptions: { description: 'Cursor of its last edge; null: the page is empty.' },
    firstArgOptions: { description: `The first so many: 20 unless said, at most ${MAX_PAGE}.` },
    afterArgOptions: { description: 'Only what lies behind this cursor.' },
    lastArgOptions: { description: `The last so many, at most ${MAX_PAGE}.` },
    beforeArgOptions: { description: 'Only what lies before this cursor.' },
    pageInfoFieldOptions: { description: 'Where this page lies in its list.' },
    edgesFieldOptions: { nullable: false, description: 'The page, in the order of the list.' },
    nodeFieldOptions: { nullable: false, description: 'The thing itself.' },
    cursorFieldOptions: { description: 'Its place in the list.' },
  },
  drizzle: {
    client: ({ db }) => db,
    relations,
    getTableConfig: keysWithinWorkspace,
    defaultConnectionSize: 20,
    maxConnectionSize: MAX_PAGE,
  },
})

/**
 * Row-level security shows a request one workspace only, so within it the rest of a key is unique: cursors need not
 * hold the workspace, and a page begins at its place in the index instead of at an OR of two columns.
 */
function keysWithinWorkspace(table: PgTable) {
  const config = getTableConfig(table)
  const within = <Key extends { columns: { name: string }[] }>({ columns }: Key) => ({
    columns: columns.filter(({ name }) => name !== 'workspace_id') as Key['columns'],
  })
  return {
    columns: config.columns,
    primaryKeys: config.primaryKeys.map(within),
    uniqueConstraints: config.uniqueConstraints.map(within),
  }
}

builder.queryType({ description: "All reads. Everything is of the token's workspace." })
builder.mutationType({
  description: 'All changes. Expected refusals are part of the answer: select `... on Error { message }`.',
  authScopes: { editor: true },
})
