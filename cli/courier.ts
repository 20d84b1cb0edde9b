/** The other end of workers/courier.ts: takes orders from its pipe, and ends when the pipe closes and all are done. */
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { connect } from '../db/client.ts'
import { refreshAccount } from '../flow/account.ts'
import type { FromCourier, ToCourier } from '../workers/courier.ts'
import { createAccounts } from './accounts.ts'

export interface CourierInput {
  config: Config
  log: Logger
  clock: () => Date
  sleep: (ms: number) => Promise<void>
  random: () => number
  pipe: {
    onOrder: (take: (order: ToCourier) => void) => void
    onClosed: (closed: () => void) => void
    /** A reply to a dead worker is not an error. */
    reply: (message: FromCourier) => void
  }
}

/** Resolves when the pipe has closed and every order is carried out. */
export async function courier({ config, log, clock, sleep, random, pipe }: CourierInput): Promise<void> {
  const { databaseUrl } = config
  const deps = createAccounts({ config, now: () => clock().getTime(), sleep, random })
  if (databaseUrl === null || deps === null) {
    throw new Error('the courier needs DATABASE_URL, TOKEN_KEYS and an app')
  }
  const database = connect(databaseUrl, { max: 4, name: 'seedbed courier' })
  const underWay = new Set<Promise<void>>()

  const carryOut = async ({ id, workspaceId, accountId, generation }: ToCourier): Promise<void> => {
    try {
      const ctx = { db: database.db, workspaceId, now: clock() }
      pipe.reply({ id, refreshed: await refreshAccount(ctx, deps, { accountId, generation }) })
    } catch (error) {
      log.error({ err: error, accountId }, 'courier')
      pipe.reply({ id, error: error instanceof Error ? error.message : String(error) })
    }
  }
  const closed = new Promise<void>((resolve) => pipe.onClosed(resolve))
  pipe.onOrder((order) => {
    const work = carryOut(order).finally(() => underWay.delete(work))
    underWay.add(work)
  })
  await closed
  while (underWay.size > 0) await Promise.all(underWay)
  await database.close()
}
