import { POLL_BATCH } from '../flow/poll.ts'
import { sweep } from '../flow/sweep.ts'
import type { WorkerDeps } from './workers.ts'

/** Batches of one workspace and source that may wait at a time; the next sweep brings the rest. */
const SLOTS = 20

export async function runSweep({ db, clock, connectors, queue }: WorkerDeps): Promise<void> {
  for (const { workspaceId, source, videos } of await sweep({ db, now: clock() })) {
    if (!connectors.has(source)) continue
    const jobs = Math.min(SLOTS, Math.ceil(videos / POLL_BATCH))
    for (let slot = 0; slot < jobs; slot++) {
      await queue.enqueue('poll', { workspaceId, source, slot }, `poll-${workspaceId}-${source}-${slot}`)
    }
  }
}
