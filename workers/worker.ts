/** Takes jobs off the queue: parses what older code may have written, and hands it to the handler of that name. */
import { Worker as BullWorker, type Job, UnrecoverableError } from 'bullmq'
import { type Handlers, JOBS, type JobName } from './jobs.ts'
import { type Backend, forWorker, QUEUE } from './queue.ts'

export interface WorkerEvents {
  /** A job is over for good. */
  onSettled: (name: string) => void
  /** An attempt failed; it is tried again unless `final`. */
  onFailed: (name: string, error: Error, final: boolean) => void
  onError: (error: Error) => void
}

export interface Worker {
  /** Lets running jobs end, then leaves the queue. */
  close(): Promise<void>
}

/**
 * How soon the jobs of a killed worker run again. Short, because running twice is harmless and a poll that is stuck
 * holds up its workspace.
 */
const LOCK = { lockDuration: 6000, stalledInterval: 3000, maxStalledCount: 3 }

export function createWorker(
  backend: Backend,
  handlers: Handlers,
  concurrency: number,
  events: WorkerEvents,
): Worker {
  const { options, factory } = forWorker(backend)
  const worker = new BullWorker(
    QUEUE,
    (job) => dispatch(job, handlers),
    { ...options, ...LOCK, concurrency },
    factory as never,
  )
  worker.on('completed', (job) => events.onSettled(job.name))
  worker.on('failed', (job, error) => {
    const final = !job || error instanceof UnrecoverableError || job.attemptsMade >= (job.opts.attempts ?? 1)
    events.onFailed(job?.name ?? 'unknown', error, final)
    if (final) events.onSettled(job?.name ?? 'unknown')
  })
  worker.on('error', events.onError)
  return {
    async close() {
      await worker.close()
      if (backend.kind === 'redis') (options.connection as { disconnect(): void }).disconnect()
    },
  }
}

/** An unknown name or payload will not get better by trying again. */
async function dispatch(job: Pick<Job, 'name' | 'data'>, handlers: Handlers): Promise<unknown> {
  if (!Object.hasOwn(JOBS, job.name)) throw new UnrecoverableError(`No job is named ${job.name}`)
  const name = job.name as JobName
  const parsed = JOBS[name].payload.safeParse(job.data)
  if (!parsed.success)
    throw new UnrecoverableError(`The payload of ${name} does not hold: ${parsed.error.message}`)
  return handlers[name](parsed.data as never)
}
