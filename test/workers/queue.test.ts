import { Queue as BullQueue } from 'bullmq'
import { afterEach, expect, test } from 'vitest'
import { type Handlers, JOBS } from '../../workers/jobs.ts'
import { type Backend, createQueue, forWorker, QUEUE, type Queue } from '../../workers/queue.ts'
import { createWorker, type Worker, type WorkerEvents } from '../../workers/worker.ts'
import { onEachBackend } from '../support/backends.ts'
import { signal } from '../support/connector.ts'
import { testDatabase } from '../support/database.ts'
import { freePort } from '../support/servers.ts'

const t = testDatabase()
const open: (Queue | Worker)[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

function queueOn(backend: Backend): Queue {
  const queue = createQueue(backend, () => {})
  open.push(queue)
  return queue
}
function workerOn(backend: Backend, handlers: Partial<Handlers>, events: Partial<WorkerEvents> = {}): Worker {
  const none = async () => {}
  const all = {
    ...Object.fromEntries(Object.keys(JOBS).map((name) => [name, none])),
    ...handlers,
  } as Handlers
  const quiet: WorkerEvents = { onSettled: () => {}, onFailed: () => {}, onError: () => {}, ...events }
  const worker = createWorker(backend, all, 2, quiet)
  open.push(worker)
  return worker
}
/** Resolves once `count` jobs are over. */
function settled(count: number) {
  const done = signal()
  const names: string[] = []
  return {
    done: done.given,
    onSettled(name: string) {
      names.push(name)
      if (names.length === count) done.give()
    },
  }
}
/** A job whose name this code does not know. */
async function addAsOlderCode(backend: Backend, name: string): Promise<void> {
  const { options, factory } = forWorker(backend)
  const queue = new BullQueue(QUEUE, options, factory as never)
  await queue.add(name, {})
  await queue.close()
  if (backend.kind === 'redis') (options.connection as { disconnect(): void }).disconnect()
}
const batch = (slot: number) => ({ workspaceId: 1, source: 'test', slot })

onEachBackend(t, (backend) => {
  test('a job reaches the handler of its name with its payload', async () => {
    const queue = queueOn(backend())
    const got: unknown[] = []
    const { done, onSettled } = settled(1)
    workerOn(backend(), { poll: async (payload) => got.push(payload) }, { onSettled })
    await queue.enqueue('poll', batch(3))
    await done
    expect(got).toEqual([batch(3)])
  })

  test('a second job under the same name waits for none, until the first is over', async () => {
    const queue = queueOn(backend())
    for (let i = 0; i < 5; i++) await queue.enqueue('poll', batch(i), 'one')
    await queue.enqueue('poll', batch(9), 'other')
    const got: number[] = []
    const first = settled(2)
    let settle = first.onSettled
    workerOn(backend(), { poll: async ({ slot }) => got.push(slot) }, { onSettled: (name) => settle(name) })
    await first.done
    expect(got.toSorted()).toEqual([0, 9])
    const second = settled(1)
    settle = second.onSettled
    await queue.enqueue('poll', batch(7), 'one')
    await second.done
    expect(got).toContain(7)
  })

  test('a job that fails is tried again and kept when it fails for good', async () => {
    const queue = queueOn(backend())
    const before = (await queue.counts()).failed ?? 0
    const failures: [boolean, string][] = []
    const { done, onSettled } = settled(1)
    const sweep = async () => {
      throw new Error('database away')
    }
    workerOn(
      backend(),
      { sweep },
      { onSettled, onFailed: (_name, error, final) => failures.push([final, error.message]) },
    )
    await queue.enqueue('sweep', {})
    await done
    expect(failures).toEqual([[true, 'database away']])
    expect((await queue.counts()).failed).toBe(before + 1)
  })

  test('a name or payload that nobody knows fails at once, loudly', async () => {
    const queue = queueOn(backend())
    const failures: string[] = []
    const { done, onSettled } = settled(2)
    workerOn(backend(), {}, { onSettled, onFailed: (_name, error) => failures.push(error.message) })
    await queue.enqueue('poll', { workspaceId: 'one' } as never)
    await addAsOlderCode(backend(), 'unknown')
    await done
    expect(failures.toSorted()).toEqual(
      ['No job is named unknown', expect.stringContaining('The payload of poll does not hold')].toSorted(),
    )
  })

  test('closing lets the running job end', async () => {
    const queue = queueOn(backend())
    const started = signal()
    const release = signal()
    let ended = false
    const worker = workerOn(backend(), {
      poll: async () => {
        started.give()
        await release.given
        ended = true
      },
    })
    await queue.enqueue('poll', batch(0))
    await started.given
    const closing = worker.close()
    release.give()
    await closing
    expect(ended).toBe(true)
  })

  test('a repeated job runs again and again, scheduled once however often it is set', async () => {
    const queue = queueOn(backend())
    const { done, onSettled } = settled(3)
    workerOn(backend(), {}, { onSettled })
    for (let i = 0; i < 3; i++) await queue.repeat('sweep', {}, 100)
    await done
    expect((await queue.counts()).delayed).toBeLessThanOrEqual(1)
  })

  test('it answers a ping', async () => {
    await queueOn(backend()).ping()
  })
})

test('a Redis that is away fails an enqueue at once instead of hanging it', async () => {
  const queue = queueOn({ kind: 'redis', url: `redis://127.0.0.1:${await freePort()}` })
  await expect(queue.enqueue('sweep', {})).rejects.toThrow(/Redis at 127.0.0.1:\d+ does not answer/)
  await expect(queue.ping()).rejects.toThrow(/does not answer/)
})
