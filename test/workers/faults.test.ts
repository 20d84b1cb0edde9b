/** A small run of `npm run bench -- faults`: worker processes against a platform at its worst. */
import { afterEach, expect, test } from 'vitest'
import { playFaults } from '../../bench/faults-play.ts'
import { onEachBackend } from '../support/backends.ts'
import { testDatabase } from '../support/database.ts'
import { killPrograms } from '../support/program.ts'

const t = testDatabase()
afterEach(killPrograms)
/** Processes that are told a Redis all use one prefix there: a database of it keeps them from other tests' jobs. */
const REDIS_DATABASE = '7'

onEachBackend(t, (backend) => {
  test('no look lost or doubled, no quota exceeded, no gap unseen', { timeout: 120_000 }, async () => {
    const { kind, url } = backend()
    const report = await playFaults({
      databaseUrl: t.ownerUrl,
      redisUrl: kind === 'redis' ? new URL(REDIS_DATABASE, url).href : null,
      videos: 1500,
      processes: 2,
      patienceMs: 5000,
      callsPerSecond: 20,
      kill: false,
    })
    expect(report.verdicts.filter(({ holds }) => !holds)).toEqual([])
  })
})
