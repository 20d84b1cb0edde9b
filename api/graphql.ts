import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { PothosValidationError } from '@pothos/core'
import { DrizzleQueryError } from 'drizzle-orm'
import type { GraphQLFormattedError } from 'graphql'
import type { Database } from '../db/client.ts'
import { createReader } from '../db/reader.ts'
import type { AuthoriseDeps } from '../flow/authorise.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '../flow/errors.ts'
import type { SourceInfo } from '../flow/look-price.ts'
import type { SheetFiles } from '../flow/plan-sheet.ts'
import type { WebhookDeps } from '../flow/webhook.ts'
import type { ApiContext, Viewer } from '../schema/context.ts'
import { schema } from '../schema/schema.ts'

export interface RequestContext extends ApiContext {
  close(): Promise<void>
}

/** The context of one request. Its reader is closed before a verb runs, so that no request holds two connections. */
export function createContext(
  { db, pool }: Database,
  viewer: Viewer,
  now: Date,
  accounts: AuthoriseDeps | null = null,
  sheets: SheetFiles | null = null,
  sources: readonly SourceInfo[] = [],
  webhooks: WebhookDeps | null = null,
): RequestContext {
  const reader = createReader(pool, viewer.workspaceId)
  return {
    viewer,
    now,
    accounts,
    sheets,
    sources,
    webhooks,
    db: reader.db,
    async run(verb, input) {
      await reader.close()
      return verb({ db, workspaceId: viewer.workspaceId, now }, input)
    },
    close: () => reader.close(),
  }
}

/** `onDefect` hears of every error that is not an expected refusal; the client hears only that there was one. */
export function createApollo(onDefect: (error: unknown) => void): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [closeReader(onDefect)],
    formatError: (formatted, error) => format(formatted, error, onDefect),
  })
}

/** What was read stays read when the connection is lost after it: the answer goes out all the same. */
function closeReader(onDefect: (error: unknown) => void): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return { willSendResponse: ({ contextValue }) => contextValue.close().catch(onDefect) }
    },
  }
}

export const MASKED = 'Something went wrong on the server; its log says what.'

/** An error that names its code was meant for the client, as was a refusal; all else is ours to hear of. */
function format(formatted: GraphQLFormattedError, error: unknown, onDefect: (error: unknown) => void) {
  if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted
  const cause = unwrapResolverError(error)
  if (REFUSALS.some((refusal) => cause instanceof refusal)) {
    return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } }
  }
  if (isForeignCursor(cause)) {
    return { ...formatted, message: 'A cursor is not of this list.', extensions: { code: 'BAD_USER_INPUT' } }
  }
  onDefect(cause)
  return { ...formatted, message: MASKED, extensions: { code: 'INTERNAL_SERVER_ERROR' } }
}
/** Of the verbs, where the field has no union to carry them; and Pothos's, of cursors and page arguments. */
const REFUSALS = [InvalidInputError, NotFoundError, ConflictError, PothosValidationError]

/**
 * All that a read passes to PostgreSQL unchecked is what was in a cursor: a cursor of another list, or a forged one,
 * shows when PostgreSQL cannot read it as the columns that it is compared with.
 */
function isForeignCursor(error: unknown): boolean {
  if (!(error instanceof DrizzleQueryError) || !error.query.startsWith('select')) return false
  return UNREADABLE.has((error.cause as { code?: string } | undefined)?.code ?? '')
}
/** Of the wrong form; out of range; the same of instants; and of a type that cannot be compared. */
const UNREADABLE = new Set(['22P02', '22003', '22007', '22008', '42883'])
