import { explore } from '../flow/explore.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

export async function runExplore(
  { db, clock, platforms }: WorkerDeps,
  { workspaceId, accountId }: Payload<'explore'>,
): Promise<void> {
  const directoryOf = (platform: string) => platforms.directory(workspaceId, accountId, platform)
  await explore({ db, workspaceId, now: clock() }, { accountId, directoryOf })
}
