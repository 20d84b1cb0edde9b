/** The other end of workers/courier.ts: takes orders from its pipe, and ends when the pipe closes and all are done. */
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { connect, type Database, type Db } from '../db/client.ts'
import { sharedClock } from '../db/clock.ts'
import { refreshAccount } from '../flow/account.ts'
import type { CourierStart, FromCourier, ToCourier } from '../workers/courier.ts'
import { createAccounts } from './accounts.ts'

export interface CourierInput {
  config: Config
  log: Logger
  clock: () => Date
  sleep: (ms: number) => Promise<void>
  random: () => number
  pipe: {
    onMessage: (take: (message: CourierStart | ToCourier) => void) => void
    onClosed: (closed: () => void) => void
    /** A reply to a dead worker is not an error. */
    reply: (message: FromCourier) => void
  }
}

/** Resolves when the pipe has closed and every order is carried out. */
export async function courier({
  config,
  log,
  clock: host,
  sleep,
  random,
  pipe,
}: CourierInput): Promise<void> {
  let clock = host
  const deps = createAccounts({ config, now: () => clock().getTime(), sleep, random })
  if (deps === null) throw new Error('the courier needs TOKEN_KEYS and an app')
  let database: Database | null = null
  let onTime: Promise<void> | null = null
  const underWay = new Set<Promise<void>>()

  const carryOut = async (db: Db, { id, workspaceId, accountId, generation }: ToCourier): Promise<void> => {
    try {
      await onTime
      const ctx = { db, workspaceId, now: clock() }
      pipe.reply({ id, refreshed: await refreshAccount(ctx, deps, { accountId, generation }) })
    } catch (error) {
      log.error({ err: error, accountId }, 'courier')
      pipe.reply({ id, error: error instanceof Error ? error.message : String(error) })
    }
  }
  const closed = new Promise<void>((resolve) => pipe.onClosed(resolve))
  pipe.onMessage((message) => {
    if ('databaseUrl' in message) {
      database = connect(message.databaseUrl, { max: 4, name: 'seedbed courier' })
      onTime = sharedClock(database.pool, host).then((shared) => {
        clock = shared
      })
      return
    }
    if (!database) throw new Error('an order came before the database')
    const work = carryOut(database.db, message).finally(() => underWay.delete(work))
    underWay.add(work)
  })
  await closed
  while (underWay.size > 0) await Promise.all(underWay)
  await (database as Database | null)?.close()
}
