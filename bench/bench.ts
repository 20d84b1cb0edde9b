/**
 * npm run bench -- NAME: boots an embedded database of its own, empty each time, and runs one bench on it. A new bench
 * is one file that exports a Bench, and a line in BENCHES.
 */
import { join } from 'node:path'
import type { Logger } from 'pino'
import postgres from 'postgres'
import type { Shutdown } from '../cli/shutdown.ts'
import type { Config } from '../config.ts'
import { connect, type Database } from '../db/client.ts'
import { startEmbedded, wipeEmbedded } from '../db/embedded.ts'
import { migrate } from '../db/migrate.ts'
import { InvalidInputError } from '../flow/errors.ts'
import { alerts } from './alerts.ts'
import { backtest } from './backtest.ts'
import { board } from './board.ts'
import { detection } from './detection.ts'
import { faults } from './faults.ts'
import { ingest } from './ingest.ts'
import { polling } from './polling.ts'
import { profit } from './profit.ts'
import { promotion } from './promotion.ts'
import { series } from './series.ts'
import { trial } from './trial.ts'

export interface BenchContext {
  /** The name of the bench and what was said behind it. */
  args: string[]
  /** Of the database, as the owner of the tables. */
  url: string
  /** As the program works: bound by row-level security. */
  database: Database
  /** As the owner of the tables, one connection: for planting. */
  owner: postgres.Sql
  log: Logger
  /** The day of the data; the same in every run. */
  now: Date
  /** Milliseconds of a clock that only goes forward. */
  ticks: () => number
  say: (line: string) => void
}
export type Bench = (context: BenchContext) => Promise<void>

const BENCHES: Readonly<Record<string, Bench>> = {
  alerts,
  backtest,
  board,
  detection,
  faults,
  ingest,
  polling,
  profit,
  promotion,
  series,
  trial,
}

export interface BenchInput {
  args: string[]
  config: Config
  log: Logger
  ticks: () => number
  shutdown: Shutdown
  say: (line: string) => void
}

/** InvalidInputError: no bench has the name. */
export async function bench({ args, config, log, ticks, shutdown, say }: BenchInput): Promise<void> {
  const [name = ''] = args
  const run = BENCHES[name]
  if (!run) {
    throw new InvalidInputError(
      'name',
      `Say which bench: npm run bench -- ${Object.keys(BENCHES).join(' | ')}`,
    )
  }
  // Never on DATABASE_URL: it plants 100,000 videos.
  const place = { dataDir: join(config.dataDir, 'bench'), log: (line: string) => log.info(line) }
  await wipeEmbedded(place)
  const embedded = await startEmbedded(place)
  shutdown.opened('embedded PostgreSQL', () => embedded.stop())
  await migrate(embedded.url)
  const owner = postgres(embedded.url, { max: 1, onnotice: () => {} })
  shutdown.opened('owner', () => owner.end({ timeout: 5 }))
  const database = connect(embedded.url, { max: 4 })
  shutdown.opened('database', () => database.close())
  await run({
    args,
    url: embedded.url,
    database,
    owner,
    log,
    now: new Date('2026-11-11T12:00:00Z'),
    ticks,
    say,
  })
}
