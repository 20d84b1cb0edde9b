/**
 * The queue on either backend; this is the one place that knows which. Losing it loses no work: the sweep finds in
 * the rows what is due.
 */
import { createPostgresBackend, Queue as BullQueue, type QueueOptions, type WorkerOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { JOBS, type JobName, type Payload } from './jobs.ts'

export type Backend =
  /** `prefix` namespaces the keys of one installation. */
  { kind: 'redis'; url: string; prefix?: string } | { kind: 'postgres'; url: string; schema?: string }

export interface Queue {
  /** Adds a job; while one with the same `once` waits or runs, adding another does nothing. */
  enqueue<Name extends JobName>(name: Name, payload: Payload<Name>, once?: string): Promise<void>
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
const BACKOFF = { type: 'exponential', delay: 1000 }

/** `onError` hears of a backend that is away; BullMQ reconnects by itself. */
export function createQueue(backend: Backend, onError: (error: Error) => void): Queue {
  const { queue, closeConnection } = openProducer(backend)
  queue.on('error', onError)
  const options = (name: JobName) => ({ ...KEPT, attempts: JOBS[name].attempts, backoff: BACKOFF })
  return {
    async enqueue(name, payload, once) {
      await queue.add(name, payload, { ...options(name), ...(once && { deduplication: { id: once } }) })
    },
    async repeat(name, payload, everyMs) {
      await queue.upsertJobScheduler(name, { every: everyMs }, { name, data: payload, opts: options(name) })
    },
    async ping() {
      await queue.getJobCounts('waiting')
    },
    counts: () => queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed'),
    async close() {
      await queue.close()
      closeConnection()
    },
  }
}

function openProducer(backend: Backend): { queue: BullQueue; closeConnection: () => void } {
  if (backend.kind === 'postgres') {
    const { options, factory } = forPostgres(backend)
    return { queue: new BullQueue(QUEUE, options, factory) as unknown as BullQueue, closeConnection: () => {} }
  }
  // Offline queueing would hang a mutation for as long as Redis is away.
  const redis = new Redis(backend.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true })
  redis.on('error', () => {})
  void redis.connect().catch(() => {})
  const queue = new BullQueue(QUEUE, { connection: redis, prefix: backend.prefix ?? QUEUE })
  return { queue, closeConnection: () => redis.disconnect() }
}

/** The backend as BullMQ's Worker wants it: options and, for PostgreSQL, the factory. */
export function forWorker(backend: Backend): { options: QueueOptions & WorkerOptions; factory: undefined | BackendFactory } {
  if (backend.kind === 'postgres') return forPostgres(backend)
  const connection = new Redis(backend.url, { maxRetriesPerRequest: null, lazyConnect: true })
  return { options: { connection, prefix: backend.prefix ?? QUEUE }, factory: undefined }
}

// The queue classes are typed for Redis by default; the PostgreSQL backend has the same methods.
type BackendFactory = never
function forPostgres({ url, schema = 'seedbed_queue' }: Extract<Backend, { kind: 'postgres' }>) {
  const connection = { connectionString: url, schema, migrate: true, max: 4 }
  return { options: { connection } as unknown as QueueOptions & WorkerOptions, factory: createPostgresBackend as never }
}
