import { UnrecoverableError } from 'bullmq'
import { poll } from '../flow/poll.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

export async function runPoll(
  { db, clock, connectors, onPolled }: WorkerDeps,
  payload: Payload<'poll'>,
): Promise<void> {
  const connector = connectors.get(payload.source)
  if (!connector) throw new UnrecoverableError(`This process has no connector named ${payload.source}`)
  const polled = await poll({ db, workspaceId: payload.workspaceId, now: clock() }, { connector })
  onPolled?.(polled)
}
