import { deliver } from '../flow/deliver.ts'
import { route } from '../flow/route.ts'
import type { Payload } from './jobs.ts'
import type { WorkerDeps } from './workers.ts'

type Deps = Pick<WorkerDeps, 'db' | 'clock' | 'queue' | 'webhooks'>

/** What it writes is sent at once, without waiting for the next sweep. */
export async function runRoute({ db, clock, queue }: Deps, { workspaceId }: Payload<'route'>): Promise<void> {
  const made = await route({ db, workspaceId, now: clock() })
  if (made > 0) await queue.enqueue('deliver', { workspaceId }, `deliver-${workspaceId}`)
}

export async function runDeliver(
  { db, clock, webhooks }: Deps,
  { workspaceId }: Payload<'deliver'>,
): Promise<void> {
  if (webhooks) await deliver({ db, workspaceId }, { ...webhooks, clock })
}
