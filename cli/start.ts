/** api and workers, together or apart, without demo data. */
import type { Logger } from 'pino'
import { startApi } from '../api/server.ts'
import type { Config } from '../config.ts'
import { listWorkspaces } from '../flow/workspace.ts'
import { createConnectors } from '../platforms/registry.ts'
import { createQueue } from '../workers/queue.ts'
import { startWorkers } from '../workers/workers.ts'
import { createAccounts } from './accounts.ts'
import { boot } from './boot.ts'
import type { Shutdown } from './shutdown.ts'

export interface StartInput {
  config: Config
  log: Logger
  clock: () => Date
  sleep: (ms: number) => Promise<void>
  random: () => number
  shutdown: Shutdown
  parts: ReadonlySet<'api' | 'worker'>
  say: (line: string) => void
}

export async function start({
  config,
  log,
  clock,
  sleep,
  random,
  shutdown,
  parts,
  say,
}: StartInput): Promise<void> {
  const { database, backend } = await boot({ config, log, shutdown })
  if (parts.has('worker')) {
    const account = config.qianchuan
    const qianchuan = account && { ...account, accessToken: () => account.accessToken }
    const connectors = createConnectors({ qianchuan, now: () => clock().getTime(), sleep, random })
    if (connectors.size === 0)
      say(
        'No platform is connected: set QIANCHUAN_ADVERTISER_ID and QIANCHUAN_ACCESS_TOKEN, or import files.',
      )
    const { concurrency, sweepMs: sweepEvery } = config
    const options = { db: database.db, clock, connectors, backend, concurrency, sweepEvery, log }
    const workers = await startWorkers(options)
    shutdown.opened('workers', () => workers.close())
    say('The workers are running.')
  }
  if (parts.has('api')) {
    const queue = createQueue(backend, (error) => log.warn({ err: error }, 'queue'))
    shutdown.opened('queue', () => queue.close())
    const accounts = createAccounts({ config, now: () => clock().getTime(), sleep, random })
    const { host, port } = config
    const api = await startApi({ database, queue, clock, log, host, port, accounts })
    shutdown.opened('api', () => api.close())
    say(`Open ${api.url}`)
    if ((await listWorkspaces(database.db)).length === 0) {
      say('There is no workspace yet. Make one with its first token: npm run token -- create --name admin')
    }
  }
}
