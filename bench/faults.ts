/**
 * Worker processes on both queue backends against a platform at its worst: no look is lost or doubled, no quota
 * exceeded, no gap unseen. Counts, not times: it ends with an error when one verdict does not hold.
 */
import type postgres from 'postgres'
import { migrate } from '../db/migrate.ts'
import { startRedis, withDatabase } from '../test/support/servers.ts'
import type { BenchContext } from './bench.ts'
import { type FaultsReport, playFaults } from './faults-play.ts'

const VIDEOS = 50_000
const PROCESSES = [2, 4]
/** As the program's own. */
const PATIENCE = 10_000
const CALLS_PER_SECOND = 50

export async function faults({ args, url, owner, say }: BenchContext): Promise<void> {
  const videos = Number(args[1] ?? VIDEOS)
  const counts = args[2] === undefined ? PROCESSES : [Number(args[2])]
  let broken = 0
  for (const backend of ['PostgreSQL', 'Redis'] as const) {
    for (const processes of counts) {
      const name = `faults_${backend.toLowerCase()}_${processes}`
      await owner`create database ${owner(name)}`
      const databaseUrl = withDatabase(url, name)
      await migrate(databaseUrl)
      const redis = backend === 'Redis' ? await startRedis() : null
      if (redis && redis.url === null) throw new Error('There is no redis-server on the PATH.')
      const input = { databaseUrl, redisUrl: redis?.url ?? null, videos, processes }
      const manner = { patienceMs: PATIENCE, callsPerSecond: CALLS_PER_SECOND, kill: processes > 2 }
      const report = await playFaults({ ...input, ...manner }).finally(() => redis?.stop())
      tell(`${backend}, ${processes} processes, ${videos} videos`, report, say)
      broken += report.verdicts.filter(({ holds }) => !holds).length
      await dropped(owner, name)
    }
  }
  if (broken > 0) throw new Error(`${broken} verdicts do not hold`)
}

async function dropped(owner: postgres.Sql, name: string): Promise<void> {
  await owner`drop database ${owner(name)} with (force)`
}

function tell(name: string, report: FaultsReport, say: (line: string) => void): void {
  const { rounds, looks, snapshots, calls, peak, faults, verdicts, ms } = report
  say(`\n${name}: ${Math.round(ms / 1000)} s`)
  for (const { name, from, to, calls, looked, noData } of rounds) {
    const missed = Object.entries(noData).map(([reason, count]) => `${reason} ${count}`)
    const seconds = ((to - from) / 1000).toFixed(1)
    say(
      `  ${name.padEnd(12)} ${seconds} s, ${calls} calls, looked at ${looked}; ${missed.join(', ') || 'no gap'}`,
    )
  }
  say(`  looks ${looks}, snapshots ${snapshots}, calls ${calls}, at most ${peak} within a second`)
  say(
    `  faults: ${Object.entries(faults)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  )
  for (const { what, holds, detail } of verdicts) say(`  ${holds ? 'holds ' : 'BROKEN'} ${what}: ${detail}`)
}
