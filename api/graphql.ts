import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { Database } from '../db/client.ts'
import { createReader } from '../db/reader.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '../flow/errors.ts'
import type { ApiContext, Viewer } from '../schema/context.ts'
import { schema } from '../schema/schema.ts'

export interface RequestContext extends ApiContext {
  close(): Promise<void>
}

/** The context of one request. Its reader is closed before a verb runs, so that no request holds two connections. */
export function createContext({ db, pool }: Database, viewer: Viewer, now: Date): RequestContext {
  const reader = createReader(pool, viewer.workspaceId)
  return {
    viewer,
    now,
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
    plugins: [closeReader],
    formatError: (formatted, error) => format(formatted, error, onDefect),
  })
}

const closeReader: ApolloServerPlugin<RequestContext> = {
  async requestDidStart() {
    return { willSendResponse: ({ contextValue }) => contextValue.close() }
  },
}

function format(formatted: GraphQLFormattedError, error: unknown, onDefect: (error: unknown) => void) {
  const cause = unwrapResolverError(error)
  if (cause instanceof InvalidInputError || cause instanceof NotFoundError || cause instanceof ConflictError) {
    return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } }
  }
  if (cause instanceof GraphQLError || formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted
  if (isForbidden(cause)) return { ...formatted, extensions: { code: 'FORBIDDEN' } }
  onDefect(cause)
  return { ...formatted, message: 'Something went wrong on the server; its log says what.' }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('This token may read but not change')
}
