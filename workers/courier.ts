/**
 * Refreshes tokens in a process of its own. A platform that rotates kills the old refresh token while its answer is
 * still on the way: a worker that dies in that moment would lose the account. The courier is detached, does not die
 * with the worker, and stores what it was given before it leaves.
 */
import { fork } from 'node:child_process'
import type { Refreshed } from '../flow/account.ts'

export interface RefreshOrder {
  workspaceId: number
  accountId: number
  /** The generation of tokens that is to be replaced. */
  generation: number
}
/** What goes over the pipe. */
export type ToCourier = RefreshOrder & { id: number }
/** The first message: the courier's own settings do not know an embedded database. */
export interface CourierStart {
  databaseUrl: string
}
export type FromCourier = { id: number; refreshed: Refreshed } | { id: number; error: string }

export interface Courier {
  refresh(order: RefreshOrder): Promise<Refreshed>
  /** Resolves when the orders under way have ended: before the database is taken away. */
  close(): Promise<void>
}

export interface CourierOptions {
  /** The program's entry. */
  main: string
  databaseUrl: string
}

/** Started by the first order. */
export function createCourier({ main, databaseUrl }: CourierOptions): Courier {
  let child: ReturnType<typeof fork> | null = null
  let last = 0
  const waiting = new Map<
    number,
    { resolve: (refreshed: Refreshed) => void; reject: (error: Error) => void }
  >()

  function start() {
    const started = fork(main, ['courier'], {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    started.on('message', (message: FromCourier) => {
      const order = waiting.get(message.id)
      waiting.delete(message.id)
      if ('error' in message) order?.reject(new Error(message.error))
      else order?.resolve(message.refreshed)
    })
    const over = (how: string) => {
      if (child === started) child = null
      // What it was asked may or may not have happened; the row knows, and its claim runs out.
      for (const { reject } of waiting.values()) reject(new Error(`the courier ${how}`))
      waiting.clear()
    }
    started.on('exit', (code) => over(`ended with ${code}`))
    // Where there was no process to begin with, nothing exits.
    started.on('error', (error) => started.pid === undefined && over(`did not start: ${error.message}`))
    started.send({ databaseUrl } satisfies CourierStart)
    return started
  }

  return {
    refresh: (order) =>
      new Promise((resolve, reject) => {
        child ??= start()
        const id = ++last
        waiting.set(id, { resolve, reject })
        child.send({ ...order, id } satisfies ToCourier)
      }),
    close: () =>
      new Promise((resolve) => {
        if (child === null) return resolve()
        child.once('exit', () => resolve())
        child.disconnect()
      }),
  }
}
