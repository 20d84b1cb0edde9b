/** api and workers, together or apart, without demo data. */
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { sharedClock } from '../db/clock.ts'
import { listWorkspaces } from '../flow/workspace.ts'
import { createRegistry } from '../platforms/registry.ts'
import { createCourier } from '../workers/courier.ts'
import { createPlatforms, NO_PLATFORMS } from '../workers/platforms.ts'
import { createQueue } from '../workers/queue.ts'
import { startWorkers } from '../workers/workers.ts'
import { createAccounts } from './accounts.ts'
import { boot } from './boot.ts'
import { SHEETS } from './sheets.ts'
import type { Shutdown } from './shutdown.ts'
import { createWebhooks } from './webhooks.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

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
  clock: host,
  sleep,
  random,
  shutdown,
  parts,
  say,
}: StartInput): Promise<void> {
  const { databaseUrl, database, backend } = await boot({ config, log, shutdown })
  const clock = await sharedClock(database.pool, host)
  const now = () => clock().getTime()
  const accounts = createAccounts({ config, now, sleep, random })
  const webhooks = createWebhooks(config, now)
  const { urls, doudian, callLimits } = config
  const limits = (source: string) => callLimits[source] ?? {}
  const onFault = (err: unknown, source: string) =>
    log.error({ err, source }, 'a call failed on our own side')
  const registry = createRegistry({ urls, doudian, now, sleep, random, limits, onFault })
  const known = registry.sources().map(({ source }) => source)
  for (const name of Object.keys(callLimits)) {
    if (!known.includes(name)) say(`CALL_LIMITS speaks of ${name}; the sources are ${known.join(', ')}.`)
  }
  if (parts.has('worker')) {
    if (!accounts) {
      say('No app of a platform is set up (see TOKEN_KEYS in the README): numbers come from files only.')
    }
    const courier = createCourier({ main: MAIN, databaseUrl })
    shutdown.opened('courier', () => courier.close())
    const { concurrency, sweepMs: sweepEvery, retention } = config
    const { db } = database
    const platforms = accounts
      ? createPlatforms({ db, clock, sleep, accounts, courier, registry })
      : NO_PLATFORMS
    const options = { db, clock, platforms, backend, concurrency, sweepEvery, retention, log, webhooks }
    const workers = await startWorkers(options)
    shutdown.opened('workers', () => workers.close())
    say('The workers are running.')
  }
  if (parts.has('api')) {
    const queue = createQueue(backend, (error) => log.warn({ err: error }, 'queue'))
    shutdown.opened('queue', () => queue.close())
    const { port } = config
    // Without an app nothing is asked.
    const sources = accounts ? registry.sources() : []
    const content = { accounts, sheets: SHEETS, sources, webhooks }
    // Late: a process that only works needs no API.
    const { startApi } = await import('../api/server.ts')
    const api = await startApi({ database, queue, clock, log, host: config.host, port, ...content })
    shutdown.opened('api', () => api.close())
    say(`Open ${api.url}`)
    if ((await listWorkspaces(database.db)).length === 0) {
      say('There is no workspace yet. Make one with its first token: npm run token -- create --name admin')
    }
  }
}
