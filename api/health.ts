import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Database } from '../db/client.ts'
import { pendingMigrations } from '../db/migrate.ts'
import type { Queue } from '../workers/queue.ts'

export interface Readiness {
  ready: boolean
  /** 'ok', or what is wrong, by part. */
  parts: Record<'database' | 'migrations' | 'queue', string>
}

/** Whether this process can do its work; each part is asked, whatever the others say. */
export async function readiness(
  { pool }: Database,
  queue: Pick<Queue, 'ping'>,
  waitMs = 3000,
): Promise<Readiness> {
  const say = (check: Promise<unknown>) => within(check, waitMs).then(() => 'ok', reason)
  const [database, migrations, queued] = await Promise.all([
    say(pool`select 1`),
    say(
      pendingMigrations(pool).then((names) => names.length && Promise.reject(new Error(`missing: ${names}`))),
    ),
    say(queue.ping()),
  ])
  const parts = { database, migrations, queue: queued }
  return { ready: Object.values(parts).every((part) => part === 'ok'), parts }
}

/** An AggregateError of several addresses has no message of its own. */
function reason(error: Error & { code?: string }): string {
  return error.message || error.code || error.name
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** Numbers for Prometheus: the process, the queue, GraphQL. Nothing of a tenant. */
export function createMetrics(queue: Pick<Queue, 'counts'>) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'seedbed_queue_jobs',
    help: 'Jobs by state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      const counts = await within(queue.counts(), 1000).catch(() => ({}))
      for (const [state, jobs] of Object.entries(counts)) this.set({ state }, jobs)
    },
  })
  const seconds = new Histogram({
    name: 'seedbed_graphql_seconds',
    help: 'Time to answer a GraphQL request',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  })
  const defects = new Counter({
    name: 'seedbed_graphql_defects_total',
    help: 'Unexpected errors in GraphQL requests',
    registers: [registry],
  })
  return { registry, seconds, defects }
}
