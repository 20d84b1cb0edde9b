import { dueLessons, learn } from '../flow/learn.ts'
import type { WorkerDeps } from './workers.ts'

/** Every workspace that is due. One that fails stops no other. */
export async function runLearn({ db, clock }: WorkerDeps): Promise<void> {
  const failures: unknown[] = []
  for (const workspaceId of await dueLessons({ db, now: clock() })) {
    await learn({ db, workspaceId, now: clock() }).catch((error) => failures.push(error))
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} workspaces learned nothing`)
}
