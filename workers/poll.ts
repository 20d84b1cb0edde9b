import { UnrecoverableError } from 'bullmq'
import { POLL_BATCH, poll } from '../flow/poll.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

/** Batches of one job: a backlog is not worked off at the pace of the sweep, and other workspaces get their turn. */
const ROUNDS = 10

export async function runPoll(
  { db, clock, platforms, onPolled }: WorkerDeps,
  { workspaceId, source }: Payload<'poll'>,
): Promise<void> {
  const connector = platforms.connectors(workspaceId).get(source)
  if (!connector) throw new UnrecoverableError(`This process has no connector named ${source}`)
  for (let round = 0; round < ROUNDS; round++) {
    const polled = await poll({ db, workspaceId, now: clock() }, { connector, clock })
    onPolled?.(polled)
    if (polled.claimed < POLL_BATCH) return
  }
}
