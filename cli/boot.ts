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
  await migrate(ownerUrl)
  const database = connect(url, { max: config.pool })
  shutdown.opened('database', () => database.close())
  const backend: Backend = config.redisUrl
    ? { kind: 'redis', url: config.redisUrl }
    : { kind: 'postgres', url }
  return { database, backend }
}
