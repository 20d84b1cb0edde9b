import SchemaBuilder from '@pothos/core'
import DrizzlePlugin from '@pothos/plugin-drizzle'
import ErrorsPlugin from '@pothos/plugin-errors'
import RelayPlugin from '@pothos/plugin-relay'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { type Relations, relations } from '../db/relations.ts'
import type { ApiContext } from './context.ts'

const CHANGES = new Set(['ADMIN', 'EDITOR'])
const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

export const builder = new SchemaBuilder<{
  Context: ApiContext
  DrizzleRelations: Relations
  AuthScopes: { editor: boolean }
  DefaultEdgesNullability: false
  Scalars: {
    BigInt: { Input: number; Output: number }
    DateTime: { Input: Date; Output: Date }
    JSON: { Input: unknown; Output: unknown }
    ID: { Input: string; Output: string | number }
  }
}>({
  plugins: [ErrorsPlugin, ScopeAuthPlugin, RelayPlugin, DrizzlePlugin],
  scopeAuth: {
    authScopes: ({ viewer }) => ({ editor: CHANGES.has(viewer.role) }),
    unauthorizedError: () => new Error('This token may read but not change. Ask for one with the role EDITOR.'),
  },
  errors: {
    directResult: true,
    defaultUnionOptions: { name: ({ fieldName }) => `${capital(fieldName)}Result` },
  },
  relay: { edgesFieldOptions: { nullable: false } },
  drizzle: {
    client: ({ db }) => db,
    relations,
    getTableConfig,
    defaultConnectionSize: 20,
    maxConnectionSize: 200,
  },
})

builder.queryType({ description: "All reads. Everything is of the token's workspace." })
builder.mutationType({
  description: 'All changes. Expected refusals are part of the answer: select `... on Error { message }`.',
  authScopes: { editor: true },
})
