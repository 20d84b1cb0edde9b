import { UnrecoverableError } from 'bullmq'
import { poll } from '../flow/poll.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

export async function runPoll(
  { db, clock, platforms, onPolled }: WorkerDeps,
  { workspaceId, source }: Payload<'poll'>,
): Promise<void> {
  const connector = platforms.connectors(workspaceId).get(source)
  if (!connector) throw new UnrecoverableError(`This process has no connector named ${source}`)
  const polled = await poll({ db, workspaceId, now: clock() }, { connector })
  onPolled?.(polled)
}
