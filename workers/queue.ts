/**
 * The queue on either backend; this is the one place that knows which. Losing it loses no work: the sweep finds in
 * the rows what is due.
 */
import { once } from 'node:events'
import { Queue as BullQueue, createPostgresBackend, type QueueOptions, type WorkerOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { JOBS, type JobName, type Payload } from './jobs.ts'

export type Backend =
  /** `prefix` namespaces the keys of one installation. */
  { kind: 'redis'; url: string; prefix?: string } | { kind: 'postgres'; url: string; schema?: string }

export interface Queue {
  /** Adds a job; while one with the same `key` waits or runs, adding another does nothing. */
  enqueue<Name extends JobName>(name: Name, payload: Payload<Name>, key?: string): Promise<void>
  /** Runs the job again and again; the same call from another process changes nothing. */
  repeat<Name extends JobName>(name: Name, payload: Payload<Name>, everyMs: number): Promise<void>
  /** Rejects when the backend does not answer. */
  ping(): Promise<void>
  /** Jobs by state, for /metrics. */
  counts(): Promise<Record<string, number>>
  close(): Promise<void>
}

export const QUEUE = 'seedbed'
const KEPT = { removeOnComplete: { count: 100 }, removeOnFail: { count: 1000 } }
/** How long a caller waits for a backend that is away. */
const CONNECT_MS = 2000
const BACKOFF = { type: 'exponential', delay: 1000 }

/** `onError` hears of a backend that is away; BullMQ reconnects by itself. */
export function createQueue(backend: Backend, onError: (error: Error) => void): Queue {
  const { queue, connected, closeConnection } = openProducer(backend)
  queue.on('error', onError)
  const options = (name: JobName) => ({ ...KEPT, attempts: JOBS[name].attempts, backoff: BACKOFF })
  return {
    async enqueue(name, payload, key) {
      await connected()
      await queue.add(name, payload, { ...options(name), ...(key && { deduplication: { id: key } }) })
    },
    async repeat(name, payload, everyMs) {
      await connected()
      await queue.upsertJobScheduler(name, { every: everyMs }, { name, data: payload, opts: options(name) })
    },
    async ping() {
      await connected()
      await queue.getJobCounts('waiting')
    },
    async counts() {
      await connected()
      return queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed')
    },
    async close() {
      await queue.close()
      closeConnection()
    },
  }
}

/** The queue cannot be reached; the rows are unharmed, and the next sweep finds what is due. */
export class QueueAwayError extends Error {
  override readonly name = 'QueueAwayError'
}

interface Producer {
  queue: BullQueue
  /** Rejects when the backend is away: BullMQ itself would wait for as long as it is. */
  connected: () => Promise<unknown>
  closeConnection: () => void
}

function openProducer(backend: Backend): Producer {
  if (backend.kind === 'postgres') {
    const { options, factory } = forPostgres(backend)
    const queue = new BullQueue(QUEUE, options, factory) as unknown as BullQueue
    return { queue, connected: () => queue.waitUntilReady(), closeConnection: () => {} }
  }
  const redis = new Redis(backend.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false })
  const queue = new BullQueue(QUEUE, { connection: redis, prefix: backend.prefix ?? QUEUE })
  return {
    queue,
    async connected() {
      if (redis.status === 'ready') return
      await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) }).catch(() => {
        throw new QueueAwayError(`The queue's Redis at ${new URL(backend.url).host} does not answer.`)
      })
    },
    closeConnection: () => redis.disconnect(),
  }
}

/** The backend as BullMQ's Worker wants it: options and, for PostgreSQL, the factory. */
export function forWorker(backend: Backend): {
  options: QueueOptions & WorkerOptions
  factory: undefined | BackendFactory
} {
  if (backend.kind === 'postgres') return forPostgres(backend)
  const connection = new Redis(backend.url, { maxRetriesPerRequest: null, lazyConnect: true })
  return { options: { connection, prefix: backend.prefix ?? QUEUE }, factory: undefined }
}

// The queue classes are typed for Redis by default; the PostgreSQL backend has the same methods.
type BackendFactory = never
function forPostgres({ url, schema = 'seedbed_queue' }: Extract<Backend, { kind: 'postgres' }>) {
  const connection = {
    connectionString: url,
    schema,
    migrate: true,
    max: 4,
    connectionTimeoutMillis: CONNECT_MS,
  }
  return {
    options: { connection } as unknown as QueueOptions & WorkerOptions,
    factory: createPostgresBackend as never,
  }
}
