/** Composition root of the workers: handlers over one queue. */
import type { Db } from '../db/client.ts'
import type { Polled } from '../flow/poll.ts'
import type { Retention } from '../flow/retention.ts'
import type { WebhookDeps } from '../flow/webhook.ts'
import { DAY, HOUR, MINUTE } from '../rules/types.ts'
import { runExplore } from './explore.ts'
import type { JobName, Payload } from './jobs.ts'
import { runLearn } from './learn.ts'
import { runLookPrice } from './look-price.ts'
import type { Platforms } from './platforms.ts'
import { runPoll } from './poll.ts'
import { createPropose, runPromote, runReconcile } from './promote.ts'
import { type Backend, createQueue, type Queue } from './queue.ts'
import { runRetention } from './retention.ts'
import { runRollup } from './rollup.ts'
import { runDeliver, runRoute } from './route.ts'
import { createSales } from './sales.ts'
import { runSweep } from './sweep.ts'
import { createWorker } from './worker.ts'

export interface WorkerDeps {
  db: Db
  clock: () => Date
  platforms: Platforms
  queue: Pick<Queue, 'enqueue'>
  retention: Retention
  onPolled?: ((polled: Polled) => void) | undefined
  /** How often sales and reports are read, ms; left out: as often as flow/ledger.ts says. */
  ledgersEvery?: number | undefined
  /** How often a running promotion and what cannot be tried are looked at, ms; left out: every quarter of an hour. */
  promotionsEvery?: number | undefined
  /** Tells teams outside; left out or null: nobody is told here. */
  webhooks?: WebhookDeps | null | undefined
}

export interface StartOptions extends Omit<WorkerDeps, 'queue' | 'retention'> {
  backend: Backend
  concurrency: number
  /** Left out: everything is kept. */
  retention?: Retention
  /** How often the sweep runs, ms; null: this and all else only when `run` is called (demo and tests set their own pace). */
  sweepEvery: number | null
  log: { warn: (detail: object, message: string) => void; error: (detail: object, message: string) => void }
}

export interface Workers {
  /** Enqueues a job and waits until it, and all that it enqueued here, is over. */
  run<Name extends JobName>(name: Name, payload: Payload<Name>): Promise<void>
  close(): Promise<void>
}

const KEEP_ALL: Retention = { rawDays: 0, hourDays: 0 }

export async function startWorkers(options: StartOptions): Promise<Workers> {
  const { backend, concurrency, sweepEvery, log } = options
  const queue = createQueue(backend, (error) => log.warn({ err: error }, 'queue'))
  const open = trackOpen(queue)
  const deps: WorkerDeps = { retention: KEEP_ALL, ...options, queue: open.queue }
  const worker = createWorker(
    backend,
    {
      sweep: () => runSweep(deps),
      poll: (payload) => runPoll(deps, payload),
      explore: (payload) => runExplore(deps, payload),
      sales: createSales(deps),
      lookPrice: (payload) => runLookPrice(deps, payload),
      propose: createPropose(deps),
      promote: (payload) => runPromote(deps, payload),
      reconcile: (payload) => runReconcile(deps, payload),
      route: (payload) => runRoute(deps, payload),
      deliver: (payload) => runDeliver(deps, payload),
      rollup: () => runRollup(deps),
      learn: () => runLearn(deps),
      retention: () => runRetention(deps),
    },
    concurrency,
    {
      onSettled: open.settle,
      onFailed: (job, err, final) => (final ? log.error : log.warn).call(log, { err, job }, 'job failed'),
      onError: (error) => log.warn({ err: error }, 'worker'),
    },
  )
  if (sweepEvery !== null) {
    await queue.repeat('sweep', {}, sweepEvery)
    await queue.repeat('rollup', {}, MINUTE)
    await queue.repeat('learn', {}, HOUR)
    await queue.repeat('retention', {}, DAY)
  }
  return {
    async run(name, payload) {
      await open.queue.enqueue(name, payload)
      await open.idle()
    },
    async close() {
      await worker.close()
      await queue.close()
    },
  }
}

/** Counts jobs that this process enqueued and that are not over, so that a caller can wait for quiet. */
function trackOpen(queue: Queue) {
  let open = 0
  let waiting: (() => void)[] = []
  const settle = () => {
    open = Math.max(0, open - 1)
    if (open > 0) return
    for (const resolve of waiting) resolve()
    waiting = []
  }
  return {
    settle,
    idle: () => (open === 0 ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    queue: {
      async enqueue<Name extends JobName>(name: Name, payload: Payload<Name>, key?: string) {
        open++
        await queue.enqueue(name, payload, key).catch((error) => {
          settle()
          throw error
        })
      },
    },
  }
}
