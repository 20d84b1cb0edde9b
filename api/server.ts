/** Composition root of the HTTP side. */
import type { AddressInfo } from 'node:net'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import Fastify, { type FastifyError, type FastifyInstance, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Database } from '../db/client.ts'
import type { AuthoriseDeps } from '../flow/authorise.ts'
import type { SourceInfo } from '../flow/look-price.ts'
import type { SheetFiles } from '../flow/plan-sheet.ts'
import type { WebhookDeps } from '../flow/webhook.ts'
import type { Viewer } from '../schema/context.ts'
import type { Queue } from '../workers/queue.ts'
import { refusal, UNAUTHENTICATED, viewerOf } from './auth.ts'
import { addAuthorise } from './authorise.ts'
import { type Explorer, POLICY, renderExplorer } from './explorer.ts'
import { createApollo, createContext, MASKED, type RequestContext } from './graphql.ts'
import { createMetrics, readiness } from './health.ts'

export interface ApiDeps {
  database: Database
  queue: Pick<Queue, 'ping' | 'counts'>
  clock: () => Date
  log: Logger
  host: string
  port: number
  /** null, the default: accounts cannot be connected here. */
  accounts?: AuthoriseDeps | null
  /** null, the default: plans are neither exported nor imported here. */
  sheets?: SheetFiles | null
  /** What the workers can ask; none, the default. */
  sources?: readonly SourceInfo[]
  /** null, the default: teams are not told outside. */
  webhooks?: WebhookDeps | null
}
export interface Api {
  url: string
  close(): Promise<void>
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer: Viewer | null
  }
}

/** Listens; rejects with an ApiError when the port is taken. */
export async function startApi(deps: ApiDeps): Promise<Api> {
  const app = await createApp(deps)
  try {
    await app.listen({ host: deps.host, port: deps.port })
  } catch (error) {
    await app.close()
    throw (error as { code?: string }).code === 'EADDRINUSE' ? new PortTakenError(deps.port) : error
  }
  const port = (app.server.address() as AddressInfo).port
  const host = deps.host === '0.0.0.0' || deps.host === '::' ? 'localhost' : deps.host
  return { url: `http://${host}:${port}`, close: () => app.close() }
}

export class PortTakenError extends Error {
  override readonly name = 'PortTakenError'
  constructor(port: number) {
    super(
      `Port ${port} is in use by another program. Stop it, or set PORT to a free one, e.g. PORT=${port + 1}.`,
    )
  }
}

/** A sheet of 2,000 planned videos in base64; fastify's own 1 MiB is too little for long titles. */
const MOST_BODY = 4 * 1024 * 1024

async function createApp({
  database,
  queue,
  clock,
  log,
  accounts = null,
  sheets = null,
  sources = [],
  webhooks = null,
}: ApiDeps): Promise<FastifyInstance> {
  const metrics = createMetrics(queue)
  const onDefect = (error: unknown) => {
    metrics.defects.inc()
    log.error({ err: error }, 'graphql')
  }
  const apollo = createApollo(onDefect)
  await apollo.start()
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    bodyLimit: MOST_BODY,
  }) as unknown as FastifyInstance
  app.decorateRequest('viewer', null)
  app.addHook('onClose', () => apollo.stop())
  app.setErrorHandler<FastifyError>((error, _request, reply) => {
    const { statusCode = 500, message } = error
    if (statusCode < 500) return reply.code(statusCode).send(refusal('BAD_REQUEST', message))
    onDefect(error)
    return reply.code(500).send(refusal('INTERNAL_SERVER_ERROR', MASKED))
  })

  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    // Before the body is read: who may not ask costs nothing.
    async onRequest(request, reply) {
      request.viewer = await viewerOf(database.db, request.headers.authorization)
      if (!request.viewer) return reply.code(401).header('www-authenticate', 'Bearer').send(UNAUTHENTICATED)
    },
    onResponse: async (_request, reply) => metrics.seconds.observe(reply.elapsedTime / 1000),
    handler: fastifyApolloHandler(apollo, {
      context: async (request): Promise<RequestContext> =>
        createContext(database, request.viewer as Viewer, clock(), accounts, sheets, sources, webhooks),
    }),
  })
  if (accounts) addAuthorise(app, database.db, clock, accounts)
  app.get('/healthz', async () => ({ alive: true }))
  app.get('/readyz', async (_request, reply) => {
    const answer = await readiness(database, queue)
    return reply.code(answer.ready ? 200 : 503).send(answer)
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
  app.get('/', async (_request, reply) => reply.redirect('/explorer'))
  let explorer: Promise<Explorer> | undefined
  app.get('/explorer', async (request, reply) => {
    explorer ??= renderExplorer()
    const { page, etag } = await explorer
    reply.headers({ etag, 'cache-control': 'no-cache', 'content-security-policy': POLICY })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('text/html; charset=utf-8').header('content-encoding', 'gzip').send(page)
  })
  return app
}
