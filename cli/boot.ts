/** What every command needs first: a database that is up, migrated and connected, and the queue's backend. */
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { connect, type Database } from '../db/client.ts'
import { startEmbedded } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'
import type { Backend } from '../workers/queue.ts'
import type { Shutdown } from './shutdown.ts'

export interface BootOptions {
  config: Config
  log: Logger
  shutdown: Shutdown
  /** Name of the folder below the data folder. */
  folder?: string
  /** false: speed over safety, for the demo. */
  durable?: boolean
}
export interface Booted {
  /** Of the login that the program works as. */
  databaseUrl: string
  database: Database
  backend: Backend
}

export async function boot({
  config,
  log,
  shutdown,
  folder = 'main',
  durable = true,
}: BootOptions): Promise<Booted> {
  let ownerUrl = config.ownerUrl
  let url = config.databaseUrl
  if (url === null || ownerUrl === null) {
    const dataDir = join(config.dataDir, folder)
    const embedded = await startEmbedded({ dataDir, durable, log: (line) => log.info(line) })
    shutdown.opened('embedded PostgreSQL', () => embedded.stop())
    url = embedded.url
    ownerUrl = embedded.url
  }
  await reached(ownerUrl, migrate(ownerUrl))
  const database = connect(url, { max: config.pool })
  shutdown.opened('database', () => database.close())
  await reached(url, database.pool`select 1`)
  // The queue keeps its tables in a schema of its own, which only the owner can make.
  const backend: Backend = config.redisUrl
    ? { kind: 'redis', url: config.redisUrl }
    : { kind: 'postgres', url: ownerUrl }
  return { databaseUrl: url, database, backend }
}

/** A database that cannot be used, told without its password. */
export class DatabaseAwayError extends Error {
  override readonly name = 'DatabaseAwayError'
}

async function reached(url: string, first: PromiseLike<unknown>): Promise<void> {
  try {
    await first
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    const { username, host } = new URL(url)
    // 42501 is thrown where the login may not take the role, 22023 where there is no such role.
    if (['42501', '22023'].includes(code) && message.includes('role')) {
      throw new DatabaseAwayError(
        `The login ${username} may not act as seedbed_app. As the owner: GRANT seedbed_app TO "${username}"`,
      )
    }
    if (!UNREACHABLE.test(code)) throw error
    throw new DatabaseAwayError(
      `PostgreSQL at ${host} cannot be used as ${username}: ${message.replaceAll(url, '')}`,
    )
  }
}

/** Node's network errors, and what the server says to a stranger (28…) or of a database it lacks (3D000). */
const UNREACHABLE = /^(E[A-Z]+|CONNECT_TIMEOUT|CONNECTION_[A-Z]+|28\w{3}|3D000|57P03)$/
