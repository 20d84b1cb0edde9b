/** Runs a block of tests on every queue backend; without a Redis its half is reported as skipped, by name. */
import { describe, inject } from 'vitest'
import type { Backend } from '../../workers/queue.ts'
import type { TestDatabase } from './database.ts'
import { unique } from './database.ts'

export function onEachBackend(test: TestDatabase, block: (backend: () => Backend) => void): void {
  describe('queue on PostgreSQL', () => block(() => ({ kind: 'postgres', url: test.ownerUrl })))
  const url = inject('redisUrl')
  const title = url ? 'queue on Redis' : 'queue on Redis (no redis-server on the PATH)'
  describe.skipIf(!url)(title, () => {
    const prefix = unique('seedbed').replaceAll(' ', '-')
    block(() => ({ kind: 'redis', url: url ?? '', prefix }))
  })
}
